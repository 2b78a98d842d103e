"""Divergences of all pairs, and of subclasses, are PyTorch's, or fail as there."""

import warnings

import pytest

from tests.distributions.cases import agree, compare, names, rushlight, torch

# Of each type several that differ, some where the divergence is infinite; float32 and a batch of 2.
MEMBERS = """
D.Bernoulli(torch.tensor([0.3, 0.0]))
D.Bernoulli(torch.tensor([0.6, 1.0]))
D.Beta(torch.tensor([0.5, 2.0]), torch.tensor([3.0, 1.5]))
D.Beta(torch.tensor([2.5, 0.4]), torch.tensor([1.0, 0.7]))
D.Binomial(torch.tensor([3.0, 5.0]), torch.tensor([0.3, 0.6]))
D.Binomial(torch.tensor([3.0, 4.0]), torch.tensor([0.5, 0.5]))
D.Categorical(torch.tensor([[0.2, 0.8], [1.0, 0.0]]))
D.Categorical(torch.tensor([[0.5, 0.5], [0.0, 1.0]]))
D.Cauchy(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]))
D.Chi2(torch.tensor([2.0, 3.0]))
D.ContinuousBernoulli(torch.tensor([0.3, 0.5]))
D.ContinuousBernoulli(torch.tensor([0.8, 0.1]))
D.Dirichlet(torch.tensor([[0.5, 2.0], [1.0, 3.0]]))
D.Dirichlet(torch.tensor([[1.5, 1.0], [2.0, 0.3]]))
D.Exponential(torch.tensor([0.5, 2.0]))
D.Exponential(torch.tensor([1.5, 0.3]))
D.Gamma(torch.tensor([0.5, 2.0]), torch.tensor([3.0, 1.0]))
D.Gamma(torch.tensor([1.5, 4.0]), torch.tensor([0.4, 2.0]))
D.Geometric(torch.tensor([0.3, 0.9]))
D.Geometric(torch.tensor([0.5, 0.2]))
D.Gumbel(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]))
D.Gumbel(torch.tensor([0.5, -1.0]), torch.tensor([3.0, 0.5]))
D.HalfNormal(torch.tensor([1.0, 2.0]))
D.HalfCauchy(torch.tensor([1.0, 2.0]))
D.Independent(D.Normal(torch.zeros(2, 3), 1.0), 1)
D.Independent(D.Normal(torch.ones(2, 3), 2.0), 1)
D.Independent(D.Normal(torch.ones(2, 3), 2.0), 2)
D.InverseGamma(torch.tensor([1.0, 2.0]), torch.tensor([0.5, 1.0]))
D.Kumaraswamy(torch.tensor([1.0, 2.0]), torch.tensor([0.5, 1.0]))
D.Laplace(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]))
D.Laplace(torch.tensor([0.5, -1.0]), torch.tensor([3.0, 0.5]))
D.LogNormal(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]))
D.LogNormal(torch.tensor([0.5, -1.0]), torch.tensor([3.0, 0.5]))
D.LogisticNormal(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]))
D.LowRankMultivariateNormal(torch.zeros(2), torch.tensor([[1.0], [2.0]]), torch.tensor([1.0, 0.5]))
D.LowRankMultivariateNormal(torch.ones(3, 2), torch.ones(2, 2), torch.tensor([0.5, 2.0]))
D.MultivariateNormal(torch.zeros(3, 2), torch.tensor([[2.0, 0.5], [0.5, 1.0]]))
D.MultivariateNormal(torch.ones(2), scale_tril=torch.tensor([[1.0, 0.0], [0.5, 2.0]]).expand(3, 2, 2))
D.MultivariateNormal(torch.ones(3), torch.eye(3))
D.LowRankMultivariateNormal(torch.ones(3), torch.ones(3, 1), torch.ones(3))
D.NegativeBinomial(torch.tensor([3.0, 5.0]), torch.tensor([0.3, 0.6]))
D.Normal(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0]))
D.Normal(torch.tensor([0.5, -1.0]), torch.tensor([3.0, 0.5]))
D.OneHotCategorical(torch.tensor([[0.2, 0.8], [1.0, 0.0]]))
D.OneHotCategorical(torch.tensor([[0.5, 0.5], [0.0, 1.0]]))
D.Pareto(torch.tensor([1.0, 2.0]), torch.tensor([0.5, 3.0]))
D.Pareto(torch.tensor([2.0, 1.0]), torch.tensor([1.5, 2.5]))
D.Poisson(torch.tensor([1.0, 2.0]))
D.Poisson(torch.tensor([3.0, 0.5]))
D.StudentT(torch.tensor([1.0, 2.0]))
D.TransformedDistribution(D.Normal(torch.zeros(2), 1.0), [D.AffineTransform(1.0, 2.0)])
D.TransformedDistribution(D.Normal(torch.ones(2), 3.0), [D.AffineTransform(1.0, 2.0)])
D.TransformedDistribution(D.Normal(torch.ones(2), 3.0), [D.AffineTransform(1.0, 3.0)])
D.Uniform(torch.tensor([0.1, 1.0]), torch.tensor([0.9, 2.0]))
D.Uniform(torch.tensor([0.0, 0.5]), torch.tensor([1.0, 3.0]))
D.Uniform(torch.tensor([-1.0, 0.2]), torch.tensor([1.5, 0.7]))
D.Weibull(torch.tensor([1.0, 2.0]), torch.tensor([0.5, 1.0]))
D.Wishart(torch.tensor(3.0), torch.eye(2))
D.Wishart(torch.tensor(4.0), torch.tensor([[2.0, 0.5], [0.5, 1.0]]))
""".strip().splitlines()


