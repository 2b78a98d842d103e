// Elementwise losses over whole arrays, large ones on several threads.
#pragma once
#include "pool.hpp"
#include "sums.hpp"

namespace rl {

constexpr int LOSSES = 5;

template <class T> struct LossLoops {
    const char* name;
    void (*each)(const T* x, const T* t, T* out, Size n, T p, T scale);
    void (*slope)(const T* x, const T* t, T* out, Size n, T p, T scale);
    double (*total)(const T* x, const T* t, Size n, T p);
};

#define RL_NARROW
#define RL_EACH "losses_isa.hpp"
#include "each_isa.hpp"

template <class T> const LossLoops<T>* loss_table() { return RL_PICK(loss_table<T>()); }

inline const char* loss_name(int k) { return loss_table<float>()[k].name; }

constexpr Size LOSS_COST = 2;

template <class T>
void loss_each(int k, bool slope, const T* x, const T* t, T* out, Size n, double p, double scale) {
    const LossLoops<T>& loops = loss_table<T>()[k];
    const auto loop = slope ? loops.slope : loops.each;
    parallel(n, LOSS_COST, [=](Size at, Size end) {
        loop(x + at, t + at, out + at, end - at, T(p), T(scale));
    });
}

template <class T> double loss_total(int k, const T* x, const T* t, Size n, double p) {
    const auto loop = loss_table<T>()[k].total;
    return total<double>(n, [=](Size at, Size end) { return loop(x + at, t + at, end - at, T(p)); });
}

}  // namespace rl
