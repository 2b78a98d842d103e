"""One checker for all operations: each is a row, and PyTorch is the oracle.

    ROWS = [
        Row("exp", lambda torch, x: torch.exp(x)),
        Row("atan2", lambda torch, x, y: torch.atan2(x, y)),
        Row("log", lambda torch, x: torch.log(x), domain=(0.1, 3.0)),
        Row("sum", lambda torch, x: torch.sum(x, -1), shapes=[[(3,)], [(2, 3)]]),
    ]

    test_values, test_derivatives, test_transforms = checks_of(ROWS)

A row's `call` is written once and run with both libraries, on tensors with the same elements.  It
takes as many tensors as it has arguments without default after `torch`.  `shapes` lists the shapes
of those tensors, sample by sample; the default covers 0-d, empty, several dims, and broadcasting.
Every sample is also tried with transposed and with expanded inputs.  Where PyTorch raises, the same
type of exception (and, with `message`, the same text) is expected.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")

UNARY = [[()], [(3,)], [(0, 2)], [(2, 3)]]
BINARY = [[(), ()], [(3,), (3,)], [(2, 3), (3,)], [(2, 1), (1, 3)], [(0, 3), (1,)], [(2, 3), ()]]
TERNARY = [[(), (), ()], [(3,), (3,), (3,)], [(2, 3), (3,), (2, 1)], [(0, 3), (1,), (3,)]]
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 1e-30, 300.0, -300.0, np.inf, -np.inf, np.nan]
TOLERANCE = {  # relative, and absolute: a few roundings of numbers of order one
    "float16": 4e-3, "bfloat16": 2e-2, "float32": 4e-6, "complex64": 8e-6,
    "float64": 2e-13, "complex128": 4e-13,
}  # fmt: skip


class Row(NamedTuple):
    """One operation, or one way of calling it.

    `domain` bounds the real samples; `special` adds nan, infinities and the like where all inputs
    are of one shape. `derivatives` names the dtypes that are differentiated; '' for none. A
    `tolerance` other than the default, a factor on it, needs a `reason`.
    """

    name: str
    call: Callable[..., Any]
    shapes: Sequence[Any] | None = None
    domain: tuple[float, float] = (-2.0, 2.0)
    dtypes: str = "float32 float64 complex128 int64 bool"
    derivatives: str = "float64 complex128"
    special: bool = True
    message: bool = True
    node: bool = True
    second: bool = True
    vmap: bool = True
    jvp: bool = True
    tolerance: float = 1.0
    reason: str = ""

    def samples(self) -> Sequence[Any]:
        """The shapes of the inputs, sample by sample."""
        arguments = inspect.signature(self.call).parameters.values()
        inputs = sum(a.default is a.empty for a in arguments) - 1
        return self.shapes or {1: UNARY, 2: BINARY, 3: TERNARY}[inputs]


def drawn(row: Row, dtype: str, shapes: Sequence[tuple[int, ...]], seed: int) -> list[np.ndarray]:
    """Arrays of these shapes with random elements of the row's domain."""
    rng, (low, high) = np.random.default_rng(seed), row.domain
    arrays = [rng.uniform(low, high, shape) for shape in shapes]
    if dtype.startswith("complex"):
        arrays = [a + 1j * rng.uniform(low, high, a.shape) for a in arrays]
    if dtype.startswith(("int", "uint")):
        arrays = [np.abs(np.rint(3 * a)) if dtype[0] == "u" else np.rint(3 * a) for a in arrays]
    return [a > (low + high) / 2 if dtype == "bool" else a for a in arrays]


def tensors(lib: Any, arrays: Sequence[Any], dtype: str, layout: str = "plain") -> list[Any]:
    """The arrays as tensors of one of the two libraries."""
    out = [
        lib.tensor(np.asarray(a).tolist(), dtype=getattr(lib, dtype)).reshape(np.shape(a))
        for a in arrays
    ]
    if layout == "transposed":
        return [t.transpose(0, -1).clone().transpose(0, -1) if t.dim() > 1 else t for t in out]
    if layout == "expanded":
        return [t[:1].expand(t.shape) if t.dim() and t.shape[0] else t for t in out]
    return out


def outcome(call: Callable[..., Any], *args: Any) -> Any:
    """The result, or the exception."""
    try:
        return call(*args)
    except Exception as error:
        return error


def as_numpy(t: Any) -> np.ndarray:
    """A tensor's elements; bfloat16 as float32."""
    t = t.detach().resolve_conj().resolve_neg()
    return (t.float() if "bfloat16" in str(t.dtype) else t).numpy(force=True)


def same(ours: Any, theirs: Any, row: Row, what: str = "result") -> None:
    """Compare two outcomes: structure, dtype, shape, elements; or the exceptions."""
    if isinstance(theirs, Exception):
        assert type(ours) is type(theirs), f"{what}: {ours!r} instead of {theirs!r}"
        if row.message:
            assert str(ours).splitlines()[0] == str(theirs).splitlines()[0], what
    elif isinstance(theirs, (tuple, list)):
        assert isinstance(ours, (tuple, list)), f"{what}: {ours!r}"
        assert len(ours) == len(theirs), what
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            same(a, b, row, f"{what}[{i}]")
    elif isinstance(theirs, torch.Tensor):
        assert isinstance(ours, rushlight.Tensor), f"{what}: {ours!r}"
        assert str(ours.dtype) == str(theirs.dtype), what
        assert tuple(ours.shape) == tuple(theirs.shape), what
        limit = row.tolerance * TOLERANCE.get(str(theirs.dtype)[6:], 0)
        np.testing.assert_allclose(as_numpy(ours), as_numpy(theirs), limit, limit, err_msg=what)
    else:
        assert ours == theirs, what


