"""Random draws as the tape sees them: fills of a tensor, and draws around tensors of parameters.

All of them have zero gradients.  Parameters of a fill are the draw (a function of
`rushlight.kernels.random`), the engine and the distribution's own parameters.
"""

import numpy as np

from rushlight.kernels import memory_layout
from rushlight.kernels import random as kernels
from rushlight.ops.families import Operation, check_broadcast
from rushlight.ops.overwrite import Writing


def zeros(g):
    """Zeros like a cotangent."""
    return g.new_zeros(()).expand(g.shape)


class Fill(Writing, family=True):
    """Overwrites a tensor with a draw."""

    places = None

    def vjp_x(g):
        return zeros(g)


def fill(name, node):
    """The operation of a fill whose node is called `node`."""

    def forward(x, draw, engine, parameters):
        kernels.fill(engine, x, draw, *parameters)

    return type(Fill)(name, (Fill,), {"forward": forward, "node": node, "public_name": name})


FILLS = {
    node: fill(f"random_fill_{node}", node)
    for node in (
        "UniformBackward0", "NormalBackward0", "RandomBackward0", "RandomBackward1",
        "RandomBackward2", "BernoulliBackward2", "ExponentialBackward0", "CauchyBackward0",
        "LogNormalBackward0", "GeometricBackward0",
    )
}  # fmt: skip


class bernoulli_fill(Writing):
    """Overwrites `x` with ones where chance falls below `p`, zeros elsewhere."""

    tensors = 2
    places = None
    public_name = "bernoulli_"
    node = "BernoulliBackward1"

    def forward(x, p, engine):
        kernels.fill(engine, x, kernels.bernoulli_each, p)

    def vjp_x(g):
        return zeros(g)

    def vjp_p(g, p_shape):
        return g.new_zeros(()).expand(p_shape)


class bernoulli_each(Operation):
    """Ones with the probabilities in `p`, zeros else."""

    places = None
    node = "BernoulliBackward0"

    def forward(p, engine):
        out = memory_layout.empty_like(p)
        kernels.fill(engine, out, kernels.bernoulli_each, p)
        return out

    def vjp_p(g):
        return zeros(g)


class bernoulli_like(Operation):
    """Ones with probability `p`, zeros else, in a tensor like `x`; it has no derivative."""

    places = None
    node = "NotImplemented"

    def forward(x, p, engine):
        out = memory_layout.empty_like(x)
        kernels.fill(engine, out, kernels.bernoulli, p)
        return out

    def vjp_x(g):
        raise RuntimeError("derivative for aten::bernoulli is not implemented")


class poisson_each(Operation):
    """Counts with the expectations in `rates`."""

    places = None
    node = "PoissonBackward0"

    def forward(rates, engine):
        return kernels.poisson(engine, rates)

    def vjp_rates(g):
        return zeros(g)


class normal_of_mean(Operation):
    """Normal numbers around the elements of `mean`."""

    places = None
    node = "NormalBackward1"

    def forward(mean, std, engine):
        return kernels.normal_around(engine, mean, std, mean.dtype)

    def vjp_mean(g):
        return zeros(g)


class normal_of_std(Operation):
    """Normal numbers with the standard deviations in `std`."""

    places = None
    node = "NormalBackward2"

    def forward(std, mean, engine):
        return kernels.normal_around(engine, mean, std, std.dtype)

    def vjp_std(g):
        return zeros(g)


class normal_of_both(Operation):
    """Normal numbers with the means and standard deviations in two tensors."""

    tensors = 2
    places = None
    node = "NormalBackward3"

    def forward(mean, std, engine):
        check_broadcast((mean, std))
        return kernels.normal_around(engine, mean, std, mean.dtype)

    def vjp_mean(g, mean_shape):
        return g.new_zeros(()).expand(mean_shape)

    def vjp_std(g, std_shape):
        return g.new_zeros(()).expand(std_shape)


class multinomial_rows(Operation):
    """Places drawn by weight, per row."""

    places = None

    def forward(weights, count, replacement, engine):
        return np.asarray(kernels.multinomial(engine, weights, count, replacement))
