"""Custom Functions at the levels of `torch.func`'s reverse-mode transforms."""

from __future__ import annotations

from typing import Any

from rushlight.autograd.function import (
    NO_CONTEXT,
    BackwardCFunction,
    begin,
    mark_many,
    save,
    separate,
    settle,
)
from rushlight.tape import gradients
from rushlight.tape.core import SavedOutput
from rushlight.tape.dispatch import unpack
from rushlight.tensor.tensor import Tensor


def apply_above(
    cls: Any, args: Any, values: Any, result: Any, below: Any, wanted: Any, wrapped: Any
) -> tuple[Any, Any]:
    """Record at a reverse-mode level what was applied one level down, with the context `below`."""
    ctx, mask = begin(cls, args, wanted)
    several = isinstance(result, tuple)
    made, written = [], []
    for x in result if several else (result,):
        source = next((a for a, v in zip(args, values, strict=True) if v is x), None)
        if isinstance(source, Tensor):  # only an argument that was written to comes back itself
            written.append(source)
            made.append(source)
        else:
            made.append(wrapped(x) if isinstance(x, Tensor) else x)
    outputs = tuple(made)
    if separate(cls):
        cls.setup_context(ctx, args, outputs if several else outputs[0])
    elif below is None:
        raise RuntimeError(NO_CONTEXT)
    else:
        adopt(ctx, below, (*values, *(result if several else (result,))), (*args, *outputs))
        ctx.non_differentiable = tuple([outputs[i] for i in below.without_gradient_])
    ctx.dirty_tensors = tuple(written)
    if below is not None:
        ctx.written_ = below.written_
    settled = tuple([settle(ctx, i, x, args, mask) for i, x in enumerate(outputs)])
    if mask:
        if len(settled) > 1:
            mark_many(ctx, settled)
        save(ctx, outputs, settled)
        ctx.outputs_ = tuple(
            [gradients.described(x) if isinstance(x, Tensor) else None for x in settled]
        )
    ctx.dirty_tensors = ctx.non_differentiable = ()
    return (settled if several else settled[0]), ctx


def context_above(cls: Any, below: Any, inner: tuple[Any, ...], outer: tuple[Any, ...]) -> Any:
    """The context `below`, with `outer` tensors, one level up, for `inner` ones."""
    if below is None or separate(cls):
        return below
    ctx = cls._backward_cls()
    ctx.tensor_inputs_, ctx.written_ = below.tensor_inputs_, below.written_
    ctx.without_gradient_ = below.without_gradient_
    adopt(ctx, below, inner, outer)
    return ctx


def adopt(ctx: Any, below: Any, inner: tuple[Any, ...], outer: tuple[Any, ...]) -> None:
    """Give `ctx` what `forward` kept on the context `below`: `outer` tensors for `inner` ones."""

    def translated(x: Any) -> Any:
        return next((o for i, o in zip(inner, outer, strict=True) if i is x), x)

    kept = below.to_save or tuple([unpack(below, k) for k in range(len(below.saved_ or ()))])
    results = outer[len(below.tensor_inputs_) :]
    numbers = [x.nr if isinstance(x, SavedOutput) else None for x in below.saved_ or ()]
    ctx.to_save = tuple(
        [
            translated(x) if nr is None else results[nr]
            for x, nr in zip(kept, numbers or [None] * len(kept), strict=True)
        ]
    )
    ctx.saved_for_forward = tuple([translated(x) for x in below.saved_for_forward])
    ctx.materialize_grads = below.materialize_grads
    for name, value in vars(below).items():
        if not hasattr(BackwardCFunction, name):
            setattr(ctx, name, translated(value))
