"""What anomaly detection looks at: results and gradients that are nan or infinite.

One sum tells whether an array needs a closer look.
"""

from __future__ import annotations

import math
import weakref
from typing import Any

import numpy as np

from rushlight.kernels import door
from rushlight.kernels.quiet import quietly
from rushlight.tape import advice, errors
from rushlight.tape.core import TensorBase, share_version

SUM = door.kernel("sum")


def watch(node: Any) -> None:
    """Let later writes to what a node saved keep their place."""
    for x in node.saved_ or ():
        if isinstance(x, TensorBase):
            share_version(x)


def fine(a: Any) -> bool:
    """Is every number finite, as far as one reduction can tell? (Large sums overflow.)"""
    total = SUM.call1(a)
    if total is not None:
        return math.isfinite(total)
    if a.dtype.kind not in "fc" or not a.size:
        return a.dtype.kind in "biu" or not a.size
    if a.dtype.itemsize > 2 and a.flags.forc:
        flat = a.ravel("K")
        total = quietly(np.dot, (flat, flat))
    else:
        total = quietly(np.add.reduce, (a, None, np.result_type(a.dtype, np.float32)))
    return math.isfinite(total.real) and math.isfinite(total.imag)


def bad(a: Any, inf: bool) -> tuple[str, Any] | None:
    """("nan" or "inf", where) for an array that has some."""
    a = a if a.dtype.kind in "fc" else a.astype(np.float32)
    where = np.isnan(a)
    if where.any():
        return "nan", where
    where = np.isinf(a)
    return ("inf", where) if inf and where.any() else None


def array_of(x: Any) -> Any:
    """The array of a tensor, also inside a transform."""
    while x.array is None:
        x = x.box.value
    return x.array


def results(node: Any, operands: Any, out: Any, inf: bool) -> None:
    """Refuse nan in what a recorded operation has computed of tensors and numbers."""
    for nr, t in enumerate(out if isinstance(out, (list, tuple)) else (out,)):
        if not isinstance(t, TensorBase):
            continue
        a = array_of(t)
        found = None if fine(a) else bad(a, inf)
        if found is None or (found[0] == "inf" and not all(map(finite, operands))):
            continue
        which = f"result {nr}" if isinstance(out, (list, tuple)) and len(out) > 1 else "result"
        text = f"{node.name()} was recorded with {found[0]} in its {which}: {place(found[1])}"
        raise RuntimeError(
            errors.extend(text, errors.made_at(node), *described("Input", enumerate(operands)))
        )


def looked_at(a: Any, anomaly: Any) -> bool:
    """Is an array fine, which needs no look at one that was found so last, or at a view of it?"""
    owner = a if a.base is None else a.base
    if anomaly.looked_at is not None and anomaly.looked_at() is owner:
        return True
    if not fine(a):
        return False
    if owner is a or (isinstance(owner, np.ndarray) and owner.size == a.size):  # so all of it is
        anomaly.looked_at = weakref.ref(owner)
    return True


def gradients(node: Any, grads: list[Any], incoming: Any, anomaly: Any) -> None:
    """Refuse nan in what a node hands on."""
    inf = anomaly.inf
    for i, g in enumerate(grads):
        if not isinstance(g, TensorBase):
            continue
        a = array_of(g)
        found = None if looked_at(a, anomaly) else bad(a, inf)
        if found is None:
            continue
        came = incoming if isinstance(incoming, (list, tuple)) else [incoming]
        if found[0] == "inf" and not all(map(finite, came)):
            continue
        text = f"Function '{node.name()}' returned {found[0]} values in its {i}th output."
        saved = [(name[7:], saved_tensor(node, name)) for name in dir(node) if is_saved(name)]
        raise RuntimeError(
            errors.extend(
                text,
                f"It is {place(found[1])}",
                *described("Incoming gradient", enumerate(came)),
                *described("Saved", saved),
                *advice.nan(node),
            )
        )


def is_saved(name: str) -> bool:
    return name.startswith("_saved_")


def saved_tensor(node: Any, name: str) -> Any:
    try:
        return getattr(node, name)
    except RuntimeError:
        return None


def finite(x: Any) -> bool:
    """Has an operand no infinity (and no nan)?"""
    if isinstance(x, TensorBase):
        return fine(array_of(x)) or bad(array_of(x), True) is None
    return not isinstance(x, (float, complex)) or (math.isfinite(x.real) and math.isfinite(x.imag))


def place(where: Any) -> str:
    """'first at index (1, 0), 3 of 4 elements'."""
    index = tuple(int(i) for i in np.unravel_index(int(where.argmax()), where.shape))
    return f"first at index {index}, {int(where.sum())} of {where.size} elements"


def described(kind: str, entries: Any) -> list[str]:
    """A sentence per tensor: its dtype, shape and range, and whether it is nan already."""
    return [
        f"{kind} {name}: {t.dtype} of shape {list(t.shape)}, {values(array_of(t))}"
        for name, t in entries
        if isinstance(t, TensorBase)
    ]


def values(a: Any) -> str:
    """'from 0 to 1', and what is not finite."""
    if not a.size:
        return "empty"
    if a.dtype.kind == "c":
        a = np.abs(a)
    a = a if a.dtype.kind in "fbiu" else a.astype(np.float32)
    whole = a[np.isfinite(a)]
    text = f"from {whole.min():.6g} to {whole.max():.6g}" if whole.size else "nothing finite"
    found = bad(a, True)
    return text if found is None else f"{text}; has {found[0]}, {place(found[1])}"
