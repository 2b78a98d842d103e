"""Derivatives and integrals of functions that are known at points: differences and trapezoids."""

from rushlight.kernels import dtypes
from rushlight.ops.families import (
    as_tensor_argument,
    is_operand,
    type_word,
    wrap_dim,
)
from rushlight.ops.join import cat
from rushlight.ops.publish import public
from rushlight.tape.core import TensorBase

MISFITS = (
    "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to "
    "'self.dim() = {0}', since dim argument was not given, but got a list of length {1}"
)
MISFITS_DIM = (
    "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments "
    "to have the same length, but got a spacing argument of length {1} and a dim argument of "
    "length {0}."
)

# -- integrals -------------------------------------------------------------------------------


@public("torch")
def trapezoid(y, x=None, *, dx=None, dim=-1):
    """The integral of `y` along `dim` by the trapezoidal rule.

    Args:
        x: the points at which y is known, 1-d or of a shape that broadcasts to that of `y`.
        dx: the distance of the points, where `x` is not given; 1 by default.

    Raises:
        RuntimeError: for bool, and if `x` does not fit.

    Example:
        >>> import rushlight as torch
        >>> torch.trapezoid(torch.tensor([1.0, 5.0, 10.0]))
        tensor(10.5000)
    """
    return integral(y, x, dx, dim)


@public("torch")
def trapz(y, x=None, *, dx=None, dim=-1):
    """`trapezoid` under its older name."""
    return integral(y, x, dx, dim)


def integral(y, x, dx, dim):
    """`trapezoid` and `trapz`."""
    dim = checked("trapezoid", y, x, dx, dim)
    if y.shape[dim] == 0:
        return y.new_zeros(y.shape[:dim] + y.shape[dim + 1 :])
    refuse_bool("trapezoid", y, x)
    if x is None:
        ends = (y.select(dim, 0) + y.select(dim, -1)) * 0.5
        return (y.sum(dim) - ends) * (1 if dx is None else dx)
    steps = step_widths("trapezoid", y, x, dim)
    return ((between(y, dim, 0) + between(y, dim, 1)) * steps).sum(dim) / 2.0


@public("torch")
def cumulative_trapezoid(y, x=None, *, dx=None, dim=-1):
    """The integrals of `y` along `dim` from the first point to each of the others, by the
    trapezoidal rule; parameters as of `trapezoid`.

    Example:
        >>> import rushlight as torch
        >>> torch.cumulative_trapezoid(torch.tensor([1.0, 5.0, 10.0]))
        tensor([ 3.0000, 10.5000])
    """
    as_tensor_argument("cumulative_trapezoid", "y", 1, y)
    refuse_bool("cumulative_trapezoid", y, x)
    if not y.dim():
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    dim = checked("cumulative_trapezoid", y, x, dx, dim)
    sums = between(y, dim, 0) + between(y, dim, 1)
    if x is None:
        return (sums * ((1 if dx is None else dx) / 2)).cumsum(dim)
    return (sums * step_widths("cumulative_trapezoid", y, x, dim)).cumsum(dim) / 2.0


def checked(name, y, x, dx, dim):
    """The dim counted from the front, after a look at the arguments."""
    as_tensor_argument(name, "y", 1, y)
    if not (x is None or (isinstance(x, TensorBase) and dx is None)) or not (
        dx is None or is_operand(dx)
    ):
        words = ", ".join([type_word(v) for v in (y, x, dx) if v is not None])
        raise TypeError(f"{name}() received an invalid combination of arguments - got ({words})")
    if not y.dim():
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    if isinstance(dx, complex):
        raise RuntimeError(f"{name}: Currently, we only support dx as a real number.")
    return wrap_dim(dim, y.dim())


def refuse_bool(name, y, x):
    """Raise for bool tensors."""
    if y.dtype is dtypes.bool or (isinstance(x, TensorBase) and x.dtype is dtypes.bool):
        names = "`y`" if x is None else "`x` or `y`"
        raise RuntimeError(f"{name}: received a bool input for {names}, but bool is not supported")


def between(t, dim, start):
    """All places along a dim but the last (`start` 0) or the first (`start` 1)."""
    return t.narrow(dim, start, max(t.shape[dim] - 1, 0)) if t.shape[dim] else t


def step_widths(name, y, x, dim):
    """The distances of the points `x`, of a shape that broadcasts to that of `y`."""
    if x.dim() == 1:
        if x.shape[0] != y.shape[dim]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        x = x.view([-1 if d == dim else 1 for d in range(y.dim())])
    elif 0 < x.dim() < y.dim():
        x = x.view([1] * (y.dim() - x.dim()) + list(x.shape))
    if not x.dim():
        return x.new_zeros([0] * (y.dim() - dim))
    along = dim - y.dim()
    return between(x, along, 1) - between(x, along, 0)


# -- derivatives -----------------------------------------------------------------------------


