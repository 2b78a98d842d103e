"""Custom Functions under `vmap`: by the Function's own rule, or by one made from its other methods.

A made rule is a Function on values one level down. Each of its methods opens a batch level for
itself, in which the original's method sees single samples.
"""

from __future__ import annotations

from typing import Any

from rushlight.autograd.function import (
    BackwardCFunction,
    Function,
    FunctionCtx,
    run_forward,
    separate,
)
from rushlight.tape import gradients
from rushlight.tape.batching import BatchBox, VmapInfo
from rushlight.tape.levels import Level, boxed
from rushlight.tensor.tensor import Tensor
from rushlight.trees import tree_flatten

MORE = "For more details, please see https://pytorch.org/docs/main/notes/extending.func.html"
BOTH_RULES = (
    "You tried to vmap over {0}, but it has both generate_vmap_rule=True and an overridden vmap "
    "staticmethod. Please set generate_vmap_rule=False or delete the overridden vmap staticmethod "
    "to avoid ambiguity. " + MORE
)
NOT_TWO = (
    "Expected the vmap staticmethod to have two returns, an output and out_dims with pytree "
    "structure compatible with the output. Got {0} instead"
)
INCOMPATIBLE = (
    "The autograd.Function's vmap staticmethod returned an incompatible (output, out_dims) tuple. "
    "Expected out_dims={0} to be compatible with the structure of `output`. out_dims has structure "
    "{1} but output has structure {2}. " + MORE
)


def apply_batched(cls: Any, args: Any, level: Any) -> tuple[Any, Any]:
    """Apply to tensors with a batch at `level`; returns (result, ctx or None)."""
    top = next(x.box for x in args if isinstance(x, Tensor) and box_at(level, x) is not None)
    values, dims = top.unboxed(args)
    if cls.vmap is not Function.vmap:
        if cls.generate_vmap_rule:
            raise RuntimeError(BOTH_RULES.format(cls.__name__))
        return by_own_rule(cls, values, dims, top), None
    plan = Plan(cls, dims, top.size, getattr(level, "randomness", None))
    result, ctx = batched_class(cls).applied((plan, *values))
    return above(cls, args, values, result, ctx, level)


def box_at(level: Any, x: Any) -> Any:
    """The box of `x` at a level, or None."""
    box = x.box if isinstance(x, Tensor) else None
    return box if box is not None and box.owner is level else None


def by_own_rule(cls: Any, values: Any, dims: Any, top: Any) -> Any:
    """What the Function's `vmap` makes of values with batch dims."""
    randomness = getattr(top.owner, "randomness", None) or "error"
    returned = cls.vmap(VmapInfo(top.size, randomness), tuple(dims), *values)
    if not isinstance(returned, tuple):
        raise RuntimeError(NOT_TWO.format(f"a {type(returned)}"))
    if len(returned) != 2:
        raise RuntimeError(NOT_TWO.format(f"{len(returned)} returns"))
    out, out_dims = returned
    if not isinstance(out, tuple):
        if isinstance(out_dims, (tuple, list)):
            raise incompatible(out, out_dims)
        return top.wrapped(out, out_dims)
    if not isinstance(out_dims, tuple):
        if isinstance(out_dims, list):
            raise incompatible(out, out_dims)
        out_dims = (out_dims,) * len(out)
    if len(out_dims) != len(out):
        raise incompatible(out, out_dims)
    return tuple([top.wrapped(x, d) for x, d in zip(out, out_dims, strict=True)])


def incompatible(out: Any, out_dims: Any) -> RuntimeError:
    """The refusal of batch dims that do not belong to the results."""
    return RuntimeError(
        INCOMPATIBLE.format(out_dims, tree_flatten(out_dims)[1], tree_flatten(out)[1])
    )


