"""A module's parameters and buffers in another dtype, and moved."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NoReturn

from rushlight.kernels import dtypes
from rushlight.tape.modes import no_grad
from rushlight.tensor.convert import to_arguments
from rushlight.tensor.creation import empty_like
from rushlight.tensor.options import check_device, refuse_device

COMPLEX = (
    "Complex modules are a new feature under active development whose design may change, and some "
    "modules might not work as expected when using complex tensors as parameters or buffers. Please "
    "file an issue at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml if a "
    "complex module does not work as expected."
)


class Convertible:
    """The part of a module that changes what its tensors are made of."""

    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    children: Callable[[], Any]

    def _apply(self, fn: Callable[[Any], Any], recurse: bool = True) -> Any:
        """Replace the memory of every parameter, its gradient and every buffer by `fn` of it.

        Parameters stay the same objects, so that optimizers go on knowing them.
        """
        if recurse:
            for module in self.children():
                module._apply(fn)
        for parameter in self._parameters.values():
            if parameter is None:
                continue
            grad = parameter.grad
            with no_grad():
                parameter.data = fn(parameter)
                if grad is not None:
                    grad.data = fn(grad)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def apply(self, fn: Callable[[Any], Any]) -> Any:
        """Call `fn` with every module below and then this one, as for initialisation.

        Example:
            >>> import rushlight as torch
            >>> net = torch.nn.Sequential(torch.nn.ReLU()).apply(lambda module: print(module))
            ReLU()
            Sequential(
              (0): ReLU()
            )
        """
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    # -- dtypes -----------------------------------------------------------------------------

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """Convert floating point parameters and buffers: `to(dtype)`, `to(device)`, `to(tensor)`.

        `memory_format` lays out those of 4 or 5 dims.

        Raises:
            TypeError: for an integer dtype.
            AssertionError: for a CUDA device.

        Example:
            >>> import rushlight as torch
            >>> torch.nn.Linear(2, 1).to(torch.float64).weight.dtype
            torch.float64
        """
        memory_format = kwargs.pop("memory_format", None)
        device, dtype, _ = to_arguments(args, kwargs)
        if device is not None:
            check_device("to", device)
        if dtype is not None:
            if dtype.category < dtypes.FLOAT:
                raise TypeError(
                    "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                    f"dtype={dtype}"
                )
            if dtype.is_complex:
                warnings.warn(COMPLEX, stacklevel=2)

        def converted(t: Any) -> Any:
            wanted = dtype if dtype is not None and t.dtype.category >= dtypes.FLOAT else t.dtype
            if memory_format is not None and t.dim() in (4, 5):
                return t.to(wanted, memory_format=memory_format)
            return t.to(wanted)

        return self._apply(converted)

    def type(self, dst_type: Any) -> Any:
        """Convert every parameter and buffer to a dtype or the type of a name."""
        return self._apply(lambda t: t.type(dst_type))

    def float(self) -> Any:
        """Convert floating point parameters and buffers to float32."""
        return self._apply(lambda t: t.float() if t.is_floating_point() else t)

    def double(self) -> Any:
        """Convert floating point parameters and buffers to float64.

        Example:
            >>> import rushlight as torch
            >>> torch.nn.Linear(2, 1).double().weight.dtype
            torch.float64
        """
        return self._apply(lambda t: t.double() if t.is_floating_point() else t)

    def half(self) -> Any:
        """Convert floating point parameters and buffers to float16."""
        return self._apply(lambda t: t.half() if t.is_floating_point() else t)

    def bfloat16(self) -> Any:
        """Convert floating point parameters and buffers to bfloat16."""
        return self._apply(lambda t: t.bfloat16() if t.is_floating_point() else t)

    # -- places -----------------------------------------------------------------------------

    def to_empty(self, *, device: Any, recurse: bool = True) -> Any:
        """Give parameters and buffers new memory on a device, without values."""
        if device is not None:
            check_device("to", device)
        return self._apply(empty_like, recurse=recurse)

    def cpu(self) -> Any:
        """Move to the CPU, where everything is."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device: Any = None) -> NoReturn:
        """There is no CUDA device here.

        Raises:
            AssertionError: always.
        """
        refuse_device("cuda")

    def xpu(self, device: Any = None) -> Any:
        """There is no XPU device here."""
        raise AssertionError("Torch not compiled with XPU enabled")

    def ipu(self, device: Any = None) -> Any:
        """There is no IPU device here."""
        raise RuntimeError("PyTorch is not linked with support for ipu devices")

    def mtia(self, device: Any = None) -> Any:
        """There is no MTIA device here."""
        raise AssertionError("Torch not compiled with MTIA enabled.")

    def share_memory(self) -> Any:
        """Move parameters and buffers to memory that other processes can share."""
        return self._apply(lambda t: t.share_memory_())
