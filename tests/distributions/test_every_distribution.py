"""Every distribution answers every question as PyTorch's does, with the same draws for a seed."""

import pytest

from tests.distributions.cases import CASES, compare

QUESTIONS = {
    "repr": lambda torch, d: d,
    "shapes": lambda torch, d: (d.batch_shape, d.event_shape, d.has_rsample),
    "has_enumerate_support": lambda torch, d: d.has_enumerate_support,
    "mean": lambda torch, d: d.mean,
    "mode": lambda torch, d: d.mode,
    "variance": lambda torch, d: d.variance,
    "stddev": lambda torch, d: d.stddev,
    "entropy": lambda torch, d: d.entropy(),
    "perplexity": lambda torch, d: d.perplexity(),
    "support": lambda torch, d: (d.support, d.support.event_dim, d.support.is_discrete),
    "arguments": lambda torch, d: [(n, c) for n, c in d.arg_constraints.items()],
    "parameters": lambda torch, d: [getattr(d, n) for n in d.arg_constraints],
    "repr with all parameters": lambda torch, d: (
        [d.__getattribute__(n) for n in d.arg_constraints] and d
    ),
    "sample": lambda torch, d: [d.sample(), d.sample((20,)), d.sample(torch.Size([2, 3]))],
    "rsample": lambda torch, d: [d.rsample(), d.rsample((20,)), d.rsample([2, 3])],
    "log_prob": lambda torch, d: d.log_prob(d.sample((4,))),
    "cdf": lambda torch, d: d.cdf(d.sample((4,))),
    "icdf": lambda torch, d: d.icdf(torch.tensor([[0.1], [0.5], [0.9]])),
    "support of draws": lambda torch, d: d.support.check(d.sample((3,))),
    "enumerate_support": lambda torch, d: d.enumerate_support(),
    "enumerate_support without batch": lambda torch, d: d.enumerate_support(expand=False),
    "expanded": lambda torch, d: d.expand((2, *d.batch_shape)),
    "draws of expanded": lambda torch, d: d.expand((2, *d.batch_shape)).sample((3,)),
    "log_prob of expanded": lambda torch, d: expanded_log_prob(d),
    "expanded too far": lambda torch, d: type(d.expand((7,)).sample()),
}


def expanded_log_prob(d):
    e = d.expand((2, *d.batch_shape))
    return e.log_prob(e.sample())


@pytest.mark.parametrize("case", CASES)
def test_answers(case):
    failed = []
    for name, question in QUESTIONS.items():
        try:
            compare(case, question)
        except AssertionError as error:
            failed.append(f"{name}: {error}")
    assert not failed, "\n".join(failed)


REPARAMETERISED = """
lambda a, b: D.Beta(a, b)
lambda a, b: D.Cauchy(a, b)
lambda a, b: D.ContinuousBernoulli(a / 8)
lambda a, b: D.Chi2(a)
lambda a, b: D.Dirichlet(torch.stack([a, b, a * b], -1))
lambda a, b: D.Exponential(a)
lambda a, b: D.FisherSnedecor(a, b)
lambda a, b: D.Gamma(a, b)
lambda a, b: D.GeneralizedPareto(a.float(), b.float(), a.float() - 1)
lambda a, b: D.Gumbel(a, b)
lambda a, b: D.HalfCauchy(a)
lambda a, b: D.HalfNormal(a)
lambda a, b: D.Independent(D.Normal(a, b), 1)
lambda a, b: D.InverseGamma(a, b)
lambda a, b: D.Kumaraswamy(a, b)
lambda a, b: D.Laplace(a, b)
lambda a, b: D.LogNormal(a, b)
lambda a, b: D.LogisticNormal(a, b)
lambda a, b: D.LowRankMultivariateNormal(a, b.unsqueeze(-1), b)
lambda a, b: D.MultivariateNormal(a, torch.diag_embed(b) + 0.1)
lambda a, b: D.MultivariateNormal(a, precision_matrix=torch.diag_embed(b) + 0.1)
lambda a, b: D.MultivariateNormal(a, scale_tril=torch.diag_embed(b))
lambda a, b: D.Normal(a, b)
lambda a, b: D.Pareto(a, b)
lambda a, b: D.RelaxedBernoulli(a.sum(), logits=b)
lambda a, b: D.RelaxedOneHotCategorical(a.sum(), logits=b)
lambda a, b: D.StudentT(a, b, a)
lambda a, b: D.TransformedDistribution(D.Normal(a, b), [D.TanhTransform(), D.AffineTransform(a, b)])
lambda a, b: D.Uniform(a, a + b)
lambda a, b: D.Weibull(a, b)
lambda a, b: D.Wishart(a.sum() + 3, torch.diag_embed(b) + 0.1)
""".strip().splitlines()


