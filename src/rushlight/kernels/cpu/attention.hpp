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

// Sizes, and the strides of the mask in elements (0 where it is broadcast).  With `causal`, row i
// attends to columns up to i.
struct Attention {
    Size batch, heads, rows, columns, width, out_width;
    Size mask[4];
    bool causal;
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

// The right factor of products: rows of `wide` elements, whole vectors.
template <class T> struct Factor {
    std::vector<T> own;
    std::vector<Size> at;
    const T* start;
    Size vectors, wide;

    void size(const Tiles<T>& t, Size rows, Size columns) {
        vectors = (columns + t.width - 1) / t.width;
        wide = vectors * t.width;
        at.resize(rows);
        for (Size r = 0; r < rows; ++r) at[r] = r * wide;
    }
    void take(const Tiles<T>& t, const T* x, Size rows, Size columns) {
        size(t, rows, columns);
        start = x;
        if (wide == columns) return;
        own.assign(rows * wide, T(0));
        for (Size r = 0; r < rows; ++r) std::copy_n(x + r * columns, columns, &own[r * wide]);
        start = own.data();
    }
    void turn(const Tiles<T>& t, const T* x, Size rows, Size columns) {
        size(t, columns, rows);
        own.assign(columns * wide, T(0));
        for (Size r = 0; r < rows; ++r)
            for (Size c = 0; c < columns; ++c) own[c * wide + r] = x[r * columns + c];
        start = own.data();
    }
};

// What one thread needs besides the arrays.
template <class T> struct Workplace {
    const Tiles<T>& t = tiles<T>();
    Factor<T> keys, values, other_keys, queries, results;
    std::vector<T> scores, packed, product, slopes;
    Size high[4] = {1, 2, 4, t.tall};

    int height(Size left) const {
        int h = 3;
        while (high[h] > left) --h;
        return h;
    }
    // out = the first `count` columns of `many` rows times a factor
    void rows_times(const T* x, Size step, Size many, int height, Size count, T factor, const Factor<T>& f, Size vectors, T* out) {
        packed.resize(t.tall * count);
        for (Size c = 0; c < count; ++c)
            for (Size m = 0; m < many; ++m) packed[c * many + m] = x[m * step + c] * factor;
        multiplied(t, height, packed.data(), f.start, f.at.data(), count, vectors, out, f.wide);
    }
    // out = x^T times a factor, x being rows x columns
    void turned_times(const T* x, Size step, Size rows, Size columns, const Factor<T>& f, Size width, T* out) {
        product.resize(t.tall * f.wide);
        packed.resize(t.tall * rows);
        for (Size c = 0; c < columns;) {
            const int h = height(columns - c);
            const Size many = high[h];
            for (Size r = 0; r < rows; ++r) std::copy_n(x + r * step + c, many, &packed[r * many]);
            multiplied(t, h, packed.data(), f.start, f.at.data(), rows, f.vectors, product.data(), f.wide);
            for (Size m = 0; m < many; ++m) std::copy_n(&product[m * f.wide], width, out + (c + m) * width);
            c += many;
        }
    }
    // How many of the columns rows up to `end` see, and the vectors that hold them.
    static Size seen(const Attention& s, Size end) { return s.causal && end < s.columns ? end : s.columns; }
    Size holding(Size count) const { return (count + t.width - 1) / t.width; }
    Size written(const Attention& s, Size count) const { return std::min(holding(count) * t.width, s.columns); }

    // Weights of rows from `r` on, not yet divided by what `inverse` gets.
    void weights(const Attention& s, T scale, const T* q, const T* mask, Size r, int height, T* scores, T* inverse) {
        const Size many = high[height], count = seen(s, r + many);
        rows_times(q + r * s.width, s.width, many, height, s.width, scale, keys, holding(count), scores);
        for (Size m = 0; m < many; ++m) {
            T* row = scores + m * keys.wide;
            const Size own = seen(s, r + m + 1);
            if (mask)
                for (Size c = 0; c < own; ++c) row[c] += mask[(r + m) * s.mask[2] + c * s.mask[3]];
            inverse[m] = T(1) / RL_PICK(weigh(row, own));
            std::fill(row + own, row + written(s, count), T(0));
        }
    }
};

// One head.
template <class T>
void attended(const Attention& s, T scale, const T* q, const T* k, const T* v, const T* mask, T* out, Workplace<T>& w) {
    w.keys.turn(w.t, k, s.columns, s.width);
    w.values.take(w.t, v, s.columns, s.out_width);
    w.scores.resize(w.t.tall * w.keys.wide);
    w.product.resize(w.t.tall * w.values.wide);
    for (Size r = 0; r < s.rows;) {
        const int height = w.height(s.rows - r);
        const Size many = w.high[height];
        T inverse[16];
        w.weights(s, scale, q, mask, r, height, w.scores.data(), inverse);
        w.rows_times(w.scores.data(), w.keys.wide, many, height, w.seen(s, r + many), T(1), w.values, w.values.vectors, w.product.data());
        for (Size m = 0; m < many; ++m)
            for (Size e = 0; e < s.out_width; ++e) out[(r + m) * s.out_width + e] = w.product[m * w.values.wide + e] * inverse[m];
        r += many;
    }
}

// With P the weights: dV = P^T G; dP = G V^T; dS = P (dP - sum over columns of P dP) scale; dQ = dS K; dK = dS^T Q.
template <class T>
void attended_back(const Attention& s, T scale, const T* g, const T* q, const T* k, const T* v, const T* mask, T* gq, T* gk, T* gv, Workplace<T>& w) {
    w.keys.turn(w.t, k, s.columns, s.width);
    w.values.turn(w.t, v, s.columns, s.out_width);
    w.other_keys.take(w.t, k, s.columns, s.width);
    w.queries.take(w.t, q, s.rows, s.width);
    w.results.take(w.t, g, s.rows, s.out_width);
    const Size step = w.keys.wide;
    w.scores.assign(s.rows * step, T(0));
    w.slopes.assign(s.rows * step, T(0));
    w.product.resize(w.t.tall * w.other_keys.wide);
    for (Size r = 0; r < s.rows;) {
        const int height = w.height(s.rows - r);
        const Size many = w.high[height], count = w.seen(s, r + many);
        T *p = &w.scores[r * step], *d = &w.slopes[r * step], inverse[16];
        w.weights(s, scale, q, mask, r, height, p, inverse);
        w.rows_times(g + r * s.out_width, s.out_width, many, height, s.out_width, T(1), w.values, w.holding(count), d);
        for (Size m = 0; m < many; ++m, p += step, d += step) RL_PICK(weigh_slopes(p, d, w.written(s, count), inverse[m], scale));
        w.rows_times(d - many * step, step, many, height, count, T(1), w.other_keys, w.other_keys.vectors, w.product.data());
        for (Size m = 0; m < many; ++m) std::copy_n(&w.product[m * w.other_keys.wide], s.width, gq + (r + m) * s.width);
        r += many;
    }
    w.turned_times(w.slopes.data(), step, s.rows, s.columns, w.queries, s.width, gk);
    w.turned_times(w.scores.data(), step, s.rows, s.columns, w.results, s.out_width, gv);
}

// `f(head, its mask, workplace)` for all heads.
template <class T, class F> void for_heads(const Attention& s, Size cost, const T* mask, F f) {
    parallel(s.batch * s.heads, s.rows * s.columns * cost / 8, [&](Size begin, Size end) {
        Workplace<T> w;
        for (Size i = begin; i < end; ++i)
            f(i, mask ? mask + i / s.heads * s.mask[0] + i % s.heads * s.mask[1] : nullptr, w);
    });
}

template <class T>
void attention(const Attention& s, double scale, const T* q, const T* k, const T* v, const T* mask, T* out) {
    for_heads(s, s.width + s.out_width, mask, [&](Size i, const T* m, Workplace<T>& w) {
        attended(s, T(scale), q + i * s.rows * s.width, k + i * s.columns * s.width, v + i * s.columns * s.out_width,
                 m, out + i * s.rows * s.out_width, w);
    });
}

template <class T>
void attention_back(const Attention& s, double scale, const T* g, const T* q, const T* k, const T* v, const T* mask, T* gq, T* gk, T* gv) {
    for_heads(s, 3 * s.width + 2 * s.out_width, mask, [&](Size i, const T* m, Workplace<T>& w) {
        const Size at_q = i * s.rows * s.width, at_k = i * s.columns * s.width, at_v = i * s.columns * s.out_width;
        attended_back(s, T(scale), g + i * s.rows * s.out_width, q + at_q, k + at_k, v + at_v, m, gq + at_q, gk + at_k, gv + at_v, w);
    });
}

}  // namespace rl