@public("torch")
def gradient(input, *, spacing=None, dim=None, edge_order=1):
    """The derivatives of a function, known at the points of a grid, by each of its variables.

    In the interior they are central differences, exact for parabolas.

    Args:
        spacing: the distance of the points: one number, one for each dim, or for each dim the
            points' coordinates in a tensor. 1 by default.
        dim: the dims of the variables; all by default.
        edge_order: 1 for one-sided differences at the edges, 2 for parabolas there, too.

    Returns:
        a tuple of a tensor for each dim.

    Raises:
        RuntimeError: if a dim has too few points, or `spacing` and `dim` do not fit together.

    Example:
        >>> import rushlight as torch
        >>> torch.gradient(torch.tensor([1.0, 4.0, 9.0, 16.0]))
        (tensor([3., 4., 6., 7.]),)
    """
    as_tensor_argument("gradient", "input", 1, input)
    dims = dims_of(input, dim)
    given = spacings(input, spacing, dim, dims)
    if input.dtype is dtypes.uint8:
        raise RuntimeError("torch.gradient does not support uint8 input.")
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    for d in dims:
        if input.shape[d] < edge_order + 1:
            raise RuntimeError(
                "torch.gradient expected each dimension size to be at least edge_order+1"
            )
    return tuple(
        [
            (by_points if isinstance(h, TensorBase) else by_steps)(input, d, h, edge_order)
            for d, h in zip(dims, given, strict=True)
        ]
    )


def dims_of(input, dim):
    """The dims counted from the front, each only once."""
    if dim is None:
        return tuple(range(input.dim()))
    dims = [wrap_dim(d, input.dim()) for d in ((dim,) if isinstance(dim, int) else dim)]
    for d in dims:
        if dims.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return tuple(dims)


def spacings(input, spacing, dim, dims):
    """A number, or a tensor of points, for each of the dims."""
    if isinstance(spacing, TensorBase) and spacing.dim() == 0:
        spacing = spacing.item()
    if spacing is None or is_number(spacing):
        return [1 if spacing is None else spacing] * len(dims)
    if not isinstance(spacing, (tuple, list)) or not all(
        is_number(h) or isinstance(h, TensorBase) for h in spacing
    ):
        words = f"Tensor, spacing={type_word(spacing)}"
        raise TypeError(f"gradient() received an invalid combination of arguments - got ({words})")
    if len(spacing) != len(dims):
        message = MISFITS if dim is None else MISFITS_DIM
        raise RuntimeError(message.format(len(dims), len(spacing)))
    several = [isinstance(h, TensorBase) for h in spacing]
    if any(several) and not all(several):
        i = several.index(False)
        raise TypeError(
            f"expected Tensor as element {i} in argument 1, but got {type_word(spacing[i])}"
        )
    for h in spacing:
        if isinstance(h, TensorBase) and h.dim() != 1:
            raise RuntimeError(
                "torch.gradient expected each element of spacing to have one dimension, but got "
                f"an element with {h.dim()} dimensions!"
            )
    return spacing


def is_number(x):
    return is_operand(x) and not isinstance(x, TensorBase)


def places(f, dim, count):
    """What `f` is at the first, second... of `count` neighbours along a dim, for all of those."""
    length = f.shape[dim] - count + 1
    return [f.narrow(dim, i, length) for i in range(count)]


def ends(f, dim, count):
    """The first and the last `count` places along a dim, each of length 1."""
    n = f.shape[dim]
    return (
        [f.narrow(dim, i, 1) for i in range(count)],
        [f.narrow(dim, n - count + i, 1) for i in range(count)],
    )


def by_steps(f, dim, h, edge_order):
    """The derivative for points at a distance `h`."""
    first, last = ends(f, dim, edge_order + 1)
    if edge_order == 1:
        first, last = ((edge[1] - edge[0]) / h for edge in (first, last))
    else:
        first = (first[0] * -1.5 + first[1] * 2 - first[2] * 0.5) / h
        last = (last[0] * 0.5 - last[1] * 2 + last[2] * 1.5) / h
    if f.shape[dim] == 2:
        return cat([first, last], dim)
    left, _, right = places(f, dim, 3)
    return cat([first, (right - left) / 2.0 / h, last], dim)


def by_points(f, dim, points, edge_order):
    """The derivative for points anywhere."""
    shape = [-1 if d == dim else 1 for d in range(f.dim())]
    steps = points.diff().reshape(shape)
    first, last = ends(f, dim, edge_order + 1)
    h_first, h_last = ends(steps, dim, edge_order)
    if edge_order == 1:
        first = (first[1] - first[0]) / h_first[0]
        last = (last[1] - last[0]) / h_last[0]
    else:
        first = weighted(first, parabola(*h_first, 0))
        last = weighted(last, parabola(*h_last, 2))
    if f.shape[dim] == 2:
        return cat([first, last], dim)
    middle = weighted(places(f, dim, 3), parabola(*places(steps, dim, 2), 1))
    return cat([first, middle, last], dim)


def parabola(h, k, at):
    """What to weigh three values with, at points so far from one another, to get the derivative
    at one of them of the parabola through them."""
    both = h + k
    if at == 0:
        return -(h + both) / (h * both), both / (h * k), -h / (k * both)
    if at == 1:
        return -k / (h * both), (k - h) / (h * k), h / (k * both)
    return k / (h * both), -both / (h * k), (k + both) / (k * both)


def weighted(values, weights):
    """The sum of three values times their weights."""
    first, second, third = (w * f for w, f in zip(weights, values, strict=True))
    return first + second + third
