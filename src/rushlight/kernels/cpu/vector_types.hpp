// What vector_math.hpp needs to know of the two floating types.
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#ifdef __GNUC__
#define RL_INLINE inline __attribute__((always_inline))
#define RL_LAMBDA __attribute__((always_inline))
#define RL_APART __attribute__((noinline))
#else
#define RL_APART
#define RL_INLINE inline
#define RL_LAMBDA
#endif

namespace rl {

template <class T> struct WholeOf;
template <> struct WholeOf<float> { using type = uint32_t; };
template <> struct WholeOf<double> { using type = uint64_t; };
template <class T> using Whole = typename WholeOf<T>::type;  // as wide as T
template <class T> constexpr int MANTISSA = sizeof(T) == 4 ? 23 : 52;
template <class T> constexpr Whole<T> BIAS = sizeof(T) == 4 ? 127 : 1023;

}  // namespace rl