def check_values(row: Row, dtype: str) -> None:
    """The row's results on samples of all shapes and layouts, and on special values."""
    assert row.tolerance == 1 or row.reason, "a tolerance needs a reason"
    for seed, shapes in enumerate(row.samples()):
        arrays = drawn(row, dtype, shapes, seed)
        for layout in ("plain", "transposed", "expanded"):
            ours = outcome(row.call, rushlight, *tensors(rushlight, arrays, dtype, layout))
            theirs = outcome(row.call, torch, *tensors(torch, arrays, dtype, layout))
            same(ours, theirs, row, f"{row.name} {dtype} {shapes} {layout}")
    if row.special and dtype.startswith("float"):
        count = len(row.samples()[0])
        arrays = [np.ravel(a) for a in np.meshgrid(*[SPECIAL] * count)]
        ours = outcome(row.call, rushlight, *tensors(rushlight, arrays, dtype))
        theirs = outcome(row.call, torch, *tensors(torch, arrays, dtype))
        same(ours, theirs, row, f"{row.name} {dtype} of special values")


def gradients(lib: Any, row: Row, inputs: list[Any], seed: int) -> Any:
    """First and second derivatives for random cotangents, and the name of the result's node."""
    rng = np.random.default_rng(seed)

    def cotangent(t: Any) -> Any:
        v = rng.uniform(-1, 1, tuple(t.shape))
        return lib.tensor(v.tolist(), dtype=t.dtype).reshape(tuple(t.shape))

    leaves = [t.requires_grad_() for t in inputs]
    out = row.call(lib, *leaves)
    outs = [t for t in (out if isinstance(out, (tuple, list)) else [out]) if t.requires_grad]
    if not outs:
        return None
    first = lib.autograd.grad(
        outs, leaves, [cotangent(t) for t in outs], create_graph=row.second, allow_unused=True
    )
    flow = [g for g in first if g is not None and g.requires_grad]
    second = flow and lib.autograd.grad(
        flow, leaves, [cotangent(g) for g in flow], allow_unused=True
    )
    second = [
        second[i] if second and second[i] is not None else lib.zeros_like(t)
        for i, t in enumerate(leaves)
    ]
    return [g.detach() for g in first if g is not None], second, node_name(row, outs[0])


def node_name(row: Row, t: Any) -> str:
    return t.grad_fn.name() if row.node else ""


def check_derivatives(row: Row, dtype: str) -> None:
    """First and second derivatives, and the node's name."""
    for seed, shapes in enumerate(row.samples()):
        arrays = drawn(row, dtype, shapes, seed)
        ours = outcome(gradients, rushlight, row, tensors(rushlight, arrays, dtype), seed)
        theirs = outcome(gradients, torch, row, tensors(torch, arrays, dtype), seed)
        same(
            ours,
            theirs,
            row._replace(tolerance=10 * row.tolerance, reason="derivatives"),
            f"derivatives of {row.name} {dtype} {shapes}",
        )


def without_tangents(pushed: Any) -> Any:
    """The result of `jvp` with zero tangents."""
    if isinstance(pushed, Exception):
        return pushed
    value, tangent = pushed
    flat = tangent if isinstance(tangent, tuple) else (tangent,)
    for t in flat:
        t.zero_()
    return value, tangent


def check_transforms(row: Row, dtype: str) -> None:
    """Forward mode against reverse mode's derivatives, and vmap against a loop, in PyTorch."""
    for seed, shapes in enumerate(row.samples()):
        arrays, tangents = (drawn(row, dtype, shapes, s) for s in (seed, seed + 1))

        def pushed(lib: Any, arrays: Any = arrays, tangents: Any = tangents) -> Any:
            return lib.func.jvp(
                lambda *ts: row.call(lib, *ts),
                tuple(tensors(lib, arrays, dtype)),
                tuple(tensors(lib, tangents, dtype)),
            )

        def mapped(lib: Any, arrays: Any = arrays, tangents: Any = tangents) -> Any:
            stacked = [np.stack(pair) for pair in zip(arrays, tangents, strict=True)]
            return lib.func.vmap(lambda *ts: row.call(lib, *ts))(*tensors(lib, stacked, dtype))

        wanted = [("jvp", pushed)] * row.jvp + [("vmap", mapped)] * row.vmap
        for what, function in wanted:
            theirs, ours = outcome(function, torch), outcome(function, rushlight)
            if what == "jvp" and all(a.size == 0 for a in arrays):  # NaN or 0, the one or the other
                theirs, ours = without_tangents(theirs), without_tangents(ours)
            if not isinstance(theirs, Exception):
                same(
                    ours,
                    theirs,
                    row._replace(tolerance=10 * row.tolerance, reason="derivatives"),
                    f"{what} of {row.name} {dtype} {shapes}",
                )


def checks_of(rows: Sequence[Row]) -> tuple[Any, Any, Any]:
    """Test functions, one case per row and dtype: values, derivatives, transforms."""

    def test(check: Callable[[Row, str], None], dtypes: str) -> Any:
        cases = [
            pytest.param(row, d, id=f"{row.name}-{d}")
            for row in rows
            for d in getattr(row, dtypes).split()
        ]

        @pytest.mark.parametrize(("row", "dtype"), cases)
        def run(row: Row, dtype: str) -> None:
            check(row, dtype)

        return run

    return (
        test(check_values, "dtypes"),
        test(check_derivatives, "derivatives"),
        test(check_transforms, "derivatives"),
    )
