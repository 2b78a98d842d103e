// Sorting, ranks and running reductions along the middle of outer x n x inner, contiguous.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "isa.hpp"
#include "pool.hpp"
#include "vector_types.hpp"

namespace rl {

using Size = std::ptrdiff_t;

#define RL_NARROW
#define RL_EACH "running_isa.hpp"
#include "each_isa.hpp"

// -- keys ---------------------------------------------------------------------------------------

template <class T> using Key = typename std::conditional<sizeof(T) == 4, std::uint32_t, std::uint64_t>::type;

// An unsigned number in the order of x: NaN is the largest, and -0 equals 0.
template <class T> inline Key<T> key_of(T x) {
    constexpr Key<T> SIGN = Key<T>(1) << (8 * sizeof(T) - 1);
    Key<T> k;
    if constexpr (std::is_floating_point<T>::value) {
        const T y = x + T(0);
        std::memcpy(&k, &y, sizeof k);
        k ^= k & SIGN ? ~Key<T>(0) : SIGN;
        return x == x ? k : ~Key<T>(0);
    } else {
        std::memcpy(&k, &x, sizeof k);
        return k ^ SIGN;
    }
}

template <class K> struct Entry {
    K key;
    std::uint32_t place;
    bool operator<(const Entry& other) const {
        return key < other.key || (key == other.key && place < other.place);
    }
};

// PyTorch compares elements alone: equal ones end where the steps of the algorithm leave them.
struct ByKey {
    template <class E> bool operator()(const E& a, const E& b) const { return a.key < b.key; }
};

// Least digit first, digits that all share left out; entries begin in `a`, and end where is returned.
template <class K> Entry<K>* radix_sorted(Entry<K>* a, Entry<K>* b, Size n) {
    constexpr int DIGITS = sizeof(K);
    std::vector<std::uint32_t> count(DIGITS * 256);
    for (Size i = 0; i < n; ++i)
        for (int d = 0; d < DIGITS; ++d) ++count[d * 256 + (a[i].key >> (8 * d) & 255)];
    for (int d = 0; d < DIGITS; ++d) {
        std::uint32_t* c = &count[d * 256];
        if (c[a[0].key >> (8 * d) & 255] == std::uint32_t(n)) continue;
        std::uint32_t sum = 0;
        for (int v = 0; v < 256; ++v) {
            const std::uint32_t next = sum + c[v];
            c[v] = sum;
            sum = next;
        }
        for (Size i = 0; i < n; ++i) b[c[a[i].key >> (8 * d) & 255]++] = a[i];
        std::swap(a, b);
    }
    return a;
}

template <class T> struct Scratch {
    std::vector<Entry<Key<T>>> a, b;
};

// The entries of a row as they come, with keys of which the smallest is the first wanted.
template <class T> Entry<Key<T>>* entries(const T* x, Size n, Size step, bool down, Scratch<T>& s) {
    if (Size(s.a.size()) < n) s.a.resize(n);
    const Key<T> flip = down ? ~Key<T>(0) : 0;
    for (Size i = 0; i < n; ++i) s.a[i] = {Key<T>(key_of(x[i * step]) ^ flip), std::uint32_t(i)};
    return s.a.data();
}

// The entries of a row in rising (or, with `down`, falling) order; equal ones keep theirs if `stable`.
template <class T>
Entry<Key<T>>* sorted_row(const T* x, Size n, Size step, bool down, bool stable, Scratch<T>& s) {
    auto* e = entries(x, n, step, down, s);
    if (stable && n < 200) {
        std::sort(e, e + n);
        return e;
    }
    if (n >= 200) {
        if (Size(s.b.size()) < n) s.b.resize(n);
        auto* r = radix_sorted(e, s.b.data(), n);
        if (stable) return r;
        Size i = 1;
        while (i < n && r[i].key != r[i - 1].key) ++i;
        if (i >= n) return r;
        entries(x, n, step, down, s);
    }
    std::sort(e, e + n, ByKey());
    return e;
}

// Calls body(first, scratch, o, j) for each row, `first` being the place of its first element.
template <class T, class Body> void each_row(Size outer, Size n, Size inner, Size cost, Body body) {
    parallel(outer * inner, n * cost, [&](Size begin, Size end) {
        Scratch<T> scratch;
        for (Size i = begin; i < end; ++i) body(i / inner, i % inner, scratch);
    });
}

template <class T>
void sorted(bool down, bool stable, const T* x, T* values, std::int64_t* places, Size outer, Size n, Size inner) {
    each_row<T>(outer, n, inner, 8, [&](Size o, Size j, Scratch<T>& s) {
        const Size first = o * n * inner + j;
        const auto* e = sorted_row(x + first, n, inner, down, stable, s);
        for (Size i = 0; i < n; ++i) {
            places[first + i * inner] = e[i].place;
            if (values) values[first + i * inner] = x[first + e[i].place * inner];
        }
    });
}

// May one of a few elements be beyond a bound?  It is told in vectors.
template <class T> bool any_better(bool largest, const T* x, Size n, Size step, T bound) {
    int found = bound != bound;
    if (step == 1 && largest) for (Size i = 0; i < n; ++i) found |= !(x[i] <= bound);  // NaN is
    else if (step == 1) for (Size i = 0; i < n; ++i) found |= x[i] < bound;
    else found = 1;
    return found;
}

// The first k entries of a row as PyTorch finds them.
template <class T>
Entry<Key<T>>* top_as_pytorch(bool largest, bool ordered, Size k, const T* row, Size n, Size inner, Scratch<T>& s) {
    auto* e = entries(row, n, inner, largest, s);
    if (k * 64 <= n) {
        std::partial_sort(e, e + k, e + n, ByKey());
    } else {
        std::nth_element(e, e + k - 1, e + n, ByKey());
        if (ordered) std::sort(e, e + k - 1, ByKey());
    }
    return e;
}

// The k first of the falling (or, unless `largest`, rising) order: elements no better than the
// k-th so far are passed over, the others collected until they are enough to choose again.
// Null where there are equal elements among them, or beside the last.
template <class T>
Entry<Key<T>>* top_of_different(bool largest, Size k, const T* row, Size n, Size inner, Scratch<T>& s) {
    const Key<T> flip = largest ? ~Key<T>(0) : 0;  // the smallest key is the best
    const Size room = std::min(n, 2 * k + 8);
    if (Size(s.a.size()) < room + 33) s.a.resize(room + 33);
    auto* e = s.a.data();
    Size held = 0;
    Key<T> limit = ~Key<T>(0);
    T bound = 0;
    for (Size at = 0, m; at < n; at += m) {
        const bool limited = at > 0;
        m = limited ? std::min(Size(32), n - at) : room;
        if (limited && !any_better(largest, row + at * inner, m, inner, bound)) continue;
        for (Size i = 0; i < m; ++i) {
            const Key<T> key = key_of(row[(at + i) * inner]) ^ flip;
            e[held] = {key, std::uint32_t(at + i)};
            held += !limited || key < limit;
        }
        if (held >= room && held > k) {
            std::nth_element(e, e + k - 1, e + held, ByKey());
            limit = e[k - 1].key;
            bound = row[e[k - 1].place * inner];
            held = k;
        }
    }
    std::partial_sort(e, e + k, e + held, ByKey());
    for (Size i = 1; i < k; ++i)
        if (e[i].key == e[i - 1].key) return nullptr;
    const T last = row[e[k - 1].place * inner];
    int equal = 0;
    if (inner == 1) for (Size i = 0; i < n; ++i) equal += row[i] == last;
    else for (Size i = 0; i < n; ++i) equal += row[i * inner] == last;
    return equal == 1 ? e : nullptr;
}

template <class T>
void top(bool largest, bool ordered, Size k, const T* x, T* values, std::int64_t* places, Size outer, Size n, Size inner) {
    each_row<T>(outer, n, inner, 2, [&](Size o, Size j, Scratch<T>& s) {
        const T* row = x + o * n * inner + j;
        const Entry<Key<T>>* e = nullptr;
        if constexpr (std::is_floating_point<T>::value)  // integers are seldom different
            if (n >= 200 && (ordered || k * 64 <= n)) e = top_of_different(largest, k, row, n, inner, s);
        if (!e) e = top_as_pytorch(largest, ordered, k, row, n, inner, s);
        for (Size i = 0; i < k; ++i) {
            const Size to = (o * k + i) * inner + j;
            places[to] = e[i].place;
            values[to] = row[e[i].place * inner];
        }
    });
}

template <class E> void in_order(E& a, E& b) {
    if (b.key < a.key) std::swap(a, b);
}

// PyTorch's own quickselect.
template <class E> void quick_select(E* e, Size n, Size k) {
    Size left = 0, right = n - 1;
    while (right > left + 1) {
        std::swap(e[(left + right) / 2], e[left + 1]);
        in_order(e[left + 1], e[right]);
        in_order(e[left], e[right]);
        in_order(e[left + 1], e[left]);
        Size i = left + 1, j = right;
        const E pivot = e[left];
        for (;;) {
            do ++i; while (e[i].key < pivot.key);
            do --j; while (pivot.key < e[j].key);
            if (j < i) break;
            std::swap(e[i], e[j]);
        }
        std::swap(e[left], e[j]);
        if (j <= k) left = i;
        if (j >= k) right = j - 1;
    }
    if (right == left + 1) in_order(e[left], e[right]);
}

// The element of rank k along each row; with `middle` the first NaN where there is one.
template <class T>
void ranked(bool middle, Size k, const T* x, T* value, std::int64_t* place, Size outer, Size n, Size inner) {
    each_row<T>(outer, n, inner, 4, [&](Size o, Size j, Scratch<T>& s) {
        const T* row = x + o * n * inner + j;
        if (Size(s.a.size()) < n) s.a.resize(n);
        Size found = -1;
        for (Size i = 0; i < n; ++i) {
            const T v = row[i * inner];
            if (middle && found < 0 && v != v) found = i;
            s.a[i] = {key_of(v), std::uint32_t(i)};
        }
        if (found < 0) {
            if (middle) std::nth_element(s.a.begin(), s.a.begin() + k, s.a.begin() + n);
            else quick_select(s.a.data(), n, k);
            found = s.a[k].place;
        }
        place[o * inner + j] = found;
        value[o * inner + j] = row[found * inner];
    });
}

// -- distinct elements and histograms -----------------------------------------------------------

// Whole numbers that lie close together are counted one by one.
inline bool counted(const std::int64_t* x, Size n, std::vector<std::int64_t>& values, std::vector<std::int64_t>& counts, std::int64_t* inverse) {
    std::int64_t low = x[0], high = x[0];
    for (Size i = 1; i < n; ++i) {
        low = std::min(low, x[i]);
        high = std::max(high, x[i]);
    }
    const std::uint64_t span = std::uint64_t(high) - std::uint64_t(low);
    if (span > std::uint64_t(2 * n)) return false;
    std::vector<std::int64_t> found(span + 1);
    for (Size i = 0; i < n; ++i) ++found[x[i] - low];
    for (std::uint64_t v = 0; v <= span; ++v)
        if (found[v]) {
            values.push_back(low + std::int64_t(v));
            counts.push_back(found[v]);
            found[v] = Size(values.size()) - 1;
        }
    if (inverse) for (Size i = 0; i < n; ++i) inverse[i] = found[x[i] - low];
    return true;
}

// Where the first of each distinct element is, in rising order and every NaN for itself, and how many
// there are.
template <class T>
void distinct(const T* x, Size n, std::vector<std::int64_t>& first, std::vector<std::int64_t>& counts, std::int64_t* inverse) {
    Scratch<T> s;
    const auto* e = sorted_row(x, n, 1, false, true, s);
    if (n > 1 && x[e[n - 2].place] != x[e[n - 2].place])  // which of the NaN is which shows
        e = sorted_row(x, n, 1, false, false, s);
    for (Size i = 0; i < n; ++i) {
        const Size at = e[i].place;
        if (i == 0 || x[at] != x[first.back()]) {
            first.push_back(at);
            counts.push_back(0);
        }
        ++counts.back();
        if (inverse) inverse[at] = Size(first.size()) - 1;
    }
}

template <class T> void binned(const T* x, Size n, double low, double high, Size bins, T* out) {
    const T from = T(low), to = T(high), range = T(high - low), many = T(bins);
    std::vector<std::int64_t> found(bins);
    for (Size i = 0; i < n; ++i)
        if (x[i] >= from && x[i] <= to) ++found[std::min(Size((x[i] - from) * many / range), bins - 1)];
    for (Size i = 0; i < bins; ++i) out[i] = T(found[i]);
}

// -- running ------------------------------------------------------------------------------------

// PyTorch carries the sums of float in double.
template <class T> using Carried = typename std::conditional<std::is_same<T, float>::value, double, T>::type;

struct RunningSum {
    template <class C, class T> static C next(C a, T x) { return a + C(x); }
    template <class C> static C first() { return 0; }
};
struct RunningProduct {
    template <class C, class T> static C next(C a, T x) { return a * C(x); }
    template <class C> static C first() { return 1; }
};

// Eight rows at once, for each step waits for the one before; or neighbouring columns.
template <class F, class T, int WIDE>
void run_rows(const T* x, T* out, Size n, Size begin, Size step, Size row) {
    using C = Carried<T>;
    C a[WIDE];
    for (int k = 0; k < WIDE; ++k) a[k] = F::template first<C>();
    for (Size i = 0, at = begin; i < n; ++i, at += step)
        for (int k = 0; k < WIDE; ++k) {
            a[k] = F::next(a[k], x[at + k * row]);
            out[at + k * row] = T(a[k]);
        }
}

// With `back` from the end to the beginning.
template <class F, class T>
void running(bool back, const T* x, T* out, Size outer, Size n, Size inner) {
    if (inner == 1) {
        parallel((outer + 7) / 8, 8 * n, [&](Size first, Size last) {
            for (Size g = first; g < last; ++g) {
                const Size o = g * 8, end = std::min(outer, o + 8);
                const Size begin = o * n + (back ? n - 1 : 0), step = back ? -1 : 1;
                if (end - o == 8) run_rows<F, T, 8>(x, out, n, begin, step, n);
                else for (Size k = 0; k < end - o; ++k) run_rows<F, T, 1>(x, out, n, begin + k * n, step, n);
            }
        });
        return;
    }
    using C = Carried<T>;
    constexpr Size WIDTH = 128;
    const Size strips = (inner + WIDTH - 1) / WIDTH;
    parallel(outer * strips, n * std::min(inner, WIDTH), [&](Size first, Size last) {
        C a[WIDTH];
        for (Size s = first; s < last; ++s) {
            const Size j = s % strips * WIDTH, m = std::min(WIDTH, inner - j);
            const Size start = s / strips * n * inner + j;
            for (Size k = 0; k < m; ++k) a[k] = F::template first<C>();
            for (Size i = 0; i < n; ++i) {
                const Size at = start + (back ? n - 1 - i : i) * inner;
                for (Size k = 0; k < m; ++k) {
                    a[k] = F::next(a[k], x[at + k]);
                    out[at + k] = T(a[k]);
                }
            }
        }
    });
}

// A new extreme is rare in a long row: better a branch than a wait.
template <class T>
void running_extreme_row(bool largest, const T* x, T* out, std::int64_t* place, Size n) {
    for (Size i = 0; i < n;) {
        const Size where = i;
        const T best = x[i];
        do {
            out[i] = best;
            place[i] = where;
            ++i;
        } while (i < n && x[i] == x[i] && !(largest ? x[i] >= best : x[i] <= best));
    }
}

// The extreme so far and its latest place; NaN stays.
template <class T>
void running_extreme(bool largest, const T* x, T* out, std::int64_t* place, Size outer, Size n, Size inner) {
    if (inner == 1) {
        parallel(outer, n, [&](Size first, Size last) {
            for (Size o = first; o < last; ++o) running_extreme_row(largest, x + o * n, out + o * n, place + o * n, n);
        });
        return;
    }
    const Size width = std::min(inner, Size(128)), strips = (inner + width - 1) / width;
    parallel(outer * strips, n * width, [&](Size first, Size last) {
        T best[128];
        std::int64_t where[128];
        for (Size s = first; s < last; ++s) {
            const Size j = s % strips * width, m = std::min(width, inner - j);
            const Size start = s / strips * n * inner + j;
            for (Size k = 0; k < m; ++k) {
                best[k] = x[start + k];
                where[k] = 0;
            }
            for (Size i = 0; i < n; ++i) {
                const Size at = start + i * inner;
                for (Size k = 0; k < m; ++k) {
                    const T v = x[at + k];
                    const bool taken = (largest ? v >= best[k] : v <= best[k]) | (v != v);
                    best[k] = taken ? v : best[k];
                    where[k] = taken ? i : where[k];
                    out[at + k] = best[k];
                    place[at + k] = where[k];
                }
            }
        }
    });
}

template <class T> void running_log(const T* x, T* out, Size outer, Size n, Size inner) {
    // Eight lanes are neighbouring columns, or else rows.
    const Size lanes = inner == 1 ? outer : inner, blocks = (lanes + 7) / 8;
    parallel(inner == 1 ? blocks : outer * blocks, 8 * n * 4, [&](Size first, Size last) {
        for (Size b = first; b < last; ++b) {
            const Size lane = b % blocks * 8, start = inner == 1 ? lane * n : b / blocks * n * inner + lane;
            const int many = int(std::min(Size(8), lanes - lane));
            RL_PICK(log_sums<T>(x + start, out + start, n, inner, inner == 1 ? n : 1, many));
        }
    });
}

}  // namespace rl
