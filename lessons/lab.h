// What every lesson starts from: the batch type, the random generator, and the marker of a function
// that is still to be written.
#pragma once

#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

namespace lab {

/// Thrown in place of Eigen's abort(), so that a test can show the broken assertion.
/// Not derived from std::logic_error: a test that asks for one must not be content with this.
class EigenAssertion : public std::exception {
public:
    explicit EigenAssertion(const char* expression) : expression_(expression) {}
    const char* what() const noexcept override { return expression_; }

private:
    const char* expression_;
};

[[noreturn]] inline void eigen_assertion_failed(const char* expression) {
    throw EigenAssertion{expression};
}

}  // namespace lab

// Has to be set before Eigen's first include.
#define eigen_assert(expression) \
    ((expression) ? static_cast<void>(0) : ::lab::eigen_assertion_failed(#expression))

#include <Eigen/Dense>

namespace lab {

/// A batch: one row for each sample, one column for each feature, stored row by row as in LibTorch.
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A number of rows or columns. Signed, as everywhere in Eigen.
using Index = Eigen::Index;

/// The random generator of all lessons: 64-bit Mersenne Twister.
using Rng = std::mt19937_64;

/// Thrown by a function that is not written yet. Delete the line that throws it when you start.
class NotWritten : public std::logic_error {
public:
    explicit NotWritten(const std::string& function)
        : std::logic_error(function + " is not written yet") {}
};

}  // namespace lab
