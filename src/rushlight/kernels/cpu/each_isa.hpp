// Compiles the file that RL_EACH names once per instruction set, into the namespaces base, avx2
// and avx512.  RL_BYTES is the width of a vector, RL_REGISTERS how many there are.  With RL_NARROW,
// where memory sets the pace, AVX2 serves for AVX-512 too.

namespace base {
#define RL_BYTES 16
#ifdef __aarch64__
#define RL_REGISTERS 32
#else
#define RL_REGISTERS 16
#endif
#include RL_EACH
#undef RL_BYTES
#undef RL_REGISTERS
}  // namespace base

#ifdef RL_CHOICE

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
namespace avx2 {
#define RL_BYTES 32
#define RL_REGISTERS 16
#include RL_EACH
#undef RL_BYTES
#undef RL_REGISTERS
}  // namespace avx2
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#ifdef RL_NARROW
namespace avx512 {
using namespace avx2;
}
#else
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512dq,avx512vl,avx512bw"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512")
#endif
namespace avx512 {
#define RL_BYTES 64
#define RL_REGISTERS 32
#include RL_EACH
#undef RL_BYTES
#undef RL_REGISTERS
}  // namespace avx512
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

#endif
#undef RL_EACH
#undef RL_NARROW
