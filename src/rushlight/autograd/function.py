"""Functions with a derivative of their own."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

from rushlight.autograd.function_once import once_differentiable
from rushlight.tape import errors, gradients, inplace, saved, views
from rushlight.tape.core import (
    VIEW_OF_FUNCTION,
    VIEW_OF_MANY,
    alias,
    bump,
    new_saved_output,
    new_view,
    state,
    version_of,
    wants,
)
from rushlight.tape.dispatch import highest_box, new_node, unpack
from rushlight.tape.nodes import GraphNode
from rushlight.tensor.tensor import Tensor

__all__ = [
    "BackwardCFunction",
    "Function",
    "FunctionCtx",
    "FunctionMeta",
    "InplaceFunction",
    "NestedIOFunction",
    "once_differentiable",
]

NOT_STATIC = (
    "Legacy autograd function with non-static forward method is deprecated. Please use new-style "
    "autograd function with static forward method. (Example: "
    "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
)
COMPLEX_FOR_REAL = (
    "Expected isFloatingType(grad.scalar_type()) || (input_is_complex == grad_is_complex) to be "
    "true, but got false.  (Could this error message be improved?  If so, please report an "
    "enhancement request to PyTorch.)"
)
INSTANTIATED = (
    "{0} should not be instantiated. Methods on autograd functions are all static, so you should "
    "invoke them on the class itself. Instantiating an autograd function will raise an error in a "
    "future version of PyTorch."
)
NO_CONTEXT = (
    "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, "
    "...), it must override the setup_context staticmethod. For more details, please see "
    "https://pytorch.org/docs/main/notes/extending.func.html"
)


class FunctionCtx:
    """What `forward` and `backward` of a Function share; it is also the node of the graph."""

    __module__ = "torch.autograd.function"

    to_save: tuple[Any, ...] = ()
    saved_for_forward: tuple[Any, ...] = ()
    dirty_tensors: tuple[Any, ...] = ()
    non_differentiable: tuple[Any, ...] = ()
    materialize_grads = True

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for `backward`, where `ctx.saved_tensors` gives them back, checked."""
        self.to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Keep tensors for `jvp`."""
        for tensor in tensors:
            if not (isinstance(tensor, Tensor) or tensor is None):
                raise TypeError(
                    "save_for_forward expects all arguments to be tensors; you should "
                    "save non-tensors as attributes on ctx."
                )
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Any) -> None:
        """Say which inputs `forward` wrote to; they must be among its outputs."""
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args: Any) -> None:
        """Say which outputs have no gradient."""
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Should `backward` get zeros for outputs without a gradient (True), or None?"""
        self.materialize_grads = value

    def mark_shared_storage(self, *pairs: Any) -> None:
        """Deprecated and without effect."""


class BackwardCFunction(GraphNode, FunctionCtx):
    """The node of a Function; its class is made for each Function as NameBackward."""

    __module__ = "torch.autograd.function"
    _forward_cls: Any = None
    saved_: Any
    tensor_likes_: tuple[Any, ...] = ()
    tensor_inputs_: tuple[bool, ...] = ()
    needs_input_grad: tuple[bool, ...] = ()
    without_gradient_: tuple[int, ...] = ()
    written_: tuple[int, ...] = ()

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors given to `save_for_backward`.

        Raises:
            RuntimeError: when one was modified since, or the graph has been freed.
        """
        if self.freed_ is not None:
            errors.raise_freed(self)
        if self.saved_for_forward:
            return tuple(self.saved_for_forward)
        if self.saved_ is None:
            return tuple(self.to_save)
        return tuple([unpack(self, k) for k in range(len(self.saved_))])

    @property
    def _raw_saved_tensors(self) -> tuple[Any, ...]:
        from rushlight.tape.nodes import SavedTensor

        if self.freed_ is not None:
            errors.raise_freed(self)
        return tuple([SavedTensor(self, k) for k in range(len(self.saved_ or ()))])

    def apply(self, *grads: Any) -> Any:
        """The user's `backward` on the gradients of the outputs."""
        return self._forward_cls.backward_of(self)(*grads)

    def backprop_(self, g: Any) -> list[Any]:
        given = list(g) if g is not None else [None] * len(self.outputs_)
        if self.materialize_grads:
            given = [
                x if x is not None or described is None else gradients.zeros(*described)
                for x, described in zip(given, self.outputs_, strict=True)
            ]
        returned = self.apply(*given)
        return checked(self, returned if isinstance(returned, (tuple, list)) else (returned,))

    def release_(self, place: Any) -> None:
        if self.saved_:
            self.saved_, self.freed_ = (), place
        self.to_save = ()


