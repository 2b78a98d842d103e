"""Vectors of normal numbers that vary together; random matrices, and factors of correlations."""

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
    standard_normal,
)
from rushlight.distributions.gamma import Beta, Chi2
from rushlight.kernels.metadata import Size
from rushlight.tensor.tensor import Tensor

__all__ = [
    "LKJCholesky",
    "LowRankMultivariateNormal",
    "MultivariateNormal",
    "Wishart",
]

LOG_TWO_PI = math.log(2 * math.pi)


def batch_mv(matrices: Tensor, vectors: Tensor) -> Tensor:
    """Matrices times vectors."""
    return torch.matmul(matrices, vectors.unsqueeze(-1)).squeeze(-1)


def log_diagonal(factors: Tensor) -> Tensor:
    """log det of triangular matrices."""
    return factors.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def mahalanobis(factors: Tensor, x: Tensor) -> Tensor:
    """|L^-1 x|^2 of lower triangular L (..., n, n) and vectors x (..., n)."""
    # L is solved once for all vectors that share it: those of the dims that it lacks.
    extra = x.dim() + 1 - factors.dim()
    if extra <= 0:
        columns = x.unsqueeze(-1)
        return torch.linalg.solve_triangular(factors, columns, upper=False).pow(2).sum((-2, -1))
    lead = x.shape[:extra]
    columns = x.reshape((-1, *x.shape[extra:])).movedim(0, -1)
    squares = torch.linalg.solve_triangular(factors, columns, upper=False).pow(2).sum(-2)
    return squares.movedim(-1, 0).reshape(lead + squares.shape[:-1])


def precision_to_scale_tril(precision: Tensor) -> Tensor:
    """The Cholesky factor of the inverse of positive definite matrices."""
    flipped = torch.linalg.cholesky(torch.flip(precision, (-2, -1)))
    inverse = torch.transpose(torch.flip(flipped, (-2, -1)), -2, -1)
    identity = torch.eye(precision.shape[-1], dtype=precision.dtype)
    return torch.linalg.solve_triangular(inverse, identity, upper=False)


class BySquareRoot(Distribution):
    """Said by just one of three matrices, kept by name, that give `_unbroadcasted_scale_tril`."""

    _unbroadcasted_scale_tril: Tensor

    def _take_factor(self, name: str, given: Tensor) -> None:
        if name == "scale_tril":
            self._unbroadcasted_scale_tril = given
        elif name == "covariance_matrix":
            self._unbroadcasted_scale_tril = torch.linalg.cholesky(given)
        else:
            self._unbroadcasted_scale_tril = precision_to_scale_tril(given)

    def _spread(self, matrices: Tensor) -> Tensor:
        """Expanded to the batch."""
        n = self._event_shape[-1]
        return matrices.expand((*self._batch_shape, n, n))

    @lazy_property
    def scale_tril(self) -> Tensor:
        """The lower triangular L of the covariance L L^T."""
        return self._spread(self._unbroadcasted_scale_tril)

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """The covariance."""
        factor = self._unbroadcasted_scale_tril
        return self._spread(torch.matmul(factor, factor.mT))

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """The inverse of the covariance."""
        return self._spread(torch.cholesky_inverse(self._unbroadcasted_scale_tril))


def only_one(**matrices: Tensor | None) -> tuple[str, Tensor] | None:
    """The name and value of the one that is given, or None."""
    given = [(name, m) for name, m in matrices.items() if m is not None]
    return given[0] if len(given) == 1 else None


