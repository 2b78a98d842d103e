"""Dims as callers name them, counted from the front."""

import operator


def wrap_dim(dim, ndim):
    """A dim counted from the front; 0-d tensors have one dim to speak of."""
    if type(dim) is not int:
        dim = operator.index(dim)
    span = ndim or 1
    if not -span <= dim < span:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-span}, "
            f"{span - 1}], but got {dim})"
        )
    return dim % span


def wrap_dims(dims, ndim):
    """Several dims as a tuple, each only once; None or () means all."""
    if dims is None:
        return tuple(range(ndim))
    if isinstance(dims, int):
        dim = wrap_dim(dims, ndim)
        return (dim,) if ndim else ()
    if isinstance(dims, str):
        raise TypeError("argument 'dim' must be tuple of ints, not str")
    wrapped = tuple([wrap_dim(d, ndim) for d in dims])
    for d in wrapped:
        if wrapped.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return wrapped if wrapped and ndim else tuple(range(ndim))


def shape_of(t):
    """A tensor's shape as a plain tuple, which is quicker to make than a Size."""
    return tuple(t.shape) if t.array is None else t.array.shape
