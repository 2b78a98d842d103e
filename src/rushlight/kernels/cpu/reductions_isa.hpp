// Rows made one number, and many rows made one row; included once per instruction set.



#if defined(__GNUC__)
template <class T> struct Vector { typedef T type __attribute__((vector_size(RL_BYTES))); };
template <class T> using V = typename Vector<T>::type;
template <class T, Size H> struct Part { typedef T type __attribute__((vector_size(H * sizeof(T)))); };
template <class T, Size H> using Lanes = typename Part<T, H>::type;
#else
template <class T> using V = T;
template <class T, Size H> using Lanes = T;
#endif
template <class T> constexpr Size WIDTH = sizeof(V<T>) / sizeof(T);

template <class T> static inline V<T> load(const T* p) {
    V<T> v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

#include "vector_math.hpp"

// How a reduction begins (`none`), what it makes of an element (`of`, `c` being a number that goes
// with the result's place), and how two results are made one (`join`).  X is a number or a vector.
struct Sum {
    static constexpr bool exponent = false, relative = false;
    template <class X> static X of(X x, X) { return x; }
    template <class X> static X join(X a, X b) { return a + b; }
    template <class T> static T none() { return 0; }
};
struct Product : Sum {
    template <class X> static X join(X a, X b) { return a * b; }
    template <class T> static T none() { return 1; }
};
struct Absolute : Sum {
    template <class X> static X of(X x, X) { return x < 0 ? -x : x; }
};
struct Square : Sum {
    template <class X> static X of(X x, X) { return x * x; }
};
struct Away : Sum {
    static constexpr bool relative = true;
    template <class X> static X of(X x, X c) { return x - c; }
};
struct AwaySquare : Sum {
    static constexpr bool relative = true;
    template <class X> static X of(X x, X c) { return (x - c) * (x - c); }
};
struct ExpAway : Sum {
    static constexpr bool exponent = true;
};
// NaN wins: it is larger than what it meets, and nothing is larger than it.
struct Largest : Sum {
    template <class X> static X join(X a, X b) { return (b > a) | (b != b) ? b : a; }
    template <class T> static T none() {
        return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
    }
};
struct Smallest : Sum {
    template <class X> static X join(X a, X b) { return (b < a) | (b != b) ? b : a; }
    template <class T> static T none() {
        return std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
    }
};
struct LargestAbsolute : Largest {
    template <class X> static X of(X x, X) { return x < 0 ? -x : x; }
};
struct SmallestAbsolute : Smallest {
    template <class X> static X of(X x, X) { return x < 0 ? -x : x; }
};

// The lanes of a vector made one number, in halves.
template <class F, class T, Size H> static RL_INLINE T folded(const Lanes<T, H>& v) {
    if constexpr (H == 1) {
        T out;
        std::memcpy(&out, &v, sizeof out);
        return out;
    } else {
        Lanes<T, H / 2> a, b;
        std::memcpy(&a, &v, sizeof a);
        std::memcpy(&b, reinterpret_cast<const char*>(&v) + sizeof a, sizeof b);
        return folded<F, T, H / 2>(F::join(a, b));
    }
}

// Eight vectors of running results keep the operations independent, and rounding errors low.
template <class F, class T> static T row_block(const T* x, Size n, T c) {
    constexpr Size W = WIDTH<T>;
    constexpr int MANY = 8;
    if (n < W) {
        T out = F::template none<T>();
        for (Size i = 0; i < n; ++i) out = F::join(out, F::of(x[i], c));
        return out;
    }
    const V<T> cs = V<T>{} + c;
    V<T> all = F::of(load(x), cs);
    Size i = W;
    if (n >= MANY * W) {
        V<T> part[MANY];
        part[0] = all;
        RL_UNROLL for (int k = 1; k < MANY; ++k) part[k] = F::of(load(x + k * W), cs);
        for (i = MANY * W; i + MANY * W <= n; i += MANY * W)
            RL_UNROLL for (int k = 0; k < MANY; ++k) part[k] = F::join(part[k], F::of(load(x + i + k * W), cs));
        for (int h = MANY / 2; h; h /= 2)
            for (int k = 0; k < h; ++k) part[k] = F::join(part[k], part[k + h]);
        all = part[0];
    }
    for (; i + W <= n; i += W) all = F::join(all, F::of(load(x + i), cs));
#if defined(__GNUC__)
    if (i < n) {  // the last vector, without the lanes that have been counted
        decltype(cs < cs) lane{};
        RL_UNROLL for (int k = 0; k < int(W); ++k) lane[k] = k;
        const V<T> rest = F::of(load(x + n - W), cs), none = V<T>{} + F::template none<T>();
        all = F::join(all, lane >= decltype(lane[0] + 0)(W - (n - i)) ? rest : none);
    }
#endif
    return folded<F, T, W>(all);
}

template <class T> static T exp_block(const T* x, Size n, T c) {
    T y[512];
    T out = 0;
    for (Size at = 0; at < n; at += 512) {
        const Size m = std::min(Size(512), n - at);
        for (Size i = 0; i < m; ++i) y[i] = exp_(x[at + i] - c);
        out += row_block<Sum>(y, m, T(0));
    }
    return out;
}

// Pairwise above a block, so that a sum's error grows with the logarithm of n.
template <class F, class T> static T row(const T* x, Size n, T c) {
    if (n <= 4096) {
        if constexpr (F::exponent) return exp_block(x, n, c);
        else return row_block<F>(x, n, c);
    }
    const Size half = (n / 2 + 511) & ~Size(511);
    return F::join(row<F>(x, half, c), row<F>(x + half, n - half, c));
}

constexpr Size BROAD = 2048;

// out[j] = join over r of x[r * step + j], for j < n <= BROAD
template <class F, class T>
static void narrow_columns(const T* x, Size rows, Size n, Size step, T* __restrict out, const T* c) {
    constexpr Size TALL = 64;  // rows joined before they join the rest: for the rounding error
    T part[BROAD];
    for (Size j = 0; j < n; ++j) out[j] = F::template none<T>();
    for (Size r = 0; r < rows; r += TALL) {
        const Size end = std::min(rows, r + TALL);
        for (Size j = 0; j < n; ++j) part[j] = F::template none<T>();
        Size q = r;
        if constexpr (F::exponent) {
            for (; q < end; ++q)
                for (Size j = 0; j < n; ++j) part[j] += exp_(x[q * step + j] - c[j]);
        } else {
            const auto away = [c](Size j) { return F::relative ? c[j] : T(0); };
            for (; q + 4 <= end; q += 4) {
                const T *x0 = x + q * step, *x1 = x0 + step, *x2 = x1 + step, *x3 = x2 + step;
                for (Size j = 0; j < n; ++j)
                    part[j] = F::join(part[j], F::join(F::join(F::of(x0[j], away(j)), F::of(x1[j], away(j))),
                                                       F::join(F::of(x2[j], away(j)), F::of(x3[j], away(j)))));
            }
            for (; q < end; ++q)
                for (Size j = 0; j < n; ++j) part[j] = F::join(part[j], F::of(x[q * step + j], away(j)));
        }
        for (Size j = 0; j < n; ++j) out[j] = F::join(out[j], part[j]);
    }
}

// The same for any number n of columns.  Few of them are taken as columns of several rows at once,
// for long loops.
template <class F, class T>
static void columns(const T* x, Size rows, Size n, T* out, const T* c) {
    const Size several = n < 32 ? 64 / n : 1;
    if (several > 1 && rows >= 4 * several) {
        T wide[64], cs[64], last[32];
        for (Size k = 0; k < several; ++k)
            for (Size j = 0; j < n; ++j) cs[k * n + j] = c ? c[j] : T(0);
        const Size tall = rows / several;
        narrow_columns<F>(x, tall, several * n, several * n, wide, cs);
        narrow_columns<F>(x + tall * several * n, rows - tall * several, n, n, last, cs);
        for (Size j = 0; j < n; ++j) {
            out[j] = wide[j];
            for (Size k = 1; k < several; ++k) out[j] = F::join(out[j], wide[k * n + j]);
            out[j] = F::join(out[j], last[j]);
        }
        return;
    }
    for (Size j = 0; j < n; j += BROAD)
        narrow_columns<F>(x + j, rows, std::min(BROAD, n - j), n, out + j, c ? c + j : nullptr);
}

// Where in a row the first largest (or smallest) element is; a NaN is larger than all.
template <class F, class T> static Size place(const T* x, Size n) {
    const T best = row<F>(x, n, T(0));
    Size i = 0;
    if (best != best) {
        while (x[i] == x[i]) ++i;
        return i;
    }
    for (; i + 64 <= n; i += 64) {
        int found = 0;
        for (Size k = 0; k < 64; ++k) found |= x[i + k] == best;
        if (found) break;
    }
    while (x[i] != best) ++i;
    return i;
}

// value[j] and where: of the first largest (or smallest) among x[r * n + j], for `many` columns j
template <class F, class T>
static void places(const T* x, Size rows, Size n, Size many, T* __restrict value, std::int64_t* __restrict where) {
    std::int32_t at[256];
    for (Size first = 0; first < many; first += 256) {
        const Size m = std::min(Size(256), many - first);
        T* v = value + first;
        for (Size j = 0; j < m; ++j) {
            v[j] = x[first + j];
            at[j] = 0;
        }
        for (Size r = 1; r < rows; ++r) {
            const T* line = x + r * n + first;
            const std::int32_t here = std::int32_t(r);
            for (Size j = 0; j < m; ++j) {
                const T old = v[j], now = line[j], best = F::join(old, now);
                const bool taken = (best != old) & (old == old);
                at[j] = taken ? here : at[j];
                v[j] = best;
            }
        }
        for (Size j = 0; j < m; ++j) where[first + j] = at[j];
    }
}

// How many bytes that stand for true or false are true.
static inline std::int64_t count_true(const unsigned char* x, Size n) {
    std::int64_t out = 0;
    for (Size at = 0; at < n; at += 1 << 20) {
        const Size end = std::min(n, at + (1 << 20));
        std::int32_t part = 0;
        for (Size i = at; i < end; ++i) part += x[i] != 0;
        out += part;
    }
    return out;
}

template <class F, class T> static Reducer<T> of_kind() {
    return {row<F, T>, columns<F, T>, [](T* a, const T* b, Size n) {
                for (Size j = 0; j < n; ++j) a[j] = F::join(a[j], b[j]);
            }};
}

template <class T> static Reducer<T> reducer(Kind kind) {
    switch (kind) {
        case SUM: return of_kind<Sum, T>();
        case PRODUCT: return of_kind<Product, T>();
        case LARGEST: return of_kind<Largest, T>();
        case SMALLEST: return of_kind<Smallest, T>();
        default: break;
    }
    if constexpr (std::is_floating_point<T>::value) switch (kind) {
        case ABSOLUTE: return of_kind<Absolute, T>();
        case SQUARE: return of_kind<Square, T>();
        case AWAY: return of_kind<Away, T>();
        case AWAY_SQUARE: return of_kind<AwaySquare, T>();
        case EXP_AWAY: return of_kind<ExpAway, T>();
        case LARGEST_ABSOLUTE: return of_kind<LargestAbsolute, T>();
        case SMALLEST_ABSOLUTE: return of_kind<SmallestAbsolute, T>();
        default: break;
    }
    return {};
}

template <class T> static Placer<T> placer(bool largest) {
    if (largest) return {place<Largest, T>, places<Largest, T>};
    return {place<Smallest, T>, places<Smallest, T>};
}
