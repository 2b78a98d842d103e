"""The graph as a program may look at it and take part in it: `torch.autograd.graph`.

Nodes and edges, hooks on what the graph saves, hooks over several gradients at once, and in-place
writes to tensors that the graph has saved.
"""

from __future__ import annotations

import abc
import contextlib
import weakref
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

from rushlight.tape import hooks
from rushlight.tape.core import TensorBase, bump, share_version, state
from rushlight.tape.nodes import GraphNode, as_node
from rushlight.tensor.differentiate import GradientEdge, edge_of
from rushlight.tensor.tensor import Tensor

__all__ = [
    "saved_tensors_hooks",
    "save_on_cpu",
    "disable_saved_tensors_hooks",
    "register_multi_grad_hook",
    "allow_mutation_on_saved_tensors",
    "Node",
    "GradientEdge",
    "get_gradient_edge",
    "increment_version",
    "region_activation_memory_budget",
    "set_warn_on_accumulate_grad_stream_mismatch",
    "set_override_stale_capture_stream",
]


class Node(abc.ABC):
    """What every `grad_fn` is an instance of.

    Example:
        >>> import rushlight as torch
        >>> y = torch.tensor(1.0, requires_grad=True) * 2
        >>> isinstance(y.grad_fn, torch.autograd.graph.Node)
        True
    """

    @abc.abstractmethod
    def name(self) -> str:
        """The node's name, such as 'MulBackward0'."""

    @property
    @abc.abstractmethod
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """Per input of the operation, the node that made it and its output number."""

    @abc.abstractmethod
    def metadata(self) -> dict[Any, Any]:
        """A dict that belongs to the user and lives as long as the node."""

    @abc.abstractmethod
    def register_hook(self, fn: Callable[..., Any]) -> hooks.Handle:
        """Call `fn(grad_inputs, grad_outputs)` after the node ran."""

    @abc.abstractmethod
    def register_prehook(self, fn: Callable[..., Any]) -> hooks.Handle:
        """Call `fn(grad_outputs)` before the node runs."""


Node.register(GraphNode)


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The place in the graph where the gradient of `tensor` is known.

    It can stand for the tensor in `backward` and `grad`, and does not keep its values alive.

    Raises:
        RuntimeError: when the tensor does not require grad.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor(3.0, requires_grad=True)
        >>> edge = torch.autograd.graph.get_gradient_edge(x * x)
        >>> torch.autograd.grad(edge, x, grad_outputs=torch.tensor(1.0))
        (tensor(6.),)
    """
    if not tensor.requires_grad:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not require "
            "gradients"
        )
    target, nr = edge_of(tensor)
    return GradientEdge(as_node(target), nr)


def increment_version(tensor: Tensor | Iterable[Tensor]) -> None:
    """Count an in-place write that autograd could not see.

    Call it after changing a tensor's memory from outside (through NumPy, say), so that a backward
    which needs the old values refuses instead of computing nonsense.

    Example:
        >>> import rushlight as torch
        >>> x = torch.ones(2)
        >>> torch.autograd.graph.increment_version(x)
        >>> x._version
        1
    """
    if isinstance(tensor, Tensor):
        tensor = (tensor,)
    elif not isinstance(tensor, Iterable):
        raise RuntimeError("increment_version expect a Iterable[Tensor] as input")
    for t in tensor:
        if not isinstance(t, Tensor):
            raise RuntimeError(
                "increment_version expects each element of the iterable to be a tensor"
            )
        if not t.inference:
            bump(t)


class saved_tensors_hooks:
    """Within the block, what the graph saves is `pack_hook(tensor)`; backward asks `unpack_hook`.

    Args:
        pack_hook: takes the tensor to be saved, returns anything; must not write to the tensor.
        unpack_hook: takes what `pack_hook` returned, returns a tensor of the same content.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> with torch.autograd.graph.saved_tensors_hooks(lambda t: t.tolist(), torch.tensor):
        ...     y = x.exp()
        >>> y.sum().backward()
        >>> x.grad
        tensor([2.7183, 7.3891])
    """

    def __init__(
        self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]
    ) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        for hook in (self.pack_hook, self.unpack_hook):
            if not callable(hook):
                raise TypeError(f"saved_tensors_hooks(): hooks must be callable, not {hook!r}")
        st = state()
        refuse_if_disabled(st)
        push(st, (self.pack_hook, self.unpack_hook))

    def __exit__(self, *args: object) -> None:
        pop(state())


class save_on_cpu(saved_tensors_hooks):
    """Keep what the graph saves in CPU memory; tensors that are there already stay as they are.

    Args:
        pin_memory: accepted and without effect, as there is no device to copy to.
        device_type: the kind of device that tensors would come back to.
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda tensor: tensor, lambda packed: packed)


def push(st: Any, pair: tuple[Any, Any]) -> None:
    st.saved_hooks.append(pair)
    st.special += 1


def pop(st: Any) -> None:
    st.saved_hooks.pop()
    st.special -= 1


def refuse_if_disabled(st: Any) -> None:
    """A `disable_saved_tensors_hooks` around us stands in the stack as (None, message)."""
    if st.saved_hooks and st.saved_hooks[-1][0] is None:
        raise RuntimeError(st.saved_hooks[-1][1])


@contextlib.contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Generator[None, None, None]:
    """Within the block, `saved_tensors_hooks` raises a RuntimeError with this message.

    Raises:
        RuntimeError: at once, when such hooks are in place already.
    """
    st = state()
    if any(pack_hook is not None for pack_hook, _ in st.saved_hooks):
        raise RuntimeError(error_message)
    push(st, (None, error_message))
    try:
        yield
    finally:
        pop(st)


