#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <set>

#include <catch2/generators/catch_generators_range.hpp>

#include "digits.h"
#include "judging.h"
#include "layers.h"
#include "nn/linear.h"
#include "nn/sequential.h"
#include "nn/tanh.h"
#include "reference.h"
#include "statistics.h"

namespace lab::test {
namespace {

// --- Batches -------------------------------------------------------------------------------------

using Batch = std::vector<Index>;
using Batches = std::vector<Batch>;

Batch joined(const Batches& batches) {
    Batch all;
    for (const Batch& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
    return all;
}

std::vector<Index> sizes_of(const Batches& batches) {
    std::vector<Index> sizes;
    for (const Batch& batch : batches) sizes.push_back(static_cast<Index>(batch.size()));
    return sizes;
}

std::string text_of(const std::vector<Index>& numbers) {
    std::string text;
    for (std::size_t i = 0; i < numbers.size() && i < 20; ++i) {
        text += (i > 0 ? " " : "") + std::to_string(numbers[i]);
    }
    return numbers.empty() ? "(none)" : text + (numbers.size() > 20 ? " …" : "");
}

std::string text_of(const Batches& batches) {
    std::string text;
    for (std::size_t i = 0; i < batches.size() && i < 6; ++i) {
        text += (i > 0 ? " | " : "") + text_of(batches[i]);
    }
    return batches.empty() ? "no batches" : text + (batches.size() > 6 ? " | …" : "");
}

/// As mini_batches has to cut them: all full, but for the last.
std::vector<Index> right_sizes(Index samples, Index batch_size) {
    std::vector<Index> sizes(static_cast<std::size_t>(samples / batch_size), batch_size);
    if (samples % batch_size != 0) sizes.push_back(samples % batch_size);
    return sizes;
}

/// Samples and batch sizes: with and without a rest, one batch, batches of one.
const std::vector<std::tuple<Index, Index>> some_sizes{
    {10, 4}, {11, 4}, {12, 4}, {7, 7}, {5, 9}, {1, 1}, {1, 4}, {9, 1}, {3, 2}, {400, 32}};

TEST_CASE("each index is in exactly one batch", "[08][weight=2]") {
    const auto [samples, batch_size] = GENERATE(from_range(some_sizes));

    const auto batches = observe(call("mini_batches(samples, batch_size, rng)", "samples", samples,
                                      "batch_size", batch_size),
                                 [samples = samples, batch_size = batch_size] {
                                     Rng rng = input_rng(0);
                                     return mini_batches(samples, batch_size, rng);
                                 });

    judge([&, samples = samples, batch_size = batch_size] {
        const Batch all = joined(*batches);
        std::map<Index, Index> count;
        for (const Index i : all) ++count[i];
        const auto size = static_cast<Index>(all.size()),
                   distinct = static_cast<Index>(count.size());
        const Index least = all.empty() ? 0 : count.begin()->first;
        const Index largest = all.empty() ? 0 : count.rbegin()->first;
        const bool in_range = all.empty() || (least >= 0 && largest < samples);
        const bool once = distinct == size;
        const Index rest = samples % batch_size, full = samples - rest;
        expect(
            in_range && once && size == samples,
            "they hold " + std::to_string(size) + " indices, " + std::to_string(distinct) +
                " different ones, from " + std::to_string(least) + " to " +
                std::to_string(largest) + ": " + text_of(*batches),
            {{"no_batches", all.empty(), "There are no indices in the batches."},
             {"counted_from_one", once && size == samples && least == 1 && largest == samples,
              "They run from 1 to samples. What is the index of the first row?"},
             {"last_batch_dropped", in_range && once && rest > 0 && size == full,
              "The samples that do not fill a batch are left out. Which batch are they for?"},
             {"last_batch_filled",
              in_range && distinct == samples && rest > 0 && size == full + batch_size,
              "The last batch is filled up with samples that were there before. May it be "
              "smaller?"},
             {"drawn_with_replacement", in_range && size == samples && !once,
              "Some samples come twice and others not at all. Does a sample that was drawn go "
              "back into the pot?"},
             {"last_index_missing", samples > 100 && once && least == 0 && largest == samples - 2,
              "The last sample is missing. Which is the largest number in your list?"},
             {"first_index_missing", samples > 100 && once && least == 1 && largest == samples - 1,
              "Sample 0 is missing. With which number does your list begin?"},
             {"index_out_of_range", !in_range,
              "There are indices that no sample has. What runs too far?", true},
             {"index_missing", distinct < samples,
              "Samples are missing. Where does one batch end, and where does the next begin?",
              true},
             {"index_repeated", true,
              "Samples come more than once. Where does one batch end, and where does the next "
              "begin?",
              true}});
    });
}

TEST_CASE("every batch is full, but for the last, which holds the rest", "[08][weight=2]") {
    const auto [samples, batch_size] = GENERATE(from_range(some_sizes));

    const auto sizes = observe(call("the sizes of mini_batches(samples, batch_size, rng)",
                                    "samples", samples, "batch_size", batch_size),
                               [samples = samples, batch_size = batch_size] {
                                   Rng rng = input_rng(0);
                                   return sizes_of(mini_batches(samples, batch_size, rng));
                               });

    judge([&, samples = samples, batch_size = batch_size] {
        const std::vector<Index> right = right_sizes(samples, batch_size);
        const Index rest = samples % batch_size;
        const std::vector<Index>& mine = *sizes;
        const auto is = [&](std::vector<Index> other) { return mine == other; };
        auto and_empty = right, without_last = right, filled = right, rest_first = right;
        and_empty.push_back(0);
        without_last.pop_back();
        filled.back() = batch_size;
        std::rotate(rest_first.begin(), rest_first.end() - 1, rest_first.end());
        auto joined_rest = without_last;
        if (!joined_rest.empty()) joined_rest.back() += right.back();
        const Index total = std::accumulate(mine.begin(), mine.end(), Index{0});
        const auto [least, most] = std::minmax_element(mine.begin(), mine.end());
        expect(
            is(right), "the sizes are " + text_of(mine) + ", expected " + text_of(right),
            {{"no_batches", mine.empty(), "There are no batches."},
             {"empty_batch", is(and_empty),
              "There is an empty batch at the end. Does the count of batches always have to be "
              "one more than the full ones?"},
             {"last_batch_dropped", rest > 0 && is(without_last),
              "The samples that do not fill a batch are left out. Which batch are they for?"},
             {"last_batch_filled", rest > 0 && is(filled),
              "The last batch is as large as the others. With what was it filled up?"},
             {"rest_in_another_batch", is(rest_first) || is(joined_rest),
              "The rest is not in a last batch of its own. Where does it go?"},
             {"count_for_size", static_cast<Index>(mine.size()) == batch_size && total == samples,
              "There are batch_size batches. Is batch_size how many batches there are, or how "
              "many samples each one holds?"},
             {"split_evenly",
              mine.size() == right.size() && total == samples && *most - *least <= 1,
              "The samples are spread evenly. Which batches have to be full?"},
             {"wrong_batch_size", true,
              "Cut a list of 10 into batches of 4 by hand: where does each batch begin?", true}});
    });
}

TEST_CASE("each call gives another order, and all chance is rng's", "[08][weight=2]") {
    constexpr Index samples = 40, batch_size = 7;
    constexpr int calls = 400;

    const auto orders = observe(
        call("mini_batches(40, 7, rng), two times each with three rngs, of which two are equal, "
             "then 400 times"),
        [] {
            Rng rng = input_rng(0), same = input_rng(0), other = input_rng(1);
            std::vector<Batch> result;
            for (int i = 0; i < 2; ++i) {
                for (Rng* one : {&rng, &same, &other}) {
                    result.push_back(joined(mini_batches(samples, batch_size, *one)));
                }
            }
            for (int i = 0; i < calls; ++i) {
                result.push_back(joined(mini_batches(samples, batch_size, rng)));
            }
            return result;
        });

    judge([&] {
        const std::vector<Batch>& all = *orders;
        REQUIRE(all.size() == 6 + calls);
        const bool same = all[0] == all[1] && all[3] == all[4];
        const std::set<Batch> different(all.begin() + 6, all.end());
        expect(same, "two generators in the same state gave two different orders",
               {{"not_from_rng", true,
                 "Something besides rng decides: another generator (std::rand, "
                 "std::random_device, a static one), or an order kept from the call before."}});
        if (!same) return;
        expect(
            all[0] != all[2], "two generators in different states gave the same order",
            {{"not_shuffled", different.size() == 1 && std::is_sorted(all[0].begin(), all[0].end()),
              "The samples come in their old order. Who shuffles them?"},
             {"rng_ignored", different.size() == 1,
              "The order does not depend on rng. Is there a shuffle, and with which generator "
              "and seed?"},
             {"few_orders", true, "How much of rng reaches the shuffle?", true}});
        if (all[0] == all[2]) return;
        expect(all[0] != all[3], "two calls in a row with the same rng gave the same order",
               {{"rng_not_advanced", true,
                 "rng is where it was before the call. Does your function shuffle with rng itself, "
                 "or with a copy of it?"}});
        // Two in 2³² orders that a generator seeded from rng may give can meet; not five pairs.
        expect(different.size() + 5 >= calls,
               std::to_string(calls) + " calls gave only " + std::to_string(different.size()) +
                   " different orders of 40 samples",
               {{"few_orders", true,
                 "There are more than 10⁴⁷ orders, so none should come twice. How much of rng "
                 "reaches the shuffle?",
                 true}});
    });
}

/// Each outcome of many calls, such as "20|13", and how often it came.
using Tally = std::vector<std::pair<std::string, std::uint32_t>>;

TEST_CASE("every order is equally likely", "[08][weight=2]") {
    // So many calls that swapping each place with any other one comes out, where it comes out best.
    const auto [samples, batch_size, calls] = GENERATE(table<Index, Index, std::int64_t>(
        {{4, 2, 12000}, {4, 3, 2000}, {4, 4, 1000}, {5, 2, 2000}, {3, 1, 1000}}));

    const auto tally =
        observe(call(std::to_string(calls) + " times mini_batches(samples, batch_size, rng)",
                     "samples", samples, "batch_size", batch_size),
                [samples = samples, batch_size = batch_size, calls = calls] {
                    Rng rng = input_rng(0);
                    std::map<std::string, std::uint32_t> counts;
                    for (int k = 0; k < calls; ++k) {
                        std::string outcome;
                        for (const Batch& batch : mini_batches(samples, batch_size, rng)) {
                            if (!outcome.empty()) outcome += '|';
                            for (const Index i : batch) {
                                outcome += i >= 0 && i < 10 ? static_cast<char>('0' + i) : '?';
                            }
                        }
                        ++counts[outcome.substr(0, 40)];
                    }
                    return Tally(counts.begin(), counts.end());
                });

    judge([&, samples = samples, batch_size = batch_size, calls = calls] {
        std::string in_order;
        for (Index i = 0; i < samples; ++i) in_order += static_cast<char>('0' + i);
        std::map<std::string, std::int64_t> counts;
        bool permutations = true;
        // Of every order that came, whether…
        bool sorted = true, rotated = true, blocks = true, inside = true, first_stays = true,
             last_stays = true, all_move = true;
        for (const auto& [outcome, count] : *tally) {
            std::string order;
            bool ascending = true, block = true;
            for (std::size_t i = 0; i < outcome.size(); ++i) {
                if (outcome[i] == '|') continue;
                order += outcome[i];
                if (i == 0 || outcome[i - 1] == '|') continue;
                ascending = ascending && outcome[i] > outcome[i - 1];
                block = block && outcome[i] == outcome[i - 1] + 1;
            }
            counts[order] += count;
            permutations = permutations && order.size() == in_order.size() &&
                           std::is_permutation(order.begin(), order.end(), in_order.begin());
            if (!permutations) break;
            sorted = sorted && ascending;
            blocks = blocks && block;
            rotated = rotated && (in_order + in_order).find(order) != std::string::npos;
            for (std::size_t i = 0; i < order.size(); ++i) {
                const auto at = static_cast<Index>(i), index = static_cast<Index>(order[i] - '0');
                inside = inside && at / batch_size == index / batch_size;
                all_move = all_move && at != index;
            }
            first_stays = first_stays && order.front() == '0';
            last_stays = last_stays && order.back() == in_order.back();
        }
        expect(permutations, "the batches do not hold each index once: " + tally->back().first,
               {{"index_missing", true, "Is a small list cut like a large one?", true}});
        if (!permutations) return;

        std::int64_t orders = 1;
        for (Index i = 2; i <= samples; ++i) orders *= i;
        const CountRange range = likely_count(calls, 1 / static_cast<double>(orders), orders);
        const bool one_batch = batch_size >= samples, single = batch_size == 1;
        std::string order = in_order;
        do {
            const std::int64_t count = counts[order];
            const bool fits = range.contains(count);
            expect(fits,
                   "the order " + order + " comes " + std::to_string(count) + " times, expected " +
                       describe(range),
                   {{"not_shuffled", tally->size() == 1 && counts[in_order] == calls,
                     "The samples always come in their old order. Who shuffles them?"},
                    {"order_fixed", tally->size() == 1,
                     "The samples come in the same order at each call. What should differ from one "
                     "call to the next?"},
                    {"only_batches_shuffled", blocks && !single,
                     "Neighbours stay together: only whole batches change places. Can sample 0 be "
                     "in a batch with the last one?"},
                    {"shuffled_inside_batches", inside && !one_batch && !single,
                     "Each batch always holds the same samples, in another order. Which is done "
                     "first, the shuffling or the cutting?"},
                    {"sorted_in_batches", sorted && !single,
                     "Each batch is sorted. The order is to be random."},
                    {"rotated", rotated && samples > 3,
                     "The samples keep their order and only start somewhere else. Who should be "
                     "everyone's neighbour?"},
                    {"some_never_move", first_stays || last_stays,
                     "The first or the last sample always stays in its place. Which places does "
                     "your loop exchange?"},
                    {"all_move", all_move,
                     "No sample ever stays in its place. May a shuffled list leave one where it "
                     "was?"},
                    {"not_uniform", true,
                     "Some orders come more often than others. std::shuffle gives each one the "
                     "same chance: what does your way do?",
                     true}});
            if (!fits) return;
        } while (std::next_permutation(order.begin(), order.end()));
        expect(true, "");
    });
}

TEST_CASE("in a long list, each sample is equally often in each place", "[08]") {
    constexpr Index size = 40;
    constexpr std::int64_t calls = 2000;

    const auto counts = observe(call("2000 times mini_batches(40, 7, rng)"), [] {
        Rng rng = input_rng(0);
        // Rows: which sample. Columns: its place; then the distance to who comes next, 1 to 39.
        Matrix result = Matrix::Zero(size, 2 * size);
        for (int k = 0; k < calls; ++k) {
            const Batch order = joined(mini_batches(size, 7, rng));
            for (std::size_t i = 0; i < order.size() && i < size; ++i) {
                const Index next = i + 1 < order.size() ? order[i + 1] : order[i];
                if (std::min(order[i], next) < 0 || std::max(order[i], next) >= size) continue;
                ++result(order[i], static_cast<Index>(i));
                ++result(order[i], size + (next - order[i] + size) % size);
            }
        }
        return result;
    });

    judge([&] {
        REQUIRE(counts->rows() == size);
        REQUIRE(counts->cols() == 2 * size);
        const CountRange range = likely_count(calls, 1.0 / size, 2 * size * size);
        for (Index sample = 0; sample < size; ++sample) {
            for (Index place = 0; place < 2 * size; ++place) {
                const auto count = static_cast<std::int64_t>((*counts)(sample, place));
                if (place == size || range.contains(count)) continue;
                const std::string where =
                    place < size ? "in place " + std::to_string(place)
                                 : "before sample " + std::to_string((sample + place) % size);
                expect(false,
                       "sample " + std::to_string(sample) + " is " + where + " in " +
                           std::to_string(count) + " of 2000 orders, expected " + describe(range),
                       {{"not_uniform", true,
                         "Some orders come more often than others. How long does one have to "
                         "shuffle, and does your way reach every sample?",
                         true}});
                return;
            }
        }
        expect(true, "");
    });
}

TEST_CASE("no samples make no batches", "[08]") {
    const auto count = observe(call("mini_batches(0, 4, rng).size()"), [] {
        Rng rng = input_rng(0);
        return mini_batches(0, 4, rng).size();
    });

    judge([&] {
        expect(accepted(count, "no_samples_refused",
                        "0 samples are legal: there are no batches.") == 0,
               "there are " + std::to_string(*count) + " batches",
               {{"empty_batch", true, "Without samples there is no batch, not an empty one."}});
    });
}

TEST_CASE("a negative number of samples or a batch size below 1 is refused", "[08]") {
    const auto [samples, batch_size] =
        GENERATE(table<Index, Index>({{-1, 4}, {-17, 4}, {10, 0}, {10, -3}, {0, 0}}));

    const auto batches = observe(call("mini_batches(samples, batch_size, rng)", "samples", samples,
                                      "batch_size", batch_size),
                                 [samples = samples, batch_size = batch_size] {
                                     Rng rng = input_rng(0);
                                     return mini_batches(samples, batch_size, rng);
                                 });

    judge([&, samples = samples, batch_size = batch_size] {
        if (samples < 0) {
            expect_refused(batches, {"samples = " + std::to_string(samples),
                                     "samples must not be negative",
                                     {static_cast<double>(samples)},
                                     "samples_not_checked"});
            return;
        }
        const Refusal refusal{"batch_size = " + std::to_string(batch_size),
                              "batch_size has to be at least 1",
                              {static_cast<double>(batch_size)},
                              "batch_size_not_checked"};
        expect_refused(batches, samples == 0 ? behind_a_shortcut(refusal, "samples = 0") : refusal);
    });
}

// --- An epoch ------------------------------------------------------------------------------------

constexpr Index inputs = 5, hidden = 6, classes = 4, samples = 11;
constexpr double p = 0.3;

/// Small, so that no Tanh is so close to 1 that its slope is all rounding.
Matrix some_images() { return 0.4f * distinct_values(samples, inputs, 40); }

/// A label for each image, so that neighbours differ.
std::vector<Index> some_labels() {
    Rng rng = input_rng(41);
    std::vector<Index> labels;
    for (Index i = 0; i < samples; ++i) {
        Index label = static_cast<Index>(rng() % classes);
        if (i > 0 && label == labels.back()) label = (label + 1) % classes;
        labels.push_back(label);
    }
    return labels;
}

/// What an epoch is made of.
enum class Kind {
    partition,  ///< each image once, and a last batch that is smaller
    even,       ///< the same, as if there were one image fewer: batches of one size
    selection,  ///< some images left out, others twice
};

Batches some_batches(Kind kind, unsigned epoch) {
    Rng rng = input_rng(50 + epoch);
    std::vector<Index> order(samples);
    std::iota(order.begin(), order.end(), Index{0});
    // Not sorted, whatever the seed: the tests tell rows from positions.
    do std::shuffle(order.begin(), order.end(), rng);
    while (order[0] < 4 || order[1] > order[0] || order[4] < 4);
    const Batch first(order.begin(), order.begin() + 4),
        second(order.begin() + 4, order.begin() + 8), third(order.begin() + 8, order.end());
    switch (kind) {
        case Kind::partition:
            return {first, second, third};
        case Kind::even:
            return {first, second};
        default:
            return {second, {order[0], order[5], order[0]}, {order[9]}};
    }
}

/// Drops units by masks that are given, whatever the batch: that of its k-th training forward.
float mask_entry(std::uint64_t forward, Index row, Index column) {
    std::uint64_t bits = (forward * 1009 + static_cast<std::uint64_t>(row)) * 1013 +
                         static_cast<std::uint64_t>(column) + 1;
    for (int round = 0; round < 3; ++round) {
        bits ^= bits >> 31;
        bits *= 0x9e3779b97f4a7c15U;
    }
    return (bits >> 40) % 10 < 3 ? 0.0f : 1.0f;
}

Matrix given_mask(std::uint64_t forward, Index rows, Index cols) {
    return Matrix::NullaryExpr(rows, cols,
                               [&](Index i, Index j) { return mask_entry(forward, i, j); });
}

class GivenDropout : public nn::Layer {
public:
    Matrix forward(const Matrix& x) override {
        scaled_mask_ = Matrix::Ones(x.rows(), x.cols());
        if (training) {
            scaled_mask_ = given_mask(forwards_++, x.rows(), x.cols()) / static_cast<float>(1 - p);
        }
        return x.cwiseProduct(scaled_mask_);
    }
    Matrix backward(const Matrix& grad_output) override {
        return grad_output.cwiseProduct(scaled_mask_);
    }

private:
    std::uint64_t forwards_ = 0;
    Matrix scaled_mask_;
};

/// All layers' modes: each layer before those inside it.
using Modes = std::vector<int>;

Modes modes_of(nn::Layer& root) {
    Modes modes;
    for (const nn::Layer* layer : all_of(root)) modes.push_back(layer->training ? 1 : 0);
    return modes;
}

void put_modes(nn::Layer& root, int pattern) {
    Rng rng(static_cast<std::uint64_t>(pattern));
    for (nn::Layer* layer : all_of(root))
        layer->training = pattern == 1 || (pattern > 1 && rng() % 2);
}

std::string text_of(const Modes& modes) {
    std::string text;
    for (const int mode : modes) text += mode != 0 ? 'T' : 'E';
    return text;
}

Matrix flat(const Matrix& matrix) {
    return Eigen::Map<const Matrix>(matrix.data(), 1, matrix.size());
}

/// What an epoch did to the network, as its own layers saw it.
struct Epoch {
    std::string events;           ///< F a forward in training, f any other, B a backward, in order
    std::vector<Matrix> x, y;     ///< what went in and came out, of each F
    std::vector<Matrix> grads;    ///< what arrived at the last layer, of each B
    std::vector<Matrix> before;   ///< the parameters before each F, one after the other
    std::vector<Matrix> after;    ///< the parameters after the epoch, each in its shape
    Modes modes;                  ///< after the epoch
    std::vector<Matrix> moments;  ///< of each state, first and second
    std::vector<std::int64_t> counts;  ///< each state's step
    double loss = 0;
};

/// Weights of the test's own: the judge cannot draw those of nn::Linear.
std::vector<Matrix> start_values() {
    return {0.3f * distinct_values(hidden, inputs, 60), 0.3f * distinct_values(1, hidden, 61),
            0.3f * distinct_values(classes, hidden, 62), 0.3f * distinct_values(1, classes, 63)};
}

/// A network with a tap at both ends, which write down what comes by.
class Watched : public nn::Layer {
public:
    Watched() {
        Rng rng = input_rng(42);
        auto inner = std::make_unique<nn::Sequential>();
        inner->add(std::make_unique<nn::Linear>(inputs, hidden, rng));
        inner->add(std::make_unique<nn::Tanh>());
        inner->add(std::make_unique<GivenDropout>());
        network_.add(std::move(inner));
        network_.add(std::make_unique<nn::Linear>(hidden, classes, rng));
        const std::vector<Matrix> values = start_values();
        for (std::size_t i = 0; i < values.size(); ++i) parameters()[i]->value = values[i];
        nn::zero_grad(network_);
    }

    Matrix forward(const Matrix& x) override {
        const Modes modes = modes_of(*this);
        const bool trains = std::find(modes.begin(), modes.end(), 0) == modes.end();
        epoch.events += trains ? 'F' : 'f';
        const Matrix y = network_.forward(x);
        if (trains && epoch.x.size() < 100) {
            epoch.x.push_back(x);
            epoch.y.push_back(y);
            Matrix values(1, 0);
            for (const nn::Parameter* one : parameters()) {
                const Matrix row = flat(one->value);
                values.conservativeResize(1, values.cols() + row.cols());
                values.rightCols(row.cols()) = row;
            }
            epoch.before.push_back(values);
        }
        return y;
    }

    Matrix backward(const Matrix& grad_output) override {
        epoch.events += 'B';
        if (epoch.grads.size() < 100) epoch.grads.push_back(grad_output);
        return network_.backward(grad_output);
    }

    std::vector<nn::Parameter*> parameters() override { return network_.parameters(); }
    std::vector<nn::Layer*> children() override { return {&network_}; }

    Epoch epoch;  ///< the one that runs

private:
    nn::Sequential network_;
};

/// Runs one epoch of the student's and returns what was seen of it.
Epoch watched_epoch(Watched& network, const Batches& batches, std::vector<AdamState>& states,
                    const AdamOptions& options) {
    network.epoch = {};
    const double loss =
        train_epoch(network, some_images(), some_labels(), batches, states, options);
    Epoch epoch = network.epoch;
    epoch.events = epoch.events.substr(0, 100);
    epoch.loss = loss;
    epoch.modes = modes_of(network);
    for (const nn::Parameter* one : network.parameters()) epoch.after.push_back(one->value);
    for (std::size_t i = 0; i < states.size() && i < 100; ++i) {
        epoch.moments.push_back(states[i].first_moment);
        epoch.moments.push_back(states[i].second_moment);
        epoch.counts.push_back(states[i].step);
    }
    return epoch;
}

/// With an ε that keeps a gradient near 0, which is all rounding, from taking a step as long as lr.
AdamOptions usual(double weight_decay = 0) {
    return {.lr = 0.02, .eps = 1e-2, .weight_decay = weight_decay};
}

/// Epochs of a new network.
std::vector<Epoch> watched_epochs(const std::vector<Batches>& epochs, const AdamOptions& options) {
    Watched network;
    std::vector<AdamState> states;
    std::vector<Epoch> result;
    for (const Batches& batches : epochs) {
        result.push_back(watched_epoch(network, batches, states, options));
    }
    return result;
}

}  // namespace
}  // namespace lab::test

template <>
struct lab::observe::Codec<lab::test::Epoch> {
    static void write(Writer& writer, const test::Epoch& epoch) {
        Codec<std::string>::write(writer, epoch.events);
        for (const auto* matrices :
             {&epoch.x, &epoch.y, &epoch.grads, &epoch.before, &epoch.after, &epoch.moments}) {
            Codec<std::vector<Matrix>>::write(writer, *matrices);
        }
        Codec<std::vector<int>>::write(writer, epoch.modes);
        Codec<std::vector<std::int64_t>>::write(writer, epoch.counts);
        Codec<double>::write(writer, epoch.loss);
    }
    static test::Epoch read(Reader& reader) {
        test::Epoch epoch;
        epoch.events = Codec<std::string>::read(reader);
        for (auto* matrices :
             {&epoch.x, &epoch.y, &epoch.grads, &epoch.before, &epoch.after, &epoch.moments}) {
            *matrices = Codec<std::vector<Matrix>>::read(reader);
        }
        epoch.modes = Codec<std::vector<int>>::read(reader);
        epoch.counts = Codec<std::vector<std::int64_t>>::read(reader);
        epoch.loss = Codec<double>::read(reader);
        return epoch;
    }
};

namespace lab::test {
namespace {

Matrix images_of(const Batch& batch) {
    const Matrix images = some_images();
    Matrix x(static_cast<Index>(batch.size()), images.cols());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        x.row(static_cast<Index>(i)) = images.row(batch[i]);
    }
    return x;
}

std::vector<Index> labels_of(const Batch& batch) {
    const std::vector<Index> labels = some_labels();
    std::vector<Index> result;
    for (const Index i : batch) result.push_back(labels[static_cast<std::size_t>(i)]);
    return result;
}

/// The indices from `begin` to before `end`, and round again when there are no more.
Batch positions(Index begin, Index end) {
    Batch result;
    for (Index i = begin; i < end; ++i) result.push_back(i % samples);
    return result;
}

/// Fails and ends the judging block unless there is a forward and a backward for each batch.
void require_a_step_for_each(const Epoch& epoch, const Batches& batches) {
    const auto forwards = std::count(epoch.events.begin(), epoch.events.end(), 'F');
    const auto others = std::count(epoch.events.begin(), epoch.events.end(), 'f');
    const auto backwards = std::count(epoch.events.begin(), epoch.events.end(), 'B');
    const auto expected = static_cast<std::ptrdiff_t>(batches.size());
    const auto of_images = static_cast<std::ptrdiff_t>(joined(batches).size());
    const auto sized = [&](std::size_t k, std::size_t other) {
        return k < epoch.x.size() && epoch.x[k].rows() == static_cast<Index>(batches[other].size());
    };
    const bool right = forwards == expected && backwards == expected;
    expect(right,
           std::to_string(batches.size()) + " batches gave " + std::to_string(forwards) +
               " forwards in training mode, " + std::to_string(others) +
               " with layers in evaluation, and " + std::to_string(backwards) + " backwards",
           {{"trains_in_evaluation", forwards == 0 && others > 0,
             "The network, or a part of it, runs in evaluation mode. Who switches all of its "
             "layers to training, and when?"},
            {"no_forward", forwards == 0, "The network's forward is never called."},
            {"one_image_a_step", forwards == of_images && forwards > expected,
             "Every image goes through the network alone. What is a batch for?"},
            {"last_batch_dropped", forwards == expected - 1 && sized(0, 0),
             "The last batch is left out. Which is the last index that your loop reaches?"},
            {"first_batch_dropped", forwards == expected - 1,
             "The first batch is left out. At which index does your loop start?"},
            {"one_step_an_epoch", forwards == 1 || (forwards == expected && backwards == 1),
             "There is one step for the whole epoch. How often is a step to be taken?"},
            {"no_backward", backwards == 0, "The network's backward is never called."},
            {"forward_repeated", forwards == 2 * expected && backwards == expected,
             "Each batch goes through the network twice. With which masks is the loss, and with "
             "which the gradient?"},
            {"wrong_count_of_steps", true, "Each batch is one forward and one backward.", true}});
    if (!right || epoch.x.size() != batches.size() || epoch.y.size() != batches.size() ||
        epoch.grads.size() != batches.size() || epoch.before.size() != batches.size()) {
        FAIL("");
    }
}

/// The same unless, besides, each forward's output has a row for each image of its batch.
void require_its_batch_in_each_step(const Epoch& epoch, const Batches& batches) {
    require_a_step_for_each(epoch, batches);
    const auto values = static_cast<Index>(hidden * inputs + hidden + classes * hidden + classes);
    for (std::size_t k = 0; k < batches.size(); ++k) {
        const bool fits = epoch.y[k].rows() == static_cast<Index>(batches[k].size()) &&
                          epoch.y[k].cols() == classes && epoch.before[k].cols() == values;
        const std::string number = std::to_string(k + 1);
        expect(fits, "forward " + number + " was not of batch " + number + "'s images");
        if (!fits) FAIL("");
    }
}

TEST_CASE("the images of each batch go through the network together, in training",
          "[08][weight=2]") {
    const Kind kind = GENERATE(Kind::partition, Kind::even, Kind::selection);
    const Batches batches = some_batches(kind, 0);

    const auto epoch =
        observe(call("train_epoch of a network with 11 images, in batches of the indices " +
                     text_of(batches)),
                [&] { return watched_epochs({batches}, usual()).front(); });

    judge([&] {
        require_a_step_for_each(*epoch, batches);
        const auto all_are = [&](auto&& picked) {
            for (std::size_t k = 0; k < batches.size(); ++k) {
                if (!agree(epoch->x[k], images_of(picked(k)))) return false;
            }
            return true;
        };
        Index begin = 0;
        std::vector<Index> begins;
        for (const Batch& batch : batches) {
            begins.push_back(begin);
            begin += static_cast<Index>(batch.size());
        }
        const auto size = [&](std::size_t k) { return static_cast<Index>(batches[k].size()); };
        const bool by_position =
            all_are([&](std::size_t k) { return positions(begins[k], begins[k] + size(k)); });
        const bool first_rows = all_are([&](std::size_t k) { return positions(0, size(k)); });
        const bool off_by_one = all_are([&](std::size_t k) {
            Batch moved = batches[k];
            for (Index& i : moved) i = (i + samples - 1) % samples;
            return moved;
        });
        const bool backwards =
            all_are([&](std::size_t k) { return batches[batches.size() - 1 - k]; });
        const bool same_batch = all_are([&](std::size_t) { return batches[0]; });
        const bool reordered = all_are([&](std::size_t k) {
            Batch sorted = batches[k];
            std::sort(sorted.begin(), sorted.end());
            return sorted;
        });
        for (std::size_t k = 0; k < batches.size(); ++k) {
            const std::string which = "batch " + std::to_string(k + 1) + "'s images";
            const auto if_so = [](bool fits) { return [fits](const Matrix&) { return fits; }; };
            CHECK_THAT(
                epoch->x[k],
                equals(
                    images_of(batches[k]), which,
                    {{"images_not_picked", if_so(by_position || first_rows),
                      "The images are taken by their place in the epoch. What are the numbers in "
                      "a batch?"},
                     {"counted_from_one", if_so(off_by_one),
                      "Every image is the one before the right one. With which number do the "
                      "indices begin?"},
                     {"batches_out_of_order", if_so(backwards),
                      "The batches come from last to first."},
                     {"first_batch_only", if_so(same_batch),
                      "Every step takes the first batch again."},
                     {"rows_reordered", if_so(reordered),
                      "The rows of a batch come in another order than its indices."}}));
            if (!agree(epoch->x[k], images_of(batches[k]))) return;
        }
    });
}

TEST_CASE("the gradient that goes back is that of the batch's mean loss", "[08][weight=2]") {
    const Kind kind = GENERATE(Kind::partition, Kind::selection);
    const Batches batches = some_batches(kind, 0);

    const auto epoch =
        observe(call("train_epoch of a network with 11 images, in batches of the indices " +
                     text_of(batches)),
                [&] { return watched_epochs({batches}, usual()).front(); });

    judge([&] {
        require_its_batch_in_each_step(*epoch, batches);
        Index begin = 0;
        for (std::size_t k = 0; k < batches.size(); ++k) {
            const auto size = static_cast<Index>(batches[k].size());
            const auto by_labels = [&](const std::vector<Index>& labels) -> Matrix {
                return reference::softmax_cross_entropy(epoch->y[k], labels).grad;
            };
            const Matrix right = by_labels(labels_of(batches[k]));
            const auto n = static_cast<float>(size), all = static_cast<float>(samples);
            Batch before = batches[k];
            for (Index& i : before) i = (i + samples - 1) % samples;
            std::vector<Explanation> explanations{
                {"negated", would_be(-right), "It points uphill. Who takes the step downhill?"}};
            if (size > 1) {
                explanations.push_back(
                    {"summed_over_batch", would_be(right * n),
                     "It is the gradient of the sum over the batch, not of the mean. Is the "
                     "gradient scaled after nn::softmax_cross_entropy?"});
                explanations.push_back({"divided_twice", would_be(right / n),
                                        "It is divided by the size of the batch twice. What does "
                                        "nn::softmax_cross_entropy return already?"});
            }
            explanations.push_back(
                {"divided_by_all_images", would_be(right * n / all),
                 "It is divided by the number of all images. Over what is the step's mean?"});
            for (const Batch& wrong : {positions(0, size), positions(begin, begin + size)}) {
                explanations.push_back(
                    {"labels_not_picked", would_be(by_labels(labels_of(wrong))),
                     "The labels are taken by their place, not by the batch's indices: each image "
                     "meets another one's label."});
            }
            explanations.push_back({"counted_from_one", would_be(by_labels(labels_of(before))),
                                    "Each label is that of the image before."});
            CHECK_THAT(epoch->grads[k], matches_sums(right, 1 / n, explanations));
            if (!agree(epoch->grads[k], right, 1e-5f / n)) return;
            begin += size;
        }
    });
}

TEST_CASE("the loss is the mean over the samples, each as it was before its step",
          "[08][weight=2]") {
    const Kind kind = GENERATE(Kind::partition, Kind::selection);
    const double weight_decay = GENERATE(0.0, 0.3);
    const Batches batches = some_batches(kind, 0);

    const auto epochs =
        observe(call("the result of train_epoch, in batches of the indices " + text_of(batches),
                     "weight_decay", weight_decay),
                [&] {
                    return watched_epochs({batches, batches}, usual(weight_decay));
                });

    judge([&] {
        REQUIRE(epochs->size() == 2);
        for (const Epoch& epoch : *epochs) {
            require_its_batch_in_each_step(epoch, batches);
            double total = 0, of_batches = 0, count = 0, last = 0, last_size = 0, first = 0;
            double penalties = 0, after_step = 0;
            for (std::size_t k = 0; k < batches.size(); ++k) {
                const std::vector<Index> labels = labels_of(batches[k]);
                const auto n = static_cast<double>(labels.size());
                last = reference::softmax_cross_entropy(epoch.y[k], labels).value;
                last_size = n;
                if (k == 0) first = last;
                total += n * last;
                of_batches += last;
                count += n;
                // The weights, without the biases.
                const Matrix& values = epoch.before[k];
                const double squares =
                    values.leftCols(hidden * inputs).squaredNorm() +
                    values.middleCols(hidden * inputs + hidden, classes * hidden).squaredNorm();
                penalties += n * weight_decay / 2 * squares;
            }
            // The whole epoch's images through the network as it is afterwards.
            if (epoch.after.size() == 4) {
                std::vector<reference::Layer> layers{
                    {reference::Kind::linear, epoch.after[0], epoch.after[1]},
                    {reference::Kind::tanh},
                    {reference::Kind::linear, epoch.after[2], epoch.after[3]}};
                const Batch all = joined(batches);
                const Matrix y =
                    reference::run(layers, images_of(all),
                                   Matrix::Ones(static_cast<Index>(all.size()), classes), false)
                        .output;
                after_step = reference::softmax_cross_entropy(y, labels_of(all)).value;
            }
            const auto n = static_cast<double>(batches.size());
            const double right = total / count;
            const auto is = [&](double value) {
                return std::abs(epoch.loss - value) <= 1e-5 * std::max(1.0, std::abs(value));
            };
            expect(is(right), "yours " + number(epoch.loss) + ", LibTorch's " + number(right),
                   {{"mean_of_batches", is(of_batches / n),
                     "Every batch counts the same, also a smaller one. How much does one of its "
                     "samples count then?"},
                    {"summed_over_batches", is(of_batches),
                     "That is the sum of the batches' losses. What is the mean of a sample?"},
                    {"summed_over_samples", is(total),
                     "That is the sum over the samples. What is it divided by?"},
                    {"divided_by_batches", is(total / n),
                     "The sum over the samples is divided by the number of batches."},
                    {"divided_by_all_images", is(total / static_cast<double>(samples)),
                     "The sum is divided by the number of images. How many samples were in the "
                     "batches?"},
                    {"divided_twice", is(of_batches / count) || is(right / n) || is(right / count),
                     "It is divided once too often. What does nn::softmax_cross_entropy return "
                     "already?"},
                    {"batch_sizes_alike",
                     is(of_batches * static_cast<double>(batches[0].size()) / count),
                     "Every batch counts as if it had the first one's size."},
                    {"last_batch_only", is(last) || is(last * last_size / count),
                     "Only the last batch's loss is in it. Where does the sum live?"},
                    {"first_batch_only", is(first), "That is the loss of the first batch alone."},
                    {"penalty_included", weight_decay > 0 && is(right + penalties / count),
                     "The penalty is in it. What does the header say of decay?"},
                    {"loss_after_training", is(after_step),
                     "That is the loss after the epoch, in evaluation. Whose loss is asked for?"},
                    {"always_zero", epoch.loss == 0, "It is 0."},
                    {"not_a_number", !std::isfinite(epoch.loss),
                     "It is not finite. What is divided by what there?", true},
                    {"wrong_loss", true,
                     "Take two batches, of 4 and 3 samples, with the losses 2 and 1. What is the "
                     "mean of a sample?",
                     true}});
            if (!is(right)) return;
        }
    });
}

// --- Steps ---------------------------------------------------------------------------------------

/// The layers with these parameters and the mask of training forward number `forward`.
std::vector<reference::Layer> layers_with(const std::vector<Matrix>& values, std::uint64_t forward,
                                          Index rows) {
    reference::Layer dropout{reference::Kind::dropout};
    dropout.mask = given_mask(forward, rows, hidden);
    dropout.p = p;
    return {{reference::Kind::linear, values[0], values[1]},
            {reference::Kind::tanh},
            dropout,
            {reference::Kind::linear, values[2], values[3]}};
}

/// The parameters, each in its shape, from a row that holds them one after the other.
std::vector<Matrix> unflattened(const Matrix& row) {
    std::vector<Matrix> values = start_values();
    Index begin = 0;
    for (Matrix& value : values) {
        if (begin + value.size() <= row.cols()) {
            std::copy_n(row.data() + begin, value.size(), value.data());
        }
        begin += value.size();
    }
    return values;
}

/// How the steps of an epoch go wrong. Each member is one mistake; without any they are right.
struct StepMistake {
    bool accumulates = false;           ///< gradients are never set to 0
    bool states_of_each_epoch = false;  ///< every epoch starts with fresh states
    bool states_of_each_step = false;
    bool steps_at_the_end = false;  ///< one step an epoch, along the sum of all gradients
    bool decoupled = false;         ///< AdamW
    double decay = 1;               ///< factor on λ
    bool biases_decay = false;
    bool sgd = false;
    bool default_options = false;
    bool default_but_lr = false;  ///< only lr is handed on
    int steps_a_batch = 1;
    std::size_t first = 0, last = 3;  ///< only these parameters are stepped
    bool weights_only = false;
    bool leftover = false;  ///< the gradient that was there before the first step counts
};

struct NamedStepMistake {
    std::string diagnosis;
    std::string advice;
    StepMistake mistake;
};

const std::vector<NamedStepMistake>& known_step_mistakes() {
    static const std::vector<NamedStepMistake> all{
        {"gradient_not_zeroed",
         "The gradients of all steps so far add up. What does a backward do with the gradient that "
         "is there, and who clears it?",
         {.accumulates = true}},
        {"no_step", "The parameters have not moved. Who takes the step?", {.steps_a_batch = 0}},
        {"states_forgotten",
         "Every epoch starts with empty moments. Who keeps them from one epoch to the next?",
         {.states_of_each_epoch = true}},
        {"states_forgotten",
         "Every step starts with empty moments. Where do they have to live to outlast it?",
         {.states_of_each_step = true}},
        {"one_step_an_epoch",
         "The parameters move once, at the end of the epoch. What is a batch for?",
         {.steps_at_the_end = true}},
        {"decoupled_for_coupled",
         "The decay does not run through the moments: that is AdamW. Which step does the header "
         "name?",
         {.decoupled = true}},
        {"weight_decay_ignored", "The weights do not decay. What is in options?", {.decay = 0}},
        {"decay_twice",
         "The weights decay twice. adam_step does it already: who else adds λW?",
         {.decay = 2}},
        {"bias_decayed", "The biases decay as well.", {.biases_decay = true}},
        {"options_ignored",
         "The steps are those of other options. Do options reach adam_step as they came?",
         {.default_options = true}},
        {"options_ignored",
         "Of the options, only lr has an effect. Do they reach adam_step as they came?",
         {.default_but_lr = true}},
        {"sgd_for_adam", "The steps are those of SGD.", {.sgd = true}},
        {"stepped_twice", "Two steps are taken for each batch.", {.steps_a_batch = 2}},
        {"parameters_left_out", "Only the first parameter moves.", {.last = 0}},
        {"parameters_left_out", "The last parameter does not move.", {.last = 2}},
        {"parameters_left_out", "The first parameter does not move.", {.first = 1}},
        {"parameters_left_out",
         "The biases do not move. Is decays the flag for that?",
         {.weights_only = true}},
        {"leftover_gradient",
         "The first step also follows a gradient that was there before. When has it to be set to "
         "0: before a backward, or after a step?",
         {.leftover = true}}};
    return all;
}

struct Moments {
    Eigen::ArrayXXd m, v;
    int t = 0;
};

/// Where each step of the epochs should have led, from where it began, had the mistake been made:
/// the parameters of each epoch's step k + 1 (or its end) follow from those of step k.
bool explains(const StepMistake& mistake, const std::vector<Epoch>& epochs,
              const std::vector<Batches>& batches, const AdamOptions& given,
              const std::vector<Matrix>& leftover) {
    std::vector<Moments> states(4);
    std::vector<Eigen::ArrayXXd> sums;
    for (const Matrix& value : start_values()) {
        sums.push_back(Eigen::ArrayXXd::Zero(value.rows(), value.cols()));
    }
    if (mistake.leftover) {
        for (std::size_t i = 0; i < 4; ++i) sums[i] = leftover[i].cast<double>().array();
    }
    AdamOptions options = given;
    if (mistake.default_options || mistake.default_but_lr) {
        options = {};
        if (mistake.default_but_lr) options.lr = given.lr;
    }
    std::uint64_t forward = 0;
    for (std::size_t e = 0; e < epochs.size(); ++e) {
        if (mistake.states_of_each_epoch) states.assign(4, {});
        for (std::size_t k = 0; k < batches[e].size(); ++k, ++forward) {
            const Batch& batch = batches[e][k];
            const auto rows = static_cast<Index>(batch.size());
            const std::vector<Matrix> values = unflattened(epochs[e].before[k]);
            const auto layers = layers_with(values, forward, rows);
            const Matrix grad =
                reference::softmax_cross_entropy(epochs[e].y[k], labels_of(batch)).grad;
            const auto grads = reference::run(layers, images_of(batch), grad, true).grads;
            const std::vector<Matrix> next =
                k + 1 < batches[e].size() ? unflattened(epochs[e].before[k + 1]) : epochs[e].after;
            if (mistake.states_of_each_step) states.assign(4, {});
            for (std::size_t i = 0; i < 4; ++i) {
                const bool adds = mistake.accumulates || (mistake.leftover && forward == 0) ||
                                  (mistake.steps_at_the_end && k > 0);
                if (!adds) sums[i].setZero();
                sums[i] += grads[i].cast<double>().array();
                const bool is_weight = i % 2 == 0;
                Eigen::ArrayXXd w = values[i].cast<double>().array();
                const double lambda = (is_weight || mistake.biases_decay ? 1 : 0) * mistake.decay *
                                      options.weight_decay;
                const bool left_out = i < mistake.first || i > mistake.last ||
                                      (mistake.weights_only && !is_weight) ||
                                      (mistake.steps_at_the_end && k + 1 < batches[e].size());
                Moments& state = states[i];
                for (int s = 0; s < (left_out ? 0 : mistake.steps_a_batch); ++s) {
                    const Eigen::ArrayXXd g =
                        mistake.decoupled ? sums[i] : Eigen::ArrayXXd(sums[i] + lambda * w);
                    if (mistake.sgd) {
                        w -= options.lr * g;
                        continue;
                    }
                    if (mistake.decoupled) w *= 1 - options.lr * lambda;
                    if (state.t++ == 0)
                        state.m = state.v = Eigen::ArrayXXd::Zero(w.rows(), w.cols());
                    state.m = options.beta1 * state.m + (1 - options.beta1) * g;
                    state.v = options.beta2 * state.v + (1 - options.beta2) * g.square();
                    w -= options.lr * (state.m / (1 - std::pow(options.beta1, state.t))) /
                         ((state.v / (1 - std::pow(options.beta2, state.t))).sqrt() + options.eps);
                }
                if (!agree(next[i], w.cast<float>().matrix(), 2e-5f)) return false;
            }
        }
    }
    return true;
}

/// LibTorch's parameters after these epochs, and its losses, one for each step.
reference::Trained right_training(const std::vector<Batches>& batches, const AdamOptions& options) {
    std::vector<reference::TrainingStep> steps;
    for (const Batches& epoch : batches) {
        for (const Batch& batch : epoch) {
            const auto rows = static_cast<Index>(batch.size());
            steps.push_back({images_of(batch),
                             Matrix(),
                             {given_mask(steps.size(), rows, hidden)},
                             labels_of(batch)});
        }
    }
    const reference::OptimizerOptions same{options.lr, options.beta1, options.beta2, options.eps,
                                           options.weight_decay};
    return reference::train(layers_with(start_values(), 0, 1), steps, reference::Optimizer::adam,
                            same, 0);
}

std::vector<Matrix> parameters_of(const reference::Trained& trained) {
    std::vector<Matrix> values;
    for (const reference::Layer& layer : trained.layers) {
        if (layer.kind != reference::Kind::linear) continue;
        values.push_back(layer.weight);
        values.push_back(layer.bias);
    }
    return values;
}

bool close(const std::vector<Matrix>& a, const std::vector<Matrix>& b) {
    return std::equal(
        a.begin(), a.end(), b.begin(), b.end(),
        [](const Matrix& one, const Matrix& other) { return agree(one, other, 2e-5f); });
}

const std::vector<Matrix>& no_gradients() {
    static const std::vector<Matrix> none = [] {
        std::vector<Matrix> zeros = start_values();
        for (Matrix& zero : zeros) zero.setZero();
        return zeros;
    }();
    return none;
}

/// "at (2, 1) of the first bias: …" of the first entry that is not LibTorch's.
std::string first_difference(const std::vector<Matrix>& mine, const std::vector<Matrix>& right) {
    const std::vector<std::string> names{"the first weight", "the first bias", "the second weight",
                                         "the second bias"};
    for (std::size_t i = 0; i < right.size(); ++i) {
        if (mine[i].rows() != right[i].rows() || mine[i].cols() != right[i].cols()) {
            return names[i] + " has another shape";
        }
        for (Index row = 0; row < right[i].rows(); ++row) {
            for (Index col = 0; col < right[i].cols(); ++col) {
                const float yours = mine[i](row, col), expected = right[i](row, col);
                if (std::abs(yours - expected) <= 1e-5f * std::abs(expected) + 2e-5f) continue;
                return "at (" + std::to_string(row) + ", " + std::to_string(col) + ") of " +
                       names[i] + ": yours " + number(yours) + ", LibTorch " + number(expected) +
                       "   (at the start " + number(start_values()[i](row, col)) + ")";
            }
        }
    }
    return "";
}

/// After each epoch, the parameters are LibTorch's. `leftover` are the gradients that the
/// parameters had before; `otherwise` is the name of what no known mistake of a step explains.
void expect_training(const std::vector<Epoch>& epochs, const std::vector<Batches>& batches,
                     const AdamOptions& options,
                     const std::vector<Matrix>& leftover = no_gradients(),
                     const Suspect& otherwise = {"wrong_step", true,
                                                 "Write down, for one batch, what happens in which "
                                                 "order: forward, loss, gradients to 0, backward, "
                                                 "a step of each parameter.",
                                                 true}) {
    REQUIRE(epochs.size() == batches.size());
    std::vector<Epoch> seen;
    std::vector<Batches> so_far;
    for (std::size_t e = 0; e < epochs.size(); ++e) {
        const Epoch& epoch = epochs[e];
        seen.push_back(epoch);
        so_far.push_back(batches[e]);
        require_its_batch_in_each_step(epoch, batches[e]);
        const std::vector<Matrix> right = parameters_of(right_training(so_far, options));
        REQUIRE(epoch.after.size() == right.size());
        if (close(epoch.after, right)) continue;

        const std::string message =
            "after epoch " + std::to_string(e + 1) + ", " + first_difference(epoch.after, right);
        for (const NamedStepMistake& known : known_step_mistakes()) {
            if (!explains(known.mistake, seen, so_far, options, leftover)) continue;
            expect(false, message, {{known.diagnosis, true, known.advice}});
            return;
        }
        expect(false, message, {otherwise});
        return;
    }
    expect(true, "");
}

TEST_CASE("three epochs are LibTorch's, step by step", "[08][weight=3]") {
    const double weight_decay = GENERATE(0.0, 1e-2, 0.3);
    const Kind kind = GENERATE(Kind::partition, Kind::selection);
    AdamOptions options = usual(weight_decay);
    if (kind == Kind::selection) options = {0.05, 0.8, 0.95, 0.07, weight_decay};
    const std::vector<Batches> batches{some_batches(kind, 0), some_batches(kind, 1),
                                       some_batches(kind, 2)};

    const auto epochs =
        observe(call("three times train_epoch, in batches of the indices " + text_of(batches[0]),
                     "lr", options.lr, "weight_decay", weight_decay),
                [&] { return watched_epochs(batches, options); });

    judge([&] { expect_training(*epochs, batches, options); });
}

TEST_CASE("a gradient from before does not count", "[08]") {
    const std::vector<Batches> batches{some_batches(Kind::partition, 0)};
    const auto leftover = [] {
        std::vector<Matrix> gradients = start_values();
        for (Matrix& gradient : gradients) gradient *= -2.0f;
        return gradients;
    };

    const auto epochs =
        observe(call("train_epoch of a network whose parameters have gradients already"), [&] {
            Watched network;
            const std::vector<nn::Parameter*> parameters = network.parameters();
            for (std::size_t i = 0; i < parameters.size(); ++i) {
                parameters[i]->grad = leftover()[i];
            }
            std::vector<AdamState> states;
            return std::vector<Epoch>{watched_epoch(network, batches[0], states, usual())};
        });

    judge([&] { expect_training(*epochs, batches, usual(), leftover()); });
}

TEST_CASE("an epoch trains all layers, in whatever mode they were", "[08]") {
    const int pattern = GENERATE(0, 1, 2, 3);
    const Batches batches = some_batches(Kind::partition, 0);

    const auto epoch =
        observe(call(pattern == 0
                         ? "train_epoch of a network in evaluation mode"
                         : "train_epoch of a network, some of whose layers are in evaluation mode"),
                [&] {
                    Watched network;
                    put_modes(network, pattern);
                    std::vector<AdamState> states;
                    return watched_epoch(network, batches, states, usual());
                });

    judge([&] {
        require_a_step_for_each(*epoch, batches);
        const Modes& modes = epoch->modes;
        expect(std::find(modes.begin(), modes.end(), 0) == modes.end(),
               "the layers' modes are " + text_of(modes) +
                   " afterwards, each layer before those inside it (T training, E evaluation)",
               {{"left_in_evaluation", true,
                 "The network is to stay in training mode. Who switches it back?"}});
    });
}

TEST_CASE("the states are filled once, one for each parameter, and outlast the epoch", "[08]") {
    const std::vector<Batches> batches{some_batches(Kind::partition, 0),
                                       some_batches(Kind::partition, 1)};

    const auto epochs = observe(
        call("train_epoch of one network, then of another one with states of its own, in turn, two "
             "epochs each"),
        [&] {
            Watched one, other;
            std::vector<AdamState> of_one, of_other;
            std::vector<Epoch> result;
            for (const Batches& epoch : batches) {
                result.push_back(watched_epoch(one, epoch, of_one, usual()));
                result.push_back(watched_epoch(other, epoch, of_other, usual()));
                // Whoever keeps a training keeps its states.
                of_one = std::vector<AdamState>(of_one);
            }
            return result;
        });

    judge([&] {
        REQUIRE(epochs->size() == 4);
        for (std::size_t i = 0; i < 4; ++i) {
            const Epoch& epoch = (*epochs)[i];
            expect(epoch.counts.size() == 4,
                   "there are " + std::to_string(epoch.counts.size()) +
                       " states for 4 parameters after epoch " + std::to_string(i / 2 + 1),
                   {{"states_outside", epoch.counts.empty(),
                     "states is still empty: what Adam remembers is gone, or somewhere else. Who "
                     "gives it to the next epoch?"},
                    {"states_outside", true, "Who needs more or fewer states than parameters?",
                     true}});
            if (epoch.counts.size() != 4) return;
            const auto steps = static_cast<std::int64_t>(3 * (i / 2 + 1));
            const std::vector<Matrix> values = start_values();
            bool shapes = epoch.moments.size() == 8;
            for (std::size_t k = 0; shapes && k < 8; ++k) {
                shapes = epoch.moments[k].rows() == values[k / 2].rows() &&
                         epoch.moments[k].cols() == values[k / 2].cols();
            }
            const bool counted = std::all_of(epoch.counts.begin(), epoch.counts.end(),
                                             [&](std::int64_t count) { return count == steps; });
            expect(shapes && counted,
                   "the states do not hold what adam_step left there: each parameter took " +
                       std::to_string(steps) + " steps",
                   {{"states_forgotten", i >= 2 && epoch.counts[0] == 3,
                     "The second epoch starts with empty states. When are they to be filled?"},
                    {"states_outside", true,
                     "Does adam_step get states[k] itself, or a copy of it? Is it that of the "
                     "parameter?"}});
            if (!shapes || !counted) return;
        }
        const Suspect kept{"states_outside", true,
                           "Something is kept outside of states, where another network finds it: "
                           "in something static?",
                           true};
        for (const std::size_t first : {std::size_t{0}, std::size_t{1}}) {
            expect_training({(*epochs)[first], (*epochs)[first + 2]}, batches, usual(),
                            no_gradients(), kept);
        }
    });
}

TEST_CASE("no batches change nothing, and their loss is 0", "[08]") {
    const auto epoch = observe(call("train_epoch without batches"),
                               [] { return watched_epochs({{}}, usual(0.3)).front(); });

    judge([&] {
        expect(epoch->loss == 0, "the loss is " + number(epoch->loss),
               {{"divided_by_zero", !std::isfinite(epoch->loss),
                 "What is 0/0? There may be no sample to divide by."}});
        expect(close(epoch->after, start_values()), "the parameters have changed",
               {{"stepped_without_batch", true, "Without a batch there is no step."}});
    });
}

TEST_CASE("labels or states that do not fit are refused", "[08]") {
    const int which = GENERATE(0, 1, 2, 3);

    const auto loss =
        observe(call(which == 0   ? "train_epoch of 11 images with 10 labels"
                     : which == 1 ? "train_epoch of 11 images with 12 labels"
                     : which == 2 ? "train_epoch of 4 parameters with 3 states"
                                  : "train_epoch of 4 parameters with 5 states"),
                [&] {
                    Watched network;
                    std::vector<Index> labels = some_labels();
                    if (which == 0) labels.pop_back();
                    if (which == 1) labels.push_back(0);
                    std::vector<AdamState> states(which == 2 ? 3 : which == 3 ? 5 : 0);
                    return train_epoch(network, some_images(), labels, {{1, 0}}, states, usual());
                });

    judge([&] {
        if (which < 2) {
            const int labels = which == 0 ? 10 : 12;
            expect_refused(loss, {std::to_string(labels) + " labels for 11 images",
                                  "every image has a label",
                                  {11, static_cast<double>(labels)},
                                  "labels_not_checked"});
        } else {
            const int states = which == 2 ? 3 : 5;
            expect_refused(loss, {std::to_string(states) + " states for 4 parameters",
                                  "every parameter has a state",
                                  {4, static_cast<double>(states)},
                                  "states_not_checked"});
        }
    });
}

TEST_CASE("an index that is no image's is refused", "[08]") {
    const Index index = GENERATE(Index{samples}, Index{samples + 100}, Index{-1});

    const auto loss =
        observe(call("train_epoch of 11 images with an index in a batch", "index", index), [&] {
            Watched network;
            std::vector<AdamState> states;
            return train_epoch(network, some_images(), some_labels(), {{1, 0}, {2, index}}, states,
                               usual());
        });

    judge([&] {
        const bool eigen = loss.stopped_by_eigen();
        const auto thrown = eigen ? std::nullopt : loss.exception();
        expect(thrown.has_value(),
               (eigen ? "left it to Eigen's assertion" : "went on") +
                   std::string(", where std::out_of_range was expected"),
               {{"index_not_checked", true,
                 "Indices run from 0 to 10 here. labels[i] asks nobody; which other way to get at "
                 "an entry of a vector does?"}});
        if (!thrown) return;
        expect(thrown->is(observe::StandardException::out_of_range),
               "it threw " + thrown->type + ": " + thrown->message +
                   "\nwhere std::out_of_range was expected",
               {{"wrong_exception", true,
                 "Callers catch the type that the contract in the header names. Is the index "
                 "looked at before it is used?"}});
    });
}

// --- The error rate ------------------------------------------------------------------------------

constexpr Index kinds = 7;

/// Moves each score two places to the left in evaluation, and five in training: neither is next to
/// the other, to where the score came from, or to where evaluation would move it if done twice.
class Switch : public nn::Layer {
public:
    Matrix forward(const Matrix& x) override { return moved(x, training ? 5 : 2); }
    Matrix backward(const Matrix& grad_output) override { return grad_output; }

