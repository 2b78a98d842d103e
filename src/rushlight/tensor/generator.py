"""Generators: streams of random numbers with a seed and a state, and the default one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from rushlight.kernels import metadata
from rushlight.kernels import random as kernels
from rushlight.kernels.metadata import type_name
from rushlight.ops.publish import enter
from rushlight.tape.core import TensorBase, box

NO_CUDA = (
    "Cannot get CUDA generator without ATen_cuda library. PyTorch splits its backend into two "
    "shared libraries: a CPU library and a CUDA library; this error has occurred because you are "
    "trying to use some CUDA functionality, but there is none in this build."
)


class Generator:
    """A stream of random numbers, the same as PyTorch's for the same seed.

    Raises:
        RuntimeError: for a device other than the CPU.

    Example:
        >>> import rushlight as torch
        >>> g = torch.Generator().manual_seed(0)
        >>> torch.rand(2, generator=g)
        tensor([0.4963, 0.7682])
    """

    __slots__ = ("__weakref__", "engine")
    __module__ = "torch._C"

    def __init__(self, device: Any = "cpu") -> None:
        kind = metadata.device(device).type
        if kind == "cuda":
            raise RuntimeError(NO_CUDA)
        if kind != "cpu":
            raise RuntimeError(f"Device type {kind} is not supported for torch.Generator() api.")
        self.engine = kernels.Engine()

    @property
    def device(self) -> metadata.device:
        """Where the numbers are drawn: the CPU."""
        return metadata.cpu

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream of `seed`, an integer of 64 bits; returns the generator."""
        if isinstance(seed, bool) or not isinstance(seed, int):
            shown = "Tensor" if isinstance(seed, TensorBase) else type_name(type(seed))
            raise RuntimeError(f"manual_seed expected a long, but got {shown}")
        self.engine.manual_seed(seed)
        return self

    def seed(self) -> int:
        """Seed with a number from the operating system, which is returned."""
        return self.engine.seed()

    def initial_seed(self) -> int:
        """The seed that the stream started from."""
        return self.engine.initial_seed()

    def get_state(self) -> Any:
        """The state as a tensor of bytes."""
        return box(self.engine.get_state())

    def set_state(self, new_state: Any) -> Generator:
        """Continue from a state that `get_state` gave; returns the generator.

        Raises:
            TypeError: for what is no tensor of bytes.
            RuntimeError: for what is no state.
        """
        self.engine.set_state(state_bytes(new_state))
        return self

    def clone_state(self) -> Generator:
        """Another generator in the same state."""
        return restored(self.engine.get_state())

    def graphsafe_get_state(self) -> NoReturn:
        """Refused: there are no CUDA graphs."""
        raise NotImplementedError("graphsafe_get_state is not supported in this Generator")

    def get_offset(self) -> NoReturn:
        """Refused: the CPU's stream is not counted."""
        raise RuntimeError("CPU Generator does not use offset")

    def set_offset(self, offset: int) -> NoReturn:
        """Refused: the CPU's stream is not counted."""
        raise RuntimeError("CPU Generator does not use offset")

    def __reduce__(self) -> Any:
        return restored, (self.engine.get_state(),)

    def __setstate__(self, state: Any) -> None:
        """Take over seed, offset (which streams of the CPU have not) and state from a file."""
        self.set_state(state[2])


def restored(state: Any) -> Generator:
    """A generator in a given state."""
    made = Generator()
    made.engine.set_state(state)
    return made


def state_bytes(state: Any) -> Any:
    """The array of a state tensor."""
    if not isinstance(state, TensorBase):
        raise TypeError(f"expected a torch.ByteTensor, but got {type_name(type(state))}")
    return state.array


default_generator = Generator()
default_generator.engine = kernels.default_engine


def engine_of(name: str, generator: Any) -> kernels.Engine:
    """The stream of a `generator` argument: the default one for None."""
    if generator is None:
        return kernels.default_engine
    if not isinstance(generator, Generator):
        raise TypeError(
            f"{name}(): argument 'generator' must be torch.Generator, not "
            f"{type_name(type(generator))}"
        )
    return generator.engine


def manual_seed(seed: Any) -> Generator:
    """Seed the default generator, which is returned.

    Raises:
        ValueError: for a seed that is no integer of 64 bits.

    Example:
        >>> import rushlight as torch
        >>> _ = torch.manual_seed(0)
        >>> torch.rand(2)
        tensor([0.4963, 0.7682])
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Seed the default generator with a number from the operating system, which is returned."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the default generator.

    Example:
        >>> import rushlight as torch
        >>> torch.manual_seed(3).initial_seed() == torch.initial_seed()
        True
    """
    return default_generator.initial_seed()


def get_rng_state() -> Any:
    """The state of the default generator as a tensor of bytes."""
    return default_generator.get_state()


def set_rng_state(new_state: Any) -> None:
    """Put the default generator into a state that `get_rng_state` gave.

    Example:
        >>> import rushlight as torch
        >>> state = torch.get_rng_state()
        >>> a = torch.rand(1)
        >>> torch.set_rng_state(state)
        >>> bool(a == torch.rand(1))
        True
    """
    default_generator.set_state(new_state)


@contextmanager
def fork_rng(
    devices: Any = None,
    enabled: bool = True,
    _caller: str = "fork_rng",
    _devices_kw: str = "devices",
    device_type: str = "cuda",
) -> Iterator[None]:
    """Leave the default generator, at the end of the `with` block, as it was at its beginning.

    Example:
        >>> import rushlight as torch
        >>> _ = torch.manual_seed(0)
        >>> with torch.random.fork_rng():
        ...     a = torch.rand(1)
        >>> bool(a == torch.rand(1))
        True
    """
    if not enabled:
        yield
        return
    with default_generator.engine.fork():
        yield


for _function in (Generator, manual_seed, seed, initial_seed, get_rng_state, set_rng_state):
    enter("torch", _function.__name__, _function)
enter("torch", "default_generator", default_generator)
