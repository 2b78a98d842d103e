"""Forward-mode differentiation by dual numbers: `torch.autograd.forward_ad`."""

from __future__ import annotations

from typing import Any, NamedTuple

from rushlight.tape import tangents
from rushlight.tape.core import state
from rushlight.tape.duals import DualBox
from rushlight.tape.levels import Level, boxed
from rushlight.tape.modes import ModeDecorator

__all__ = [
    "UnpackedDualTensor",
    "dual_level",
    "enter_dual_level",
    "exit_dual_level",
    "make_dual",
    "unpack_dual",
]


TWICE = (
    "Making a dual Tensor based on a Tensor that already has a forward gradient at the same level 0 "
    "is not supported."
)
OF_A_TANGENT = (
    "Setting a forward grad that itself has a forward gradient at the same level0 is not supported."
)


class UnpackedDualTensor(NamedTuple):
    """A dual tensor's two parts."""

    primal: Any
    tangent: Any


class DualLevel(Level):
    """The level of dual numbers within another transform."""

    def dual(self, tensor: Any, tangent: Any) -> Any:
        """A tensor with a tangent."""
        return boxed(DualBox(self, tensor, tangent))

    def parts(self, tensor: Any) -> tuple[Any, Any]:
        """Primal and tangent of a tensor."""
        if tensor.box is not None and tensor.box.owner is self:
            return tensor.box.value, tensor.box.tangent
        return tensor, None

    transform = False


class OutermostDualLevel(tangents.TangentLevel):
    """The level of dual numbers where nothing else is open."""

    def dual(self, tensor: Any, tangent: Any) -> Any:
        """A view of a tensor, with a tangent."""
        return tangents.dual(self, tensor, tangent)

    def parts(self, tensor: Any) -> tuple[Any, Any]:
        """Primal, a view of the tensor, and tangent."""
        if tensor.box is not None and tensor.box.owner is not self:
            return tensor, None
        return tangents.primal(tensor), None if tensor.box is None else tensor.box.tangent


def dual_levels() -> list[Any]:
    return [level for level in state().levels if isinstance(level, (DualLevel, OutermostDualLevel))]


def enter_dual_level() -> int:
    """Open a level for dual numbers.

    Raises:
        RuntimeError: when one is open already.
    """
    if dual_levels():
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    (DualLevel if state().levels else OutermostDualLevel)().__enter__()
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """Close the level; tangents made in it are gone.

    Raises:
        RuntimeError: when none is open, or not this one.
    """
    found = dual_levels()
    if not found and level is None:
        raise RuntimeError("Dual level must be a positive number.")
    if not found or level not in (None, 0):
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is "
            "not supported."
        )
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
    if level not in (None, 0):
        raise RuntimeError("Invalid level given to _make_dual")
    check_tangent(tensor, tangent)
    for x, refusal in ((tensor, TWICE), (tangent, OF_A_TANGENT)):
        if x.box is not None and x.box.owner is found[-1] and x.box.tangent is not None:
            raise RuntimeError(refusal)
    return found[-1].dual(tensor, tangent)


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
    if not found or (level is not None and level < 0):
        return UnpackedDualTensor(tensor, None)
    return UnpackedDualTensor(*found[-1].parts(tensor))


class _set_fwd_grad_enabled(ModeDecorator):
    """Compute tangents or not: at once, and until the end of a `with` block if used as one."""

    def __init__(self, mode: bool) -> None:
        self.prev = tangents.settings.forward
        self.mode = mode
        tangents.settings.forward = mode

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        tangents.settings.forward = self.prev

    def clone(self) -> _set_fwd_grad_enabled:
        return self.__class__(self.mode)


def _is_fwd_grad_enabled() -> bool:
    """Are tangents computed?"""
    return tangents.settings.forward
