// Convolutions without columns: the image is laid out, once, so that what lies under a tap at all
// places is one run of memory, and small products in registers read it there.
//
// The layout: an image is padded, and cut into `stride` phases per dim, phase r holding the padded
// places r, r + stride, ...  A tap then sees neighbours in one phase.  Places are counted with the
// laid-out image's row length; the few between two rows are computed and thrown away.
#pragma once
#include <algorithm>
#include <memory>
#include <vector>

#include "pool.hpp"
#include "tiles.hpp"

namespace rl {

struct Box {
    Size n[3];
    Size volume() const { return n[0] * n[1] * n[2]; }
};

// Everything is in three dims; there are fewer where the first ones are 1.
struct Geometry {
    Size samples, channels, outputs, groups;
    Box in, out, kernel, stride, padding, dilation;
};

// Memory that nobody has cleared
template <class T> class Scratch {
  public:
    explicit Scratch(Size n) : memory(new T[n]) {}
    T* data() { return memory.get(); }

  private:
    std::unique_ptr<T[]> memory;
};

constexpr Size SLACK = 128;  // elements behind a laid-out image that whole vectors may read

inline Size up(Size a, Size b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }
inline Size down(Size a, Size b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

// to[c, i] = from[c, i * step + shift], or 0 outside
template <class T>
void lay(const T* from, const Box& in, T* to, const Box& box, const Size* shift, const Box& step,
         Size channels) {
    const Size s = step.n[2], w = in.n[2], wide = box.n[2];
    const Size first = std::min(wide, std::max(Size(0), up(-shift[2], s)));
    const Size last = std::max(first, std::min(wide, down(w - 1 - shift[2], s) + 1));
    for (Size c = 0; c < channels; ++c, from += in.volume())
        for (Size i = 0; i < box.n[0]; ++i)
            for (Size j = 0; j < box.n[1]; ++j, to += wide) {
                const Size a = i * step.n[0] + shift[0], b = j * step.n[1] + shift[1];
                if (a < 0 || a >= in.n[0] || b < 0 || b >= in.n[1]) {
                    std::fill(to, to + wide, T(0));
                    continue;
                }
                const T* row = from + (a * in.n[1] + b) * w + shift[2];
                std::fill(to, to + first, T(0));
                if (s == 1) std::copy(row + first, row + last, to + first);
                else for (Size k = first; k < last; ++k) to[k] = row[k * s];
                std::fill(to + last, to + wide, T(0));
            }
}

// What one phase of an image is to a set of taps
struct Phase {
    Size shift[3];
    Box taps;                    // how many of the kernel's taps are in it, per dim
    std::vector<Size> each[3];   // which, per dim
    Box reach;                   // steps from the first of them to the last
};

inline std::vector<Phase> phases(const Geometry& g) {
    std::vector<Phase> found;
    Size r[3];
    for (r[0] = 0; r[0] < g.stride.n[0]; ++r[0])
        for (r[1] = 0; r[1] < g.stride.n[1]; ++r[1])
            for (r[2] = 0; r[2] < g.stride.n[2]; ++r[2]) {
                Phase p;
                for (int d = 0; d < 3; ++d) {
                    p.shift[d] = r[d];
                    p.reach.n[d] = 0;
                    for (Size k = 0; k < g.kernel.n[d]; ++k)
                        if (k * g.dilation.n[d] % g.stride.n[d] == r[d]) {
                            p.each[d].push_back(k);
                            p.reach.n[d] = k * g.dilation.n[d] / g.stride.n[d];
                        }
                    p.taps.n[d] = Size(p.each[d].size());
                }
                found.push_back(p);
            }
    return found;
}

// Rows of a matrix in panels of as many rows as a tile has: a[panel][k][row]
inline Size panel(Size left, Size tall) {
    return left >= tall ? tall : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}
inline int row_kind(Size rows) { return rows == 1 ? 0 : rows == 2 ? 1 : rows == 4 ? 2 : 3; }

template <class T, class Get> void pack(T* a, Size rows, Size k, Get get) {
    const Size tall = tiles<T>().tall;
    for (Size m = 0, n; m < rows; m += n) {
        n = panel(rows - m, tall);
        for (Size i = 0; i < k; ++i)
            for (Size r = 0; r < n; ++r) *a++ = get(m + r, i);
    }
}

// Where products go: rows of `row` places, of which the first `used` count, `step` apart
template <class T> struct Target {
    T* out;
    Size channel, plane, line, step;  // distances between channels, dims and places
    Box size, box;                    // places that count; places with those between

    // Do the places lie next to one another?
    bool whole() const {
        return step == 1 && line == box.n[2] && plane == box.n[1] * box.n[2] && size.n[1] == box.n[1] &&
               size.n[2] == box.n[2];
    }
};

// Counted, since divisions would take as long as small products
struct Place {
    Size plane = 0, line = 0, column = 0;

    // On by no more than is left of the line
    void go(Size run, const Box& box) {
        column += run;
        if (column < box.n[2]) return;
        column = 0;
        if (++line < box.n[1]) return;
        line = 0;
        ++plane;
    }
};

// target[m, q] = bias[m] + sum over k of a[m, k] x[at[k] + q], for all places q
template <class T>
void multiply(const T* a, Size rows, const T* x, const Size* at, Size k, const T* bias, Target<T> target) {
    if (target.whole()) target.size = target.box = Box{{1, 1, target.size.volume()}};
    const Tiles<T>& with = tiles<T>();
    constexpr int STRIP = 6;
    const Size w = with.width, strip = STRIP * w;
    const Box &size = target.size, &box = target.box;
    const Size all = ((size.n[0] - 1) * box.n[1] + size.n[1] - 1) * box.n[2] + size.n[2];
    alignas(64) T part[8 * STRIP * 64 / sizeof(T)];
    Place place;
    for (Size q = 0; q < all; q += strip) {
        const Size length = std::min(strip, all - q);
        const int vectors = int((length + w - 1) / w);
        const Place first = place;
        for (Size m = 0, n; m < rows; m += n) {
            n = panel(rows - m, with.tall);
            const Tile<T>* kinds = with.tile[row_kind(n)];
            for (int v = 0, take; v < vectors; v += take) {
                const int left = vectors - v;
                take = left >= 6 && kinds[3] ? 6 : left >= 3 ? 3 : left;
                kinds[take == 6 ? 3 : take - 1](a + m * k, x + q + v * w, at, k, bias + m, part + v * w, strip);
            }
            place = first;
            for (Size j = 0; j < length;) {
                const Size run = std::min(length - j, box.n[2] - place.column);
                const Size used = std::min(run, size.n[2] - place.column);
                if (used > 0 && place.line < size.n[1]) {
                    T* to = target.out + m * target.channel + place.plane * target.plane +
                            place.line * target.line + place.column * target.step;
                    for (Size r = 0; r < n; ++r, to += target.channel) {
                        const T* from = part + r * strip + j;
                        if (target.step == 1) std::memcpy(to, from, used * sizeof(T));
                        else for (Size i = 0; i < used; ++i) to[i * target.step] = from[i];
                    }
                }
                j += run;
                place.go(run, box);
            }
        }
    }
}

// -- the three derivatives -------------------------------------------------------------------

// How a group's channels are seen by the taps: the laid-out box of a phase, and each tap's place in it
struct View {
    std::vector<Phase> parts;
    std::vector<Size> starts;  // of the parts, in elements
    std::vector<Size> at;      // of every channel (of a group) and tap
    Box box;
    Size length = 0;           // of a laid-out image, channels of one group
    bool direct = false;       // it is the image itself
};

inline View view(const Geometry& g) {
    View v;
    const Size channels = g.channels / g.groups, taps = g.kernel.volume();
    v.direct = g.stride.volume() == 1 && taps == 1 && !g.padding.n[0] && !g.padding.n[1] && !g.padding.n[2];
    for (int d = 0; d < 3; ++d)
        v.box.n[d] = v.direct ? g.in.n[d] : g.out.n[d] + (g.kernel.n[d] - 1) * g.dilation.n[d] / g.stride.n[d];
    v.parts = phases(g);
    v.at.resize(channels * taps);
    for (Phase& p : v.parts) {
        v.starts.push_back(v.length);
        if (!p.taps.volume()) continue;
        for (Size c = 0; c < channels; ++c)
            for (Size i : p.each[0]) for (Size j : p.each[1]) for (Size k : p.each[2]) {
                const Size tap = (i * g.kernel.n[1] + j) * g.kernel.n[2] + k;
                const Size a = i * g.dilation.n[0] / g.stride.n[0], b = j * g.dilation.n[1] / g.stride.n[1];
                v.at[c * taps + tap] = v.length + c * v.box.volume() + (a * v.box.n[1] + b) * v.box.n[2] +
                                       k * g.dilation.n[2] / g.stride.n[2];
            }
        v.length += channels * v.box.volume();
    }
    return v;
}

template <class T> void lay_group(const Geometry& g, const View& v, const T* x, T* to) {
    for (std::size_t i = 0; i < v.parts.size(); ++i) {
        if (!v.parts[i].taps.volume()) continue;
        Size shift[3];
        for (int d = 0; d < 3; ++d) shift[d] = v.parts[i].shift[d] - g.padding.n[d];
        lay(x, g.in, to + v.starts[i], v.box, shift, g.stride, g.channels / g.groups);
    }
    std::fill(to + v.length, to + v.length + SLACK, T(0));
}

template <class T>
void convolution(const Geometry& g, const T* x, const T* w, const T* bias, T* y) {
    const View v = view(g);
    const Size c = g.channels / g.groups, o = g.outputs / g.groups, k = c * g.kernel.volume();
    const Size places = g.out.volume();
    Scratch<T> a(g.outputs * k);
    std::vector<T> zeros(bias ? 0 : g.outputs);
    for (Size i = 0; i < g.groups; ++i)
        pack(a.data() + i * o * k, o, k, [&](Size m, Size j) { return w[(i * o + m) * k + j]; });
    const T* starts = bias ? bias : zeros.data();
    parallel(g.samples, g.outputs * k * places / 4, [&](Size begin, Size end) {
        Scratch<T> laid(v.length + SLACK);
        for (Size s = begin; s < end; ++s)
            for (Size i = 0; i < g.groups; ++i) {
                const T* image = x + (s * g.channels + i * c) * g.in.volume();
                // Whole vectors would read behind the last image: only it is copied
                if (!v.direct || (s == g.samples - 1 && i == g.groups - 1)) {
                    lay_group(g, v, image, laid.data());
                    image = laid.data();
                }
                multiply(a.data() + i * o * k, o, image, v.at.data(), k, starts + i * o,
                         Target<T>{y + (s * g.outputs + i * o) * places, places, g.out.n[1] * g.out.n[2],
                                   g.out.n[2], 1, g.out, v.box});
            }
    });
}

// One phase of the input's gradient: which places there are, and the taps' places in the laid-out y
struct Part {
    Size first[3];  // place of the input that comes first
    Size shift[3];
    Box size, box;
    std::vector<Size> at, taps;
    Size packed = 0;
};

inline std::vector<Part> parts(const Geometry& g) {
    std::vector<Part> found;
    const Size o = g.outputs / g.groups;
    for (const Phase& p : phases(g)) {
        Part part;
        Box reach = p.reach;
        for (int d = 0; d < 3; ++d) {
            const Size r = p.shift[d], s = g.stride.n[d], lead = g.padding.n[d] - r;
            const Size begin = up(lead, s), end = down(g.in.n[d] - 1 + lead, s) + 1;
            part.first[d] = begin * s - lead;
            part.shift[d] = begin - reach.n[d];
            part.size.n[d] = std::max(Size(0), end - begin);
            part.box.n[d] = part.size.n[d] + reach.n[d];
        }
        if (!part.size.volume()) continue;
        for (Size c = 0; c < o; ++c)
            for (Size i : p.each[0]) for (Size j : p.each[1]) for (Size k : p.each[2]) {
                const Size a = reach.n[0] - i * g.dilation.n[0] / g.stride.n[0];
                const Size b = reach.n[1] - j * g.dilation.n[1] / g.stride.n[1];
                part.at.push_back(c * part.box.volume() + (a * part.box.n[1] + b) * part.box.n[2] +
                                  reach.n[2] - k * g.dilation.n[2] / g.stride.n[2]);
                part.taps.push_back(c * (g.channels / g.groups) * g.kernel.volume() +
                                    (i * g.kernel.n[1] + j) * g.kernel.n[2] + k);
            }
        found.push_back(part);
    }
    return found;
}

template <class T>
void convolution_input(const Geometry& g, const T* y, const T* w, const T* bias, T* x) {
    const Size c = g.channels / g.groups, o = g.outputs / g.groups, taps = g.kernel.volume();
    const Size places = g.in.volume();
    std::vector<Part> all = parts(g);
    Scratch<T> a(g.outputs * c * taps);
    std::vector<T> zeros(bias ? 0 : g.channels);
    Size packed = 0, length = 0;
    for (Part& p : all) {
        const Size k = Size(p.at.size());
        p.packed = packed;
        for (Size i = 0; i < g.groups; ++i, packed += c * k)
            pack(a.data() + packed, c, k, [&](Size m, Size j) {
                return w[i * o * c * taps + m * taps + p.taps[j]];
            });
        length = std::max(length, o * p.box.volume());
    }
    const T* starts = bias ? bias : zeros.data();
    const Box one{{1, 1, 1}};
    parallel(g.samples, g.outputs * c * taps * g.out.volume() / 4, [&](Size begin, Size end) {
        Scratch<T> laid(length + SLACK);
        for (Size s = begin; s < end; ++s)
            for (const Part& p : all) {
                const Size k = Size(p.at.size()), used = o * p.box.volume();
                const Size h = g.in.n[1], wide = g.in.n[2];
                T* to = x + s * g.channels * places + (p.first[0] * h + p.first[1]) * wide + p.first[2];
                for (Size i = 0; i < g.groups; ++i) {
                    lay(y + (s * g.outputs + i * o) * g.out.volume(), g.out, laid.data(), p.box, p.shift, one, o);
                    std::fill(laid.data() + used, laid.data() + used + SLACK, T(0));
                    multiply(a.data() + p.packed + i * c * k, c, laid.data(), p.at.data(), k, starts + i * c,
                             Target<T>{to + i * c * places, places, g.stride.n[0] * h * wide,
                                       g.stride.n[1] * wide, g.stride.n[2], p.size, p.box});
                }
            }
    });
}

// One channel with zeros between its rows, as far as its last place
template <class T> void lay_row(const T* from, const Box& in, T* to, const Box& box) {
    for (Size i = 0; i < in.n[0]; ++i)
        for (Size j = 0; j < in.n[1]; ++j, from += in.n[2]) {
            T* row = to + (i * box.n[1] + j) * box.n[2];
            std::memcpy(row, from, in.n[2] * sizeof(T));
            const bool last = j == in.n[1] - 1;
            if (last && i == in.n[0] - 1) return;
            const Size next = last ? ((i + 1) * box.n[1]) * box.n[2] : (i * box.n[1] + j + 1) * box.n[2];
            std::fill(row + in.n[2], to + next, T(0));
        }
}

// out[m, n] += sum over samples and places of g[s, m, j] x[s, at[n] + j]
template <class T>
void gather_dots(const T* g, Size gs, Size rows, Size length, const T* x, Size xs, const Size* at,
                 Size columns, Size samples, T* out) {
    const Tiles<T>& with = tiles<T>();
    for (Size n = 0, wide; n < columns; n += wide) {
        const Size left = columns - n;
        const int kind = left >= with.wide ? 2 : left >= with.wide / 2 ? 1 : 0;
        wide = kind == 2 ? with.wide : kind == 1 ? with.wide / 2 : 1;
        for (Size m = 0, high; m < rows; m += high) {
            high = rows - m >= with.high ? with.high : 1;
            with.dots[high > 1][kind](g + m * length, gs, length, x, xs, at + n, samples, length,
                                      out + m * columns + n, columns);
        }
    }
}

constexpr Size CACHED = 1 << 17;  // elements of laid-out images that are worked on together

template <class T>
void convolution_weight(const Geometry& g, const T* y, const T* x, T* w) {
    const View v = view(g);
    const Size c = g.channels / g.groups, o = g.outputs / g.groups, k = c * g.kernel.volume();
    const Size width = tiles<T>().width;
    const Size used = ((g.out.n[0] - 1) * v.box.n[1] + g.out.n[1] - 1) * v.box.n[2] + g.out.n[2];
    const Size length = (used + width - 1) / width * width;
    const Size xs = g.groups * v.length + SLACK, ys = g.outputs * length, weights = g.outputs * k;
    const Size some = std::min(std::max(Size(1), CACHED / (xs + ys)), g.samples);
    // Sums are formed of at most eight parts, whatever the number of threads
    const Size steps = (g.samples + some - 1) / some, each = (steps + 7) / 8;
    const Size count = (steps + each - 1) / each;
    std::vector<T> sums(count > 1 ? (count - 1) * weights : 0);
    std::fill(w, w + weights, T(0));
    parallel(count, each * some * weights * g.out.volume() / 4, [&](Size begin, Size end) {
        Scratch<T> images(some * xs), places(some * ys);
        for (Size part = begin; part < end; ++part) {
            T* to = part ? sums.data() + (part - 1) * weights : w;
            const Size stop = std::min(g.samples, (part + 1) * each * some);
            for (Size s = part * each * some; s < stop; s += some) {
                const Size here = std::min(some, stop - s);
                for (Size i = 0; i < here; ++i) {
                    for (Size j = 0; j < g.groups; ++j)
                        lay_group(g, v, x + ((s + i) * g.channels + j * c) * g.in.volume(),
                                  images.data() + i * xs + j * v.length);
                    for (Size m = 0; m < g.outputs; ++m) {
                        T* row = places.data() + i * ys + m * length;
                        lay_row(y + ((s + i) * g.outputs + m) * g.out.volume(), g.out, row, v.box);
                        std::fill(row + used, row + length, T(0));
                    }
                }
                for (Size i = 0; i < g.groups; ++i)
                    gather_dots(places.data() + i * o * length, ys, o, length,
                                images.data() + i * v.length, xs, v.at.data(), k, here,
                                to + i * o * k);
            }
        }
    });
    for (Size part = 1; part < count; ++part)
        for (Size i = 0; i < weights; ++i) w[i] += sums[(part - 1) * weights + i];
}

}  // namespace rl
