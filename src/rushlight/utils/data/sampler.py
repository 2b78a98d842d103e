"""In which order samples are taken."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import Any, Generic, TypeVar

import rushlight as torch
from rushlight.tensor.generator import Generator

__all__ = [
    "BatchSampler",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
]

T_co = TypeVar("T_co", covariant=True)


class Sampler(Generic[T_co]):
    """The base of samplers: a subclass writes `__iter__`, which gives indices, and `__len__`.

    Example:
        >>> from rushlight.utils.data import DataLoader, Sampler
        >>> class Backwards(Sampler):
        ...     def __iter__(self):
        ...         return iter([2, 1, 0])
        >>> list(DataLoader("abc", sampler=Backwards(), batch_size=None))
        ['c', 'b', 'a']
    """

    def __iter__(self) -> Iterator[T_co]:
        raise NotImplementedError


class SequentialSampler(Sampler[int]):
    """All indices in their order.

    Example:
        >>> from rushlight.utils.data import SequentialSampler
        >>> list(SequentialSampler("abc"))
        [0, 1, 2]
    """

    def __init__(self, data_source: Sized) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler[int]):
    """Indices at random: a permutation of them, or independent draws.

    Args:
        data_source: what is sampled from.
        replacement: draw each index independently.
        num_samples: how many; as many as there are for None.
        generator: where they are drawn from; one seeded by the default generator for None.

    Raises:
        TypeError: `replacement` is no bool.
        ValueError: `num_samples` is no positive integer.

    Example:
        >>> import rushlight as torch
        >>> generator = torch.Generator().manual_seed(0)
        >>> list(torch.utils.data.RandomSampler("abcd", generator=generator))
        [0, 1, 3, 2]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Any = None,
    ) -> None:
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(
                f"replacement should be a boolean value, but got replacement={replacement}"
            )
        if not isinstance(self.num_samples, int) or self.num_samples <= 0:
            raise ValueError(
                "num_samples should be a positive integer value, but got "
                f"num_samples={self.num_samples}"
            )

    @property
    def num_samples(self) -> int:
        """How many indices there will be; follows the data unless it was said."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        generator = self.generator
        if generator is None:
            generator = Generator()
            generator.manual_seed(drawn_seed())
        n = len(self.data_source)
        # PyTorch draws thirty-two at a time, or whole permutations: also one of which none is left.
        size = 32 if self.replacement else n
        for start in range(0, self.num_samples + 1, size):
            length = min(size, self.num_samples - start)
            if self.replacement:
                drawn = torch.randint(n, (length,), generator=generator)
            else:
                drawn = torch.randperm(n, generator=generator)[:length]
            yield from drawn.tolist()

    def __len__(self) -> int:
        return self.num_samples


def drawn_seed(generator: Any = None) -> int:
    """A seed drawn from a generator, the default one for None."""
    return int(torch.empty((), dtype=torch.int64).random_(generator=generator).item())


class SubsetRandomSampler(Sampler[int]):
    """A permutation of given indices.

    Example:
        >>> import rushlight as torch
        >>> generator = torch.Generator().manual_seed(0)
        >>> list(torch.utils.data.SubsetRandomSampler([7, 8, 9], generator))
        [9, 7, 8]
    """

    def __init__(self, indices: Sequence[int], generator: Any = None) -> None:
        self.indices = indices
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        for i in torch.randperm(len(self.indices), generator=self.generator).tolist():
            yield self.indices[i]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler[int]):
    """Indices drawn with given weights.

    Args:
        weights: one for each index; they need not sum to 1.
        num_samples: how many are drawn.
        replacement: draw each independently, or never the same twice.
        generator: where they are drawn from.

    Raises:
        ValueError: for an argument of another kind.

    Example:
        >>> import rushlight as torch
        >>> generator = torch.Generator().manual_seed(0)
        >>> list(torch.utils.data.WeightedRandomSampler([0.0, 1.0, 3.0], 5, generator=generator))
        [2, 2, 2, 2, 2]
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Any = None,
    ) -> None:
        check_positive("num_samples", num_samples)
        check_bool("replacement", replacement)
        self.weights = torch.as_tensor(weights, dtype=torch.double)
        if self.weights.dim() != 1:
            raise ValueError(
                "weights should be a 1d sequence but given weights have shape "
                f"{tuple(self.weights.shape)}"
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self) -> Iterator[int]:
        drawn = torch.multinomial(
            self.weights, self.num_samples, self.replacement, generator=self.generator
        )
        yield from drawn.tolist()

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler[list[int]]):
    """The indices of another sampler in lists.

    Args:
        sampler: where the indices come from.
        batch_size: the length of the lists.
        drop_last: leave out a last list that is shorter.

    Raises:
        ValueError: for an argument of another kind.

    Example:
        >>> from rushlight.utils.data import BatchSampler
        >>> list(BatchSampler(range(5), 2, drop_last=False))
        [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self, sampler: Sampler[int] | Iterable[int], batch_size: int, drop_last: bool
    ) -> None:
        check_positive("batch_size", batch_size)
        check_bool("drop_last", drop_last)
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(itertools.islice(indices, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield batch

    def __len__(self) -> int:
        n = len(self.sampler)  # type: ignore[arg-type]
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


def check_positive(name: str, value: Any) -> None:
    """Refuse what is no positive integer."""
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ValueError(f"{name} should be a positive integer value, but got {name}={value}")


def check_bool(name: str, value: Any) -> None:
    """Refuse what is no bool."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} should be a boolean value, but got {name}={value}")
