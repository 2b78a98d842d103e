"""The safetensors format: names, dtypes and shapes as JSON, then the numbers; nothing to execute.

Eight bytes say how long the JSON is.  The tensors follow without gaps, row-major, little-endian.
"""

from __future__ import annotations

import json
import math
import os
import struct
import sys
from typing import Any

import numpy as np

from rushlight.kernels import dtypes
from rushlight.serialization.locations import default_restore_location
from rushlight.serialization.rebuild import make_truth_values
from rushlight.serialization.saving import write_atomically
from rushlight.tape.core import TensorBase
from rushlight.tensor.options import fresh
from rushlight.tensor.storage import UntypedStorage, array_of

DTYPES = {
    "BOOL": dtypes.bool,
    "U8": dtypes.uint8,
    "I8": dtypes.int8,
    "I16": dtypes.int16,
    "U16": dtypes.uint16,
    "I32": dtypes.int32,
    "U32": dtypes.uint32,
    "I64": dtypes.int64,
    "U64": dtypes.uint64,
    "F16": dtypes.float16,
    "BF16": dtypes.bfloat16,
    "F32": dtypes.float32,
    "F64": dtypes.float64,
    "C64": dtypes.complex64,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
LONGEST_HEADER = 100_000_000
ALIGNMENT = 8


class SafetensorError(Exception):
    """A file that is not in the safetensors format, or a tensor that the format has no place for."""


def save(tensors: dict[str, Any], metadata: dict[str, str] | None = None) -> bytes:
    """Tensors by their names, in the safetensors format.

    Raises:
        ValueError: for what is no dict of tensors.
        SafetensorError: for a dtype that the format lacks.

    Example:
        >>> import rushlight as torch
        >>> load(save({"a": torch.arange(3)}))
        {'a': tensor([0, 1, 2])}
    """
    return b"".join(pieces(tensors, metadata))


def save_file(
    tensors: dict[str, Any], filename: str | os.PathLike[str], metadata: Any = None
) -> None:
    """Write tensors by their names into a file, which is replaced when the new one is complete."""
    parts = pieces(tensors, metadata)
    write_atomically(os.fspath(filename), lambda file: file.writelines(parts))


def load(data: bytes) -> dict[str, Any]:
    """The tensors in bytes of the safetensors format.

    Raises:
        SafetensorError: for what is not exactly in the format.
    """
    return tensors_in(np.frombuffer(bytearray(data), np.uint8))


def load_file(filename: str | os.PathLike[str], device: Any = "cpu") -> dict[str, Any]:
    """The tensors in a file of the safetensors format, by their names.

    Raises:
        SafetensorError: for what is not exactly in the format.
        RuntimeError: for a device other than the CPU.
    """
    default_restore_location(UntypedStorage(), str(device))
    return tensors_in(np.fromfile(filename, np.uint8))


# -- writing ---------------------------------------------------------------------------------------


def pieces(tensors: dict[str, Any], metadata: dict[str, str] | None) -> list[bytes]:
    """The file in pieces: length, header, and the numbers of one tensor after the other."""
    arrays = ordered_arrays(tensors)
    header: dict[str, Any] = {} if metadata is None else {"__metadata__": checked_texts(metadata)}
    end = 0
    for name, array in arrays:
        begin, end = end, end + array.nbytes
        header[name] = {
            "dtype": NAMES[tensors[name].dtype],
            "shape": [*array.shape],
            "data_offsets": [begin, end],
        }
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    return [struct.pack("<Q", len(text)), text, *[array.tobytes() for _, array in arrays]]


def ordered_arrays(tensors: Any) -> list[tuple[str, Any]]:
    """The arrays by names: large elements first, so that all are aligned, then by name."""
    if not isinstance(tensors, dict) or not all(
        isinstance(t, TensorBase) for t in tensors.values()
    ):
        raise ValueError("Expected a dict of [str, torch.Tensor]")
    for name, t in tensors.items():
        if not isinstance(name, str) or name == "__metadata__":
            raise ValueError(f"{name!r} cannot be the name of a tensor")
        if t.dtype not in NAMES:
            raise SafetensorError(f"dtype {t.dtype} is not covered by the safetensors format")
    order = sorted(tensors, key=lambda name: (-tensors[name].dtype.itemsize, name))
    return [(name, little(array_of(tensors[name].detach()))) for name in order]


def little(array: Any) -> Any:
    return array if sys.byteorder == "little" else array.byteswap()


def checked_texts(metadata: Any) -> dict[str, str]:
    sound = isinstance(metadata, dict)
    if not sound or not all(isinstance(x, str) for pair in metadata.items() for x in pair):
        raise SafetensorError("__metadata__ must be a dict of str to str")
    return dict(metadata)


# -- reading ---------------------------------------------------------------------------------------


def tensors_in(memory: Any) -> dict[str, Any]:
    """The tensors in the bytes of a file; each has memory of its own."""
    header, start = header_of(memory)
    entries = {name: checked_entry(name, entry) for name, entry in header.items()}
    check_cover([offsets for *_, offsets in entries.values()], memory.size - start)
    return {
        name: tensor_of(memory[start + begin : start + end], dtype, shape)
        for name, (dtype, shape, (begin, end)) in entries.items()
    }


def header_of(memory: Any) -> tuple[dict[str, Any], int]:
    """The descriptions of the tensors, and where the numbers begin."""
    if memory.size < 8:
        raise SafetensorError("Error while deserializing header: header too small")
    (length,) = struct.unpack("<Q", memory[:8].tobytes())
    if length > LONGEST_HEADER:
        raise SafetensorError("Error while deserializing header: header too large")
    if 8 + length > memory.size:
        raise SafetensorError("Error while deserializing header: invalid header length")
    text = memory[8 : 8 + length].tobytes()
    if not text.startswith(b"{"):
        raise SafetensorError("Error while deserializing header: invalid start character in header")
    try:
        header = json.loads(text.decode(), object_pairs_hook=without_repetition)
    except (ValueError, RecursionError) as error:
        raise SafetensorError(f"Error while deserializing header: {error}") from None
    checked_texts(header.pop("__metadata__", {}))
    return header, 8 + length


def without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice in the header")
    return dict(pairs)


def checked_entry(name: str, entry: Any) -> tuple[Any, tuple[int, ...], tuple[int, int]]:
    """Dtype, shape and place of a tensor, which agree with each other."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise SafetensorError(f"Error while deserializing header: {name!r} is no tensor")
    kind, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(kind, str) or kind not in DTYPES:
        raise SafetensorError(f"Error while deserializing header: unknown dtype {kind!r}")
    if not are_sizes(shape) or not are_sizes(offsets) or len(offsets) != 2 or len(shape) > 64:
        raise SafetensorError(f"Error while deserializing header: invalid layout of {name!r}")
    if offsets[1] - offsets[0] != math.prod(shape) * DTYPES[kind].itemsize:
        raise SafetensorError(f"Error while deserializing header: invalid offset for tensor {name}")
    return DTYPES[kind], tuple(shape), (offsets[0], offsets[1])


def are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(n) is int and 0 <= n < 2**63 for n in values)


def check_cover(places: list[tuple[int, int]], size: int) -> None:
    """The tensors must cover the file without gap or overlap."""
    end = 0
    for begin, next_end in sorted(places):
        if begin != end:
            raise SafetensorError("Error while deserializing header: invalid offset for tensor")
        end = next_end
    if end != size:
        raise SafetensorError("Error while deserializing header: incomplete metadata, file not "
                              "fully covered")  # fmt: skip


def tensor_of(part: Any, dtype: Any, shape: tuple[int, ...]) -> Any:
    if dtype is dtypes.bool:
        make_truth_values(part)
    array = np.frombuffer(bytearray(part.tobytes()), dtype.numpy)
    try:
        return fresh(little(array).reshape(shape))
    except ValueError as error:  # no elements in dims too large for NumPy
        raise SafetensorError(f"Error while deserializing header: {error}") from None
