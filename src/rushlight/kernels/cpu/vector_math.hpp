// Elementary functions without branches or calls, so that loops over them become vectors; each is
// within a few units in the last place.  Included once per instruction set, see each_isa.hpp.

template <class T> RL_INLINE T polynomial(T, T c) { return c; }
template <class T, class... C> RL_INLINE T polynomial(T x, T c, C... rest) {
    return c + x * polynomial(x, T(rest)...);
}

template <class T> RL_INLINE Whole<T> bits(T x) {
    Whole<T> b;
    std::memcpy(&b, &x, sizeof b);
    return b;
}
template <class T> RL_INLINE T number(Whole<T> b) {
    T x;
    std::memcpy(&x, &b, sizeof x);
    return x;
}

// Adding MAGIC rounds to a whole number, which then stands in the lowest bits.
template <class T> constexpr T MAGIC = T(3 * (Whole<T>(1) << (MANTISSA<T> - 1)));
template <class T> RL_INLINE Whole<T> whole(T magical) { return bits(magical) - bits(MAGIC<T>); }
template <class T> RL_INLINE T power_of_two(Whole<T> k) { return number<T>((k + BIAS<T>) << MANTISSA<T>); }
template <class T> RL_INLINE T as_real(Whole<T> k) { return number<T>(k + bits(MAGIC<T>)) - MAGIC<T>; }
template <class T> constexpr T LOG2_E = T(1.4426950408889634074);
template <class T> constexpr T LN2_HIGH = sizeof(T) == 4 ? T(0.693359375) : T(6.93147180369123816490e-1);
template <class T> constexpr T LN2_LOW = sizeof(T) == 4 ? T(-2.12194440e-4) : T(1.90821492927058770002e-10);

// (exp(r) - 1 - r) / r^2 for |r| <= log(2) / 2, a minimax polynomial
RL_INLINE float exponential_rest(float r) {
    return polynomial(r, 0.499999937f, 0.166665214f, 0.0416683394f, 0.00836864760f, 0.00138169235f);
}
RL_INLINE double exponential_rest(double r) {
    return polynomial(r, 0.500000000000000997, 0.166666666666664222, 0.0416666666665348132,
                      0.00833333333349028995, 0.00138888889425560815, 0.000198412695126696676,
                      2.48014943007319764e-5, 2.75575828297909134e-6, 2.76299212469412872e-7,
                      2.50007305565695521e-8);
}
template <class T> RL_INLINE T exponential(T r) { return T(1) + r * (T(1) + r * exponential_rest(r)); }

// exp(x) = 2^k exp(r); 2^k in two factors, for it may be no normal number.  NaN goes through.
template <class T> RL_INLINE T exp_(T x) {
    const T low = sizeof(T) == 4 ? T(-104) : T(-746), high = sizeof(T) == 4 ? T(89) : T(710);
    x = x < low ? low : x;
    x = x > high ? high : x;
    const T magical = x * LOG2_E<T> + MAGIC<T>, k = magical - MAGIC<T>;
    const T r = (x - k * LN2_HIGH<T>) - k * LN2_LOW<T>;
    const Whole<T> half = whole(k * T(0.5) + MAGIC<T>);
    return exponential(r) * power_of_two<T>(half) * power_of_two<T>(whole(magical) - half);
}

// The same for x <= 0 in fewer steps: 0 where no normal number would be left
template <class T> RL_INLINE T exp_below(T x) {
    const T low = sizeof(T) == 4 ? T(-88) : T(-709);  // k + BIAS is 0 there, and so is the power
    x = x < low ? low : x;
    const T magical = x * LOG2_E<T> + MAGIC<T>, k = magical - MAGIC<T>;
    const T r = (x - k * LN2_HIGH<T>) - k * LN2_LOW<T>;
    return exponential(r) * power_of_two<T>(whole(magical));
}

// exp(x) - 1 for x <= 0
template <class T> RL_INLINE T expm1_below(T x) {
    const T low = sizeof(T) == 4 ? T(-80) : T(-700);
    x = x < low ? low : x;
    const T magical = x * LOG2_E<T> + MAGIC<T>, k = magical - MAGIC<T>;
    const T r = (x - k * LN2_HIGH<T>) - k * LN2_LOW<T>;
    const T scale = power_of_two<T>(whole(magical));
    return scale * (r + r * r * exponential_rest(r)) + (scale - T(1));
}

