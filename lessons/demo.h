// What a lesson's demo.cpp computes: figures as numbers and words. ./lab demo draws them with
// gnuplot, in its own process; the code that computes them runs in a confined one.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lab.h"

namespace lab::demo {

/// What a series is about. Each has one colour, the same in every figure of the course.
enum class Role {
    data,           ///< what was given: samples, draws
    truth,          ///< what is right: the function behind the data, a formula
    none,           ///< no regularization
    l2,             ///< L2 regularization; Adam with L2
    dropout,        ///< dropout
    input_dropout,  ///< dropout on the inputs too
    training,       ///< training mode
    evaluation,     ///< evaluation mode
    sgd,
    adamw,
    misplaced,  ///< dropout where it does harm
};

enum class Style {
    line,
    dashed,
    points,
    bars,
    band,  ///< the area from low to high over x
    box,   ///< one box for each x: low to high, with a stroke at y
};

/// One set of numbers in a panel. x and y have one length; so have low and high, where the style
/// uses them.
struct Series {
    std::string name;  ///< in the legend; empty: not there
    Role role;
    Style style;
    std::vector<double> x, y;
    std::vector<double> low = {}, high = {};
};

struct Range {
    double low, high;
};

/// One coordinate system, or one heat map.
struct Panel {
    std::string title;
    std::string x_label, y_label;  ///< with the unit
    std::vector<Series> series = {};
    std::optional<Range> x_range = {}, y_range = {};
    bool log_x = false, log_y = false;
    std::vector<std::string> x_names = {};  ///< in place of numbers, at x = 0, 1, 2, …
    /// Its rows run downwards. 0 and 1 alone are drawn as a mask: white where a unit is dropped.
    std::optional<Matrix> heat = {};
};

/// Panels side by side.
struct Picture {
    std::string title;  ///< the finding, as a sentence
    std::vector<Panel> panels;
};

struct Figure {
    std::string name;             ///< of the file, without its ending: "fit"
    std::vector<Picture> frames;  ///< several of them are an animation
};

struct Setting {
    std::uint64_t seed = 1;
    std::filesystem::path data;  ///< the folder data/
    /// Tells how much of the work is done, from 0 to 1. For one thread at a time.
    std::function<void(double)> progress;
};

/// Each lesson's demo.cpp defines it.
std::vector<Figure> figures(const Setting& setting);

/// Calls work(i) for each i below count, on all processors, and tells the progress, from `from` to
/// `to`. An exception of work's ends it and arrives here.
inline void in_parallel(std::size_t count, const std::function<void(std::size_t)>& work,
                        const Setting& setting, double from = 0, double to = 1) {
    std::atomic<std::size_t> next = 0;
    std::size_t done = 0;
    std::exception_ptr failure;
    std::mutex mutex;
    const auto take = [&] {
        for (std::size_t i = next++; i < count; i = next++) {
            try {
                work(i);
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (!failure) failure = std::current_exception();
                next = count;
            }
            const std::lock_guard lock(mutex);
            ++done;
            setting.progress(from +
                             (to - from) * static_cast<double>(done) / static_cast<double>(count));
        }
    };
    std::vector<std::jthread> others(std::max(1u, std::thread::hardware_concurrency()) - 1);
    for (std::jthread& other : others) other = std::jthread(take);
    take();
    others.clear();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace lab::demo
