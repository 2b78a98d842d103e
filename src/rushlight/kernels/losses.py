"""Losses of an input and a target: elementwise ones (each, their sum, the way back) and of classes."""

import numpy as np


class Loss:
    """A loss by its formula and its derivative by the input."""

    def __init__(self, name, formula, slope):
        self.__name__, self.formula, self.slope = name, formula, slope

    def each(self, x, t, *params):
        """The elements' losses."""
        return self.formula(x, t, *params)

    def total(self, x, t, *params):
        """Their sum."""
        return np.add.reduce(self.formula(x, t, *params), None)

    def gradient(self, scale, x, t, *params):
        """The derivative by `x` of `scale` times the sum."""
        return x.dtype.type(scale) * self.slope(x, t, *params)


def smooth_l1_formula(x, t, beta):
    d = np.abs(x - t)
    return np.where(d < beta, 0.5 * d * d / beta, d - 0.5 * beta)


def huber_formula(x, t, delta):
    d = np.abs(x - t)
    return np.where(d <= delta, 0.5 * d * d, delta * (d - 0.5 * delta))


def bce_formula(x, t):
    return (t - 1) * np.maximum(np.log1p(-x), -100) - t * np.maximum(np.log(x), -100)


def logits_formula(x, t):
    return (1 - t) * x - (np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))))


mse = Loss("mse", lambda x, t: (x - t) ** 2, lambda x, t: 2 * (x - t))
# With d = x - t: d^2 / 2 beta where |d| < beta, else |d| - beta / 2.
smooth_l1 = Loss("smooth_l1", smooth_l1_formula, lambda x, t, beta: np.clip((x - t) / beta, -1, 1))
# d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2)
huber = Loss("huber", huber_formula, lambda x, t, delta: np.clip(x - t, -delta, delta))
# -t log x - (1 - t) log(1 - x), logarithms not below -100
bce = Loss("bce", bce_formula, lambda x, t: (x - t) / np.maximum((1 - x) * x, 1e-12))
# The same of the sigmoid of x
bce_with_logits = Loss("bce_with_logits", logits_formula, lambda x, t: 1 / (1 + np.exp(-x)) - t)


def class_losses(x, target):
    """Minus the scores of the target classes, for N x C scores and N int64 classes that all exist;
    None for anything else."""
    if x.ndim != 2 or target.dtype != np.int64 or target.shape != x.shape[:1] or not target.size:
        return None
    if np.maximum.reduce(target.view(np.uint64), None) >= x.shape[1]:
        return None
    return -x[np.arange(len(x)), target]
