"""One step of each optimizer, on arrays and in place.

A kernel takes lists of equal length (parameters, gradients, then what the optimizer remembers of
each parameter) and then numbers, all of them Python's own. Parameters and memories are written to,
gradients are not. Arrays are real and have at least one dim; a complex one comes as pairs of real
numbers: what `reals` makes of them. Step counts are arrays of one element, which the kernel counts
up. Call them `quietly`.

Each kernel is a whole step, so that a native one can take its place (`kernels.steps`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rushlight.kernels import dtypes

Array = np.ndarray[Any, Any]
Arrays = list[Array]


def real(array: Array) -> Array:
    """The same memory as real numbers with at least one dim.

    Example:
        >>> real(np.array(1 + 2j))
        array([[1., 2.]])
    """
    if array.ndim == 0:
        array = array.reshape(1)
    if array.dtype.kind == "c":
        return array[..., None].view(array.real.dtype)
    return array


def reals(arrays: list[Any]) -> list[Any]:
    """Arrays as the kernels of this module want them; None stays None."""
    return [a if a is None else real(a) for a in arrays]


def gapless(arrays: Arrays) -> bool:
    """Does every array lie in one piece?"""
    return all(a.flags.forc for a in arrays)


def followed(p: Array, g: Array, weight_decay: float, maximize: bool) -> Array:
    """The gradient to go down: `g` itself, or a new array where it has to differ."""
    if not weight_decay:
        return np.negative(g) if maximize else g
    decay = p * weight_decay
    return np.subtract(decay, g, out=decay) if maximize else np.add(decay, g, out=decay)


def lerp(start: Array, end: Array, weight: float) -> Array:
    """Move `start` towards `end`, computed from the nearer end; returns a spent array."""
    way = end - start
    if weight < 0.5:
        way *= weight
        start += way
    else:
        way *= 1 - weight
        np.subtract(end, way, out=start)
    return way


def decayed_square(v: Array, g: Array, beta: float, scratch: Array) -> None:
    """`v = beta * v + (1 - beta) * g * g`."""
    v *= beta
    np.multiply(g, g, out=scratch)
    scratch *= 1 - beta
    v += scratch


def add_quotient(p: Array, top: Array, bottom: Array, factor: float) -> None:
    """`p += factor * top / bottom`; what is at the bottom is spent."""
    np.divide(top, bottom, out=bottom)
    bottom *= factor
    p += bottom


def sgd(
    params: Arrays, grads: Arrays, buffers: Arrays, lr: float, momentum: float, dampening: float,
    weight_decay: float, nesterov: bool, maximize: bool,
) -> None:  # fmt: skip
    """Gradient descent; with momentum, down a running sum of gradients."""
    for i, (p, g) in enumerate(zip(params, grads, strict=True)):
        g = followed(p, g, weight_decay, maximize)
        if momentum:
            b = buffers[i]
            b *= momentum
            b += g if dampening == 0 else g * (1 - dampening)
            g = g + b * momentum if nesterov else b
        p -= g * lr


def adam(
    params: Arrays, grads: Arrays, means: Arrays, squares: Arrays, maxima: Arrays, steps: Arrays,
    lr: float, beta1: float, beta2: float, eps: float, weight_decay: float, decoupled: bool,
    maximize: bool,
) -> None:  # fmt: skip
    """Running means of gradients and their squares, corrected for their start at zero.

    `maxima` is empty, or holds the largest running squares there have been.
    """
    for i, (p, g, m, v, step) in enumerate(zip(params, grads, means, squares, steps, strict=True)):
        step += 1
        t = step.item()
        g = decoupled_decay(p, g, lr, weight_decay, decoupled, maximize)
        scratch = lerp(m, g, 1 - beta1)
        decayed_square(v, g, beta2, scratch)
        if maxima:
            v = np.maximum(maxima[i], v, out=maxima[i])
        np.sqrt(v, out=scratch)
        scratch /= (1 - beta2**t) ** 0.5
        scratch += eps
        add_quotient(p, m, scratch, -lr / (1 - beta1**t))


def decoupled_decay(
    p: Array, g: Array, lr: float, weight_decay: float, decoupled: bool, maximize: bool
) -> Array:
    """Decay `p` at once, or else as a part of the gradient, which is returned."""
    if decoupled and weight_decay:
        p *= 1 - lr * weight_decay
        weight_decay = 0.0
    return followed(p, g, weight_decay, maximize)


def adamax(
    params: Arrays, grads: Arrays, means: Arrays, norms: Arrays, steps: Arrays, lr: float,
    beta1: float, beta2: float, eps: float, weight_decay: float, maximize: bool,
) -> None:  # fmt: skip
    """Adam with the decaying maximum of gradients in the place of their mean square."""
    for p, g, m, u, step in zip(params, grads, means, norms, steps, strict=True):
        step += 1
        g = followed(p, g, weight_decay, maximize)
        scratch = lerp(m, g, 1 - beta1)
        u *= beta2
        np.absolute(g, out=scratch)
        scratch += eps
        np.maximum(u, scratch, out=u)
        np.divide(m, u, out=scratch)
        scratch *= -lr / (1 - beta1 ** step.item())
        p += scratch


def nadam(
    params: Arrays, grads: Arrays, means: Arrays, squares: Arrays, products: Arrays, steps: Arrays,
    lr: float, beta1: float, beta2: float, eps: float, weight_decay: float, momentum_decay: float,
    decoupled: bool, maximize: bool,
) -> None:  # fmt: skip
    """Adam that looks one step ahead; `products` holds the product of the momenta so far."""
    for p, g, m, v, product, step in zip(
        params, grads, means, squares, products, steps, strict=True
    ):
        step += 1
        t = step.item()
        g = decoupled_decay(p, g, lr, weight_decay, decoupled, maximize)
        mu = beta1 * (1.0 - 0.5 * 0.96 ** (t * momentum_decay))
        following = beta1 * (1.0 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
        product *= mu
        scratch = lerp(m, g, 1 - beta1)
        decayed_square(v, g, beta2, scratch)
        root = np.divide(v, 1 - beta2**t)
        np.sqrt(root, out=root)
        root += eps
        done = product.item()
        np.divide(g, root, out=scratch)
        scratch *= -lr * (1.0 - mu) / (1.0 - done)
        p += scratch
        add_quotient(p, m, root, -lr * following / (1.0 - done * following))


def radam(
    params: Arrays, grads: Arrays, means: Arrays, squares: Arrays, steps: Arrays, lr: float,
    beta1: float, beta2: float, eps: float, weight_decay: float, decoupled: bool, maximize: bool,
) -> None:  # fmt: skip
    """Adam that trusts the mean square only once it has seen enough of it."""
    for p, g, m, v, step in zip(params, grads, means, squares, steps, strict=True):
        step += 1
        t = step.item()
        g = decoupled_decay(p, g, lr, weight_decay, decoupled, maximize)
        scratch = lerp(m, g, 1 - beta1)
        decayed_square(v, g, beta2, scratch)
        factor = -lr / (1 - beta1**t)
        trust = rectification(beta2, t)
        if trust is None:
            np.multiply(m, factor, out=scratch)
            p += scratch
            continue
        np.sqrt(v, out=scratch)
        scratch += eps
        add_quotient(p, m, scratch, factor * trust * (1 - beta2**t) ** 0.5)


def rectification(beta2: float, t: float) -> float | None:
    """By how much RAdam trusts the mean square of step `t`, or None: not at all."""
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * t * beta2**t / (1 - beta2**t)
    if length <= 5.0:
        return None
    top = (length - 4) * (length - 2) * longest
    return float((top / ((longest - 4) * (longest - 2) * length)) ** 0.5)


def adadelta(
    params: Arrays, grads: Arrays, squares: Arrays, changes: Arrays, steps: Arrays, lr: float,
    rho: float, eps: float, weight_decay: float, maximize: bool,
) -> None:  # fmt: skip
    """Steps as long as earlier ones were, relative to the gradients (`changes`: their squares)."""
    for p, g, v, c, step in zip(params, grads, squares, changes, steps, strict=True):
        step += 1
        g = followed(p, g, weight_decay, maximize)
        scratch = np.empty_like(v)
        decayed_square(v, g, rho, scratch)
        np.add(v, eps, out=scratch)
        np.sqrt(scratch, out=scratch)
        change = c + eps
        np.sqrt(change, out=change)
        change /= scratch
        change *= g
        decayed_square(c, change, rho, scratch)
        change *= lr
        p -= change


def adagrad(
    params: Arrays, grads: Arrays, sums: Arrays, steps: Arrays, lr: float, lr_decay: float,
    eps: float, weight_decay: float, maximize: bool,
) -> None:  # fmt: skip
    """Each element's step shrinks with the sum of its squared gradients."""
    for p, g, total, step in zip(params, grads, sums, steps, strict=True):
        step += 1
        g = followed(p, g, weight_decay, maximize)
        scratch = g * g
        total += scratch
        np.sqrt(total, out=scratch)
        scratch += eps
        add_quotient(p, g, scratch, -lr / (1 + (step.item() - 1) * lr_decay))


