"""Standardising elements to mean 0 and variance 1: the mathematics of the normalisation layers.

With m() the mean over `dims`, n their number of elements, r = (m((x - m(x))^2) + eps)^(-1/2) and
h = r (x - m(x)), the Jacobian of h is J = r (I - (1 1' + h h') / n), which is symmetric.
"""

import numpy as np

from rushlight.kernels import dtypes
from rushlight.ops.families import Operation, numel
from rushlight.tape.core import TensorBase


def standardized(x, dims, eps):
    """h, mean and r of an array, the latter two with the reduced dims of length 1; and variance."""
    mean = x.mean(dims, keepdims=True)
    h = x - mean
    variance = np.square(h).mean(dims, keepdims=True)
    r = 1 / np.sqrt(variance + x.dtype.type(eps))
    h *= r
    return h, mean, r, variance


def fitted(parameter, ndim, axes, lead):
    """A weight or bias shaped to meet dims `axes` of the input (and the first `lead`)."""
    shape = [1] * ndim
    shape[:lead] = parameter.shape[:lead]
    for axis, n in zip(axes, parameter.shape[lead:], strict=True):
        shape[axis] = n
    return parameter.reshape(shape)


def scaled_and_shifted(h, weight, bias, axes, lead):
    """`h * weight + bias`, arrays; writes over `h`."""
    if weight is not None:
        h *= fitted(weight, h.ndim, axes, lead)
    if bias is not None:
        h += fitted(bias, h.ndim, axes, lead)
    return h


class standardize_gradient(Operation):
    """J g, the gradient of `x` where that of h is `g`."""

    tensors = 4
    places = None
    node = "StandardizeBackward0"

    def forward(g, x, mean, r, dims):
        with np.errstate(all="ignore"):
            h = (x - mean) * r
            shared = h * (g * h).mean(dims, keepdims=True)
            shared += g.mean(dims, keepdims=True)
            return (g - shared) * r

    def vjp_g(u, x, mean, r, dims):
        return standardize_gradient(u, x, mean, r, dims)

    def vjp_x(u, g, x, mean, r, dims):
        """The derivative of u'Jg = n r (c - a b), a = m(u h), b = m(g h), c = cov(u, g)."""
        h = (x - mean) * r
        a, b = (u * h).mean(dims, True), (g * h).mean(dims, True)
        c = (u * g).mean(dims, True) - u.mean(dims, True) * g.mean(dims, True)
        ju = standardize_gradient(u, x, mean, r, dims)
        jg = standardize_gradient(g, x, mean, r, dims)
        return -(r * r * h * (c - a * b) + r * (b * ju + a * jg))

    def lift(size, ndim, dims):
        return (shifted(dims),)


def shifted(dims):
    """Dims behind a new one in front."""
    return tuple([d + 1 for d in dims])


class Normalization(Operation, family=True):
    """Standardised, then times a weight and plus a bias; results also mean and r.

    `dims` are standardised over, the dims of weight and bias are `axes` of the input; `lead`
    counts batch dims that vmap has put in front.
    """

    tensors = 3
    places = None
    kernel_name = None

    def settled(self):
        self.many = True

    def compute(self, inputs, params):
        x, weight, bias = arrays = [t.array if isinstance(t, TensorBase) else t for t in inputs]
        if x.dtype.itemsize == 2:
            arrays = [None if a is None else a.astype(np.float32) for a in arrays]
        with np.errstate(all="ignore"):
            results = self.forward(*arrays, *params)
        if x.dtype.itemsize == 2:
            return (results[0].astype(x.dtype), *results[1:])
        return results

    def forward(x, weight, bias, dims, axes, eps, lead):
        h, mean, r, variance = standardized(x, dims, eps)
        return scaled_and_shifted(h, weight, bias, axes, lead), mean, r, variance

    def vjp(g, x, weight, bias_shape, bias_dtype, ans1, ans2, dims, axes, lead, need):
        out = gradients(g[0], x, weight, ans1, ans2, dims, axes, lead, need[:2])
        gb = summed(g[0], bias_shape, bias_dtype, axes, lead) if need[2] else None
        if need[0]:
            out[0] = with_moments(out[0], g, x, ans1, ans2, dims)
        return *out, gb

    def jvp(tangents, x, weight, ans1, ans2, dims, axes, lead):
        moved = tangent(tangents, x, weight, ans1, ans2, dims, axes, lead)
        return moved, None, None, None

    def lift(self, size, ndim, dims, axes, eps, lead):
        return shifted(dims), shifted(axes), eps, lead + 1


def gradients(g, x, weight, mean, r, dims, axes, lead, need):
    """Gradients of input and weight where that of the result is `g`."""
    gx = gw = None
    if need[0]:
        scaled = g if weight is None else g * fitted(weight, g.dim(), axes, lead)
        gx = standardize_gradient(scaled, x, mean, r, dims).to(x.dtype)
    if need[1]:
        gw = summed(g * ((x - mean) * r), weight.shape, weight.dtype, axes, lead)
    return [gx, gw]


def summed(g, shape, dtype, axes, lead):
    """The gradient of a parameter: summed over the dims that it does not have."""
    others = [d for d in range(lead, g.dim()) if d not in axes]
    total = g.sum(others) if others else g
    return total.reshape(shape).to(dtype)


def with_moments(gx, g, x, mean, r, dims):
    """`gx` plus what the gradients of mean, r and perhaps variance contribute, if any are there.

    They come from derivatives of higher order, which differentiate the saved results.
    """
    if all(t.array is not None and not t.array.any() for t in g[1:]):
        return gx
    n = numel([x.shape[d] for d in dims])
    slope = -g[2] * r**3 if len(g) == 3 else 2 * g[3] - g[2] * r**3
    return gx + ((g[1] + slope * (x - mean)) * (1 / n)).to(x.dtype)


