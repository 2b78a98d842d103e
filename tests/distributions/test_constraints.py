"""What is within a constraint, and what distributions refuse, is what PyTorch says."""

import pytest

from tests.distributions.cases import CASES, answer, compare, rushlight

CONSTRAINTS = """
C.boolean
C.cat([C.positive, C.real, C.simplex], -1, [1, 1, 1])
C.cat([C.positive, C.boolean])
C.corr_cholesky
C.dependent
C.greater_than(0.5)
C.greater_than_eq(0.5)
C.half_open_interval(0.0, 1.0)
C.independent(C.positive, 1)
C.independent(C.positive, 2)
C.independent(C.positive, 4)
C.integer_interval(0, 1)
C.interval(-1.0, t(0.5, 1.0, 2.0))
C.less_than(1)
C.lower_cholesky
C.lower_triangular
C.multinomial(2)
C.MixtureSameFamilyConstraint(C.positive)
C.MixtureSameFamilyConstraint(C.simplex)
C.nonnegative
C.nonnegative_integer
C.one_hot
C.positive
C.positive_definite
C.positive_integer
C.positive_semidefinite
C.real
C.real_vector
C.simplex
C.square
C.stack([C.positive, C.boolean, C.real], -1)
C.stack([C.positive, C.simplex], 0)
C.symmetric
C.unit_interval
""".strip().splitlines()

VALUES = """
torch.eye(3)
torch.ones(3, 3)
t([0.0, 1.0, 0.0], [0.2, 0.3, 0.5], [-1.0, 2.0, 0.5])
t([1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.0, 0.6, 0.8])
t([2.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 3.0])
t(float('nan'), 1.0, float('inf'))
torch.ones(2, 3)
t(1.0)
""".strip().splitlines()


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_checks(constraint):
    compare(constraint, lambda torch, c: (c, c.event_dim, c.is_discrete))
    for value in VALUES:
        compare(f"({constraint}, {value})", lambda torch, pair: pair[0].check(pair[1]))


def test_dependent_constraints_say_what_is_known():
    compare(
        "C",
        lambda torch, C: [
            C.is_dependent(C.dependent),
            C.is_dependent(C.real),
            C.is_dependent(torch.distributions.Uniform.support),
            torch.distributions.Uniform.support.event_dim,
            C.dependent(event_dim=2).event_dim,
            C.dependent(is_discrete=True)(event_dim=1).is_discrete,
        ],
    )
    compare("C", lambda torch, C: C.dependent(event_dim=2).is_discrete)


@pytest.mark.parametrize(
    "expression",
    [
        "C.independent(3, 1)",
        "C.independent(C.real, 1.5)",
        "C.independent(C.real, -1)",
        "C.MixtureSameFamilyConstraint(3)",
        "C.cat([3])",
        "C.cat([C.real], lengths=[1, 2])",
        "C.stack([3])",
        "C.Constraint().check(t(1.0))",
    ],
)
def test_bad_constraints(expression):
    compare(f"lambda: {expression}", lambda torch, f: f())


REFUSED = """
D.Bernoulli(t(1.5))
D.Bernoulli(t(float('nan')))
D.Bernoulli()
D.Bernoulli(0.5, 0.5)
D.Bernoulli(t(0.5)).log_prob(t(0.5))
D.Bernoulli(t(0.5)).log_prob(1.0)
D.Beta(-1.0, 1.0)
D.Binomial(2.5, t(0.5))
D.Binomial(t(2.0, 3.0), t(0.5)).entropy()
D.Binomial(t(2.0, 3.0), t(0.5)).enumerate_support()
D.Categorical(t(0.5))
D.Categorical(logits=t(0.5))
D.Categorical(t(-0.5, 1.0))
D.Categorical(t(0.5, 0.5)).log_prob(t(2))
D.ContinuousBernoulli(1.5, validate_args=True)
D.ContinuousBernoulli(1.5)
D.Dirichlet(t(0.5))
D.Dirichlet(t(0.5, -1.0))
D.Dirichlet(t(0.5, 1.0)).log_prob(t(0.5, 0.6))
D.Exponential(0)
D.Gamma(1.0, -1.0)
D.Geometric(t(0.0, 0.5))
D.HalfNormal(-1.0)
D.Independent(D.Normal(0.0, 1.0), 1)
D.Independent(D.Bernoulli(t(0.5, 0.5)), 1).enumerate_support()
D.LKJCholesky(1)
D.LKJCholesky(3, -1.0)
D.LogNormal(0.0, 1.0).log_prob(t(-1.0))
D.LowRankMultivariateNormal(t(0.0), torch.ones(1, 1), torch.ones(1))
D.LowRankMultivariateNormal(torch.ones(2), torch.ones(2), torch.ones(2))
D.LowRankMultivariateNormal(torch.ones(2), torch.ones(3, 1), torch.ones(2))
D.LowRankMultivariateNormal(torch.ones(2), torch.ones(2, 1), torch.ones(3))
D.LowRankMultivariateNormal(torch.ones(3, 2), torch.ones(4, 2, 1), torch.ones(2))
D.MixtureSameFamily(D.Normal(0.0, 1.0), D.Normal(0.0, 1.0))
D.MixtureSameFamily(D.Categorical(t(0.5, 0.5)), 3)
D.MixtureSameFamily(D.Categorical(torch.ones(3, 2)), D.Normal(torch.zeros(4, 2), 1.0))
D.MixtureSameFamily(D.Categorical(torch.ones(3)), D.Normal(torch.zeros(2), 1.0))
D.Multinomial(t(2.0), t(0.5, 0.5))
D.Multinomial(2, t(0.5, 0.5)).log_prob(t(2.0, 3.0))
D.MultivariateNormal(t(0.0), torch.eye(1))
D.MultivariateNormal(torch.zeros(2))
D.MultivariateNormal(torch.zeros(2), torch.eye(2), scale_tril=torch.eye(2))
D.MultivariateNormal(torch.zeros(2), torch.ones(2))
D.MultivariateNormal(torch.zeros(2), scale_tril=torch.ones(2))
D.MultivariateNormal(torch.zeros(2), -torch.eye(2))
D.MultivariateNormal(torch.zeros(2), scale_tril=torch.ones(2, 2))
D.MultivariateNormal(torch.zeros(2), torch.eye(2)).log_prob(torch.zeros(3))
D.NegativeBinomial(2, t(1.0))
D.Normal(0.0, -1.0)
D.Normal(t(0.0, 1.0, float('nan')), 1.0)
D.Normal('a', 1.0)
D.Normal(torch.zeros(2), torch.ones(3))
D.Normal(torch.zeros(2), 1.0).log_prob(torch.zeros(3))
D.OneHotCategorical(t(0.5, 0.5)).log_prob(t(1.0, 1.0))
D.Poisson(-1.0)
D.Poisson(1.0).log_prob(t(1.5))
D.StudentT(-1.0)
D.Uniform(1.0, 0.0)
D.Uniform(t(0.0, 3.0), 2.0)
D.Uniform(0.0, 1.0).log_prob(t(2.0))
D.Uniform(0.0, 1.0).cdf(t(2.0))
D.Wishart(t(1.0), torch.eye(3))
D.Wishart(t(3.0))
D.Wishart(t(3.0), torch.ones(3))
D.Distribution.set_default_validate_args(3)
D.Distribution().sample()
D.Distribution(validate_args=False).support
D.Distribution(validate_args=False).mode
D.Distribution(validate_args=False).log_prob(t(1.0))
D.Distribution(validate_args=False).expand((2,))
D.kl_divergence(D.Normal(0.0, 1.0), D.Poisson(1.0))
D.Normal(0.0, 1.0).enumerate_support()
""".strip().splitlines()


