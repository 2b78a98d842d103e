// What each optimizer does to the elements of a parameter; included by steps.hpp once per
// instruction set.  `c` has the step's numbers, in the order in which steps.pyx writes them, `s` what
// is remembered of the parameter, and `g` leads down.  The formulas are those of kernels/optimizers.py.

#if defined(__clang__)
#define RL_LOOP _Pragma("clang loop vectorize(assume_safety)") for (Size i = 0; i < n; ++i)
#elif defined(__GNUC__)
#define RL_LOOP _Pragma("GCC ivdep") for (Size i = 0; i < n; ++i)
#else
#define RL_LOOP for (Size i = 0; i < n; ++i)
#endif
#define RL_RULE(NAME) template <class T> static void NAME(const double* c, T* p, const T* g, T* const* s, Size n)

template <class T> static inline T larger(T a, T b) { return a > b || a != a ? a : b; }

template <class T> static void move_towards(T* m, const T* g, T weight, Size n) {
    const T rest = 1 - weight;
    if (weight < T(0.5)) RL_LOOP m[i] += (g[i] - m[i]) * weight;
    else RL_LOOP m[i] = g[i] - (g[i] - m[i]) * rest;
}

template <class T> static void decay_square(T* v, const T* g, T beta, T rest, Size n) {
    RL_LOOP v[i] = v[i] * beta + g[i] * g[i] * rest;
}

RL_RULE(descend) {
    const T lr = T(c[0]);
    RL_LOOP p[i] -= g[i] * lr;
}

RL_RULE(descend_with_momentum) {
    const T lr = T(c[0]), momentum = T(c[1]), undamped = T(c[2]);
    T* b = s[0];
    if (c[3] != 0) {
        RL_LOOP {
            b[i] = b[i] * momentum + g[i] * undamped;
            p[i] -= (g[i] + b[i] * momentum) * lr;
        }
    } else {
        RL_LOOP {
            b[i] = b[i] * momentum + g[i] * undamped;
            p[i] -= b[i] * lr;
        }
    }
}

RL_RULE(adam) {
    const T beta = T(c[1]), rest = T(c[2]), root = T(c[3]), eps = T(c[4]), factor = T(c[5]);
    T *m = s[0], *v = s[1], *most = s[2];
    move_towards(m, g, T(c[0]), n);
    decay_square(v, g, beta, rest, n);
    if (most) {
        RL_LOOP most[i] = larger(most[i], v[i]);
        v = most;
    }
    RL_LOOP p[i] += m[i] / (std::sqrt(v[i]) / root + eps) * factor;
}

RL_RULE(adamax) {
    const T beta = T(c[1]), eps = T(c[2]), factor = T(c[3]);
    T *m = s[0], *u = s[1];
    move_towards(m, g, T(c[0]), n);
    RL_LOOP u[i] = larger(u[i] * beta, std::fabs(g[i]) + eps);
    RL_LOOP p[i] += m[i] / u[i] * factor;
}

RL_RULE(nadam) {
    const T correction = T(c[3]), eps = T(c[4]), now = T(c[5]), next = T(c[6]);
    T *m = s[0], *v = s[1];
    move_towards(m, g, T(c[0]), n);
    decay_square(v, g, T(c[1]), T(c[2]), n);
    RL_LOOP {
        const T size = std::sqrt(v[i] / correction) + eps;
        p[i] += g[i] / size * now;
        p[i] += m[i] / size * next;
    }
}

RL_RULE(radam) {
    const T eps = T(c[3]), factor = T(c[4]);
    T *m = s[0], *v = s[1];
    move_towards(m, g, T(c[0]), n);
    decay_square(v, g, T(c[1]), T(c[2]), n);
    if (c[5] != 0) RL_LOOP p[i] += m[i] / (std::sqrt(v[i]) + eps) * factor;
    else RL_LOOP p[i] += m[i] * factor;
}

RL_RULE(adadelta) {
    const T rho = T(c[0]), rest = T(c[1]), eps = T(c[2]), lr = T(c[3]);
    T *v = s[0], *changes = s[1];
    decay_square(v, g, rho, rest, n);
    RL_LOOP {
        const T change = std::sqrt(changes[i] + eps) / std::sqrt(v[i] + eps) * g[i];
        changes[i] = changes[i] * rho + change * change * rest;
        p[i] -= change * lr;
    }
}

RL_RULE(adagrad) {
    const T eps = T(c[0]), factor = T(c[1]);
    T* sum = s[0];
    RL_LOOP {
        sum[i] += g[i] * g[i];
        p[i] += g[i] / (std::sqrt(sum[i]) + eps) * factor;
    }
}

