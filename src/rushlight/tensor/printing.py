"""The text of a tensor, character for character PyTorch's.

A large tensor is summarised before anything is formatted, so that only the elements shown are read.
Each element is formatted once into a cell, the cells are padded to one width, and the brackets are
closed around them from the last dimension outwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..kernels import dtypes

Array = np.ndarray[Any, Any]


class PrinterOptions:
    """What set_printoptions sets."""

    __slots__ = ("precision", "threshold", "edgeitems", "linewidth", "sci_mode")

    def __init__(self) -> None:
        self.precision = 4
        self.threshold: float = 1000
        self.edgeitems = 3
        self.linewidth = 80
        self.sci_mode: bool | None = None


options = PrinterOptions()

_PROFILES: dict[str | None, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Choose how tensors print.

    Args:
        precision: digits after the point.
        threshold: a tensor with more elements than this is summarised.
        edgeitems: how many items a summary shows at each end of a dimension.
        linewidth: where lines break.
        profile: 'default', 'short' or 'full', applied before the other arguments.
        sci_mode: whether to print 1.0000e+00; decided from the values where it is left out,
            whatever an earlier call said.

    Example:
        >>> set_printoptions(precision=2)
        >>> get_printoptions()["precision"]
        2
        >>> set_printoptions(profile="default")
    """
    chosen: dict[str, Any] = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    if profile in _PROFILES:
        chosen = _PROFILES[profile] | {k: v for k, v in chosen.items() if v is not None}
    for name, value in chosen.items():
        if value is not None:
            setattr(options, name, value)
    options.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The present options as keyword arguments of set_printoptions.

    Example:
        >>> get_printoptions()["edgeitems"]
        3
    """
    return {name: getattr(options, name) for name in PrinterOptions.__slots__}


@contextmanager
def printoptions(**kwargs: Any) -> Iterator[None]:
    """Set options, as set_printoptions does, for the length of a with block.

    Example:
        >>> with printoptions(linewidth=40):
        ...     get_printoptions()["linewidth"]
        40
    """
    before = get_printoptions()
    set_printoptions(**kwargs)
    try:
        yield
    finally:
        set_printoptions(**before)


def tensor_repr(t: Any, name: str | None = None) -> str:
    """The repr of tensor `t`: ``tensor([1., 2.], requires_grad=True)``.

    `name` stands before the bracket; if it is left out, that is 'tensor' for the class Tensor
    and the class's own name for others.
    """
    if t.array is None and t.box.owner.transform:
        return boxed_repr(t.box)
    cls = type(t).__name__
    head = f"{name or ('tensor' if cls == 'Tensor' else cls)}("
    array = array_inside(t)
    body = array_str(array, len(head)) if array.size else "[]"
    return _with_suffixes(head + body, _suffixes(t, array), len(head))


def boxed_repr(box: Any) -> str:
    """The repr of a tensor inside a transform: which one, and the value one level down."""
    kind = "GradTrackingTensor" if box.dim is None else "BatchedTensor"
    number = box.level if box.owner.open or box.dim is not None else -2
    place = "" if box.dim is None else f", bdim={box.dim}"
    inner = "\n".join([f"    {line}" for line in tensor_repr(box.value).split("\n")])
    return f"{kind}(lvl={number}{place}, value=\n{inner}\n)"


def tensor_format(t: Any, spec: str) -> str:
    """What f"{t:spec}" gives: a 0-d Tensor formats its number, others know no format.

    Raises:
        TypeError: for a `spec` with a tensor that has dimensions, or of a subclass.
    """
    if t.array is None and t.box.owner.transform and t.dim() == 0:
        return format(t.item(), spec)
    array = array_inside(t)
    if array.ndim == 0 and type(t).__name__ == "Tensor":
        return format(_values(array)[0], spec)
    return object.__format__(t, spec)


def array_str(array: Array, indent: int) -> str:
    """The elements of a non-empty array in brackets, whose lines after the first start with
    `indent` spaces.

    Example:
        >>> array_str(np.array([1.0, 2.5]), 0)
        '[1.0000, 2.5000]'
    """
    kept = array
    if array.ndim and array.size > options.threshold:
        if not options.edgeitems:
            return "[...]"
        kept = _summary(array, options.edgeitems)
    cells, width = _cells(kept)
    if not array.ndim:
        return cells[0]
    return _bracketed(cells, width, array.shape, kept.shape, indent)


def _summary(array: Array, edge: int) -> Array:
    """The elements that a summary shows: `edge` at each end of every long dimension."""
    shown = [[*range(edge), *range(n - edge, n)] if n > 2 * edge else range(n) for n in array.shape]
    return array[np.ix_(*shown)]


def _bracketed(
    cells: list[str],
    width: int,
    shape: tuple[int, ...],
    shown: tuple[int, ...],
    indent: int,
) -> str:
    """Cells in C order in nested brackets; a dimension not shown in full gets an ellipsis."""
    last = len(shape) - 1
    per_line = max(1, (options.linewidth - indent - last) // (width + 2))
    margin = " " * (indent + last + 1)

    def lines(row: list[str]) -> str:
        if len(row) <= per_line:
            return ", ".join(row)
        starts = range(0, len(row), per_line)
        return f",\n{margin}".join([", ".join(row[i : i + per_line]) for i in starts])

    texts = _grouped(cells, shape[last], shown[last], " ...", lines)
    for axis in range(last - 1, -1, -1):
        separator = "," + "\n" * (last - axis) + " " * (indent + axis + 1)
        texts = _grouped(texts, shape[axis], shown[axis], "...", separator.join)
    return texts[0]


def _grouped(
    texts: list[str], size: int, shown: int, ellipsis: str, join: Callable[[list[str]], str]
) -> list[str]:
    """Every `shown` neighbours joined in brackets."""
    groups = [texts[i : i + shown] for i in range(0, len(texts), shown)]
    if shown < size:
        for group in groups:
            group.insert(shown // 2, ellipsis)
    return [f"[{join(group)}]" for group in groups]


def _values(array: Array) -> list[Any]:
    """The elements as Python numbers, in C order."""
    if array.dtype.kind not in "?biufc":  # bfloat16, whose elements would stay its own scalars
        array = array.astype(np.float64)
    return array.reshape(-1).tolist()


def _cells(array: Array) -> tuple[list[str], int]:
    """The text of each element, padded, and the width that line breaking reckons with."""
    values = _values(array)
    first = type(values[0])
    if first is float:
        texts, width = _float_texts(values)
    elif first is complex:
        return _complex_cells(values)
    else:
        texts = list(map(str, values))
        width = max(map(len, texts))
    return [text.rjust(width) for text in texts], width


def _complex_cells(values: list[complex]) -> tuple[list[str], int]:
    """Only the real parts are padded; the sign of an imaginary part stands for the plus."""
    reals, real_width = _float_texts([v.real for v in values])
    imags, imag_width = _float_texts([v.imag for v in values])
    cells = [
        f"{real:>{real_width}}{imag}j" if imag[0] == "-" else f"{real:>{real_width}}+{imag}j"
        for real, imag in zip(reals, imags, strict=True)
    ]
    return cells, real_width + imag_width + 1


def _float_texts(values: list[float]) -> tuple[list[str], int]:
    """Unpadded texts in the notation that suits all values, and the width of the widest one.

    Zeros, infinities and nans have no say in either, so one of them may be wider than the width.
    """
    sizes = [size for size in map(abs, values) if 0.0 < size < math.inf]
    if not sizes:
        return list(map(_integer_text, values)), 1
    text = _notation(sizes)
    texts = list(map(text, values))
    if len(sizes) == len(values):
        return texts, max(map(len, texts))
    pairs = zip(texts, values, strict=True)
    return texts, max([len(text) for text, value in pairs if 0.0 < abs(value) < math.inf])


def _notation(sizes: list[float]) -> Callable[[float], str]:
    """The function that writes one value beside others of these magnitudes."""
    sci = options.sci_mode
    if sci is None:
        low, high = min(sizes), max(sizes)
        sci = high / low > 1000.0 or high > 1e8 or low < 1e-4
    if not sci and all(map(float.is_integer, sizes)):
        return _integer_text
    spec = f".{options.precision}{'e' if sci else 'f'}"
    return lambda value: format(value, spec)


def _integer_text(value: float) -> str:
    return f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"


def _suffixes(t: Any, array: Array) -> list[str]:
    """What follows the numbers: size=, dtype=, and how the tensor stands to the tape."""
    found = []
    d = t.dtype
    if array.ndim != 1 if not array.size else not options.edgeitems:
        found.append(f"size={array.shape}")
    default = dtypes.get_default_dtype()
    if d is not default and (not array.size or d not in _unspoken(default)):
        found.append(f"dtype={d}")
    try:
        node = t.grad_fn
        if node is not None:
            found.append(f"grad_fn=<{node.name().rpartition('::')[2]}>")
        elif t.requires_grad:
            found.append("requires_grad=True")
    except RuntimeError:  # a view whose history an in-place write has made invalid
        found.append("grad_fn=<Invalid>")
    tangent = getattr(getattr(t, "box", None), "tangent", None)
    if tangent is not None:
        found.append(f"tangent={tangent}")
    return found


def array_inside(t: Any) -> Array:
    """The array of a tensor, also of one that a transform has boxed."""
    while t.array is None:
        t = t.box.value
    return t.array


def _unspoken(default: dtypes.dtype) -> tuple[dtypes.dtype, ...]:
    """The dtypes that the numbers themselves show, beside the default dtype."""
    wide = default is dtypes.float64
    return dtypes.int64, dtypes.bool, dtypes.complex128 if wide else dtypes.complex64


def _with_suffixes(text: str, suffixes: list[str], indent: int) -> str:
    """Append the suffixes, each on a new line where the present one would grow too long."""
    length = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if length + len(suffix) + 2 > options.linewidth:
            text += f",\n{' ' * indent}{suffix}"
            length = indent + len(suffix)
        else:
            text += f", {suffix}"
            length += len(suffix) + 2
    return text + ")"
