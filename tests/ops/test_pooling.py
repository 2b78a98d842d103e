"""Pooling and unpooling against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, as_numpy, checks_of, outcome, same, tensors

torch = pytest.importorskip("torch")

LINES = [[(2, 3, 7)], [(3, 6)], [(0, 2, 5)]]
PLANES = [[(2, 2, 5, 6)], [(2, 4, 5)], [(0, 2, 4, 4)]]
VOLUMES = [[(1, 2, 4, 5, 4)], [(2, 4, 4, 5)], [(0, 1, 4, 4, 4)]]
SHAPES = {1: LINES, 2: PLANES, 3: VOLUMES}
ALL = "float16 bfloat16 float32 float64 complex128 int64 uint8 bool"


def pooled(name, *args, **kwargs):
    return lambda torch, x: getattr(torch.nn.functional, name)(x, *args, **kwargs)


def row(name, *args, dtypes="float32 float64", **kwargs):
    shapes, fields = SHAPES[int(name[-2])], {"derivatives": "float64", "special": False}
    shown = f"{name} {args} {kwargs}"
    return Row(shown, pooled(name, *args, **kwargs), shapes, dtypes=dtypes, **fields)


POOLS = [f"{kind}_pool" for kind in ("max", "avg", "adaptive_avg", "adaptive_max")]
ROWS = [
    *[row(f"{pool}{rank}d", 2, dtypes=ALL) for pool in POOLS for rank in (1, 2, 3)],
    *[
        row(f"max_pool{rank}d", *args, return_indices=places)
        for rank in (1, 2, 3)
        for args in [(3, 2, 1), (2, 1, 0, 2), (3, 2, 1, 1, True)]
        for places in (False, True)
    ],
    row("max_pool2d", (2, 3), (1, 2), (1, 0), (2, 1), True, True),
    row("max_pool2d", 2, stride=()),
    *[
        row(f"avg_pool{rank}d", *args)
        for rank in (1, 2, 3)
        for args in [(3, 2, 1), (3, 2, 1, True), (3, 2, 1, True, False)]
    ],
    row("max_pool2d", 2, dtypes=ALL, return_indices=True),
    row("avg_pool2d", (2, 3), (1, 2), (1, 0), True, False),
    row("avg_pool2d", 3, 2, 1, divisor_override=-2),
    row("avg_pool3d", 2, divisor_override=3),
    *[row(f"adaptive_avg_pool{rank}d", n) for rank in (1, 2, 3) for n in (1, 7)],
    *[
        row(f"adaptive_max_pool{rank}d", n, return_indices=True)
        for rank in (1, 2, 3)
        for n in (1, 7)
    ],
    row("adaptive_avg_pool2d", (None, 2)),
    row("adaptive_max_pool3d", (2, None, 1)),
]
POWERS = [
    Row(
        f"lp_pool{rank}d {p}",
        pooled(f"lp_pool{rank}d", p, 2, *stride),
        SHAPES[rank][:2],
        domain=(0.5, 2.0),
        dtypes="float32 float64",
        derivatives="float64",
        special=False,
        tolerance=10,
        reason="a chain of powers, whose roundings add up",
    )
    for rank in (1, 2, 3)
    for p in (2, 2.5, float("inf"), -float("inf"))
    for stride in ([], [1, True])
]

test_values, test_derivatives, test_transforms = checks_of(ROWS + POWERS)


def both(call, *arrays, dtype="float64"):
    """What both libraries make of the same arrays."""
    return [outcome(call, lib, *tensors(lib, arrays, dtype)) for lib in (rushlight, torch)]


# -- where the maximum is --------------------------------------------------------------------

INF, NAN = float("inf"), float("nan")
HARD = {
    "equal": [1.0] * 12,
    "lowest": [-INF] * 12,
    "one NaN": [1.0, NAN, 3.0] * 4,
    "all NaN": [NAN] * 12,
    "infinities": [INF, -INF, NAN, 0.0] * 3,
}


@pytest.mark.parametrize("values", HARD.values(), ids=HARD)
@pytest.mark.parametrize("args", [(2,), (3, 1, 1), (3, 2, 1, 1, True)])
def test_ties_and_nan(values, args):
    def call(torch, x):
        f, found = torch.nn.functional, []
        for rank, shape in ((1, (1, 12)), (2, (1, 3, 4)), (3, (1, 2, 3, 2))):
            t = x.view(shape)
            found += getattr(f, f"max_pool{rank}d")(t, *args, return_indices=True)
            found.append(getattr(f, f"max_pool{rank}d")(t, *args))
            found += getattr(f, f"adaptive_max_pool{rank}d")(t, 2, return_indices=True)
        return tuple(found)

    ours, theirs = both(call, np.array(values))
    same(ours, theirs, ROWS[0])


def test_windows_in_the_padding_alone():
    """PyTorch's index is beyond the input there, so that its backward writes out of bounds."""
    x = rushlight.tensor([[[2.0]]], requires_grad=True)
    out, places = rushlight.nn.functional.max_pool1d(x, 2, 1, 1, 2, return_indices=True)
    assert out.tolist() == [[[-INF]]]
    assert torch.nn.functional.max_pool1d(torch.tensor([[[2.0]]]), 2, 1, 1, 2).tolist() == [
        [[-INF]]
    ]
    assert places.tolist() == [[[0]]]


