"""What linear algebra refuses: shapes, dtypes, and matrices that are singular or not definite."""

import numpy as np

from rushlight.kernels import dtypes
from rushlight.ops.families import refusal
from rushlight.tape.core import TensorBase

LAPACK = frozenset({dtypes.float32, dtypes.float64, dtypes.complex64, dtypes.complex128})


class LinAlgError(RuntimeError):
    """Raised where a matrix has not what a function of `torch.linalg` needs.

    It is singular where an inverse is wanted, not positive definite, or an iteration did not
    converge.

    Example:
        >>> import rushlight as torch
        >>> try:
        ...     torch.linalg.cholesky(-torch.eye(2))
        ... except torch.linalg.LinAlgError as error:
        ...     print(str(error)[:51])
        linalg.cholesky: The factorization could not be com
    """


LinAlgError.__module__ = "torch._C"
LinAlgError.__qualname__ = LinAlgError.__name__ = "_LinAlgError"


# -- shapes ----------------------------------------------------------------------------------


def check_matrix(name, x, argument="A"):
    """Refuse fewer than two dims."""
    if x.dim() < 2:
        raise RuntimeError(f"{name}: The input tensor {argument} must have at least 2 dimensions.")


def check_square(name, x, argument="A"):
    """Refuse all but square matrices, or batches of them; without a `name` in fewer words."""
    if name:
        check_matrix(name, x, argument)
    rows, columns = x.shape[-2:]
    if rows != columns:
        lead = f"{name}: " if name else ""
        raise RuntimeError(
            f"{lead}{argument} must be batches of square matrices, "
            f"but they are {rows} by {columns} matrices"
        )


def check_solvable(name, a, b, left=True):
    """Refuse an equation `a X = b` (`X a = b` if not `left`) whose sizes do not fit."""
    check_matrix(name, a)
    check_matrix(name, b, "B")
    check_square(name, a)
    if a.shape[-1] != b.shape[-2 if left else -1]:
        equation = "AX = B" if left else "XA = B"
        sizes = f"{a.shape[-2]}x{a.shape[-1]} and {b.shape[-2]}x{b.shape[-1]}"
        raise RuntimeError(
            f"{name}: Incompatible shapes of A and B for the equation {equation} ({sizes})"
        )


def check_legacy_solvable(name, b, a):
    """`check_solvable` in the words of the older functions."""
    if a.shape[-2] != b.shape[-2] and a.shape[-1] == a.shape[-2]:
        n = a.shape[-1]
        raise RuntimeError(
            f"Incompatible matrix sizes for {name}: each A matrix is {n} by {n} but each b "
            f"matrix is {b.shape[-2]} by {b.shape[-1]}"
        )
    check_square("", a)
    if a.dtype is not b.dtype:
        raise RuntimeError(
            "Expected b and A to have the same dtype, but found b of type "
            f"{b.dtype.scalar_type} and A of type {a.dtype.scalar_type} instead."
        )


# -- dtypes ----------------------------------------------------------------------------------


def check_floating(name, x):
    """Refuse integers and Booleans."""
    if x.dtype.category < 2:
        raise RuntimeError(
            f"{name}: Expected a floating point or complex tensor as input. "
            f"Got {x.dtype.scalar_type}"
        )


def check_lapack(name, x):
    """Refuse dtypes that LAPACK does not compute in."""
    check_floating(name, x)
    if x.dtype not in LAPACK:
        raise RuntimeError(f"{name}: Low precision dtypes not supported. Got {x.dtype.scalar_type}")


def check_kernel(kernel, x):
    """Refuse dtypes that LAPACK does not compute in, in the words of PyTorch's `kernel`."""
    if x.dtype not in LAPACK:
        raise refusal(kernel, x.dtype)


# -- values ----------------------------------------------------------------------------------


def values_of(x):
    """The array behind a tensor, below the boxes of any transforms; an array is its own."""
    if not isinstance(x, TensorBase):
        return np.asarray(x)
    while x.array is None:
        x = x.box.value
    return x.array


def check_info(name, info, text, error=LinAlgError):
    """Refuse results whose `info` is not 0; `text` has a place for that number.

    Of a batch, the first bad matrix is named.
    """
    codes = values_of(info)
    bad = np.flatnonzero(codes)
    if bad.size:
        element = f"(Batch element {bad[0]}): " if codes.ndim else ""
        raise error(f"{name}: {element}{text.format(codes.ravel()[bad[0]])}")
