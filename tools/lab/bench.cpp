#include "commands.h"
namespace lab::tool {
int bench(const Course&, bool) { return 0; }
}  // namespace lab::tool