def test_gradients_where_windows_overlap():
    x = np.array([[1.0, 5.0, 2.0, 4.0]])

    def call(torch, x):
        x.requires_grad_()
        torch.nn.functional.max_pool1d(x, 3, 1).sum().backward()
        return x.grad

    same(*both(call, x), ROWS[0])


# -- layouts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [f"{pool}{rank}d" for pool in POOLS for rank in (2, 3)])
@pytest.mark.parametrize("recorded", [False, True])
def test_channels_last(name, recorded):
    rank, found = int(name[-2]), []
    for lib in (rushlight, torch):
        form = lib.channels_last if rank == 2 else lib.channels_last_3d
        x = lib.ones((2, 3, *[4] * rank), requires_grad=recorded).contiguous(memory_format=form)
        for size in (2, 2, 1)[: 5 - rank]:  # what is recorded must not change what comes next
            found.append(getattr(lib.nn.functional, name)(x, size).stride())
    half = len(found) // 2
    assert found[:half] == found[half:]


# -- unpooling -------------------------------------------------------------------------------


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("batched", [True, False])
def test_unpooling(rank, batched):
    def call(torch, x):
        x = (x if batched else x[0]).requires_grad_()
        pool, unpool = (getattr(torch.nn.functional, f"max_{p}{rank}d") for p in ("pool", "unpool"))
        y, places = pool(x, 3, 2, 1, return_indices=True)
        out = unpool(y, places, 3, 2, 1)
        back = unpool(y * y, places, 3, 2, 1, output_size=x.shape[-rank:])
        (g,) = torch.autograd.grad((back**2).sum(), x, create_graph=True)
        (h,) = torch.autograd.grad((g**2).sum(), x)
        return out, back, g, h

    x = np.random.default_rng(0).standard_normal((2, 3, *[5] * rank))
    ours, theirs = both(call, x)
    same(ours, theirs, ROWS[0])
    names = [t[0].grad_fn.name() for t in (ours, theirs)]
    assert names[0] == names[1]


def test_unpooling_in_transforms():
    f = rushlight.nn.functional
    x = rushlight.arange(24.0, dtype=rushlight.float64).view(3, 2, 4).sin()
    y, places = f.max_pool1d(x, 2, return_indices=True)
    mapped = rushlight.func.vmap(lambda a, i: f.max_unpool1d(a, i, 2))(y, places)
    assert (mapped == f.max_unpool1d(y, places, 2)).all()
    _, pushed = rushlight.func.jvp(lambda a: f.max_unpool1d(a, places, 2), (y,), (y * 2,))
    assert (pushed == 2 * mapped).all()


# -- fractional ------------------------------------------------------------------------------

