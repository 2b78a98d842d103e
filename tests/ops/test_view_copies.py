"""The copying forms of views: values, derivatives, and that nothing is shared."""

from functools import partial

import pytest

import rushlight
from tests.ops.checker import Row, checks_of

torch = pytest.importorskip("torch")

row = partial(
    Row, shapes=[[(2, 3)], [(3, 3)]], dtypes="float32", derivatives="float64", special=False
)
ROWS = [
    row("alias_copy", lambda torch, x: torch.alias_copy(x)),
    row("as_strided_copy", lambda torch, x: torch.as_strided_copy(x, (2, 2), (1, 2))),
    row("expand_copy", lambda torch, x: torch.expand_copy(x, (2, -1, 3))),
    row("permute_copy", lambda torch, x: torch.permute_copy(x, (1, 0))),
    row("select_copy", lambda torch, x: torch.select_copy(x, 0, 1)),
    row("slice_copy", lambda torch, x: torch.slice_copy(x, 1, 0, None, 2)),
    row("split_copy", lambda torch, x: torch.split_copy(x, 1)),
    row("split_with_sizes_copy", lambda torch, x: torch.split_with_sizes_copy(x, [1, 2], 1)),
    row("squeeze_copy", lambda torch, x: torch.squeeze_copy(x)),
    row("squeeze_copy.dim", lambda torch, x: torch.squeeze_copy(x, 0)),
    row("squeeze_copy.dims", lambda torch, x: torch.squeeze_copy(x, (0, 1))),
    row("t_copy", lambda torch, x: torch.t_copy(x)),
    row("transpose_copy", lambda torch, x: torch.transpose_copy(x, 0, 1)),
    row("unbind_copy", lambda torch, x: torch.unbind_copy(x)),
    row("unfold_copy", lambda torch, x: torch.unfold_copy(x, 0, 2, 1)),
    row("unsqueeze_copy", lambda torch, x: torch.unsqueeze_copy(x, 0)),
    row("view_copy", lambda torch, x: torch.view_copy(x, (-1,))),
    row("unsafe_split_with_sizes", lambda torch, x: torch.unsafe_split_with_sizes(x, [1, 2], 1)),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)


@pytest.mark.parametrize("call", [r.call for r in ROWS], ids=[r.name for r in ROWS])
def test_nothing_is_shared(call):
    x = rushlight.zeros(3, 3)
    out = call(rushlight, x)
    for t in out if isinstance(out, tuple) else [out]:
        assert not t._is_view()
        if "unsafe" not in call.__code__.co_names[0]:
            t.fill_(1)
    assert x.sum().item() == 0


def test_several_results_into_given_tensors():
    for lib in (torch, rushlight):
        given = [lib.empty(0), lib.empty(0)]
        assert lib.unbind_copy(lib.arange(2.0), out=given) is None
        assert [t.item() for t in given] == [0.0, 1.0]


def test_bytes_as_another_dtype():
    for lib in (torch, rushlight):
        x = lib.ones(2)
        y = lib.view_copy(x, lib.int32)
        y.zero_()
        assert x.tolist() == [1.0, 1.0]
