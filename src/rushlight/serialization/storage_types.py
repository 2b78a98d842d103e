"""What a file says of a storage beside its bytes: the name of a class, such as FloatStorage."""

from __future__ import annotations

from typing import Any

from rushlight.kernels import dtypes

# PyTorch gave each dtype a class of storages, which lives on in its files only.  Newer dtypes have
# none: their storages are untyped, and the tensor says the dtype.
DTYPES = {
    "DoubleStorage": dtypes.float64,
    "FloatStorage": dtypes.float32,
    "HalfStorage": dtypes.float16,
    "LongStorage": dtypes.int64,
    "IntStorage": dtypes.int32,
    "ShortStorage": dtypes.int16,
    "CharStorage": dtypes.int8,
    "ByteStorage": dtypes.uint8,
    "BoolStorage": dtypes.bool,
    "BFloat16Storage": dtypes.bfloat16,
    "ComplexDoubleStorage": dtypes.complex128,
    "ComplexFloatStorage": dtypes.complex64,
    "UntypedStorage": dtypes.uint8,
}
QUANTIZED = frozenset(
    {"QInt8Storage", "QInt32Storage", "QUInt8Storage", "QUInt4x2Storage", "QUInt2x4Storage"}
)


class StorageType:
    """Stands for a class of storages that a file names; `dtype` is that of its elements."""

    __module__ = "torch.serialization"

    def __init__(self, name: str) -> None:
        self.name = name
        self._dtype = DTYPES[name]

    @property
    def dtype(self) -> Any:
        return self._dtype

    @property
    def home(self) -> str:
        """The module that a file names with it."""
        return "torch.storage" if self.name == "UntypedStorage" else "torch"

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return named, (self.name,)

    def __str__(self) -> str:
        return f"StorageType(dtype={self.dtype})"


UNTYPED = StorageType("UntypedStorage")
# One object per name, so that a pickle says it once.
BY_NAME = {name: StorageType(name) for name in DTYPES} | {"UntypedStorage": UNTYPED}
BY_DTYPE = {kind.dtype: kind for name, kind in BY_NAME.items() if kind is not UNTYPED}


def named(name: str) -> StorageType:
    """The storage type of a name (how one is unpickled)."""
    return BY_NAME[name]