def rmsprop(
    params: Arrays, grads: Arrays, squares: Arrays, means: Arrays, buffers: Arrays, steps: Arrays,
    lr: float, alpha: float, eps: float, weight_decay: float, momentum: float, maximize: bool,
) -> None:  # fmt: skip
    """The gradient over the root of its mean square.

    `means` is empty, or the squares are centred by it; `buffers` is empty without momentum.
    """
    for i, (p, g, v, step) in enumerate(zip(params, grads, squares, steps, strict=True)):
        step += 1
        g = followed(p, g, weight_decay, maximize)
        scratch = np.empty_like(v)
        decayed_square(v, g, alpha, scratch)
        if means:
            lerp(means[i], g, 1 - alpha)
            np.multiply(means[i], means[i], out=scratch)
            v = np.subtract(v, scratch, out=scratch)
        np.sqrt(v, out=scratch)
        scratch += eps
        if buffers:
            np.divide(g, scratch, out=scratch)
            b = buffers[i]
            b *= momentum
            b += scratch
            np.multiply(b, lr, out=scratch)
            p -= scratch
        else:
            add_quotient(p, g, scratch, -lr)


def rprop(
    params: Arrays, grads: Arrays, previous: Arrays, sizes: Arrays, steps: Arrays, eta_minus: float,
    eta_plus: float, smallest: float, largest: float, maximize: bool,
) -> None:  # fmt: skip
    """Only signs count: steps grow while the sign stays and shrink when it changes."""
    for p, g, before, size, step in zip(params, grads, previous, sizes, steps, strict=True):
        step += 1
        g = followed(p, g, 0.0, maximize)
        agreement = g * before
        turned = agreement < 0
        factor = np.ones_like(size)
        factor[agreement > 0] = eta_plus
        factor[turned] = eta_minus
        size *= factor
        np.clip(size, smallest, largest, out=size)
        np.copyto(before, g)
        before[turned] = 0
        np.sign(before, out=factor)
        factor[np.isnan(factor)] = 0
        factor *= size
        p -= factor


