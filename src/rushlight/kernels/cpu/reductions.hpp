// Reductions of an array seen as k0 x r0 x k1 x r1, contiguous, over its dims r0 and r1.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "isa.hpp"
#include "pool.hpp"
#include "vector_types.hpp"

namespace rl {

using Size = std::ptrdiff_t;

enum Kind {
    SUM, PRODUCT, LARGEST, SMALLEST,
    // of floating numbers only
    ABSOLUTE, SQUARE, AWAY, AWAY_SQUARE, EXP_AWAY, LARGEST_ABSOLUTE, SMALLEST_ABSOLUTE,
};

// How to reduce a row of n; `rows` rows of n to one row; and n results by another n.  Each result may
// have a number c of its own, which the elements are compared with.
template <class T> struct Reducer {
    T (*row)(const T* x, Size n, T c);
    void (*columns)(const T* x, Size rows, Size n, T* out, const T* c);
    void (*join)(T* out, const T* other, Size n);
};

// Where the first largest or smallest element is: of a row, and of each column.
template <class T> struct Placer {
    Size (*row)(const T* x, Size n);
    void (*columns)(const T* x, Size rows, Size n, Size many, T* value, std::int64_t* where);
};

struct Blocks {
    Size k0, r0, k1, r1;
    Size results() const { return k0 * k1; }
    Size each() const { return r0 * r1; }
};

#define RL_NARROW
#define RL_EACH "reductions_isa.hpp"
#include "each_isa.hpp"

constexpr Size PART = 2 * CHUNK;  // elements of a part, where one result is made of several parts

template <class T> T one_row(const Reducer<T>& f, const T* x, Size n, T c) {
    if (n < MANY) return f.row(x, n, c);
    const Size parts = (n + PART - 1) / PART;
    std::vector<T> part(parts);
    parallel(parts, PART, [&](Size begin, Size end) {
        for (Size i = begin; i < end; ++i) part[i] = f.row(x + i * PART, std::min(PART, n - i * PART), c);
    });
    for (Size i = 1; i < parts; ++i) f.join(&part[0], &part[i], 1);
    return part[0];
}

// r rows of n made one; many rows in parts, of which each makes a row of its own.
template <class T> void one_matrix(const Reducer<T>& f, const T* x, Size r, Size n, T* out, const T* c) {
    const Size step = std::max(Size(64), PART / n), parts = (r + step - 1) / step;
    if (r * n < MANY || parts < 2) return f.columns(x, r, n, out, c);
    std::vector<T> part(parts * n);
    parallel(parts, step * n, [&](Size begin, Size end) {
        for (Size i = begin; i < end; ++i)
            f.columns(x + i * step * n, std::min(step, r - i * step), n, part.data() + i * n, c);
    });
    std::copy_n(part.data(), n, out);
    for (Size i = 1; i < parts; ++i) f.join(out, part.data() + i * n, n);
}

// `c`, if not null, has a number for each result.
template <class T> void reduced(Kind kind, Blocks b, const T* x, T* out, const T* c) {
    const Reducer<T> f = RL_PICK(reducer<T>(kind));
    if (b.r1 == 1 && b.r0 > 1) {
        if (b.k0 == 1) return one_matrix(f, x, b.r0, b.k1, out, c);
        parallel(b.k0, b.r0 * b.k1, [&](Size begin, Size end) {
            for (Size i = begin; i < end; ++i)
                f.columns(x + i * b.r0 * b.k1, b.r0, b.k1, out + i * b.k1, c ? c + i * b.k1 : nullptr);
        });
        return;
    }
    if (b.results() == 1 && b.r0 == 1) {
        *out = one_row(f, x, b.r1, c ? *c : T(0));
        return;
    }
    parallel(b.results(), b.each(), [&](Size begin, Size end) {
        for (Size i = begin; i < end; ++i) {
            const T* at = x + (i / b.k1 * b.r0 * b.k1 + i % b.k1) * b.r1;
            const T ci = c ? c[i] : T(0);
            T all = f.row(at, b.r1, ci);
            for (Size r = 1; r < b.r0; ++r) {
                const T more = f.row(at + r * b.k1 * b.r1, b.r1, ci);
                f.join(&all, &more, 1);
            }
            out[i] = all;
        }
    });
}

template <class T> void averaged(Blocks b, const T* x, T* out) {
    reduced(SUM, b, x, out, static_cast<const T*>(nullptr));
    const T n = T(b.each());
    for (Size i = 0; i < b.results(); ++i) out[i] /= n;
}

template <class T> void rooted(Blocks b, const T* x, T* out) {
    reduced(SQUARE, b, x, out, static_cast<const T*>(nullptr));
    for (Size i = 0; i < b.results(); ++i) out[i] = std::sqrt(out[i]);
}

// Both means and variances: sums of squares about a mean, less what the mean's rounding adds.
template <class T> void varied(Blocks b, double correction, bool root, const T* x, T* variance, T* mean) {
    const double n = double(b.each()), freedom = std::max(n - correction, 0.0);
    averaged(b, x, mean);
    std::vector<T> first(b.results());
    reduced(AWAY, b, x, first.data(), mean);
    reduced(AWAY_SQUARE, b, x, variance, mean);
    for (Size i = 0; i < b.results(); ++i) {
        const double away = first[i], squares = variance[i] - away * away / n, v = squares / freedom;
        variance[i] = T(root ? std::sqrt(v) : v);
        if (std::isfinite(away)) mean[i] = T(mean[i] + away / n);
    }
}

// log(sum(exp(x))), shifted by the largest element unless that is infinite
template <class T> void logged(Blocks b, const T* x, T* out) {
    std::vector<T> shift(b.results());
    reduced(LARGEST, b, x, shift.data(), static_cast<const T*>(nullptr));
    for (T& s : shift) s = std::isinf(s) ? T(0) : s;
    reduced(EXP_AWAY, b, x, out, shift.data());
    for (Size i = 0; i < b.results(); ++i) out[i] = std::log(out[i]) + shift[i];
}

// The first extreme elements along dim r of k0 x r x k1, and where they are.
template <class T>
void placed_extremes(bool largest, Size k0, Size r, Size k1, const T* x, T* value, std::int64_t* where) {
    const Placer<T> f = RL_PICK(placer<T>(largest));
    if (k1 == 1) {
        parallel(k0, r, [&](Size begin, Size end) {
            for (Size i = begin; i < end; ++i) {
                where[i] = f.row(x + i * r, r);
                if (value) value[i] = x[i * r + where[i]];
            }
        });
        return;
    }
    const Size width = 256, strips = (k1 + width - 1) / width;
    parallel(k0 * strips, r * std::min(width, k1), [&](Size begin, Size end) {
        T unwanted[256];
        for (Size i = begin; i < end; ++i) {
            const Size o = i / strips, j = i % strips * width, at = o * k1 + j;
            f.columns(x + o * r * k1 + j, r, k1, std::min(width, k1 - j), value ? value + at : unwanted, where + at);
        }
    });
}

// How many of each block's truth values are true.
inline void counted(Blocks b, const unsigned char* x, std::int64_t* out) {
    if (b.results() == 1 && b.r0 == 1) {
        *out = total<std::int64_t>(b.r1, [x](Size at, Size end) { return RL_PICK(count_true(x + at, end - at)); });
        return;
    }
    parallel(b.results(), b.each(), [&](Size begin, Size end) {
        for (Size i = begin; i < end; ++i) {
            const unsigned char* at = x + (i / b.k1 * b.r0 * b.k1 + i % b.k1) * b.r1;
            out[i] = 0;
            for (Size r = 0; r < b.r0; ++r) out[i] += RL_PICK(count_true(at + r * b.k1 * b.r1, b.r1));
        }
    });
}

// Is any (or with `all`, every one) of each block's truth values true?
inline void truths(bool all, Blocks b, const unsigned char* x, unsigned char* out) {
    parallel(b.results(), b.each(), [&](Size begin, Size end) {
        for (Size i = begin; i < end; ++i) {
            const unsigned char* at = x + (i / b.k1 * b.r0 * b.k1 + i % b.k1) * b.r1;
            bool met = false;
            for (Size r = 0; r < b.r0 && !met; ++r) met = std::memchr(at + r * b.k1 * b.r1, !all, b.r1) != nullptr;
            out[i] = met != all;
        }
    });
}

}  // namespace rl
