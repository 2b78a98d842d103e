// Sums over rows and columns in vectors; included once per instruction set.  Numbers are added in
// their own type for a block, and the blocks' sums in double.

#include "vector_math.hpp"

constexpr Size BLOCK = 1024, COLUMNS = 64;

// n, raised to whole vectors
template <class T> RL_INLINE Size whole_vectors(Size n) {
    constexpr Size width = RL_BYTES / sizeof(T);
    return (n + width - 1) / width * width;
}

template <class T> RL_INLINE T largest(const T* x, Size n) {
    T most = -std::numeric_limits<T>::infinity();
#pragma omp simd reduction(max : most)
    for (Size i = 0; i < n; ++i) most = x[i] > most ? x[i] : most;
    return most;
}

// The sum of f(i) for i < n
template <class T, class F> RL_INLINE double summed(Size n, F f) {
    double sum = 0;
    for (Size at = 0; at < n; at += BLOCK) {
        const Size end = at + BLOCK < n ? at + BLOCK : n;
        T part = 0;
#pragma omp simd reduction(+ : part)
        for (Size i = at; i < end; ++i) part += f(i);
        sum += part;
    }
    return sum;
}

// The same where f takes less than an addition: four sums, so that none waits for the last
template <class T, class F> RL_INLINE double summed_quickly(Size n, F f) {
    double sum = 0;
    Size at = 0;
    for (; n - at >= BLOCK / 4; at += BLOCK / 4) {
        constexpr Size q = BLOCK / 16;
        T a = 0, b = 0, c = 0, d = 0;
#pragma omp simd reduction(+ : a, b, c, d)
        for (Size i = at; i < at + q; ++i) {
            a += f(i);
            b += f(i + q);
            c += f(i + 2 * q);
            d += f(i + 3 * q);
        }
        sum += (a + b) + (c + d);
    }
    return sum + summed<T>(n - at, [=](Size i) RL_LAMBDA { return f(at + i); });
}

// out[j] = the sum of f(i, j) for i < n, j < width <= COLUMNS
template <class T, class F> RL_INLINE void summed_columns(Size n, Size width, T* out, F f) {
    double sum[COLUMNS] = {};
    for (Size at = 0; at < n; at += BLOCK / 4) {
        const Size end = at + BLOCK / 4 < n ? at + BLOCK / 4 : n;
        T part[COLUMNS] = {};
        for (Size i = at; i < end; ++i)
            for (Size j = 0; j < width; ++j) part[j] += f(i, j);
        for (Size j = 0; j < width; ++j) sum[j] += part[j];
    }
    for (Size j = 0; j < width; ++j) out[j] = T(sum[j]);
}