def tangent(tangents, x, weight, mean, r, dims, axes, lead):
    """The tangent of the result."""
    tx, tw, tb = tangents
    n = x.dim()
    terms = []
    if tx is not None:
        moved = standardize_gradient(tx, x, mean, r, dims)
        terms.append(moved if weight is None else moved * fitted(weight, n, axes, lead))
    if tw is not None:
        terms.append((x - mean) * r * fitted(tw, n, axes, lead))
    if tb is not None:
        terms.append(fitted(tb, n, axes, lead).expand(x.shape))
    out = terms[0]
    for term in terms[1:]:
        out = out + term
    return out


class layer_norm_(Normalization):
    """Standardised over the last dims, each element with its own weight and bias."""

    node = "NativeLayerNormBackward0"


class batch_norm_(Normalization):
    """Standardised over all dims but the channels', each channel with its weight and bias."""

    node = "NativeBatchNormBackward0"


class batch_norm_eval(Operation):
    """`batch_norm_` with given mean and variance, which count as constants."""

    node = "NativeBatchNormBackward0"
    tensors = 5
    places = None

    def compute(self, inputs, params):
        arrays = [t.array if isinstance(t, TensorBase) else t for t in inputs]
        dtype = arrays[0].dtype
        if dtype.itemsize == 2:
            arrays = [None if a is None else a.astype(np.float32) for a in arrays]
        with np.errstate(all="ignore"):
            return self.forward(*arrays, *params).astype(dtype, copy=False)

    def forward(x, weight, bias, mean, variance, dim, eps, lead):
        axes = (dim,)
        h = x - fitted(mean, x.ndim, axes, lead)
        h *= 1 / np.sqrt(fitted(variance, x.ndim, axes, lead) + x.dtype.type(eps))
        return scaled_and_shifted(h, weight, bias, axes, lead)

    def vjp(g, x, weight, bias_shape, bias_dtype, mean, variance, dim, eps, lead, need):
        axes, n = (dim,), x.dim()
        r = (fitted(variance, n, axes, lead) + eps).rsqrt()
        gx = gw = gb = None
        if need[0]:
            gx = g * (r if weight is None else r * fitted(weight, n, axes, lead)).to(g.dtype)
        if need[1]:
            h = (x - fitted(mean, n, axes, lead)) * r
            gw = summed(g * h, weight.shape, weight.dtype, axes, lead)
        if need[2]:
            gb = summed(g, bias_shape, bias_dtype, axes, lead)
        return gx, gw, gb, None, None

    def lift(size, ndim, dim, eps, lead):
        return dim + 1, eps, lead + 1


class group_norm_(Normalization):
    """Standardised over groups of channels, each channel with its weight and bias.

    Computed on a view with the channel dim `dim` split in groups and channels of a group.
    """

    node = "NativeGroupNormBackward0"

    def forward(x, weight, bias, groups, dim, eps, lead):
        view, weight, bias = in_groups(x, weight, bias, groups, dim, lead)
        dims = tuple(range(dim + 1, view.ndim))
        h, mean, r, _ = standardized(view, dims, eps)
        out = scaled_and_shifted(h, weight, bias, (dim, dim + 1), lead)
        return out.reshape(x.shape), mean, r

    def vjp(g, x, weight, bias_shape, bias_dtype, ans1, ans2, groups, dim, lead, need):
        view, split, _ = in_groups(x, weight, None, groups, dim, lead)
        gy = g[0].reshape(view.shape)
        dims, axes = tuple(range(dim + 1, view.dim())), (dim, dim + 1)
        gx, gw = gradients(gy, view, split, ans1, ans2, dims, axes, lead, need[:2])
        if need[0]:
            gx = with_moments(gx, g, view, ans1, ans2, dims).reshape(x.shape)
        gw = gw if gw is None else gw.reshape(weight.shape)
        gb = summed(gy, bias_shape, bias_dtype, axes, lead) if need[2] else None
        return gx, gw, gb

    def jvp(tangents, x, weight, ans1, ans2, groups, dim, lead):
        view, split, _ = in_groups(x, weight, None, groups, dim, lead)
        tx, tw, tb = tangents
        tx = tx if tx is None else tx.reshape(view.shape)
        _, tw, tb = in_groups(x, tw, tb, groups, dim, lead)
        dims, axes = tuple(range(dim + 1, view.dim())), (dim, dim + 1)
        moved = tangent((tx, tw, tb), view, split, ans1, ans2, dims, axes, lead)
        return moved.reshape(x.shape), None, None

    def lift(size, ndim, groups, dim, eps, lead):
        return groups, dim + 1, eps, lead + 1


def in_groups(x, weight, bias, groups, dim, lead):
    """Input and parameters with the channels' dim split in two."""
    each = x.shape[dim] // groups
    view = x.reshape((*x.shape[:dim], groups, each, *x.shape[dim + 1 :]))
    weight, bias = [
        None if p is None else p.reshape((*p.shape[:lead], groups, each)) for p in (weight, bias)
    ]
    return view, weight, bias


def refuse_unfit(x, weight, bias, kernel):
    """Refuse inputs that are no floating numbers, and parameters of another dtype."""
    if x.dtype.category != dtypes.FLOAT:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{x.dtype.scalar_type}'")
    for p in (weight, bias):
        if p is None or p.dtype is x.dtype:
            continue
        if not (x.dtype.itemsize == 2 and p.dtype is dtypes.float32):
            wanted = "Float" if x.dtype.itemsize < 8 else "Double"
            raise RuntimeError(
                f"mixed dtype (CPU): expect parameter to have scalar type of {wanted}"
            )
