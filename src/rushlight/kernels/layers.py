"""Whole layers of networks on arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from rushlight.kernels.quiet import quietly

Array = np.ndarray[Any, Any]


def linear(x: Array, weight: Array, bias: Array | None) -> Array | None:
    """`x @ weight.T + bias` of one floating dtype, for a matrix or row-major `x`; None to decline.

    Example:
        >>> linear(np.ones((1, 2)), np.array([[1.0, 2.0]]), np.array([0.5]))
        array([[3.5]])
    """
    if not x.dtype == weight.dtype in (np.float32, np.float64) or not x.ndim > 1 < weight.ndim < 3:
        return None
    if x.ndim > 2 and not x.flags.c_contiguous:
        return None
    if x.shape[-1] != weight.shape[1] or not x.size * weight.size:
        return None
    if bias is not None and (bias.dtype != x.dtype or bias.shape != weight.shape[:1]):
        return None
    out = np.dot(x.reshape(-1, x.shape[-1]), weight.T)
    if bias is not None:
        quietly(np.add, (out, bias, out))
    return out.reshape((*x.shape[:-1], -1))


# -- LSTM --------------------------------------------------------------------------------------
# Of each sample there are the four gates one behind the other: input, forget, cell, output.


def lstm(
    x: Array, w_ih: Array, w_hh: Array, b_ih: Any, b_hh: Any, h: Array, c: Array, backwards: bool
) -> tuple[Array, Array, Array, Array]:
    """A layer of an LSTM in one direction, over (T, N, ...) from states (N, ...).

    Returns:
        The hidden states of all steps, the last hidden state and cell, and as bytes what
        `lstm_gradient` needs beside: gates (T, N, 4 n) and cells (T, N, n) of all steps.
    """
    steps, samples, n = x.shape[0], x.shape[1], w_hh.shape[1]
    gates = np.dot(x.reshape(-1, x.shape[2]), w_ih.T).reshape(steps, samples, -1)
    if b_ih is not None:
        gates += b_ih + b_hh
    cells, out = (np.empty((steps, samples, n), gates.dtype) for _ in range(2))
    for t in range(steps)[:: -1 if backwards else 1]:
        gates[t] += np.dot(h, w_hh.T)
        i, f, g, o = np.split(gates[t], 4, -1)
        for gate in (i, f, o):
            gate[...] = 1 / (1 + np.exp(-gate))
        np.tanh(g, out=g)
        c = cells[t] = f * c + i * g
        h = out[t] = o * np.tanh(c)
    return out, h.copy(), c.copy(), np.concatenate([gates.ravel(), cells.ravel()]).view(np.uint8)


def lstm_gradient(
    dy: Array, dh: Array, dc: Array, x: Array, w_ih: Array, w_hh: Array, h: Array, c: Array,
    out: Array, kept: Array, backwards: bool, wants_x: bool,
) -> tuple[Any, ...]:  # fmt: skip
    """The gradients of x, w_ih, w_hh, either bias, h and c, of those of what `lstm` returns."""
    steps, _, n = out.shape
    gates, cells = apart(kept, out)
    slopes = np.empty_like(gates)
    order = range(steps)[:: -1 if backwards else 1]
    before = np.empty_like(out)  # the hidden states that the steps began from
    before[order[0]] = h
    before[order[1:]] = out[order[:-1]]
    for k, t in reversed(list(enumerate(order))):
        i, f, g, o = np.split(gates[t], 4, -1)
        size, dh = np.tanh(cells[t]), dh + dy[t]
        dc = dc + dh * o * (1 - size * size)
        earlier = cells[order[k - 1]] if k else c
        slopes[t, :, :n] = dc * g * i * (1 - i)
        slopes[t, :, n : 2 * n] = dc * earlier * f * (1 - f)
        slopes[t, :, 2 * n : 3 * n] = dc * i * (1 - g * g)
        slopes[t, :, 3 * n :] = dh * size * o * (1 - o)
        dh, dc = np.dot(slopes[t], w_hh), dc * f
    return *weight_gradients(x, w_ih, before, slopes, wants_x), dh, dc


def apart(kept: Array, out: Array) -> tuple[Array, Array]:
    """The gates and cells that `lstm` put into its bytes."""
    steps, samples, n = out.shape
    both = kept.view(out.dtype)
    return both[: 4 * out.size].reshape(steps, samples, 4 * n), both[4 * out.size :].reshape(
        out.shape
    )


def weight_gradients(
    x: Array, w_ih: Array, before: Array, slopes: Array, wants_x: bool
) -> tuple[Any, ...]:
    """The gradients of x, w_ih, w_hh and either bias, of those of the gates of all steps."""
    flat = slopes.reshape(-1, slopes.shape[2])
    return (
        np.dot(flat, w_ih).reshape(*slopes.shape[:2], -1) if wants_x else None,
        np.dot(flat.T, x.reshape(-1, x.shape[2])),
        np.dot(flat.T, before.reshape(-1, before.shape[2])),
        flat.sum(0),
    )
