// Functions of the mathematical library, one number after another: for arrays so small that a call
// of NumPy's takes longer than the work.
#pragma once
#include <cmath>
#include <cstring>

namespace rl {

struct Named {
    const char* name;
    float (*f)(float);
    double (*d)(double);
};

template <class T> T sign_of(T x) { return T(x > 0) - T(x < 0); }
template <class T> T rsqrt_of(T x) { return T(1) / std::sqrt(x); }

#define RL_NAMED(NAME, FUNCTION) \
    {NAME, [](float x) { return FUNCTION(x); }, [](double x) { return FUNCTION(x); }}
static const Named NAMED[] = {
    RL_NAMED("floor", std::floor), RL_NAMED("ceil", std::ceil),   RL_NAMED("trunc", std::trunc),
    RL_NAMED("expm1", std::expm1), RL_NAMED("log1p", std::log1p), RL_NAMED("log2", std::log2),
    RL_NAMED("log10", std::log10), RL_NAMED("exp2", std::exp2),   RL_NAMED("tan", std::tan),
    RL_NAMED("asin", std::asin),   RL_NAMED("acos", std::acos),   RL_NAMED("atan", std::atan),
    RL_NAMED("sinh", std::sinh),   RL_NAMED("cosh", std::cosh),   RL_NAMED("asinh", std::asinh),
    RL_NAMED("acosh", std::acosh), RL_NAMED("atanh", std::atanh), RL_NAMED("sign", sign_of),
    RL_NAMED("rsqrt", rsqrt_of),
};
#undef RL_NAMED

template <class T> void each_of(T (*function)(T), const T* x, T* out, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = function(x[i]);
}

}  // namespace rl