class Plan:
    """A Function, where the batch dims of its arguments are, and how long the batch is."""

    def __init__(self, of: Any, dims: Any, size: int, randomness: Any) -> None:
        self.of = of
        self.dims = dims
        self.size = size
        self.randomness = randomness

    def opened(self) -> Level:
        """A fresh batch level."""
        level = Level()
        level.randomness, level.size = self.randomness, self.size
        return level

    def boxes(self, level: Level, values: Any, dims: Any) -> tuple[Any, ...]:
        """Values as samples of `level`."""
        return tuple(
            [
                x if d is None or x is None else boxed(BatchBox(level, x, d, self.size))
                for x, d in zip(values, dims, strict=True)
            ]
        )

    def fitted(self, level: Level, x: Any, dim: Any) -> Any:
        """A result with its batch dim at `dim`; summed over the batch where that is None."""
        if not isinstance(x, Tensor):
            return x
        value, own = parted(level, x)
        if dim is None:
            return value if own is None else value.sum(own)
        if own is None:
            shape = (*value.shape[:dim], self.size, *value.shape[dim:])
            return value.unsqueeze(dim).expand(shape)
        return value if own == dim else value.movedim(own, dim)


def parted(level: Level, x: Any) -> tuple[Any, Any]:
    """A tensor's value below `level`, and its batch dim or None."""
    box = box_at(level, x)
    return (x, None) if box is None else (box.value, box.dim)


class SampleCtx(FunctionCtx):
    """The ctx that the methods of the original see; its tensors are boxed anew for each call."""

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self.saved_tensors: tuple[Any, ...] = ()


class Batched(Function):
    """A Function on a batch; `of` is the one that it applies to every sample."""

    of: Any = None

    @classmethod
    def has_jvp(cls) -> bool:
        return cls.of.has_jvp()

    @classmethod
    def has_backward(cls) -> bool:
        return cls.of.has_backward()

    @staticmethod
    def forward(ctx: Any, plan: Any, *values: Any) -> Any:
        of = plan.of
        sample = SampleCtx(ctx.needs_input_grad[1:])
        with plan.opened() as level:
            out = run_forward(of, sample, plan.boxes(level, values, plan.dims))
            several = isinstance(out, tuple)
            parts = [parted(level, x) for x in (out if several else (out,))]
            keep(ctx, sample, level, parts, out if several else (out,))
        ctx.plan, ctx.sample, ctx.out_dims = plan, sample, [d for _, d in parts]
        ctx.arguments = [x.shape if isinstance(x, Tensor) else None for x in values]
        results = tuple([x for x, _ in parts])
        return results if several else results[0]

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        plan = ctx.plan
        with plan.opened() as level:
            lend(ctx, level, ctx.saved_tensors, ctx.saved_dims)
            try:
                given = plan.boxes(level, grads, ctx.out_dims)
                returned = plan.of.backward_of(ctx.sample)(*given)
            finally:
                ctx.sample.saved_tensors = ()
            if not isinstance(returned, (tuple, list)):
                returned = (returned,)
            surplus = returned[len(plan.dims) :]  # which the engine will refuse
            fitted = [
                plan.fitted(level, reduced(g, shape, d), d)
                for g, shape, d in zip(returned, ctx.arguments, plan.dims, strict=False)
            ]
        return (None, *fitted, *surplus)

    @staticmethod
    def jvp(ctx: Any, _: Any, *tangents: Any) -> Any:
        plan = ctx.plan
        with plan.opened() as level:
            lend(ctx, level, ctx.saved_for_forward, ctx.forward_dims)
            try:
                moved = plan.of.jvp(ctx.sample, *plan.boxes(level, tangents, plan.dims))
            finally:
                ctx.sample.saved_tensors = ()
            if not isinstance(moved, tuple):
                return plan.fitted(level, moved, ctx.out_dims[0])
            return tuple(
                [plan.fitted(level, t, d) for t, d in zip(moved, ctx.out_dims, strict=True)]
            )


