// Products of small matrices, in registers; included by loops.hpp once per instruction set.

#if defined(__GNUC__)
template <class T> struct Vector { typedef T type __attribute__((vector_size(RL_BYTES))); };
template <class T> using V = typename Vector<T>::type;
#else
template <class T> using V = T;
#endif
template <class T> constexpr std::ptrdiff_t WIDTH = sizeof(V<T>) / sizeof(T);

// M rows of the product, and N vectors of columns, of which `wide` count.  The rows of b are `step`
// apart, those of the product n.
template <class T, int M, int N>
static void block(const T* a, std::ptrdiff_t a0, std::ptrdiff_t a1, const T* b, std::ptrdiff_t step, T* out,
                  std::ptrdiff_t k, std::ptrdiff_t n, std::ptrdiff_t wide) {
    V<T> sum[M][N] = {};
    for (std::ptrdiff_t p = 0; p < k; ++p, a += a1, b += step) {
        V<T> y[N];
        RL_UNROLL for (int j = 0; j < N; ++j) std::memcpy(&y[j], b + j * WIDTH<T>, sizeof(V<T>));
        RL_UNROLL for (int i = 0; i < M; ++i)
            RL_UNROLL for (int j = 0; j < N; ++j) sum[i][j] += y[j] * a[i * a0];
    }
    RL_UNROLL for (int i = 0; i < M; ++i)
        RL_UNROLL for (int j = 0; j < N; ++j) {
            const V<T> row = sum[i][j];
            const std::ptrdiff_t left = wide - j * WIDTH<T>;
            if (left >= WIDTH<T>) std::memcpy(out + i * n + j * WIDTH<T>, &row, sizeof row);
            else std::memcpy(out + i * n + j * WIDTH<T>, &row, left * sizeof(T));
        }
}

// Columns j and on.  They are copied where they do not lie as whole vectors.
template <class T, int N>
static void columns(const T* a, std::ptrdiff_t a0, std::ptrdiff_t a1, const T* b, std::ptrdiff_t b0,
                    std::ptrdiff_t b1, T* out, std::ptrdiff_t m, std::ptrdiff_t k, std::ptrdiff_t n,
                    std::ptrdiff_t wide) {
    constexpr std::ptrdiff_t FULL = N * WIDTH<T>;
    T copy[DEEPEST * FULL];
    std::ptrdiff_t step = b0;
    if (b1 != 1 || wide < FULL) {
        if (wide < FULL) std::fill_n(copy, k * FULL, T(0));
        for (std::ptrdiff_t j = 0; j < wide; ++j)
            for (std::ptrdiff_t p = 0; p < k; ++p) copy[p * FULL + j] = b[p * b0 + j * b1];
        b = copy;
        step = FULL;
    }
    std::ptrdiff_t i = 0;
    for (; i + 4 <= m; i += 4) block<T, 4, N>(a + i * a0, a0, a1, b, step, out + i * n, k, n, wide);
    for (; i < m; ++i) block<T, 1, N>(a + i * a0, a0, a1, b, step, out + i * n, k, n, wide);
}

template <class T>
static RL_APART void matmul_blocks(const T* a, std::ptrdiff_t a0, std::ptrdiff_t a1, const T* b, std::ptrdiff_t b0,
                                   std::ptrdiff_t b1, T* out, std::ptrdiff_t m, std::ptrdiff_t k, std::ptrdiff_t n) {
    constexpr std::ptrdiff_t W = WIDTH<T>;
    std::ptrdiff_t j = 0;
    for (; n - j > W; j += 2 * W)
        columns<T, 2>(a, a0, a1, b + j * b1, b0, b1, out + j, m, k, n, std::min(2 * W, n - j));
    if (j < n) columns<T, 1>(a, a0, a1, b + j * b1, b0, b1, out + j, m, k, n, n - j);
}
