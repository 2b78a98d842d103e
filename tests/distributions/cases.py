"""Distributions to ask, as expressions, and how two answers are compared.

An expression may use `D`, the module of distributions, `t`, which makes a float64 tensor of its
arguments, and `torch`.
"""

import math
import re
import warnings

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")
# Each in float64, with a batch of several shapes, near the ends of what is allowed, and of numbers.
CASES = """
D.Bernoulli(t(0.1, 0.5, 1.0))
D.Bernoulli(logits=t(-3.0, 0.0, 2.0))
D.Bernoulli(0.25)
D.Beta(t(0.5, 2.0, 30.0), t(0.7, 9.0, 12.0))
D.Beta(1.5, 2)
D.Binomial(t(3.0, 40.0, 100.0), t(0.25, 0.5, 0.9))
D.Binomial(5, logits=t(-1.0, 0.0, 4.0))
D.Binomial(3, t(0.0, 1.0, 0.5))
D.Categorical(t([0.1, 0.2, 0.7], [1.0, 0.0, 3.0]))
D.Categorical(logits=t(0.5, 2.0, -1.0))
D.Categorical(torch.ones(2, 1, 4))
D.Cauchy(t(0.0, 1.0), t(1.0, 3.0))
D.Cauchy(0.0, 1)
D.Chi2(t(0.5, 3.0, 40.0))
D.ContinuousBernoulli(t(0.1, 0.4995, 0.5, 0.9))
D.ContinuousBernoulli(logits=t(-1.0, 0.001, 3.0))
D.ContinuousBernoulli(0.3, lims=(0.2, 0.8))
D.Dirichlet(t([0.5, 2.0, 3.0], [1.0, 20.0, 7.0]))
D.Dirichlet(t(0.1, 0.2, 0.3))
D.Exponential(t(0.5, 3.0))
D.Exponential(2.0)
D.FisherSnedecor(t(1.0, 3.0, 9.0), t(2.0, 4.0, 5.0))
D.FisherSnedecor(3.0, 8)
D.Gamma(t(0.3, 2.0, 30.0), t(1.0, 0.5, 3.0))
D.Gamma(2.0, 1)
D.GeneralizedPareto(torch.arange(3.0), torch.arange(1.0, 4.0), torch.tensor([0.25, 0.0, -0.5]))
D.GeneralizedPareto(0.0, 1.0, 2.0)
D.Geometric(t(0.1, 0.5, 1.0))
D.Geometric(logits=t(-2.0, 0.0, 2.0))
D.Geometric(0.5)
D.Gumbel(t(0.0, 1.0), t(1.0, 3.0))
D.Gumbel(0.0, 2.0)
D.HalfCauchy(t(1.0, 3.0))
D.HalfCauchy(2)
D.HalfNormal(t(1.0, 3.0))
D.HalfNormal(2.0)
D.Independent(D.Normal(torch.zeros(2, 3), torch.ones(3)), 1)
D.Independent(D.Bernoulli(t([0.5, 0.2], [0.1, 0.9])), 2)
D.Independent(D.Bernoulli(t(0.5, 0.2)), 0)
D.InverseGamma(t(0.5, 2.0, 5.0), t(1.0, 3.0, 0.5))
D.InverseGamma(3.0, 2)
D.Kumaraswamy(t(0.5, 2.0, 3.0), t(0.7, 5.0, 1.5))
D.Kumaraswamy(2.0, 3.0)
D.LKJCholesky(3, t(0.5, 1.0, 4.0))
D.LKJCholesky(2)
D.Laplace(t(0.0, 1.0), t(1.0, 3.0))
D.Laplace(0.0, 1.0)
D.LogNormal(t(0.0, 1.0), t(0.5, 1.0))
D.LogNormal(0.0, 1)
D.LogisticNormal(t(0.0, 1.0, -1.0), t(0.5, 1.0, 2.0))
D.LogisticNormal(torch.zeros(2, 2), torch.ones(2, 2))
D.LowRankMultivariateNormal(t(0.0, 1.0, 2.0), t([1.0], [2.0], [0.5]), t(1.0, 0.5, 2.0))
D.LowRankMultivariateNormal(torch.zeros(4, 3), torch.ones(3, 2), torch.ones(3))
D.MixtureSameFamily(D.Categorical(t(0.3, 0.7)), D.Normal(t(0.0, 4.0), t(1.0, 2.0)))
D.MixtureSameFamily(D.Categorical(t(0.3, 0.7)), D.Independent(D.Normal(torch.zeros(5, 2, 3), 1), 1))
D.MixtureSameFamily(D.Categorical(torch.ones(5, 2)), D.Poisson(torch.ones(5, 2)))
D.Multinomial(6, t(0.2, 0.3, 0.5))
D.Multinomial(3, logits=t([0.0, 1.0, 2.0], [2.0, 0.5, -1.0]))
D.MultivariateNormal(t(0.0, 1.0), t([2.0, 0.5], [0.5, 1.0]))
D.MultivariateNormal(t([0.0, 1.0], [2.0, 3.0]), precision_matrix=t([2.0, 0.5], [0.5, 1.0]))
D.MultivariateNormal(torch.zeros(3, 1, 2), scale_tril=torch.eye(2).expand(4, 2, 2))
D.NegativeBinomial(t(3.0, 10.0), t(0.25, 0.5))
D.NegativeBinomial(2, logits=t(-1.0, 0.5))
D.Normal(t(0.0, 1.0), t(1.0, 3.0))
D.Normal(0.0, 2)
D.Normal(torch.zeros(20), 0.5)
D.OneHotCategorical(t([0.1, 0.2, 0.7], [1.0, 0.0, 3.0]))
D.OneHotCategorical(logits=t(0.5, 2.0))
D.OneHotCategoricalStraightThrough(t(0.1, 0.2, 0.7))
D.Pareto(t(1.0, 2.0), t(0.5, 3.0))
D.Pareto(1.0, 3.0)
D.Poisson(t(0.0, 0.5, 20.0))
D.Poisson(3.0)
D.RelaxedBernoulli(t(0.5), t(0.1, 0.5, 0.9))
D.RelaxedBernoulli(t(2.0), logits=t(-1.0, 2.0))
D.RelaxedOneHotCategorical(t(0.5), t([0.1, 0.2, 0.7], [1.0, 0.1, 3.0]))
D.RelaxedOneHotCategorical(t(0.5), logits=t(0.0, 1.0))
D.StudentT(t(0.5, 1.5, 4.0), t(0.0, 1.0, 2.0), t(1.0, 2.0, 3.0))
D.StudentT(3.0)
D.TransformedDistribution(D.Normal(t(0.0, 1.0), t(1.0)), [D.ExpTransform(), D.AffineTransform(1, -2)])
D.TransformedDistribution(D.Normal(torch.zeros(2, 4), 1), D.ReshapeTransform((4,), (2, 2)))
D.TransformedDistribution(D.Uniform(0.0, 1.0), D.AffineTransform(t(1.0, 2.0), 3.0))
D.TransformedDistribution(D.Normal(0.0, 1.0), [])
D.Uniform(t(0.0, -1.0), t(1.0, 3.0))
D.Uniform(0.0, 1)
D.VonMises(t(0.0, 1.0), t(0.5, 30.0))
D.VonMises(0.0, 1.0)
D.Weibull(t(1.0, 2.0), t(0.5, 3.0))
D.Weibull(1.0, 2.0)
D.Wishart(t(3.0, 5.0), t([2.0, 0.5], [0.5, 1.0]))
D.Wishart(4, scale_tril=torch.eye(3))
D.Wishart(3.5, precision_matrix=torch.eye(3))
""".strip().splitlines()
ADDRESS = re.compile(r"0x[0-9a-f]+")


