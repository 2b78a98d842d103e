"""Quantiles: what lies at a given share of the way from the smallest element to the largest."""

from rushlight.kernels import dtypes
from rushlight.ops.families import as_tensor_argument, type_word, wrap_dim
from rushlight.ops.publish import namespaces, public
from rushlight.tape.core import TensorBase

MODES = ("linear", "lower", "higher", "midpoint", "nearest")


@public("torch Tensor", out=True)
def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """The quantiles `q` (a number, or a 1-d tensor of them) along `dim`, or of all elements.

    For several quantiles the result has a dim in front for them. A quantile of NaN is NaN.

    Args:
        interpolation: what is taken where the quantile lies between two elements: a point as far
            between them ("linear"), one of them ("lower", "higher", "nearest") or their mean
            ("midpoint").

    Raises:
        RuntimeError: for quantiles outside of [0, 1], other dtypes than float32 and float64, and
            no elements.

    Example:
        >>> import rushlight as torch
        >>> torch.quantile(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0.25, 0.5]))
        tensor([1.5000, 2.0000])
    """
    return quantiles("quantile", input, q, dim, keepdim, interpolation, False)


@public("torch Tensor", out=True)
def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """`quantile` of the elements that are not NaN.

    Example:
        >>> import rushlight as torch
        >>> torch.nanquantile(torch.tensor([1.0, float("nan"), 2.0]), 0.5)
        tensor(1.5000)
    """
    return quantiles("nanquantile", input, q, dim, keepdim, interpolation, True)


def quantiles(name, input, q, dim, keepdim, interpolation, skip_nan):
    """`quantile` and `nanquantile`."""
    as_tensor_argument(name, "input", 1, input)
    check(name, input, q, interpolation)
    alone = not isinstance(q, TensorBase) or q.dim() == 0
    if not isinstance(q, TensorBase):
        q = input.new_tensor(q)
    ordered = in_order(input, dim, keepdim)
    out = interpolated(ordered, ranks(ordered, q, skip_nan), interpolation)
    if alone:
        return out.squeeze_(-1)
    return out.unsqueeze_(0).transpose_(0, -1).squeeze_(-1)


def check(name, input, q, interpolation):
    """Refuse what has no quantiles, and what is none."""
    several = isinstance(q, TensorBase)
    if not several and (isinstance(q, bool) or not isinstance(q, (int, float))):
        words = ", ".join([type_word(x) for x in (input, q)])
        raise TypeError(f"{name}() received an invalid combination of arguments - got ({words})")
    if interpolation not in MODES:
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {interpolation}"
        )
    if not several and not 0 <= q <= 1:
        raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q:g}")
    if input.numel() == 0:
        raise RuntimeError("quantile() input tensor must be non-empty")
    if several and q.dim() > 1:
        raise RuntimeError("quantile() q must be a scalar or 1D tensor")
    if input.dtype not in (dtypes.float32, dtypes.float64):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if several and q.dtype is not input.dtype:
        raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
    if several and q.array is not None and not ((q.array >= 0) & (q.array <= 1)).all():
        raise RuntimeError("quantile() q values must be in the range [0, 1]")


def in_order(input, dim, keepdim):
    """The elements in order along a last dim, after dims of the shape that a quantile has."""
    ndim = input.dim()
    wrapped = None if dim is None else wrap_dim(dim, ndim)
    if wrapped is None:
        ordered, shape = input.flatten(), [1] * ndim if keepdim else []
    else:
        shape = list(input.shape)
        shape[wrapped : wrapped + 1] = [1] if keepdim and ndim else []
        last = wrapped == max(ndim - 1, 0)
        ordered = input if last else input.unsqueeze(-1).transpose(wrapped, -1)
    if not ordered.dim():
        ordered = ordered.unsqueeze(-1)
    ordered = ordered.sort(-1)[0]
    return ordered.reshape([*shape, ordered.shape[-1]])


def ranks(ordered, q, skip_nan):
    """How many steps each quantile is away from the smallest element."""
    where = [*ordered.shape[:-1], q.numel()]
    if skip_nan:
        places = ordered.detach().isnan().logical_not().sum(-1, True) - 1
        return (q * places).clamp(min=0).expand(where)
    end = ordered.shape[-1] - 1  # where NaN is, if there is any
    missing = ordered.detach()[..., -1:].isnan()
    return (q * end).expand(where).masked_fill(missing, end)


def interpolated(ordered, steps, mode):
    """What lies so many steps from the smallest element."""
    if mode not in ("linear", "midpoint"):
        rounding = {"nearest": "round", "lower": "floor", "higher": "ceil"}[mode]
        return ordered.gather(-1, getattr(steps, rounding)().long())
    below = steps.long()
    weight = steps - below if mode == "linear" else namespaces["torch"]["full_like"](steps, 0.5)
    above = ordered.gather(-1, steps.ceil().long())
    return ordered.gather(-1, below).lerp(above, weight)
