"""Random matrices: covariances, and the factors of correlations."""

from __future__ import annotations

import math
import warnings
from typing import Any

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.base import (
    NUMBER,
    Distribution,
    ExponentialFamily,
    broadcast_all,
    lazy_property,
)
from rushlight.distributions.gamma import Beta, Chi2
from rushlight.distributions.multivariate_normal import BySquareRoot, log_diagonal, only_one
from rushlight.kernels.metadata import Size
from rushlight.tensor.tensor import Tensor

__all__ = ["LKJCholesky", "Wishart"]

LOG_2 = math.log(2)


class Wishart(BySquareRoot, ExponentialFamily):
    """Sums of `df` outer products of normal vectors with themselves.

    Args:
        df: degrees of freedom, more than n - 1; a number or tensor.
        covariance_matrix: the covariance of the vectors (..., n, n).
        precision_matrix: its inverse, instead.
        scale_tril: its lower triangular factor of positive diagonal, instead.
        validate_args: whether to check parameters and values.

    Raises:
        AssertionError: unless just one matrix is given.
        ValueError: for too few degrees, or a matrix that is not what it should be.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.Wishart(torch.tensor(3.0), torch.eye(2)).mean
        tensor([[3., 0.],
                [0., 3.]])
    """

    support = constraints.positive_definite
    has_rsample = True
    _mean_carrier_measure = 0
    _batched = ("df", "covariance_matrix", "precision_matrix", "scale_tril", "_dist_chi2")
    df: Tensor

    @property
    def arg_constraints(self) -> Any:
        return {
            "covariance_matrix": constraints.positive_definite,
            "precision_matrix": constraints.positive_definite,
            "scale_tril": constraints.lower_cholesky,
            "df": constraints.greater_than(self.event_shape[-1] - 1),
        }

    def __init__(
        self,
        df: Any,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        found = only_one(
            covariance_matrix=covariance_matrix,
            precision_matrix=precision_matrix,
            scale_tril=scale_tril,
        )
        if found is None:
            raise AssertionError(
                "Exactly one of covariance_matrix or precision_matrix or scale_tril may be "
                "specified."
            )
        name, given = found
        if given.dim() < 2:
            raise ValueError(
                "scale_tril must be at least two-dimensional, with optional leading batch "
                "dimensions"
            )
        if isinstance(df, NUMBER):
            batch = Size(given.shape[:-2])
            self.df = torch.tensor(df, dtype=given.dtype)
        else:
            batch = torch.broadcast_shapes(given.shape[:-2], df.shape)
            self.df = df.expand(batch)
        event = given.shape[-2:]
        n = event[-1]
        if self.df.le(n - 1).any():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {n - 1}.")
        setattr(self, name, given.expand((*batch, -1, -1)))
        if self.df.lt(n).any():
            warnings.warn(
                "Low df values detected. Singular samples are highly likely to occur for ndim - 1 "
                "< df < ndim.",
                stacklevel=2,
            )
        super().__init__(batch, event, validate_args=validate_args)
        self._take_factor(name, given)
        steps = torch.arange(n, dtype=given.dtype)
        self._dist_chi2 = Chi2(df=self.df.unsqueeze(-1) - steps.expand((*batch, -1)))

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        new = super().expand(batch_shape, _instance)
        shape = new.batch_shape + self.event_shape
        new._unbroadcasted_scale_tril = self._unbroadcasted_scale_tril.expand(shape)
        return new

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """The inverse of the covariance."""
        factor = self._unbroadcasted_scale_tril
        identity = torch.eye(self._event_shape[-1], dtype=factor.dtype)
        return self._spread(torch.cholesky_solve(identity, factor))

    def _times_df(self, matrices: Tensor, factor: Tensor | None = None) -> Tensor:
        factor = self.df if factor is None else factor
        return factor.view((*self._batch_shape, 1, 1)) * matrices

    @property
    def mean(self) -> Tensor:
        return self._times_df(self.covariance_matrix)

    @property
    def mode(self) -> Tensor:
        factor = self.df - self.covariance_matrix.shape[-1] - 1
        factor[factor <= 0] = torch.nan
        return self._times_df(self.covariance_matrix, factor)

    @property
    def variance(self) -> Tensor:
        v = self.covariance_matrix
        diagonal = v.diagonal(dim1=-2, dim2=-1)
        return self._times_df(v.pow(2) + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2))

    def _bartlett_sampling(self, sample_shape: Any) -> Tensor:
        """L A A^T L^T: A has roots of Chi2 numbers on its diagonal, normal ones below."""
        n = self._event_shape[-1]
        roots = self._dist_chi2.rsample(sample_shape).sqrt()
        noise = roots.clamp(min=torch.finfo(roots.dtype).eps).diag_embed(dim1=-2, dim2=-1)
        i, j = torch.tril_indices(n, n, offset=-1)
        shape = Size(sample_shape) + self._batch_shape + (n * (n - 1) // 2,)
        noise[..., i, j] = torch.randn(shape, dtype=noise.dtype)
        factor = self._unbroadcasted_scale_tril @ noise
        return factor @ factor.transpose(-2, -1)

    def _singular(self, valid: Tensor) -> Tensor:
        dims = [-(x + 1) for x in range(len(self._batch_shape))]
        return valid.amax(dims) if dims else valid

    def rsample(self, sample_shape: Any = (), max_try_correction: int | None = None) -> Tensor:
        """Draws as functions of the parameters; a singular one is drawn again."""
        sample = self._bartlett_sampling(Size(sample_shape))
        # As PyTorch has it: what is drawn again is where the check succeeds.
        again = self._singular(self.support.check(sample))
        if again.any():
            warnings.warn("Singular sample detected.", stacklevel=2)
            for _ in range(10 if max_try_correction is None else max_try_correction):
                fresh = self._bartlett_sampling(again[again].shape)
                sample[again] = fresh
                again[again.clone()] = self._singular(~self.support.check(fresh))
                if not again.any():
                    break
        return sample

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        nu, n, factor = self.df, self._event_shape[-1], self._unbroadcasted_scale_tril
        trace = torch.cholesky_solve(value, factor).diagonal(dim1=-2, dim2=-1).sum(dim=-1)
        return (
            -nu * (n * LOG_2 / 2 + log_diagonal(factor))
            - torch.mvlgamma(nu / 2, p=n)
            + (nu - n - 1) / 2 * torch.linalg.slogdet(value)[1]
            - trace / 2
        )

    def entropy(self) -> Tensor:
        nu, n = self.df, self._event_shape[-1]
        half = nu / 2
        if not half.gt((n - 1) / 2).all():
            raise AssertionError("Wrong domain for multivariate digamma function.")
        steps = torch.arange(n, dtype=nu.dtype).div(2)
        slope = torch.digamma(half.unsqueeze(-1) - steps.expand((*half.shape, -1))).sum(-1)
        return (
            (n + 1) * (n * LOG_2 / 2 + log_diagonal(self._unbroadcasted_scale_tril))
            + torch.mvlgamma(half, p=n)
            - (nu - n - 1) / 2 * slope
            + nu * n / 2
        )

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        return -self.precision_matrix / 2, (self.df - self._event_shape[-1] - 1) / 2

    def _log_normalizer(self, x: Tensor, y: Tensor) -> Tensor:  # type: ignore[override]
        n = self._event_shape[-1]
        half = y + (n + 1) / 2
        log_det = torch.linalg.slogdet(-2 * x)[1]
        return half * (-log_det + LOG_2 * n) + torch.mvlgamma(half, p=n)


class LKJCholesky(Distribution):
    """Cholesky factors of correlation matrices, after Lewandowski, Kurowicka and Joe (2009).

    The density of a correlation matrix is proportional to det^(concentration - 1); draws are made
    row by row, of a Beta number and a direction each.

    Args:
        dim: the size of the matrices, at least 2.
        concentration: 1 for all matrices alike, more for those close to the identity; positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for a smaller `dim`, or a concentration that is not positive.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.LKJCholesky(3, 0.5).sample().shape
        torch.Size([3, 3])
    """

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky
    _batched = ("concentration", "_beta")
    _kept = ("dim",)
    concentration: Tensor

    def __init__(
        self, dim: int, concentration: Any = 1.0, validate_args: bool | None = None
    ) -> None:
        if dim < 2:
            raise ValueError(
                f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}."
            )
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        offset = torch.arange(dim - 1, dtype=self.concentration.dtype)
        offset = torch.cat([offset.new_zeros((1,)), offset])
        marginal = self.concentration + 0.5 * (dim - 2)
        self._beta = Beta(offset + 0.5, marginal.unsqueeze(-1) - 0.5 * offset)
        super().__init__(self.concentration.size(), (dim, dim), validate_args)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        y = self._beta.sample(sample_shape).unsqueeze(-1)
        u = torch.randn(self._extended_shape(sample_shape), dtype=y.dtype).tril(-1)
        u = u / u.norm(dim=-1, keepdim=True)
        u[..., 0, :].fill_(0.0)  # the first row has no direction
        w = torch.sqrt(y) * u
        tiny = torch.finfo(w.dtype).tiny
        w += torch.diag_embed(torch.clamp(1 - torch.sum(w**2, dim=-1), min=tiny).sqrt())
        return w

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        diagonal = value.diagonal(dim1=-1, dim2=-2)[..., 1:]
        order = 2 * (self.concentration - 1).unsqueeze(-1) + self.dim
        order = order - torch.arange(2, self.dim + 1)
        log_power = torch.sum(order * diagonal.log(), dim=-1)
        less = self.dim - 1
        alpha = self.concentration + 0.5 * less
        log_norm = torch.mvlgamma(alpha - 0.5, less) - torch.lgamma(alpha) * less
        return log_power - (0.5 * less * math.log(math.pi) + log_norm)
