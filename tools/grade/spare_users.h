// Users that nobody else is, for what untrusted code may be: started by root, it runs as one of
// them.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <vector>

namespace lab::grade {

/// Blocks of user numbers, held by this object alone on this machine: ending one run's processes by
/// their user never ends another's.
class SpareUsers {
public:
    /// Errors: KitError when so many blocks are not to be had.
    explicit SpareUsers(std::size_t blocks);
    ~SpareUsers();
    SpareUsers(const SpareUsers&) = delete;
    SpareUsers& operator=(const SpareUsers&) = delete;

    static constexpr std::size_t block_size = 64;

    uid_t user(std::size_t block, std::size_t number) const {
        return first_of_block_.at(block) + static_cast<uid_t>(number);
    }

private:
    std::vector<uid_t> first_of_block_;
    std::vector<int> locks_;
};

}  // namespace lab::grade
