// Small products in registers, compiled for several instruction sets; which one runs is chosen
// when it is first asked for.
#pragma once
#include <cstddef>
#include <cstring>

#include "isa.hpp"

namespace rl {

using Size = std::ptrdiff_t;

template <class T>
using Tile = void (*)(const T* a, const T* x, const Size* at, Size k, const T* start, T* out, Size step);
template <class T>
using Dots = void (*)(const T* g, Size gs, Size row, const T* x, Size xs, const Size* at, Size samples,
                      Size length, T* out, Size step);

template <class T> struct Tiles {
    int width;  // of a vector, in elements
    int tall;   // rows of the largest tile
    int high, wide;  // rows and columns of the largest block of dots
    Tile<T> tile[4][4];  // by rows 1, 2, 4, tall and vectors 1, 2, 3, 6
    Dots<T> dots[2][3];  // by rows 1, high and columns 1, wide / 2, wide
};

namespace base {
#define RL_BYTES 16
#ifdef __aarch64__
#define RL_REGISTERS 32
#else
#define RL_REGISTERS 16
#endif
#include "tile_kernels.hpp"
#undef RL_BYTES
#undef RL_REGISTERS
}  // namespace base

#ifdef RL_CHOICE

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
namespace avx2 {
#define RL_BYTES 32
#define RL_REGISTERS 16
#include "tile_kernels.hpp"
#undef RL_BYTES
#undef RL_REGISTERS
}  // namespace avx2
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl,avx512bw"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2,fma,avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512")
#endif
namespace avx512 {
#define RL_BYTES 64
#define RL_REGISTERS 32
#include "tile_kernels.hpp"
#undef RL_BYTES
#undef RL_REGISTERS
}  // namespace avx512
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif

template <class T> const Tiles<T>& tiles() {
#ifdef RL_CHOICE
    if (instructions() == 2) return avx512::tiles<T>();
    if (instructions() == 1) return avx2::tiles<T>();
#endif
    return base::tiles<T>();
}

}  // namespace rl
