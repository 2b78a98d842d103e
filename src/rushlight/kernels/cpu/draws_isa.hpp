// Box and Muller's normal numbers in float32, eight lanes at a time as PyTorch computes them; included
// by draws.hpp once per instruction set.  The polynomials are those of `kernels.random_arithmetic`.

constexpr int LANES = 8;

template <int N>
RL_INLINE float polynomial32(float x, const float (&c)[N]) {
    float total = __builtin_fmaf(x, c[0], c[1]);
    for (int i = 2; i < N; ++i) total = __builtin_fmaf(total, x, c[i]);
    return total;
}

// of a normal positive x = m 2^e with m in [sqrt(1/2), sqrt(2))
RL_INLINE float log32(float x) {
    uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    float exponent = float(int(bits >> 23) - 126);
    bits = (bits & 0x007fffffu) | 0x3f000000u;
    float mantissa;
    std::memcpy(&mantissa, &bits, sizeof bits);
    const bool small = mantissa < LOG_SQRT_HALF;
    exponent = small ? exponent - 1.0f : exponent;
    const float m = small ? mantissa - 1.0f + mantissa : mantissa - 1.0f;
    const float square = m * m;
    float tail = __builtin_fmaf(polynomial32(m, LOG) * m, square, exponent * LN2_LOW);
    tail = __builtin_fmaf(square, -0.5f, tail);
    return __builtin_fmaf(exponent, LN2_HIGH, m + tail);
}

// of x >= 0, reduced to [-pi/4, pi/4] about the even octant
RL_INLINE void sincos32(float x, float* s, float* c) {
    const int octant = (int(x * FOUR_OVER_PI) + 1) & ~1;
    const float turns = float(octant);
    for (float part : QUARTER_PI) x = __builtin_fmaf(turns, part, x);
    const float square = x * x;
    const float cosine = __builtin_fmaf(polynomial32(square, COS) * square, square, -0.5f * square) + 1.0f;
    const float sine = __builtin_fmaf(polynomial32(square, SIN) * square, x, x);
    const bool swap = (octant & 2) != 0;
    const float a = swap ? cosine : sine, b = swap ? sine : cosine;
    *s = (octant & 4) != 0 ? -a : a;
    *c = ((octant - 2) & 4) == 0 ? -b : b;
}

static void box_muller32(float* x, Size blocks, float mean, float std) {
    for (Size i = 0; i < blocks; ++i, x += 2 * LANES) {
        float radii[LANES], sines[LANES], cosines[LANES];  // apart from x, so that loops vectorise
        for (int j = 0; j < LANES; ++j) radii[j] = std::sqrt(-2.0f * log32(1.0f - x[j]));
        for (int j = 0; j < LANES; ++j) sincos32(TWO_PI * x[j + LANES], &sines[j], &cosines[j]);
        for (int j = 0; j < LANES; ++j) {
            x[j] = __builtin_fmaf(radii[j] * cosines[j], std, mean);
            x[j + LANES] = __builtin_fmaf(radii[j] * sines[j], std, mean);
        }
    }
}
