// Softmax and its logarithm over the middle of outer x n x inner, and the ways back.
#pragma once
#include <algorithm>

#include "either.hpp"
#include "pool.hpp"
#include "sums.hpp"

namespace rl {

// Of softmax and of its logarithm: over whole rows, and over some columns of one matrix
template <class T> struct Softmax {
    void (*rows[2])(const T* x, T* out, Size rows, Size n);
    void (*columns[2])(const T* x, T* out, Size n, Size step, Size width);
    void (*gradient_rows[2])(const T* g, const T* y, T* out, Size rows, Size n);
    void (*gradient_columns[2])(const T* g, const T* y, T* out, Size n, Size step, Size width);
};

#define RL_EACH "softmax_isa.hpp"
#include "each_isa.hpp"

template <class T> const Softmax<T>& softmax_table() { return RL_PICK(softmax_table<T>()); }

// Calls body(place, width) for blocks of columns of all outer matrices, `place` being the first's.
template <class Body> void each_block(Size outer, Size n, Size inner, Size cost, Body body) {
    const Size columns = base::COLUMNS, blocks = (inner + columns - 1) / columns;
    parallel(outer * blocks, n * std::min(inner, columns) * cost, [&](Size begin, Size end) {
        for (Size b = begin; b < end; ++b) {
            const Size j = b % blocks * columns;
            body(b / blocks * n * inner + j, std::min(columns, inner - j));
        }
    });
}

constexpr Size SOFTMAX_COST = 4;  // an element's, in simple operations

template <class T>
void softmax(bool log, const T* x, T* out, Size outer, Size n, Size inner) {
    const Softmax<T>& table = softmax_table<T>();
    if (inner == 1)
        parallel(outer, n * SOFTMAX_COST, [&](Size begin, Size end) {
            table.rows[log](x + begin * n, out + begin * n, end - begin, n);
        });
    else
        each_block(outer, n, inner, SOFTMAX_COST, [&](Size at, Size width) {
            table.columns[log](x + at, out + at, n, inner, width);
        });
}

template <class T>
void softmax_gradient(bool log, const T* g, const T* y, T* out, Size outer, Size n, Size inner) {
    const Softmax<T>& table = softmax_table<T>();
    const Size cost = log ? SOFTMAX_COST : 2;
    if (inner == 1)
        parallel(outer, n * cost, [&](Size begin, Size end) {
            table.gradient_rows[log](g + begin * n, y + begin * n, out + begin * n, end - begin, n);
        });
    else
        each_block(outer, n, inner, cost, [&](Size at, Size width) {
            table.gradient_columns[log](g + at, y + at, out + at, n, inner, width);
        });
}

RL_EITHER(softmax)
RL_EITHER(softmax_gradient)

}  // namespace rl
