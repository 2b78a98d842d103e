"""Standardising elements to mean 0 and variance 1: the mathematics of the normalisation layers.

With m() the mean over `dims`, n their number of elements, r = (m((x - m(x))^2) + eps)^(-1/2) and
h = r (x - m(x)), the Jacobian of h is J = r (I - (1 1' + h h') / n), which is symmetric.

`dims` are standardised over; the dims of weight and bias are `axes` of the input.  With `groups`
the dim axes[0] is first split in so many groups.  `lead` counts batch dims that vmap has put in
front.
"""

import numpy as np

from rushlight.kernels import dtypes, rows
from rushlight.kernels.quiet import quietly
from rushlight.kernels.standardize import fitted, in_groups, others_than
from rushlight.ops.families import Operation
from rushlight.tape.core import TensorBase


def arrays_of(inputs):
    """Arrays in the dtype that is computed in, and the first one's own dtype."""
    arrays = [t.array if isinstance(t, TensorBase) else t for t in inputs]
    dtype = arrays[0].dtype
    if dtype.itemsize == 2:
        arrays = [None if a is None else a.astype(np.float32) for a in arrays]
    return arrays, dtype


def summed(t, dims):
    """The sum of a tensor over dims, perhaps none."""
    return t.sum(dims) if dims else t


# -- the operations --------------------------------------------------------------------------


class Normalization(Operation, family=True):
    """Standardised, then times a weight and plus a bias."""

    tensors = 3
    places = None

    def compute(self, inputs, params):
        arrays, dtype = arrays_of(inputs)
        return quietly(self.forward, (*arrays, *params)).astype(dtype, copy=False)

    def forward(x, weight, bias, dims, axes, eps, groups, lead):
        return rows.normalize(x, weight, bias, dims, axes, eps, groups, lead)

    def vjp(g, x, weight, bias_dtype, dims, axes, eps, groups, lead, need):
        return needed(
            normalization_gradients(
                g, x, weight, None, None, bias_dtype, dims, axes, eps, groups, lead, need
            ),
            need,
        )

    def jvp(tangents, x, weight, dims, axes, eps, groups, lead):
        return tangent(tangents, x, weight, dims, axes, eps, groups, lead)

    def lift(self, size, ndim, dims, axes, eps, groups, lead):
        return shifted(dims), shifted(axes), eps, groups, lead + 1


def shifted(dims):
    """Dims behind a new one in front."""
    return tuple([d + 1 for d in dims])


def needed(grads, need):
    """The gradients that were asked for."""
    return tuple([g if wanted else None for g, wanted in zip(grads, need, strict=False)])


class layer_norm_(Normalization):
    """Standardised over the last dims, each element with its own weight and bias."""

    node = "NativeLayerNormBackward0"


class group_norm_(Normalization):
    """Standardised over groups of channels, each channel with its weight and bias."""

    node = "NativeGroupNormBackward0"


class moments(Operation):
    """Mean and variance over `dims`, which count as constants."""

    places = None
    vjp_x = None

    def settled(self):
        self.many = True

    def compute(self, inputs, params):
        (x,), _ = arrays_of(inputs)
        return quietly(self.forward, (x, *params))

    def forward(x, dims):
        return rows.moments(x, dims)

    def lift(size, ndim, dims):
        return (shifted(dims),)


class batch_norm_(Operation):
    """Standardised by the channels' mean and variance, each channel with its weight and bias.

    With `training` the two are the input's own, and the gradient knows.
    """

    node = "NativeBatchNormBackward0"
    tensors = 5
    differentiable = 3
    places = None

    def compute(self, inputs, params):
        arrays, dtype = arrays_of(inputs)
        return quietly(self.forward, (*arrays, *params)).astype(dtype, copy=False)

    def forward(x, weight, bias, mean, variance, training, dims, axes, eps, lead):
        return rows.normalize_by(x, weight, bias, mean, variance, dims, axes, eps, lead)

    def vjp(g, x, weight, bias_dtype, mean, variance, training, dims, axes, eps, lead, need):
        if training:
            grads = normalization_gradients(
                g, x, weight, mean, variance, bias_dtype, dims, axes, eps, 0, lead, need
            )
            return needed(grads, need)
        return affine_gradients(g, x, weight, bias_dtype, mean, variance, axes, eps, lead, need)

    def jvp(tangents, x, weight, mean, variance, training, dims, axes, eps, lead):
        if training:
            return tangent(tangents[:3], x, weight, dims, axes, eps, 0, lead)
        r = (fitted(variance, x.dim(), axes, lead) + eps).rsqrt()
        h = (x - fitted(mean, x.dim(), axes, lead)) * r
        tx = None if tangents[0] is None else tangents[0] * r
        return combined(tx, h, tangents[:3], x, weight, axes, lead)

    def lift(size, ndim, training, dims, axes, eps, lead):
        return training, shifted(dims), shifted(axes), eps, lead + 1


