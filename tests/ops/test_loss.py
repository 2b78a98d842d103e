"""Losses against PyTorch: values, derivatives, graphs, warnings and errors."""

import numpy as np
import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.ops.test_matmul import graph_of

torch = pytest.importorskip("torch")

PAIR = [[(), ()], [(3,), (3,)], [(2, 3), (2, 3)], [(0, 3), (0, 3)]]
ROWS_OF_THREE = [[(2, 3)], [(3,)]]
REAL = "float16 float32 float64"
REDUCTIONS = ("mean", "sum", "none")
UNIT = (0.05, 0.95)
BLUNT = "PyTorch adds 1e-12 to a denominator of the second derivative"


def loss(name, reduction="mean", **options):
    def call(torch, x, t):
        return getattr(torch.nn.functional, name)(x, t, reduction=reduction, **options)

    return call


def pairs(name, label="", **fields):
    """Rows of a loss of input and target, one per reduction; `options` go to the loss."""
    options = fields.pop("options", {})
    settings = {
        "shapes": PAIR,
        "dtypes": REAL,
        "derivatives": "float32 float64",
        "special": False,
        **fields,
    }
    return [Row(f"{name} {label}{r}", loss(name, r, **options), **settings) for r in REDUCTIONS]


def of_classes(name, targets, label="", weights=None, **options):
    """A loss of scores and fixed class indices."""

    def call(torch, x):
        more = dict(options)
        if weights is not None:
            more["weight"] = torch.tensor(weights, dtype=x.dtype)
        return getattr(torch.nn.functional, name)(x, torch.tensor(targets), **more)

    return Row(
        f"{name} {label}",
        call,
        [[(*np.shape(targets)[:1], 3, *np.shape(targets)[1:])]],
        dtypes="float32 float64" if name.startswith("multi") else REAL,
        derivatives="float32 float64",
        special=False,
        second=not name.startswith("multi"),
    )


def embeddings(name, *more, **options):
    """A loss of two samples' embeddings."""
    return lambda torch, a, b: getattr(torch.nn.functional, name)(
        a, b, *[torch.tensor(m) for m in more], **options
    )


