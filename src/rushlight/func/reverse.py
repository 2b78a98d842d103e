"""`grad`, `grad_and_value` and `vjp`: reverse mode as transforms of functions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from rushlight.func.arguments import (
    Argnums,
    check_results,
    check_transformed,
    checked_argnum,
    mapped,
    replaced,
    selected,
    split_aux,
    starred,
)
from rushlight.tape import engine, views
from rushlight.tape.core import state, wants
from rushlight.tape.levels import boxed
from rushlight.tape.reverse import GradBox, GradLevel, leaf, unwrapped
from rushlight.tensor.differentiate import one_cotangent
from rushlight.tensor.tensor import Tensor
from rushlight.trees import LEAF, tree_flatten

NAME = "grad_and_value(f)(*args)"
VJP = "vjp(f, *primals)"


def begun(level: GradLevel, x: Any) -> Any:
    """An argument to differentiate by, at a level."""
    check_transformed(x)
    if x.dtype.category < 2:
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    return leaf(level, x)


def held(level: GradLevel, x: Any) -> Any:
    """An argument that is not differentiated by: its own at this level too."""
    return boxed(GradBox(level, x))


def entered(
    level: GradLevel, args: tuple[Any, ...], argnums: Argnums
) -> tuple[tuple[Any, ...], list[Any], Any]:
    """The arguments at a level, those to differentiate by, and their structure."""
    if type(argnums) is int and all(type(x) is Tensor for x in args):
        at = checked_argnum(argnums, len(args))
        chosen = begun(level, args[at])
        inner = [chosen if i == at else held(level, x) for i, x in enumerate(args)]
        return tuple(inner), [chosen], LEAF
    inputs, spec = tree_flatten(selected(args, argnums))
    leaves = [begun(level, x) for x in inputs]
    numbers = (argnums,) if isinstance(argnums, int) else argnums
    chosen = {n % len(args) for n in numbers}
    hold = functools.partial(held, level)
    rest = tuple([x if i in chosen else mapped(hold, x) for i, x in enumerate(args)])
    return replaced(rest, spec.unflatten(leaves), argnums), leaves, spec


def left(level: GradLevel, tree: Any) -> Any:
    """A tree of results one level down."""
    if isinstance(tree, Tensor):
        return unwrapped(level, tree)
    return None if tree is None else mapped(functools.partial(unwrapped, level), tree)


def pull(
    level: GradLevel, outputs: list[Any], cotangents: list[Any], inputs: list[Any], retain: bool
) -> list[Any]:
    """Gradients one level down, zeros for inputs that do not matter; recorded if recording is on."""
    pairs = [
        (y, g)
        for y, g in zip(outputs, cotangents, strict=True)
        if isinstance(y, Tensor) and y.box is not None and y.box.owner is level and wants(y)
    ]
    found: list[Any] = [None] * len(inputs)
    if pairs:
        edges = [views.source_edge(y) for y, _ in pairs]
        gs = [one_cotangent(i, y, g, False) for i, (y, g) in enumerate(pairs)]
        targets = [views.source_edge(x) for x in inputs]
        found = engine.run(edges, gs, retain, state().grad, targets, False)
    return [
        zeros_like(unwrapped(level, x)) if g is None else unwrapped(level, g)
        for g, x in zip(found, inputs, strict=True)
    ]


def zeros_like(x: Any) -> Any:
    return x.new_zeros(x.shape)


def grad_and_value(
    func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that computes the gradient of `func`, which returns a scalar, and its value.

    Args:
        argnums: the positional arguments to differentiate by, an int or a tuple.
        has_aux: `func` returns (output, aux), and aux is handed through.

    Returns:
        A function of the same arguments that returns (gradient, output), or
        (gradient, (output, aux)). The gradient has the structure of the chosen arguments.

    Raises:
        RuntimeError: when `func` returns no scalar tensor.

    Example:
        >>> import rushlight as torch
        >>> torch.func.grad_and_value(torch.sin)(torch.tensor(0.0))
        (tensor(1.), tensor(0.))
    """

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        with GradLevel() as level:
            inner, inputs, spec = entered(level, args, argnums)
            if kwargs:
                kwargs = mapped(functools.partial(held, level), kwargs)
            output = func(*inner, **kwargs)
            aux = None
            if has_aux:
                output, aux = split_aux(NAME, output)
            check_scalar(output)
            level.recording = False
            grads = pull(level, [output], [None], inputs, False)
            output, aux = left(level, output), left(level, aux)
        return spec.unflatten(grads), (output, aux) if has_aux else output

    return wrapper


def check_scalar(output: Any) -> None:
    """Only a scalar has a gradient."""
    if not isinstance(output, Tensor):
        raise RuntimeError(f"{NAME}: Expected f(*args) to return a Tensor, got {type(output)}")
    if output.dim() != 0:
        raise RuntimeError(
            f"{NAME}: Expected f(*args) to return a scalar Tensor, got tensor with {output.dim()} "
            "dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
        )


def grad(
    func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that computes the gradient of `func`, which returns a scalar.

    Args:
        argnums: the positional arguments to differentiate by, an int or a tuple.
        has_aux: `func` returns (output, aux); the result is (gradient, aux).

    Raises:
        RuntimeError: when `func` returns no scalar tensor.

    Example:
        >>> import rushlight as torch
        >>> torch.func.grad(torch.func.grad(lambda x: x**3))(torch.tensor(2.0))
        tensor(12.)
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        gradient, value = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapper


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The value of `func` at `primals`, and the function that pulls cotangents back.

    Args:
        has_aux: `func` returns (output, aux), and aux is handed through.

    Returns:
        (output, vjp_fn), or (output, vjp_fn, aux). `vjp_fn(cotangents)` takes a tree like the
        output and returns a tuple like `primals`.

    Raises:
        RuntimeError: when `func` returns anything but floating or complex tensors, or cotangents
            have another structure than the output.

    Example:
        >>> import rushlight as torch
        >>> _, pull = torch.func.vjp(torch.exp, torch.zeros(2))
        >>> pull(torch.tensor([1.0, 2.0]))
        (tensor([1., 2.]),)
    """
    return vjp_by(func, primals, None, has_aux)


def vjp_by(
    func: Callable[..., Any], args: tuple[Any, ...], argnums: Argnums | None, has_aux: bool
) -> Any:
    """`vjp` by the arguments that `argnums` names."""
    with GradLevel() as level:
        if argnums is None:
            argnums = tuple(range(len(args)))
        inner, inputs, spec = entered(level, args, argnums) if args else ((), [], None)
        outputs = func(*inner)
        aux = None
        if has_aux:
            outputs, aux = split_aux(VJP, outputs)
        leaves, out_spec = tree_flatten(outputs)
        check_results("vjp(f, *primals)", leaves)
        for y in leaves:
            if y.dtype.category < 2:
                raise RuntimeError(
                    "vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got "
                    f"Tensor with dtype {y.dtype}"
                )
        level.recording = False
        results, aux = left(level, outputs), left(level, aux)

    def vjp_fn(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        gs, g_spec = tree_flatten(cotangents)
        if g_spec != out_spec:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of "
                f"outputs to the function. cotangents: {starred(g_spec)}, primal output: "
                f"{starred(out_spec)}"
            )
        st = state()
        before = st.grad
        st.grad = before if create_graph is None else create_graph
        try:
            found = pull(level, leaves, gs, inputs, retain_graph)
        finally:
            st.grad = before
        return None if spec is None else spec.unflatten(found)

    return (results, vjp_fn, aux) if has_aux else (results, vjp_fn)