    static Matrix moved(const Matrix& x, Index places) {
        Matrix y(x.rows(), x.cols());
        for (Index j = 0; j < x.cols(); ++j) y.col(j) = x.col((j + places) % x.cols());
        return y;
    }
};

struct Curse : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Thrower : public nn::Layer {
public:
    Matrix forward(const Matrix&) override { throw Curse{"the last layer is cursed"}; }
    Matrix backward(const Matrix& grad_output) override { return grad_output; }
};

/// Layers in a Sequential in a Sequential: in evaluation, scores move six places.
std::unique_ptr<nn::Sequential> nested(bool cursed = false) {
    auto inner = std::make_unique<nn::Sequential>();
    inner->add(std::make_unique<Switch>());
    inner->add(std::make_unique<Switch>());
    auto network = std::make_unique<nn::Sequential>();
    network->add(std::make_unique<Switch>());
    network->add(std::move(inner));
    if (cursed) network->add(std::make_unique<Thrower>());
    return network;
}

/// Where the row's largest number is.
Index largest_in(const Matrix& row) {
    Index at = 0;
    row.row(0).maxCoeff(&at);
    return at;
}

/// The share of rows whose largest entry is not at its label.
double share(const Matrix& scores, const std::vector<Index>& labels, Index offset = 0) {
    double wrong = 0;
    for (Index i = 0; i < scores.rows(); ++i) {
        if (largest_in(scores.row(i)) + offset != labels[static_cast<std::size_t>(i)]) ++wrong;
    }
    return wrong / static_cast<double>(scores.rows());
}

/// Images, which are scores, and labels of which a part is wrong after `places`.
struct Quiz {
    Matrix images;
    std::vector<Index> labels;
};

/// Of the wrong labels, more lie at some distances from the right one than at others, so that each
/// known mistake gives an error rate of its own.
Quiz some_quiz(Index count, Index places, int wrong_percent, float offset) {
    Quiz quiz{distinct_values(count, kinds, 70), {}};
    quiz.images.array() += offset;
    Rng rng = input_rng(71);
    const Matrix scores = Switch::moved(quiz.images, places);
    std::discrete_distribution<Index> distance({0, 1, 12, 2, 20, 3, 2});
    for (Index i = 0; i < count; ++i) {
        const bool wrong = static_cast<int>(rng() % 100) < wrong_percent;
        const Index away = wrong ? distance(rng) : 0;
        quiz.labels.push_back((largest_in(scores.row(i)) + away) % kinds);
    }
    return quiz;
}

bool same_share(double a, double b) { return std::abs(a - b) <= 1e-6; }

TEST_CASE("the error is the share of images whose largest score is not their label's",
          "[08][weight=3]") {
    const auto [count, wrong_percent, offset] = GENERATE(table<Index, int, float>({{400, 40, 0},
                                                                                   {300, 40, -10},
                                                                                   {31, 70, 10},
                                                                                   {17, 0, -10},
                                                                                   {9, 100, 0},
                                                                                   {1, 0, 0},
                                                                                   {1, 100, 10}}));
    const Quiz quiz = some_quiz(count, 2, wrong_percent, offset);

    const auto errors =
        observe(call("error_rate(network, images, labels) for a network whose scores are known",
                     "images", quiz.images),
                [&] {
                    Switch network;
                    const double first = error_rate(network, quiz.images, quiz.labels);
                    return std::pair(first, error_rate(network, quiz.images, quiz.labels));
                });

    judge([&, count = count] {
        const Matrix scores = Switch::moved(quiz.images, 2);
        const double right = share(scores, quiz.labels), mine = errors->first;
        const auto is = [&](double value) { return same_share(mine, value); };
        const auto n = static_cast<double>(count);
        // Of few images, or of none or all, many mistakes give the same share.
        const bool telling = count > 100 && mine > 0 && mine < 1;
        const std::vector<Index> but_last(quiz.labels.begin(), quiz.labels.end() - 1);
        double missed_last = right, missed_first = right;
        if (count > 1) {
            missed_last = share(scores.topRows(count - 1), but_last);
            missed_first =
                share(scores.bottomRows(count - 1), {quiz.labels.begin() + 1, quiz.labels.end()});
        }
        const auto zeros =
            static_cast<double>(std::count(quiz.labels.begin(), quiz.labels.end(), Index{0}));
        expect(
            is(right), "yours " + number(mine) + ", right " + number(right),
            {{"predicts_in_training",
              telling && is(share(Switch::moved(quiz.images, 5), quiz.labels)),
              "The network ran in training mode. Which mode is a test for?"},
             {"accuracy_for_error", telling && is(1 - right),
              "That is the share of right answers. Is a good network's error large or small?"},
             {"percentage", mine > 1 && (is(100 * right) || is(100 * (1 - right))),
              "That is a percentage. Which unit does the header ask for?"},
             {"counted_not_divided", count > 1 && (is(n * right) || is(n * (1 - right))),
              "That is how many there are. What is a share?"},
             {"smallest_score", telling && is(share(-scores, quiz.labels)),
              "The smallest score is taken for the answer. What does a large score say?"},
             {"counted_from_one",
              telling && (is(share(scores, quiz.labels, 1)) || is(share(scores, quiz.labels, -1))),
              "Answers and labels are counted from different numbers. With which one do the "
              "classes begin?"},
             {"network_ignored", telling && is(share(quiz.images, quiz.labels)),
              "The images are taken for the scores. Who makes scores of them?"},
             {"largest_starts_at_zero", offset < 0 && is(1 - zeros / n),
              "The answer is always 0 here, where all scores are negative. From which number does "
              "your search for the largest start?"},
             {"absolute_score", telling && is(share(scores.cwiseAbs(), quiz.labels)),
              "The sign of the scores does not count. Should it?"},
             {"divided_by_classes", is(n * right / static_cast<double>(kinds)),
              "The count is divided by the number of classes. Whose share is it?"},
             {"integers_divided", mine == std::floor(right),
              "It is rounded down to a whole number. What is 3 / 10 between integers in C++?"},
             {"last_row_missed", count > 1 && (is(missed_last) || is(missed_last * (n - 1) / n)),
              "The last image is not looked at. Where does the loop end?", true},
             {"first_row_missed", count > 1 && (is(missed_first) || is(missed_first * (n - 1) / n)),
              "The first image is not looked at. Where does the loop start?", true},
             {"wrong_error", true,
              "Take three images with four scores each, and count the wrong answers by hand.",
              true}});
        expect(same_share(errors->second, mine),
               "yours " + number(errors->second) + ", and " + number(mine) + " at the first call",
               {{"state_between_calls", true,
                 "Two calls with the same arguments differ. What does your function keep from one "
                 "call to the next, and in which mode does the network run?"}});
    });
}

TEST_CASE("of equal scores, the first one counts", "[08]") {
    // The largest score stands in two places of each row. For four of six labels it is the first.
    Matrix scores = -distinct_values(6, kinds, 72).cwiseAbs();
    std::vector<Index> labels;
    for (Index i = 0; i < 6; ++i) {
        const Index first = i % 3, second = first + 2 + i % 2;
        scores(i, first) = scores(i, second) = 0.5f;
        labels.push_back(i < 4 ? first : second);
    }

    const auto error =
        observe(call("error_rate(network, images, labels) for images whose two largest scores are "
                     "equal, in 4 of 6 the first one is the label's"),
                [&] {
                    Switch network;
                    return error_rate(network, Switch::moved(scores, kinds - 2), labels);
                });

    judge([&] {
        expect(same_share(*error, 2.0 / 6), "yours " + number(*error) + ", right 0.3333",
               {{"last_of_equals", same_share(*error, 4.0 / 6),
                 "Of two equal scores, the last one counts. Does an equal score have to replace "
                 "the one that was found before?"},
                {"wrong_error", true, "Which of two equal scores does the header ask for?", true}});
    });
}

TEST_CASE("the whole network answers in evaluation mode", "[08]") {
    const int pattern = GENERATE(0, 1, 2, 3, 4);
    const Quiz quiz = some_quiz(60, 6, 10, 0);

    const auto error = observe(
        call("error_rate of a network, each of whose layers gives other scores in training"), [&] {
            const auto network = nested();
            put_modes(*network, pattern);
            return error_rate(*network, quiz.images, quiz.labels);
        });

    judge([&] {
        const double right = share(Switch::moved(quiz.images, 6), quiz.labels);
        const auto runs = [&](Index places) {
            return same_share(*error, share(Switch::moved(quiz.images, places), quiz.labels));
        };
        expect(
            same_share(*error, right), "yours " + number(*error) + ", right " + number(right),
            {{"some_layers_in_training", runs(9) || runs(12) || runs(15),
              "Layers inside of the network ran in training mode. Who reaches all of them, however "
              "deep?"},
             {"wrong_error", true, "Which lesson gives a network's output in evaluation?", true}});
    });
}

TEST_CASE("afterwards each layer is in the mode in which it was", "[08]") {
    const int pattern = GENERATE(0, 1, 2, 3, 4);
    const bool cursed = GENERATE(false, true);
    const auto network_before = [&] {
        auto network = nested(cursed);
        put_modes(*network, pattern);
        return network;
    };

    const auto outcome = observe(
        call(cursed ? "error_rate of a network whose last layer throws"
                    : "error_rate of a network, each of whose layers is in a mode of its own"),
        [&] {
            const Quiz quiz = some_quiz(6, 6, 50, 0);
            const auto network = network_before();
            const Modes before = modes_of(*network);
            std::string caught = "nothing";
            try {
                error_rate(*network, quiz.images, quiz.labels);
            } catch (const NotWritten&) { throw; } catch (const Curse& curse) {
                caught = curse.what();
            } catch (const std::exception& error) {
                caught = std::string("another exception: ") + error.what();
            }
            return std::pair(std::vector<Modes>{before, modes_of(*network)}, caught);
        });

    judge([&] {
        REQUIRE(outcome->first.size() == 2);
        const Modes &before = outcome->first[0], &after = outcome->first[1];
        const std::string& caught = outcome->second;
        const auto all_are = [&](int mode) {
            return std::all_of(after.begin(), after.end(), [&](int one) { return one == mode; });
        };
        if (cursed) {
            expect(caught == "the last layer is cursed",
                   "the layer threw that it is cursed\nand the caller of error_rate got " + caught,
                   {{"exception_swallowed", caught == "nothing",
                     "The caller goes on with an error rate that never was."},
                    {"exception_changed", true,
                     "The caller gets another exception than the layer threw."}});
        }
        expect(after == before,
               "the layers' modes were " + text_of(before) + " and are " + text_of(after) +
                   " now, each layer before those inside it (T training, E evaluation)",
               {{"not_restored_on_throw", cursed && all_are(0),
                 "The modes are put back after forward returns, and here it does not. Who took "
                 "care of that in lesson 04?"},
                {"modes_not_restored", all_are(0),
                 "Everything is left in evaluation mode. What happens to a training that goes on "
                 "afterwards?"},
                {"restored_to_training", all_are(1),
                 "Everything is in training mode now. Was it before? Some layers may have been put "
                 "into evaluation on purpose."},
                {"restored_partly", true, "Some layers have another mode than before.", true}});
    });
}

TEST_CASE("without images, or with labels that do not fit, there is no error rate", "[08]") {
    const auto [images, labels] = GENERATE(table<Index, Index>({{0, 0}, {0, 3}, {5, 4}, {5, 6}}));

    const auto error =
        observe(call("error_rate of a network", "images", images, "labels", labels),
                [images = images, labels = labels] {
                    Switch network;
                    return error_rate(network, Matrix::Ones(images, kinds),
                                      std::vector<Index>(static_cast<std::size_t>(labels), 0));
                });

    judge([&, images = images, labels = labels] {
        if (images == 0) {
            expect_refused(error,
                           {"no images", "there has to be an image", {}, "no_images_accepted"});
        } else {
            expect_refused(error, {std::to_string(labels) + " labels for 5 images",
                                   "every image has a label",
                                   {5, static_cast<double>(labels)},
                                   "labels_not_checked"});
        }
    });
}

}  // namespace
}  // namespace lab::test