// (log((1 + s) / (1 - s)) - 2 s) / s for s^2 = z: 2 z / 3 + 2 z^2 / 5 + ...
RL_INLINE float logarithm_rest(float z) {
    return z * polynomial(z, 2.0f / 3, 2.0f / 5, 2.0f / 7, 2.0f / 9);
}
RL_INLINE double logarithm_rest(double z) {
    return z * polynomial(z, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11, 2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19);
}

// log(x) of a positive normal number 2^k (1 + f), with log(1 + f) from s = f / (2 + f)
template <class T> RL_INLINE T log_normal(T x) {
    const Whole<T> root = bits(T(0.70710678118654752440)), one = bits(T(1));
    const Whole<T> b = bits(x) + (one - root);
    const T k = as_real<T>((b >> MANTISSA<T>) - BIAS<T>);
    const T f = number<T>((b & ((Whole<T>(1) << MANTISSA<T>) - 1)) + root) - T(1);
    const T s = f / (T(2) + f), h = T(0.5) * f * f;
    return k * LN2_HIGH<T> + (f - (h - (s * (h + logarithm_rest(s * s)) + k * LN2_LOW<T>)));
}

template <class T> RL_INLINE T log_(T x) {
    const T infinite = std::numeric_limits<T>::infinity(), least = std::numeric_limits<T>::min();
    const T lift = T(Whole<T>(1) << MANTISSA<T>);
    const T normal = log_normal(x < least ? x * lift : x) - (x < least ? T(MANTISSA<T> * 0.69314718055994530942) : T(0));
    const T special = x == 0 ? -infinite : x == infinite ? x : std::numeric_limits<T>::quiet_NaN();
    return x > 0 && x < infinite ? normal : special;
}

// log(1 + x) for -1 <= x <= 1; what 1 + x loses is put back
template <class T> RL_INLINE T log1p_(T x) {
    const T u = T(1) + x, lost = (x - (u - T(1)));
    return u > 0 ? log_normal(u) + lost / u : u == 0 ? -std::numeric_limits<T>::infinity() : u;
}

template <class T> RL_INLINE T tanh_(T x) {
    const T e = expm1_below(T(-2) * std::fabs(x));
    return std::copysign(e / (T(2) + e), x);
}

template <class T> RL_INLINE T sigmoid_(T x) { return T(1) / (T(1) + exp_(-x)); }

// log(1 + exp(x))
template <class T> RL_INLINE T softplus_(T x) {
    return (x > 0 ? x : T(0)) + log1p_(exp_below(-std::fabs(x)));
}

// erf(x) / x for |x| <= 1 in u = x^2, a minimax polynomial
RL_INLINE float erf_near(float u) {
    return polynomial(u, 1.12837917f, -0.376126258f, 0.112835852f, -0.0268538118f, 0.00518832732f,
                      -0.000801018925f, 7.85384405e-5f);
}
RL_INLINE double erf_near(double u) {
    return polynomial(u, 1.12837916709551257, -0.376126389031835195, 0.112837916709441843,
                      -0.0268661706431113741, 0.00522397760611761999, -0.000854832592927157571,
                      0.00012055293575585292, -1.49247122763996603e-5, 1.64471312531593897e-6,
                      -1.62063113176131159e-7, 1.37109698597732553e-8, -7.77944891324781993e-10);
}

// (1 + 2 x) exp(x^2) erfc(x) for x >= 1 in t = (x - 2) / (x + 2), a minimax polynomial
RL_INLINE float erfc_far(float t) {
    return polynomial(t, 1.27697838f, -0.0927638219f, -0.166030881f, 0.164050835f, -0.0541981813f,
                      -0.00802207201f, 0.00840606811f, 0.00114772779f);
}
RL_INLINE double erfc_far(double t) {
    return polynomial(t, 1.27697838155252873, -0.0927638265857462048, -0.166030397615294371,
                      0.164051280033500127, -0.0542200009913582649, -0.00803401508762142879,
                      0.00872265384197412733, 0.00127133918133670294, -0.00145681317715064138,
                      -0.000454345609964429018, 0.000206358893834360491, 0.00015109843423489467,
                      -1.47736955075737684e-6, -3.68230634992877584e-5, -1.34057057468395754e-5,
                      5.01294098294103048e-6, 4.3955333757960492e-6);
}

