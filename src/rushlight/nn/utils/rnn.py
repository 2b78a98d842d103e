"""Sequences of different lengths in one batch: `torch.nn.utils.rnn`.

A packed sequence holds the first steps of all samples, the longest first, then the second steps of
those that have one, and so on; `batch_sizes` says how many samples each step has.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from typing import Any

import rushlight as torch
from rushlight.alias import missing
from rushlight.kernels import dtypes
from rushlight.nn import functional as F
from rushlight.tape.core import TensorBase

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]

NOT_SORTED = (
    "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
    "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this "
    "requirement if you do not need ONNX exportability."
)
NOT_POSITIVE = (
    "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
)


class PackedSequence(
    namedtuple("PackedSequence_", ("data", "batch_sizes", "sorted_indices", "unsorted_indices"))
):
    """Samples of different lengths packed together, made by `pack_padded_sequence`.

    Args:
        data: the steps.
        batch_sizes: how many samples each step has.
        sorted_indices: the order in which the samples were taken, or None.
        unsorted_indices: its inverse.
    """

    def __new__(
        cls,
        data: Any,
        batch_sizes: Any = None,
        sorted_indices: Any = None,
        unsorted_indices: Any = None,
    ) -> PackedSequence:
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        if batch_sizes is None:
            if not (isinstance(data, (list, tuple)) and len(data) == 2):
                raise AssertionError("Expected data to be a list or tuple of length 2")
            data, batch_sizes = data
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """With data in another dtype."""
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else type(self)(data, *self[1:])

    def cpu(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """Itself."""
        return self

    def cuda(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """There is no CUDA device here."""
        return self.to("cuda")

    def pin_memory(self) -> PackedSequence:
        """With data in pinned memory, where there is some."""
        return type(self)(self.data.pin_memory(), *self[1:])

    def double(self) -> PackedSequence:
        """With float64 data."""
        return self.to(dtypes.float64)

    def float(self) -> PackedSequence:
        """With float32 data."""
        return self.to(dtypes.float32)

    def half(self) -> PackedSequence:
        """With float16 data."""
        return self.to(dtypes.float16)

    def long(self) -> PackedSequence:
        """With int64 data."""
        return self.to(dtypes.int64)

    def int(self) -> PackedSequence:
        """With int32 data."""
        return self.to(dtypes.int32)

    def short(self) -> PackedSequence:
        """With int16 data."""
        return self.to(dtypes.int16)

    def char(self) -> PackedSequence:
        """With int8 data."""
        return self.to(dtypes.int8)

    def byte(self) -> PackedSequence:
        """With uint8 data."""
        return self.to(dtypes.uint8)

    @property
    def is_cuda(self) -> bool:
        """No."""
        return False

    def is_pinned(self) -> bool:
        """Does the data lie in pinned memory?"""
        return self.data.is_pinned()


def invert_permutation(permutation: Any) -> Any:
    """The permutation that undoes one; None undoes None.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.utils.rnn.invert_permutation(torch.tensor([2, 0, 1]))
        tensor([1, 2, 0])
    """
    if permutation is None:
        return None
    places = torch.arange(permutation.numel())
    return torch.empty_like(permutation).scatter_(0, permutation, places)


def pack_padded_sequence(
    input: Any, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Pack padded samples (T, N, ...), or (N, T, ...) with `batch_first`, of given lengths.

    Args:
        input: the samples.
        lengths: how many steps of each count.
        batch_first: which of the first two dims is the batch.
        enforce_sorted: the samples have to come with the longest first; else they are sorted.

    Raises:
        RuntimeError: for lengths that are not sorted, not positive, or not as many as samples.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([[1, 2, 0], [3, 4, 5]])
        >>> torch.nn.utils.rnn.pack_padded_sequence(x, [2, 3], True, enforce_sorted=False).data
        tensor([3, 1, 4, 2, 5])
    """
    lengths = torch.as_tensor(lengths, dtype=dtypes.int64)
    order = None
    if not enforce_sorted:
        lengths, order = torch.sort(lengths, descending=True)
        input = input.index_select(0 if batch_first else 1, order)
    if batch_first:
        input = input.transpose(0, 1)
    counts = lengths.tolist()
    check_lengths(counts, input)
    sizes = [sum(n > t for n in counts) for t in range(counts[0])]
    data = torch.cat([input[t, :size] for t, size in enumerate(sizes)])
    return PackedSequence(data, torch.tensor(sizes), order)