@pytest.mark.parametrize("expression", REFUSED)
def test_errors(expression):
    compare(f"lambda: {expression}", lambda torch, f: f())


def test_nothing_is_checked_when_that_is_not_wanted():
    def question(torch, D):
        d = D.Normal(0.0, -1.0, validate_args=False)
        u = D.Uniform(0.0, 1.0, validate_args=False)
        return d, d.log_prob(torch.ones(1)), u.log_prob(torch.tensor(2.0)), d.expand((2,)).mean

    compare("D", question)


def test_the_default_of_validation_can_be_set():
    def question(torch, D):
        before = D.Distribution._validate_args
        D.Distribution.set_default_validate_args(False)
        try:
            return D.Normal(0.0, -1.0), D.Normal(0.0, 1.0, validate_args=True)._validate_args
        finally:
            D.Distribution.set_default_validate_args(before)

    compare("D", question)


def test_a_distribution_of_ones_own():
    def question(torch, D):
        class Mine(D.Distribution):
            arg_constraints = {}

            def rsample(self, sample_shape=()):
                return torch.zeros(self._extended_shape(sample_shape))

        class Shifted(D.Normal):
            def __init__(self, loc, validate_args=None):
                super().__init__(loc, 1.0, validate_args=validate_args)

        class Named(D.Normal):
            def __init__(self, loc, name):
                super().__init__(loc, 1.0)
                self.name = name

            def expand(self, batch_shape, _instance=None):
                new = self._get_checked_instance(Named, _instance)
                new.name = self.name
                return super().expand(batch_shape, _instance=new)

        class Plain(D.Gamma): ...

        mine = Mine((2,), (3,))
        named = Named(0.0, "n").expand((2,))
        plain = Plain(1.0, 2.0).expand((2,))
        return [mine, mine.sample((4,)), named, named.name, plain, Shifted(0.0).expand((2,))]

    compare("D", question)


def test_what_lacks_constraints_or_support_is_told_about():
    class Mine(rushlight.distributions.Distribution):
        def log_prob(self, value):
            self._validate_sample(value)
            return value

    with pytest.warns(UserWarning, match="does not define `arg_constraints`"):
        mine = Mine()
    with pytest.warns(UserWarning, match="does not define `support` to enable sample validation"):
        mine.log_prob(rushlight.ones(1))


def test_sample_n_is_deprecated():
    d = rushlight.distributions.Normal(0.0, 1.0)
    with pytest.warns(FutureWarning, match=r"`sample_n\(n\)` will be deprecated. Use `sample"):
        assert d.sample_n(3).shape == (3,)


def test_the_modules_of_pytorch_are_there():
    from rushlight.distributions.normal import Normal
    from rushlight.distributions.one_hot_categorical import OneHotCategorical
    from rushlight.distributions.relaxed_bernoulli import LogitRelaxedBernoulli

    d = rushlight.distributions
    assert (Normal, OneHotCategorical) == (d.Normal, d.OneHotCategorical)
    assert LogitRelaxedBernoulli(rushlight.ones(()), 0.5).batch_shape == ()


def test_all_public_names_are_pytorchs():
    import torch

    assert set(rushlight.distributions.__all__) == set(torch.distributions.__all__)
    assert set(rushlight.distributions.constraints.__all__) == set(
        torch.distributions.constraints.__all__
    )


@pytest.mark.parametrize("case", CASES[:80:7])
def test_distributions_are_pickled(case):
    import pickle

    d = answer(rushlight, case, lambda torch, d: d)
    twin = pickle.loads(pickle.dumps(d))
    rushlight.manual_seed(0)
    first = d.sample()
    rushlight.manual_seed(0)
    assert (twin.sample() == first).all()
