"""Custom Functions in forward mode, and in reverse by their forward rule alone.

The tangents of the outputs come from the Function's `jvp`; where it has none, from its `backward`,
which is linear in the cotangents, by transposition. A Function that has `jvp` alone is transposed
the other way round.
"""

from __future__ import annotations

from typing import Any

from rushlight.autograd.function import NO_CONTEXT, separate
from rushlight.tape import engine, views
from rushlight.tape.core import share_version, wants
from rushlight.tape.duals import transposed_in_levels, wants_at
from rushlight.tape.reverse import GradLevel, leaf, unwrapped
from rushlight.tensor.tensor import Tensor

NOT_IN_PLACE = (
    "An inplace custom Function is not modifying the forward mode gradients inplace. If the forward "
    "is modifying an input inplace, then the jvp function must modify the corresponding gradient "
    "inplace."
)
NOT_A_VIEW = (
    "A custom Function's forward is returning a view (or an input as-is) but the jvp is not "
    "returning a view."
)
NOT_A_FLOAT = (
    "Function's jvp returned a gradient at position {0}, but  the corresponding forward output is "
    "not a differentiable Tensor.You should return None at that position instead."
)
NO_TANGENT = (
    "Expected both tensor and its forward grad to be floating point or complex (Function's jvp "
    "returned {0} for output {1})"
)
OTHER_SIZE = (
    "Trying to set a forward gradient that has a different size than that of the original Tensor, "
    "this is not supported. Tensor is of size {0} while the given forward gradient is of size {1}."
)


def pushed(
    cls: Any, ctx: Any, args: tuple[Any, ...], tangents: Any, result: Any
) -> tuple[Any, ...]:
    """The tangent of each output; `args` and `tangents` stand for all arguments."""
    outputs = result if isinstance(result, tuple) else (result,)
    if ctx is None and cls.has_jvp():
        ctx = context(cls, args, result)
    if not cls.has_jvp():
        if not cls.has_backward() or (ctx is not None and ctx.written_):
            cls.jvp(ctx, *tangents)  # raises: nothing to derive a rule from, or inputs are gone
        return transposed_in_levels(cls.apply_all, args, tangents)
    given = tuple(
        [
            x.new_zeros(x.shape) if t is None and ctx.materialize_grads and floating(x) else t
            for x, t in zip(args, tangents, strict=True)
        ]
    )
    returned = cls.jvp(ctx, *given)
    moved = returned if isinstance(returned, tuple) else (returned,)
    for i, t in enumerate(moved):
        if t is not None and not isinstance(t, Tensor):
            raise RuntimeError(
                f"expected Variable or None (got {type(t).__name__}) for grad output {i}."
            )
    if len(moved) != len(outputs):
        raise RuntimeError(
            "Function's jvp returned an invalid number of forward gradients (expected "
            f"{len(outputs)} but got {len(moved)})"
        )
    for i, (x, t) in enumerate(zip(outputs, moved, strict=True)):
        check_tangent(i, x, t)
        source = next((k for k, a in enumerate(args) if a is x), None)
        if i in ctx.written_:
            if source is not None and t is not given[source]:
                raise RuntimeError(NOT_IN_PLACE)
        elif (source is not None or is_view_of(x, args)) and not is_view_of(t, given):
            raise RuntimeError(NOT_A_VIEW)
    return moved


def context(cls: Any, args: tuple[Any, ...], result: Any) -> Any:
    """A ctx for results that came without one, from a batch.

    Raises:
        RuntimeError: where `forward` takes the ctx, so that nothing else can fill one.
    """
    if not separate(cls):
        raise RuntimeError(NO_CONTEXT)
    ctx = cls._backward_cls()
    ctx.tensor_inputs_ = tuple([isinstance(x, Tensor) for x in args])
    ctx.needs_input_grad = tuple([isinstance(x, Tensor) and wants(x) for x in args])
    cls.setup_context(ctx, args, result)
    return ctx


def floating(x: Any) -> bool:
    """Is `x` a tensor that can have a tangent?"""
    return isinstance(x, Tensor) and x.dtype.category >= 2


def check_tangent(i: int, x: Any, t: Any) -> None:
    """Refuse a tangent that cannot be that of output `x`, number `i`."""
    if not floating(x):
        if t is not None:
            raise RuntimeError(NOT_A_FLOAT.format(i))
        return
    if t is None or t.dtype.category < 2:
        raise RuntimeError(NO_TANGENT.format("None" if t is None else t.dtype, i))
    if tuple(x.shape) != tuple(t.shape):
        raise RuntimeError(OTHER_SIZE.format([*x.shape], [*t.shape]))


def is_view_of(x: Tensor, others: Any) -> bool:
    """Does a view `x` show what one of the others holds?"""
    if not isinstance(x, Tensor) or x.origin is None:
        return False
    shared = share_version(x)
    return any(isinstance(o, Tensor) and o.shared is shared for o in others)


def pulled_back(cls: Any, ctx: Any, *grads: Any) -> tuple[Any, ...]:
    """What `backward` would return, had it been written: the transpose of `jvp`, applied."""
    with GradLevel() as level:
        wanted = [i for i, needed in enumerate(ctx.needs_input_grad) if needed]
        directions, given = {}, [None] * len(ctx.needs_input_grad)
        shapes = iter(ctx.tensor_likes_)
        like = [next(shapes) if tensor else None for tensor in ctx.tensor_inputs_]
        for i, described in enumerate(like):
            if described is not None and described[1].category >= 2:
                zero = probe(grads, *described)
                if i in wanted:
                    directions[i] = leaf(level, zero)
                    zero = directions[i].clone()  # that `jvp` may write to
                given[i] = zero
        returned = cls.jvp(ctx, *given)
        moved = returned if isinstance(returned, tuple) else (returned,)
        pairs = [
            (t, g)
            for t, g in zip(moved, grads, strict=True)
            if g is not None and isinstance(t, Tensor) and wants_at(level, t)
        ]
        level.recording = False
        found = iter(transposed(level, pairs, [directions[i] for i in wanted]))
        return tuple(
            [unwrapped(level, next(found)) if i in directions else None for i in range(len(given))]
        )


def probe(grads: tuple[Any, ...], shape: Any, dtype: Any) -> Any:
    """Zeros, made by a cotangent so that they live where it does."""
    some = next(g for g in grads if g is not None)
    return some.new_zeros(shape, dtype=dtype)


def transposed(level: GradLevel, pairs: Any, directions: Any) -> list[Any]:
    """The gradients of the directions from cotangents of the tangents."""
    if not pairs:
        return [None] * len(directions)
    roots = [views.source_edge(t) for t, _ in pairs]
    targets = [views.source_edge(d) for d in directions]
    return engine.run(roots, [g for _, g in pairs], True, True, targets, False)
