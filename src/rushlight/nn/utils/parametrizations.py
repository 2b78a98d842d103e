"""Ready-made parametrizations: `torch.nn.utils.parametrizations`."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight.alias import missing
from rushlight.kernels import dtypes
from rushlight.nn import functional as F
from rushlight.nn.modules.module import Module
from rushlight.nn.utils import parametrize
from rushlight.nn.utils.spectral_norm import as_matrix, default_dim, power_iteration
from rushlight.nn.utils.weight_norm import norm_except_dim
from rushlight.tape.core import TensorBase
from rushlight.tape.modes import no_grad
from rushlight.tensor.sequences import eye

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]


def existing_tensor(module: Any, name: str) -> Any:
    weight = getattr(module, name, None)
    if not isinstance(weight, TensorBase):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return weight


# -- lengths and directions -----------------------------------------------------------------------


class _WeightNorm(Module):
    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Any, weight_v: Any) -> Any:
        return weight_v * (weight_g / norm_except_dim(weight_v, self.dim))

    def right_inverse(self, weight: Any) -> tuple[Any, Any]:
        return norm_except_dim(weight, self.dim), weight


def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Learn a weight's lengths (`original0`) and directions (`original1`) apart.

    Args:
        module: whose weight.
        name: of the weight.
        dim: lengths are those of slices along this dim; None: the whole has one.

    Example:
        >>> import rushlight as torch
        >>> layer = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 3))
        >>> layer.parametrizations.weight.original0.shape
        torch.Size([3, 1])
    """
    parametrize.register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def rename(state_dict: Any, prefix: str, *_: Any) -> None:
        """Take what the deprecated `weight_norm` saved."""
        old = [f"{prefix}{name}_{part}" for part in "gv"]
        if all(key in state_dict for key in old):
            for i, key in enumerate(old):
                new = f"{prefix}parametrizations.{name}.original{i}"
                state_dict[new] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(rename)
    return module


# -- largest singular value -------------------------------------------------------------------------


class _SpectralNorm(Module):
    def __init__(
        self, weight: Any, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12
    ) -> None:
        super().__init__()
        ndim = weight.ndim
        if not -ndim <= dim < ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got "
                f"{dim})"
            )
        if n_power_iterations <= 0:
            raise ValueError(
                "Expected n_power_iterations to be positive, but got "
                f"n_power_iterations={n_power_iterations}"
            )
        self.dim = dim % ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            with no_grad():
                matrix = as_matrix(weight, self.dim)
                u = matrix.new_empty(matrix.size(0)).normal_(0, 1)
                v = matrix.new_empty(matrix.size(1)).normal_(0, 1)
                self.register_buffer("_u", F.normalize(u, dim=0, eps=eps))
                self.register_buffer("_v", F.normalize(v, dim=0, eps=eps))
                self._power_method(matrix, 15)

    def _power_method(self, weight_mat: Any, n_power_iterations: int) -> None:
        # The other way round than the deprecated hook's: u from v, then v from u.
        power_iteration(weight_mat.mH, self._v, self._u, n_power_iterations, self.eps)

    def forward(self, weight: Any) -> Any:
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = as_matrix(weight, self.dim)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        # The next forward writes over them, and the backward of this one needs them.
        u, v = self._u.clone(), self._v.clone()
        return weight / torch.vdot(u, matrix.mv(v))

    def right_inverse(self, value: Any) -> Any:
        return value


