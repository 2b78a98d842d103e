"""What every distribution is: parameters that broadcast, shapes, validation, expansion."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, ClassVar, Generic, TypeVar

import rushlight as torch
from rushlight.distributions import constraints
from rushlight.kernels.metadata import Size
from rushlight.nn import functional as F
from rushlight.overrides import is_tensor_like
from rushlight.tensor.tensor import Tensor

__all__ = [
    "Distribution",
    "ExponentialFamily",
    "broadcast_all",
    "clamp_probs",
    "euler_constant",
    "lazy_property",
    "logits_to_probs",
    "probs_to_logits",
    "standard_normal",
    "sum_rightmost",
    "tril_matrix_to_vec",
    "vec_to_tril_matrix",
]

euler_constant: float = 0.57721566490153286060
NUMBER = (int, float)  # bool is an int

T = TypeVar("T")


def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """Tensors and numbers as tensors of one shape; numbers take the dtype of the first tensor.

    Raises:
        ValueError: for anything else.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.utils.broadcast_all(1.0, torch.zeros(2))
        (tensor([1., 1.]), tensor([0., 0.]))
    """
    if not all(is_tensor_like(v) or isinstance(v, NUMBER) for v in values):
        raise ValueError(
            "Input arguments must all be instances of Number, torch.Tensor or objects "
            "implementing __torch_function__."
        )
    dtype = next((v.dtype for v in values if isinstance(v, Tensor)), torch.get_default_dtype())
    tensors = [v if is_tensor_like(v) else torch.tensor(v, dtype=dtype) for v in values]
    return tuple(torch.broadcast_tensors(*tensors))


def standard_normal(shape: Any, dtype: Any, device: Any = None) -> Tensor:
    """A new tensor of standard normal numbers."""
    return torch.empty(shape, dtype=dtype).normal_()


def sum_rightmost(value: Tensor, dim: int) -> Tensor:
    """The sum over the last `dim` dims."""
    return value.reshape((*value.shape[:-dim], -1)).sum(-1) if dim else value


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """Probabilities: of success if `is_binary`, else of each place along the last dim."""
    return torch.sigmoid(logits) if is_binary else F.softmax(logits, dim=-1)


def clamp_probs(probs: Tensor) -> Tensor:
    """Probabilities kept from 0 and 1 by the smallest step of their dtype."""
    eps = torch.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """The inverse of `logits_to_probs`, finite for probabilities of 0 and 1."""
    clamped = clamp_probs(probs)
    return clamped.log() - (-clamped).log1p() if is_binary else clamped.log()


class lazy_property(Generic[T]):
    """A property that is computed when first asked for, with gradients, and then kept."""

    def __init__(self, wrapped: Callable[[Any], T]) -> None:
        self.wrapped = wrapped
        update_wrapper(self, wrapped)  # type: ignore[arg-type]

    def __get__(self, instance: Any, owner: Any = None) -> T:
        if instance is None:
            return self  # type: ignore[return-value]
        with torch.enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value


def lower_mask(n: int, diag: int) -> Tensor:
    """Which places of an n x n matrix lie on or below a diagonal."""
    return torch.ones(n, n, dtype=torch.bool).tril(diag)


def tril_matrix_to_vec(mat: Tensor, diag: int = 0) -> Tensor:
    """The places on and below a diagonal of square matrices, row by row.

    Raises:
        ValueError: if there is no such diagonal.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.utils.tril_matrix_to_vec(torch.eye(2))
        tensor([1., 0., 1.])
    """
    n = mat.shape[-1]
    if diag < -n or diag >= n:
        raise ValueError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    return mat[..., lower_mask(n, diag)]


def vec_to_tril_matrix(vec: Tensor, diag: int = 0) -> Tensor:
    """Square matrices of zeros, but on and below a diagonal the numbers of `vec`, row by row.

    Raises:
        ValueError: if no matrix has just as many places there.

    Example:
        >>> import rushlight as torch
        >>> torch.distributions.utils.vec_to_tril_matrix(torch.ones(3))
        tensor([[1., 0.],
                [1., 1.]])
    """
    length = vec.shape[-1]
    # the solution of n (n + 1) / 2 + diag n - (what the corner lacks) = length
    odd = 1 + 2 * diag
    n = (-odd + (odd**2 + 8 * length + 4 * abs(diag) * (diag + 1)) ** 0.5) / 2
    if round(n) - n > torch.finfo(vec.dtype).eps:
        raise ValueError(
            f"The size of last dimension is {length} which cannot be expressed as "
            "the lower triangular part of a square D x D matrix."
        )
    mat = vec.new_zeros((*vec.shape[:-1], round(n), round(n)))
    mat[..., lower_mask(round(n), diag)] = vec
    return mat


class Distribution:
    """A distribution of probability, or a batch of them.

    A sample has the shape `sample_shape + batch_shape + event_shape`: how many are drawn, how many
    distributions there are, and what one draw of one of them looks like.

    Args:
        batch_shape: the shape of the batch.
        event_shape: the shape of a draw.
        validate_args: whether parameters and values are checked; None: as
            `set_default_validate_args` said, at first yes.

    Raises:
        ValueError: for parameters outside of their constraints.
    """

    has_rsample: Any = False
    has_enumerate_support: Any = False
    _validate_args: bool = __debug__

    # For subclasses: which attributes have the batch in front and are expanded with it, and which
    # a larger batch shares.
    _batched: ClassVar[tuple[str, ...]]
    _kept: ClassVar[tuple[str, ...]] = ()

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Say whether distributions check what they are given when nothing is said about it.

        Raises:
            ValueError: unless `value` is True or False.
        """
        if value not in (True, False):
            raise ValueError
        Distribution._validate_args = value

    def __init__(
        self,
        batch_shape: Any = (),
        event_shape: Any = (),
        validate_args: bool | None = None,
    ) -> None:
        self._batch_shape = Size(batch_shape)
        self._event_shape = Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._check_parameters()
        super().__init__()

    def _check_parameters(self) -> None:
        try:
            named = self.arg_constraints
        except NotImplementedError:
            warnings.warn(
                f"{type(self)} does not define `arg_constraints`. Please set `arg_constraints = "
                "{}` or initialize the distribution with `validate_args=False` to turn off "
                "validation.",
                stacklevel=3,
            )
            return
        for name, constraint in named.items():
            if constraints.is_dependent(constraint):
                continue
            if name not in vars(self) and isinstance(getattr(type(self), name), lazy_property):
                continue  # follows from others
            value = getattr(self, name)
            if not constraint.check(value).all():
                raise ValueError(
                    f"Expected parameter {name} ({type(value).__name__} of shape "
                    f"{tuple(value.shape)}) of distribution {self!r} to satisfy the constraint "
                    f"{constraint!r}, but found invalid values:\n{value}"
                )

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """A distribution of the same kind whose parameters are expanded to `batch_shape`.

        `_instance` is for subclasses with a constructor of their own: the object to be filled.
        """
        family = next((c for c in type(self).__mro__ if "_batched" in vars(c)), None)
        if family is None:
            raise NotImplementedError
        new = self._get_checked_instance(family, _instance)
        batch_shape = Size(batch_shape)
        for name in self._batched:
            if name in vars(self):
                setattr(new, name, self._expanded(vars(self)[name], batch_shape))
        for name in self._kept:
            setattr(new, name, getattr(self, name))
        Distribution.__init__(new, batch_shape, self._event_shape, validate_args=False)
        new._validate_args = self._validate_args
        return new

    def _expanded(self, value: Any, batch_shape: Size) -> Any:
        """A tensor or distribution whose first dims are the batch's, for another batch."""
        n = len(self._batch_shape)
        shape = value.batch_shape if isinstance(value, Distribution) else value.shape
        return value.expand(batch_shape + shape[n:])

    @property
    def batch_shape(self) -> Size:
        """The shape of the batch of distributions."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of one draw."""
        return self._event_shape

    @property
    def arg_constraints(self) -> Any:
        """The constraints of the parameters, by name."""
        raise NotImplementedError

    @property
    def support(self) -> Any:
        """The constraint that draws are within."""
        raise NotImplementedError

    @property
    def mean(self) -> Tensor:
        """The mean."""
        raise NotImplementedError

    @property
    def mode(self) -> Tensor:
        """A most probable value."""
        raise NotImplementedError(f"{type(self)} does not implement mode")

    @property
    def variance(self) -> Tensor:
        """The variance."""
        raise NotImplementedError

    @property
    def stddev(self) -> Tensor:
        """The standard deviation."""
        return self.variance.sqrt()

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws, `sample_shape` of them, without gradients."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draws as functions of the parameters, for gradients, where `has_rsample` says so."""
        raise NotImplementedError

    def sample_n(self, n: int) -> Tensor:
        """`n` draws: deprecated."""
        warnings.warn(
            "`sample_n(n)` will be deprecated. Use `sample((n,))` instead.",
            FutureWarning,
            stacklevel=2,
        )
        return self.sample(Size((n,)))

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the density, or probability, at `value`."""
        raise NotImplementedError

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of what is at most `value`."""
        raise NotImplementedError

    def icdf(self, value: Tensor) -> Tensor:
        """The inverse of `cdf`."""
        raise NotImplementedError

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values, along a new first dim; expanded to the batch unless `expand` is False."""
        raise NotImplementedError

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        raise NotImplementedError

    def perplexity(self) -> Tensor:
        """The exponential of the entropy."""
        return torch.exp(self.entropy())

    # for subclasses

    def _extended_shape(self, sample_shape: Any = ()) -> Size:
        return Size(sample_shape) + self._batch_shape + self._event_shape

    def _constant(self, number: float, like: Tensor) -> Tensor:
        """`number` for each distribution, in the dtype of `like`."""
        return torch.full(self._extended_shape(), number, dtype=like.dtype)

    def _validate_sample(self, value: Any) -> None:
        if not isinstance(value, Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        shape, expected = value.size(), self._batch_shape + self._event_shape
        if shape[len(shape) - len(self._event_shape) :] != self._event_shape:
            raise ValueError(
                f"The right-most size of value must match event_shape: {shape} vs "
                f"{self._event_shape}."
            )
        for i, j in zip(reversed(shape), reversed(expected), strict=False):
            if i != 1 and j != 1 and i != j:
                raise ValueError(
                    f"Value is not broadcastable with batch_shape+event_shape: {shape} vs "
                    f"{expected}."
                )
        try:
            support = self.support
        except NotImplementedError:
            warnings.warn(
                f"{type(self)} does not define `support` to enable sample validation. Please "
                "initialize the distribution with `validate_args=False` to turn off validation.",
                stacklevel=3,
            )
            return
        if not support.check(value).all():
            raise ValueError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) "
                f"to be within the support ({support!r}) of the distribution {self!r}, but found "
                f"invalid values:\n{value}"
            )

    def _check_value(self, value: Any) -> None:
        """Validate, if that is wanted."""
        if self._validate_args:
            self._validate_sample(value)

    def _get_checked_instance(self, cls: Any, _instance: Any = None) -> Any:
        if _instance is not None:
            return _instance
        if type(self).__init__ is not cls.__init__:
            raise NotImplementedError(
                f"Subclass {type(self).__name__} of {cls.__name__} that defines a custom __init__ "
                "method must also define a custom .expand() method."
            )
        return type(self).__new__(type(self))

    def __repr__(self) -> str:
        own = vars(self)
        shown = (
            f"{name}: {own[name] if own[name].numel() == 1 else own[name].size()}"
            for name in self.arg_constraints
            if name in own
        )
        return f"{type(self).__name__}({', '.join(shown)})"


class ExponentialFamily(Distribution):
    """A distribution of density exp(<t(x), theta> - F(theta) + k(x)).

    A subclass says its natural parameters theta in `_natural_params`, its log normalizer F in
    `_log_normalizer` and the mean of its carrier measure k in `_mean_carrier_measure`. The entropy
    is F(theta) - <theta, grad F(theta)> less that mean, and the divergence of two members is one of
    Bregman's.
    """

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        raise NotImplementedError

    def _log_normalizer(self, *natural_params: Tensor) -> Tensor:
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self) -> Any:
        raise NotImplementedError

    def _normalized(self) -> tuple[Tensor, list[Tensor], tuple[Tensor, ...]]:
        """F at theta, theta, and the gradients there."""
        params = [p.detach().requires_grad_() for p in self._natural_params]
        log_norm = self._log_normalizer(*params)
        gradients = torch.autograd.grad(log_norm.sum(), params, create_graph=True)
        return log_norm, params, gradients

    def entropy(self) -> Tensor:
        """The entropy, in nats."""
        carrier = self._mean_carrier_measure
        log_norm, params, gradients = self._normalized()
        entropy = -carrier + log_norm
        for theta, slope in zip(params, gradients, strict=True):
            entropy = entropy - (theta * slope).reshape((*self._batch_shape, -1)).sum(-1)
        return entropy
