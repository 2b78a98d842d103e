// Activations over whole arrays: the formulas by name, large arrays on several threads.
#pragma once
#include <algorithm>
#include <cstring>

#include "pool.hpp"
#include "sums.hpp"

namespace rl {

template <class T> using Curve = void (*)(const T* x, T* out, Size n, const double* p);
template <class T> using Slope = void (*)(const T* g, const T* x, T* out, Size n, const double* p);
template <class F> struct Named {
    const char* name;
    F loop;
};
template <class T> struct Curves {
    Named<Curve<T>> curve[12];
    Named<Slope<T>> slope[15];
};

#define RL_EACH "curves_isa.hpp"
#include "each_isa.hpp"

template <class T> const Curves<T>& curves() { return RL_PICK(curves<T>()); }

template <class F, std::size_t N> F find(const Named<F> (&all)[N], const char* name) {
    for (const Named<F>& one : all)
        if (!std::strcmp(one.name, name)) return one.loop;
    return nullptr;
}
template <class T> Curve<T> curve(const char* name) { return find(curves<T>().curve, name); }
template <class T> Slope<T> slope(const char* name) { return find(curves<T>().slope, name); }

constexpr Size CURVE_COST = 4;  // an element's, in simple operations

template <class T> void run_curve(Curve<T> loop, const T* x, T* out, Size n, const double* p) {
    parallel(n, CURVE_COST, [=](Size begin, Size end) { loop(x + begin, out + begin, end - begin, p); });
}

// step: 1, or 0 where one cotangent serves all, as those of a sum do
template <class T>
void run_slope(Slope<T> loop, const T* g, int step, const T* x, T* out, Size n, const double* p) {
    parallel(n, CURVE_COST, [=](Size begin, Size end) {
        if (step) return loop(g + begin, x + begin, out + begin, end - begin, p);
        constexpr Size block = 512;
        T same[block];
        std::fill(same, same + std::min(block, end - begin), *g);
        for (Size at = begin; at < end; at += block)
            loop(same, x + at, out + at, std::min(block, end - at), p);
    });
}

}  // namespace rl
