"""Checkpointing without reentrant backward: what a region saves is forgotten, and recomputed.

In forward, saved-tensor hooks keep a numbered placeholder for each tensor that the region would
save. The first placeholder that a backward asks for has the region run again, with hooks that keep
its tensors by the same numbers; the run ends as soon as the last one is there. What was recomputed
lives as long as the backward that wanted it, and each tensor only until it is used.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any, NoReturn

from rushlight.autograd.function import Function
from rushlight.autograd.graph import saved_tensors_hooks
from rushlight.tape import errors, hooks
from rushlight.tape.modes import enable_grad
from rushlight.tensor.creation import empty
from rushlight.tensor.tensor import Tensor

TIP = (
    "\nTip: To see a more detailed error message, either pass `debug=True` to\n"
    "`torch.utils.checkpoint.checkpoint(...)` or wrap the code block\n"
    "with `with torch.utils.checkpoint.set_checkpoint_debug_enabled(True):` to\n"
    "enable checkpoint\u2011debug mode globally."
)
TOO_MANY = (
    "torch.utils.checkpoint: trying to save more tensors during recomputation than during the "
    "original forward pass."
)
OTHER_NUMBER = (
    "torch.utils.checkpoint: A different number of tensors was saved during the original forward "
    "and recomputation.\nNumber of tensors saved during forward: {0}\nNumber of tensors saved "
    "during recomputation: {1}."
)
OTHER_METADATA = (
    "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata "
    "than during the forward pass.\n{0}."
)
UNPACKED_TWICE = (
    "torch.utils.checkpoint: Unpack is being triggered for a tensor that was already unpacked once. "
    "{0}If you are calling ctx.saved_tensors in backward, make sure to do so only once. Otherwise "
    "please open an issue with details on your use case."
)

OVERLAP_IN_GROUP = (
    "Performing two backward calls that overlap (i.e. require the same saved activation in order to "
    "compute gradients) is not allowed while under the torch.utils.checkpoint.GraphExecGroup "
    "context. "
)


class CheckpointError(RuntimeError):
    """A checkpointed region did something else when it was recomputed."""

    __module__ = "torch.utils.checkpoint"


class Recomputed(Exception):
    """Ends a recomputation: all that was wanted is there."""


class Placeholder:
    """Stands for tensor number `index` of those that a region saves."""

    def __init__(self, index: int) -> None:
        self.index = index


class GraphExecGroup:
    """Within the block, the backwards of a thread share what checkpointed regions recompute.

    They must not want the same tensors: each is given out once.

    Raises:
        RuntimeError: when groups are nested.

    Example:
        >>> import rushlight as torch
        >>> from rushlight.utils.checkpoint import GraphExecGroup, checkpoint
        >>> x = torch.tensor([1.0], requires_grad=True)
        >>> a, b = checkpoint(lambda x: (x.exp(), x.tanh()), x, use_reentrant=False)
        >>> with GraphExecGroup():  # the function runs once more, not twice
        ...     a.sum().backward()
        ...     b.sum().backward()
    """

    __module__ = "torch.utils.checkpoint"

    def __init__(self) -> None:
        self.notes: dict[Any, Any] = {}

    def __enter__(self) -> GraphExecGroup:
        if groups.current is not None:
            raise RuntimeError(
                f"GraphExecGroup contexts cannot be nested. Already inside group {groups.current}"
            )
        groups.current = self
        return self

    def __exit__(self, *args: object) -> None:
        groups.current = None
        self.notes.clear()


class Groups(threading.local):
    """The group of each thread that is open."""

    current: GraphExecGroup | None = None


groups = Groups()


class KeptArguments(Function):
    """A node that keeps a region's arguments: a region around this one may forget them in turn."""

    @staticmethod
    def forward(ctx: Any, root: Tensor, *tensors: Tensor) -> Tensor:
        ctx.save_for_backward(*tensors)
        return empty((0,))

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> NoReturn:
        raise AssertionError("Did not expect to backward on this graph")


def keep(args: tuple[Any, ...]) -> Callable[[], list[Any]]:
    """A function that gives `args` back."""
    tensors = [x for x in args if isinstance(x, Tensor)]
    node = KeptArguments.apply(empty((0,), requires_grad=True), *tensors).grad_fn
    rest = [None if isinstance(x, Tensor) else x for x in args]
    places = [i for i, x in enumerate(args) if isinstance(x, Tensor)]

    def kept() -> list[Any]:
        found = list(rest)
        for i, x in zip(places, node.saved_tensors, strict=True):
            found[i] = x
        return found

    return kept


class Origins:
    """Which operation saved each tensor, and where in the user's program."""

    def __init__(self) -> None:
        self.current: Any = None
        self.found: list[Any] = []

    def before_pack(self, node: Any) -> None:
        """The tape is about to pack what `node` saves."""
        self.current = type(node).__name__, node.code_, node.lasti_

    def note(self) -> None:
        self.found.append(self.current)


