// Whole layers of networks on small matrices, for which a call of the BLAS takes longer than the work.
#pragma once
#include <cstddef>
#include <vector>

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

}  // namespace rl
