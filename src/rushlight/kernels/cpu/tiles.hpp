// Small products in registers, compiled for several instruction sets; which one runs is chosen
// when it is first asked for.
#pragma once
#include <cstddef>
#include <cstring>

#include "isa.hpp"
#include "vector_types.hpp"

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

#define RL_EACH "tile_kernels.hpp"
#include "each_isa.hpp"

template <class T> const Tiles<T>& tiles() { return RL_PICK(tiles<T>()); }

}  // namespace rl