def checked(node: Any, returned: Any) -> list[Any]:
    """The returned gradients of the tensor inputs, one each, shaped like them."""
    expected = len(node.tensor_inputs_)
    if len(returned) > expected and all(x is None for x in returned[expected:]):
        returned = returned[:expected]
    if len(returned) != expected:
        wrong(
            node,
            f"function {node.name()} returned an incorrect number of gradients "
            f"(expected {expected}, got {len(returned)})",
        )
    out: list[Any] = []
    for i, (g, is_tensor) in enumerate(zip(returned, node.tensor_inputs_, strict=True)):
        if is_tensor:
            out.append(None if g is None else fitted(node, g, i, len(out)))
        elif g is not None:
            wrong(
                node,
                f"function {node.name()} returned a gradient different than None at position "
                f"{i + 1}, but the corresponding forward input was not a Variable",
            )
    return out


def fitted(node: Any, g: Any, position: int, index: int) -> Any:
    """One returned gradient in the shape and dtype of its input."""
    if not isinstance(g, Tensor):
        wrong(node, f"expected Variable or None (got {type(g).__name__})")
    if node.next_[index] is None:
        return None
    shape, dtype = node.tensor_likes_[index]
    if g.shape != shape:
        if not gradients.expandable(shape, g.shape):
            wrong(
                node,
                f"Function {node.name()} returned an invalid gradient at index {index} - got "
                f"{list(g.shape)} but expected shape compatible with {list(shape)}",
            )
        g = gradients.sum_to(g, shape)
    if g.dtype.is_complex and not dtype.is_complex:
        raise RuntimeError(
            errors.extend(
                COMPLEX_FOR_REAL,
                f"{node.name()} returned a complex gradient for input {index}, which "
                f"has dtype {dtype}; return its real part",
            )
        )
    return g if g.dtype is dtype else g.to(dtype)


def wrong(node: Any, text: str) -> NoReturn:
    """The user's `backward` returned what it should not."""
    raise RuntimeError(errors.advised(text, "function_rule", node))


class FunctionMeta(type):
    """Gives each Function the class of its nodes."""

    def __init__(cls, name: str, bases: Any, body: Any) -> None:
        super().__init__(name, bases, body)
        cls._backward_cls = type(
            f"{name}Backward",
            (BackwardCFunction,),
            {"_forward_cls": cls, "__module__": "torch.autograd.function"},
        )


class Function(metaclass=FunctionMeta):
    """An operation with a derivative of its own.

    A subclass has static methods `forward(ctx, *args)` (or `forward(*args)` with
    `setup_context(ctx, inputs, output)`) and `backward(ctx, *grad_outputs)`, which returns one
    gradient per argument of `forward`; call it by `apply`.

    Example:
        >>> import rushlight as torch
        >>> class Double(torch.autograd.Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         return 2 * x
        ...     @staticmethod
        ...     def backward(ctx, g):
        ...         return 2 * g
        >>> x = torch.tensor(3.0, requires_grad=True)
        >>> y = Double.apply(x)
        >>> y
        tensor(6., grad_fn=<DoubleBackward>)
        >>> y.backward()
        >>> x.grad
        tensor(2.)
    """

    __module__ = "torch.autograd.function"
    generate_vmap_rule = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(INSTANTIATED.format(type(self)), DeprecationWarning, stacklevel=2)

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError(NOT_STATIC)

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """The operation itself."""
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Keep on `ctx` what `backward` needs, when `forward` takes no `ctx`."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Gradients of the arguments from those of the outputs."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your "
            "custom autograd.Function to use it with backward mode AD."
        )

    vjp = backward

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """Tangents of the outputs from those of the arguments."""
        raise NotImplementedError(
            "You must implement the jvp function for custom "
            "autograd.Function to use it with forward mode AD."
        )

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        """Outputs and their batch dims from arguments with batch dims `in_dims`."""
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the "
            "vmap staticmethod or set generate_vmap_rule=True."
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Call the function, recording it where an argument requires grad."""
        if kwargs:
            args = bound_arguments(cls, args, kwargs)
        observer = state().observer
        if observer is None:
            result, ctx = cls.applied(args)
        else:
            with observer.calling(cls, args):
                result, ctx = cls.applied(args)
        if ctx is not None:
            ctx.saved_for_forward = ()
        return result

    @classmethod
    def applied(cls, args: tuple[Any, ...]) -> tuple[Any, Any]:
        """The result of `apply`, and the ctx."""
        top = highest_box(args)
        if top is not None:
            return top.box.apply_function(cls, args)
        return apply_at_base(cls, args)

    @classmethod
    def applied_at_base(cls, args: tuple[Any, ...], dual: Any) -> tuple[Any, Any]:
        """`applied` to tensors of which some have tangents, with the box of one of them."""
        return apply_at_base(cls, args, dual)

    @classmethod
    def apply_all(cls, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """`apply`, its results always in a tuple."""
        out = cls.apply(*args)
        return out if isinstance(out, tuple) else (out,)

    @classmethod
    def has_jvp(cls) -> bool:
        """Is there a forward rule of its own?"""
        return cls.jvp is not Function.jvp

    @classmethod
    def has_backward(cls) -> bool:
        """Is there a reverse rule of its own?"""
        return cls.backward is not Function.backward or cls.vjp is not Function.vjp

    @classmethod
    def backward_of(cls, ctx: Any) -> Callable[..., Any]:
        """The reverse rule on the gradients of the outputs: written, or the transpose of `jvp`."""
        if cls.backward is not Function.backward and cls.vjp is not Function.vjp:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is "
                "not allowed. You should only implement one of them."
            )
        if cls.has_jvp() and not cls.has_backward():
            from rushlight.autograd.function_forward import pulled_back

            return functools.partial(pulled_back, cls, ctx)
        return functools.partial(cls.vjp if cls.vjp is not Function.vjp else cls.backward, ctx)

    @classmethod
    def pushed(cls, ctx: Any, args: Any, tangents: Any, result: Any) -> tuple[Any, ...]:
        """The tangents of the outputs, from those of the arguments."""
        from rushlight.autograd.function_forward import pushed

        return pushed(cls, ctx, args, tangents, result)

    @classmethod
    def context_above(cls, ctx: Any, inner: Any, outer: Any) -> Any:
        """What `ctx` is one level up, where there are `outer` tensors for `inner` ones."""
        from rushlight.autograd.function_levels import context_above

        return context_above(cls, ctx, inner, outer)

    @classmethod
    def applied_batched(cls, args: Any, level: Any) -> tuple[Any, Any]:
        """`applied` at a batch level."""
        from rushlight.autograd.function_batched import apply_batched

        return apply_batched(cls, args, level)

    @classmethod
    def applied_above(
        cls, args: Any, values: Any, result: Any, ctx: Any, wanted: Any, wrapped: Any
    ) -> tuple[Any, Any]:
        """`applied` at a reverse-mode level, after `values`, one level down, gave `result`."""
        from rushlight.autograd.function_levels import apply_above

        return apply_above(cls, args, values, result, ctx, wanted, wrapped)


def bound_arguments(cls: Any, args: Any, kwargs: Any) -> tuple[Any, ...]:
    """Keyword arguments of `apply` in the order of `forward`'s parameters."""
    import inspect

    lead = () if separate(cls) else (None,)
    bound = inspect.signature(cls.forward).bind(*lead, *args, **kwargs)
    bound.apply_defaults()
    return tuple(bound.args[len(lead) :])