def names(module):
    """What an expression may use, of PyTorch or of rushlight."""

    def t(*values):
        return module.tensor(values if len(values) > 1 else values[0], dtype=module.float64)

    return {
        "torch": module,
        "D": module.distributions,
        "t": t,
        "C": module.distributions.constraints,
    }


def answer(module, expression, question):
    """What `question`, a function of `torch` and the value of an expression, gives or raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module.manual_seed(5)
        try:
            return question(module, eval(expression, names(module)))
        except Exception as error:
            return error


def agree(ours, theirs, tolerance=1e-6):
    """Assert that two answers show the same: types, shapes, dtypes and numbers, or errors."""
    if isinstance(theirs, torch.Tensor):
        assert isinstance(ours, rushlight.Tensor), ours
        assert (tuple(ours.shape), str(ours.dtype)) == (tuple(theirs.shape), str(theirs.dtype))
        float32 = theirs.dtype == torch.float32
        np.testing.assert_allclose(
            ours.detach().numpy(),
            theirs.detach().numpy(),
            rtol=max(tolerance, 2e-4) if float32 else tolerance,
            atol=max(1e-5, tolerance / 20) if float32 else 1e-9,
        )
    elif isinstance(theirs, (tuple, list)) and not isinstance(theirs, torch.Size):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            agree(a, b, tolerance)
    elif isinstance(theirs, Exception):
        # An error of ours may go on after PyTorch's text, or name what else it knows.
        assert type(ours).__name__ == type(theirs).__name__, ours
        assert text(ours).startswith(text(theirs)), f"{ours} is not {theirs}"
    elif isinstance(theirs, float) and math.isfinite(theirs):
        assert ours == pytest.approx(theirs)
    else:
        assert text(ours) == text(theirs)


def text(value):
    """What is shown of a value, without addresses and modules."""
    shown = str(value) if isinstance(value, Exception) else repr(value)
    shown = re.sub(r"<class '[\w.]*?(\w+)'>", r"<class '\1'>", shown)
    return ADDRESS.sub("0x", shown).split(" operation: [")[0]


def compare(expression, question, tolerance=1e-6):
    """Ask both."""
    agree(answer(rushlight, expression, question), answer(torch, expression, question), tolerance)