def affine_gradients(g, x, weight, bias_dtype, mean, variance, axes, eps, lead, need):
    """Gradients where mean and variance are constants."""
    n = x.dim()
    r = (fitted(variance, n, axes, lead) + eps).rsqrt()
    gx = gw = gb = None
    if need[0]:
        factor = r if weight is None else r * fitted(weight, n, axes, lead)
        gx = (g * factor).to(x.dtype)
    if need[1]:
        h = (x - fitted(mean, n, axes, lead)) * r
        gw = summed(g * h, others_than(axes, n, lead)).to(weight.dtype)
    if need[2]:
        gb = summed(g, others_than(axes, n, lead)).to(bias_dtype)
    return gx, gw, gb


class normalization_gradients(Operation):
    """Gradients of input, weight and bias, in one go; empty where they are not needed."""

    node = "NormalizationBackward0"
    tensors = 5
    differentiable = 3
    places = None

    def settled(self):
        self.many = True

    def compute(self, inputs, params):
        arrays, _ = arrays_of(inputs)
        x, weight = (t if t is None else t.array for t in inputs[1:3])
        bias_dtype = x.dtype if params[0] is None else params[0].numpy
        grads = quietly(self.forward, (*arrays, *params))
        own = (x.dtype, x.dtype if weight is None else weight.dtype, bias_dtype)
        return tuple([g.astype(d, copy=False) for g, d in zip(grads, own, strict=True)])

    def forward(g, x, weight, mean, variance, bias_dtype, dims, axes, eps, groups, lead, wanted):
        return rows.normalize_gradient(
            g, x, weight, mean, variance, dims, axes, eps, groups, lead, wanted
        )

    def vjp(u, g, x, weight, dims, axes, eps, groups, lead, wanted, need):
        u = [t if asked else None for t, asked in zip(u, wanted, strict=True)]
        return second_gradients(u, g, x, weight, dims, axes, eps, groups, lead, need)

    def lift(size, ndim, bias_dtype, dims, axes, eps, groups, lead, wanted):
        return bias_dtype, shifted(dims), shifted(axes), eps, groups, lead + 1, wanted


# -- derivatives of higher order, on tensors -------------------------------------------------


def standardized_tensor(x, dims, eps):
    """h and r of a tensor."""
    centred = x - x.mean(dims, True)
    r = ((centred * centred).mean(dims, True) + eps).rsqrt()
    return centred * r, r


def jacobian_product(v, h, r, dims):
    """J v."""
    return (v - v.mean(dims, True) - h * (v * h).mean(dims, True)) * r


def second_gradients(u, g, x, weight, dims, axes, eps, groups, lead, need):
    """Gradients of `normalization_gradients` for its g, x and weight, given those of its results.

    For v = g w it maps to J v, the sum of g h and the sum of g.  The derivative of ux'J v by x is
    that of n r (c - a b) with a = m(ux h), b = m(v h) and c the covariance of ux and v.
    """
    axis, n = axes[0], g.dim() + bool(groups)
    gv, view, ux = (in_groups(t, axis, groups) for t in (g, x, u[0]))
    w, uw, ub = (fitted(in_groups(t, lead, groups), n, axes, lead) for t in (weight, *u[1:]))
    h, r = standardized_tensor(view, dims, eps)
    v = gv if w is None else gv * w
    gg, gx, gw = [], [], None
    if ux is not None:
        ju = jacobian_product(ux, h, r, dims)
        gg.append(ju if w is None else ju * w)
        if need[1]:
            gx.append(-curvature(ux, v, h, r, dims, ju))
        if need[2]:
            gw = summed(gv * ju, others_than(axes, n, lead)).reshape(weight.shape).to(weight.dtype)
    if uw is not None:
        gg.append(uw * h)
        gx.append(jacobian_product(uw * gv, h, r, dims))
    if ub is not None:
        gg.append(ub.expand(view.shape))
    gg, gx = (sum(terms).reshape(x.shape).to(x.dtype) if terms else None for terms in (gg, gx))
    return gg, gx, gw


def curvature(ux, v, h, r, dims, ju):
    """Minus the derivative of ux'J v by x."""
    a, b = (ux * h).mean(dims, True), (v * h).mean(dims, True)
    c = (ux * v).mean(dims, True) - ux.mean(dims, True) * v.mean(dims, True)
    return r * r * h * (c - a * b) + r * (b * ju + a * jacobian_product(v, h, r, dims))


def tangent(tangents, x, weight, dims, axes, eps, groups, lead):
    """The tangent of a result that was standardised by its own moments."""
    axis = axes[0]
    view, weight = in_groups(x, axis, groups), in_groups(weight, lead, groups)
    h, r = standardized_tensor(view, dims, eps)
    tx, tw, tb = tangents
    tx = None if tx is None else jacobian_product(in_groups(tx, axis, groups), h, r, dims)
    split = (tx, in_groups(tw, lead, groups), in_groups(tb, lead, groups))
    return combined(tx, h, split, view, weight, axes, lead).reshape(x.shape).to(x.dtype)


def combined(th, h, tangents, x, weight, axes, lead):
    """The tangent of h w + b."""
    n = x.dim()
    _, tw, tb = tangents
    terms = []
    if th is not None:
        terms.append(th if weight is None else th * fitted(weight, n, axes, lead))
    if tw is not None:
        terms.append(h * fitted(tw, n, axes, lead))
    if tb is not None:
        terms.append(fitted(tb, n, axes, lead).expand(x.shape))
    out = terms[0]
    for term in terms[1:]:
        out = out + term
    return out


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
