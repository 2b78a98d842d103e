"""`Variable`: PyTorch's name of a tensor from before tensors recorded their history."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from rushlight.tape import engine, hooks
from rushlight.tape.core import box, share_version
from rushlight.tensor.differentiate import check_roots, cotangents, edge_of
from rushlight.tensor.tensor import Tensor

__all__ = ["ImperativeEngine", "Variable", "VariableMeta"]


class ImperativeEngine:
    """The part of backward that programs reach through `Variable._execution_engine`."""

    @staticmethod
    def queue_callback(callback: Any) -> None:
        """Call `callback()` at the end of the backward that is running."""
        hooks.queue_callback(callback)

    @staticmethod
    def run_backward(
        tensors: Any,
        grad_tensors: Any,
        keep_graph: bool,
        create_graph: bool,
        inputs: Any = (),
        allow_unreachable: bool = False,
        accumulate_grad: bool = False,
    ) -> Any:
        """One backward with cotangents for all tensors: what `backward` and `grad` rest on."""
        grads = cotangents(tensors, grad_tensors, False)
        check_roots(tensors)
        wanted = [edge_of(x) for x in inputs] or None
        found = engine.run(
            [edge_of(x) for x in tensors],
            grads,
            keep_graph,
            create_graph,
            wanted,
            accumulate_grad or not wanted,
        )
        return None if found is None else tuple(found)

    @staticmethod
    def is_checkpoint_valid() -> bool:
        """Does the backward that is running, if any, compute all gradients?"""
        task = hooks.current_task()
        return task is None or task.accumulates


class VariableMeta(type):
    """Makes every tensor an instance of Variable."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor)


class Variable(metaclass=VariableMeta):
    """Deprecated: `Variable(tensor)` is a new leaf over the memory of `tensor`.

    Example:
        >>> import rushlight as torch
        >>> torch.autograd.Variable(torch.ones(2), requires_grad=True)
        tensor([1., 1.], requires_grad=True)
    """

    _execution_engine = ImperativeEngine()

    def __new__(cls, data: Any = None, requires_grad: bool = False, volatile: Any = None) -> Any:
        if volatile is not None:
            warnings.warn(
                "volatile was removed and now has no effect. Use `with torch.no_grad():` instead.",
                stacklevel=2,
            )
        if data is None:
            data = box(np.empty(0, np.float32))
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        leaf = box(data.array)
        leaf.shared = share_version(data)
        if requires_grad and data.dtype.category < 2:
            raise RuntimeError(
                "Only Tensors of floating point and complex dtype can require gradients"
            )
        leaf.requires_grad_(requires_grad)
        return leaf
