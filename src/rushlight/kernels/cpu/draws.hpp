// Normal numbers from uniform ones, in blocks of 16, over large arrays on several threads.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#include "isa.hpp"
#include "pool.hpp"
#include "vector_types.hpp"

namespace rl {

using Size = std::ptrdiff_t;

constexpr float LOG_SQRT_HALF = 0.707106781186547524f, LN2_HIGH = 0.693359375f, LN2_LOW = -2.12194440e-4f;
constexpr float LOG[] = {7.0376836292e-2f,  -1.1514610310e-1f, 1.1676998740e-1f,
                         -1.2420140846e-1f, 1.4249322787e-1f,  -1.6668057665e-1f,
                         2.0000714765e-1f,  -2.4999993993e-1f, 3.3333331174e-1f};
constexpr float FOUR_OVER_PI = 1.27323954473516f;
constexpr float QUARTER_PI[] = {-0.78515625f, -2.4187564849853515625e-4f, -3.77489497744594108e-8f};
constexpr float SIN[] = {-1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f};
constexpr float COS[] = {2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f};
constexpr float TWO_PI = 6.283185307179586f;

#define RL_NARROW
#define RL_EACH "draws_isa.hpp"
#include "each_isa.hpp"

inline void normal_blocks(float* x, Size blocks, double mean, double std) {
    parallel(blocks, 200, [=](Size begin, Size end) {
        float* from = x + 16 * begin;
#ifdef RL_CHOICE
        if (instructions() == 2) return avx512::box_muller32(from, end - begin, float(mean), float(std));
        if (instructions() == 1) return avx2::box_muller32(from, end - begin, float(mean), float(std));
#endif
        base::box_muller32(from, end - begin, float(mean), float(std));
    });
}

// PyTorch calls the C library number by number here
inline void normal_blocks(double* x, Size blocks, double mean, double std) {
    parallel(blocks, 1000, [=](Size begin, Size end) {
        double* at = x + 16 * begin;
        for (Size i = begin; i < end; ++i, at += 16)
            for (int j = 0; j < 8; ++j) {
                const double radius = std::sqrt(-2.0 * std::log(1.0 - at[j]));
                const double angle = 6.283185307179586 * at[j + 8];
                at[j] = std::fma(radius * std::cos(angle), std, mean);
                at[j + 8] = std::fma(radius * std::sin(angle), std, mean);
            }
    });
}

}  // namespace rl
