"""Selective checkpointing: results that a policy names are kept, the others recomputed."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from rushlight.ops import aten
from rushlight.tape.core import box
from rushlight.tape.observers import Observer

MISMATCH = (
    "This can happen if the operations in the checkpointed region are nondeterministic or depend on "
    "global state that changed between forward and backward."
)
EXTRA_TIME = (
    "Trying to backward an extra time. You are only allowed to backward once on any region computed "
    "under selective activation checkpoint."
)


class CheckpointPolicy(enum.Enum):
    """What a policy says of an operation's result: keep it, or recompute it.

    MUST_ and PREFER_ make no difference, and on a CPU offloading to it means keeping.
    """

    MUST_SAVE = 0
    PREFER_SAVE = 1
    MUST_RECOMPUTE = 2
    PREFER_RECOMPUTE = 3
    MUST_CPU_OFFLOAD = 4
    PREFER_CPU_OFFLOAD = 5

    __module__ = "torch.utils.checkpoint"


RECOMPUTED = (CheckpointPolicy.MUST_RECOMPUTE, CheckpointPolicy.PREFER_RECOMPUTE)
SAC_IGNORED_OPS = {
    aten.named(name)
    for name in (
        "detach",
        "dim",
        "is_contiguous",
        "numel",
        "size",
        "storage_offset",
        "stride",
    )
}


class SelectiveCheckpointContext:
    """What a policy may know besides the operation and its arguments.

    Attributes:
        is_recompute: is the region being recomputed? (A policy is asked in forward only.)
        op_output: the operation's result.
    """

    __module__ = "torch.utils.checkpoint"

    def __init__(self, *, is_recompute: bool, op_output: Any = None) -> None:
        self.is_recompute = is_recompute
        self.op_output = op_output


class Recomputed:
    """Stands where a result was not kept."""


class Spent:
    """Stands where a kept result was, once it has been used."""


class Storage:
    """The kept results of a region: by operation, then by how often that ran before."""

    def __init__(self) -> None:
        self.results: dict[Any, dict[int, Any]] = {}


def is_eligible(op: Any) -> bool:
    """May results of `op` be kept?  Views must go on sharing memory."""
    return not op.is_view and op.name is not None and aten.named(op.name) not in SAC_IGNORED_OPS


class Caching(Observer):
    """In forward: keeps copies of the results that the policy names."""

    def __init__(self, policy: Callable[..., Any], storage: Storage) -> None:
        super().__init__()
        self.policy = policy
        self.storage = storage
        self.counts: Counter[Any] = Counter()

    def compute(self, op: Any, inputs: tuple[Any, ...], params: tuple[Any, ...]) -> Any:
        """Compute, and keep the result if wanted."""
        out = self.below(op, inputs, params)
        if is_eligible(op):
            name = aten.named(op.name)
            index = self.counts[name]
            self.counts[name] += 1
            context = SelectiveCheckpointContext(is_recompute=False, op_output=shown(out))
            policy = as_policy(self.policy(context, name, *inputs, *params))
            kept = Recomputed if policy in RECOMPUTED else copied(out)
            self.storage.results.setdefault(name, {})[index] = kept
        return out


class Cached(Observer):
    """In recomputation: gives the kept results instead of computing."""

    def __init__(self, storage: Storage) -> None:
        super().__init__()
        self.storage = storage
        self.counts: Counter[Any] = Counter()

    def __enter__(self) -> Cached:
        self.counts.clear()
        super().__enter__()
        return self

    def compute(self, op: Any, inputs: tuple[Any, ...], params: tuple[Any, ...]) -> Any:
        """The kept result, once; computed where none was kept."""
        if not is_eligible(op):
            return self.below(op, inputs, params)
        name = aten.named(op.name)
        index = self.counts[name]
        self.counts[name] += 1
        kept = self.storage.results.get(name, {})
        if index not in kept:
            what = f"{name} invocation index {index}" if kept else str(name)
            raise RuntimeError(
                f"{what} encountered during backward but not found in storage. {MISMATCH}"
            )
        found = kept[index]
        if found is Recomputed:
            return self.below(op, inputs, params)
        if found is Spent:
            raise RuntimeError(EXTRA_TIME)
        kept[index] = Spent
        return found


def copied(out: Any) -> Any:
    """Results that later writes to the original do not change."""
    return tuple([np.copy(x) for x in out]) if isinstance(out, tuple) else np.copy(out)


def shown(out: Any) -> Any:
    """Results on arrays as a policy sees them: tensors."""
    return tuple([box(x) for x in out]) if isinstance(out, tuple) else box(out)


def as_policy(answer: Any) -> Any:
    """A policy may also answer True (keep) or False (recompute)."""
    if isinstance(answer, bool):
        policy = CheckpointPolicy
        return policy.MUST_SAVE if answer else policy.PREFER_RECOMPUTE
    return answer


def create_selective_checkpoint_contexts(
    policy_fn_or_list: Any, allow_cache_entry_mutation: bool = False
) -> tuple[Any, Any]:
    """The pair of contexts, for `context_fn`, by which a checkpoint keeps some results.

    Args:
        policy_fn_or_list: operations such as `torch.ops.aten.mm.default` whose results are kept;
            or a function of a SelectiveCheckpointContext, the operation and its arguments that
            returns a CheckpointPolicy.
        allow_cache_entry_mutation: accepted; copies are kept, so that writes do no harm.

    Raises:
        TypeError: for neither a list nor a function.
        ValueError: for a list of something else than operations.

    Example:
        >>> import functools
        >>> import rushlight as torch
        >>> from rushlight.utils.checkpoint import *
        >>> contexts = functools.partial(
        ...     create_selective_checkpoint_contexts, [torch.ops.aten.mm.default]
        ... )
        >>> x = torch.eye(2, requires_grad=True)
        >>> y = checkpoint(lambda x: (x @ x).sin(), x, use_reentrant=False, context_fn=contexts)
        >>> y.sum().backward()
    """
    storage = Storage()
    return Caching(policy_of(policy_fn_or_list), storage), Cached(storage)


def policy_of(given: Any) -> Callable[..., Any]:
    """The policy function that keeps what a list names, or the function itself."""
    if isinstance(given, list):
        for op in given:
            if not isinstance(op, aten.OpOverload):
                raise ValueError(
                    f"Expected op in `op_list` to be an OpOverload but got: {op} of type "
                    f"{type(op)}. "
                )
        return lambda context, op, *args: op in given
    if callable(given):
        function: Callable[..., Any] = given
        return function
    raise TypeError("policy_fn_or_list must be either a function or a list of ops.")