FRACTIONAL = [
    (2, (2, 3, 7, 6), 2, {"output_size": (4, 3)}),
    (2, (3, 7, 6), (3, 2), {"output_ratio": (0.5, 0.7)}),
    (3, (2, 2, 6, 7, 8), 2, {"output_size": 3}),
    (3, (2, 6, 7, 8), (1, 2, 3), {"output_ratio": (0.5, 0.7, 0.4)}),
    (2, (1, 2, 6, 6), 2, {"output_size": 1}),
]


@pytest.mark.parametrize(("rank", "shape", "kernel", "size"), FRACTIONAL)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_fractional_draws_pytorchs_windows(rank, shape, kernel, size, dtype):
    def call(torch, x):
        torch.manual_seed(3)
        x.requires_grad_()
        pool = getattr(torch.nn.functional, f"fractional_max_pool{rank}d")
        out, places = pool(x, kernel, **size, return_indices=True)
        (g,) = torch.autograd.grad((out**2).sum(), x, create_graph=True)
        (h,) = torch.autograd.grad((g**2).sum(), x)
        alone = pool(x, kernel, **size)
        return out, places, g, h, alone, out.grad_fn.name()

    x = np.random.default_rng(0).standard_normal(shape)
    same(*both(call, x, dtype=dtype), ROWS[0])


def test_fractional_in_transforms():
    f, double = rushlight.nn.functional, rushlight.float64
    x, u = rushlight.rand(3, 2, 6, 6, dtype=double), rushlight.rand(3, 2, 2, dtype=double)

    def pool(x, u):
        return f.fractional_max_pool2d(x, 2, 3, _random_samples=u.unsqueeze(0))

    whole = f.fractional_max_pool2d(x, 2, 3, _random_samples=u)
    assert (rushlight.func.vmap(pool)(x, u) == whole).all()
    leaf = x[0].clone().requires_grad_()
    assert rushlight.autograd.gradcheck(lambda x: pool(x, u[0]), leaf, check_forward_ad=True)


# -- refusals --------------------------------------------------------------------------------