def both_gradients(torch, make):
    a = torch.tensor([0.7, 1.5, 3.0], dtype=torch.float64, requires_grad=True)
    b = torch.tensor([1.0, 0.4, 2.0], dtype=torch.float64, requires_grad=True)
    d = make(a, b)
    x = d.rsample((3,))  # (PyTorch's Wishart has no gradient: it draws again in place)
    weights = torch.arange(x.numel(), dtype=x.dtype).reshape(x.shape) + 1
    through = torch.autograd.grad((x * weights).sum(), [a, b], allow_unused=True)
    x = x.detach().requires_grad_()
    density = torch.autograd.grad(make(a, b).log_prob(x).sum(), [a, b, x], allow_unused=True)
    return [through, density]


@pytest.mark.parametrize("make", REPARAMETERISED)
def test_gradients(make):
    compare(make, both_gradients)


SCORED = """
lambda a: D.Bernoulli(a / 8)
lambda a: D.Bernoulli(logits=a)
lambda a: D.Binomial(5, logits=a)
lambda a: D.Categorical(a)
lambda a: D.Categorical(logits=a)
lambda a: D.Geometric(a / 8)
lambda a: D.LKJCholesky(3, a)
lambda a: D.MixtureSameFamily(D.Categorical(logits=a), D.Normal(a, a))
lambda a: D.Multinomial(5, a)
lambda a: D.NegativeBinomial(a, logits=a)
lambda a: D.OneHotCategorical(logits=a)
lambda a: D.Poisson(a)
lambda a: D.VonMises(a, a)
""".strip().splitlines()


def score(torch, make):
    a = torch.tensor([0.7, 1.5, 3.0], dtype=torch.float64, requires_grad=True)
    d = make(a)
    x = d.sample((3,))
    assert not x.requires_grad
    return torch.autograd.grad(d.log_prob(x).sum(), a)


@pytest.mark.parametrize("make", SCORED)
def test_gradients_of_log_probabilities(make):
    compare(make, score)


def test_gradient_through_the_straight_estimator():
    def question(torch, make):
        a = torch.tensor([0.2, 0.3, 0.5], requires_grad=True)
        x = make(a).rsample((4,))
        (x * torch.arange(12.0).reshape(4, 3)).sum().backward()
        return x, a.grad

    compare("D.OneHotCategoricalStraightThrough", question)


def test_second_derivatives_stop_where_pytorch_stops():
    def question(torch, D):
        a = torch.tensor([0.7, 1.5], requires_grad=True)
        x = D.Dirichlet(a).rsample()
        (g,) = torch.autograd.grad(x[0], a, create_graph=True)
        return g.sum().backward()

    compare("D", question)


def test_the_entropy_of_a_family_follows_from_its_normalizer():
    def question(torch, D):
        made = [D.Normal(torch.zeros(2), 2.0), D.Exponential(torch.ones(2)), D.Bernoulli(0.3)]
        return [D.ExponentialFamily.entropy(d) for d in made]

    compare("D", question)
