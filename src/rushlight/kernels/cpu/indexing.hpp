// Elements chosen, written, added and joined by place.  Arrays are contiguous; U is an unsigned
// type as wide as an element where only copies are made.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "isa.hpp"
#include "pool.hpp"

namespace rl {

using Size = std::ptrdiff_t;

#define RL_NARROW
#define RL_EACH "indexing_isa.hpp"
#include "each_isa.hpp"

inline bool all_within(const std::int64_t* index, Size count, Size length) {
    std::atomic<bool> within{true};
    parallel(count, 1, [&](Size begin, Size end) {
        if (!RL_PICK(valid(index + begin, end - begin, length))) within = false;
    });
    return within;
}

// Calls body(o, first, width) for strips of columns of each outer matrix: no two threads then
// write to one place, whatever the rows.
template <class Body> void each_strip(Size outer, Size rows, Size inner, Body body) {
    const bool alone = outer > 1 || pool_door().threads == 1;
    const Size width = alone ? inner : std::max(Size(16), (inner + 1) / 2), strips = (inner + width - 1) / width;
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
    const bool rows = inner == 1;
    const Size width = rows ? m : inner;
    parallel(rows ? outer : outer * m, width * 2, [&](Size begin, Size end) {
        bool good = true;
        for (Size i = begin; i < end; ++i) {
            const U* from = x + (rows ? i : i / m) * n * inner;
            const std::int64_t* at = index + i * width;
            U* to = out + i * width;
            if (!(good = RL_PICK(valid(at, width, n)))) break;
            if (rows) RL_PICK(take_row(from, at, to, width));
            else for (Size j = 0; j < width; ++j) to[j] = from[at[j] * inner + j];
        }
        if (!good) within = false;
    });
    return within;
}

template <class U>
void put_along(U* x, const U* values, const std::int64_t* index, Size outer, Size n, Size m, Size inner, bool one) {
    if (inner == 1) {
        parallel(outer, m * 2, [&](Size begin, Size end) {
            for (Size o = begin; o < end; ++o)
                for (Size i = o * m; i < (o + 1) * m; ++i) x[o * n + index[i]] = values[one ? 0 : i];
        });
        return;
    }
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
    if (inner == 1) {
        // A sum stays in its register while its place comes again: memory would have it wait.
        parallel(outer, m * 2, [&](Size begin, Size end) {
            for (Size o = begin; o < end; ++o) {
                T* row = x + o * n;
                Size held = index[o * m];
                T sum = row[held];
                for (Size i = o * m; i < (o + 1) * m; ++i) {
                    if (index[i] != held) {
                        row[held] = sum;
                        held = index[i];
                        sum = row[held];
                    }
                    sum += values[i];
                }
                row[held] = sum;
            }
        });
        return;
    }
    each_strip(outer, m, inner, [&](Size o, Size first, Size width) {
        for (Size r = 0; r < m; ++r) {
            const Size at = (o * m + r) * inner + first;
            for (Size j = 0; j < width; ++j)
                x[(o * n + index[at + j]) * inner + first + j] += values[at + j];
        }
    });
}

// Indices of neighbouring dims as one of the dims seen as one; negative ones count from the end.
// Was each within its dim?
inline bool joint(const std::int64_t* const* index, const Size* lengths, int dims, std::int64_t* out, Size count) {
    bool within = true;
    for (Size i = 0; i < count; ++i) {
        std::int64_t at = 0;
        for (int d = 0; d < dims; ++d) {
            const std::int64_t own = index[d][i], from_start = own < 0 ? own + lengths[d] : own;
            within &= std::uint64_t(from_start) < std::uint64_t(lengths[d]);
            at = at * lengths[d] + from_start;
        }
        out[i] = at;
    }
    return within;
}

// out[o, r, :] = x[o, index[r], :], slices of so many elements
template <class U>
void take_slices(const U* x, const std::int64_t* index, U* out, Size outer, Size n, Size m, Size inner) {
    parallel(outer * m, inner, [&](Size begin, Size end) {
        for (Size i = begin; i < end; ++i) {
            const U* from = x + (outer == 1 ? index[i] : i / m * n + index[i % m]) * inner;
            if (inner == 1) out[i] = *from;
            else std::memcpy(out + i * inner, from, inner * sizeof(U));
        }
    });
}

inline void clear(void* out, Size bytes) {
    const Size cut = 1 << 17;
    parallel((bytes + cut - 1) / cut, cut / 8, [&](Size begin, Size end) {
        std::memset(static_cast<char*>(out) + begin * cut, 0, std::min(end * cut, bytes) - begin * cut);
    });
}

// x[o, index[r], :] += values[o, r, :]
template <class T>
void add_slices(T* x, const T* values, const std::int64_t* index, Size outer, Size n, Size m, Size inner) {
    each_strip(outer, m, inner, [&](Size o, Size first, Size width) {
        for (Size r = 0; r < m; ++r) {
            const T* from = values + (o * m + r) * inner + first;
            T* to = x + (o * n + index[r]) * inner + first;
            if (width == 1) *to += *from;
            else RL_PICK(add_row(from, to, width));
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
// below NaN.  Of few each is compared; of many, eight values look for their place side by side.
template <class T>
void insertion_places(const T* boundaries, Size n, const T* values, std::int64_t* out, Size count, bool right) {
    constexpr Size FEW = 16, BLOCK = 64;
    using Count = typename std::conditional<sizeof(T) == 4, std::uint32_t, std::uint64_t>::type;
    const auto below = [right](T b, T v) { return int(!(b >= v)) | int(right & (b == v)); };
    parallel(count, n <= FEW ? n : 32, [&](Size begin, Size end) {
        Size i = begin;
        for (Size m; n <= FEW && i < end; i += m) {
            Count found[BLOCK] = {};
            m = std::min(BLOCK, end - i);
            for (Size j = 0; j < n; ++j)
                for (Size k = 0; k < m; ++k) found[k] += below(boundaries[j], values[i + k]);
            for (Size k = 0; k < m; ++k) out[i + k] = found[k];
        }
        for (; i < end; i += 8) {
            Size low[8] = {}, value_at[8];
            for (int k = 0; k < 8; ++k) value_at[k] = std::min(i + k, end - 1);
            for (Size length = n; length > 1; length -= length / 2) {
                const Size half = length / 2;
                RL_UNROLL
                for (int k = 0; k < 8; ++k) low[k] += half & -Size(below(boundaries[low[k] + half - 1], values[value_at[k]]));
            }
            for (int k = 0; k < 8; ++k) out[value_at[k]] = low[k] + below(boundaries[low[k]], values[value_at[k]]);
        }
    });
}

// Parts of outer x length bytes, one after another in each of the outer rows of `out`.
inline void joined(const char* const* parts, const Size* lengths, Size count, char* out, Size outer) {
    Size step = 0;
    for (Size p = 0; p < count; ++p) step += lengths[p];
    const Size cut = 1 << 16, total = outer * step;
    parallel((total + cut - 1) / cut, cut / 4, [&](Size begin, Size end) {
        const Size last = std::min(end * cut, total);
        Size at = begin * cut, o = at / step, within = at % step, p = 0;
        while (within >= lengths[p]) within -= lengths[p++];
        while (at < last) {
            const Size n = std::min(lengths[p] - within, last - at);
            std::memcpy(out + at, parts[p] + o * lengths[p] + within, n);
            at += n;
            within = 0;
            if (++p == count) {
                p = 0;
                ++o;
            }
        }
    });
}

}  // namespace rl
