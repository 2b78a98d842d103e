"""Covariances and correlations of variables: `cov` and `corrcoef`."""

import warnings

from rushlight.kernels import dtypes
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.linalg_checks import values_of
from rushlight.ops.publish import namespaces, public
from rushlight.tape.dispatch import conj

FEW_DEGREES = (
    "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of "
    "observations."
)


@public("torch Tensor")
def cov(input, *, correction=1, fweights=None, aweights=None):
    """The covariances of variables, the rows of `input`, whose columns are observations.

    Args:
        correction: what is taken from the number of observations before it divides.
        fweights: integers, how often each observation occurred.
        aweights: floating point numbers, how much each observation weighs.

    Returns:
        Tensor: a matrix, on its diagonal the variances; the variance if `input` is a vector.

    Raises:
        RuntimeError: for more than two dims, Booleans, and weights that do not fit or are
            negative.

    Example:
        >>> import rushlight as torch
        >>> torch.cov(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    as_tensor_argument("cov", "input", 1, input)
    if type(correction) is not int:
        raise TypeError(
            f"cov(): argument 'correction' must be int, not {type(correction).__name__}"
        )
    if input.dim() > 2:
        raise RuntimeError(too_many_dims("cov", input))
    if input.dtype is dtypes.bool:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    x = input if input.dim() == 2 else input.reshape((1, -1))
    check_weights("fweights", fweights, x.shape[1], "integral", (1,))
    check_weights("aweights", aweights, x.shape[1], "floating point", (2,))
    w = fweights if aweights is None else aweights
    if fweights is not None and aweights is not None:
        w = fweights * aweights
    return centred_products(x, w, aweights, correction).squeeze()


def centred_products(x, w, aweights, correction):
    """The products of all pairs of rows less their means, summed and divided."""
    n = x.shape[1]
    total = n if w is None else w.sum()
    if w is not None and n and (values_of(total) == 0).any():
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    mean = (x if w is None else x * w).sum(1) / total
    freedom = total - correction
    if w is not None and aweights is not None and correction:
        freedom = total - correction * (w * aweights).sum() / total
    if (values_of(freedom) if w is not None else freedom) <= 0:
        warnings.warn(FEW_DEGREES, UserWarning, stacklevel=4)
    freedom = max(freedom, 0) if w is None else freedom.clamp(min=0)
    away = x - mean.unsqueeze(1)
    return away @ conj((away if w is None else away * w).t()) / freedom


def too_many_dims(name, input):
    return (
        f"{name}(): expected input to have two or fewer dimensions but got an input with "
        f"{input.dim()} dimensions"
    )


def check_weights(name, w, n, kind, categories):
    """Refuse weights that are not one for each of `n` observations."""
    if w is None:
        return
    try:
        as_tensor_argument("cov", name, 1, w)
    except TypeError:
        raise TypeError(
            f"cov(): argument '{name}' must be Tensor, not {type(w).__name__}"
        ) from None
    if w.dim() > 1:
        raise RuntimeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with "
            f"{w.dim()} dimensions"
        )
    if w.dtype.category not in categories:
        raise RuntimeError(
            f"cov(): expected {name} to have {kind} dtype but got {name} with "
            f"{w.dtype.scalar_type} dtype"
        )
    if w.numel() != n:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the "
            f"input but got {w.numel()} != {n}"
        )
    if n and values_of(w).min() < 0:
        raise RuntimeError(f"cov(): {name} cannot be negative")


@public("torch Tensor")
def corrcoef(input):
    """The correlations of variables, the rows of `input`, whose columns are observations.

    Returns:
        Tensor: a matrix of numbers between -1 and 1; 1 if `input` is a vector.

    Raises:
        RuntimeError: for more than two dims.

    Example:
        >>> import rushlight as torch
        >>> torch.corrcoef(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    as_tensor_argument("corrcoef", "input", 1, input)
    if input.dim() > 2:
        raise RuntimeError(too_many_dims("corrcoef", input))
    c = cov(input)
    if c.dim() == 0:
        return c / c
    d = c.diagonal()
    d = (d.real if d.dtype.is_complex else d).sqrt()
    c = c / d.view((-1, 1)) / d.view((1, -1))
    if not c.dtype.is_complex:
        return c.clamp(-1, 1)
    return namespaces["torch"]["complex"](c.real.clamp(-1, 1), c.imag.clamp(-1, 1))
