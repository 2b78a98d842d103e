// What goes element by element in indexing, compiled once per instruction set.

inline bool valid(const std::int64_t* index, Size count, Size length) {
    std::uint64_t signs = 0;  // of the index, and of what is left above it
    for (Size i = 0; i < count; ++i) signs |= std::uint64_t(index[i]) | (std::uint64_t(length - 1) - std::uint64_t(index[i]));
    return signs >> 63 == 0;
}

template <class U> void take_row(const U* from, const std::int64_t* at, U* __restrict to, Size n) {
    for (Size j = 0; j < n; ++j) to[j] = from[at[j]];
}

template <class T> void add_row(const T* from, T* __restrict to, Size n) {
    for (Size j = 0; j < n; ++j) to[j] += from[j];
}