def separate(cls: Any) -> bool:
    """Does the Function have a `setup_context` of its own?"""
    return cls.setup_context is not Function.setup_context


def run_forward(cls: Any, ctx: Any, args: tuple[Any, ...]) -> Any:
    """Call `forward`, and `setup_context` where there is one."""
    if not separate(cls):
        return cls.forward(ctx, *args)
    output = cls.forward(*args)
    cls.setup_context(ctx, args, output)
    return output


def apply_at_base(cls: Any, args: tuple[Any, ...], dual: Any = None) -> tuple[Any, Any]:
    """Apply to tensors that are boxed at no level, but for `dual` ones of `forward_ad`."""
    ctx, mask = begin(cls, args)
    st = state()
    before, st.grad = st.grad, False
    try:
        result = (
            run_forward(cls, ctx, args)
            if dual is None
            else dual.unmoved(run_forward, cls, ctx, args)
        )
    finally:
        st.grad = before
    several = isinstance(result, tuple)
    outputs = result if several else (result,)
    made = tuple([settle(ctx, i, x, args, mask) for i, x in enumerate(outputs)])
    if ctx.dirty_tensors:
        check_dirty(ctx, outputs)
        ctx.written_ = tuple([i for i, x in enumerate(outputs) if is_among(x, ctx.dirty_tensors)])
    if dual is not None:
        dual.push(cls, ctx, args, result, made)
    if ctx.non_differentiable:
        ctx.without_gradient_ = tuple(
            [i for i, x in enumerate(outputs) if is_among(x, ctx.non_differentiable)]
        )
    if mask:
        if len(made) > 1:
            mark_many(ctx, made)
        save(ctx, outputs, made)
        ctx.outputs_ = tuple(
            [gradients.described(x) if isinstance(x, Tensor) else None for x in made]
        )
        anomaly = state().anomaly
        if anomaly is not None:
            anomaly.computed(ctx, args, (), made)
    ctx.dirty_tensors = ctx.non_differentiable = ()
    return (made if several else made[0]), ctx


