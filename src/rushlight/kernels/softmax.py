"""Softmax and its logarithm along a dim of an array, and the ways back."""

import numpy as np


def softmax(x, dim):
    """exp(x) over its sum along `dim`."""
    e = shifted(x, dim)
    np.exp(e, e)
    e /= np.add.reduce(e, dim, keepdims=True)
    return e


def log_softmax(x, dim):
    """The logarithm of `softmax`, which does not underflow."""
    z = shifted(x, dim)
    total = np.add.reduce(np.exp(z), dim, keepdims=True)
    z -= np.log(total, total)
    return z


def shifted(x, dim):
    """`x`, in row-major order, less its maximum along `dim`: no exponential can overflow then."""
    x = np.ascontiguousarray(x)
    return x - np.maximum.reduce(x, dim, keepdims=True) if x.shape[dim] else x.copy()


def softmax_gradient(g, y, dim):
    """`y (g - sum(g y))` along `dim`, of the result `y` of a softmax."""
    gy = g * y
    gy -= y * np.add.reduce(gy, dim, keepdims=True)
    return gy


def log_softmax_gradient(g, y, dim):
    """`g - exp(y) sum(g)` along `dim`, of the result `y` of a logarithm of softmax."""
    out = np.exp(y)
    out *= -np.add.reduce(g, dim, keepdims=True)
    out += g
    return out
