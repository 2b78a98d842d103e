// Running logarithms of sums of exponentials; included once per instruction set, see each_isa.hpp.

#include "vector_math.hpp"

// Along `many` <= 8 lanes at once: sums of exp(x - c) for a c that is the largest so far, so that
// nothing overflows; an infinite x is none of it, and shows in the sum.
template <class T>
static void log_sums(const T* x, T* out, Size n, Size step, Size lane, int many) {
    double sum[8], c[8], y[8];
    for (int k = 0; k < 8; ++k) {
        sum[k] = 0;
        c[k] = std::numeric_limits<double>::lowest();
        y[k] = 0;
    }
    for (Size i = 0; i < n; ++i) {
        for (int k = 0; k < many; ++k) y[k] = x[i * step + k * lane];
        for (int k = 0; k < 8; ++k) {
            const double finite = y[k] < 1e308 ? y[k] : c[k], top = finite > c[k] ? finite : c[k];
            const double kept = sum[k] > 1e300 ? sum[k] : sum[k] * exp_(c[k] - top);
            sum[k] = kept + exp_(y[k] - top);
            c[k] = top;
            y[k] = top + log_(sum[k]);
        }
        for (int k = 0; k < many; ++k) out[i * step + k * lane] = T(y[k]);
    }
}
