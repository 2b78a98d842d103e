"""Comparisons, tests of values, logic and bits, against PyTorch."""

from tests.ops.checker import Row, checks_of

ALL = "float16 float32 float64 int64 uint8 bool complex64"
NONE = {"dtypes": ALL, "derivatives": ""}

ROWS = [
    Row("eq", lambda torch, x, y: x == y, **NONE),
    Row("eq number", lambda torch, x: x == 0, **NONE),
    Row("eq float", lambda torch, x: torch.eq(x, 0.5), **NONE),
    Row("eq word", lambda torch, x: x == "a", **NONE),
    Row("ne", lambda torch, x, y: x != y, **NONE),
    Row("ne None", lambda torch, x: x != None, **NONE),  # noqa: E711
    Row("lt", lambda torch, x, y: x < y, **NONE),
    Row("lt number", lambda torch, x: 0 < x, **NONE),  # noqa: SIM300
    Row("lt word", lambda torch, x: x < "a", **NONE),
    Row("le", lambda torch, x, y: x <= y, **NONE),
    Row("gt", lambda torch, x, y: x > y, **NONE),
    Row("ge", lambda torch, x, y: torch.greater_equal(x, y), **NONE),
    *[
        Row(name, lambda torch, x, name=name: getattr(torch, name)(x), **NONE)
        for name in (
            "isnan",
            "isinf",
            "isfinite",
            "isposinf",
            "isneginf",
            "isreal",
            "signbit",
            "logical_not",
            "bitwise_not",
            "is_complex",
            "is_floating_point",
            "is_signed",
        )
    ],
    *[
        Row(name, lambda torch, x, y, name=name: getattr(torch, name)(x, y), **NONE)
        for name in (
            "logical_and",
            "logical_or",
            "logical_xor",
            "bitwise_and",
            "bitwise_or",
            "bitwise_xor",
            "isclose",
            "allclose",
            "equal",
        )
    ],
    Row("isclose options", lambda torch, x, y: torch.isclose(x, y, 0.1, 0.5, True), **NONE),
    Row("and", lambda torch, x: x & 3, **NONE),
    Row("rand", lambda torch, x: 3 & x, **NONE),
    Row("or", lambda torch, x, y: x | y, **NONE),
    Row("xor bool", lambda torch, x: x ^ True, **NONE),
    Row("invert", lambda torch, x: ~x, **NONE),
    Row("shift left", lambda torch, x, y: x << y, **NONE),
    Row("shift left number", lambda torch, x: x << 2, **NONE),
    Row("shift far", lambda torch, x: x << 70, **NONE),
    Row("shift right", lambda torch, x, y: x >> y, **NONE),
    Row("shift right number", lambda torch, x: x >> 1, **NONE),
    Row("shift right far", lambda torch, x: x >> 70, **NONE),
    Row("rshift of number", lambda torch, x: 64 >> x, **NONE),
    Row("eq_", lambda torch, x: (x * 1).eq_(0), derivatives="float64"),
    Row(
        "logical_and_",
        lambda torch, x, y: (x * 1).logical_and_(y),
        derivatives="",
        shapes=[[(3,), (3,)]],
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)
