"""The samples of one of several processes that train together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import rushlight as torch
from rushlight.tensor.generator import Generator
from rushlight.utils.data.sampler import Sampler

__all__ = ["DistributedSampler"]


class DistributedSampler(Sampler[int]):
    """Every `num_replicas`-th index of a permutation that is the same in all processes.

    Args:
        dataset: what is sampled from.
        num_replicas: the number of processes; of the process group for None.
        rank: which of them this one is; of the process group for None.
        shuffle: permute the indices.
        seed: of the permutation, together with `set_epoch`.
        drop_last: leave out what cannot be shared evenly, instead of taking some samples twice.

    Raises:
        RuntimeError: `num_replicas` or `rank` is None, and there is no process group.
        ValueError: there is no such rank.

    Example:
        >>> from rushlight.utils.data import DistributedSampler
        >>> [list(DistributedSampler("abcde", 2, rank, shuffle=False)) for rank in range(2)]
        [[0, 2, 4], [1, 3, 0]]
    """

    def __init__(
        self,
        dataset: Any,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        if num_replicas is None:
            num_replicas = int(process_group().get_world_size())
        if rank is None:
            rank = int(process_group().get_rank())
        if rank >= num_replicas or rank < 0:
            raise ValueError(
                f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]"
            )
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.drop_last = drop_last
        n = len(dataset)
        left_out = drop_last and n % num_replicas != 0
        self.num_samples = math.ceil((n - num_replicas if left_out else n) / num_replicas)
        self.total_size = self.num_samples * num_replicas
        self.shuffle = shuffle
        self.seed = seed

    def __iter__(self) -> Iterator[int]:
        n = len(self.dataset)
        indices = list(range(n))
        if self.shuffle:
            generator = Generator().manual_seed(self.seed + self.epoch)
            indices = torch.randperm(n, generator=generator).tolist()
        again = itertools.cycle(indices)
        return itertools.islice(again, self.rank, self.total_size, self.num_replicas)

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Say the epoch, so that each has another permutation."""
        self.epoch = epoch


def process_group() -> Any:
    """The module of the process group."""
    try:
        distributed: Any = import_module("rushlight.distributed")
    except ImportError:
        raise RuntimeError("Requires distributed package to be available") from None
    if not distributed.is_available():
        raise RuntimeError("Requires distributed package to be available")
    return distributed
