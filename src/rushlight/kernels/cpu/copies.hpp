// Large arrays copied, and filled with one element, on several threads.
#pragma once
#include <cstdint>
#include <cstring>

#include "pool.hpp"

namespace rl {

inline void copy_bytes(const char* from, char* to, std::ptrdiff_t n) {
    constexpr std::ptrdiff_t LINE = 64;
    parallel((n + LINE - 1) / LINE, LINE / 4, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
        std::memcpy(to + begin * LINE, from + begin * LINE, std::min(end * LINE, n) - begin * LINE);
    });
}

// By copies of a first block, since this is compiled for size
template <class T> void repeat(T value, T* to, std::ptrdiff_t n) {
    parallel(n, 1, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
        constexpr std::ptrdiff_t SOME = 512;
        T *first = to + begin, *last = to + end, *next = std::min(first + SOME, last);
        std::fill(first, next, value);
        for (; next < last; next += SOME) std::memcpy(next, first, std::min(SOME, last - next) * sizeof(T));
    });
}

}  // namespace rl
