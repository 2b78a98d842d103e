"""Gradients on their way: brought to an input's shape and dtype, filled in, and kept."""

import collections
import math

import numpy as np

from rushlight.kernels import dtypes, memory
from rushlight.kernels.memory_layout import is_dense
from rushlight.tape.core import TensorBase, box


def sum_to(g, shape):
    """Undo broadcasting: sum `g` over the dims that `shape` lacks or has with length 1."""
    size = g.array.shape if g.box is None else g.box.sizes()
    if size == tuple(shape):
        return g
    if g.box is not None and math.prod(size) == math.prod(shape):
        from rushlight.tape.declare import table

        return table["view"].run((g,), (tuple(shape),))  # outside the graph shows PyTorch's sum
    lead = len(size) - len(shape)
    dims = list(range(lead))
    dims += [i + lead for i, n in enumerate(shape) if n == 1 and size[i + lead] != 1]
    if len(dims) == lead:
        return g.sum(dims)
    g = g.sum(dims, True)
    return g.reshape(shape) if lead else g


def to_dtype(g, dtype):
    """Undo promotion: `g` in an input's dtype, its real part where the input was real."""
    target = dtypes.of(dtype)
    if g.dtype is target:
        return g
    if g.dtype.is_complex and not target.is_complex:
        g = g.real
    return g.to(target)


def silence(op, g, grads):
    """Nothing comes from nothing: zero where the cotangent is, though a derivative be infinite.

    And zero where 0 times an infinite cotangent is nan: as in the square inside a norm.

    Elementwise operations are looked at element by element, any other one as a whole.
    """
    if not isinstance(g, TensorBase):
        return
    for i, grad in enumerate(grads):
        if grad is None:
            continue
        if op.pointwise and grad.shape == g.shape:
            grads[i] = grad.masked_fill((g == 0) | (g.isinf() & grad.isnan()), 0)
        elif g.box is None and not g.array.any():
            grads[i] = grad.new_zeros(grad.shape)


def described(t):
    """(shape, NumPy dtype) of a tensor."""
    if t.array is None:
        return tuple(t.shape), t.dtype.numpy
    return t.array.shape, t.array.dtype


Described = collections.namedtuple("Described", "shape dtype")


def expandable(shape, target):
    """Can a tensor of `shape` be broadcast to `target`?"""
    lead = len(target) - len(shape)
    return lead >= 0 and all(n in (1, m) for n, m in zip(shape, target[lead:], strict=True))


def fix(grads, node):
    """Bring each gradient to the (shape, dtype) of its input; None leaves it as it is."""
    for i, want in enumerate(node.fix_):
        g = grads[i]
        if want is not None and g is not None:
            shape, dtype = want
            if g.shape != shape and not expandable(shape, g.shape):
                refuse_shape(node, i, g, shape)
            grads[i] = to_dtype(sum_to(g, shape), dtype)


def refuse_shape(node, i, g, shape):
    raise RuntimeError(
        f"Function {node.name()} returned an invalid gradient at index {i} - got {list(g.shape)} "
        f"but expected shape compatible with {list(shape)}"
    )


def zeros(shape, dtype):
    """A gradient of zeros."""
    return box(np.zeros(shape, dtype))


def materialize(grads, outputs):
    """The cotangents of a node with several outputs, zeros for those that nobody asked for."""
    if grads is None:
        grads = [None] * len(outputs)
    return tuple(
        zeros(*described) if g is None else g for g, described in zip(grads, outputs, strict=True)
    )


def copy_for(leaf, g, create):
    """A gradient of our own to keep in `leaf.grad`, laid out like the leaf."""
    if g.array is None:
        return g.clone() if create else g.detach()
    a = g.array if leaf.array is None else leaf.array
    if not create and g.array.flags.forc and g.array.strides == a.strides:
        return box(memory.copied(g.array))
    if not create and a.flags.c_contiguous and not any(g.array.strides):
        return box(memory.copied(g.array))
    dense = is_dense(a.shape, a.strides, a.itemsize)
    held = box(np.empty_like(a, dtype=g.array.dtype, order="K" if dense else "C"))
    if create:
        return held.copy_(g)
    held.array[...] = g.array
    return held
