// Activations and the ways back, one formula each; included by curves.hpp once per instruction set.
// What they are is said in kernels/activations.py.

// exp(-u^2) for u = x / sqrt(2), the bell that gelu needs twice
template <class T> RL_INLINE T bell(T x) { return exp_below(T(-0.5) * x * x); }

template <class T> RL_INLINE T gelu_inner(T x) {
    return T(2 * 0.79788456080286535588) * (x + T(0.044715) * x * x * x);
}

// tanh(log(1 + e)) for e = exp(x); beyond 20 it is 1
template <class T> RL_INLINE T mish_exponential(T x) { return exp_(x > 20 ? T(20) : x); }
template <class T> RL_INLINE T mish_gate(T e) { return e * (e + T(2)) / (e * (e + T(2)) + T(2)); }

#define RL_CURVE(NAME, EXPR)                                                                   \
    template <class T> static void NAME##_curve(const T* from, T* out, Size n, const double* p) { \
        const T a = T(p[0]), b = T(p[1]);                                                      \
        (void)a, (void)b;                                                                      \
        for (Size i = 0; i < n; ++i) { const T x = from[i]; out[i] = EXPR; }                   \
    }
#define RL_SLOPE(NAME, EXPR)                                                                   \
    template <class T>                                                                         \
    static void NAME##_slope(const T* back, const T* from, T* out, Size n, const double* p) {  \
        const T a = T(p[0]), b = T(p[1]);                                                      \
        (void)a, (void)b;                                                                      \
        for (Size i = 0; i < n; ++i) { const T g = back[i], x = from[i]; out[i] = EXPR; }      \
    }

RL_CURVE(erf, erf_(x))
RL_SLOPE(erf_gradient, g * (T(1.1283791670955125739) * exp_below(-x * x)))
RL_SLOPE(tanh_gradient, g * (T(1) - x * x))
RL_SLOPE(sigmoid_gradient, g * ((T(1) - x) * x))
RL_SLOPE(threshold_gradient, x <= a ? T(0) : g)

RL_CURVE(gelu, x * probability_below(x))
template <class T> RL_INLINE T gelu_slope_at(T x) {
    const T e = bell(x);
    return normal_below(x, e) + x * (T(0.39894228040143267794) * e);
}
RL_SLOPE(gelu_gradient, g * gelu_slope_at(x))

RL_CURVE(gelu_tanh, x * sigmoid_(gelu_inner(x)))
template <class T> RL_INLINE T gelu_tanh_slope_at(T x) {
    const T s = sigmoid_(gelu_inner(x));
    const T slope = T(2 * 0.79788456080286535588) * (T(1) + T(3 * 0.044715) * x * x);
    return s + x * (s * (T(1) - s)) * slope;
}
RL_SLOPE(gelu_tanh_gradient, g * gelu_tanh_slope_at(x))

RL_CURVE(silu, x / (T(1) + exp_(-x)))
template <class T> RL_INLINE T silu_slope_at(T x) {
    const T s = sigmoid_(x);
    return s * (T(1) + x * (T(1) - s));
}
RL_SLOPE(silu_gradient, g * silu_slope_at(x))

RL_CURVE(mish, x * mish_gate(mish_exponential(x)))
template <class T> RL_INLINE T mish_slope_at(T x) {
    const T e = mish_exponential(x), t = mish_gate(e);
    return t + x * (e / (T(1) + e)) * (T(1) - t * t);
}
RL_SLOPE(mish_gradient, g * mish_slope_at(x))

RL_CURVE(softplus, x * a > b ? x : softplus_(x * a) / a)
RL_SLOPE(softplus_gradient, x * a > b ? g : g * sigmoid_(x * a))
RL_CURVE(logsigmoid, -softplus_(-x))
RL_SLOPE(logsigmoid_gradient, g * sigmoid_(-x))

RL_CURVE(leaky_relu, x > 0 ? x : x * a)
RL_SLOPE(leaky_relu_gradient, x > 0 ? g : g * a)
RL_CURVE(hardtanh, x <= a ? a : x >= b ? b : x)
RL_SLOPE(hardtanh_gradient, x <= a || x >= b ? T(0) : g)

template <class T> RL_INLINE T up_to_six(T x) { return x <= -3 ? T(0) : x >= 3 ? T(6) : x + T(3); }
RL_CURVE(hardswish, x * up_to_six(x) / T(6))
RL_SLOPE(hardswish_gradient, x <= -3 ? T(0) : x < 3 ? g * (x / T(3) + T(0.5)) : g)
RL_CURVE(hardsigmoid, up_to_six(x) / T(6))
RL_SLOPE(hardsigmoid_gradient, x > -3 && x < 3 ? g / T(6) : T(0))

// p: alpha, scale, input_scale, which may be negative
template <class T> static void elu_curve(const T* from, T* out, Size n, const double* p) {
    const T below = T(p[0] * p[1]), scale = T(p[1]), inside = T(p[2]);
    if (inside >= 0)
        for (Size i = 0; i < n; ++i) {
            const T x = from[i], low = expm1_below((x > 0 ? T(0) : x) * inside) * below;
            out[i] = x > 0 ? x * scale : low;
        }
    else
        for (Size i = 0; i < n; ++i) {
            const T x = from[i];
            out[i] = x > 0 ? x * scale : std::expm1(x * inside) * below;
        }
}
template <class T>
static void elu_gradient_slope(const T* back, const T* from, T* out, Size n, const double* p) {
    const T below = T(p[0] * p[1] * p[2]), scale = T(p[1]), inside = T(p[2]);
    for (Size i = 0; i < n; ++i) {
        const T x = from[i], low = exp_((x > 0 ? T(0) : x) * inside) * below;
        out[i] = back[i] * (x <= 0 ? low : scale);
    }
}

template <class T> static const Curves<T>& curves() {
#define RL_NAMED(NAME) {#NAME, NAME##_curve<T>},
    static const Curves<T> table = {
        {RL_NAMED(erf) RL_NAMED(gelu) RL_NAMED(gelu_tanh) RL_NAMED(silu) RL_NAMED(mish)
         RL_NAMED(softplus) RL_NAMED(logsigmoid) RL_NAMED(elu) RL_NAMED(leaky_relu)
         RL_NAMED(hardtanh) RL_NAMED(hardswish) RL_NAMED(hardsigmoid)},
#undef RL_NAMED
#define RL_NAMED(NAME) {#NAME "_gradient", NAME##_gradient_slope<T>},
        {RL_NAMED(erf) RL_NAMED(gelu) RL_NAMED(gelu_tanh) RL_NAMED(silu) RL_NAMED(mish)
         RL_NAMED(softplus) RL_NAMED(logsigmoid) RL_NAMED(elu) RL_NAMED(leaky_relu)
         RL_NAMED(hardtanh) RL_NAMED(hardswish) RL_NAMED(hardsigmoid)
         RL_NAMED(tanh) RL_NAMED(sigmoid) RL_NAMED(threshold)},
#undef RL_NAMED
    };
    return table;
}
#undef RL_CURVE
#undef RL_SLOPE
