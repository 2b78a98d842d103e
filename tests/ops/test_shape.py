"""Views: shapes, dims in another order, parts, copies; values, derivatives, memory and errors."""

import warnings
from functools import partial

import numpy as np
import pytest

import rushlight
from rushlight.kernels import once
from tests.ops.checker import Row, checks_of, outcome
from tests.ops.layouts import LAYOUTS, same_layout

torch = pytest.importorskip("torch")


CUBE = [[(2, 3, 4)], [(1, 3, 1)], [(2, 0, 4)]]
MATRIX = [[(2, 3)], [(3, 1)], [(0, 3)]]
ANY = [[()], [(3,)], [(2, 3)], [(2, 1, 4)], [(0, 2)]]

row = partial(Row, dtypes="float32 bool", derivatives="float64", special=False)
ROWS = [
    row("reshape", lambda torch, x: x.reshape(4, -1), [[(2, 3, 4)], [(4,)]]),
    row("reshape.empty", lambda torch, x: torch.reshape(x, (0, 5)), [[(2, 0)]]),
    row("reshape.scalar", lambda torch, x: x.reshape(()), [[()], [(1, 1)]]),
    row("reshape.misfit", lambda torch, x: x.reshape(5, -1), [[(2, 3)]]),
    row("reshape.two_unknown", lambda torch, x: x.reshape(-1, -1), [[(2, 3)]]),
    row("reshape.ambiguous", lambda torch, x: x.reshape(-1, 0), [[(2, 0)]]),
    row("reshape.negative", lambda torch, x: x.reshape(-2, 3), [[(2, 3)]]),
    row("reshape.method_list", lambda torch, x: x.reshape([3, 2]), [[(2, 3)]]),
    row("view", lambda torch, x: x.view(2, -1), CUBE[:2] + [[(2, 2)]]),
    row("view.size", lambda torch, x: x.view(size=(-1,)), CUBE),
    row("view_as", lambda torch, x, y: x.view_as(y), [[(2, 3), (3, 2)]]),
    row("reshape_as", lambda torch, x, y: x.reshape_as(y), [[(2, 3), (3, 2)]]),
    row("ravel", lambda torch, x: torch.ravel(x), ANY),
    row("flatten", lambda torch, x: torch.flatten(x), ANY),
    row("flatten.dims", lambda torch, x: x.flatten(1, -1), CUBE),
    row("flatten.one", lambda torch, x: x.flatten(-2, -2), CUBE),
    row("flatten.order", lambda torch, x: x.flatten(2, 0), CUBE),
    row("unflatten", lambda torch, x: torch.unflatten(x, -1, (2, -1)), [[(3, 4)], [(2,)]]),
    row("unflatten.misfit", lambda torch, x: x.unflatten(0, (5, -1)), [[(3, 4)]]),
    row("unflatten.empty", lambda torch, x: x.unflatten(0, ()), [[(3, 4)]]),
    row("squeeze", lambda torch, x: torch.squeeze(x), [*ANY, [(1, 3, 1)]]),
    row("squeeze.dim", lambda torch, x: x.squeeze(-1), [*ANY, [(3, 1)]]),
    row("squeeze.dims", lambda torch, x: x.squeeze((0, -1)), CUBE),
    row("squeeze.no_dims", lambda torch, x: x.squeeze(()), CUBE),
    row("squeeze.range", lambda torch, x: x.squeeze(3), CUBE),
    row("squeeze.twice", lambda torch, x: x.squeeze((0, -3)), CUBE),
    row("unsqueeze", lambda torch, x: torch.unsqueeze(x, -1), ANY),
    row("unsqueeze.first", lambda torch, x: x.unsqueeze(0), ANY),
    row("unsqueeze.range", lambda torch, x: x.unsqueeze(4), ANY),
    row("expand", lambda torch, x: x.expand(2, -1, 4), [[(3, 1)], [(2, 3, 1)], [(2, 0, 4)]]),
    row("expand.scalar", lambda torch, x: x.expand(2, 3), [[()], [(1,)], [(3,)]]),
    row("expand.misfit", lambda torch, x: x.expand(4, 3), [[(2, 3)], [(2, 2, 3)]]),
    row("expand.new_unknown", lambda torch, x: x.expand(-1, 3), [[(3,)]], vmap=False),
    row("expand_as", lambda torch, x, y: x.expand_as(y), [[(3, 1), (2, 3, 4)]]),
    row("broadcast_to", lambda torch, x: torch.broadcast_to(x, (2, 3)), [[(3,)], [(2, 1)]]),
    row(
        "broadcast_tensors",
        lambda torch, x, y: torch.broadcast_tensors(x, y),
        [[(3, 1), (2, 1, 4)], [(), (2,)], [(0,), (1,)]],
    ),
    row(
        "broadcast_tensors.misfit",
        lambda torch, x, y: torch.broadcast_tensors(x, y),
        [[(3,), (2,)]],
    ),
    row("atleast_1d", lambda torch, x: torch.atleast_1d(x), ANY),
    row("atleast_2d", lambda torch, x: torch.atleast_2d(x), ANY),
    row("atleast_3d", lambda torch, x: torch.atleast_3d(x), ANY),
    row("atleast_2d.several", lambda torch, x, y: torch.atleast_2d(x, y), [[(), (3,)]]),
    row("atleast_3d.list", lambda torch, x, y: torch.atleast_3d([x, y]), [[(), (3,)]]),
    row("transpose", lambda torch, x: torch.transpose(x, 0, -1), ANY),
    row("swapaxes", lambda torch, x: x.swapaxes(-1, 0), ANY),
    row("transpose.range", lambda torch, x: x.transpose(0, 3), CUBE),
    row("transpose.type", lambda torch, x: x.transpose("a", 0), CUBE),
    row("t", lambda torch, x: x.t(), ANY),
    row("T", lambda torch, x: x.T, MATRIX),
    row("mT", lambda torch, x: x.mT, CUBE + MATRIX + [[(3,)]]),
    row(
        "H",
        lambda torch, x: x.H,
        MATRIX + [[(3,)], [(2, 3, 4)]],
        dtypes="float32 complex128",
        derivatives="complex128",
    ),
    row(
        "mH",
        lambda torch, x: x.mH,
        CUBE + [[(3,)]],
        dtypes="float32 complex128",
        derivatives="complex128",
    ),
    row(
        "adjoint",
        lambda torch, x: torch.adjoint(x),
        CUBE + [[(3,)]],
        dtypes="float32 complex128",
        derivatives="complex128",
    ),
    row("permute", lambda torch, x: torch.permute(x, (2, 0, 1)), CUBE),
    row("permute.ints", lambda torch, x: x.permute(-1, 0, 1), CUBE),
    row("permute.short", lambda torch, x: x.permute(0), CUBE),
    row("permute.twice", lambda torch, x: x.permute(0, 0, 1), CUBE),
    row("movedim", lambda torch, x: torch.movedim(x, 0, -1), CUBE),
    row("moveaxis.several", lambda torch, x: x.moveaxis((0, 1), (-1, 0)), CUBE),
    row("movedim.repeated", lambda torch, x: x.movedim((0, -3), (0, 1)), CUBE),
    row("movedim.lengths", lambda torch, x: x.movedim((0, 1), (0,)), CUBE),
    row("select", lambda torch, x: torch.select(x, -1, -1), [[(3,)], [(2, 3)]]),
    row("select.range", lambda torch, x: x.select(0, 3), [[()], [(3,)], [(2, 3)]]),
    row("narrow", lambda torch, x: torch.narrow(x, -1, 1, 2), [[(3,)], [(2, 3)], [(0, 4)]]),
    row("narrow.negative", lambda torch, x: x.narrow(0, -2, 1), [[(3,)], [(2, 3)]]),
    row("narrow.tensor", lambda torch, x: x.narrow(0, torch.tensor(1), 1), [[(3,)], [(2, 3)]]),
    row("narrow.range", lambda torch, x: x.narrow(0, 1, 5), [[(3,)], [()]]),
    row("narrow.start", lambda torch, x: x.narrow(0, 4, 0), [[(3,)]]),
    row("narrow_copy", lambda torch, x: torch.narrow_copy(x, 0, 1, 2), [[(3,)], [(4, 2)]]),
    row("diagonal", lambda torch, x: torch.diagonal(x), MATRIX + CUBE),
    row("diagonal.offset", lambda torch, x: x.diagonal(-1, -1, 0), MATRIX + CUBE),
    row("diagonal.outside", lambda torch, x: x.diagonal(9), MATRIX),
    row("diagonal.same", lambda torch, x: x.diagonal(0, 1, -1), MATRIX),
    row("unfold", lambda torch, x: x.unfold(0, 2, 1), [[(5,)], [(4, 2)]]),
    row("unfold.step", lambda torch, x: x.unfold(-1, 3, 2), [[(7,)], [(2, 5)]]),
    row("unfold.scalar", lambda torch, x: x.unfold(0, 1, 1), [[()]]),
    row("unfold.long", lambda torch, x: x.unfold(0, 9, 1), [[(5,)]]),
    row("unfold.no_step", lambda torch, x: x.unfold(0, 1, 0), [[(5,)]]),
    row("clone", lambda torch, x: torch.clone(x), ANY),
    row("contiguous", lambda torch, x: x.transpose(0, -1).contiguous(), ANY),
    row(
        "chained",
        lambda torch, x: x.transpose(0, 1)[1:].unsqueeze(1).expand(-1, 2, -1).reshape(-1),
        MATRIX,
    ),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)

