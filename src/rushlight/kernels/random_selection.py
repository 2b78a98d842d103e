"""Draws of places: permutations and choices by weight."""

from __future__ import annotations

import numpy as np

from .dtypes import of
from .memory_layout import empty_like
from .random_arithmetic import rounded
from .random_checks import integer_range, is_floating, require
from .random_draws import exponential
from .random_order import fill
from .random_stream import Engine

__all__ = ["multinomial", "randperm"]

_WIDE = (2**32 - 1) // 20  # from here on PyTorch takes two words per swap
_ALL_ZERO = "invalid multinomial distribution (sum of probabilities <= 0)"
_LAST = {"float16": 11, "float32": 24, "float64": 53}  # a permutation reaches to 2 to this


def randperm(engine: Engine, n: int, dtype: np.dtype) -> np.ndarray:
    """The integers below `n` in random order, by swapping each with itself or a later one.

    RuntimeError for a negative `n` or one too large for `dtype`, NotImplementedError for bool,
    complex and the wider unsigned dtypes.

    >>> randperm(Engine(0), 4, np.dtype("int64")).tolist()
    [0, 1, 3, 2]
    """
    _check_permutation(n, dtype)
    steps = np.arange(max(n - 1, 0), dtype=np.uint64)
    words = engine.words64(steps.size) if n >= _WIDE else engine.words32(steps.size)
    partners = (words % (np.uint64(n) - steps) + steps).astype(np.int64)
    return rounded(_swapped(n, partners), dtype)


def _swapped(n: int, partners: np.ndarray) -> np.ndarray:
    """range(n) after swapping, for each i in turn, the places i and partners[i] >= i.

    Step i reads what is at its partner, and leaves there what was at i; place i is final from then
    on.  So what it reads was left by the last earlier step with the same partner, and is what was
    at that step's own place: left there by the last step that had that place as its partner, and so
    on back to a place that no step had touched, which still holds its own number.  Following all
    those chains at once by doubling takes a few passes where a loop takes n steps (5 times longer
    for a million).
    """
    steps = np.arange(partners.size)
    held = np.arange(n)  # the step or place whose number it holds when its step comes
    moves = partners != steps
    held[partners[moves]] = steps[moves]  # of equal partners the last stays
    further = held[held]
    while (further != held).any():
        held, further = further, further[further]
    keys = partners * n + steps
    keys.sort()
    partner, step = np.divmod(keys, n)
    again = partner[1:] == partner[:-1]
    read = partner.copy()
    read[1:][again] = held[step[:-1][again]]
    order = held  # only its last place, which has no step, is right already
    order[step] = read
    return order


def _check_permutation(n: int, dtype: np.dtype) -> None:
    if n < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension {n}: [{n}]")
    known = is_floating(dtype) or dtype.kind == "i" or dtype == np.uint8
    require(known, "randperm", dtype)
    if dtype.kind in "iu" and n - 1 > integer_range(dtype)[1]:
        raise RuntimeError(f"value cannot be converted to type {dtype.name}_t without overflow")
    bits = _LAST.get(dtype.name)
    if bits and n > 2**bits + 1:
        most = "2049" if bits == 11 else f"2^{bits}+1"
        raise RuntimeError(f"n cannot be greater than {most} for {of(dtype).scalar_type} type.")


def multinomial(
    engine: Engine, weights: np.ndarray, count: int, replacement: bool = False
) -> np.ndarray:
    """`count` places per row, drawn by weight, as int64, as of `torch.multinomial`.

    `weights` is floating, of one or two dimensions.
    Without replacement, or if it is one place, those with the largest quotients of weight and a
    waiting time are taken, largest first.  Equal quotients (weights of zero; chance, in half
    precision) PyTorch leaves in the order of its partial sort, and we in ascending order.

    RuntimeError for other shapes or dtypes, weights that are negative or not finite or that are all
    zero, and more places than there are.

    >>> multinomial(Engine(0), np.array([0.0, 1.0, 0.0]), 2, replacement=True).tolist()
    [1, 1]
    """
    _check_selection(weights, count, replacement)
    if weights.ndim == 2 and weights.shape[0] == 0:
        return np.empty((0, count), np.int64)
    if replacement and count > 1:
        return _with_replacement(engine, weights, count)
    _check_weights(weights)
    times = empty_like(weights)
    fill(engine, times, exponential)
    with np.errstate(divide="ignore", invalid="ignore"):
        keys = np.divide(weights, times)
    if count == 1:
        return keys.argmax(-1)[..., None]
    return np.argsort(-keys, axis=-1, kind="stable")[..., :count]


def _check_selection(weights: np.ndarray, count: int, replacement: bool) -> None:
    if weights.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if not is_floating(weights.dtype):
        raise RuntimeError(
            "multinomial only supports floating-point dtypes for input, got: "
            f"{of(weights.dtype).scalar_type}"
        )
    if count <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and count > weights.shape[-1]:
        raise RuntimeError(
            "cannot sample n_sample > prob_dist.size(-1) samples without replacement"
        )
    if weights.shape[-1] > 2**24:
        raise RuntimeError("number of categories cannot exceed 2^24")


def _check_weights(weights: np.ndarray) -> None:
    if weights.size and not ((weights >= 0) & (weights < np.inf)).all():
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if (weights.sum(-1) == 0).any():
        raise RuntimeError(_ALL_ZERO)


def _with_replacement(engine: Engine, weights: np.ndarray, count: int) -> np.ndarray:
    """Where the running share of the weights first reaches a uniform number, by bisection."""
    refusal = "invalid multinomial distribution (encountering probability entry {})"
    if not (weights >= 0).all():
        raise RuntimeError(refusal.format("< 0"))
    if not (weights < np.inf).all():
        raise RuntimeError(refusal.format("= infinity or NaN"))
    if not (weights.sum(-1) > 0).all():
        raise RuntimeError(_ALL_ZERO)
    if weights.dtype.itemsize == 2:
        weights = weights.astype(np.float32)
    shares = np.cumsum(np.atleast_2d(weights), axis=-1, dtype=weights.dtype)
    shares /= shares[:, -1:]
    shares[:, -1] = 1
    rows, categories = shares.shape
    wanted = engine.doubles(rows * count).reshape(rows, count)
    low = np.zeros((rows, count), np.int64)
    high = np.full_like(low, categories)
    for _ in range(categories.bit_length()):
        middle = np.minimum((low + high) // 2, categories - 1)
        right = (low < high) & (np.take_along_axis(shares, middle, -1) < wanted)
        low, high = np.where(right, middle + 1, low), np.where(right, high, middle)
        high = np.maximum(low, high)
    return low.reshape((*weights.shape[:-1], count))
