"""Vectors of normal numbers that vary together."""

from __future__ import annotations

import math
from typing import Any

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.distributions.base import Distribution, lazy_property, standard_normal
from rushlight.tensor.tensor import Tensor

__all__ = ["LowRankMultivariateNormal", "MultivariateNormal"]

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
