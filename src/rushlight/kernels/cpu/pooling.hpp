// Pooling over up to three dims: means and largest elements of windows, and the ways back.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "pool.hpp"

namespace rl {

using Size = std::ptrdiff_t;

// The windows over one dim: window i reads the places begin[i], begin[i] + step, ... below end[i]
struct Windows {
    Size length, count, step;
    Size kernel = 0, stride = 0, padding = 0;  // of windows that slide
    std::vector<Size> begin, end;
};

struct Pooling {
    Windows dim[3];
    Size planes;
    bool small() const { return in() < Size(1) << 31; }
    Size in() const { return dim[0].length * dim[1].length * dim[2].length; }
    Size out() const { return dim[0].count * dim[1].count * dim[2].count; }
    bool blank() const {
        for (const Windows& w : dim)
            for (Size i = 0; i < w.count; ++i)
                if (w.begin[i] >= w.end[i]) return true;
        return false;
    }
};

inline void slide(Windows& w, Size length, Size count, Size kernel, Size stride, Size padding, Size dilation) {
    w.length = length;
    w.count = count;
    w.step = dilation;
    w.kernel = kernel;
    w.stride = stride;
    w.padding = padding;
    w.begin.reserve(count);
    w.end.reserve(count);
    for (Size i = 0; i < count; ++i) {
        Size begin = i * stride - padding;
        const Size end = std::min(length, begin + (kernel - 1) * dilation + 1);
        if (begin < 0) begin += (-begin + dilation - 1) / dilation * dilation;
        w.begin.push_back(begin);
        w.end.push_back(end);
    }
}

inline void divide(Windows& w, Size length, Size count) {
    w.length = length;
    w.count = count;
    w.step = 1;
    for (Size i = 0; i < count; ++i) {
        w.begin.push_back(i * length / count);
        w.end.push_back(((i + 1) * length + count - 1) / count);
    }
}

// Each window's element added where it came from; `places` are known to be inside
template <class T>
void placed(const T* g, const int64_t* place, T* out, Size planes, Size each, Size volume) {
    parallel(planes, std::max(each, volume), [&](Size first, Size last) {
        for (Size n = first; n < last; ++n) {
            T* to = out + n * volume;
            std::fill(to, to + volume, T(0));
            for (Size i = n * each; i < (n + 1) * each; ++i) to[place[i]] += g[i];
        }
    });
}

inline bool inside(const int64_t* place, Size n, Size volume) {
    bool all = true;
    for (Size i = 0; i < n; ++i) all &= place[i] >= 0 && place[i] < volume;
    return all;
}

// Calls body(window, place) for all windows over a dim and the places they read, tap by tap: then
// neighbours are worked on together.
template <class Body> inline void each_tap(const Windows& w, Body body) {
    if (!w.stride) {
        for (Size i = 0; i < w.count; ++i)
            for (Size t = w.begin[i]; t < w.end[i]; ++t) body(i, t);
        return;
    }
    for (Size tap = 0; tap < w.kernel; ++tap) {
        const Size shift = tap * w.step - w.padding;
        const Size first = shift < 0 ? (-shift + w.stride - 1) / w.stride : 0;
        const Size room = w.length - 1 - shift;
        const Size last = room < 0 ? 0 : std::min(w.count, room / w.stride + 1);
        if (w.stride == 1) for (Size i = first; i < last; ++i) body(i, i + shift);
        else if (w.stride == 2) for (Size i = first; i < last; ++i) body(i, 2 * i + shift);
        else for (Size i = first; i < last; ++i) body(i, w.stride * i + shift);
    }
}

// The first of equals, but the last NaN; a plane has fewer than 2^31 elements
template <class T, bool PLACES>
void largest(const Pooling& p, const T* x, T* out, int64_t* place) {
    using Place = typename std::conditional<sizeof(T) == 4, std::int32_t, std::int64_t>::type;
    const Windows &a = p.dim[0], &b = p.dim[1], &c = p.dim[2];
    const Size in = p.in(), each = p.out();
    parallel(p.planes, std::max(each * 4, in), [&](Size first, Size last) {
        std::vector<Place> places(PLACES ? c.count : 0);
        Place* found = places.data();
        for (Size n = first; n < last; ++n) {
            const T* plane = x + n * in;
            T* to = out + n * each;
            int64_t* where = place + n * each;
            for (Size i = 0; i < a.count; ++i)
                for (Size j = 0; j < b.count; ++j, to += c.count, where += c.count) {
                    const Size begin = (a.begin[i] * b.length + b.begin[j]) * c.length;
                    std::fill(to, to + c.count, -std::numeric_limits<T>::infinity());
                    if (PLACES) for (Size k = 0; k < c.count; ++k) found[k] = Place(begin + c.begin[k]);
                    for (Size r = a.begin[i]; r < a.end[i]; r += a.step)
                        for (Size s = b.begin[j]; s < b.end[j]; s += b.step) {
                            const Size at = (r * b.length + s) * c.length;
                            const T* row = plane + at;
                            each_tap(c, [to, row, found, at](Size k, Size t) {
                                const T value = row[t], best = to[k];
                                const bool wins = (value > best) | (value != value);
                                to[k] = wins ? value : best;
                                if (PLACES) found[k] = wins ? Place(at + t) : found[k];
                            });
                        }
                    if (PLACES) std::copy(found, found + c.count, where);
                }
        }
    });
}

// divisor: what the sum of each window is divided by
template <class T>
void averaged(const Pooling& p, const T* x, T* out, const T* divisor) {
    const Windows &a = p.dim[0], &b = p.dim[1], &c = p.dim[2];
    const Size in = p.in(), each = p.out();
    parallel(p.planes, std::max(each * 4, in), [&](Size first, Size last) {
        for (Size n = first; n < last; ++n) {
            const T *plane = x + n * in, *by = divisor;
            T* to = out + n * each;
            for (Size i = 0; i < a.count; ++i)
                for (Size j = 0; j < b.count; ++j, to += c.count, by += c.count) {
                    std::fill(to, to + c.count, T(0));
                    for (Size r = a.begin[i]; r < a.end[i]; r += a.step)
                        for (Size s = b.begin[j]; s < b.end[j]; s += b.step) {
                            const T* row = plane + (r * b.length + s) * c.length;
                            each_tap(c, [to, row](Size k, Size t) { to[k] += row[t]; });
                        }
                    for (Size k = 0; k < c.count; ++k) to[k] /= by[k];
                }
        }
    });
}

template <class T>
void averaged_backward(const Pooling& p, const T* g, T* out, const T* divisor) {
    const Windows &a = p.dim[0], &b = p.dim[1], &c = p.dim[2];
    const Size in = p.in(), each = p.out();
    parallel(p.planes, std::max(each * 4, in), [&](Size first, Size last) {
        std::vector<T> values(c.count);
        T* value = values.data();
        for (Size n = first; n < last; ++n) {
            const T *from = g + n * each, *by = divisor;
            T* plane = out + n * in;
            std::fill(plane, plane + in, T(0));
            for (Size i = 0; i < a.count; ++i)
                for (Size j = 0; j < b.count; ++j, from += c.count, by += c.count) {
                    for (Size k = 0; k < c.count; ++k) value[k] = from[k] / by[k];
                    for (Size r = a.begin[i]; r < a.end[i]; r += a.step)
                        for (Size s = b.begin[j]; s < b.end[j]; s += b.step) {
                            T* row = plane + (r * b.length + s) * c.length;
                            each_tap(c, [value, row](Size k, Size t) { row[t] += value[k]; });
                        }
                }
        }
    });
}

}  // namespace rl
