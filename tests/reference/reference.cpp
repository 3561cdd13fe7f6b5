#include "reference.h"

// torch brings macros and warnings of its own; nothing else in the project includes it.
#include <torch/torch.h>

namespace lab::reference {
namespace {

torch::Tensor to_tensor(const Matrix& matrix) {
    torch::Tensor tensor = torch::empty({matrix.rows(), matrix.cols()}, torch::kFloat32);
    std::copy(matrix.data(), matrix.data() + matrix.size(), tensor.data_ptr<float>());
    return tensor;
}

Matrix to_matrix(const torch::Tensor& tensor) {
    const torch::Tensor dense = tensor.detach().contiguous();
    Matrix matrix(dense.size(0), dense.size(1));
    const float* data = dense.data_ptr<float>();
    std::copy(data, data + matrix.size(), matrix.data());
    return matrix;
}

/// aten/src/ATen/native/Dropout.cpp, from where its noise is drawn.
torch::Tensor apply_noise(const torch::Tensor& x, const torch::Tensor& mask, double p) {
    if (p == 1.0) return x * torch::zeros_like(x);
    return x * mask.div(1.0 - p);
}

}  // namespace

void load() {
    torch::set_num_threads(1);
    // No gradient: LibTorch 2 refuses autograd in a process forked from one that has used it.
    dropout(Matrix::Ones(2, 2), Matrix::Ones(2, 2), 0.5);
}

Matrix dropout(const Matrix& x, const Matrix& mask, double p) {
    return to_matrix(apply_noise(to_tensor(x), to_tensor(mask), p));
}

Matrix dropout_gradient(const Matrix& grad_output, const Matrix& mask, double p) {
    const torch::Tensor x = torch::ones({mask.rows(), mask.cols()}, torch::requires_grad());
    apply_noise(x, to_tensor(mask), p).backward(to_tensor(grad_output));
    return to_matrix(x.grad());
}

}  // namespace lab::reference
