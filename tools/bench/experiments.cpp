// Times the experiments of lessons 07 and 08 with the reference solutions, for ./lab bench.
//
//     experiments_bench DATA-FOLDER
#include <chrono>
#include <cmath>
#include <cstdio>

#include "article_experiment.h"
#include "demo.h"
#include "digits_experiment.h"
#include "read_csv.h"
#include "reference.h"

namespace {

using namespace lab;

double seconds(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// What was computed is looked at, so that it has to be computed.
void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "experiments_bench: %s\n", what);
    std::exit(1);
}

void bench(const std::filesystem::path& data) {
    demo::Setting silent;
    silent.progress = [](double) {};

    const Matrix table = read_csv(data / "parabola.csv", 2);
    const Matrix x = table.col(0), y = table.col(1);
    reference::load();
    double loss = 0;
    const double libtorch = seconds([&] { loss = reference::train_article(x, y, 0.4, 3000); });
    require(std::isfinite(loss), "LibTorch's training gave no number");
    double ours = 1e9;
    for (int i = 0; i < 5; ++i) {
        ours = std::min(ours, seconds([&] {
                            require(std::isfinite(run_article({"dropout", 0.4}, 1, x, y).error),
                                    "the article's training gave no number");
                        }));
    }
    std::printf(
        "the article's 3000 epochs: LibTorch's modules %.1f s, the solutions %.3f s, "
        "ratio %.0f (promised: at least 100)\n",
        libtorch, ours, libtorch / ours);

    const Recipe recipes[] = {
        {"none"}, {"L2", 0, 0.01, true}, {"dropout 0.1", 0.1}, {"dropout 0.4", 0.4}};
    const double forty = seconds([&] {
        demo::in_parallel(
            160, [&](std::size_t i) { run_article(recipes[i / 40], i % 40, x, y); }, silent);
    });
    std::printf("forty seeds x four recipes: %.1f s (promised: at most 12 on two cores)\n", forty);

    const Digits digits = load_digits(data / "digits.csv");
    const double twelve = seconds([&] {
        demo::in_parallel(
            48,
            [&](std::size_t i) {
                run_digits(digits_recipes[i % 4], i / 4, digits, noisy_arm, noisy_arm.epochs);
            },
            silent);
    });
    std::printf("digits, twelve seeds x four recipes: %.1f s (promised: at most 60 on two cores)\n",
                twelve);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: experiments_bench DATA-FOLDER\n");
        return 2;
    }
    try {
        bench(argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "experiments_bench: %s\n", error.what());
        return 1;
    }
    return 0;
}
