// Standardising rows and channels, and the ways back; included by norms.hpp once per instruction
// set.  With r the reciprocal deviation and h = r (x - mean), a gradient is
// r (g w - the mean of g w - h times the mean of g w h).

// Two sums at once
template <class T, class F> RL_INLINE void summed_both(Size n, double* first, double* second, F f) {
    constexpr Size q = BLOCK / 8;
    Size at = 0;
    for (; n - at >= 2 * q; at += 2 * q) {
        T a = 0, b = 0, c = 0, d = 0;
#pragma omp simd reduction(+ : a, b, c, d)
        for (Size i = at; i < at + q; ++i) {
            f(i, a, b);
            f(i + q, c, d);
        }
        *first += a + c;
        *second += b + d;
    }
    T a = 0, b = 0;
#pragma omp simd reduction(+ : a, b)
    for (Size i = at; i < n; ++i) f(i, a, b);
    *first += a;
    *second += b;
}

template <class T> static RL_APART T mean_of(const T* x, Size n) {
    return T(summed_quickly<T>(n, [=](Size i) RL_LAMBDA { return x[i]; }) / n);
}
template <class T> static RL_APART double squares_about(const T* x, Size n, T mean) {
    return summed_quickly<T>(n, [=](Size i) RL_LAMBDA { return (x[i] - mean) * (x[i] - mean); });
}
// Of g and of g (x - mean)
template <class T>
static RL_APART void sums_about(const T* g, const T* x, Size n, T mean, double* sum, double* product) {
    summed_both<T>(n, sum, product, [=](Size i, T& a, T& b) RL_LAMBDA {
        a += g[i];
        b += g[i] * (x[i] - mean);
    });
}

// Mean and reciprocal deviation r, in one pass about the mean of the first numbers, unless those lie
// so far from the others that both would be inexact.
template <class T> struct Standard { T mean, r; };
template <class T> static RL_APART Standard<T> standard(const T* x, Size n, double eps) {
    const T c = mean_of(x, std::min(n, BLOCK / 4));
    double away = 0, squares = 0;
    summed_both<T>(n, &away, &squares, [=](Size i, T& a, T& b) RL_LAMBDA {
        const T h = x[i] - c;
        a += h;
        b += h * h;
    });
    away /= n;
    T mean = T(c + away);
    double variance = squares / n - away * away;
    if (away * away > variance) {
        mean = mean_of(x, n);
        variance = squares_about(x, n, mean) / n;
    }
    return {mean, T(1 / std::sqrt(variance + eps))};
}

// -- rows, each element with its own weight and bias ------------------------------------------

template <class T>
static void layer_rows(const T* x, const T* w, const T* b, T* out, Size rows, Size n, double eps) {
    for (Size k = 0; k < rows; ++k, x += n, out += n) {
        const auto [mean, r] = standard(x, n, eps);
        for (Size i = 0; i < n; ++i) out[i] = (x[i] - mean) * r * w[i] + b[i];
    }
}

// gw and gb are added to; a gx that nobody wants is one row
template <class T>
static void layer_gradient_rows(const T* g, const T* x, const T* w, T* __restrict gx, Size step, T* __restrict gw,
                                T* __restrict gb, Size rows, Size n, double eps) {
    for (Size k = 0; k < rows; ++k, g += n, x += n, gx += step) {
        const auto [mean, r] = standard(x, n, eps);
        double sum = 0, product = 0;
        summed_both<T>(n, &sum, &product, [=, mean = mean](Size i, T& a, T& b) RL_LAMBDA {
            const T v = g[i] * w[i];
            a += v;
            b += v * (x[i] - mean);
        });
        const T s = T(sum / n), p = T(product / n) * r;
        for (Size i = 0; i < n; ++i) {
            const T h = (x[i] - mean) * r;
            gx[i] = (g[i] * w[i] - s - h * p) * r;
            gw[i] += g[i] * h;
            gb[i] += g[i];
        }
    }
}

// -- rows of channels, each channel of `size` neighbours with one weight and bias --------------

template <class T>
static void group_row(const T* x, const T* w, const T* b, T* out, Size channels, Size size, double eps) {
    const Size n = channels * size;
    const auto [mean, r] = standard(x, n, eps);
    for (Size c = 0; c < channels; ++c, x += size, out += size) {
        const T factor = w ? r * w[c] : r, shift = b ? b[c] : T(0);
        for (Size i = 0; i < size; ++i) out[i] = (x[i] - mean) * factor + shift;
    }
}