def begin(cls: Any, args: tuple[Any, ...], wanted: Any = None) -> tuple[Any, int]:
    """The node, with edges to the arguments that require grad, and whether there are any."""
    st = state()
    tensors = tuple([x for x in args if isinstance(x, Tensor)])
    if wanted is None:
        wanted = [wants(x) for x in tensors]
    mask = (1 << len(tensors)) - 1 if st.grad and any(wanted) else 0
    bits = sum(1 << i for i, w in enumerate(wanted) if w) if mask else 0
    ctx = new_node(cls._backward_cls, tensors, bits, st)
    flags = iter(wanted)
    ctx.tensor_inputs_ = tuple([isinstance(x, Tensor) for x in args])
    ctx.needs_input_grad = tuple([is_tensor and next(flags) for is_tensor in ctx.tensor_inputs_])
    ctx.tensor_likes_ = tuple([(x.shape, x.dtype) for x in tensors])
    return ctx, bits


def is_among(x: Any, others: tuple[Any, ...]) -> bool:
    """Is `x` itself (not an equal) among `others`?"""
    return any(other is x for other in others) if others else False


def settle(ctx: Any, nr: int, x: Any, args: tuple[Any, ...], mask: int) -> Any:
    """Give one output its place in the graph."""
    if not isinstance(x, Tensor):
        return x
    is_input = is_among(x, args)
    dirty = is_among(x, ctx.dirty_tensors)
    if is_among(x, ctx.non_differentiable) or not inplace.wants_history(x):
        return detached(x) if is_input and not dirty else x
    if dirty:
        if is_input and mask:
            if x.origin is None and x.is_leaf and wants(x):
                raise RuntimeError(
                    "a leaf Variable that requires grad has been used in an in-place operation."
                )
            inplace.check(x, True)
            views.rebase(x, ctx)
        elif mask:
            x.node, x.nr, x.rg = ctx, nr, True
        bump(x)
        return x
    if is_input:
        x = aliased(x)
    if mask:
        x.node, x.nr, x.rg = ctx, nr, True
    if x.origin is not None and state().grad:
        x.origin.creation = VIEW_OF_FUNCTION
        x.origin.seen = version_of(x)
    return x


def mark_many(ctx: Any, made: tuple[Any, ...]) -> None:
    """Views among several differentiable outputs may not be written to."""
    own = [x for x in made if isinstance(x, Tensor) and x.node is ctx]
    for x in own if len(own) > 1 else ():
        if x.origin is not None:
            x.origin.creation = VIEW_OF_MANY


def aliased(x: Tensor) -> Tensor:
    """An input that is returned as it is becomes a view of itself."""
    out = alias(x)
    out.node, out.rg = None, False
    base = x if x.origin is None else x.origin.base
    out.origin = new_view(base, VIEW_OF_FUNCTION, version_of(x), None)
    return out


def detached(x: Tensor) -> Tensor:
    return x.detach()


def check_dirty(ctx: Any, outputs: Any) -> None:
    """Inputs marked dirty must be returned."""
    for d in ctx.dirty_tensors:
        if all(d is not x for x in outputs):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not "
                "returned as output. The inputs that are modified inplace must all be "
                "outputs of the Function."
            )


def save(ctx: Any, outputs: Any, made: Any) -> None:
    """Turn what was given to `save_for_backward` into saved values."""
    kept: list[Any] = []
    versions: list[int] = []
    cls = ctx._forward_cls
    by_forward_rule = not ctx.to_save and cls.has_jvp() and not cls.has_backward()
    for t in ctx.saved_for_forward if by_forward_rule else ctx.to_save:
        if t is None:
            kept.append(None)
            versions.append(0)
            continue
        if not isinstance(t, Tensor):
            raise TypeError(
                f"save_for_backward can only save variables, but argument "
                f"{len(kept)} is of type {type(t).__name__}"
            )
        position = next((i for i, x in enumerate(outputs) if x is t), None)
        out = t if position is None else made[position]
        if out.node is ctx:
            kept.append(new_saved_output(out, out.nr, 0))
        else:
            kept.append(t)
        versions.append(version_of(t))
    ctx.saved_, ctx.versions_, ctx.to_save = tuple(kept), tuple(versions), ()
    if state().saved_hooks:
        saved.pack(ctx, state())


class InplaceFunction(Function):
    """A Function that takes `inplace` on construction (kept for old programs)."""

    __module__ = "torch.autograd.function"

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


class NestedIOFunction(Function):
    """A Function of nested tuples, from before `apply`; the name is all that is left, as in PyTorch.

    Pass the tensors as separate arguments of an ordinary Function instead.
    """

    __module__ = "torch.autograd.function"

    @staticmethod
    def forward_extended(*args: Any) -> Any:
        """The operation on nested arguments."""
        raise NotImplementedError

    @staticmethod
    def backward_extended(*grads: Any) -> Any:
        """Nested gradients from nested gradients."""
        raise NotImplementedError

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            f"{cls.__name__}: nested arguments are not supported; derive from "
            "torch.autograd.Function and pass tensors as separate arguments"
        )
