// Standardising rows and channels, and the ways back; included by norms.hpp once per instruction
// set.  With r the reciprocal deviation and h = r (x - mean), a gradient is
// r (g w - the mean of g w - h times the mean of g w h).

// Two sums at once
template <class T, class F> RL_INLINE void summed_both(Size n, double* first, double* second, F f) {
    for (Size at = 0; at < n; at += BLOCK) {
        const Size end = at + BLOCK < n ? at + BLOCK : n;
        T a = 0, b = 0;
#pragma omp simd reduction(+ : a, b)
        for (Size i = at; i < end; ++i) f(i, a, b);
        *first += a;
        *second += b;
    }
}

template <class T> RL_INLINE T mean_of(const T* x, Size n) {
    return T(summed<T>(n, [=](Size i) RL_LAMBDA { return x[i]; }) / n);
}
template <class T> RL_INLINE double squares_about(const T* x, Size n, T mean) {
    return summed<T>(n, [=](Size i) RL_LAMBDA { return (x[i] - mean) * (x[i] - mean); });
}
template <class T> RL_INLINE T reciprocal_deviation(double variance, double eps) {
    return T(1 / std::sqrt(variance + eps));
}

// -- rows, each element with its own weight and bias ------------------------------------------

template <class T>
static void layer_rows(const T* x, const T* w, const T* b, T* out, Size rows, Size n, double eps) {
    for (Size k = 0; k < rows; ++k, x += n, out += n) {
        const T mean = mean_of(x, n), r = reciprocal_deviation<T>(squares_about(x, n, mean) / n, eps);
        if (w && b) for (Size i = 0; i < n; ++i) out[i] = (x[i] - mean) * r * w[i] + b[i];
        else if (w) for (Size i = 0; i < n; ++i) out[i] = (x[i] - mean) * r * w[i];
        else if (b) for (Size i = 0; i < n; ++i) out[i] = (x[i] - mean) * r + b[i];
        else for (Size i = 0; i < n; ++i) out[i] = (x[i] - mean) * r;
    }
}

// gw and gb are added to; each of the three may be null
template <class T>
static void layer_gradient_rows(const T* g, const T* x, const T* w, T* gx, T* gw, T* gb, Size rows, Size n,
                                double eps) {
    for (Size k = 0; k < rows; ++k, g += n, x += n) {
        const T mean = mean_of(x, n), r = reciprocal_deviation<T>(squares_about(x, n, mean) / n, eps);
        if (gx) {
            double sum = 0, product = 0;
            if (w) summed_both<T>(n, &sum, &product, [=](Size i, T& a, T& b) RL_LAMBDA {
                const T v = g[i] * w[i];
                a += v;
                b += v * (x[i] - mean);
            });
            else summed_both<T>(n, &sum, &product, [=](Size i, T& a, T& b) RL_LAMBDA {
                a += g[i];
                b += g[i] * (x[i] - mean);
            });
            const T s = T(sum / n), p = T(product / n) * r * r;
            if (w) for (Size i = 0; i < n; ++i) gx[i] = (g[i] * w[i] - s - (x[i] - mean) * p) * r;
            else for (Size i = 0; i < n; ++i) gx[i] = (g[i] - s - (x[i] - mean) * p) * r;
            gx += n;
        }
        if (gw) for (Size i = 0; i < n; ++i) gw[i] += g[i] * ((x[i] - mean) * r);
        if (gb) for (Size i = 0; i < n; ++i) gb[i] += g[i];
    }
}

// -- rows of channels, each channel of `size` neighbours with one weight and bias --------------

template <class T>
static void group_row(const T* x, const T* w, const T* b, T* out, Size channels, Size size, double eps) {
    const Size n = channels * size;
    const T mean = mean_of(x, n), r = reciprocal_deviation<T>(squares_about(x, n, mean) / n, eps);
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
    const T mean = mean_of(x, n), r = reciprocal_deviation<T>(squares_about(x, n, mean) / n, eps);
    double all = 0, product = 0;
    for (Size c = 0; c < channels; ++c) {
        double first = 0, second = 0;
        const T *back = g + c * size, *from = x + c * size;
        summed_both<T>(size, &first, &second, [=](Size i, T& a, T& b) RL_LAMBDA {
            a += back[i];
            b += back[i] * (from[i] - mean);
        });
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
            summed_both<T>(size, &sum, &product, [=](Size i, T& a, T& b) RL_LAMBDA {
                a += back[i];
                b += back[i] * (from[i] - mean);
            });
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
