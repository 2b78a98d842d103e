// Elementwise losses, their sums and slopes; included by losses.hpp once per instruction set.
// What they are is said in kernels/losses.py.

#define RL_LOSS(NAME, VALUE, SLOPE)                                                            \
    template <class T>                                                                         \
    static void NAME##_each(const T* from, const T* aim, T* out, Size n, T p, T) {             \
        (void)p;                                                                               \
        for (Size i = 0; i < n; ++i) { const T x = from[i], t = aim[i]; out[i] = VALUE; }      \
    }                                                                                          \
    template <class T> static double NAME##_total(const T* from, const T* aim, Size n, T p) {  \
        (void)p;                                                                               \
        return summed<T>(n, [=](Size i) RL_LAMBDA { const T x = from[i], t = aim[i]; return VALUE; }); \
    }                                                                                          \
    template <class T>                                                                         \
    static void NAME##_slope(const T* from, const T* aim, T* out, Size n, T p, T scale) {      \
        (void)p;                                                                               \
        for (Size i = 0; i < n; ++i) { const T x = from[i], t = aim[i]; out[i] = scale * (SLOPE); } \
    }

template <class T> RL_INLINE T limited(T x, T low, T high) { return x < low ? low : x > high ? high : x; }
template <class T> RL_INLINE T not_below(T x, T low) { return x < low ? low : x; }
template <class T> RL_INLINE T smooth(T d, T beta) {
    return d < beta ? T(0.5) * d * d / beta : d - T(0.5) * beta;
}
template <class T> RL_INLINE T huber_value(T d, T delta) {
    return d <= delta ? T(0.5) * d * d : delta * (d - T(0.5) * delta);
}

RL_LOSS(mse, (x - t) * (x - t), T(2) * (x - t))
RL_LOSS(smooth_l1, smooth(std::fabs(x - t), p), limited((x - t) / p, T(-1), T(1)))
RL_LOSS(huber, huber_value(std::fabs(x - t), p), limited(x - t, -p, p))
RL_LOSS(bce, (t - T(1)) * not_below(log1p_(-x), T(-100)) - t * not_below(log_(x), T(-100)),
        (x - t) / not_below((T(1) - x) * x, T(1e-12)))
RL_LOSS(bce_with_logits, (T(1) - t) * x + softplus_(-x), sigmoid_(x) - t)
#undef RL_LOSS

template <class T> static const LossLoops<T>* loss_table() {
#define RL_NAMED(NAME) {#NAME, NAME##_each<T>, NAME##_slope<T>, NAME##_total<T>},
    static const LossLoops<T> table[LOSSES] = {
        RL_NAMED(mse) RL_NAMED(smooth_l1) RL_NAMED(huber) RL_NAMED(bce) RL_NAMED(bce_with_logits)
    };
#undef RL_NAMED
    return table;
}