class Region(Origins):
    """One checkpointed call: its arguments, and the tensors that its forward saved."""

    def __init__(
        self, recompute: Callable[..., None], early_stop: bool, metadata: Callable[[Tensor], Any]
    ) -> None:
        super().__init__()
        self.recompute = recompute
        self.early_stop = early_stop
        self.metadata = metadata
        self.placeholders: list[weakref.ref[Placeholder]] = []
        self.described: list[Any] = []
        self.completed = False
        self.arguments: Callable[[], list[Any]] = list
        self.explain: Callable[[CheckpointError], None] | None = None

    def hooks(self) -> saved_tensors_hooks:
        """The hooks of the forward."""
        return saved_tensors_hooks(self.pack, self.unpack)

    def pack(self, x: Tensor) -> Placeholder:
        """Forget a tensor that forward saves."""
        placeholder = Placeholder(len(self.placeholders))
        self.placeholders.append(weakref.ref(placeholder))
        self.described.append(self.metadata(x))
        self.note()
        return placeholder

    def unpack(self, placeholder: Placeholder) -> Tensor:
        """The tensor as recomputed; each one is given out once in a backward."""
        try:
            return self.tensors().pop(placeholder.index)
        except KeyError:
            grouped = OVERLAP_IN_GROUP if groups.current else ""
            raise CheckpointError(UNPACKED_TWICE.format(grouped)) from None
        except CheckpointError as error:
            if self.explain is not None:
                self.explain(error)
            raise

    def tensors(self) -> dict[int, Tensor]:
        """What was recomputed for the backward that is running."""
        if groups.current is not None:
            notes = groups.current.notes
        elif hooks.current_task() is None:
            return self.recomputed().tensors
        else:
            notes = hooks.notes()
        if self not in notes:
            notes[self] = self.recomputed()
        found: Recomputation = notes[self]
        return found.tensors

    def recomputed(self) -> Recomputation:
        """Run the region again."""
        if not self.completed:  # backward inside the region: it has not saved all that it will
            self.early_stop = False
        run = Recomputation(self)
        args = self.arguments()
        try:
            with saved_tensors_hooks(run.pack, lambda x: x), enable_grad():
                self.recompute(*args)
        except Recomputed:
            pass
        run.check()
        return run


class Recomputation(Origins):
    """One run of a region for its saved tensors."""

    def __init__(self, region: Region) -> None:
        super().__init__()
        self.region = region
        self.tensors: dict[int, Tensor] = {}
        self.described: list[Any] = []
        self.partial = False

    def pack(self, x: Tensor) -> Tensor:
        """Keep a tensor if its placeholder is still there."""
        region, index = self.region, len(self.found)
        wanted = len(region.placeholders)
        self.note()
        if index >= wanted:
            if region.completed:
                raise CheckpointError(self.text(TOO_MANY))
            self.partial = True
            return x.detach()
        self.described.append(region.metadata(x))
        if region.placeholders[index]() is not None:
            self.tensors[index] = x.detach()
        if region.early_stop and index + 1 == wanted:
            raise Recomputed
        return x.detach()

    def check(self) -> None:
        """The run must have saved what forward saved."""
        region = self.region
        if self.partial:
            return
        if len(self.found) != len(region.placeholders):
            text = OTHER_NUMBER.format(len(region.placeholders), len(self.found))
            raise CheckpointError(self.text(text))
        different = [i for i in sorted(self.tensors) if region.described[i] != self.described[i]]
        if different:
            listed = [
                f"tensor at position {i}:\nsaved metadata: {region.described[i]}\n"
                f"recomputed metadata: {self.described[i]}\n"
                for i in different
            ]
            text = OTHER_METADATA.format("".join(listed))
            raise CheckpointError(self.text(text, different[0]))

    def text(self, message: str, index: int | None = None) -> str:
        """PyTorch's message, then the first operation that differs."""
        return errors.extend(f"{message}\n{TIP}", "", self.first_difference(index))

    def first_difference(self, index: int | None) -> str:
        """A sentence about the first saved tensor that comes from elsewhere (or is number `index`)."""
        then, now = self.region.found, self.found
        length = max(len(then), len(now))
        i = next((i for i in range(length) if at(then, i) != at(now, i)), index)
        if index is not None and i is not None:
            i = min(i, index)
        if i is None:
            return ""
        return (
            f"The first difference is in saved tensor {i}: forward saved {saver(at(then, i))}, "
            f"recomputation saved {saver(at(now, i))}."
        )


def at(origins: list[Any], i: int) -> Any:
    return origins[i] if i < len(origins) else None


def saver(origin: Any) -> str:
    """Who saved a tensor, in words."""
    if origin is None:
        return "no more"
    name, code, lasti = origin
    where = errors.place(code, lasti)
    return f"it for {name}" + (f", recorded at {where}" if where else "")


def shape_and_dtype(x: Tensor) -> dict[str, Any]:
    """What must not differ by default."""
    return {"shape": x.shape, "dtype": x.dtype, "device": x.device}


def nothing(x: Tensor) -> None:
    """What must not differ when nothing is checked."""


DETERMINISM_CHECKS: dict[str, Callable[[Tensor], Any]] = {
    "default": shape_and_dtype,
    "none": nothing,
}
