"""Activations of torch.nn.functional, in place or not, against PyTorch."""

from tests.ops.checker import Row, checks_of

FLOATS = {"dtypes": "float16 float32 float64 int64 uint8 bool complex64", "derivatives": "float64"}
SMOOTH = {**FLOATS, "special": False}


def row(name, *params, **options):
    """A row for a function of `torch.nn.functional` with these parameters after the input."""
    return Row(
        f"{name} {params}" if params else name,
        lambda torch, x: getattr(torch.nn.functional, name)(x, *params),
        **options,
    )


def written(name, *params, **options):
    """The same in place, on a copy of the input."""
    return Row(
        f"{name} inplace {params}",
        lambda torch, x: getattr(torch.nn.functional, name)(x * 1, *params, inplace=True),
        **options,
    )


STRAIGHT = [
    ("relu",),
    ("relu6",),
    ("leaky_relu",),
    ("leaky_relu", 0.2),
    ("hardtanh",),
    ("hardtanh", -0.5, 1.5),
    ("threshold", 0.5, -7),
    ("rrelu", 0.1, 0.3),
]
CURVED = [("elu",), ("elu", 0.5), ("selu",), ("celu",), ("celu", 2.0), ("silu",), ("mish",)]
SLOPE = {"reason": "PyTorch's sixth is a float32", "tolerance": 1e6}

ROWS = [
    *[row(*call, **FLOATS) for call in STRAIGHT],
    *[written(*call, **FLOATS) for call in STRAIGHT],
    *[row(*call, **SMOOTH) for call in CURVED],
    *[written(*call, **SMOOTH) for call in CURVED],
    row("hardswish", **FLOATS),
    written("hardswish", **FLOATS),
    row("hardsigmoid", **FLOATS, **SLOPE, second=False),
    written("hardsigmoid", **FLOATS, **SLOPE, second=False),
    row("hardshrink", 0.7, **FLOATS),
    row("softshrink", 0.7, **SMOOTH),
    row("softshrink", -1.0, dtypes="float32", derivatives=""),
    row("gelu", **SMOOTH),
    Row("gelu tanh", lambda torch, x: torch.nn.functional.gelu(x, approximate="tanh"), **SMOOTH),
    Row("gelu sharp", lambda torch, x: torch.nn.functional.gelu(x, approximate="sharp"), **SMOOTH),
    row("softplus", 2, 3, **SMOOTH),
    row("logsigmoid", **SMOOTH),
    row("softsign", **SMOOTH),
    row("tanhshrink", **SMOOTH),
    row("hardtanh", 1.0, -1.0, dtypes="float32", derivatives=""),
    row("celu", 0.0, dtypes="float32", derivatives=""),
    row("leaky_relu_", -1.0, dtypes="float32", derivatives=""),
    Row("relu_", lambda torch, x: torch.relu_(x * 1), **FLOATS),
    Row("selu_", lambda torch, x: torch.selu_(x * 1), **SMOOTH),
    Row(
        "prelu",
        lambda torch, x, w: torch.prelu(x, w),
        derivatives="float64",
        special=False,
        shapes=[
            [(2, 3), (3,)],
            [(2, 3, 2), (3,)],
            [(3,), (1,)],
            [(), ()],
            [(2, 3), (2,)],
            [(3,), (3,)],
        ],
    ),
    Row(
        "negative slope in place",
        lambda torch, x: torch.nn.functional.leaky_relu(x * 1, -1.0, inplace=True),
        dtypes="float32",
        derivatives="float64",
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


def test_random_slopes_are_pytorchs():
    """`rrelu` in training draws the same slopes for the same seed."""
    import pytest

    torch = pytest.importorskip("torch")
    import rushlight

    results = []
    for lib in (rushlight, torch):
        lib.manual_seed(3)
        x = lib.tensor([[-1.0, 2.0, -3.0], [0.0, -0.5, 4.0]], requires_grad=True)
        out = lib.nn.functional.rrelu(x, training=True)
        out.sum().backward()
        results.append((out.tolist(), x.grad.tolist()))
    assert results[0] == results[1]


def test_nodes_of_recorded_gradients_are_pytorchs():
    import pytest

    torch = pytest.importorskip("torch")
    import rushlight

    def program(m, name):
        x = m.tensor([-1.0, 0.5, 2.0], dtype=m.float64, requires_grad=True)
        y = getattr(m.nn.functional, name)(x)
        (g,) = m.autograd.grad(
            y, x, m.full((3,), 2.0, dtype=m.float64, requires_grad=True), create_graph=True
        )
        (second,) = m.autograd.grad(g.sum(), x)
        return type(g.grad_fn).__name__, second.tolist()

    for name in ("tanh", "sigmoid", "relu"):
        node, values = program(torch, name)
        assert program(rushlight, name) == (node, pytest.approx(values))