class MultivariateNormal(BySquareRoot):
    """Normal vectors of a given mean and covariance.

    Args:
        loc: the mean (..., n).
        covariance_matrix: the covariance (..., n, n), positive definite.
        precision_matrix: its inverse, instead.
        scale_tril: its lower triangular factor of positive diagonal, instead.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: unless just one matrix is given, and is what it should be.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2)).entropy()
        tensor(2.8379)
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    support = constraints.real_vector
    has_rsample = True
    _batched = ("loc", "covariance_matrix", "precision_matrix", "scale_tril")
    _kept = ("_unbroadcasted_scale_tril",)
    loc: Tensor

    def __init__(
        self,
        loc: Tensor,
        covariance_matrix: Tensor | None = None,
        precision_matrix: Tensor | None = None,
        scale_tril: Tensor | None = None,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        found = only_one(
            covariance_matrix=covariance_matrix,
            precision_matrix=precision_matrix,
            scale_tril=scale_tril,
        )
        if found is None:
            raise ValueError(
                "Exactly one of covariance_matrix or precision_matrix or scale_tril may be "
                "specified."
            )
        name, given = found
        if given.dim() < 2:
            word = "scale_tril matrix" if name == "scale_tril" else name
            raise ValueError(
                f"{word} must be at least two-dimensional, with optional leading batch dimensions"
            )
        batch = torch.broadcast_shapes(given.shape[:-2], loc.shape[:-1])
        setattr(self, name, given.expand((*batch, -1, -1)))
        self.loc = loc.expand((*batch, -1))
        super().__init__(batch, self.loc.shape[-1:], validate_args=validate_args)
        self._take_factor(name, given)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @property
    def variance(self) -> Tensor:
        variance = self._unbroadcasted_scale_tril.pow(2).sum(-1)
        return variance.expand(self._batch_shape + self._event_shape)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        noise = standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        return self.loc + batch_mv(self._unbroadcasted_scale_tril, noise)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        factor = self._unbroadcasted_scale_tril
        square = mahalanobis(factor, value - self.loc)
        return -0.5 * (self._event_shape[0] * LOG_TWO_PI + square) - log_diagonal(factor)

    def entropy(self) -> Tensor:
        log_det = log_diagonal(self._unbroadcasted_scale_tril)
        entropy = 0.5 * self._event_shape[0] * (1.0 + LOG_TWO_PI) + log_det
        return entropy.expand(self._batch_shape)


class LowRankMultivariateNormal(Distribution):
    """Normal vectors of covariance W W^T + diag(d), where W has few columns.

    By Woodbury's identity nothing is solved but the capacitance I + W^T diag(1/d) W.

    Args:
        loc: the mean (..., n).
        cov_factor: W (..., n, m).
        cov_diag: d (..., n), positive.
        validate_args: whether to check parameters and values.

    Raises:
        ValueError: for shapes that do not match, or d that is not positive.

    Example:
        >>> import rushlight as torch
        >>> ones = torch.ones(2)
        >>> d = torch.distributions.LowRankMultivariateNormal(torch.zeros(2), ones[:, None], ones)
        >>> d.covariance_matrix
        tensor([[2., 1.],
                [1., 2.]])
    """

    arg_constraints = {
        "loc": constraints.real_vector,
        "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }
    support = constraints.real_vector
    has_rsample = True
    _batched = ("loc", "cov_factor", "cov_diag")
    _kept = ("_unbroadcasted_cov_factor", "_unbroadcasted_cov_diag", "_capacitance_tril")
    loc: Tensor
    cov_factor: Tensor
    cov_diag: Tensor

    def __init__(
        self,
        loc: Tensor,
        cov_factor: Tensor,
        cov_diag: Tensor,
        validate_args: bool | None = None,
    ) -> None:
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        event = loc.shape[-1:]
        if cov_factor.dim() < 2:
            raise ValueError(
                "cov_factor must be at least two-dimensional, with optional leading batch "
                "dimensions"
            )
        if cov_factor.shape[-2:-1] != event:
            raise ValueError(f"cov_factor must be a batch of matrices with shape {event[0]} x m")
        if cov_diag.shape[-1:] != event:
            raise ValueError(f"cov_diag must be a batch of vectors with shape {event}")
        columns = loc.unsqueeze(-1), cov_factor, cov_diag.unsqueeze(-1)
        try:
            column, self.cov_factor, diagonal = torch.broadcast_tensors(*columns)
        except RuntimeError as error:
            raise ValueError(
                f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, "
                f"cov_diag {cov_diag.shape}"
            ) from error
        self.loc, self.cov_diag = column[..., 0], diagonal[..., 0]
        self._unbroadcasted_cov_factor = cov_factor
        self._unbroadcasted_cov_diag = cov_diag
        capacitance = torch.matmul(self._whitened(), cov_factor)
        self._capacitance_tril = torch.linalg.cholesky(plus_identity(capacitance))
        super().__init__(self.loc.shape[:-1], event, validate_args=validate_args)

    def _whitened(self) -> Tensor:
        """W^T diag(1/d)."""
        return self._unbroadcasted_cov_factor.mT / self._unbroadcasted_cov_diag.unsqueeze(-2)

    def _solved(self) -> Tensor:
        """A, for which the inverse of the covariance is diag(1/d) - A^T A."""
        factor = self._capacitance_tril
        return torch.linalg.solve_triangular(factor, self._whitened(), upper=False)

    def _log_det(self) -> Tensor:
        """log det of the covariance."""
        return 2 * log_diagonal(self._capacitance_tril) + self._unbroadcasted_cov_diag.log().sum(-1)

    def _square(self, x: Tensor) -> Tensor:
        """x^T of the inverse of the covariance x."""
        straight = (x.pow(2) / self._unbroadcasted_cov_diag).sum(-1)
        return straight - mahalanobis(self._capacitance_tril, batch_mv(self._whitened(), x))

    def _spread(self, matrices: Tensor) -> Tensor:
        return matrices.expand(self._batch_shape + self._event_shape + self._event_shape)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def mode(self) -> Tensor:
        return self.loc

    @lazy_property
    def variance(self) -> Tensor:
        variance = self._unbroadcasted_cov_factor.pow(2).sum(-1) + self._unbroadcasted_cov_diag
        return variance.expand(self._batch_shape + self._event_shape)

    @lazy_property
    def scale_tril(self) -> Tensor:
        """The lower triangular L of the covariance L L^T."""
        root = self._unbroadcasted_cov_diag.sqrt().unsqueeze(-1)
        scaled = self._unbroadcasted_cov_factor / root
        inner = plus_identity(torch.matmul(scaled, scaled.mT))
        return self._spread(root * torch.linalg.cholesky(inner))

    @lazy_property
    def covariance_matrix(self) -> Tensor:
        """The covariance."""
        factor = self._unbroadcasted_cov_factor
        return self._spread(
            torch.matmul(factor, factor.mT) + torch.diag_embed(self._unbroadcasted_cov_diag)
        )

    @lazy_property
    def precision_matrix(self) -> Tensor:
        """The inverse of the covariance."""
        a = self._solved()
        diagonal = torch.diag_embed(self._unbroadcasted_cov_diag.reciprocal())
        return self._spread(diagonal - a.mT @ a)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        shape = self._extended_shape(sample_shape)
        together = standard_normal(shape[:-1] + self.cov_factor.shape[-1:], self.loc.dtype)
        alone = standard_normal(shape, self.loc.dtype)
        spread = batch_mv(self._unbroadcasted_cov_factor, together)
        return self.loc + spread + self._unbroadcasted_cov_diag.sqrt() * alone

    def log_prob(self, value: Tensor) -> Tensor:
        self._check_value(value)
        square = self._square(value - self.loc)
        return -0.5 * (self._event_shape[0] * LOG_TWO_PI + self._log_det() + square)

    def entropy(self) -> Tensor:
        entropy = 0.5 * (self._event_shape[0] * (1.0 + LOG_TWO_PI) + self._log_det())
        return entropy.expand(self._batch_shape)


def plus_identity(matrices: Tensor) -> Tensor:
    """I + M."""
    return matrices + torch.eye(matrices.shape[-1], dtype=matrices.dtype)


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