ROWS = [
    *pairs("mse_loss", dtypes=REAL + " int64"),
    *pairs("l1_loss", dtypes=REAL + " int64 complex64"),
    *pairs("smooth_l1_loss"),
    *pairs("smooth_l1_loss", "wide ", options={"beta": 2.5}),
    *pairs("smooth_l1_loss", "sharp ", options={"beta": 0}),
    *pairs("huber_loss", options={"delta": 0.7}),
    *pairs(
        "binary_cross_entropy",
        domain=UNIT,
        dtypes="float32 float64",
        derivatives="float64",
        tolerance=500,
        reason=BLUNT,
    ),
    *pairs("binary_cross_entropy_with_logits", dtypes="float32 float64"),
    *pairs("kl_div", "log ", options={"log_target": True}, shapes=PAIR[:3], dtypes="float64")[1:],
    *pairs("kl_div", domain=UNIT, shapes=PAIR[:3], dtypes="float64")[1:],
    Row(
        "kl_div batchmean",
        loss("kl_div", "batchmean"),
        [[(2, 3), (2, 3)], [(), ()]],
        domain=UNIT,
        dtypes="float64",
        derivatives="float64",
        special=False,
    ),
    *pairs("poisson_nll_loss", dtypes="float64"),
    *pairs(
        "poisson_nll_loss",
        "full ",
        options={"full": True},
        domain=(0.5, 4),
        dtypes="float64",
        derivatives="",
    ),
    *pairs(
        "poisson_nll_loss",
        "rates ",
        options={"log_input": False},
        domain=(0.5, 4),
        dtypes="float64",
    ),
    Row(
        "mse_loss of special values",
        loss("mse_loss", "none"),
        [[(3,), (3,)]],
        dtypes="float32",
        derivatives="",
    ),
    Row(
        "huber_loss of special values",
        loss("huber_loss", "none"),
        [[(3,), (3,)]],
        dtypes="float32",
        derivatives="",
    ),
    Row(
        "logits of special values",
        loss("binary_cross_entropy_with_logits", "none"),
        [[(3,), (3,)]],
        dtypes="float32",
        derivatives="",
    ),
    *[
        Row(
            f"{name} unequal",
            loss(name),
            [[(2, 3), (3,)], [(2, 3), (2, 2)]],
            dtypes="float64",
            derivatives="",
            special=False,
        )
        for name in (
            "mse_loss",
            "l1_loss",
            "smooth_l1_loss",
            "huber_loss",
            "binary_cross_entropy",
            "binary_cross_entropy_with_logits",
        )
    ],
    *[
        Row(
            f"{name} reduction",
            loss(name, "average"),
            [[(2,), (2,)]],
            dtypes="float64",
            derivatives="",
            special=False,
        )
        for name in (
            "mse_loss",
            "l1_loss",
            "smooth_l1_loss",
            "huber_loss",
            "binary_cross_entropy",
            "binary_cross_entropy_with_logits",
            "kl_div",
            "poisson_nll_loss",
            "soft_margin_loss",
            "hinge_embedding_loss",
            "multilabel_soft_margin_loss",
        )
    ],
    *[
        Row(
            f"{name} size_average",
            loss(name, size_average=False),
            [[(2,), (2,)]],
            dtypes="float64",
            derivatives="",
            special=False,
        )
        for name in ("mse_loss", "l1_loss", "binary_cross_entropy_with_logits", "soft_margin_loss")
    ],
    Row(
        "smooth_l1_loss negative beta",
        loss("smooth_l1_loss", beta=-1.0),
        PAIR,
        derivatives="",
        dtypes="float64",
        special=False,
    ),
    Row(
        "huber_loss delta 0",
        loss("huber_loss", delta=0),
        PAIR,
        derivatives="",
        dtypes="float64",
        special=False,
    ),
    Row(
        "binary_cross_entropy outside",
        loss("binary_cross_entropy"),
        [[(9,), (9,)]],
        dtypes="float32 int64",
        derivatives="",
        special=False,
    ),
    *[
        Row(
            f"{name} weight {r}",
            lambda torch, x, t, w, name=name, r=r: getattr(torch.nn.functional, name)(
                x, t, weight=w, reduction=r
            ),
            [[(2, 3), (2, 3), (2, 3)]],
            domain=UNIT,
            dtypes="float64",
            derivatives="float64",
            special=False,
        )
        for name in ("mse_loss", "l1_loss", "huber_loss")
        for r in REDUCTIONS
    ],
    *[
        Row(
            f"{name} weight {r}",
            lambda torch, x, t, name=name, r=r: getattr(torch.nn.functional, name)(
                x, t, weight=x.new_tensor([1.0, 2.0, 0.5]), reduction=r
            ),
            [[(2, 3), (2, 3)]],
            domain=UNIT,
            dtypes="float64",
            derivatives="float64",
            special=False,
            tolerance=500,
            reason=BLUNT,
        )
        for name in (
            "binary_cross_entropy",
            "binary_cross_entropy_with_logits",
            "multilabel_soft_margin_loss",
        )
        for r in REDUCTIONS
    ],
    *[
        Row(
            f"pos_weight {r}",
            lambda torch, x, t, r=r: torch.nn.functional.binary_cross_entropy_with_logits(
                x, t, pos_weight=x.new_tensor([1.0, 2.0, 0.5]), reduction=r
            ),
            [[(2, 3), (2, 3)], [(3,), (3,)]],
            dtypes="float64",
            derivatives="float64",
            special=False,
        )
        for r in REDUCTIONS
    ],
    *[
        Row(
            f"cross_entropy probabilities {r}",
            lambda torch, x, t, r=r: torch.nn.functional.cross_entropy(
                x, t, x.detach().new_tensor([1.0, 2.0, 0.5]), reduction=r, label_smoothing=0.1
            ),
            [[(2, 3), (2, 3)], [(3,), (3,)], [(2, 3, 4), (2, 3, 4)]],
            dtypes="float64",
            derivatives="float64",
            special=False,
            node=False,
        )
        for r in REDUCTIONS
    ],
    Row(
        "gaussian_nll_loss",
        lambda torch, x, t, v: torch.nn.functional.gaussian_nll_loss(x, t, v, full=True),
        [
            [(2, 3), (2, 3), (2, 3)],
            [(2, 3), (2, 3), (2,)],
            [(2, 3), (2, 3), (2, 1)],
            [(2, 3), (2, 3), (4,)],
        ],
        domain=UNIT,
        dtypes="float32 float64",
        derivatives="float64",
        special=False,
        vmap=False,
    ),
    Row(
        "gaussian_nll_loss negative",
        lambda torch, x, t, v: torch.nn.functional.gaussian_nll_loss(x, t, -v),
        [[(3,), (3,), (3,)]],
        domain=UNIT,
        dtypes="float64",
        derivatives="",
        special=False,
    ),
    *[of_classes("nll_loss", [0, 2, 1], r, reduction=r) for r in REDUCTIONS],
    *[
        of_classes(
            "nll_loss", [0, 2, 1], f"weighted {r}", [1.0, 2.0, 0.5], ignore_index=2, reduction=r
        )
        for r in REDUCTIONS
    ],
    *[
        of_classes("nll_loss", [[[0, 1], [2, 2]]], f"images {r}", [1.0, 2.0, 0.5], reduction=r)
        for r in REDUCTIONS
    ],
    *[of_classes("cross_entropy", [0, 2, -100], r, reduction=r) for r in REDUCTIONS],
    *[
        of_classes("cross_entropy", [[0, 2], [1, 1]], f"sequences {r}", reduction=r)
        for r in REDUCTIONS
    ],
    *[
        of_classes(
            "cross_entropy",
            [0, 2, -100],
            f"smoothed {r}",
            [1.0, 2.0, 0.5],
            reduction=r,
            label_smoothing=0.2,
        )
        for r in REDUCTIONS
    ],
    *[
        of_classes("multi_margin_loss", [0, 2, 1], f"{p} {r}", [1.0, 2.0, 0.5], p=p, reduction=r)
        for r in REDUCTIONS
        for p in (1, 2)
    ],
    *[
        Row(
            f"multilabel_margin_loss {r}",
            lambda torch, x, r=r: torch.nn.functional.multilabel_margin_loss(
                x, torch.tensor([[1, -1, 0], [2, 0, -1]]), reduction=r
            ),
            [[(2, 3)]],
            dtypes="float32 float64",
            derivatives="float64",
            special=False,
            second=False,
        )
        for r in REDUCTIONS
    ],
    *[
        Row(
            f"soft_margin_loss {r}",
            lambda torch, x, r=r: torch.nn.functional.soft_margin_loss(
                x, torch.tensor([1.0, -1.0, 1.0]), reduction=r
            ),
            ROWS_OF_THREE,
            dtypes="float32 float64",
            derivatives="float64",
            special=False,
        )
        for r in REDUCTIONS
    ],
    *[
        Row(
            f"hinge_embedding_loss {r}",
            lambda torch, x, r=r: torch.nn.functional.hinge_embedding_loss(
                x, torch.tensor([1, -1, 1]), margin=0.5, reduction=r
            ),
            ROWS_OF_THREE,
            dtypes=REAL,
            derivatives="float64",
            special=False,
        )
        for r in REDUCTIONS
    ],
    *[
        Row(
            f"cosine_embedding_loss {r}",
            embeddings("cosine_embedding_loss", [1, -1], margin=0.1, reduction=r),
            [[(2, 3), (2, 3)]],
            dtypes="float32 float64 int64",
            derivatives="float64",
            special=False,
        )
        for r in REDUCTIONS
    ],
    *[
        Row(
            f"margin_ranking_loss {r}",
            embeddings("margin_ranking_loss", [1, -1, 1], margin=0.3, reduction=r),
            [[(3,), (3,)], [(2, 3), (3,)]],
            dtypes=REAL + " int64",
            derivatives="float64",
            special=False,
        )
        for r in REDUCTIONS
    ],
    *[
        Row(
            f"triplet_margin_loss {p} {r}",
            lambda torch, a, b, c, p=p, r=r: torch.nn.functional.triplet_margin_loss(
                a, b, c, p=p, swap=p == 1, reduction=r
            ),
            [[(2, 3), (2, 3), (2, 3)], [(3,), (3,), (3,)], [(2, 3), (2, 3), (3,)]],
            dtypes="float32 float64",
            derivatives="float64",
            special=False,
            tolerance=5,
            reason="norms of differences, in another order of additions",
        )
        for r in REDUCTIONS
        for p in (1, 2)
    ],
    *[
        Row(
            f"triplet_margin_with_distance_loss {r}",
            lambda torch, a, b, c, r=r: torch.nn.functional.triplet_margin_with_distance_loss(
                a,
                b,
                c,
                distance_function=lambda x, y: (x - y).abs().amax(-1),
                swap=True,
                reduction=r,
            ),
            [[(2, 3), (2, 3), (2, 3)]],
            dtypes="float64",
            derivatives="float64",
            special=False,
        )
        for r in REDUCTIONS
    ],
    Row(
        "cosine_similarity",
        lambda torch, a, b: torch.cosine_similarity(a, b, dim=-1),
        [[(3,), (3,)], [(2, 3), (3,)], [(2, 1, 3), (4, 3)], [(2, 3), (2, 4)]],
        dtypes="float32 float64 int64",
        derivatives="float64",
        special=False,
    ),
    *[
        Row(
            f"pairwise_distance {p}",
            lambda torch, a, b, p=p: torch.pairwise_distance(a, b, p, keepdim=p == 1),
            [[(3,), (3,)], [(2, 3), (3,)], [(2, 3), (2, 4)]],
            dtypes="float32 float64",
            derivatives="float64",
            special=False,
            node=False,
            tolerance=5,
            reason="norms of differences, in another order of additions",
        )
        for p in (1, 2, 3)
    ],
    *[
        Row(
            f"cdist {p}",
            lambda torch, a, b, p=p: torch.cdist(a, b, p),
            [[(2, 3), (4, 3)], [(5, 1, 2, 3), (2, 4, 3)], [(2, 3), (4, 4)], [(3,), (2, 3)]],
            dtypes="float32 float64",
            derivatives="float64",
            special=False,
            second=False,
            tolerance=20,
            reason="PyTorch sums the differences' powers in vectors",
        )
        for p in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, float("inf"))
    ],
    *[
        Row(
            f"pdist {p}",
            lambda torch, x, p=p: torch.pdist(x, p),
            [[(4, 3)], [(1, 3)], [(3,)]],
            dtypes="float32 float64",
            derivatives="float64",
            special=False,
            second=False,
            vmap=False,
            tolerance=20,
            reason="PyTorch sums the differences' powers in vectors",
        )
        for p in (1.0, 2.0, 3.0)
    ],
    Row(
        "dist",
        lambda torch, a, b: torch.dist(a, b, 3),
        [[(2, 3), (3,)], [(2,), (3,)]],
        dtypes="float32 float64",
        derivatives="float64",
        special=False,
        node=False,
        tolerance=5,
        reason="PyTorch sums the differences' powers in vectors",
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)