def asgd(
    params: Arrays, grads: Arrays, averages: Arrays, mus: Arrays, etas: Arrays, lambd: float,
    weight_decay: float, maximize: bool,
) -> None:  # fmt: skip
    """Descent by steps of lengths `etas`; what has been weighs `1 - mu` in the average."""
    for p, g, average, mu, eta in zip(params, grads, averages, mus, etas, strict=True):
        g = followed(p, g, weight_decay, maximize)
        pace = eta.item()
        p *= 1 - lambd * pace
        p -= g * pace
        if mu.item() != 1:
            way = p - average
            way *= mu.item()
            average += way
        else:
            np.copyto(average, p)


def adafactor(
    params: Arrays, grads: Arrays, rows: list[Any], columns: list[Any], squares: list[Any],
    steps: Arrays, lr: float, beta2_decay: float, eps1: float | None, eps2: float, d: float,
    weight_decay: float, maximize: bool,
) -> None:  # fmt: skip
    """Adam's mean square of a matrix, kept as the product of a row and a column.

    Of a parameter with fewer than two dims `squares` has the whole, and `rows` and `columns` None.
    """
    for p, g, row, column, square, step in zip(
        params, grads, rows, columns, squares, steps, strict=True
    ):
        step += 1
        t = step.item()
        g = np.negative(g) if maximize else g
        smallest = dtypes.finfo(dtypes.of(p.dtype)).eps if eps1 is None else eps1
        pace = max(eps2, root_mean_square(p)) * min(lr, 1 / t**0.5)
        if weight_decay:
            p *= 1 - lr * weight_decay
        if square is None:
            square = rank_one(row, column, g, t**beta2_decay, smallest)
        else:
            lerp(square, g * g, t**beta2_decay)
        update = np.maximum(square, smallest * smallest)
        np.sqrt(update, out=update)
        np.divide(g, update, out=update)
        update *= pace / max(1.0, root_mean_square(update) / d)
        p -= update


def root_mean_square(x: Array) -> float:
    """The norm of `x` over that of ones."""
    return float(np.linalg.norm(x)) / x.size**0.5


def rank_one(row: Array, column: Array, g: Array, weight: float, smallest: float) -> Array:
    """Move Adafactor's row and column towards the mean squares of `g`; their product."""
    square = g * g
    lerp(row, square.mean(-1, keepdims=True), weight)
    lerp(column, square.mean(-2, keepdims=True), weight)
    product = row * column
    product /= np.maximum(row.mean(-2, keepdims=True), smallest)
    return product


# -- gradients by themselves ------------------------------------------------------------------


def norms(grads: Arrays) -> list[float]:
    """The Euclidean norm of each array, of the precision of its elements."""
    return [float(np.sqrt(np.sum(g * g))) for g in grads]


def scale(grads: Arrays, factor: float) -> None:
    """Multiply every array by a number."""
    for g in grads:
        g *= factor


def clamp(grads: Arrays, low: float, high: float) -> None:
    """Raise what is below `low`, then cut off what is above `high`."""
    for g in grads:
        np.minimum(np.maximum(g, low, out=g), high, out=g)


def clear(grads: Arrays) -> None:
    """Fill every array with zeros."""
    for g in grads:
        g[...] = 0
