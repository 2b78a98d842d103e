"""Distributions of probability: `torch.distributions`."""

import sys as _sys

from rushlight.alias import missing
from rushlight.distributions import (
    base,
    categorical,
    composed,
    constraints,
    gamma,
    located,
    multivariate,
    relaxations,
    transformed,
    transforms,
    trials,
)
from rushlight.distributions.base import Distribution, ExponentialFamily
from rushlight.distributions.categorical import (
    Categorical,
    Multinomial,
    OneHotCategorical,
    OneHotCategoricalStraightThrough,
)
from rushlight.distributions.composed import (
    Independent,
    MixtureSameFamily,
    TransformedDistribution,
)
from rushlight.distributions.gamma import (
    Beta,
    Chi2,
    Dirichlet,
    Exponential,
    FisherSnedecor,
    Gamma,
)
from rushlight.distributions.kl import kl_divergence, register_kl
from rushlight.distributions.located import (
    Cauchy,
    GeneralizedPareto,
    Laplace,
    Normal,
    StudentT,
    Uniform,
    VonMises,
)
from rushlight.distributions.multivariate import (
    LKJCholesky,
    LowRankMultivariateNormal,
    MultivariateNormal,
    Wishart,
)
from rushlight.distributions.relaxations import (
    ContinuousBernoulli,
    RelaxedBernoulli,
    RelaxedOneHotCategorical,
)
from rushlight.distributions.transformed import (
    Gumbel,
    HalfCauchy,
    HalfNormal,
    InverseGamma,
    Kumaraswamy,
    LogisticNormal,
    LogNormal,
    Pareto,
    Weibull,
)
from rushlight.distributions.transforms import *
from rushlight.distributions.transforms import __all__ as _transforms
from rushlight.distributions.transforms import maps
from rushlight.distributions.transforms.maps import biject_to, transform_to
from rushlight.distributions.trials import Bernoulli, Binomial, Geometric, NegativeBinomial, Poisson

__all__ = [
    "Bernoulli",
    "Beta",
    "Binomial",
    "Categorical",
    "Cauchy",
    "Chi2",
    "ContinuousBernoulli",
    "Dirichlet",
    "Distribution",
    "Exponential",
    "ExponentialFamily",
    "FisherSnedecor",
    "Gamma",
    "GeneralizedPareto",
    "Geometric",
    "Gumbel",
    "HalfCauchy",
    "HalfNormal",
    "Independent",
    "InverseGamma",
    "Kumaraswamy",
    "LKJCholesky",
    "Laplace",
    "LogNormal",
    "LogisticNormal",
    "LowRankMultivariateNormal",
    "MixtureSameFamily",
    "Multinomial",
    "MultivariateNormal",
    "NegativeBinomial",
    "Normal",
    "OneHotCategorical",
    "OneHotCategoricalStraightThrough",
    "Pareto",
    "Poisson",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
    "StudentT",
    "TransformedDistribution",
    "Uniform",
    "VonMises",
    "Weibull",
    "Wishart",
    "biject_to",
    "kl_divergence",
    "register_kl",
    "transform_to",
    *_transforms,
]

# PyTorch has a module for each distribution, and programs import from them.
_PYTORCH_MODULES = {
    base: "distribution exp_family utils",
    categorical: "multinomial one_hot_categorical",
    composed: "independent mixture_same_family transformed_distribution",
    gamma: "beta chi2 dirichlet exponential fishersnedecor",
    located: "cauchy generalized_pareto laplace normal studentT uniform von_mises",
    multivariate: "lkj_cholesky lowrank_multivariate_normal multivariate_normal wishart",
    relaxations: "continuous_bernoulli relaxed_bernoulli relaxed_categorical",
    transformed: (
        "gumbel half_cauchy half_normal inverse_gamma kumaraswamy log_normal logistic_normal "
        "pareto weibull"
    ),
    maps: "constraint_registry",
    trials: "bernoulli binomial geometric negative_binomial poisson",
}
for _module, _names in _PYTORCH_MODULES.items():
    for _name in _names.split():
        _sys.modules[f"{__name__}.{_name}"] = globals()[_name] = _module

__getattr__ = missing(__name__)
