"""How results of operands in other layouts than rows lie in memory, against PyTorch."""

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")

LAYOUTS = {
    "rows": lambda x: x,
    "columns": lambda x: x.mT.contiguous().mT,
    "rotated": lambda x: x.permute(2, 0, 1).contiguous().permute(1, 2, 0),
    "expanded": lambda x: x[:, :, :1].expand(2, 3, 3),
    "stepped": lambda x: x[:, :, ::2],
}
ALONG = (
    *("sum", "mean", "prod", "amax", "amin", "logsumexp", "var", "max", "min", "argmax", "all"),
    *("nansum", "median", "nanmedian", "mode", "cumsum", "cumprod", "logcumsumexp", "cummax"),
    *("cummin", "sort", "argsort", "softmax", "log_softmax", "count_nonzero"),
)
OTHERS = {
    "topk": lambda lib, x: x.topk(2, 1),
    "kthvalue": lambda lib, x: x.kthvalue(2, 0),
    "gather": lambda lib, x: x.gather(1, lib.zeros_like(x, dtype=lib.int64)),
    "scatter": lambda lib, x: x.scatter(1, index(lib, x), lib.ones_like(x)),
    "scatter number": lambda lib, x: x.scatter(1, index(lib, x), 2.0),
    "scatter_add": lambda lib, x: x.scatter_add(1, index(lib, x), lib.ones_like(x)),
    "scatter_reduce": lambda lib, x: x.scatter_reduce(1, index(lib, x), x, "prod"),
    "index_add": lambda lib, x: x.index_add(0, lib.tensor([0, 1]), x),
    "index_copy": lambda lib, x: x.index_copy(0, lib.tensor([0, 1]), x),
    "index_fill": lambda lib, x: x.index_fill(0, lib.tensor([0]), 2.0),
    "masked_scatter": lambda lib, x: x.masked_scatter(x > 3, lib.ones(18)),
    "masked_fill": lambda lib, x: x.masked_fill(x > 3, 2.0),
}


def index(lib, x):
    return lib.zeros(tuple(x.shape), dtype=lib.int64)


def strides(result):
    """The strides of dims longer than 1."""
    parts = result if isinstance(result, tuple) else (result,)
    return [[s for s, n in zip(t.stride(), t.shape, strict=True) if n > 1] for t in parts]


def same(call, layout):
    array = np.arange(1, 19, dtype=np.float32).reshape(2, 3, 3)
    ours, theirs = (
        strides(call(lib, LAYOUTS[layout](lib.tensor(array)))) for lib in (rushlight, torch)
    )
    assert ours == theirs


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ALONG)
def test_along_a_dim(name, layout):
    for dim in range(3):
        same(lambda lib, x, dim=dim: getattr(x, name)(dim), layout)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", OTHERS)
def test_others(name, layout):
    same(OTHERS[name], layout)
