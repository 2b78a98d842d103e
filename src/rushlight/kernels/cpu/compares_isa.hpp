// Comparisons; included by loops.hpp once per instruction set.  What is found is as wide as the
// numbers at first, and made bytes by one loop for all: packing takes most of the code.

static constexpr std::ptrdiff_t SOME = 256;

template <class W> static RL_APART void pack(const W* found, bool* out, std::ptrdiff_t n) {
    unsigned char* bytes = reinterpret_cast<unsigned char*>(out);  // GCC packs no bool
    for (std::ptrdiff_t i = 0; i < n; ++i) bytes[i] = static_cast<unsigned char>(found[i]);
}

// A single value is compared as a block of it.
template <class F, class T>
static void compare(const T* x, const T* y, bool* out, std::ptrdiff_t n, int xs, int ys) {
    using W = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    T same[SOME];
    W found[SOME];
    if (!xs || !ys) std::fill_n(same, std::min(n, SOME), xs ? *y : *x);
    for (; n > 0; n -= SOME, out += SOME) {
        const T *a = xs ? x : same, *b = ys ? y : same;
        const std::ptrdiff_t m = std::min(n, SOME);
        for (std::ptrdiff_t i = 0; i < m; ++i) found[i] = F()(a[i], b[i]) ? 1 : 0;
        pack(found, out, m);
        x += xs * SOME;
        y += ys * SOME;
    }
}
