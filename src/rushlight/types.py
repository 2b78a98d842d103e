"""Types for annotations: `torch.types`."""

import builtins
import os
from typing import IO, TypeAlias

from rushlight.kernels.dtypes import dtype as _dtype  # noqa: F401  (programs import it here)
from rushlight.kernels.metadata import Size
from rushlight.kernels.metadata import device as _device
from rushlight.kernels.metadata import layout as _layout  # noqa: F401
from rushlight.tensor.storage import TypedStorage, UntypedStorage
from rushlight.tensor.tensor import Tensor

__all__ = ["Device", "FileLike", "Number", "Storage"]

Number: TypeAlias = int | float | bool
Device: TypeAlias = _device | str | int | None
FileLike: TypeAlias = str | os.PathLike[str] | IO[bytes]
Storage: TypeAlias = UntypedStorage | TypedStorage

# Names without a star that PyTorch's programs import too.
_int, _float, _bool = builtins.int, builtins.float, builtins.bool
_complex = builtins.complex
_size: TypeAlias = Size | list[int] | tuple[int, ...]
_Number = (int, float, bool)
_TensorOrTensors: TypeAlias = Tensor | tuple[Tensor, ...] | list[Tensor]