def keep(ctx: Any, sample: Any, level: Level, parts: Any, outputs: Any) -> None:
    """Hand what was said to the sample's ctx on to the real one."""

    def values(tensors: Any) -> list[Any]:
        return [value_among(level, x, parts, outputs) for x in tensors]

    ctx.saved_dims = [parted(level, x)[1] for x in sample.to_save]
    ctx.forward_dims = [parted(level, x)[1] for x in sample.saved_for_forward]
    ctx.save_for_backward(*values(sample.to_save))
    if sample.saved_for_forward:
        ctx.save_for_forward(*values(sample.saved_for_forward))
    ctx.mark_dirty(*values(sample.dirty_tensors))
    ctx.mark_non_differentiable(*values(sample.non_differentiable))
    ctx.set_materialize_grads(sample.materialize_grads)
    sample.to_save = sample.saved_for_forward = sample.dirty_tensors = ()
    sample.non_differentiable = ()


def value_among(level: Level, x: Any, parts: Any, outputs: Any) -> Any:
    """The value of a tensor: of a result, exactly what is returned for it."""
    for out, (value, _) in zip(outputs, parts, strict=True):
        if out is x:
            return value
    return parted(level, x)[0]


def lend(ctx: Any, level: Level, values: Any, dims: Any) -> None:
    """Show saved values to the original's methods as samples of `level`."""
    ctx.sample.saved_tensors = ctx.plan.boxes(level, values, dims)


def reduced(g: Any, shape: Any, dim: Any) -> Any:
    """A sample's gradient, summed to the shape of its input, whose batch dim is `dim`."""
    if not isinstance(g, Tensor) or shape is None:
        return g
    own = shape if dim is None else (*shape[:dim], *shape[dim + 1 :])
    if tuple(g.shape) == tuple(own) or not gradients.expandable(own, g.shape):
        return g
    return gradients.sum_to(g, own)


def batched_class(cls: Any) -> Any:
    """The Function that applies `cls` to every sample of a batch."""
    made = cls.__dict__.get("_batched")
    if made is None:
        made = type(f"Vmapped{cls.__name__}", (Batched,), {"of": cls})
        cls._batched = made
    return made


def above(cls: Any, args: Any, values: Any, result: Any, ctx: Any, level: Any) -> tuple[Any, Any]:
    """The results at the level whose batch was taken apart, and what higher levels ask of ctx."""
    several = isinstance(result, tuple)
    results = result if several else (result,)
    outputs = []
    for x, d in zip(results, ctx.out_dims, strict=True):
        again = next((a for a, v in zip(args, values, strict=True) if v is x), None)
        outputs.append(again if isinstance(again, Tensor) else at(level, ctx.plan, x, d))
    made = tuple(outputs)
    return (made if several else made[0]), context_above(cls, args, made, ctx, level)


def at(level: Any, plan: Plan, x: Any, dim: Any) -> Any:
    """A value as a tensor of `level`."""
    if dim is None or not isinstance(x, Tensor):
        return x
    return boxed(BatchBox(level, x, dim, plan.size))


def context_above(cls: Any, args: Any, made: Any, ctx: Any, level: Any) -> Any:
    """A ctx that holds at `level` what `forward` kept; with `setup_context` there is no need."""
    if separate(cls):
        return None
    held = cls._backward_cls()
    saved = ctx.to_save or (ctx.saved_tensors if ctx.saved_ else ())
    held.tensor_inputs_ = tuple([isinstance(x, Tensor) for x in args])
    held.to_save = tuple(
        [at(level, ctx.plan, x, d) for x, d in zip(saved, ctx.saved_dims, strict=True)]
    )
    held.saved_for_forward = tuple(
        [
            at(level, ctx.plan, x, d)
            for x, d in zip(ctx.saved_for_forward, ctx.forward_dims, strict=True)
        ]
    )
    held.without_gradient_, held.written_ = ctx.without_gradient_, ctx.written_
    held.materialize_grads = ctx.materialize_grads
    for name, value in vars(ctx.sample).items():
        if not hasattr(BackwardCFunction, name):
            setattr(held, name, value)
    return held
