// The cells of an LSTM; included by layers.hpp once per instruction set.  Of each sample there are the
// four gates one behind the other: input, forget, cell, output.

#include "vector_math.hpp"

// Gates before their functions -> gates, cell and hidden state after the step
template <class T>
static void lstm_cell(T* gates, const T* before, T* cell, T* hidden, Size samples, Size n) {
    for (Size s = 0; s < samples; ++s, gates += 4 * n, before += n, cell += n, hidden += n) {
        T *i = gates, *f = i + n, *g = f + n, *o = g + n;
        for (Size k = 0; k < 2 * n; ++k) i[k] = sigmoid_(i[k]);
        for (Size k = 0; k < n; ++k) g[k] = tanh_(g[k]);
        for (Size k = 0; k < n; ++k) o[k] = sigmoid_(o[k]);
        for (Size k = 0; k < n; ++k) cell[k] = f[k] * before[k] + i[k] * g[k];
        for (Size k = 0; k < n; ++k) hidden[k] = o[k] * tanh_(cell[k]);
    }
}

// Gradients of hidden state (g) and cell (dc) after a step -> of the gates before their functions, and
// of the cell before the step, in dc's place
template <class T>
static void lstm_cell_back(const T* gates, const T* before, const T* cell, const T* g, T* dc, T* slopes,
                           Size samples, Size n) {
    for (Size s = 0; s < samples; ++s, gates += 4 * n, before += n, cell += n, g += n, dc += n, slopes += 4 * n) {
        const T *i = gates, *f = i + n, *c = f + n, *o = c + n;
        T *di = slopes, *df = di + n, *dg = df + n, *d_o = dg + n;
        for (Size k = 0; k < n; ++k) {
            const T t = tanh_(cell[k]), whole = dc[k] + g[k] * o[k] * (T(1) - t * t);
            di[k] = whole * c[k] * i[k] * (T(1) - i[k]);
            df[k] = whole * before[k] * f[k] * (T(1) - f[k]);
            dg[k] = whole * i[k] * (T(1) - c[k] * c[k]);
            d_o[k] = g[k] * t * o[k] * (T(1) - o[k]);
            dc[k] = whole * f[k];
        }
    }
}

// out[m, n] += a[m, k] b[k, n]
template <class T>
static void add_product(const T* a, const T* b, T* out, Size m, Size k, Size n) {
    for (Size i = 0; i < m; ++i, a += k, out += n)
        for (Size p = 0; p < k; ++p) {
            const T s = a[p];
            const T* row = b + p * n;
            for (Size j = 0; j < n; ++j) out[j] += s * row[j];
        }
}

template <class T> static const Cells<T>& cells() {
    static const Cells<T> table = {lstm_cell<T>, lstm_cell_back<T>, add_product<T>};
    return table;
}
