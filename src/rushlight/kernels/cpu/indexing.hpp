// Elements chosen, written, added and joined by place.  Arrays are contiguous; U is an unsigned
// type as wide as an element where only copies are made.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <limits>

#include "pool.hpp"

namespace rl {

using Size = std::ptrdiff_t;

inline bool all_within(const std::int64_t* index, Size count, Size length) {
    std::uint64_t signs = 0;  // of the index, and of what is left above it
    for (Size i = 0; i < count; ++i) signs |= std::uint64_t(index[i]) | (std::uint64_t(length - 1) - std::uint64_t(index[i]));
    return signs >> 63 == 0;
}

// Calls body(o, first, width) for strips of columns of each outer matrix: no two threads then
// write to one place, whatever the rows.
template <class Body> void each_strip(Size outer, Size rows, Size inner, Body body) {
    const Size width = outer > 1 ? inner : std::max(Size(16), (inner + 1) / 2), strips = (inner + width - 1) / width;
    parallel(outer * strips, rows * std::min(width, inner) * 2, [&](Size begin, Size end) {
        for (Size i = begin; i < end; ++i) {
            const Size first = i % strips * width;
            body(i / strips, first, std::min(width, inner - first));
        }
    });
}

// out[o, r, j] = x[o, index[o, r, j], j] for outer x n x inner and outer x m x inner.  Did every
// index lie within?
template <class U>
bool take_along(const U* x, const std::int64_t* index, U* out, Size outer, Size n, Size m, Size inner) {
    std::atomic<bool> within{true};
    parallel(outer * m, inner * 2, [&](Size begin, Size end) {
        for (Size i = begin; i < end; ++i) {
            const U* from = x + i / m * n * inner;
            const std::int64_t* at = index + i * inner;
            U* to = out + i * inner;
            bool good = true;
            for (Size j = 0; j < inner; ++j) {
                const bool inside = std::uint64_t(at[j]) < std::uint64_t(n);
                good &= inside;
                to[j] = from[(inside ? at[j] : 0) * inner + j];
            }
            if (!good) within = false;
        }
    });
    return within;
}

template <class U>
void put_along(U* x, const U* values, const std::int64_t* index, Size outer, Size n, Size m, Size inner, bool one) {
    each_strip(outer, m, inner, [&](Size o, Size first, Size width) {
        for (Size r = 0; r < m; ++r) {
            const Size at = (o * m + r) * inner + first;
            for (Size j = 0; j < width; ++j)
                x[(o * n + index[at + j]) * inner + first + j] = values[one ? 0 : at + j];
        }
    });
}

template <class T>
void add_along(T* x, const T* values, const std::int64_t* index, Size outer, Size n, Size m, Size inner) {
    each_strip(outer, m, inner, [&](Size o, Size first, Size width) {
        for (Size r = 0; r < m; ++r) {
            const Size at = (o * m + r) * inner + first;
            for (Size j = 0; j < width; ++j)
                x[(o * n + index[at + j]) * inner + first + j] += values[at + j];
        }
    });
}

// x[o, index[r], :] += values[o, r, :]
template <class T>
void add_slices(T* x, const T* values, const std::int64_t* index, Size outer, Size n, Size m, Size inner) {
    each_strip(outer, m, inner, [&](Size o, Size first, Size width) {
        for (Size r = 0; r < m; ++r) {
            const T* from = values + (o * m + r) * inner + first;
            T* to = x + (o * n + index[r]) * inner + first;
            for (Size j = 0; j < width; ++j) to[j] += from[j];
        }
    });
}

// out[i] = x[i] within limits, each of which may be missing; NaN stays
template <class T>
void clamped(const T* x, T* out, Size n, bool has_low, T low, bool has_high, T high) {
    const T infinite = std::numeric_limits<T>::infinity();
    if (!has_low) low = -infinite;
    if (!has_high) high = infinite;
    parallel(n, 1, [&](Size begin, Size end) {
        for (Size i = begin; i < end; ++i) {
            const T raised = x[i] < low ? low : x[i];
            out[i] = raised > high ? high : raised;
        }
    });
}

// out[i] = g[i] where x[i] is within the limits, 0 elsewhere
template <class T>
void clamped_gradient(const T* g, const T* x, T* out, Size n, bool has_low, T low, bool has_high, T high) {
    const T infinite = std::numeric_limits<T>::infinity();
    if (!has_low) low = -infinite;
    if (!has_high) high = infinite;
    parallel(n, 1, [&](Size begin, Size end) {
        for (Size i = begin; i < end; ++i) out[i] = (x[i] >= low) & (x[i] <= high) ? g[i] : T(0);
    });
}

// out[i] = a[i] where the mask is true, else b[i]; steps of 0 let a number stand still
template <class U>
void chosen(const unsigned char* mask, const U* a, int as, const U* b, int bs, U* out, Size n) {
    parallel(n, 1, [&](Size begin, Size end) {
        if (as && bs) for (Size i = begin; i < end; ++i) { const U p = a[i], q = b[i]; out[i] = mask[i] ? p : q; }
        else if (as) { const U q = *b; for (Size i = begin; i < end; ++i) { const U p = a[i]; out[i] = mask[i] ? p : q; } }
        else if (bs) { const U p = *a; for (Size i = begin; i < end; ++i) { const U q = b[i]; out[i] = mask[i] ? p : q; } }
        else { const U p = *a, q = *b; for (Size i = begin; i < end; ++i) out[i] = mask[i] ? p : q; }
    });
}

// How many of n rising boundaries are below each value (or, with `right`, not above it); all are
// below NaN.
template <class T>
void insertion_places(const T* boundaries, Size n, const T* values, std::int64_t* out, Size count, bool right) {
    parallel(count, 8, [&](Size begin, Size end) {
        for (Size i = begin; i < end; ++i) {
            const T v = values[i];
            const T* low = boundaries;
            for (Size length = n; length > 0;) {  // without a branch to be guessed
                const Size half = length / 2, rest = length - half - 1;
                const bool beyond = right ? !(low[half] > v) : !(low[half] >= v);
                low = beyond ? low + half + 1 : low;
                length = beyond ? rest : half;
            }
            out[i] = low - boundaries;
        }
    });
}

// Parts of outer x length bytes, one after another in each of the outer rows of `out`.
inline void joined(const char* const* parts, const Size* lengths, Size count, char* out, Size outer) {
    Size step = 0;
    for (Size p = 0; p < count; ++p) step += lengths[p];
    const Size cut = 1 << 16;  // bytes copied at once where a row is long
    if (step < 2 * cut) {
        parallel(outer, step / 4, [&](Size begin, Size end) {
            for (Size o = begin; o < end; ++o) {
                char* to = out + o * step;
                for (Size p = 0; p < count; ++p) {
                    std::memcpy(to, parts[p] + o * lengths[p], lengths[p]);
                    to += lengths[p];
                }
            }
        });
        return;
    }
    for (Size o = 0; o < outer; ++o) {
        char* to = out + o * step;
        for (Size p = 0; p < count; ++p) {
            const char* from = parts[p] + o * lengths[p];
            const Size length = lengths[p];
            parallel((length + cut - 1) / cut, cut / 4, [&](Size begin, Size end) {
                const Size first = begin * cut, last = std::min(end * cut, length);
                std::memcpy(to + first, from + first, last - first);
            });
            to += length;
        }
    }
}

}  // namespace rl