// erfc(|x|) for |x| >= 1, of exp(-x^2); beyond `limit` it is 0 beside 1
template <class T> RL_INLINE T erfc_of(T size, T exponential) {
    const T limit = sizeof(T) == 4 ? T(4) : T(6);
    const T x = size > limit ? limit : size, p = x + T(2), q = T(1) + T(2) * x;
    const T over = T(1) / (p * q);  // one division for (x - 2) / p and 1 / q
    return exponential * erfc_far((x - T(2)) * (q * over)) * (p * over);
}

template <class T> RL_INLINE T erf_(T x) {
    const T size = std::fabs(x), far = T(1) - erfc_of(size, exp_below(-x * x));
    return size < T(1) ? x * erf_near(x * x) : x == x ? std::copysign(far, x) : x;
}

// In float32 a rational function does without the exponential; beyond 4 it is 1.
RL_INLINE float erf_(float x) {
    const float c = x < -4 ? -4.0f : x > 4 ? 4.0f : x, u = c * c;
    const float p = polynomial(u, 1.12837917f, 0.185202746f, 0.0543170859f, 0.00384962338f, 3.79618832e-4f,
                               4.68505225e-6f, -1.32036079e-8f);
    const float q = polynomial(u, 1.0f, 0.497465074f, 0.11395843f, 0.0154621476f, 0.00130758576f, 6.31131919e-5f);
    const float e = c * (p / q);
    return e < -1 ? -1.0f : e > 1 ? 1.0f : e;
}

// The normal distribution's probability of being below x, of exp(-x^2 / 2)
template <class T> RL_INLINE T normal_below(T x, T exponential) {
    const T u = x * T(0.70710678118654752440), size = std::fabs(u);
    const T tail = T(0.5) * erfc_of(size, exponential);
    const T far = u > 0 ? T(1) - tail : tail;
    return size < T(1) ? T(0.5) + T(0.5) * u * erf_near(u * u) : x == x ? far : x;
}

RL_INLINE float probability_below(float x) { return 0.5f + 0.5f * erf_(x * 0.707106781f); }
template <class T> RL_INLINE T probability_below(T x) { return normal_below(x, exp_below(T(-0.5) * x * x)); }

// (sin(r) - r) / r^3 for |r| <= pi / 2 in z = r^2, a minimax polynomial
RL_INLINE float sine_rest(float z) {
    return polynomial(z, -0.166666595f, 0.00833306544f, -1.98095393e-4f, 2.60563124e-6f);
}
RL_INLINE double sine_rest(double z) {
    return polynomial(z, -0.166666666666666656, 0.0083333333333331933, -0.000198412698412088444,
                      2.75573192110714435e-6, -2.5052106866631958e-8, 1.60589393887887382e-10,
                      -7.64298306231157761e-13, 2.72108445655434959e-15);
}

// The sine of x - k pi, negated for an odd number in the lowest bits of `odd`; pi is taken off in
// parts whose products with k are exact while |x| <= TURNS.
template <class T> constexpr T TURNS = sizeof(T) == 4 ? T(3e4) : T(1e7);
template <class T> RL_INLINE T sine_beside(T x, T k, Whole<T> odd) {
    constexpr bool narrow = sizeof(T) == 4;
    constexpr T first = narrow ? T(3.140625) : T(3.141592651605606079101563);
    constexpr T second = narrow ? T(0.0009670257568359375) : T(1.984187147918703431059839e-9);
    constexpr T third = narrow ? T(6.2771141529083251953125e-7) : T(1.144237741932714980759491e-17);
    constexpr T fourth = narrow ? T(1.2154201013012385e-10) : T(3.2892513872648515e-26);
    const T r = (((x - k * first) - k * second) - k * third) - k * fourth, z = r * r;
    const T sine = std::copysign(r + r * z * sine_rest(z), r);  // -0 stays -0
    return number<T>(bits(sine) ^ (odd << (8 * sizeof(T) - 1)));
}
template <class T> RL_INLINE T sin_(T x) {
    const T magical = x * T(0.31830988618379067154) + MAGIC<T>;
    return sine_beside(x, magical - MAGIC<T>, whole(magical));
}
template <class T> RL_INLINE T cos_(T x) {
    const T magical = (x * T(0.31830988618379067154) - T(0.5)) + MAGIC<T>;
    return sine_beside(x, (magical - MAGIC<T>) + T(0.5), whole(magical) + 1);
}
