// Which instruction set the machine has; the kernels are compiled for several.
#pragma once
#include <cstdlib>

#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__)
#define RL_CHOICE 1
#endif

// Where sums are to stay in registers: -O2 leaves a loop over them a loop, and them in memory
#ifdef __GNUC__
#define RL_UNROLL _Pragma("GCC unroll 16")
#else
#define RL_UNROLL
#endif

namespace rl {

// 2: AVX-512, 1: AVX2, 0: what every processor of the kind has.  RUSHLIGHT_ISA asks for less.
inline int instructions() {
    static const int level = [] {
        int found = 0;
#ifdef RL_CHOICE
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found = 1;
        if (found && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) found = 2;
#endif
        const char* asked = std::getenv("RUSHLIGHT_ISA");
        const int wanted = asked ? std::atoi(asked) : found;
        return wanted < found ? wanted : found;
    }();
    return level;
}

// The form of a function for this machine, of those that each_isa.hpp made.
#ifdef RL_CHOICE
#define RL_PICK(...)                                          \
    (rl::instructions() == 2   ? rl::avx512::__VA_ARGS__ \
     : rl::instructions() == 1 ? rl::avx2::__VA_ARGS__   \
                               : rl::base::__VA_ARGS__)
#else
#define RL_PICK(...) rl::base::__VA_ARGS__
#endif

}  // namespace rl