VIEWS = {
    "reshape": lambda x: x.reshape(-1),
    "reshape split": lambda x: x.reshape((2, -1, *x.shape[1:])),
    "view": lambda x: x.view(-1, 2),
    "flatten": lambda x: x.flatten(1),
    "flatten nothing": lambda x: x.flatten(0, 0),
    "unflatten": lambda x: x.unflatten(0, (-1, 1)),
    "ravel": lambda x: x.ravel(),
    "squeeze": lambda x: x.squeeze(),
    "squeeze dim": lambda x: x.squeeze(0),
    "squeeze dims": lambda x: x.squeeze((0, 1)),
    "unsqueeze 0": lambda x: x.unsqueeze(0),
    "unsqueeze 1": lambda x: x.unsqueeze(1),
    "unsqueeze -1": lambda x: x.unsqueeze(-1),
    "expand": lambda x: x.expand(2, 1, *x.shape),
    "expand_as": lambda x: x.expand_as(x),
    "broadcast_to": lambda x: x.broadcast_to((1, *x.shape)),
    "permute": lambda x: x.permute(1, 2, 0),
    "transpose": lambda x: x.transpose(0, 1),
    "T of a slice": lambda x: x[0].T,
    "t of a slice": lambda x: x[0].t(),
    "mT": lambda x: x.mT,
    "mH": lambda x: x.mH,
    "movedim": lambda x: x.movedim(0, 1),
    "select": lambda x: x.select(1, 0),
    "narrow": lambda x: x.narrow(0, 1, 1),
    "diagonal": lambda x: x.diagonal(0, 0, 2),
    "diagonal below": lambda x: x.diagonal(-1),
    "unfold": lambda x: x.unfold(0, 2, 1),
    "as_strided": lambda x: x.as_strided((2, 2), (1, 2)),
    "contiguous": lambda x: x.contiguous(),
    "clone": lambda x: x.clone(),
    "split": lambda x: x.split(1, 2),
    "split sizes": lambda x: x.split([1, x.shape[0] - 1]),
    "chunk": lambda x: x.chunk(2),
    "unbind": lambda x: x.unbind(1),
    "tensor_split": lambda x: x.tensor_split(2, 1),
    "detach": lambda x: x.detach(),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("shape", [(4, 3, 2), (4, 1, 6)])
def test_layout(name, layout, shape):
    same_layout(VIEWS[name], shape, layout, rushlight, torch)


def test_never_negative_strides():
    for view in VIEWS.values():
        out = view(rushlight.zeros(4, 2, 4).narrow(0, 0, 2))
        for t in out if isinstance(out, tuple) else [out]:
            assert min(t.stride(), default=0) >= 0


def both(program, *args):
    """The outcomes of a program in PyTorch and here, as text."""
    said = []
    for lib in (torch, rushlight):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # given once per process
            result = outcome(program, lib, *args)
        said.append(str(result).partition("\nException raised")[0])
    assert said[1] == said[0] or said[1].startswith(f"{said[0]}\n")  # advice comes after
    return said[0]


VIEW_DTYPES = ["float32", "float16", "int16", "float64", "int64", "complex64", "uint8", "bool"]


@pytest.mark.parametrize("dtype", VIEW_DTYPES)
@pytest.mark.parametrize("shape", [(2, 4), (3,), ()])
def test_view_as_dtype(dtype, shape):
    def program(lib):
        x = lib.arange(8.0)[: int(np.prod(shape))].reshape(shape)
        y = x.view(getattr(lib, dtype))
        return y.shape, y.stride(), y.requires_grad, y._is_view(), y.data_ptr() == x.data_ptr()

    both(program)


@pytest.mark.parametrize("part", [
    lambda x: x.t(), lambda x: x[:, 1:3], lambda x: x[:, :2], lambda x: x[:, ::2],
])  # fmt: skip
def test_view_as_wider_dtype_of_a_part(part):
    both(lambda lib: part(lib.arange(12.0).reshape(3, 4)).view(lib.float64).tolist())


@pytest.mark.parametrize("program", [
    lambda lib: lib.broadcast_shapes((2, 1), (3,), 1),
    lambda lib: lib.broadcast_shapes(),
    lambda lib: lib.broadcast_shapes((2, 3), (4,)),
    lambda lib: lib.broadcast_shapes((2, -3), (4,)),
    lambda lib: lib.zeros(2, 3, 4).T.shape,
    lambda lib: lib.tensor(1.0).T.shape,
    lambda lib: lib.tensor(1.0).mT.shape,
    lambda lib: lib.tensor(1.0).H.shape,
    lambda lib: lib.tensor(1.0).adjoint().shape,
    lambda lib: lib.zeros(2, 3).clone(memory_format=lib.channels_last),
    lambda lib: lib.zeros(2, 3).t().contiguous(memory_format=lib.preserve_format),
    lambda lib: lib.zeros(2, 3, 4, 5).contiguous(memory_format=lib.channels_last).stride(),
    lambda lib: lib.zeros(2, 3, 4, 5).clone(memory_format=lib.channels_last).is_contiguous(),
    lambda lib: lib.zeros(2, 3, 4, 5).clone(memory_format=lib.channels_last).clone().stride(),
    lambda lib: lib.zeros(2, 3, 4, 5).permute(0, 3, 1, 2).is_contiguous(
        memory_format=lib.channels_last),
    lambda lib: lib.zeros(2, 3).t().view(6),
    lambda lib: lib.zeros(2, 3).narrow(0, lib.tensor([0]), 1),
    lambda lib: lib.zeros(2, 3).detach_().requires_grad,
    lambda lib: lib.zeros(2, 3)[0].detach_(),
])  # fmt: skip
def test_said_alike(program):
    both(program)


@pytest.mark.parametrize("look", [
    lambda x: x.T, lambda x: x[0, 0, 0].T, lambda x: x[0, 0, 0].mT, lambda x: x[0, 0, 0].mH,
    lambda x: x[0, 0, 0].H, lambda x: x[0, 0, 0].adjoint(),
])  # fmt: skip
def test_deprecations(look):
    once.forget()
    with pytest.warns(UserWarning, match="deprecated") as caught:
        look(rushlight.zeros(2, 3, 4))
    assert len(caught) == 1


# -- detach and data -------------------------------------------------------------------------


def test_detach_shares_memory_and_version():
    for lib in (torch, rushlight):
        x = lib.ones(3, requires_grad=True)
        y = x * 2
        d = y.detach()
        assert not d.requires_grad
        assert d.is_leaf
        assert d._base is None
        d.add_(1)
        assert (y._version, d._version) == (1, 1)
        assert y.tolist() == [3.0, 3.0, 3.0]


def test_write_through_detach_is_noticed():
    for lib in (torch, rushlight):
        x = lib.ones(3, requires_grad=True)
        y = x.exp()
        y.detach().mul_(2)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            y.sum().backward()


def test_data_has_a_version_of_its_own():
    for lib in (torch, rushlight):
        x = lib.ones(3, requires_grad=True)
        x.data.mul_(3)
        assert x._version == 0
        assert x.tolist() == [3.0, 3.0, 3.0]


def test_assigning_data():
    for lib in (torch, rushlight):
        x = lib.ones(2, requires_grad=True)
        x.data = lib.zeros(3)
        assert x.requires_grad
        assert x.tolist() == [0.0, 0.0, 0.0]
        with pytest.raises(TypeError, match="Variable data has to be a tensor, but got int"):
            x.data = 3


def test_detach_in_place():
    for lib in (torch, rushlight):
        x = lib.ones(2, requires_grad=True)
        y = x * 2
        assert y.detach_() is y
        assert (y.requires_grad, y.grad_fn, y._version) == (False, None, 0)


# -- in-place forms --------------------------------------------------------------------------

WRITTEN = {
    "t_": lambda x: x.t_(),
    "transpose_": lambda x: x.transpose_(0, 1),
    "swapaxes_": lambda x: x.swapaxes_(-1, 0),
    "unsqueeze_": lambda x: x.unsqueeze_(1),
    "squeeze_": lambda x: x.squeeze_(),
    "squeeze_ dim": lambda x: x.squeeze_(0),
    "squeeze_ dims": lambda x: x.squeeze_((0, 1)),
    "as_strided_": lambda x: x.as_strided_((2,), (1,)),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_relaid_in_place(name):
    def program(lib):
        x = lib.arange(3.0).view(1, 3).requires_grad_()
        y = x * 2
        same = WRITTEN[name](y) is y
        y.mul_(3)
        (g,) = lib.autograd.grad(y.square().sum(), x)
        return same, y.grad_fn.name(), y.shape, y._version, g.tolist()

    both(program)


@pytest.mark.parametrize("name", ["t_", "unsqueeze_", "squeeze_ dim"])
def test_relaid_view_leaves_its_base_alone(name):
    def program(lib):
        x = lib.arange(6.0).view(2, 3).requires_grad_()
        base = x * 1
        part = base[:1]
        WRITTEN[name](part)
        seen = part.grad_fn.name(), base.grad_fn.name(), part._base is base, part.shape
        part.mul_(2)
        (g,) = lib.autograd.grad(base.square().sum(), x)
        return *seen, part.grad_fn.name(), base.grad_fn.name(), g.tolist()

    both(program)


def test_relaid_base_keeps_its_views():
    def program(lib):
        x = lib.arange(6.0).view(2, 3).requires_grad_()
        base = x * 1
        part = base[:1]
        base.t_()
        return part.grad_fn.name(), part.tolist(), part._base is base

    both(program)


@pytest.mark.parametrize("name", WRITTEN)
def test_leaf_is_not_relaid(name):
    def program(lib):
        WRITTEN[name](lib.zeros(1, 3, requires_grad=True))

    assert "leaf Variable" in both(program)


def test_views_of_views_have_one_base():
    x = rushlight.zeros(1000)
    y = x
    for _ in range(100):
        y = y.view(10, 100).t().t().reshape(-1)
    assert y._base is x
    assert y.array.base is x.array
