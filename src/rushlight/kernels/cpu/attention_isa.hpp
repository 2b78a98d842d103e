// The weights of attention; included once per instruction set, see each_isa.hpp.

#include "sums_isa.hpp"

// A row of scores made weights, not yet divided by their sum, which is returned.  A row of minus
// infinities becomes zeros.
template <class T> static T weigh(T* x, Size n) {
    const T most = largest(x, n);
    if (most == -std::numeric_limits<T>::infinity()) {
        for (Size i = 0; i < n; ++i) x[i] = x[i] == x[i] ? T(0) : x[i];
        return 1;
    }
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (Size i = 0; i < n; ++i) {
        const T e = exp_below(x[i] - most);
        x[i] = e;
        sum += e;
    }
    return sum;
}

// Weights p, times `inverse`, and what flows to them, d: that to the scores in place of d.
template <class T> static void weigh_slopes(T* p, T* d, Size n, T inverse, T scale) {
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (Size i = 0; i < n; ++i) {
        p[i] *= inverse;
        sum += p[i] * d[i];
    }
    for (Size i = 0; i < n; ++i) d[i] = p[i] * (d[i] - sum) * scale;
}
