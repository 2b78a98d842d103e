"""In-place operations as functions: `torch.exp_(x)` is `x.exp_()`."""

from rushlight.ops.publish import enter, namespaces

NAMES = """
    abs_ acos_ acosh_ arccos_ arccosh_ arcsin_ arcsinh_ arctan_ arctanh_ asin_ asinh_ atan_ atanh_
    ceil_ clamp_ clamp_max_ clamp_min_ clip_ conj_physical_ cos_ cosh_ deg2rad_ erf_ erfc_ exp2_
    exp_ expm1_ fix_ floor_ frac_ gcd_ i0_ lcm_ ldexp_ log10_ log1p_ log2_ log_ logit_ nan_to_num_
    neg_ negative_ rad2deg_ reciprocal_ relu_ round_ rsqrt_ sigmoid_ sin_ sinc_ sinh_ sqrt_ square_
    tan_ tanh_ trunc_ xlogy_
"""


def publish_inplace_functions():
    """Enter those methods of these names as functions that have been published."""
    methods, functions = namespaces["Tensor"], namespaces["torch"]
    for name in NAMES.split():
        if name in methods and name not in functions:
            enter("torch", name, methods[name])