def check_lengths(lengths: list[int], input: Any) -> None:
    if not lengths or input.numel() == 0:
        raise RuntimeError("Cannot pack empty tensors.")
    if len(lengths) != input.size(1):
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(lengths)} (batch_size="
            f"{input.size(1)})"
        )
    if lengths != sorted(lengths, reverse=True):
        raise RuntimeError(NOT_SORTED)
    if lengths[-1] <= 0:
        raise RuntimeError(NOT_POSITIVE)


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Any, Any]:
    """Samples padded to the longest (or to `total_length`), and their lengths.

    Raises:
        ValueError: if `total_length` is less than the longest.

    Example:
        >>> import rushlight as torch
        >>> packed = torch.nn.utils.rnn.pack_sequence([torch.tensor([1, 2]), torch.tensor([3])])
        >>> torch.nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
        (tensor([[1, 2],
                [3, 0]]), tensor([2, 1]))
    """
    sizes = sequence.batch_sizes.tolist()
    longest = len(sizes)
    if total_length is not None and total_length < longest:
        raise ValueError(
            "Expected total_length to be at least the length of the longest sequence in input, but "
            f"got total_length={total_length} and max sequence length being {longest}"
        )
    data = sequence.data
    shape = (total_length or longest, sizes[0], *data.shape[1:])
    padded = torch.full(shape, padding_value, dtype=data.dtype)
    places = [t * sizes[0] + i for t, size in enumerate(sizes) for i in range(size)]
    # One write of all steps: one node, whatever the length.
    padded = padded.flatten(0, 1).index_put((torch.tensor(places),), data).view(shape)
    lengths = torch.tensor([sum(size > i for size in sizes) for i in range(sizes[0])])
    if batch_first:
        padded = padded.transpose(0, 1)
    if sequence.unsorted_indices is None:
        return padded, lengths
    order = sequence.unsorted_indices
    return padded.index_select(0 if batch_first else 1, order), lengths[order]


def pad_sequence(
    sequences: Any,
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Any:
    """Tensors (T_i, ...) padded to the longest and stacked: (T, N, ...), or (N, T, ...).

    Raises:
        RuntimeError: if `sequences` is not iterable, or empty, or the side unknown.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.utils.rnn.pad_sequence([torch.tensor([1, 2]), torch.tensor([3])], True)
        tensor([[1, 2],
                [3, 0]])
    """
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            "pad_sequence: Expected iterable for input sequences, but got arg of type: "
            f"{type(sequences)}"
        )
    sequences = tuple(sequences)
    for i, sequence in enumerate(sequences):
        if not isinstance(sequence, TensorBase):
            raise TypeError(
                f"expected Tensor as element {i} in argument 0, but got {type(sequence).__name__}"
            )
    if not sequences:
        raise RuntimeError("received an empty list of sequences")
    if padding_side not in ("left", "right"):
        raise RuntimeError(
            f"Expected padding_side to be one of left or right, but got {padding_side}."
        )
    longest = max(sequence.size(0) for sequence in sequences)
    rows = []
    for sequence in sequences:
        more = longest - sequence.size(0)
        amounts = (0, more) if padding_side == "right" else (more, 0)
        around = (0, 0) * (sequence.dim() - 1) + amounts
        rows.append(F.pad(sequence, around, "constant", padding_value))
    return torch.stack(rows, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Any, lengths: Any, batch_first: bool = False) -> list[Any]:
    """The samples of a padded batch, each of its own length.

    Example:
        >>> import rushlight as torch
        >>> torch.nn.utils.rnn.unpad_sequence(torch.tensor([[1, 3], [2, 0]]), torch.tensor([2, 1]))
        [tensor([1, 2]), tensor([3])]
    """
    if not batch_first:
        padded_sequences = padded_sequences.transpose(0, 1)
    places = torch.arange(padded_sequences.shape[1])
    return [
        sample[places < n] for sample, n in zip(padded_sequences, lengths.tolist(), strict=True)
    ]


def pack_sequence(sequences: Any, enforce_sorted: bool = True) -> PackedSequence:
    """Pack tensors (T_i, ...), the longest first unless `enforce_sorted` is False.

    Example:
        >>> import rushlight as torch
        >>> packed = torch.nn.utils.rnn.pack_sequence([torch.tensor([1, 2]), torch.tensor([3])])
        >>> packed.data, packed.batch_sizes
        (tensor([1, 3, 2]), tensor([2, 1]))
    """
    lengths = [sequence.size(0) for sequence in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Any]:
    """The tensors that were packed."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)


__getattr__ = missing(__name__)