class _MultiHandle(hooks.Handle):
    """Takes one hook away from several tensors."""

    def __init__(self, handles: Sequence[hooks.Handle]) -> None:
        self.handles = tuple(handles)

    def remove(self) -> None:
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[..., None], *, mode: str = "all"
) -> hooks.Handle:
    """Call `fn` once per backward that computes gradients of some of `tensors`.

    Args:
        tensors: tensors that require grad.
        fn: in mode "all" called with a list of gradients, None for tensors that the backward does
            not reach, when the last of them is known; in mode "any" with the first gradient known.
        mode: "all" or "any".

    Returns:
        A handle; its `remove()` takes the hook away.

    Example:
        >>> import rushlight as torch
        >>> a, b = (torch.tensor(x, requires_grad=True) for x in (2.0, 3.0))
        >>> handle = torch.autograd.graph.register_multi_grad_hook((a, b), print)
        >>> (a * b).backward()
        [tensor(3.), tensor(2.)]
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    if any(not t.requires_grad for t in tensors):
        raise AssertionError("Expected gradient function to be set")
    several = Gathering(tensors, fn) if mode == "all" else First(fn)
    return _MultiHandle([t.register_hook(several.hook(i)) for i, t in enumerate(tensors)])


class First:
    """Calls `fn` with the gradient that a backward computes first."""

    def __init__(self, fn: Callable[[Tensor], None]) -> None:
        self.fn = fn

    def hook(self, index: int) -> Callable[[Any], None]:
        def first(grad: Any) -> None:
            notes = hooks.notes()
            if self not in notes:
                notes[self] = True
                self.fn(grad)

        return first


class Gathering:
    """Calls `fn` with all gradients when a backward has computed the last of them."""

    def __init__(self, tensors: Sequence[Tensor], fn: Callable[[Sequence[Any]], None]) -> None:
        self.edges = [weakref.ref(edge_of(t)[0]) for t in tensors]  # whose hooks hold this object
        self.fn = fn

    def hook(self, index: int) -> Callable[[Any], None]:
        def gather(grad: Any) -> None:
            notes = hooks.notes()
            if self not in notes:
                reached = hooks.reached()
                awaited = [e for e in self.edges if e() in reached]
                notes[self] = [None] * len(self.edges), awaited
            grads, awaited = notes[self]
            grads[index] = grad
            awaited.pop()
            if not awaited:
                self.fn(grads)

        return gather


class _AllowMutationOnSavedContext:
    """What a block of `allow_mutation_on_saved_tensors` has saved, by storage."""

    def __init__(self) -> None:
        self.kept: dict[Any, list[weakref.ref[Kept]]] = {}
        self.open = True

    def pack(self, tensor: Tensor) -> Kept:
        """Keep a tensor itself until it is about to be written to."""
        kept = Kept(self, tensor)
        self.kept.setdefault(share_version(tensor), []).append(weakref.ref(kept))
        return kept

    def before_write(self, tensor: TensorBase) -> None:
        """Give those who saved memory of `tensor` a copy of what it holds now."""
        for reference in self.kept.pop(share_version(tensor), ()):
            kept = reference()
            if kept is not None:
                kept.tensor = kept.tensor.clone()

    def clear(self) -> None:
        self.kept.clear()


class Kept:
    """A saved tensor: itself as long as it is not written to, then a copy."""

    def __init__(self, context: _AllowMutationOnSavedContext, tensor: Tensor) -> None:
        self.context = context
        self.tensor = tensor.detach()

    def unpack(self) -> Tensor:
        if not self.context.open:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' context"
                "in which the graph was originally recorded."
            )
        return self.tensor


@contextlib.contextmanager
def allow_mutation_on_saved_tensors() -> Generator[_AllowMutationOnSavedContext, None, None]:
    """Within the block, tensors that the graph has saved may be written to.

    Their old values are copied just before the write. Backward must run within the same block.

    Example:
        >>> import rushlight as torch
        >>> with torch.autograd.graph.allow_mutation_on_saved_tensors():
        ...     x = torch.tensor([1.0, 2.0], requires_grad=True)
        ...     y = x.clone()
        ...     z = (y ** 2).sum()
        ...     y = y.zero_()
        ...     z.backward()
        >>> x.grad
        tensor([2., 4.])
    """
    st = state()
    if any(is_guard(pack_hook) for pack_hook, _ in st.saved_hooks):
        raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
    context = _AllowMutationOnSavedContext()
    with saved_tensors_hooks(context.pack, Kept.unpack):
        try:
            yield context
        finally:
            context.open = False
            context.clear()


def is_guard(pack_hook: Any) -> bool:
    return isinstance(getattr(pack_hook, "__self__", None), _AllowMutationOnSavedContext)


def set_warn_on_accumulate_grad_stream_mismatch(enabled: bool) -> None:
    """Accepted for PyTorch's sake: there are no streams to differ."""
    check_flag(enabled)


def set_override_stale_capture_stream(enabled: bool) -> None:
    """Accepted for PyTorch's sake: there are no streams to capture."""
    check_flag(enabled)


def check_flag(enabled: bool) -> None:
    if not isinstance(enabled, bool):
        raise RuntimeError(f"enabled must be a bool, but got {type(enabled).__name__}")


def region_activation_memory_budget(budget: float) -> contextlib.AbstractContextManager[None]:
    """Of use under PyTorch's compiler only: refused, as PyTorch does outside of it.

    Raises:
        ValueError: for a budget that is not in [0, 1].
        RuntimeError: otherwise.
    """
    name = "torch.autograd.graph.region_activation_memory_budget"
    if not 0 <= budget <= 1:
        raise ValueError(f"{name}: must be in [0, 1], got {budget}")
    raise RuntimeError(
        f"{name} can only be used inside a torch.compile region; it has no effect in eager mode."
    )
