"""Forward-mode differentiation by dual numbers: `torch.autograd.forward_ad`."""

from __future__ import annotations

from typing import Any, NamedTuple

from rushlight.tape.core import state
from rushlight.tape.duals import DualBox
from rushlight.tape.levels import Level, boxed
from rushlight.tape.modes import ModeDecorator
from rushlight.tensor.tensor import Tensor

__all__ = [
    "UnpackedDualTensor",
    "dual_level",
    "enter_dual_level",
    "exit_dual_level",
    "make_dual",
    "unpack_dual",
]


class UnpackedDualTensor(NamedTuple):
    """A dual tensor's two parts."""

    primal: Any
    tangent: Any


class DualLevel(Level):
    """The level of dual numbers."""


def dual_levels() -> list[Level]:
    return [level for level in state().levels if isinstance(level, DualLevel)]


def enter_dual_level() -> int:
    """Open a level for dual numbers.

    Raises:
        RuntimeError: when one is open already.
    """
    if dual_levels():
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    DualLevel().__enter__()
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """Close the level; tangents made in it are gone."""
    found = dual_levels()
    if not found or level not in (None, 0):
        raise RuntimeError("Trying to exit a forward AD level but no level was entered")
    found[-1].__exit__()


class dual_level(ModeDecorator):
    """A context in which dual numbers can be made.

    Example:
        >>> import rushlight as torch
        >>> import rushlight.autograd.forward_ad as fwAD
        >>> with fwAD.dual_level():
        ...     x = fwAD.make_dual(torch.tensor(3.0), torch.tensor(1.0))
        ...     fwAD.unpack_dual(x * x).tangent
        tensor(6.)
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *exc: object) -> None:
        exit_dual_level()


def make_dual(tensor: Any, tangent: Any, *, level: int | None = None) -> Any:
    """`tensor` with a tangent of the same shape and dtype.

    Raises:
        RuntimeError: when no level is open, or the tangent does not match.
    """
    found = dual_levels()
    if not found:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make "
            "sure to enter_dual_level() first."
        )
    for x, which in ((tensor, "tensor"), (tangent, "tangent")):
        if not isinstance(x, Tensor):
            raise TypeError(
                f"make_dual(): argument '{which}' must be Tensor, not {type(x).__name__}"
            )
    check_tangent(tensor, tangent)
    if tensor.box is not None and tensor.box.owner is found[-1]:
        raise RuntimeError("Primal already has a tangent")
    return boxed(DualBox(found[-1], tensor, tangent))


def check_tangent(tensor: Any, tangent: Any) -> None:
    """A tangent must look like its primal."""
    if not (tensor.dtype.is_floating_point or tensor.dtype.is_complex):
        raise ValueError(
            f"Expected primal to be floating point or complex, but got: {tensor.dtype}"
        )
    if not (tangent.dtype.is_floating_point or tangent.dtype.is_complex):
        raise ValueError(
            f"Expected tangent to be floating point or complex, but got: {tangent.dtype}"
        )
    if tensor.shape != tangent.shape:
        raise RuntimeError(
            f"Trying to set a forward gradient that has a different size than that "
            f"of the original Tensor, this is not supported. Tensor is of size "
            f"{[*tensor.shape]} while the given forward gradient is of size "
            f"{[*tangent.shape]}."
        )


def unpack_dual(tensor: Any, *, level: int | None = None) -> UnpackedDualTensor:
    """The primal and the tangent of a tensor; None where it has no tangent."""
    found = dual_levels()
    if found and tensor.box is not None and tensor.box.owner is found[-1]:
        return UnpackedDualTensor(tensor.box.value, tensor.box.tangent)
    return UnpackedDualTensor(tensor, None)
