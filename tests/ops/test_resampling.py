"""Interpolation, sampling by grids, affine grids and pixel shuffling against PyTorch."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of, outcome, same, tensors

torch = pytest.importorskip("torch")

REAL = "float16 bfloat16 float32 float64"
ALL = f"{REAL} complex128 int64 uint8 bool"
SHAPES = {1: [[(2, 3, 5)], [(0, 2, 4)]], 2: [[(2, 3, 5, 4)]], 3: [[(1, 2, 4, 3, 5)]]}
MODES = [
    ("nearest", 1), ("nearest", 2), ("nearest", 3), ("nearest-exact", 1), ("nearest-exact", 2),
    ("nearest-exact", 3), ("linear", 1), ("bilinear", 2), ("trilinear", 3), ("bicubic", 2),
    ("area", 1), ("area", 2), ("area", 3),
]  # fmt: skip
SMOOTH = ("linear", "bilinear", "trilinear", "bicubic")
PLAIN = {"special": False, "derivatives": "float64"}
ROUNDED = {"tolerance": 10, "reason": "products of weights that PyTorch rounds in another order"}


def interpolated(*args, **kwargs):
    return lambda torch, x: torch.nn.functional.interpolate(x, *args, **kwargs)


def row(rank, *args, dtypes="float64", **kwargs):
    call = interpolated(*args, **kwargs)
    return Row(f"{rank}-D {args} {kwargs}", call, SHAPES[rank], dtypes=dtypes, **PLAIN, **ROUNDED)


ROWS = [
    *[row(rank, 7, mode=mode, dtypes=REAL) for mode, rank in MODES],
    *[row(rank, 3, mode=mode) for mode, rank in MODES],
    *[
        row(rank, size, mode=mode, align_corners=True)
        for mode, rank in MODES
        for size in (1, 8)
        if mode in SMOOTH
    ],
    *[
        row(rank, scale_factor=factor, mode=mode, recompute_scale_factor=again)
        for mode, rank in MODES
        for factor, again in ((1.7, None), (0.6, None), (1.7, True))
    ],
    *[
        row(2, size, mode=mode, align_corners=align, antialias=True)
        for mode in ("bilinear", "bicubic")
        for size, align in (((3, 2), False), ((7, 3), False), ((3, 2), True))
    ],
    row(2, (3, 2), mode="lanczos", antialias=True),
    row(2, scale_factor=(1.5, 0.7), mode="bilinear"),
    row(2, (5, 9), mode="bilinear"),
]
DTYPES = [
    row(2, 3, mode="nearest", dtypes=ALL)._replace(derivatives=""),
    row(1, 3, mode="nearest", dtypes=ALL)._replace(derivatives="", shapes=SHAPES[1][:1]),
    row(1, 3, mode="linear", dtypes=ALL)._replace(derivatives="", shapes=SHAPES[1][:1]),
    row(2, 3, mode="area", dtypes=ALL)._replace(derivatives=""),
    row(2, 3, mode="bilinear", antialias=True, dtypes=ALL)._replace(derivatives=""),
]


def shuffled(name, r):
    return lambda torch, x: getattr(torch, name)(x, r)


SHUFFLES = [
    Row("shuffle", shuffled("pixel_shuffle", 2), [[(2, 8, 3, 2)], [(4, 1, 2)]],
        dtypes=ALL, special=False),
    Row("unshuffle", shuffled("pixel_unshuffle", 2), [[(2, 2, 4, 6)], [(1, 2, 2)]],
        dtypes=ALL, special=False),
    Row("empty", shuffled("pixel_shuffle", 2), [[(1, 0, 2, 2)], [(0, 4, 1, 1)]], special=False,
        derivatives=""),
    Row("deep", shuffled("pixel_shuffle", 3), [[(2, 2, 9, 1, 2)]], special=False),
]  # fmt: skip


def affine(size, align):
    return lambda torch, t: torch.nn.functional.affine_grid(t, size, align_corners=align)


AFFINE = [
    Row(f"affine {align}", affine(size, align), [[shape]], dtypes="float32 float64", **PLAIN)
    for align in (False, True)
    for size, shape in [((2, 1, 3, 4), (2, 2, 3)), ((2, 1, 3, 2, 4), (2, 3, 4))]
]


def sampled(mode, padding, align):
    def call(torch, x, grid):
        return torch.nn.functional.grid_sample(x, 2 * grid, mode, padding, align)

    return call


GRIDS = [
    Row(
        f"sample {mode} {padding} {align} {len(shapes[1]) - 2}-D",
        sampled(mode, padding, align),
        [shapes],
        domain=(-0.8, 0.8),
        dtypes="float32 float64" if padding == "reflection" else "float64",
        special=False,
        derivatives="float64",
        second=False,
        tolerance=100,
        reason="coordinates far outside lose digits, by which the polynomials are multiplied",
    )
    for mode in ("bilinear", "nearest", "bicubic")
    for padding in ("zeros", "border", "reflection")
    for align in (False, True)
    for shapes in [
        [(2, 3, 4, 5), (2, 3, 2, 2)], [(0, 1, 2, 2), (0, 1, 1, 2)], [(1, 2, 3, 1, 4), (1, 2, 3, 2, 3)]
    ]
    if mode != "bicubic" or len(shapes[0]) == 4
]  # fmt: skip

test_values, test_derivatives, test_transforms = checks_of(
    [*ROWS, *DTYPES, *SHUFFLES, *AFFINE, *GRIDS]
)


def both(call, *arrays, dtype="float64"):
    """What both libraries make of the same arrays."""
    return [outcome(call, lib, *tensors(lib, arrays, dtype)) for lib in (rushlight, torch)]


# -- interpolation ---------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact", "linear"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_many_lengths(mode, dtype):
    """The element chosen where a place is between two, to a rounding."""
    rng = np.random.default_rng(0)
    for n, count in rng.integers(1, 300, (30, 2)).tolist():
        x = rng.standard_normal((1, 1, n))
        call = interpolated(count, mode=mode)
        same(*both(call, x, dtype=dtype), ROWS[0]._replace(tolerance=100, reason="far places"))


@pytest.mark.parametrize(("mode", "rank"), MODES)
def test_a_factor_near_one(mode, rank):
    """Lengths stay, but some modes move the elements all the same."""
    x = np.random.default_rng(0).standard_normal((1, 2, *[20] * rank))
    same(*both(interpolated(scale_factor=1.03, mode=mode), x), ROWS[0])


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("size", [(3, 5), (9, 12), (8, 10)])
def test_bytes(mode, antialias, size):
    if mode == "nearest" and antialias:
        pytest.skip("not a mode")
    x = np.random.default_rng(0).integers(0, 256, (2, 3, 8, 7))
    call = interpolated(size, mode=mode, antialias=antialias)
    same(*both(call, x, dtype="uint8"), ROWS[0])


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("size", [3, 6, 9])
def test_infinities_stay_where_they_are(mode, size):
    x = np.ones((1, 1, 6, 6))
    x[0, 0, 2, 3] = np.inf
    same(*both(interpolated(size, mode=mode), x), ROWS[0])


def test_antialias_to_one_column():
    """PyTorch reads the first row alone there: its results for all rows are those of the first."""
    x = rushlight.arange(30.0).view(1, 1, 6, 5)
    out = rushlight.nn.functional.interpolate(x, (6, 1), mode="bilinear", antialias=True)
    assert np.allclose(out.flatten().numpy(), 2 + 5 * np.arange(6), 1e-5)


@pytest.mark.parametrize("name", ["upsample", "upsample_nearest", "upsample_bilinear"])
def test_old_names(name):
    found = []
    for lib in (rushlight, torch):
        x = lib.arange(16.0).view(1, 1, 4, 4)
        with pytest.warns(UserWarning, match="is deprecated. Use") as caught:
            out = getattr(lib.nn.functional, name)(x, scale_factor=1.5)
        found.append((out.tolist(), [str(w.message) for w in caught]))
    np.testing.assert_allclose(found[0][0], found[1][0], 1e-5)
    assert found[0][1] == found[1][1]


@pytest.mark.parametrize(
    "options",
    [
        {"size": 3}, {"size": 3, "mode": "nearest-exact"}, {"size": 3, "mode": "bilinear"},
        {"size": 3, "mode": "bicubic"}, {"size": 3, "mode": "bilinear", "antialias": True},
        {"size": 2, "mode": "area"}, {"size": 1, "mode": "area"},
    ],
    ids=str,
)  # fmt: skip
def test_channels_last(options):
    found = []
    for lib in (rushlight, torch):
        x = lib.ones(2, 3, 6, 6).contiguous(memory_format=lib.channels_last)
        found.append(lib.nn.functional.interpolate(x, **options).stride())
        found.append(lib.pixel_unshuffle(x, 2).stride())
    assert found[:2] == found[2:]


BAD = [
    ((1, 2, 6), {}),
    ((1, 2, 6), {"size": 3, "scale_factor": 2}),
    ((1, 2, 6), {"size": (3, 3)}),
    ((1, 2, 6), {"size": (3.5,)}),
    ((1, 2, 6), {"scale_factor": (1, 2)}),
    ((1, 2, 6), {"size": 3, "mode": "foo"}),
    ((1, 2, 6), {"size": 3, "mode": "bilinear"}),
    ((1, 2, 6), {"size": 3, "mode": "bicubic"}),
    ((1, 2), {"size": 3}),
    ((1, 2, 6), {"size": 0}),
    ((1, 2, 0), {"size": 3}),
    ((1, 0, 6), {"size": 3}),
    ((1, 0, 6, 6), {"size": 3, "mode": "bilinear"}),
    ((1, 2, 0, 6), {"size": 3, "mode": "bilinear"}),
    ((1, 2, 6, 6, 6), {"size": 0}),
    ((1, 2, 6), {"size": 3, "align_corners": True}),
    ((1, 2, 6), {"size": 3, "recompute_scale_factor": True}),
    ((1, 2, 6), {"size": 3, "antialias": True}),
    ((1, 2, 6, 6), {"size": 3, "mode": "lanczos"}),
    ((1, 2, 6, 6), {"size": 3, "mode": "lanczos", "antialias": True, "align_corners": True}),
    ((1, 2, 6), {"scale_factor": 0.1}),
]


@pytest.mark.parametrize(("shape", "options"), BAD, ids=str)
def test_refusals(shape, options):
    ours, theirs = both(interpolated(**options), np.zeros(shape))
    assert isinstance(theirs, Exception)
    same(ours, theirs, ROWS[0])


@pytest.mark.parametrize("options", [{"size": 3.5}, {"size": "a"}, {"scale_factor": "a"}], ids=str)
def test_wrong_types(options):
    ours, theirs = both(interpolated(**options), np.zeros((1, 2, 6)))
    assert type(ours) is type(theirs) is TypeError
    assert str(theirs).startswith(str(ours))


# -- grids -----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("align", [False, True])
def test_places_on_and_between_elements(mode, padding, align):
    at = [-3, -1.25, -1, -0.75, -0.5, -0.25, 0, 0.5, 0.75, 1, 2.5]

    def call(torch, x, grid):
        x.requires_grad_(), grid.requires_grad_()
        out = torch.nn.functional.grid_sample(x, grid, mode, padding, align)
        return out, *torch.autograd.grad((out**2).sum(), (x, grid))

    grid = np.stack(np.meshgrid(at, at), -1)[None]
    same(*both(call, np.arange(16.0).reshape(1, 1, 4, 4) ** 2, grid), GRIDS[0])


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("rank", [2, 3])
def test_all_derivatives(mode, padding, rank):
    """PyTorch has no second derivatives and no forward mode: finite differences."""
    if mode == "bicubic" and rank == 3:
        pytest.skip("not a mode")
    rng = np.random.default_rng(1)
    shapes = (1, 2 if rank == 2 else 1, *[3, 2, 2][:rank]), (1, *[2, 1, 1][:rank], rank)
    inputs = [
        rushlight.tensor(rng.uniform(-1.2, 1.2, s).tolist(), dtype=rushlight.float64)
        for s in shapes
    ]

    def call(x, grid):
        return rushlight.nn.functional.grid_sample(x, grid, mode, padding, False)

    leaves = [t.requires_grad_() for t in inputs]
    check, again = rushlight.autograd.gradcheck, rushlight.autograd.gradgradcheck
    assert check(call, leaves, check_forward_ad=True)
    assert again(call, leaves)
    assert (call(*leaves).grad_fn.name()) == f"GridSampler{rank}DBackward0"


def test_transforms_of_grid_gradients():
    """The parts of the gradient are operations with rules of their own."""
    from rushlight.ops import grid_sample as ops

    g, x = rushlight.rand(3, 1, 2, 4, dtype=rushlight.float64), rushlight.rand(3, 1, 2, 5)
    x, w = x.double(), rushlight.rand(3, 1, 2, 4, dtype=rushlight.float64)
    places = rushlight.tensor([[[0, 4, -1, 2], [1, 1, 3, -1]]]).expand(3, 1, 2, 4)
    for op, arguments, extra in [
        (ops.sampled, (x, w), ()), (ops.spread, (g, w), (5,)), (ops.matched, (g, x), ()),
    ]:  # fmt: skip
        whole = op(*arguments, places, *extra)
        mapped = rushlight.func.vmap(lambda a, b, p, f=op, e=extra: f(a, b, p, *e))
        assert (mapped(*arguments, places) == whole).all()
        one = [t[0].requires_grad_() for t in arguments]
        function = lambda a, b, f=op, e=extra: f(a, b, places[0], *e)  # noqa: E731
        assert rushlight.autograd.gradcheck(function, one, check_forward_ad=True)


GRID_BAD = {
    "last dim": ((1, 2, 6, 6), (1, 3, 3, 3), {}),
    "batch": ((1, 2, 6, 6), (2, 3, 3, 2), {}),
    "rank": ((1, 2, 6), (1, 3, 1), {}),
    "ranks": ((1, 2, 6, 6), (1, 3, 3, 3, 3), {}),
    "mode": ((1, 2, 6, 6), (1, 3, 3, 2), {"mode": "foo"}),
    "padding": ((1, 2, 6, 6), (1, 3, 3, 2), {"padding_mode": "foo"}),
    "empty": ((1, 2, 0, 6), (1, 3, 3, 2), {}),
    "bicubic": ((1, 2, 2, 2, 2), (1, 3, 3, 3, 3), {"mode": "bicubic"}),
}


@pytest.mark.parametrize("case", GRID_BAD.values(), ids=GRID_BAD)
def test_grids_refused(case):
    shape, grid, options = case

    def call(torch, x, grid):
        return torch.nn.functional.grid_sample(x, grid, align_corners=False, **options)

    ours, theirs = both(call, np.zeros(shape), np.zeros(grid))
    assert isinstance(theirs, Exception)
    same(ours, theirs, ROWS[0])


@pytest.mark.parametrize("dtype", ["int64", "complex64"])
def test_dtypes_of_grids(dtype):
    def call(torch, x, grid):
        return torch.nn.functional.grid_sample(x, grid, align_corners=False)

    same(*both(call, np.zeros((1, 1, 2, 2)), np.zeros((1, 1, 1, 2)), dtype=dtype), ROWS[0])

    def mixed(torch, x, grid):
        return call(torch, x.double(), grid.float())

    same(*both(mixed, np.zeros((1, 1, 2, 2)), np.zeros((1, 1, 1, 2))), ROWS[0])


AFFINE_BAD = {
    "matrix": ((2, 3, 3), (2, 1, 3, 3)),
    "3-D": ((2, 2, 3), (2, 1, 3, 3, 3)),
    "size": ((2, 2, 3), (2, 1, 3)),
    "empty": ((2, 2, 3), (2, 1, 3, 0)),
    "batch": ((2, 2, 3), (3, 1, 3, 3)),
}


@pytest.mark.parametrize("case", AFFINE_BAD.values(), ids=AFFINE_BAD)
def test_affine_grids_refused(case):
    ours, theirs = both(affine(case[1], False), np.zeros(case[0]))
    assert isinstance(theirs, Exception)
    same(ours, theirs, ROWS[0])


DEFAULTS = {
    "grid_sample": lambda f, grid, theta: f.grid_sample(grid.permute(0, 3, 1, 2), grid),
    "affine_grid": lambda f, grid, theta: f.affine_grid(theta, (1, 1, 2, 2)),
    "one column": lambda f, grid, theta: f.affine_grid(theta, (1, 1, 2, 1), True),
}


@pytest.mark.parametrize("call", DEFAULTS.values(), ids=DEFAULTS)
def test_warnings_of_defaults(call):
    found = []
    for lib in (rushlight, torch):
        grid, theta = lib.zeros(1, 2, 2, 2), lib.eye(2, 3).view(1, 2, 3)
        with pytest.warns(UserWarning, match="grid") as caught:
            call(lib.nn.functional, grid, theta)
        found.append([str(w.message) for w in caught])
    assert found[0] == found[1]


NUMBERED = {
    "grid_sampler": lambda torch, x, g: torch.grid_sampler(x[0], g[0], 0, 1, False),
    "grid_sampler_2d": lambda torch, x, g: torch.grid_sampler_2d(x[0], g[0], 2, 0, True),
    "grid_sampler_3d": lambda torch, x, g: torch.grid_sampler_3d(
        x.view(1, 2, 3, 4, 1), g.view(1, 1, 1, 4, 3), 1, 2, False
    ),
    "affine_grid_generator": lambda torch, x, g: torch.affine_grid_generator(
        g.view(2, 2, 3), (2, 1, 2, 3), True
    ),
    "not 3-D": lambda torch, x, g: torch.grid_sampler_3d(x[0], g[0], 0, 0, False),
    "not 4-D": lambda torch, x, g: torch.affine_grid_generator(g.view(2, 2, 3), (2, 1, 2), True),
    "negative": lambda torch, x, g: torch.affine_grid_generator(
        g.view(2, 2, 3), (2, 1, -2, 3), True
    ),
}


@pytest.mark.parametrize("call", NUMBERED.values(), ids=NUMBERED)
def test_numbered_modes(call):
    rng = np.random.default_rng(0)
    same(
        *both(call, rng.standard_normal((1, 1, 2, 3, 4)), rng.uniform(-1, 1, (1, 1, 2, 3, 2))),
        GRIDS[0],
    )


# -- pixels ----------------------------------------------------------------------------------

PIXEL_BAD = {
    "rank": ("pixel_shuffle", (3, 3), 1), "factor": ("pixel_shuffle", (3, 3, 3), 0),
    "channels": ("pixel_shuffle", (3, 3, 3), 2), "negative": ("pixel_unshuffle", (3, 3, 3), -1),
    "height": ("pixel_unshuffle", (3, 3, 4), 2), "width": ("pixel_unshuffle", (3, 4, 3), 2),
    "float": ("pixel_shuffle", (4, 3, 3), 2.0),
}  # fmt: skip


@pytest.mark.parametrize("case", PIXEL_BAD.values(), ids=PIXEL_BAD)
def test_shuffles_refused(case):
    name, shape, r = case
    ours, theirs = both(shuffled(name, r), np.zeros(shape))
    assert isinstance(theirs, Exception)
    same(ours, theirs, ROWS[0])
