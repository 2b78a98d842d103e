"""Standardising arrays to mean 0 and variance 1, and the way back.

With m() the mean over `dims` and r = (m((x - m(x))^2) + eps)^(-1/2), h = r (x - m(x)).  The dims of
weight and bias are `axes` of the input.  With `groups` the dim axes[0] is first split in so many
groups.  `lead` counts batch dims in front of all.
"""

import math

import numpy as np


def mean_over(x, dims):
    """The mean of an array over some dims, which stay with length 1."""
    total = np.add.reduce(x, dims, keepdims=True)
    total /= math.prod([x.shape[d] for d in dims])
    return total


def standardized(x, dims, eps, mean=None, variance=None):
    """h and r of an array; mean and variance are computed unless given."""
    h = x - (mean_over(x, dims) if mean is None else mean)
    variance = mean_over(h * h, dims) if variance is None else variance
    r = 1 / np.sqrt(variance + x.dtype.type(eps))
    h *= r
    return h, r


def fitted(parameter, ndim, axes, lead):
    """A weight or bias (or a channel's mean) shaped to meet dims `axes` of the input."""
    if parameter is None:
        return None
    shape = [1] * ndim
    shape[:lead] = parameter.shape[:lead]
    for axis, n in zip(axes, parameter.shape[lead:], strict=True):
        shape[axis] = n
    return parameter.reshape(shape)


def in_groups(t, axis, groups):
    """A tensor or array with its channels' dim split in groups and channels of a group."""
    if t is None or not groups:
        return t
    return t.reshape((*t.shape[:axis], groups, t.shape[axis] // groups, *t.shape[axis + 1 :]))


def others_than(axes, ndim, lead):
    """The dims that a parameter does not have."""
    return tuple([d for d in range(lead, ndim) if d not in axes])


def scaled_and_shifted(h, weight, bias, axes, lead):
    """`h * weight + bias`; writes over `h`."""
    if weight is not None:
        h *= fitted(weight, h.ndim, axes, lead)
    if bias is not None:
        h += fitted(bias, h.ndim, axes, lead)
    return h


def normalize(x, weight, bias, dims, axes, eps, groups, lead):
    """h times weight plus bias; row-major but for groups."""
    view = in_groups(x if groups else np.ascontiguousarray(x), axes[0], groups)
    weight, bias = (in_groups(p, lead, groups) for p in (weight, bias))
    h, _ = standardized(view, dims, eps)
    return scaled_and_shifted(h, weight, bias, axes, lead).reshape(x.shape)


def moments(x, dims):
    """Mean and variance over `dims`."""
    mean = mean_over(x, dims)
    h = x - mean
    variance = mean_over(h * h, dims)
    return mean.squeeze(dims), variance.squeeze(dims)


def normalize_by(x, weight, bias, mean, variance, dims, axes, eps, lead):
    """`normalize` by a given mean and variance of the shape of a weight."""
    mean, variance = (fitted(t, x.ndim, axes, lead) for t in (mean, variance))
    h, _ = standardized(x, dims, eps, mean, variance)
    return scaled_and_shifted(h, weight, bias, axes, lead)


def normalize_gradient(g, x, weight, mean, variance, dims, axes, eps, groups, lead, wanted):
    """Gradients of x, weight and bias, empty where not wanted; mean and variance are the input's
    own and are computed unless given."""
    n, axis = x.ndim, axes[0]
    mean, variance = (fitted(t, n, axes, lead) for t in (mean, variance))
    g, view = in_groups(g, axis, groups), in_groups(x, axis, groups)
    h, r = standardized(view, dims, eps, mean, variance)
    others = others_than(axes, view.ndim, lead)
    gx = gw = gb = np.empty(0, x.dtype)
    if wanted[2]:
        gb = np.add.reduce(g, others)
        gb = gb.reshape((*gb.shape[:lead], math.prod(gb.shape[lead:]))) if groups else gb
    if wanted[1]:
        gw = np.add.reduce(g * h, others).reshape(weight.shape)
    if wanted[0]:
        split = in_groups(weight, lead, groups)
        g = g if split is None else g * fitted(split, g.ndim, axes, lead)
        h *= mean_over(g * h, dims)
        h += mean_over(g, dims)
        gx = ((g - h) * r).reshape(x.shape)
    return gx, gw, gb
