// Direct loops over contiguous arrays: one per operation and element type.
#pragma once
#include <functional>
#include <type_traits>

#include "isa.hpp"
#include "pool.hpp"
#include "vector_types.hpp"

namespace rl {

template <class T> using Unary = void (*)(const T*, T*, std::ptrdiff_t);
// Steps are 0 or 1: an operand that is a single value stands still.
template <class T> using Binary = void (*)(const T*, const T*, T*, std::ptrdiff_t, int, int);

template <class T> using Compare = void (*)(const T*, const T*, bool*, std::ptrdiff_t, int, int);

#define RL_EACH "loops_isa.hpp"
#include "each_isa.hpp"

#define RL_NARROW
#define RL_EACH "compares_isa.hpp"
#include "each_isa.hpp"

constexpr std::ptrdiff_t DEEPEST = 256, LARGEST = 1 << 20;  // of products of blocks: k; m, k and n

#define RL_NARROW
#define RL_EACH "matmul_isa.hpp"
#include "each_isa.hpp"

// A loop over large arrays on several threads; `cost` is an element's, in simple operations.  Apart,
// since a copy in each of the functions below would be most of them.  Rows of a strided operand come here
// one by one: for them even the body that `parallel` asks for takes longer than the loop.
template <class T>
RL_APART void in_parts(Unary<T> loop, int cost, const T* x, T* out, std::ptrdiff_t n) {
    if (n * cost < MANY) return loop(x, out, n);
    parallel(n, cost, [=](std::ptrdiff_t at, std::ptrdiff_t end) { loop(x + at, out + at, end - at); });
}
template <class T, class R>
RL_APART void in_parts(void (*loop)(const T*, const T*, R*, std::ptrdiff_t, int, int), int cost, const T* x, const T* y,
                       R* out, std::ptrdiff_t n, int xs, int ys) {
    if (n * cost < MANY) return loop(x, y, out, n, xs, ys);
    parallel(n, cost, [=](std::ptrdiff_t at, std::ptrdiff_t end) {
        loop(x + xs * at, y + ys * at, out + at, end - at, xs, ys);
    });
}

// The same, by the machine's best instructions
#define RL_UNARY(NAME, COST)                                                                   \
    template <class T> void NAME##_loop(const T* x, T* out, std::ptrdiff_t n) {                \
        in_parts<T>(RL_PICK(NAME##_loop<T>), COST, x, out, n);                                 \
    }
#define RL_BINARY(NAME, COST)                                                                  \
    template <class T>                                                                         \
    void NAME##_loop(const T* x, const T* y, T* out, std::ptrdiff_t n, int xs, int ys) {       \
        in_parts<T, T>(RL_PICK(NAME##_loop<T>), COST, x, y, out, n, xs, ys);                   \
    }
#define RL_COMPARE(NAME, OF, FIRST, SECOND)                                                    \
    template <class T>                                                                         \
    void NAME##_loop(const T* x, const T* y, bool* out, std::ptrdiff_t n, int xs, int ys) {    \
        in_parts<T, bool>(RL_PICK(compare<std::OF, T>), 1, FIRST, SECOND, out, n, FIRST##s, SECOND##s); \
    }

RL_BINARY(add, 1)
RL_BINARY(sub, 1)
RL_BINARY(rsub, 1)
RL_BINARY(mul, 1)
RL_BINARY(div, 1)
RL_BINARY(pow, 4)
RL_BINARY(maximum, 1)
RL_BINARY(minimum, 1)
RL_UNARY(neg, 1)
RL_UNARY(abs, 1)
RL_UNARY(square, 1)
RL_UNARY(relu, 1)
RL_UNARY(sqrt, 2)
RL_UNARY(reciprocal, 2)
RL_UNARY(exp, 4)
RL_UNARY(log, 4)
RL_UNARY(tanh, 4)
RL_UNARY(sigmoid, 4)
RL_UNARY(sin, 4)
RL_UNARY(cos, 4)

RL_COMPARE(eq, equal_to<>, x, y)
RL_COMPARE(ne, not_equal_to<>, x, y)
RL_COMPARE(gt, greater<>, x, y)
RL_COMPARE(ge, greater_equal<>, x, y)
RL_COMPARE(lt, greater<>, y, x)
RL_COMPARE(le, greater_equal<>, y, x)

// A row's elements from `at` on, next to one another.
constexpr std::ptrdiff_t GATHERED = 256;
template <class T> const T* gathered(const char* row, std::ptrdiff_t step, std::ptrdiff_t at,
                                     std::ptrdiff_t n, T* block) {
    for (std::ptrdiff_t i = 0; i < n; ++i) block[i] = *reinterpret_cast<const T*>(row + (at + i) * step);
    return block;
}

// Runs a loop row by row over operands with strides in bytes; `out` is contiguous.  Rows whose
// steps are neither one element nor none are gathered in blocks.
template <class T>
void strided_binary(Binary<T> loop, const char* x, const char* y, T* out, int nd,
                    const std::ptrdiff_t* shape, const std::ptrdiff_t* xs, const std::ptrdiff_t* ys) {
    const std::ptrdiff_t size = sizeof(T);
    std::ptrdiff_t index[32] = {};
    const std::ptrdiff_t n = nd ? shape[nd - 1] : 1;
    const std::ptrdiff_t xi = nd ? xs[nd - 1] : 0, yi = nd ? ys[nd - 1] : 0;
    const bool rows = (xi == 0 || xi == size) && (yi == 0 || yi == size);
    for (;;) {
        if (rows) {
            loop(reinterpret_cast<const T*>(x), reinterpret_cast<const T*>(y), out, n, xi != 0, yi != 0);
        } else {
            T a[GATHERED], b[GATHERED];
            for (std::ptrdiff_t at = 0; at < n; at += GATHERED) {
                const std::ptrdiff_t some = n - at < GATHERED ? n - at : GATHERED;
                loop(gathered(x, xi, at, some, a), gathered(y, yi, at, some, b), out + at, some, 1, 1);
            }
        }
        out += n;
        int d = nd - 2;
        for (; d >= 0; --d) {
            x += xs[d];
            y += ys[d];
            if (++index[d] < shape[d]) break;
            x -= xs[d] * shape[d];
            y -= ys[d] * shape[d];
            index[d] = 0;
        }
        if (d < 0) return;
    }
}

template <class T>
void strided_unary(Unary<T> loop, const char* x, T* out, int nd, const std::ptrdiff_t* shape,
                   const std::ptrdiff_t* xs) {
    const std::ptrdiff_t size = sizeof(T);
    std::ptrdiff_t index[32] = {};
    const std::ptrdiff_t n = nd ? shape[nd - 1] : 1, xi = nd ? xs[nd - 1] : 0;
    for (;;) {
        T a[GATHERED];
        if (xi == size) loop(reinterpret_cast<const T*>(x), out, n);
        else
            for (std::ptrdiff_t at = 0; at < n; at += GATHERED) {
                const std::ptrdiff_t some = n - at < GATHERED ? n - at : GATHERED;
                loop(gathered(x, xi, at, some, a), out + at, some);
            }
        out += n;
        int d = nd - 2;
        for (; d >= 0; --d) {
            x += xs[d];
            if (++index[d] < shape[d]) break;
            x -= xs[d] * shape[d];
            index[d] = 0;
        }
        if (d < 0) return;
    }
}

// m x k by k x n with strides in elements, for matrices too small to be worth a call to the BLAS.
template <class T>
void matmul_small(const T* a, std::ptrdiff_t a0, std::ptrdiff_t a1, const T* b, std::ptrdiff_t b0,
                  std::ptrdiff_t b1, T* out, std::ptrdiff_t m, std::ptrdiff_t k, std::ptrdiff_t n) {
    if (m * n * k >= 64 && n * sizeof(T) >= 16) return RL_PICK(matmul_blocks<T>)(a, a0, a1, b, b0, b1, out, m, k, n);
    for (std::ptrdiff_t i = 0; i < m; ++i) {
        T* row = out + i * n;
        for (std::ptrdiff_t j = 0; j < n; ++j) row[j] = 0;
        for (std::ptrdiff_t p = 0; p < k; ++p) {
            const T s = a[i * a0 + p * a1];
            const T* other = b + p * b0;
            if (b1 == 1) for (std::ptrdiff_t j = 0; j < n; ++j) row[j] += s * other[j];
            else for (std::ptrdiff_t j = 0; j < n; ++j) row[j] += s * other[j * b1];
        }
    }
}

// The same for batches of them: `nd` dims, of which the last two are the matrices', strides in elements.
template <class T>
void matmul_batches(const T* a, const std::ptrdiff_t* as, const T* b, const std::ptrdiff_t* bs, T* out, int nd,
                    const std::ptrdiff_t* shape, std::ptrdiff_t m, std::ptrdiff_t k, std::ptrdiff_t n) {
    std::ptrdiff_t count = 1;
    for (int d = 0; d < nd - 2; ++d) count *= shape[d];
    parallel(count, m * k * n / 8, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            const T *x = a, *y = b;
            std::ptrdiff_t rest = i;
            for (int d = nd - 3; d >= 0; rest /= shape[d--]) {
                x += rest % shape[d] * as[d];
                y += rest % shape[d] * bs[d];
            }
            matmul_small(x, as[nd - 2], as[nd - 1], y, bs[nd - 2], bs[nd - 1], out + i * m * n, m, k, n);
        }
    });
}

}  // namespace rl
