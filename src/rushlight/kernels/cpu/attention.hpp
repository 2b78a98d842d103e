// softmax(q k^T * scale + mask) v, some rows of the scores at a time.
#pragma once
#include <algorithm>
#include <limits>
#include <vector>

#include "isa.hpp"
#include "pool.hpp"
#include "tiles.hpp"
#include "vector_types.hpp"

namespace rl {

#define RL_EACH "attention_isa.hpp"
#include "each_isa.hpp"

// Sizes, and the strides of the mask in elements (0 where it is broadcast).
struct Attention {
    Size batch, heads, rows, columns, width, out_width;
    Size mask[4];
};

// out[m, j] = sum over k of a[k, m] x[k * step + j] for M = 1, 2, 4 or the tallest, by its number
template <class T>
void multiplied(const Tiles<T>& t, int height, const T* a, const T* x, const Size* at, Size k, Size vectors, T* out, Size step) {
    static const T zeros[16] = {};
    static const Size wide[4] = {1, 2, 3, 6};
    for (Size done = 0; done < vectors;) {
        int n = 3;
        while (n && (wide[n] > vectors - done || !t.tile[height][n])) --n;
        t.tile[height][n](a, x + done * t.width, at, k, zeros, out + done * t.width, step);
        done += wide[n];
    }
}

// What one thread needs besides the arrays.
template <class T> struct Workplace {
    std::vector<T> keys, values, scores, packed, result;
    std::vector<Size> key_at, value_at;
};

// One head.
template <class T>
void attended(const Attention& s, T scale, const T* q, const T* k, const T* v, const T* mask, T* out, Workplace<T>& w) {
    const Tiles<T>& t = tiles<T>();
    const Size columns = (s.columns + t.width - 1) / t.width, wide = columns * t.width;
    const Size results = (s.out_width + t.width - 1) / t.width, out_wide = results * t.width;
    w.keys.assign(s.width * wide, T(0));
    for (Size c = 0; c < s.columns; ++c)
        for (Size e = 0; e < s.width; ++e) w.keys[e * wide + c] = k[c * s.width + e];
    w.key_at.resize(s.width);
    for (Size e = 0; e < s.width; ++e) w.key_at[e] = e * wide;
    if (out_wide != s.out_width) {
        w.values.assign(s.columns * out_wide, T(0));
        for (Size c = 0; c < s.columns; ++c) std::copy_n(v + c * s.out_width, s.out_width, &w.values[c * out_wide]);
        v = w.values.data();
    }
    w.value_at.resize(s.columns);
    for (Size c = 0; c < s.columns; ++c) w.value_at[c] = c * out_wide;
    w.scores.resize(t.tall * wide);
    w.result.resize(t.tall * out_wide);
    w.packed.resize(t.tall * std::max(s.width, s.columns));
    const Size high[4] = {1, 2, 4, t.tall};
    for (Size r = 0; r < s.rows;) {
        int height = 3;
        while (high[height] > s.rows - r) --height;
        const Size many = high[height];
        T inverse[16];
        for (Size e = 0; e < s.width; ++e)
            for (Size m = 0; m < many; ++m) w.packed[e * many + m] = q[(r + m) * s.width + e] * scale;
        multiplied(t, height, w.packed.data(), w.keys.data(), w.key_at.data(), s.width, columns, w.scores.data(), wide);
        for (Size m = 0; m < many; ++m) {
            T* row = &w.scores[m * wide];
            if (mask)
                for (Size c = 0; c < s.columns; ++c) row[c] += mask[(r + m) * s.mask[2] + c * s.mask[3]];
            inverse[m] = T(1) / RL_PICK(weigh(row, s.columns));
        }
        for (Size c = 0; c < s.columns; ++c)
            for (Size m = 0; m < many; ++m) w.packed[c * many + m] = w.scores[m * wide + c];
        multiplied(t, height, w.packed.data(), v, w.value_at.data(), s.columns, results, w.result.data(), out_wide);
        for (Size m = 0; m < many; ++m)
            for (Size e = 0; e < s.out_width; ++e) out[(r + m) * s.out_width + e] = w.result[m * out_wide + e] * inverse[m];
        r += many;
    }
}

template <class T>
void attention(const Attention& s, double scale, const T* q, const T* k, const T* v, const T* mask, T* out) {
    parallel(s.batch * s.heads, s.rows * s.columns * (s.width + s.out_width) / 8, [&](Size begin, Size end) {
        Workplace<T> w;
        for (Size i = begin; i < end; ++i)
            attended(s, T(scale), q + i * s.rows * s.width, k + i * s.columns * s.width, v + i * s.columns * s.out_width,
                     mask ? mask + i / s.heads * s.mask[0] + i % s.heads * s.mask[1] : nullptr,
                     out + i * s.rows * s.out_width, w);
    });
}

}  // namespace rl