BAD = """
max_pool2d (6,6) 2
max_pool2d (1,1,1,6,6) 2
max_pool2d (1,6,6) (2,2,2)
max_pool2d (1,6,6) 2,(2,2,2)
max_pool2d (1,6,6) 2,0
max_pool2d (1,6,6) 0
max_pool2d (1,6,6) 0,1
max_pool2d (1,6,6) 2,-1
max_pool2d (1,6,6) 2,1,2
max_pool2d (1,6,6) 2,1,-1
max_pool2d (1,6,6) 2,1,(1,1,1)
max_pool2d (1,6,6) 2,1,2,3
max_pool2d (1,6,6) 2,1,0,0
max_pool2d (1,6,6) 2,1,0,(1,1,1)
max_pool2d (1,6,6) 2.5
max_pool2d (1,6,6) (2,2.5)
max_pool2d (1,6,6) 7
max_pool2d (1,0,6) 2
max_pool1d (6,) 2
max_pool1d (1,1,6,6) 2
max_pool1d (1,6) (2,2)
max_pool1d (1,6) 2,(2,2)
max_pool1d (1,6) 2,0
max_pool1d (1,6) 0
max_pool1d (1,6) 7
max_pool1d (1,6) 2,1,2
max_pool1d (1,6) 2,1,-1
max_pool1d (1,6) 2,1,0,0
max_pool1d (1,0) 2
max_pool1d (6,) 2,None,0,1,False,True
max_pool1d (1,6) 7,None,0,1,False,True
max_pool3d (6,6,6) 2
max_pool3d (1,6,6,6) (2,2)
max_pool3d (1,6,6,6) 2,(2,2)
max_pool3d (1,6,6,6) 2,0
max_pool3d (1,6,6,6) 2,1,(1,1)
max_pool3d (1,6,6,6) 2,1,0,(1,1)
max_pool3d (1,6,6,6) 2,1,2,3
max_pool3d (1,0,6,6) 2
max_pool3d (1,6,6,6) 7
avg_pool1d (6,) 2
avg_pool1d (1,6) (2,2)
avg_pool1d (1,6) 7
avg_pool1d (1,6) 2,0
avg_pool2d (6,6) 2
avg_pool2d (1,6,6) (2,2,2)
avg_pool2d (1,6,6) 2,(2,2,2)
avg_pool2d (1,6,6) 2,1,(1,1,1)
avg_pool2d (1,6,6) 2,0
avg_pool2d (1,6,6) 7
avg_pool2d (1,6,6) 2,1,0,False,True,0
avg_pool2d (1,0,6) 2
avg_pool3d (6,6,6) 2
avg_pool3d (1,6,6,6) (2,2)
avg_pool3d (1,6,6,6) 2,(2,2)
avg_pool3d (1,6,6,6) 2,1,(1,1)
avg_pool3d (1,6,6,6) 7
avg_pool3d (1,0,6,6) 2
adaptive_avg_pool1d (6,) 2
adaptive_avg_pool1d (1,0) 2
adaptive_avg_pool1d (1,6) (2,3)
adaptive_avg_pool1d (1,6) None
adaptive_avg_pool1d (1,6) -1
adaptive_avg_pool2d (6,6) 2
adaptive_avg_pool2d (1,0,6) 2
adaptive_avg_pool2d (1,6,6) (2,2,2)
adaptive_avg_pool2d (1,1,6,6) (2,2,2)
adaptive_avg_pool2d (1,1,6,6) (2,)
adaptive_avg_pool2d (1,1,6,6) (-1,2)
adaptive_avg_pool3d (6,6,6) 2
adaptive_avg_pool3d (6,0,6,6) 2
adaptive_avg_pool3d (1,6,6,6) (2,2)
adaptive_avg_pool3d (1,6,6,6) (2,-2,2)
adaptive_max_pool1d (6,) 2
adaptive_max_pool1d (1,0) 2
adaptive_max_pool1d (1,6) (2,3)
adaptive_max_pool2d (6,6) 2
adaptive_max_pool2d (1,0,6) 2
adaptive_max_pool2d (1,1,6,6) (2,)
adaptive_max_pool2d (1,1,6,6) (-1,2)
adaptive_max_pool3d (6,6,6) 2
adaptive_max_pool3d (6,0,6,6) 2
adaptive_max_pool3d (1,6,6,6) (2,2)
fractional_max_pool2d (1,6,6) 2
fractional_max_pool2d (1,6,6) 2,None,(.5,.5,.5)
fractional_max_pool2d (1,6,6) 2,6
fractional_max_pool2d (1,6,6) (2,2,2),3
fractional_max_pool2d (1,6,6) 2,(3,3,3)
fractional_max_pool2d (1,0,6) 2,3
fractional_max_pool3d (1,6,6,6) 2
fractional_max_pool3d (1,6,6,6) 7,2
fractional_max_pool3d (1,6,6,6) 2,5
fractional_max_pool3d (1,0,6,6) 2,3
fractional_max_pool3d (1,6,6,6) (2,2),3
"""
CASES = [line.split() for line in BAD.strip().splitlines()]


def check_refused(call, *arrays):
    ours, theirs = both(call, *arrays)
    assert isinstance(theirs, Exception)
    same(ours, theirs, ROWS[0])


@pytest.mark.parametrize(("name", "shape", "args"), CASES, ids=[" ".join(c) for c in CASES])
def test_refusals(name, shape, args):
    given = eval(f"({args},)")
    x = np.random.default_rng(0).standard_normal(eval(shape))
    check_refused(lambda torch, x: getattr(torch.nn.functional, name)(x, *given), x)


UNFIT = {
    "wrong shape": ((1, 3), [[0, 1]], {}),
    "out of range": ((1, 3), [[0, 9, 1]], {}),
    "negative": ((1, 3), [[0, -1, 1]], {}),
    "rank": ((3,), [0, 1, 2], {}),
    "size": ((1, 3), [[0, 2, 4]], {"output_size": (9,)}),
    "size of size": ((1, 3), [[0, 2, 4]], {"output_size": (1, 1, 1, 1)}),
}


