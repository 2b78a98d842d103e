"""torch.fft against PyTorch: values, dtypes, derivatives, transforms, errors."""

import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

REAL = {"dtypes": "float32 int64 complex64", "derivatives": "float64"}
COMPLEX = {"dtypes": "complex64 float64 bool", "derivatives": "complex128"}
ONE = [[(5,)], [(6,)], [(2, 3)], [(4, 1)], [()], [(0,)]]  # of empty batches PyTorch's MKL complains
SEVERAL = [[(3, 4)], [(2, 3, 5)], [(1, 2)], [(4,)], [()], [(0, 0)]]
SHORT = {"special": False, "tolerance": 4, "reason": "sums in another order"}


def row(name, shapes, kinds, *args, **kwargs):
    """A row for a function of `torch.fft` with these arguments after the input."""
    said = ", ".join([str(a) for a in args] + [f"{k}={v}" for k, v in kwargs.items()])
    return Row(
        f"{name}({said})",
        lambda torch, x: getattr(torch.fft, name)(x, *args, **kwargs),
        shapes=shapes,
        vmap=kwargs.get("dim") != (),  # over no dims, PyTorch's batching rule takes all of them
        **SHORT,
        **kinds,
    )


KINDS = {"fft": COMPLEX, "ifft": COMPLEX, "hfft": COMPLEX, "irfft": COMPLEX}
KINDS |= {"rfft": REAL, "ihfft": REAL}

ROWS = [
    *[
        row(name, ONE, kind, **given)
        for name, kind in KINDS.items()
        for given in (
            {}, {"n": 4, "norm": "ortho"}, {"n": 7, "dim": 0, "norm": "forward"},
        )
    ],
    *[
        row(name + "n", SEVERAL, kind, **given)
        for name, kind in KINDS.items()
        for given in (
            {}, {"s": (4, 3), "norm": "ortho"}, {"s": (2, -1), "dim": (1, 0), "norm": "forward"},
            {"dim": 0}, {"dim": ()},
        )
    ],
    *[
        row(name + "2", SEVERAL, kind, **given)
        for name, kind in KINDS.items()
        for given in ({"s": (2, 5)},)
    ],
    *[
        row(name, [[(5,)], [(2, 4)], [(3, 0)], [()]], COMPLEX, **given)
        for name in ("fftshift", "ifftshift")
        for given in ({}, {"dim": 0}, {"dim": (0, -1)})
    ],
]  # fmt: skip

test_values, test_derivatives, test_transforms = checks_of(ROWS)

WRONG = [
    lambda torch, x: torch.fft.fft(x, norm="most"),
    lambda torch, x: torch.fft.fft(x, norm=2),
    lambda torch, x: torch.fft.fft(x, n=0),
    lambda torch, x: torch.fft.fft(x, 2.5),
    lambda torch, x: torch.fft.fft([1.0]),
    lambda torch, x: torch.fft.fft(x.half()),
    lambda torch, x: torch.fft.rfft(x.bfloat16()),
    lambda torch, x: torch.fft.irfft(x[:, :1]),
    lambda torch, x: torch.fft.fftn(x, s=(3,), dim=(0, 1)),
    lambda torch, x: torch.fft.fftn(x, s=(3, 3, 3)),
    lambda torch, x: torch.fft.fftn(x, dim=(0, 0)),
    lambda torch, x: torch.fft.fftn(x, dim=(0, 2)),
    lambda torch, x: torch.fft.fftn(x, s=(-2, 2)),
    lambda torch, x: torch.fft.irfftn(x, s=(2, 0)),
    lambda torch, x: torch.fft.fft2(x, s=3),
    lambda torch, x: torch.fft.fft2(x[0]),
    lambda torch, x: torch.fft.fftshift(x, dim="all"),
    lambda torch, x: torch.fft.fftshift(x, dim=()),
    lambda torch, x: torch.fft.fftfreq(4, dtype=torch.int64),
    lambda torch, x: torch.fft.rfftfreq(4, dtype=torch.complex64),
    lambda torch, x: torch.fft.fftfreq(-1),
    lambda torch, x: torch.fft.fftfreq(2.5),
    lambda torch, x: torch.fft.fft(x, out=torch.zeros(2, 4)),
]


@pytest.mark.parametrize("case", range(len(WRONG)))
def test_errors(case):
    found = []
    for lib in (torch, rushlight):
        with pytest.raises((RuntimeError, TypeError, IndexError)) as error:
            WRONG[case](lib, lib.ones(2, 4))
        found.append((error.type, str(error.value).split("\n")[0]))
    if "output tensor" not in found[0][1]:  # PyTorch has words of its own for this `out`
        assert found[1] == found[0]
    assert found[1][0] is found[0][0]


FREQUENCIES = [
    ((0,), {}), ((1,), {}), ((5,), {}), ((6, 0.5), {}), ((5, 0), {}), ((7,), {"d": 0.01}),
    ((6,), {"dtype": "float64"}), ((6,), {"dtype": "float16"}), ((3,), {"requires_grad": True}),
]  # fmt: skip


@pytest.mark.parametrize("name", ["fftfreq", "rfftfreq"])
@pytest.mark.parametrize(("args", "options"), FREQUENCIES)
def test_frequencies(name, args, options):
    found = []
    for lib in (torch, rushlight):
        given = {k: getattr(lib, v) if k == "dtype" else v for k, v in options.items()}
        f = getattr(lib.fft, name)(*args, **given)
        found.append((f.tolist(), str(f.dtype), f.requires_grad, f.is_leaf))
    assert str(found[1]) == str(found[0])


def test_frequencies_go_into_out():
    out = rushlight.zeros(2, dtype=rushlight.float64)
    assert rushlight.fft.fftfreq(4, out=out) is out
    assert out.tolist() == [0, 0.25, -0.5, -0.25]


def nodes(out):
    """The names of the nodes that lead to a result, each followed by its first input's."""
    names, node = [], out.grad_fn
    while node is not None:
        names.append(node.name())
        node = node.next_functions[0][0] if node.next_functions else None
    return names


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("name", sorted(set(rushlight.fft.__all__) - {"fftfreq", "rfftfreq"}))
def test_nodes_are_named_as_in_pytorch(name, dtype):
    if dtype == "complex128" and name.startswith(("rfft", "ihfft")):
        pytest.skip("takes real tensors")
    several = name.endswith(("2", "n"))
    for options in ({}, {} if "shift" in name else {"s": (2, 6)} if several else {"n": 6}):
        wanted, found = (
            nodes(
                getattr(lib.fft, name)(
                    lib.ones(3, 4, dtype=getattr(lib, dtype), requires_grad=True), **options
                )
            )
            for lib in (torch, rushlight)
        )
        assert found == wanted


def test_single_precision_is_kept():
    x = rushlight.ones(3, 4, requires_grad=True)
    spectrum = rushlight.fft.rfft2(x)
    assert spectrum.dtype is rushlight.complex64
    spectrum.abs().sum().backward()
    assert x.grad.dtype is rushlight.float32
    assert rushlight.fft.irfft2(spectrum).dtype is rushlight.float32


def test_ihfftn_over_one_dim_fills_out():
    """PyTorch 2.13 returns `out` as it was."""
    x = rushlight.arange(4.0)
    out = rushlight.zeros(3, dtype=rushlight.complex64)
    assert rushlight.fft.ihfftn(x, dim=0, out=out) is out
    assert out.tolist() == rushlight.fft.ihfft(x).tolist()
    assert out[0] == 1.5
