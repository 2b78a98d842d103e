"""Distances and similarities: cdist, pdist, pairwise_distance, cosine_similarity."""

import math

import numpy as np

from rushlight.kernels import dtypes
from rushlight.ops.families import Operation, as_tensor_argument
from rushlight.ops.publish import namespaces, public
from rushlight.ops.shape import common_shape
from rushlight.ops.vector_norm import norm_gradient, vector_norm
from rushlight.tape.modes import no_grad

MODES = (
    "use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)  # fmt: skip


@public("torch F")
def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between vectors along `dim`.

    Args:
        eps: shorter vectors are taken to be this long.

    Raises:
        RuntimeError: the shapes do not broadcast, or the common dtype is no floating one.

    Example:
        >>> import rushlight as torch
        >>> torch.cosine_similarity(torch.tensor([[3.0, 4.0]]), torch.tensor([[4.0, 3.0]]))
        tensor([0.9600])
    """
    as_tensor_argument("cosine_similarity", "x1", 1, x1)
    as_tensor_argument("cosine_similarity", "x2", 2, x2)
    common = namespaces["torch"]["promote_types"](x1.dtype, x2.dtype)
    if common.category < dtypes.FLOAT:
        raise RuntimeError(
            f"expected common dtype to be floating point, yet common dtype is {common.scalar_type}"
        )
    shape = common_shape([x1.shape, x2.shape])
    units = [
        unit(x.to(common).expand(shape) if x.shape != shape else x.to(common), dim, eps)
        for x in (x1, x2)
    ]
    return (units[0] * units[1]).sum(dim)


def unit(x, dim, eps):
    """Vectors over their lengths; the gradient ignores that the length has a lower bound."""
    length = namespaces["linalg"]["vector_norm"](x, 2, dim, True).clone()
    with no_grad():
        length.clamp_min_(eps)
    return x / length


@public("torch F")
def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The p-norm along the last dim of `x1 - x2 + eps`.

    Raises:
        RuntimeError: the shapes do not broadcast.

    Example:
        >>> import rushlight as torch
        >>> torch.pairwise_distance(torch.tensor([[3.0, 4.0]]), torch.zeros(1, 2))
        tensor([5.0000])
    """
    as_tensor_argument("pairwise_distance", "x1", 1, x1)
    as_tensor_argument("pairwise_distance", "x2", 2, x2)
    dim = max(x1.dim(), x2.dim()) - 1
    return norm_of_difference.bound(x1 - x2 + eps, p, dim, keepdim)


class norm_of_difference(vector_norm):
    """The norm along a dim under the name of its older node."""

    node = "NormBackward1"
    places = None


class Distance(Operation, family=True):
    """Distances of rows; they are computed from the differences."""

    places = None

    def compute(self, inputs, params):
        with np.errstate(all="ignore"):
            return np.asarray(self.forward(*[t.array for t in inputs], *params))


class Pairs(Distance, family=True):
    """p-norms of the differences of all pairs of rows of two batches of matrices."""

    tensors = 2

    def forward(a, b, p):
        return norms(a[..., :, None, :] - b[..., None, :, :], p)

    def vjp(g, a, b, ans, p, need):
        d = a.unsqueeze(-2) - b.unsqueeze(-3)
        slopes = norm_slopes(g, d, ans, p)
        return (slopes.sum(-2) if need[0] else None, -slopes.sum(-3) if need[1] else None)

    def lift(self, size, ndim, p):
        return (p,)


class cdist_(Pairs):
    """The distances, for any p."""

    node = "CdistBackward0"


class euclidean_dist(Pairs):
    """Those with p = 2 that PyTorch takes from a matrix product."""

    node = "EuclideanDistBackward0"


class pdist_(Distance):
    """p-norms of the differences of all pairs of rows i < j of a matrix."""

    node = "PdistBackward0"

    def forward(x, p):
        i, j = np.triu_indices(x.shape[-2], 1)
        return norms(x[..., i, :] - x[..., j, :], p)

    def vjp_x(g, x, ans, p):
        i, j = [namespaces["torch"]["from_numpy"](k) for k in np.triu_indices(x.shape[-2], 1)]
        slopes = norm_slopes(g, x.index_select(-2, i) - x.index_select(-2, j), ans, p)
        zeros = x.new_zeros(x.shape)
        return zeros.index_add(-2, i, slopes).index_add(-2, j, -slopes)

    def lift(size, ndim, p):
        return (p,)


def norms(d, p):
    """p-norms along the last dim of an array."""
    if p == 2:
        return np.sqrt((d * d).sum(-1))
    d = np.abs(d)
    if p == 0:
        return (d != 0).sum(-1).astype(d.dtype)
    if p == 1:
        return d.sum(-1)
    if math.isinf(p):
        return d.max(-1, initial=0)
    return (d**p).sum(-1) ** (1 / p)


def norm_slopes(g, d, length, p):
    """`g` times the derivative of the p-norm `length` of `d`, 0 where the norm is 0."""
    if p == 0:
        return d.new_zeros(d.shape)
    g, length = g.unsqueeze(-1), length.unsqueeze(-1)
    if math.isinf(p):
        return g * d.sign() * (d.abs() == length).to(d.dtype)
    return norm_gradient(g, d, length, p, (-1,))


@public("torch")
def cdist(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """The p-norm distances of all pairs of rows of `x1` and `x2`.

    Args:
        x1, x2: B x P x M and B x R x M; the batch dims B broadcast.

    Returns:
        Tensor: B x P x R.

    Raises:
        RuntimeError: the rows differ in length, an argument is no matrix, `p` is negative.

    Example:
        >>> import rushlight as torch
        >>> torch.cdist(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0], [0.0, 1.0]]))
        tensor([[5., 1.]])
    """
    as_tensor_argument("cdist", "x1", 1, x1)
    as_tensor_argument("cdist", "x2", 2, x2)
    if compute_mode not in MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    check_rows(x1, x2, p)
    lead = common_shape([x1.shape[:-2], x2.shape[:-2]])
    a = x1.expand((*lead, *x1.shape[-2:])) if x1.shape[:-2] != lead else x1
    b = x2.expand((*lead, *x2.shape[-2:])) if x2.shape[:-2] != lead else x2
    n, m = a.shape[-2], b.shape[-2]
    if p == 2 and (compute_mode == MODES[1] or (compute_mode == MODES[0] and max(n, m) > 25)):
        return euclidean_dist(a, b, p)
    return cdist_(a, b, p)


def check_rows(a, b, p):
    """Refuse what has no distances."""
    for name, t in (("X1", a), ("X2", b)):
        if t.dim() < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {t.dim()}D")
    if a.shape[-1] != b.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {a.shape[-1]} X2: {b.shape[-1]}"
        )
    for name, t in (("X1", a), ("X2", b)):
        if t.dtype.category != dtypes.FLOAT:
            raise RuntimeError(
                f"cdist only supports floating-point dtypes, {name} got: {t.dtype.scalar_type}"
            )
    if a.dtype is not b.dtype:
        raise RuntimeError(
            f"expected scalar type {a.dtype.scalar_type} but found {b.dtype.scalar_type}"
        )
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")


@public("torch F")
def pdist(input, p=2.0):
    """The p-norm distances of all pairs of rows i < j of a matrix, as one vector.

    Raises:
        RuntimeError: the input is no matrix, or `p` is negative.

    Example:
        >>> import rushlight as torch
        >>> torch.pdist(torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]]))
        tensor([5.0000, 1.0000, 4.2426])
    """
    as_tensor_argument("pdist", "input", 1, input)
    if input.dim() != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.dim()}D")
    if input.dtype.category != dtypes.FLOAT:
        raise RuntimeError("pdist only supports floating-point dtypes")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    return pdist_(input, p)


@public("torch Tensor")
def dist(input, other, p=2):
    """The p-norm of `input - other`.

    Raises:
        RuntimeError: the shapes do not broadcast.

    Example:
        >>> import rushlight as torch
        >>> torch.dist(torch.tensor([3.0, 0.0]), torch.tensor([0.0, 4.0]))
        tensor(5.)
    """
    as_tensor_argument("dist", "input", 1, input)
    as_tensor_argument("dist", "other", 2, other)
    common_shape([input.shape, other.shape])
    return (input - other).norm(p)
