// Softmax, its logarithm and the ways back; included by softmax.hpp once per instruction set.

// One row.  A row that holds NaN, or infinity, becomes NaN by itself.
template <class T> static void softmax_row(const T* x, T* out, Size n) {
    const T most = largest(x, n);
    const double sum = summed<T>(n, [=](Size i) RL_LAMBDA { return out[i] = exp_below(x[i] - most); });
    const T share = T(1 / sum);
    for (Size i = 0; i < n; ++i) out[i] *= share;
}

template <class T> static void log_softmax_row(const T* x, T* out, Size n) {
    const T most = largest(x, n);
    const double sum = summed<T>(n, [=](Size i) RL_LAMBDA { return exp_below(x[i] - most); });
    const T log = T(std::log(sum));
    for (Size i = 0; i < n; ++i) out[i] = x[i] - most - log;
}

template <class T> static void softmax_gradient_row(const T* g, const T* y, T* out, Size n) {
    const T sum = T(summed_quickly<T>(n, [=](Size i) RL_LAMBDA { return g[i] * y[i]; }));
    for (Size i = 0; i < n; ++i) out[i] = (g[i] - sum) * y[i];
}

template <class T> static void log_softmax_gradient_row(const T* g, const T* y, T* out, Size n) {
    const T sum = T(summed_quickly<T>(n, [=](Size i) RL_LAMBDA { return g[i]; }));
    if (sum == 0) std::memmove(out, g, n * sizeof(T));
    else for (Size i = 0; i < n; ++i) out[i] = g[i] - exp_below(y[i]) * sum;
}

// Rows shorter than a few vectors are worked on in a copy, filled up to whole vectors.
constexpr Size SHORT = 64;

template <class T, class Row>
static RL_INLINE void each_row(const T* x, T* out, Size rows, Size n, Row row) {
    if (n > SHORT) {
        for (Size r = 0; r < rows; ++r) row(x + r * n, out + r * n, n);
        return;
    }
    T padded[SHORT], result[SHORT];
    std::fill(padded, padded + SHORT, -std::numeric_limits<T>::infinity());
    for (Size r = 0; r < rows; ++r) {
        std::memcpy(padded, x + r * n, n * sizeof(T));
        row(padded, result, whole_vectors<T>(n));
        std::memcpy(out + r * n, result, n * sizeof(T));
    }
}

template <class T, class Row>
static RL_INLINE void each_pair(const T* g, const T* y, T* out, Size rows, Size n, Row row) {
    if (n > SHORT) {
        for (Size r = 0; r < rows; ++r) row(g + r * n, y + r * n, out + r * n, n);
        return;
    }
    T first[SHORT] = {}, second[SHORT] = {}, result[SHORT];
    for (Size r = 0; r < rows; ++r) {
        std::memcpy(first, g + r * n, n * sizeof(T));
        std::memcpy(second, y + r * n, n * sizeof(T));
        row(first, second, result, whole_vectors<T>(n));
        std::memcpy(out + r * n, result, n * sizeof(T));
    }
}

// Neighbouring columns at once: element (i, j) is at i * step + j, j < width <= COLUMNS.
template <class T> static void largest_columns(const T* x, Size n, Size step, Size width, T* most) {
    std::fill(most, most + width, -std::numeric_limits<T>::infinity());
    for (Size i = 0; i < n; ++i, x += step)
        for (Size j = 0; j < width; ++j) most[j] = x[j] > most[j] ? x[j] : most[j];
}

template <class T> static void softmax_columns(const T* x, T* out, Size n, Size step, Size width) {
    T most[COLUMNS], share[COLUMNS];
    largest_columns(x, n, step, width, most);
    summed_columns<T>(n, width, share, [=, &most](Size i, Size j) RL_LAMBDA {
        return out[i * step + j] = exp_below(x[i * step + j] - most[j]);
    });
    for (Size j = 0; j < width; ++j) share[j] = T(1) / share[j];
    for (Size i = 0; i < n; ++i, out += step)
        for (Size j = 0; j < width; ++j) out[j] *= share[j];
}

template <class T> static void log_softmax_columns(const T* x, T* out, Size n, Size step, Size width) {
    T most[COLUMNS], log[COLUMNS];
    largest_columns(x, n, step, width, most);
    summed_columns<T>(n, width, log, [=, &most](Size i, Size j) RL_LAMBDA {
        return exp_below(x[i * step + j] - most[j]);
    });
    for (Size j = 0; j < width; ++j) log[j] = log_(log[j]);
    for (Size i = 0; i < n; ++i, x += step, out += step)
        for (Size j = 0; j < width; ++j) out[j] = x[j] - most[j] - log[j];
}

template <class T>
static void softmax_gradient_columns(const T* g, const T* y, T* out, Size n, Size step, Size width) {
    T sum[COLUMNS];
    summed_columns<T>(n, width, sum, [=](Size i, Size j) RL_LAMBDA { return g[i * step + j] * y[i * step + j]; });
    for (Size i = 0; i < n; ++i, g += step, y += step, out += step)
        for (Size j = 0; j < width; ++j) out[j] = (g[j] - sum[j]) * y[j];
}

template <class T>
static void log_softmax_gradient_columns(const T* g, const T* y, T* out, Size n, Size step, Size width) {
    T sum[COLUMNS];
    summed_columns<T>(n, width, sum, [=](Size i, Size j) RL_LAMBDA { return g[i * step + j]; });
    for (Size i = 0; i < n; ++i, g += step, y += step, out += step)
        for (Size j = 0; j < width; ++j) out[j] = g[j] - exp_below(y[j]) * sum[j];
}

#define RL_ROWS(NAME)                                                                          \
    template <class T> static void NAME##_rows(const T* x, T* out, Size rows, Size n) {        \
        each_row(x, out, rows, n, NAME##_row<T>);                                              \
    }
#define RL_PAIRS(NAME)                                                                         \
    template <class T> static void NAME##_rows(const T* g, const T* y, T* out, Size rows, Size n) { \
        each_pair(g, y, out, rows, n, NAME##_row<T>);                                          \
    }
RL_ROWS(softmax)
RL_ROWS(log_softmax)
RL_PAIRS(softmax_gradient)
RL_PAIRS(log_softmax_gradient)
#undef RL_ROWS
#undef RL_PAIRS

template <class T> static const Softmax<T>& softmax_table() {
    static const Softmax<T> table = {
        {softmax_rows<T>, log_softmax_rows<T>},
        {softmax_columns<T>, log_softmax_columns<T>},
        {softmax_gradient_rows<T>, log_softmax_gradient_rows<T>},
        {softmax_gradient_columns<T>, log_softmax_gradient_columns<T>},
    };
    return table;
}