RL_RULE(rmsprop) {
    const T eps = T(c[3]), lr = T(c[4]), momentum = T(c[5]);
    T *v = s[0], *mean = s[1], *b = s[2];
    decay_square(v, g, T(c[0]), T(c[1]), n);
    T pace[BLOCK];
    if (mean) {
        move_towards(mean, g, T(c[2]), n);
        RL_LOOP pace[i] = g[i] / (std::sqrt(v[i] - mean[i] * mean[i]) + eps);
    } else {
        RL_LOOP pace[i] = g[i] / (std::sqrt(v[i]) + eps);
    }
    if (b) {
        RL_LOOP {
            b[i] = b[i] * momentum + pace[i];
            p[i] -= b[i] * lr;
        }
    } else {
        RL_LOOP p[i] -= pace[i] * lr;
    }
}

RL_RULE(rprop) {
    const T shrink = T(c[0]), grow = T(c[1]), least = T(c[2]), most = T(c[3]);
    T *before = s[0], *size = s[1];
    RL_LOOP {
        const T agreement = g[i] * before[i];
        const T scaled = size[i] * (agreement > 0 ? grow : agreement < 0 ? shrink : T(1));
        size[i] = scaled < least ? least : scaled > most ? most : scaled;
        before[i] = agreement < 0 ? T(0) : g[i];
        p[i] -= (before[i] > 0 ? T(1) : before[i] < 0 ? T(-1) : T(0)) * size[i];
    }
}

RL_RULE(average) {
    const T decay = T(c[0]), pace = T(c[1]), mu = T(c[2]);
    T* mean = s[0];
    RL_LOOP p[i] = p[i] * decay - g[i] * pace;
    if (c[2] != 1) RL_LOOP mean[i] += (p[i] - mean[i]) * mu;
    else RL_LOOP mean[i] = p[i];
}

// -- gradients by themselves; here `p` is the gradient, and `g` unused ------------------------

RL_RULE(scale) {
    const T factor = T(c[0]);
    RL_LOOP p[i] *= factor;
}

RL_RULE(clamp) {
    const T low = T(c[0]), high = T(c[1]);
    RL_LOOP {
        const T raised = p[i] < low ? low : p[i];
        p[i] = raised > high ? high : raised;
    }
}

RL_RULE(clear) { std::memset(p, 0, n * sizeof(T)); }

template <class T> static double sum_of_squares(const T* x, Size n) {
    constexpr int LANES = 256 / sizeof(T);
    T part[LANES] = {};
    Size i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; ++k) part[k] += x[i + k] * x[i + k];
    double sum = 0;
    for (int k = 0; k < LANES; ++k) sum += part[k];
    T rest = 0;
    for (; i < n; ++i) rest += x[i] * x[i];
    return sum + rest;
}

// -- one task --------------------------------------------------------------------------------

template <class T, void (*rule)(const double*, T*, const T*, T* const*, Size)>
static void work(const Task& task, Size begin, Size end) {
    T changed[BLOCK];
    for (Size at = begin; at < end; at += BLOCK) {
        const Size n = end - at < BLOCK ? end - at : BLOCK;
        T* p = static_cast<T*>(task.parameter) + at;
        const T* g = static_cast<const T*>(task.gradient) + (task.gradient ? at : 0);
        T* s[SLOTS];
        for (int k = 0; k < SLOTS; ++k) s[k] = task.slots[k] ? static_cast<T*>(task.slots[k]) + at : nullptr;
        if (task.shrink != 1) {
            const T shrink = T(task.shrink);
            RL_LOOP p[i] *= shrink;
        }
        if (task.decay != 0) {
            const T decay = T(task.decay);
            if (task.maximize) RL_LOOP changed[i] = p[i] * decay - g[i];
            else RL_LOOP changed[i] = p[i] * decay + g[i];
            g = changed;
        } else if (task.maximize) {
            RL_LOOP changed[i] = -g[i];
            g = changed;
        }
        rule(task.numbers, p, g, s, n);
    }
}

template <class T> static const Work* rules() {
    static const Work table[] = {
        work<T, descend<T>>, work<T, descend_with_momentum<T>>, work<T, adam<T>>, work<T, adamax<T>>,
        work<T, nadam<T>>, work<T, radam<T>>, work<T, adadelta<T>>, work<T, adagrad<T>>,
        work<T, rmsprop<T>>, work<T, rprop<T>>, work<T, average<T>>, work<T, scale<T>>,
        work<T, clamp<T>>, work<T, clear<T>>,
    };
    return table;
}

#undef RL_LOOP
#undef RL_RULE
