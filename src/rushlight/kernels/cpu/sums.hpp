// What kernels along rows share: elementary functions and sums, for each instruction set.
#pragma once
#include "isa.hpp"
#include "vector_types.hpp"

namespace rl {

using Size = std::ptrdiff_t;

#define RL_EACH "sums_isa.hpp"
#include "each_isa.hpp"

}  // namespace rl
