// Products of small tiles, in registers; included by tiles.hpp once per instruction set.
// RL_BYTES is the width of a vector, RL_REGISTERS how many there are.

#if defined(__GNUC__)
template <class T> struct Vector { typedef T type __attribute__((vector_size(RL_BYTES))); };
template <class T> using V = typename Vector<T>::type;
#else
template <class T> struct V {
    T lane[RL_BYTES / sizeof(T)];
    V operator*(T b) const { V r; for (int i = 0; i < int(RL_BYTES / sizeof(T)); ++i) r.lane[i] = lane[i] * b; return r; }
    V operator*(V b) const { V r; for (int i = 0; i < int(RL_BYTES / sizeof(T)); ++i) r.lane[i] = lane[i] * b.lane[i]; return r; }
    V& operator+=(V b) { for (int i = 0; i < int(RL_BYTES / sizeof(T)); ++i) lane[i] += b.lane[i]; return *this; }
};
#endif

template <class T> static inline V<T> load(const T* p) {
    V<T> v;
    std::memcpy(&v, p, sizeof v);
    return v;
}

template <class T> static inline V<T> spread(T a) {
    T lanes[RL_BYTES / sizeof(T)];
    for (T& lane : lanes) lane = a;
    return load(lanes);
}

// The sum of a vector's lanes, in halves
#if defined(__GNUC__)
template <class T, int B> struct Part { typedef T type __attribute__((vector_size(B))); };
template <class T, int B = RL_BYTES> static RL_INLINE T total(const typename Part<T, B>::type& v) {
    typename Part<T, B / 2>::type a, b;
    std::memcpy(&a, &v, B / 2);
    std::memcpy(&b, reinterpret_cast<const char*>(&v) + B / 2, B / 2);
    a += b;
    if constexpr (B / 2 == sizeof(T)) return a[0];
    else return total<T, B / 2>(a);
}
#else
template <class T> static inline T total(V<T> v) {
    T sum = 0;
    for (T lane : v.lane) sum += lane;
    return sum;
}
#endif

// out[m, j] = start[m] + sum over k of a[k, m] x[at[k] + j]: M rows, N vectors of neighbours j
template <class T, int M, int N>
static void tile(const T* a, const T* x, const Size* at, Size k, const T* start, T* out, Size step) {
    constexpr int W = RL_BYTES / sizeof(T);
    V<T> sum[M][N];
    RL_UNROLL for (int m = 0; m < M; ++m)
        RL_UNROLL for (int n = 0; n < N; ++n) sum[m][n] = spread(start[m]);
    for (Size i = 0; i < k; ++i, a += M) {
        const T* row = x + at[i];
        V<T> b[N];
        RL_UNROLL for (int n = 0; n < N; ++n) b[n] = load(row + n * W);
        RL_UNROLL for (int m = 0; m < M; ++m)
            RL_UNROLL for (int n = 0; n < N; ++n) sum[m][n] += b[n] * a[m];
    }
    RL_UNROLL for (int m = 0; m < M; ++m)
        RL_UNROLL for (int n = 0; n < N; ++n) std::memcpy(out + m * step + n * W, &sum[m][n], sizeof(V<T>));
}

// out[m, n] += sum over samples s and neighbours j of g[s, m, j] x[s, at[n] + j]; whole vectors
template <class T, int M, int N>
static void dots(const T* g, Size gs, Size row, const T* x, Size xs, const Size* at, Size samples,
                 Size length, T* out, Size step) {
    constexpr int W = RL_BYTES / sizeof(T);
    V<T> sum[M][N];
    RL_UNROLL for (int m = 0; m < M; ++m)
        RL_UNROLL for (int n = 0; n < N; ++n) sum[m][n] = spread(T(0));
    for (Size s = 0; s < samples; ++s, g += gs, x += xs)
        for (Size j = 0; j < length; j += W) {
            V<T> a[M];
            RL_UNROLL for (int m = 0; m < M; ++m) a[m] = load(g + m * row + j);
            RL_UNROLL for (int n = 0; n < N; ++n) {
                const V<T> b = load(x + at[n] + j);
                RL_UNROLL for (int m = 0; m < M; ++m) sum[m][n] += a[m] * b;
            }
        }
    RL_UNROLL for (int m = 0; m < M; ++m)
        RL_UNROLL for (int n = 0; n < N; ++n) out[m * step + n] += total<T>(sum[m][n]);
}

#if RL_REGISTERS >= 32
constexpr int TALL = 8, HIGH = 4, LONG = 6;
#else
constexpr int TALL = 4, HIGH = 2, LONG = 4;
#endif

template <class T> static const Tiles<T>& tiles() {
    static const Tiles<T> table = {
        RL_BYTES / sizeof(T), TALL, HIGH, LONG,
        {
            {tile<T, 1, 1>, tile<T, 1, 2>, tile<T, 1, 3>, tile<T, 1, 6>},
            {tile<T, 2, 1>, tile<T, 2, 2>, tile<T, 2, 3>, RL_REGISTERS >= 32 ? tile<T, 2, 6> : nullptr},
            {tile<T, 4, 1>, tile<T, 4, 2>, tile<T, 4, 3>, RL_REGISTERS >= 32 ? tile<T, 4, 6> : nullptr},
            {tile<T, TALL, 1>, tile<T, TALL, 2>, tile<T, TALL, 3>, nullptr},
        },
        {
            {dots<T, 1, 1>, dots<T, 1, LONG / 2>, dots<T, 1, LONG>},
            {dots<T, HIGH, 1>, dots<T, HIGH, LONG / 2>, dots<T, HIGH, LONG>},
        },
    };
    return table;
}