def spectral_norm(
    module: Any,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Any:
    """Divide a weight by an estimate of its largest singular value.

    Args:
        module: whose weight.
        name: of the weight.
        n_power_iterations: by how many steps training improves the estimate at each use.
        eps: keeps from dividing by zero.
        dim: of the outputs; 0, for transposed convolutions 1.

    Raises:
        ValueError: if there is no such tensor.

    Example:
        >>> import rushlight as torch
        >>> layer = torch.nn.utils.parametrizations.spectral_norm(torch.nn.Linear(2, 3))
        >>> bool(layer.weight.norm() < 1.5)
        True
    """
    weight = existing_tensor(module, name)
    dim = default_dim(module) if dim is None else dim
    made = _SpectralNorm(weight, n_power_iterations, dim, eps)
    return parametrize.register_parametrization(module, name, made)


# -- orthogonal matrices ----------------------------------------------------------------------------


MAPS = ("matrix_exp", "cayley", "householder")


class _Orthogonal(Module):
    """Maps any matrix to one with orthonormal columns (or rows, if those are fewer).

    With `use_trivialization` the result is that of the map times a fixed base, from which the
    matrix assigned last is reached with the identity.
    """

    def __init__(
        self, weight: Any, orthogonal_map: str, *, use_trivialization: bool = True
    ) -> None:
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        self.trivialized = use_trivialization
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Any) -> Any:
        wide = X.size(-2) < X.size(-1)
        X = X.mT if wide else X
        Q = from_reflections(X) if self.orthogonal_map == "householder" else self.from_skew(X)
        if self.trivialized:
            Q = self.base @ Q
        return Q.mT if wide else Q

    def from_skew(self, X: Any) -> Any:
        """The exponential, or Cayley's map, of a skew matrix with the lower triangle of X."""
        n, k = X.size(-2), X.size(-1)
        X = X.tril()
        if n != k:
            more = X.new_zeros((*X.shape[:-2], n, n - k))
            X = torch.cat([X, more], -1)
        A = X - X.mH
        if self.orthogonal_map == "matrix_exp":
            Q = A.matrix_exp()
        else:
            from rushlight import linalg

            one = eye(n, dtype=A.dtype)
            left, right = one.add(A, alpha=-0.5), one.add(A, alpha=0.5)
            Q = linalg.solve(left, right)
        return Q[..., :k] if n != k else Q

    def right_inverse(self, Q: Any) -> Any:
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of "
                f"shape {Q.shape}."
            )
        with no_grad():
            wide = Q.size(-2) < Q.size(-1)
            tall = Q.mT if wide else Q
            if self.trivialized:
                self.base = completed(tall)
                start = torch.zeros_like(Q)
                start.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
                return start
            if self.orthogonal_map != "householder":
                raise NotImplementedError(
                    "It is not possible to assign to the matrix exponential or the Cayley "
                    "parametrizations when use_trivialization=False."
                )
            A, tau = tall.geqrf()
            diagonal = A.diagonal(dim1=-2, dim2=-1)
            diagonal.sign_()
            diagonal[tau == 0.0] *= -1
            return A.mT if wide else A


def from_reflections(X: Any) -> Any:
    """The product of the reflections at the columns of X's strict lower triangle."""
    from rushlight import linalg

    A = X.tril(diagonal=-1)
    tau = 2.0 / (1.0 + (A * A).sum(dim=-2))
    Q = linalg.householder_product(A, tau)
    # The signs are those of the matrix that was assigned; nothing is learned of them.
    return Q * X.diagonal(dim1=-2, dim2=-1).to(dtypes.int32).unsqueeze(-2)


def completed(Q: Any) -> Any:
    """A square orthogonal matrix that begins with the columns of Q, made orthogonal if need be."""
    n, k = Q.size(-2), Q.size(-1)
    if n == k and is_orthogonal(Q):
        return Q.clone()
    if n != k:
        more = torch.randn((*Q.shape[:-2], n, n - k), dtype=Q.dtype)
        Q = torch.cat([Q, more], -1)
    from rushlight import linalg

    X, tau = Q.geqrf()
    return linalg.householder_product(X, tau) * X.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


def is_orthogonal(Q: Any) -> bool:
    one = eye(Q.size(-1), dtype=Q.dtype)
    room = 10.0 * Q.size(-2) * dtypes.finfo(Q.dtype).eps
    return bool(torch.allclose(Q.mH @ Q, one, atol=room))


def orthogonal(
    module: Any,
    name: str = "weight",
    orthogonal_map: str | None = None,
    *,
    use_trivialization: bool = True,
) -> Any:
    """Keep a weight orthogonal: its columns, or its rows if those are fewer, are orthonormal.

    Args:
        module: whose weight.
        name: of the weight.
        orthogonal_map: 'matrix_exp' (for square matrices), 'cayley' or 'householder' (for others).
        use_trivialization: keep a base, to which any orthogonal matrix can be assigned.

    Raises:
        ValueError: if there is no such matrix, or for an unknown map.
    """
    weight = existing_tensor(module, name)
    if weight.ndim < 2:
        raise ValueError(
            f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions."
        )
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in MAPS:
        raise ValueError(
            'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". '
            f"Got: {orthogonal_map}"
        )
    made = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return parametrize.register_parametrization(module, name, made, unsafe=True)


__getattr__ = missing(__name__)