// The sums of g h and of g of each channel go to `products` and `sums`.
template <class T>
static void group_gradient_row(const T* g, const T* x, const T* w, T* gx, T* products, T* sums, Size channels,
                               Size size, double eps) {
    const Size n = channels * size;
    const auto [mean, r] = standard(x, n, eps);
    double all = 0, product = 0;
    for (Size c = 0; c < channels; ++c) {
        double first = 0, second = 0;
        const T *back = g + c * size, *from = x + c * size;
        sums_about(back, from, size, mean, &first, &second);
        sums[c] = T(first);
        products[c] = T(second * r);
        all += first * (w ? w[c] : T(1));
        product += second * (w ? w[c] : T(1));
    }
    if (!gx) return;
    const T s = T(all / n), p = T(product / n) * r * r;
    for (Size c = 0; c < channels; ++c, g += size, x += size, gx += size) {
        const T factor = w ? w[c] : T(1);
        for (Size i = 0; i < size; ++i) gx[i] = (g[i] * factor - s - (x[i] - mean) * p) * r;
    }
}

// -- channels of all samples: element (s, c, i) of samples x channels x size -------------------

template <class T>
static void channel_moments(const T* x, T* means, T* variances, Size samples, Size channels, Size size,
                            Size first, Size last) {
    const double n = double(samples) * size;
    for (Size c = first; c < last; ++c) {
        double sum = 0, squares = 0;
        for (Size s = 0; s < samples; ++s)
            sum += mean_of(x + (s * channels + c) * size, size) * double(size);
        const T mean = means[c] = T(sum / n);
        for (Size s = 0; s < samples; ++s) squares += squares_about(x + (s * channels + c) * size, size, mean);
        variances[c] = T(squares / n);
    }
}

template <class T>
static void channel_sums(const T* g, const T* x, const T* means, T* products, T* sums, Size samples,
                         Size channels, Size size, Size first, Size last) {
    for (Size c = first; c < last; ++c) {
        double sum = 0, product = 0;
        const T mean = means[c];
        for (Size s = 0; s < samples; ++s) {
            const T *back = g + (s * channels + c) * size, *from = x + (s * channels + c) * size;
            sums_about(back, from, size, mean, &sum, &product);
        }
        sums[c] = T(sum);
        products[c] = T(product);
    }
}

// The same for a size of 1, where the channels are neighbours; `width` of them, at most COLUMNS
template <class T>
static void column_moments(const T* x, T* means, T* variances, Size samples, Size channels, Size width) {
    summed_columns<T>(samples, width, means, [=](Size i, Size j) RL_LAMBDA { return x[i * channels + j]; });
    for (Size j = 0; j < width; ++j) means[j] /= T(samples);
    summed_columns<T>(samples, width, variances, [=](Size i, Size j) RL_LAMBDA {
        const T h = x[i * channels + j] - means[j];
        return h * h;
    });
    for (Size j = 0; j < width; ++j) variances[j] /= T(samples);
}

template <class T>
static void column_sums(const T* g, const T* x, const T* means, T* products, T* sums, Size samples,
                        Size channels, Size width) {
    summed_columns<T>(samples, width, sums, [=](Size i, Size j) RL_LAMBDA { return g[i * channels + j]; });
    summed_columns<T>(samples, width, products, [=](Size i, Size j) RL_LAMBDA {
        return g[i * channels + j] * (x[i * channels + j] - means[j]);
    });
}

// out = (x - mean) factor + shift, by the channel; planes are counted through all samples
template <class T>
static void scale_planes(const T* x, const T* means, const T* factors, const T* shifts, T* out, Size channels,
                         Size size, Size first, Size last) {
    if (size == 1) {
        for (Size k = first; k < last; k += channels)
            for (Size c = 0; c < channels; ++c) out[k + c] = (x[k + c] - means[c]) * factors[c] + shifts[c];
        return;
    }
    for (Size k = first; k < last; ++k) {
        const Size c = k % channels;
        const T mean = means[c], factor = factors[c], shift = shifts[c];
        for (Size i = k * size; i < (k + 1) * size; ++i) out[i] = (x[i] - mean) * factor + shift;
    }
}

// out = g factor + (x - mean) slope + shift
template <class T>
static void combine_planes(const T* g, const T* x, const T* means, const T* factors, const T* slopes,
                           const T* shifts, T* out, Size channels, Size size, Size first, Size last) {
    if (size == 1) {
        for (Size k = first; k < last; k += channels)
            for (Size c = 0; c < channels; ++c)
                out[k + c] = g[k + c] * factors[c] + (x[k + c] - means[c]) * slopes[c] + shifts[c];
        return;
    }
    for (Size k = first; k < last; ++k) {
        const Size c = k % channels;
        const T mean = means[c], factor = factors[c], slope = slopes[c], shift = shifts[c];
        for (Size i = k * size; i < (k + 1) * size; ++i) out[i] = g[i] * factor + (x[i] - mean) * slope + shift;
    }
}
