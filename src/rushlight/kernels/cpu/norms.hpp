// Normalisation layers on contiguous arrays, large ones on several threads.
#pragma once
#include <algorithm>
#include <vector>

#include "either.hpp"
#include "pool.hpp"
#include "sums.hpp"

namespace rl {

#define RL_NARROW
#define RL_EACH "norms_isa.hpp"
#include "each_isa.hpp"

constexpr Size NORM_COST = 2;  // an element's, in simple operations

// p, or without it n numbers that are `value`
template <class T> const T* or_all(const T* p, T value, Size n, std::vector<T>& room) {
    if (p) return p;
    room.assign(n, value);
    return room.data();
}

template <class T>
void layer_norm(const T* x, const T* w, const T* b, T* out, Size rows, Size n, double eps) {
    std::vector<T> ones, zeros;
    w = or_all(w, T(1), n, ones);
    b = or_all(b, T(0), n, zeros);
    parallel(rows, n * NORM_COST, [=](Size at, Size end) {
        RL_PICK(layer_rows<T>(x + at * n, w, b, out + at * n, end - at, n, eps));
    });
}

// Rows are cut in parts, whose sums for weight and bias are added in order.  A part has three rows of
// its own: both sums, and one for what is wanted of x by nobody.
template <class T>
void layer_norm_gradient(const T* g, const T* x, const T* w, T* gx, T* gw, T* gb, Size rows, Size n, double eps) {
    const Size parts = std::min(Size(16), (rows + 7) / 8), each = (rows + parts - 1) / parts;
    std::vector<T> ones, sums(3 * parts * n);
    w = or_all(w, T(1), n, ones);
    T* partial = sums.data();
    parallel(parts, each * n * 2 * NORM_COST, [=](Size begin, Size end) {
        for (Size p = begin; p < end; ++p) {
            const Size at = p * each, count = std::min(each, rows - at);
            if (count <= 0) continue;
            T* own = partial + 3 * p * n;
            RL_PICK(layer_gradient_rows<T>(g + at * n, x + at * n, w, gx ? gx + at * n : own + 2 * n, gx ? n : 0,
                                           own, own + n, count, n, eps));
        }
    });
    for (Size i = 0; i < n && (gw || gb); ++i) {
        double a = 0, b = 0;
        for (Size p = 0; p < parts; ++p) {
            a += partial[3 * p * n + i];
            b += partial[(3 * p + 1) * n + i];
        }
        if (gw) gw[i] = T(a);
        if (gb) gb[i] = T(b);
    }
}

// x: samples x groups x channels x size; weights and biases: groups x channels
template <class T>
void group_norm(const T* x, const T* w, const T* b, T* out, Size samples, Size groups, Size channels, Size size,
                double eps) {
    const Size n = channels * size;
    parallel(samples * groups, n * NORM_COST, [=](Size begin, Size end) {
        for (Size k = begin; k < end; ++k) {
            const Size c = k % groups * channels;
            RL_PICK(group_row<T>(x + k * n, w ? w + c : nullptr, b ? b + c : nullptr, out + k * n, channels,
                                 size, eps));
        }
    });
}

template <class T>
void group_norm_gradient(const T* g, const T* x, const T* w, T* gx, T* gw, T* gb, Size samples, Size groups,
                         Size channels, Size size, double eps) {
    const Size n = channels * size, width = groups * channels;
    std::vector<T> sums(2 * samples * width);
    T *products = sums.data(), *totals = products + samples * width;
    parallel(samples * groups, n * 2 * NORM_COST, [=](Size begin, Size end) {
        for (Size k = begin; k < end; ++k)
            RL_PICK(group_gradient_row<T>(g + k * n, x + k * n, w ? w + k % groups * channels : nullptr,
                                          gx ? gx + k * n : nullptr, products + k * channels,
                                          totals + k * channels, channels, size, eps));
    });
    for (Size c = 0; c < width; ++c) {
        double a = 0, b = 0;
        for (Size s = 0; s < samples; ++s) {
            a += products[s * width + c];
            b += totals[s * width + c];
        }
        if (gw) gw[c] = T(a);
        if (gb) gb[c] = T(b);
    }
}

// Calls body(first, width) for blocks of neighbouring channels.
template <class Body> void each_column_block(Size samples, Size channels, Body body) {
    const Size width = base::COLUMNS, blocks = (channels + width - 1) / width;
    parallel(blocks, samples * std::min(channels, width) * NORM_COST, [=](Size begin, Size end) {
        for (Size b = begin; b < end; ++b) body(b * width, std::min(width, channels - b * width));
    });
}

template <class T>
void moments(const T* x, T* means, T* variances, Size samples, Size channels, Size size) {
    if (size == 1)
        return each_column_block(samples, channels, [=](Size c, Size width) {
            RL_PICK(column_moments<T>(x + c, means + c, variances + c, samples, channels, width));
        });
    parallel(channels, samples * size * NORM_COST, [=](Size begin, Size end) {
        RL_PICK(channel_moments<T>(x, means, variances, samples, channels, size, begin, end));
    });
}

// Planes of all samples, cut between samples where the channels are neighbours
template <class Body> void each_plane(Size samples, Size channels, Size size, Body body) {
    const Size unit = size == 1 ? channels : 1;
    parallel(samples * channels / unit, unit * size, [=](Size begin, Size end) { body(begin * unit, end * unit); });
}

template <class T>
void batch_norm(const T* x, const T* w, const T* b, const T* means, const T* variances, T* out, Size samples,
                Size channels, Size size, double eps) {
    std::vector<T> constants(2 * channels);
    T *factors = constants.data(), *shifts = factors + channels;
    for (Size c = 0; c < channels; ++c) {
        factors[c] = T((w ? w[c] : T(1)) / std::sqrt(variances[c] + eps));
        shifts[c] = b ? b[c] : T(0);
    }
    each_plane(samples, channels, size, [=](Size first, Size last) {
        RL_PICK(scale_planes<T>(x, means, factors, shifts, out, channels, size, first, last));
    });
}

// Where mean and variance are the batch's own
template <class T>
void batch_norm_gradient(const T* g, const T* x, const T* w, const T* means, const T* variances, T* gx, T* gw,
                         T* gb, Size samples, Size channels, Size size, double eps) {
    std::vector<T> constants(5 * channels);
    T *products = constants.data(), *sums = products + channels, *factors = sums + channels;
    T *slopes = factors + channels, *shifts = slopes + channels;
    if (size == 1)
        each_column_block(samples, channels, [=](Size c, Size width) {
            RL_PICK(column_sums<T>(g + c, x + c, means + c, products + c, sums + c, samples, channels, width));
        });
    else
        parallel(channels, samples * size * NORM_COST, [=](Size begin, Size end) {
            RL_PICK(channel_sums<T>(g, x, means, products, sums, samples, channels, size, begin, end));
        });
    const double n = double(samples) * size;
    for (Size c = 0; c < channels; ++c) {
        const double r = 1 / std::sqrt(variances[c] + eps), factor = r * (w ? w[c] : T(1));
        if (gw) gw[c] = T(products[c] * r);
        if (gb) gb[c] = sums[c];
        factors[c] = T(factor);
        slopes[c] = T(-factor * r * r * products[c] / n);
        shifts[c] = T(-factor * sums[c] / n);
    }
    if (gx)
        each_plane(samples, channels, size, [=](Size first, Size last) {
            RL_PICK(combine_planes<T>(g, x, means, factors, slopes, shifts, gx, channels, size, first, last));
        });
}

RL_EITHER(layer_norm)
RL_EITHER(layer_norm_gradient)
RL_EITHER(group_norm)
RL_EITHER(group_norm_gradient)
RL_EITHER(moments)
RL_EITHER(batch_norm)
RL_EITHER(batch_norm_gradient)

}  // namespace rl
