// Direct loops over contiguous arrays: one per operation and element type.
#pragma once
#include <cmath>
#include <cstdint>

namespace rl {

template <class T> using Unary = void (*)(const T*, T*, std::ptrdiff_t);
// Steps are 0 or 1: an operand that is a single value stands still.
template <class T> using Binary = void (*)(const T*, const T*, T*, std::ptrdiff_t, int, int);

template <class T, class F>
inline void unary_loop(const T* x, T* out, std::ptrdiff_t n, F f) {
    for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = f(x[i]);
}

template <class T, class F>
inline void binary_loop(const T* x, const T* y, T* out,
                        std::ptrdiff_t n, int xs, int ys, F f) {
    if (xs && ys) for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = f(x[i], y[i]);
    else if (xs) { const T b = *y; for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = f(x[i], b); }
    else if (ys) { const T a = *x; for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = f(a, y[i]); }
    else { const T r = f(*x, *y); for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = r; }
}

#define RL_UNARY(NAME, EXPR)                                                              \
    template <class T> void NAME##_loop(const T* x, T* out, std::ptrdiff_t n) {           \
        unary_loop(x, out, n, [](T a) -> T { return EXPR; });                             \
    }
#define RL_BINARY(NAME, EXPR)                                                             \
    template <class T>                                                                    \
    void NAME##_loop(const T* x, const T* y, T* out, std::ptrdiff_t n, int xs, int ys) {  \
        binary_loop(x, y, out, n, xs, ys, [](T a, T b) -> T { return EXPR; });            \
    }

RL_BINARY(add, a + b)
RL_BINARY(sub, a - b)
RL_BINARY(mul, a * b)
RL_BINARY(div, a / b)
RL_UNARY(neg, -a)
RL_UNARY(exp, std::exp(a))
RL_UNARY(log, std::log(a))
RL_UNARY(sqrt, std::sqrt(a))
RL_UNARY(tanh, std::tanh(a))
RL_UNARY(sin, std::sin(a))
RL_UNARY(cos, std::cos(a))
RL_UNARY(abs, std::abs(a))
RL_UNARY(square, a * a)
RL_UNARY(reciprocal, T(1) / a)
RL_UNARY(sigmoid, T(1) / (T(1) + std::exp(-a)))
RL_UNARY(relu, a > T(0) || a != a ? a : T(0))

// Eight running sums keep the additions independent, and the rounding error low.
template <class T> T sum_block(const T* x, std::ptrdiff_t n) {
    T part[8] = {};
    std::ptrdiff_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; ++k) part[k] += x[i + k];
    T rest = 0;
    for (; i < n; ++i) rest += x[i];
    return ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7])) + rest;
}

// Pairwise above a block, so that the error grows with the logarithm of n.
template <class T> T sum_all(const T* x, std::ptrdiff_t n) {
    if (n <= 1024) return sum_block(x, n);
    std::ptrdiff_t half = (n / 2) & ~std::ptrdiff_t(7);
    return sum_all(x, half) + sum_all(x + half, n - half);
}

// Row-major m x k by k x n, for matrices too small to be worth a call to the BLAS.
template <class T>
void matmul_small(const T* a, const T* b, T* out, std::ptrdiff_t m, std::ptrdiff_t k, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < m; ++i) {
        T* row = out + i * n;
        for (std::ptrdiff_t j = 0; j < n; ++j) row[j] = 0;
        for (std::ptrdiff_t p = 0; p < k; ++p) {
            const T s = a[i * k + p];
            const T* other = b + p * n;
            for (std::ptrdiff_t j = 0; j < n; ++j) row[j] += s * other[j];
        }
    }
}

}  // namespace rl
