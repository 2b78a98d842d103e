"""`out=`: results written into tensors that the caller gives."""

import warnings

import numpy as np

from rushlight.kernels import strides
from rushlight.tape import inplace
from rushlight.tape.core import TensorBase, note, state, wants

RESIZED = (
    "An output with one or more elements was resized since it had shape {0}, which does not match "
    "the required output shape {1}. This behavior is deprecated, and in a future PyTorch release "
    "outputs will not be resized unless they have zero elements. You can explicitly reuse an out "
    "tensor t by resizing it, inplace, to zero elements with t.resize_(0)."
)


def through(name, out, body, args, kwargs, key=None):
    """Call `body` and put its result, or results, into `out`, which is returned.

    `key` is the name by which the operation's own rules about outputs are found.
    """
    targets = out if isinstance(out, (tuple, list)) else (out,)
    refuse_recording(name, targets, args)
    st = state()
    before, st.grad = st.grad, False
    try:
        results = body(*args, **kwargs)
    finally:
        st.grad = before
    several = isinstance(results, (tuple, list))
    refuse_boxed(name, (*targets, *(results if several else (results,))))
    pairs = tuple(zip(targets, results if several else (results,), strict=True))
    for i, (target, result) in enumerate(pairs):
        check(key or name, i, target, result, args, len(pairs))
    for target, result in pairs:
        deliver(target, result)
    return type(results)(targets) if several and isinstance(out, (tuple, list)) else out


class Rules:
    """What single operations refuse: the operations' part of this, which sets both checks.

    check_dtype(key, position, count, own, given): of outputs of another dtype;
    check_apart(key, shared): of outputs that are arguments, at the positions `shared`.
    """

    check_dtype = check_apart = staticmethod(lambda *args: None)


def check(key, position, target, result, args, count):
    """Refuse an output that the result cannot go to; nothing has been written yet."""
    size = result.array.nbytes
    tensors = [(i, x) for i, x in enumerate(args) if isinstance(x, TensorBase)]
    if shared := [i for i, x in tensors if x is target or shares(x, target, size)]:
        Rules.check_apart(key, shared)
    if target.dtype is not result.dtype:
        Rules.check_dtype(key, position, count, result.dtype, target.dtype)
    inplace.check_cast(result.array.dtype, target.array.dtype)
    inplace.check_overlap(target.array)


def shares(x, target, size):
    """Does a tensor share memory with an output, or will when that has grown to `size` bytes?"""
    if np.may_share_memory(x.array, target.array):
        return True
    if x.shared is None or x.shared is not target.shared or not x.array.size:
        return False
    first = strides.address(target.array)
    low = strides.address(x.array)
    return first <= low < first + size


def refuse_recording(name, targets, args):
    """`out=` cannot be differentiated."""
    for t in targets:
        if not isinstance(t, TensorBase):
            raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(t).__name__}")
        inplace.check_aliases(t, flat(args))
    if state().grad and any(
        isinstance(x, TensorBase) and wants(x) for x in (*targets, *flat(args))
    ):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic "
            "differentiation, but one of the arguments requires grad."
        )


def refuse_boxed(name, tensors):
    """Transforms do not write into given tensors."""
    for t in tensors:
        if isinstance(t, TensorBase) and t.box is not None:
            if t.box.dim is None:
                raise NotImplementedError(
                    f"Trying to use forward AD with {name}_out that does not support it because it "
                    "is an out= function"
                )
            raise RuntimeError(
                f"Batching rule not implemented for aten::{name}.out; the fallback path doesn't "
                "work on out= or view ops."
            )


def flat(args):
    for x in args:
        if isinstance(x, (list, tuple)):
            yield from x
        else:
            yield x


def deliver(target, result):
    """Put one result into the tensor given for it, resizing that if need be."""
    values = result.array
    if target.array.shape != values.shape:
        resize(target, values.shape)
    np.copyto(target.array, values, casting="unsafe")
    note(target)


def resize(target, shape):
    """Give an output tensor the shape of the result; one that held elements is warned about."""
    if target.array.size:
        warnings.warn(RESIZED.format(list(target.array.shape), list(shape)), stacklevel=6)
    target.resize_(shape)
