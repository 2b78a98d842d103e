"""Gamma, Dirichlet and binomial numbers on the tape, and how the first two move with parameters."""

import numpy as np

from rushlight.kernels import dtypes, gamma, random
from rushlight.kernels.random_checks import require
from rushlight.ops.families import Elementwise, Operation, check_broadcast


def underived(name):
    """The rule of what PyTorch has not derived."""
    return RuntimeError(f"derivative for aten::{name} is not implemented")


def require_one_dtype(arrays):
    """Raise PyTorch's error for arrays of different dtypes."""
    first, *others = [dtypes.of(a.dtype).scalar_type for a in arrays]
    for other in others:
        if other != first:
            raise RuntimeError(f"Found dtype {other} but expected {first}")


class standard_gamma(Operation):
    """Gamma numbers of the shapes `x` and scale 1."""

    places = None

    def forward(x, engine):
        return random.standard_gamma(engine, x)

    def vjp_x(g, x, ans):
        return g * standard_gamma_grad(x, ans)


class Approximation(Elementwise, family=True):
    """Elementwise of tensors of one dtype, approximately."""

    places = None
    inplace = False
    what = None

    def operands(self, values):
        require_one_dtype(values)
        dtype = values[0].dtype
        require(dtype.name in ("float32", "float64"), f"{self.what}_cpu", dtype)
        return values


class standard_gamma_grad(Approximation):
    """The derivatives of gamma numbers `x` by their shapes `a`."""

    tensors = 2
    what = "_standard_gamma_grad"

    def forward(a, x):
        return gamma.standard_gamma_grad(a, x)

    def vjp(g, a, x, need):
        raise NotImplementedError("the derivative for '_standard_gamma_grad' is not implemented.")


class dirichlet_grad(Approximation):
    """The derivatives of shares `x` of Dirichlet numbers by `a`, which sum to `total`."""

    tensors = 3
    node = "NotImplemented"
    what = "_dirichlet_grad"

    def forward(x, a, total):
        return gamma.dirichlet_grad(x, a, total)

    def vjp(g, x, a, total, need):
        raise underived("_dirichlet_grad")


class sample_dirichlet(Operation):
    """Shares of 1 along the last dim, with the weights `x`."""

    places = None
    node = "NotImplemented"

    def forward(x, engine):
        return random.dirichlet(engine, x)

    def vjp_x(g):
        raise underived("_sample_dirichlet")


class binomial_each(Operation):
    """How many of `count` tries succeed."""

    tensors = 2
    places = None
    node = "NotImplemented"

    def forward(count, prob, engine):
        check_broadcast((count, prob))
        if count.dtype.kind != "f":
            name = dtypes.of(count.dtype).scalar_type
            raise ValueError(f"binomial only supports floating-point dtypes for count, got: {name}")
        require_one_dtype((count, prob))
        return random.binomial(engine, *np.broadcast_arrays(count, prob))

    def vjp(g, count, prob, need):
        raise underived("binomial")
