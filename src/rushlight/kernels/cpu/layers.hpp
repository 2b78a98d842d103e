// Whole layers of networks on small matrices, for which a call of the BLAS takes longer than the work.
#pragma once
#include <cstddef>
#include <vector>

#include "isa.hpp"
#include "vector_types.hpp"

namespace rl {

using Size = std::ptrdiff_t;

// out[m, n] = x[m, k] w[n, k]^T + b[n]; the weight is turned over once, so that rows are added up.
template <class T>
void linear_small(const T* x, Size x0, Size x1, const T* w, const T* b, T* out, Size m, Size k, Size n) {
    constexpr Size MOST = 1024;
    T memory[MOST];
    std::vector<T> larger(k * n > MOST ? k * n : 0);
    T* turned = k * n > MOST ? larger.data() : memory;
    for (Size j = 0; j < n; ++j)
        for (Size p = 0; p < k; ++p) turned[p * n + j] = w[j * k + p];
    for (Size i = 0; i < m; ++i, x += x0, out += n) {
        for (Size j = 0; j < n; ++j) out[j] = b ? b[j] : T(0);
        for (Size p = 0; p < k; ++p) {
            const T s = x[p * x1];
            const T* row = turned + p * n;
            for (Size j = 0; j < n; ++j) out[j] += s * row[j];
        }
    }
}

template <class T> void add_rows(const T* b, T* out, Size m, Size n) {
    for (Size i = 0; i < m; ++i, out += n)
        for (Size j = 0; j < n; ++j) out[j] += b[j];
}

template <class T> struct Cells {
    void (*forward)(T* gates, const T* before, T* cell, T* hidden, Size samples, Size n);
    void (*back)(const T* gates, const T* before, const T* cell, const T* g, T* dc, T* slopes, Size samples, Size n);
    void (*add_product)(const T* a, const T* b, T* out, Size m, Size k, Size n);
};

#define RL_EACH "lstm_isa.hpp"
#include "each_isa.hpp"

template <class T> const Cells<T>& cells() {
#ifdef RL_CHOICE
    if (instructions() == 2) return avx512::cells<T>();
    if (instructions() == 1) return avx2::cells<T>();
#endif
    return base::cells<T>();
}

}  // namespace rl