@pytest.mark.parametrize("case", UNFIT.values(), ids=UNFIT)
def test_unpooling_refusals(case):
    shape, places, options = case

    def call(torch, x):
        return torch.nn.functional.max_unpool1d(x, torch.tensor(places), 2, **options)

    check_refused(call, np.ones(shape))


SAMPLES = {
    "dtype": ("float32", (1, 1, 2)),
    "rank": ("float64", (1, 2)),
    "planes": ("float64", (1, 0, 2)),
    "batch": ("float64", (0, 1, 2)),
    "number": ("float64", (1, 1, 3)),
}


@pytest.mark.parametrize("case", SAMPLES.values(), ids=SAMPLES)
def test_samples_refused(case):
    dtype, shape = case

    def call(torch, x):
        u = torch.zeros(shape, dtype=getattr(torch, dtype))
        return torch.nn.functional.fractional_max_pool2d(x, 2, 3, _random_samples=u)

    check_refused(call, np.ones((1, 6, 6)))


# -- names -----------------------------------------------------------------------------------

CALLS = {
    "torch.max_pool1d": lambda torch, x: torch.max_pool1d(x[0], 2),
    "torch.max_pool1d_with_indices": lambda torch, x: torch.max_pool1d_with_indices(x[0], 2, 1),
    "torch.max_pool2d": lambda torch, x: torch.max_pool2d(x, 2, stride=1),
    "torch.max_pool3d": lambda torch, x: torch.max_pool3d(x[None], (1, 2, 2)),
    "torch.avg_pool1d": lambda torch, x: torch.avg_pool1d(x[0], 2),
    "torch.adaptive_avg_pool1d": lambda torch, x: torch.adaptive_avg_pool1d(x[0], 2),
    "torch.adaptive_max_pool1d": lambda torch, x: torch.adaptive_max_pool1d(x[0], 2),
    "max_pool1d_with_indices": lambda torch, x: torch.nn.functional.max_pool1d_with_indices(
        x[0], 2
    ),
    "max_pool2d_with_indices": lambda torch, x: torch.nn.functional.max_pool2d_with_indices(x, 2),
    "max_pool3d_with_indices": lambda torch, x: torch.nn.functional.max_pool3d_with_indices(
        x[None], (1, 2, 2)
    ),
    "adaptive_max_pool1d_with_indices": (
        lambda torch, x: torch.nn.functional.adaptive_max_pool1d_with_indices(x[0], 2)
    ),
    "adaptive_max_pool2d_with_indices": (
        lambda torch, x: torch.nn.functional.adaptive_max_pool2d_with_indices(x, 2)
    ),
    "adaptive_max_pool3d_with_indices": (
        lambda torch, x: torch.nn.functional.adaptive_max_pool3d_with_indices(x[None], 2)
    ),
    "fractional_max_pool2d_with_indices": (
        lambda torch, x: torch.nn.functional.fractional_max_pool2d_with_indices(
            x, 2, 2, _random_samples=torch.zeros(1, 2, 2, dtype=x.dtype)
        )
    ),
    "fractional_max_pool3d_with_indices": (
        lambda torch, x: torch.nn.functional.fractional_max_pool3d_with_indices(
            x[None], (1, 2, 2), (1, 2, 2), _random_samples=torch.zeros(1, 1, 3, dtype=x.dtype)
        )
    ),
    "avg_pool2d out": lambda torch, x: torch.nn.functional.avg_pool2d(
        x, 2, out=torch.empty(2, 2, 2, dtype=x.dtype)
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_other_names(call):
    x = np.random.default_rng(0).standard_normal((2, 4, 4))
    ours, theirs = both(call, x)
    assert not isinstance(theirs, Exception), theirs
    same(ours, theirs, ROWS[0])


def test_float16_averages_do_not_overflow():
    x = rushlight.full((1, 1, 64, 64), 1000.0, dtype=rushlight.float16)
    assert (as_numpy(rushlight.nn.functional.avg_pool2d(x, 64)) == 1000).all()