def made(module):
    return [eval(member, names(module)) for member in MEMBERS]


def divergence(module, p, q):
    try:
        return module.distributions.kl_divergence(p, q)
    except Exception as error:
        return error


@pytest.mark.parametrize("first", MEMBERS)
def test_divergence_from_every_other(first):
    failed = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = eval(first, names(rushlight)), eval(first, names(torch))
        for member, a, b in zip(MEMBERS, made(rushlight), made(torch), strict=True):
            try:
                agree(divergence(rushlight, ours, a), divergence(torch, theirs, b))
            except AssertionError as error:
                failed.append(f"{member}: {error}")
    assert not failed, "\n".join(failed)


def test_gradients():
    def question(torch, D):
        out = []
        for kind in (D.Normal, D.Gamma, D.Beta, D.Laplace, D.Gumbel, D.Pareto, D.Uniform):
            a = torch.tensor([0.5, 1.5], requires_grad=True)
            b = torch.tensor([2.0, 3.0], requires_grad=True)
            loss = D.kl_divergence(kind(a, b), kind(a.detach() * 0.5, b.detach() * 1.5)).sum()
            out.append(torch.autograd.grad(loss, [a, b]))
        return out

    compare("D", question)


def test_what_is_most_specific_serves():
    def question(torch, D):
        class A(D.Normal): ...

        class B(A): ...

        @D.register_kl(A, D.Normal)
        def left(p, q):
            return "left"

        @D.register_kl(D.Normal, A)
        def right(p, q):
            return "right"

        a, b, normal = A(0.0, 1.0), B(0.0, 1.0), D.Normal(1.0, 1.0)
        found = [D.kl_divergence(p, q) for p, q in ((b, normal), (normal, b), (normal, normal))]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found.append(D.kl_divergence(a, b))
            found.append(D.kl_divergence(a, b))  # remembered: no second warning
        return found, [(w.category.__name__, str(w.message)) for w in caught]

    compare("D", question)


def test_what_is_no_distribution_is_refused():
    with pytest.raises(TypeError, match="Expected type_p to be a Distribution subclass"):
        rushlight.distributions.register_kl(int, rushlight.distributions.Normal)
    with pytest.raises(TypeError, match="Expected type_q to be a Distribution subclass"):
        rushlight.distributions.register_kl(rushlight.distributions.Normal, 3)
