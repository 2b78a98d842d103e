// What a mask chooses, and where it stands.  Masks are contiguous; U is an unsigned type as wide as
// an element.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "pool.hpp"

namespace rl {

using Size = std::ptrdiff_t;

constexpr Size PIECE = 1 << 12;

inline Size chosen_of(const unsigned char* mask, Size n) {
    constexpr std::uint64_t LOW = 0x7f7f7f7f7f7f7f7f, ONES = 0x0101010101010101;
    Size sum = 0, i = 0;
    for (; i + 8 <= n; i += 8) {
        std::uint64_t v;
        std::memcpy(&v, mask + i, 8);
        sum += ((((v & LOW) + LOW) | v) >> 7 & ONES) * ONES >> 56;
    }
    for (; i < n; ++i) sum += mask[i] != 0;
    return sum;
}

// Where what each piece of a mask chooses begins among all that is chosen; the last entry is how
// many that are.
inline std::vector<Size> begins(const unsigned char* mask, Size count, Size piece) {
    std::vector<Size> at((count + piece - 1) / piece + 1);
    parallel(Size(at.size()) - 1, piece / 4, [&](Size begin, Size end) {
        for (Size p = begin; p < end; ++p)
            at[p + 1] = chosen_of(mask + p * piece, std::min(piece, count - p * piece));
    });
    for (std::size_t p = 1; p < at.size(); ++p) at[p] += at[p - 1];
    return at;
}

// Every element is written where the next chosen one will be: no branch that could be guessed wrong.
template <class U>
void selected(const unsigned char* mask, const U* x, U* out, const std::vector<Size>& at) {
    parallel(Size(at.size()) - 1, PIECE, [&](Size begin, Size end) {
        for (Size p = begin; p < end; ++p)
            for (Size i = p * PIECE, k = at[p]; k < at[p + 1]; ++i) {
                out[k] = x[i];
                k += mask[i] != 0;
            }
    });
}

// The other way: one value after the other where the mask is true, 0 elsewhere.
template <class U>
void unselected(const unsigned char* mask, const U* values, U* out, Size count, const std::vector<Size>& at) {
    const Size last = at.back() - 1;
    parallel(Size(at.size()) - 1, PIECE, [&](Size begin, Size end) {
        for (Size p = begin; p < end; ++p) {
            Size k = at[p];
            for (Size i = p * PIECE; i < std::min(count, (p + 1) * PIECE); ++i) {
                const U value = last < 0 ? U(0) : values[std::min(k, last)];
                out[i] = mask[i] ? value : U(0);
                k += mask[i] != 0;
            }
        }
    });
}

// The indices of what is chosen, dim by dim; `at` is for pieces of the last dim's length.
inline void places(const unsigned char* mask, const Size* shape, int dims, std::int64_t* out, const std::vector<Size>& at) {
    const Size n = shape[dims - 1], total = at.back();
    std::int64_t* last = out + (dims - 1) * total;
    parallel(Size(at.size()) - 1, n * dims, [&](Size begin, Size end) {
        for (Size r = begin; r < end; ++r) {
            for (Size j = 0, k = at[r]; k < at[r + 1]; ++j) {
                last[k] = j;
                k += mask[r * n + j] != 0;
            }
            Size rest = r;
            for (int d = dims - 2; d >= 0; --d) {
                std::fill(out + d * total + at[r], out + d * total + at[r + 1], rest % shape[d]);
                rest /= shape[d];
            }
        }
    });
}

}  // namespace rl
