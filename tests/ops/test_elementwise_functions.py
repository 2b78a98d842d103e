"""Exponentials, logarithms, trigonometry, rounding, limits, special functions, against PyTorch."""

import operator

import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

ALL = "float16 float32 float64 int64 uint8 bool complex64 complex128"
REAL = "float32 float64 int64 bool"
WITHIN = {"domain": (-0.9, 0.9)}
POSITIVE = {"domain": (0.2, 3.0)}
RATHER = {"special": False, "reason": "PyTorch's trigamma has 9 digits", "tolerance": 1e4}
COMPLEX = "float32 float64 complex128 int64 bool"
FLOATS = {"dtypes": REAL, "derivatives": "float64"}
STEPS = {"dtypes": "float16 float32 float64 int64 uint8 bool complex64", "derivatives": "float64"}


def named(name, **options):
    """A row for a function of tensors alone, found under `torch`."""

    def find(torch):
        for part in name.split("."):
            torch = getattr(torch, part)
        return torch

    def one(torch, x):
        return find(torch)(x)

    def two(torch, x, y):
        return find(torch)(x, y)

    return Row(name, two if options.pop("inputs", 1) == 2 else one, **options)


ROWS = [
    *[named(name, dtypes=ALL) for name in ("exp", "sin", "cos", "sinh", "cosh", "tanh", "sigmoid")],
    *[named(name, special=False) for name in ("exp2", "expm1", "tan", "atan", "asinh", "sinc")],
    *[named(name, **POSITIVE) for name in ("log", "log2", "log10", "log1p", "sqrt", "rsqrt")],
    *[named(name, **WITHIN) for name in ("asin", "acos", "atanh")],
    named("acosh", domain=(1.1, 3.0)),
    *[named(name, **FLOATS) for name in ("deg2rad", "rad2deg", "erf", "erfc")],
    named("erfinv", **WITHIN, **FLOATS),
    named("atan2", inputs=2, **FLOATS),
    named("hypot", inputs=2, domain=(0.5, 2.0), dtypes="float32 float64", derivatives="float64"),
    named("logaddexp", inputs=2, special=False),
    named("logaddexp2", inputs=2, special=False, **FLOATS),
    named("xlogy", inputs=2, **POSITIVE, **FLOATS),
    Row("xlogy number", lambda torch, x: torch.xlogy(x, 2.0), **FLOATS),
    Row("xlogy of number", lambda torch, x: torch.xlogy(2, x), **POSITIVE, **FLOATS),
    named("special.xlog1py", inputs=2, **POSITIVE, **FLOATS),
    named("logit", domain=(0.1, 0.9), **FLOATS),
    Row("logit eps", lambda torch, x: torch.logit(x, 0.2), domain=(0.0, 1.0), **FLOATS),
    *[named(name, **STEPS) for name in ("ceil", "floor", "trunc", "frac", "round", "sign")],
    Row("round decimals", lambda torch, x: torch.round(x, decimals=1), special=False, **FLOATS),
    Row("round tens", lambda torch, x: torch.round(x, decimals=-1), domain=(-99, 99), **FLOATS),
    named("abs", dtypes=ALL),
    named("sgn", dtypes=ALL),
    Row("nan_to_num", lambda torch, x: torch.nan_to_num(x), dtypes=COMPLEX, derivatives="float64"),
    Row("nan_to_num values", lambda torch, x: torch.nan_to_num(x, 1.0, 2.0, 3.0), **FLOATS),
    named("copysign", inputs=2, **FLOATS),
    Row("copysign number", lambda torch, x: torch.copysign(x, -1.0), **FLOATS),
    named("heaviside", inputs=2, node=False, **FLOATS),
    Row("clamp", lambda torch, x: torch.clamp(x, -0.5, 1), **FLOATS),
    Row("clamp min", lambda torch, x: torch.clamp(x, min=0), dtypes=COMPLEX, derivatives="float64"),
    Row("clamp max", lambda torch, x: x.clip(max=0.5), **FLOATS),
    Row("clamp nothing", lambda torch, x: x.clamp(), **FLOATS),
    Row("clamp tensors", lambda torch, x, y, z: torch.clamp(x, y, z), special=False, **FLOATS),
    Row("clamp tensor min", lambda torch, x, y: torch.clamp(x, min=y), **FLOATS),
    Row("clamp tensor max", lambda torch, x, y: torch.clamp(x, max=y), **FLOATS),
    Row("clamp_min", lambda torch, x, y: torch.clamp_min(x, y), **FLOATS),
    Row("clamp_min number", lambda torch, x: torch.clamp_min(x, 0.5), **FLOATS),
    Row("clamp_max", lambda torch, x, y: torch.clamp_max(x, y), **FLOATS),
    Row("clamp_max number", lambda torch, x: torch.clamp_max(x, 0.5), **FLOATS),
    *[
        named(name, inputs=2, dtypes=COMPLEX, derivatives="float64")
        for name in ("maximum", "minimum", "fmax", "fmin")
    ],
    named("real", special=False),
    named("imag", dtypes="float64 complex64 complex128", derivatives="complex128"),
    named("conj"),
    named("conj_physical"),
    named("angle"),
    named("view_as_real", dtypes="complex64 complex128 float32", derivatives="complex128"),
    named("complex", inputs=2, **FLOATS),
    named("polar", inputs=2, special=False, domain=(0.1, 2), **FLOATS),
    named("lgamma", domain=(0.3, 4.0), **FLOATS, **RATHER),
    named("digamma", domain=(1.6, 4.0), **FLOATS, **RATHER),
    *[
        Row(
            f"polygamma {n}",
            lambda torch, x, n=n: torch.polygamma(n, x),
            domain=(0.3, 4.0),
            **FLOATS,
            **RATHER,
        )
        for n in (0, 1, 2, 3)
    ],
    Row("mvlgamma", lambda torch, x: torch.mvlgamma(x, 3), domain=(2.5, 4.0), **FLOATS, **RATHER),
    *[
        named(f"special.{name}", domain=(0.1, 0.9), special=False, **FLOATS)
        for name in ("entr", "erfcx", "ndtri", "log_ndtr", "i0", "i0e", "i1", "i1e", "expit")
    ],
    named("special.ndtr", node=False, **FLOATS),
    Row(
        "special.zeta",
        lambda torch, x: torch.special.zeta(3.0, x),
        domain=(0.3, 4.0),
        **FLOATS,
        **RATHER,
    ),
    named("ldexp", inputs=2, special=False, domain=(0.0, 3.0), dtypes="float64 float32"),
    named("nextafter", inputs=2, dtypes="float32 float64", derivatives="float64"),
    named("gcd", inputs=2, dtypes="int64 int32 uint8 bool float32", derivatives=""),
    named("lcm", inputs=2, dtypes="int64 int32 uint8 bool float32", derivatives=""),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


UNARY = "exp erfc erfinv lgamma special.erfcx special.log_ndtr special.ndtri isreal"


@pytest.mark.parametrize("name", UNARY.split())
def test_results_lie_as_their_input_does(name):
    strides = [
        operator.attrgetter(name)(m)(m.rand(2, 3, 4).permute(2, 0, 1)).stride()
        for m in (torch, rushlight)
    ]
    assert strides[0] == strides[1]


def test_the_root_of_minus_infinity_is_nan_as_a_power_too():
    for exponent in (0.5, -0.5):
        for dtype in ("float32", "float64"):
            x = [float("-inf"), 4.0, 0.0]
            theirs, ours = (
                m.tensor(x, dtype=getattr(m, dtype)) ** exponent for m in (torch, rushlight)
            )
            assert torch.equal(theirs.nan_to_num(-1), torch.from_numpy(ours.numpy()).nan_to_num(-1))


def test_float_power_of_complex_numbers_by_a_half_more():
    grads = []
    for m in (torch, rushlight):
        x = m.tensor([1 + 2j, -0.5j], requires_grad=True)
        m.float_power(x, 1.5).abs().sum().backward()
        grads.append(x.grad)
    assert torch.allclose(grads[0], torch.from_numpy(grads[1].numpy()))
