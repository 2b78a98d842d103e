// Steps of optimizers over many parameters at once: the elements of all of them are shared among the
// threads.  The rules are compiled for several instruction sets.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <vector>

#include "isa.hpp"
#include "pool.hpp"

namespace rl {

using Size = std::ptrdiff_t;
constexpr Size BLOCK = 1024;  // elements: a block of every array of a task stays in the nearest cache
constexpr int SLOTS = 3;

// A parameter (or a gradient that is itself written to) and what its rule needs.
struct Task {
    void *parameter = nullptr, *gradient = nullptr, *slots[SLOTS] = {};
    Size size = 0, itemsize = 0;
    double decay = 0, shrink = 1;  // part of the parameter in its gradient; what is left of it first
    bool maximize = false;
    double numbers[8];
};

using Work = void (*)(const Task&, Size begin, Size end);
enum Rule { DESCEND, MOMENTUM, ADAM, ADAMAX, NADAM, RADAM, ADADELTA, ADAGRAD, RMSPROP, RPROP, AVERAGE, SCALE, CLAMP, CLEAR };

#define RL_NARROW
#define RL_EACH "steps_isa.hpp"
#include "each_isa.hpp"

template <class T> const Work* rules() {
#ifdef RL_CHOICE
    if (instructions() == 2) return avx512::rules<T>();
    if (instructions() == 1) return avx2::rules<T>();
#endif
    return base::rules<T>();
}

template <class T> double sum_of_squares(const T* x, Size n) {
#ifdef RL_CHOICE
    if (instructions() == 2) return avx512::sum_of_squares(x, n);
    if (instructions() == 1) return avx2::sum_of_squares(x, n);
#endif
    return base::sum_of_squares(x, n);
}

inline Work work_of(int rule, const Task& task) {
    return task.itemsize == sizeof(float) ? rules<float>()[rule] : rules<double>()[rule];
}

// Do two tasks write to the same memory?  Then they have to run one after the other.
inline bool shared(const std::vector<Task>& tasks) {
    std::vector<std::pair<const char*, const char*>> ranges;
    for (const Task& t : tasks) {
        const char* start = static_cast<const char*>(t.parameter);
        if (t.size) ranges.emplace_back(start, start + t.size * t.itemsize);
    }
    std::sort(ranges.begin(), ranges.end());
    for (std::size_t i = 1; i < ranges.size(); ++i)
        if (ranges[i].first < ranges[i - 1].second) return true;
    return false;
}

struct Piece { Size task, begin, end; };

// The elements of all tasks in pieces of a chunk at most.
inline std::vector<Piece> pieces(const std::vector<Task>& tasks) {
    std::vector<Piece> cut;
    for (std::size_t k = 0; k < tasks.size(); ++k)
        for (Size at = 0; at < tasks[k].size; at += CHUNK)
            cut.push_back({Size(k), at, std::min(at + CHUNK, tasks[k].size)});
    return cut;
}

inline Size elements(const std::vector<Task>& tasks) {
    Size sum = 0;
    for (const Task& t : tasks) sum += t.size;
    return sum;
}

inline void run_steps(int rule, const std::vector<Task>& tasks) {
    const Size sum = elements(tasks);
    if (sum < MANY || shared(tasks)) {
        for (const Task& t : tasks) work_of(rule, t)(t, 0, t.size);
        return;
    }
    const std::vector<Piece> cut = pieces(tasks);
    parallel(Size(cut.size()), sum / Size(cut.size()) + 1, [&](Size begin, Size end) {
        for (Size k = begin; k < end; ++k) {
            const Task& t = tasks[cut[k].task];
            work_of(rule, t)(t, cut[k].begin, cut[k].end);
        }
    });
}

// The sum of the squares of each task's parameter, added up in chunks: PyTorch adds in the elements'
// own precision, and has infinity where that ends.
inline std::vector<double> sums_of_squares(const std::vector<Task>& tasks) {
    const std::vector<Piece> cut = pieces(tasks);
    std::vector<double> part(cut.size()), sums(tasks.size());
    const Size each = cut.empty() ? 1 : elements(tasks) / Size(cut.size()) + 1;
    parallel(Size(cut.size()), each, [&](Size begin, Size end) {
        for (Size k = begin; k < end; ++k) {
            const Task& t = tasks[cut[k].task];
            const Size n = cut[k].end - cut[k].begin;
            part[k] = t.itemsize == sizeof(float)
                          ? sum_of_squares(static_cast<float*>(t.parameter) + cut[k].begin, n)
                          : sum_of_squares(static_cast<double*>(t.parameter) + cut[k].begin, n);
        }
    });
    for (std::size_t k = 0; k < cut.size(); ++k) sums[cut[k].task] += part[k];
    return sums;
}

}  // namespace rl
