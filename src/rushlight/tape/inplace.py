"""In-place writes: refused before anything changes, then done, counted and recorded."""

import warnings

import numpy as np

from rushlight.kernels import dtypes
from rushlight.kernels.memory_layout import is_dense
from rushlight.tape import errors, levels, nodes, saved, views
from rushlight.tape.core import (
    TensorBase,
    alias,
    note,
    state,
    wants,
)
from rushlight.tape.declare import table
from rushlight.tape.dispatch import INPLACE, highest_box, highest_level, needs, record

LEAF = "a leaf Variable that requires grad is being used in an in-place operation."
OVERLAP = (
    "unsupported operation: more than one element of the written-to tensor refers to a single "
    "memory location. Please clone() the tensor before performing the operation."
)
ALIASED = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a "
    "single memory location. Please clone() the tensor before performing the operation."
)


def check(t, recording):
    """Refuse a write that autograd could not follow; `recording` when a gradient is wanted."""
    st = state()
    if st.saved_hooks:
        saved.before_write(t, st)
    if t.inference and not st.inference:
        raise RuntimeError(
            "Inplace update to inference tensor outside InferenceMode is not allowed.You can make "
            "a clone to get a normal tensor before doing inplace update.See "
            "https://github.com/pytorch/rfcs/pull/17 for more details."
        )
    if not recording:
        return
    if t.origin is not None:
        views.refuse_unfollowed(t, "is being")
        if wants(t) and t.origin.base.grad_fn is None:
            raise RuntimeError(errors.advised("a view of " + LEAF, "leaf_written", t))
    if t.rg and t.node is None:
        raise RuntimeError(errors.advised(LEAF, "leaf_written", t))


def check_overlap(array, warning=""):
    """Refuse to write where one memory location stands for several elements, or warn of it."""
    if (
        0 in array.strides
        and array.size
        and any(s == 0 and n > 1 for s, n in zip(array.strides, array.shape, strict=True))
    ):
        if not warning:
            raise RuntimeError(OVERLAP)
        warnings.warn(warning, UserWarning, stacklevel=6)


def check_aliases(target, others):
    """Refuse to read while writing to it memory that lies elsewhere in the written-to tensor.

    Reading exactly the written-to elements is allowed; layouts with gaps are not looked into.
    """
    if target.shared is None:
        return
    for x in others:
        if (
            isinstance(x, TensorBase)
            and x.shared is target.shared
            and partly_same(x.array, target.array)
        ):
            raise RuntimeError(ALIASED)


def partly_same(a, b):
    """Do two dense arrays share some of their memory, but not all, element by element?"""
    if not (dense(a) and dense(b)):
        return False
    begin, other = views.address(a), views.address(b)
    if begin == other and a.nbytes == b.nbytes:
        return a.strides != b.strides
    return begin < other + b.nbytes and other < begin + a.nbytes


def dense(a):
    return is_dense(a.shape, a.strides, a.itemsize)


def check_cast(source, target):
    """Refuse a result whose kind of number the written-to tensor cannot hold."""
    a, b = dtypes.of(source), dtypes.of(target)
    if a is b:
        return
    if a.category > b.category:
        raise RuntimeError(
            f"result type {type_name(a)} can't be cast to the desired output type {type_name(b)}"
        )


def type_name(dtype):
    """PyTorch's name of a scalar type in error texts: Float, Long, ComplexDouble."""
    return errors.tensor_type_name(dtype)[6:-6]


def check_shape(array, shape):
    if tuple(array.shape) != tuple(shape):
        raise RuntimeError(
            f"output with shape {list(shape)} doesn't match the broadcast shape {list(array.shape)}"
        )


def apply(op, inputs, params):
    """Run `op` and write its result over its first input, which is returned."""
    st = state()
    if st.levels:
        levels.refuse_captured(op, inputs, st.levels)
    return proceed(op, inputs, params)


def proceed(op, inputs, params):
    """`apply`, called by a program or by a level on what it has inside."""
    target = inputs[0]
    if highest_level(inputs):
        return boxed(op, inputs, params)
    st = state()
    mask = needs(inputs) if st.grad and not st.inference else 0
    check(target, bool(mask))
    if op.overlaps is not True:
        check_overlap(target.array, op.overlaps)
        check_aliases(target, inputs[1:])
    held = inputs
    if mask:
        before = alias(target)
        others = [before if x is target else x for x in inputs[1:]]
        held = (old_values(op, before, mask), *others)
    out = None
    if op.writes:
        op.write(target, inputs, params)
    else:
        observer = state().observer
        out = op.compute(held, params) if observer is None else observer.compute(op, held, params)
        check_shape(out, target.array.shape)
        check_cast(out.dtype, target.array.dtype)
    if out is not None:
        np.copyto(target.array, out, casting="unsafe")
    node = None
    if mask and op.rules is not None and wants_history(target):
        node = record(op, held, params, target, mask, st, INPLACE)
        if op.fixing:
            cast = out is not None and out.dtype != target.array.dtype
            node.fix_ = op.fixes(held, Cast(out.shape) if cast else target.array)
    note(target)
    if node is not None:
        views.rebase(target, node)
    return target


class Cast:
    """Stands for a result that was cast when it was written: every input's gradient is cast too."""

    dtype = None

    def __init__(self, shape):
        self.shape = shape


def old_values(op, before, mask):
    """The written-to tensor as it was: a copy where a rule will read its values."""
    if op.node_class is None:
        nodes.node_class(op)
    if not any(code == 0 and wanted & mask for code, wanted in zip(op.plan, op.masks, strict=True)):
        return before
    if before.origin is not None:
        views.refresh(before)
    copy = alias(before)
    if before.box is None:
        copy.array = before.array.copy(order="K")
    else:
        copy.box = before.box.copied()
    copy.shared, copy.version, copy.origin = None, 0, None
    return copy


def wants_history(t):
    return t.dtype.is_floating_point or t.dtype.is_complex


def boxed(op, inputs, params):
    """An in-place write at a level of a transform: the box takes the new value."""
    return highest_box(inputs).box.write(op, inputs, params)


def copy(target, source):
    """`target.copy_(source)` by a level, on what it has inside."""
    return proceed(table["copy"], (target, source), ())


def write(target, values):
    """Overwrite a tensor's data outside any history (a caller that has checked)."""
    np.copyto(target.array, values, casting="unsafe")
    note(target)
