#include "spare_users.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "error.h"

namespace lab::grade {
namespace {

/// Numbers that systemd sets aside for users who exist only as long as a service runs: no file
/// belongs to them. A container, too, has users up to 65535.
constexpr uid_t first_number = 61184;
constexpr uid_t last_number = 65519;

/// Held until the descriptor is closed or the process ends, however it ends: a socket's name
/// without a file. -1 when somebody else holds it.
int lock(uid_t first) {
    const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = fmt::format("dropout-lab-users-{}", first);
    std::memcpy(address.sun_path + 1, name.data(), name.size());  // after a NUL: no file
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (descriptor >= 0 && bind(descriptor, reinterpret_cast<sockaddr*>(&address), length) == 0) {
        return descriptor;
    }
    if (descriptor >= 0) close(descriptor);
    return -1;
}

bool is_free(uid_t first) {
    for (uid_t user = first; user < first + SpareUsers::block_size; ++user) {
        if (getpwuid(user)) return false;
    }
    return true;
}

}  // namespace

SpareUsers::SpareUsers(std::size_t blocks) {
    for (uid_t first = first_number;
         locks_.size() < blocks && first + block_size - 1 <= last_number; first += block_size) {
        const int held = is_free(first) ? lock(first) : -1;
        if (held < 0) continue;
        locks_.push_back(held);
        first_of_block_.push_back(first);
    }
    if (locks_.size() == blocks) return;
    const std::size_t found = locks_.size();
    for (const int held : locks_) close(held);
    throw tool::KitError(fmt::format(
        "this system has spare users for {} jobs, not for {}: fewer --jobs", found, blocks));
}

SpareUsers::~SpareUsers() {
    for (const int held : locks_) close(held);
}

}  // namespace lab::grade