BAD_TARGETS = {
    "int32": ((2, 3), [0, 1], "int32"), "float": ((2, 3), [0, 1], "float32"),
    "too large": ((2, 3), [0, 3], "int64"), "negative": ((2, 3), [0, -1], "int64"),
    "fewer": ((2, 3), [0], "int64"), "one": ((2, 3), 0, "int64"),
    "sequence": ((2, 3, 4), [[0] * 5] * 2, "int64"), "image": ((1, 3, 2, 2), [[0, 0]], "int64"),
    "image size": ((1, 3, 2, 2), [[[0] * 3] * 2], "int64"), "scalar": ((), 0, "int64"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["nll_loss", "cross_entropy"])
@pytest.mark.parametrize("case", BAD_TARGETS)
def test_targets_that_do_not_fit(name, case):
    shape, target, dtype = BAD_TARGETS[case]
    errors = []
    for lib in (rushlight, torch):
        with pytest.raises((RuntimeError, ValueError, IndexError)) as caught:
            getattr(lib.nn.functional, name)(
                lib.ones(shape), lib.tensor(target, dtype=getattr(lib, dtype))
            )
        errors.append((type(caught.value), str(caught.value)))
    assert errors[0] == errors[1]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("targets", [[], [-100, -100]])
def test_no_targets_that_count(reduction, targets):
    found = []
    for lib in (rushlight, torch):
        x = lib.ones(len(targets), 3, requires_grad=True)
        t = lib.tensor(targets, dtype=lib.int64)
        out = lib.nn.functional.cross_entropy(x, t, reduction=reduction)
        out.sum().backward()
        found.append((out.detach().numpy(), x.grad.numpy()))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_array_equal(ours, theirs)


WITH_GRAPHS = {
    "mse": lambda F, x, t, i: F.mse_loss(x, t), "l1": lambda F, x, t, i: F.l1_loss(x, t),
    "bce": lambda F, x, t, i: F.binary_cross_entropy(x, t, weight=t),
    "logits": lambda F, x, t, i: F.binary_cross_entropy_with_logits(x, t, pos_weight=t),
    "ce": lambda F, x, t, i: F.cross_entropy(x, i), "nll": lambda F, x, t, i: F.nll_loss(x, i),
    "sequence": lambda F, x, t, i: F.cross_entropy(x[..., None], i[:, None], reduction="none"),
    "kl": lambda F, x, t, i: F.kl_div(x, t, reduction="sum"),
    "poisson": lambda F, x, t, i: F.poisson_nll_loss(x, t),
    "gaussian": lambda F, x, t, i: F.gaussian_nll_loss(x, t, x, full=True),
    "margin": lambda F, x, t, i: F.multi_margin_loss(x, i),
    "soft": lambda F, x, t, i: F.soft_margin_loss(x, t),
    "cosine": lambda F, x, t, i: F.cosine_similarity(x, t),
}  # fmt: skip


@pytest.mark.parametrize("name", WITH_GRAPHS)
def test_records_what_pytorch_records(name):
    graphs = []
    for lib in (rushlight, torch):
        x = lib.full((2, 3), 0.5, requires_grad=True)
        t, i = lib.full((2, 3), 0.25), lib.tensor([0, 2])
        graphs.append(graph_of(WITH_GRAPHS[name](lib.nn.functional, x, t, i)))
    assert graphs[0] == graphs[1]


def test_weights_cannot_require_gradients():
    x = rushlight.full((2, 3), 0.5)
    w = rushlight.ones(3, requires_grad=True)
    with pytest.raises(RuntimeError, match="not differentiable with respect to argument 'weight'"):
        rushlight.nn.functional.binary_cross_entropy(x, x, weight=w)


SPELLED = [[1, 3, 1], [3, 3, 1], [4, 1, 3]]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("zero_infinity", [True, False])
@pytest.mark.parametrize("blank", [0, 2])
@pytest.mark.parametrize(("frames", "labels"), [((7, 5, 6), (2, 3, 1)), ((2, 7, 1), (0, 3, 2))])
def test_ctc_loss(frames, labels, blank, zero_infinity, reduction):
    scores = np.random.default_rng(0).normal(size=(7, 3, 5))
    joined = [label for row, n in zip(SPELLED, labels, strict=True) for label in row[:n]]
    found = []
    for lib, targets in ((rushlight, SPELLED), (rushlight, joined), (torch, SPELLED)):
        x = lib.tensor(scores.tolist(), dtype=lib.float64, requires_grad=True)
        out = lib.nn.functional.ctc_loss(
            x.log_softmax(-1), lib.tensor(targets), frames, labels, blank, reduction, zero_infinity
        )
        out.sum().backward()
        found.append((out.detach().numpy(), x.grad.numpy(), graph_of(out)))
    for ours in found[:2]:
        np.testing.assert_allclose(ours[0], found[2][0], 1e-10)
        np.testing.assert_allclose(ours[1], found[2][1], 1e-9, 1e-12)
        assert ours[2] == found[2][2]


@pytest.mark.parametrize("options", [
    {"blank": 9}, {"input_lengths": (9, 1)}, {"target_lengths": (9, 1)}, {"input_lengths": (5,)},
    {"target_lengths": (2,)}, {"reduction": "x"},
])  # fmt: skip
def test_ctc_loss_of_what_does_not_fit(options):
    errors = []
    for lib in (rushlight, torch):
        given = {"input_lengths": (5, 4), "target_lengths": (2, 3), **options}
        with pytest.raises((RuntimeError, ValueError)) as caught:
            lib.nn.functional.ctc_loss(lib.zeros(5, 2, 4), lib.ones(2, 3).long(), **given)
        errors.append(str(caught.value))
    assert errors[0] == errors[1]
