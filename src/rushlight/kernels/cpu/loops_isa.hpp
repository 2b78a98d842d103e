// Direct loops over contiguous arrays, one per operation; included by loops.hpp once per
// instruction set.

#include "vector_math.hpp"

#define RL_UNARY(NAME, EXPR)                                                                   \
    template <class T> static void NAME##_loop(const T* x, T* out, std::ptrdiff_t n) {         \
        for (std::ptrdiff_t i = 0; i < n; ++i) { const T a = x[i]; out[i] = EXPR; }            \
    }
#define RL_BINARY(NAME, EXPR)                                                                  \
    template <class T>                                                                         \
    static void NAME##_loop(const T* x, const T* y, T* out, std::ptrdiff_t n, int xs, int ys) { \
        if (xs && ys)                                                                          \
            for (std::ptrdiff_t i = 0; i < n; ++i) { const T a = x[i], b = y[i]; out[i] = EXPR; } \
        else if (xs)                                                                           \
            for (std::ptrdiff_t i = 0; i < n; ++i) { const T a = x[i], b = *y; out[i] = EXPR; } \
        else if (ys)                                                                           \
            for (std::ptrdiff_t i = 0; i < n; ++i) { const T a = *x, b = y[i]; out[i] = EXPR; } \
        else if (n) {                                                                          \
            const T a = *x, b = *y;                                                            \
            std::fill_n(out, n, EXPR);                                                         \
        }                                                                                      \
    }

RL_BINARY(add, a + b)
RL_BINARY(sub, a - b)
RL_BINARY(rsub, b - a)
RL_BINARY(mul, a * b)
RL_BINARY(div, a / b)
RL_BINARY(maximum, a > b || a != a ? a : b)  // nan if either is
RL_BINARY(minimum, a < b || a != a ? a : b)
RL_BINARY(pow, b == T(2) ? a * a : b == T(1) ? a : b == T(0.5) ? std::sqrt(a) :
                b == T(-0.5) ? T(1) / std::sqrt(a) : std::pow(a, b))
RL_UNARY(neg, -a)
RL_UNARY(abs, std::abs(a))
RL_UNARY(square, a * a)
RL_UNARY(relu, a > T(0) || a != a ? a : T(0))
RL_UNARY(sqrt, std::sqrt(a))
RL_UNARY(reciprocal, T(1) / a)
RL_UNARY(exp, exp_(a))
RL_UNARY(log, log_(a))
RL_UNARY(tanh, tanh_(a))
RL_UNARY(sigmoid, sigmoid_(a))

// Angles of too many turns are left to the library.
#define RL_CIRCULAR(NAME)                                                                      \
    template <class T> static void NAME##_loop(const T* x, T* out, std::ptrdiff_t n) {         \
        for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = NAME##_(x[i]);                         \
        T most = 0;                                                                            \
        _Pragma("omp simd reduction(max : most)")                                              \
        for (std::ptrdiff_t i = 0; i < n; ++i) most = std::fabs(x[i]) > most ? std::fabs(x[i]) : most; \
        for (std::ptrdiff_t i = 0; most > TURNS<T> && i < n; ++i)                              \
            if (std::fabs(x[i]) > TURNS<T>) out[i] = std::NAME(x[i]);                          \
    }
RL_CIRCULAR(sin)
RL_CIRCULAR(cos)
#undef RL_CIRCULAR
#undef RL_UNARY
#undef RL_BINARY
