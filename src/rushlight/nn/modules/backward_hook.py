"""Backward hooks of modules: a node that does nothing before and one after the module's own.

The gradients that pass the one behind the outputs are the module's `grad_output`; those that leave
the one before the inputs, its `grad_input`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from rushlight.autograd.function import Function
from rushlight.tape.core import TensorBase, state

NO_INPUT_REQUIRES_GRAD = (
    "Full backward hook is firing when gradients are computed with respect to module outputs since "
    "no inputs require gradients. See "
    "https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html"
    "#torch.nn.Module.register_full_backward_hook for more details."
)
NOTHING_TO_REPLACE = (
    "Backward hook for Modules where no input requires gradient should always return None or None "
    "for all gradients."
)


class BackwardHookFunction(Function):
    """The identity, for its node."""

    @staticmethod
    def forward(ctx: Any, *args: Any) -> Any:
        ctx.mark_non_differentiable(*[x for x in args if not x.requires_grad])
        return args

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        return grads


class BackwardHook:
    """One call of a module whose backward somebody wants to see.

    Args:
        module: what the hooks are told.
        hooks: called with (module, grad_input, grad_output) after the module's backward.
        pre_hooks: called with (module, grad_output) before it.
    """

    def __init__(
        self, module: Any, hooks: list[Callable[..., Any]], pre_hooks: list[Callable[..., Any]]
    ) -> None:
        self.module = module
        self.hooks = hooks
        self.pre_hooks = pre_hooks
        self.grad_outputs: Any = None
        self.input_places: list[int] | None = None
        self.output_places: list[int] | None = None
        self.inputs = self.outputs = 0

    def setup_input_hook(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments as the module is to get them."""
        self.inputs = len(args)
        args, self.input_places, node = through(args)
        if node is not None:
            node.register_hook(self.after)
        return args

    def setup_output_hook(self, result: Any) -> Any:
        """The result as the caller is to get it."""
        outputs = result if isinstance(result, tuple) else (result,)
        self.outputs = len(outputs)
        outputs, self.output_places, node = through(outputs)
        if node is not None:
            node.register_prehook(self.before)
        return outputs if isinstance(result, tuple) else outputs[0]

    def before(self, grads: tuple[Any, ...]) -> Any:
        """The gradients of the outputs have come."""
        assert self.output_places is not None
        given = self.grad_outputs = spread(self.output_places, grads, self.outputs)
        for hook in self.pre_hooks:
            new = hook(self.module, given)
            if new is None:
                continue
            check_count("Backward pre hook", "grad_output", new, given)
            given = self.grad_outputs = new
        if self.input_places is None:
            self.end_without_inputs()
        return tuple([given[i] for i in self.output_places])

    def end_without_inputs(self) -> None:
        """No input requires grad, so the backward of the module ends at once for the hooks."""
        warnings.warn(NO_INPUT_REQUIRES_GRAD, stacklevel=5)
        nothing = (None,) * self.inputs
        for hook in self.hooks:
            new = hook(self.module, nothing, self.grad_outputs)
            if new is not None and not (isinstance(new, tuple) and all(g is None for g in new)):
                raise RuntimeError(NOTHING_TO_REPLACE)
        self.grad_outputs = None

    def after(self, grads: tuple[Any, ...], _: Any) -> Any:
        """The gradients of the inputs are known."""
        if self.grad_outputs is None:  # they reached the inputs by another way than the outputs
            return None
        assert self.input_places is not None
        given = spread(self.input_places, grads, self.inputs)
        for hook in self.hooks:
            new = hook(self.module, given, self.grad_outputs)
            if new is None:
                continue
            check_count("Backward hook", "grad_input", new, given)
            given = new
        self.grad_outputs = None
        return tuple([given[i] for i in self.input_places])


def check_count(kind: str, what: str, new: Any, old: Any) -> None:
    if len(new) != len(old):
        raise RuntimeError(
            f"{kind} returned an invalid number of {what}, got {len(new)}, but expected {len(old)}"
        )


def spread(places: list[int], grads: Any, count: int) -> tuple[Any, ...]:
    """The gradients at their places among `count`, None elsewhere."""
    spread: list[Any] = [None] * count
    for place, g in zip(places, grads, strict=True):
        spread[place] = g
    return tuple(spread)


def through(values: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """`values` with their tensors led through a node, the places of the tensors, and the node.

    The last two are None where nothing is recorded.
    """
    places = [i for i, x in enumerate(values) if isinstance(x, TensorBase)]
    if not state().grad or not any(values[i].requires_grad for i in places):
        return values, None, None
    tensors = BackwardHookFunction.apply(*[values[i] for i in places])
    node = next(t.grad_fn for t in tensors if t.grad_fn is not None)
    new = list(values)
    for place, t in zip(places, tensors, strict=True):
        new[place] = t
    return (tuple(new) if type(values) is tuple else type(values)(*new)), places, node
