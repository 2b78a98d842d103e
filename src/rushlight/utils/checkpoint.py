"""Checkpointing: `torch.utils.checkpoint`.

What a function would keep for backward is dropped, and computed again when backward wants it: less
memory for more time.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager
from typing import Any

from rushlight.autograd.function import Function
from rushlight.autograd.variable import Variable
from rushlight.tape import levels
from rushlight.tape.modes import enable_grad, is_grad_enabled, no_grad
from rushlight.tensor.differentiate import backward as run_backward
from rushlight.tensor.generator import fork_rng, get_rng_state, set_rng_state
from rushlight.tensor.tensor import Tensor
from rushlight.utils.checkpoint_regions import (
    DETERMINISM_CHECKS,
    CheckpointError,
    GraphExecGroup,
    Region,
    keep,
)
from rushlight.utils.checkpoint_selective import (
    SAC_IGNORED_OPS,
    CheckpointPolicy,
    SelectiveCheckpointContext,
    create_selective_checkpoint_contexts,
)

__all__ = [
    "SAC_IGNORED_OPS",
    "CheckpointError",
    "CheckpointFunction",
    "CheckpointPolicy",
    "DefaultDeviceType",
    "GraphExecGroup",
    "SelectiveCheckpointContext",
    "check_backward_validity",
    "checkpoint",
    "checkpoint_sequential",
    "create_selective_checkpoint_contexts",
    "detach_variable",
    "get_device_states",
    "noop_context_fn",
    "set_checkpoint_debug_enabled",
    "set_checkpoint_early_stop",
    "set_device_states",
]

SAY_WHICH = (
    "torch.utils.checkpoint{0}: the use_reentrant parameter should be passed explicitly. {1} "
    "use_reentrant=False is recommended, but if you need to preserve the current default behavior, "
    "you can pass use_reentrant=True. Refer to docs for more details on the differences between "
    "the two variants."
)
SAID_OF_ONE = SAY_WHICH.format(
    "",
    "Starting in PyTorch 2.9, calling checkpoint without use_reentrant will raise an exception.",
)
SAID_OF_SEQUENCE = SAY_WHICH.format(
    ".checkpoint_sequential",
    "In version 2.9 we will raise an exception if use_reentrant is not passed.",
)
NOT_WITH_GRAD = (
    "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an "
    "`inputs` parameter to .backward(). To resolve this error, you can either set "
    "use_reentrant=False, or call .backward() without passing the `inputs` argument."
)


class Settings:
    """What `set_checkpoint_early_stop` and `set_checkpoint_debug_enabled` have set."""

    early_stop: bool | None = None
    debug: bool | None = None


@contextlib.contextmanager
def set_checkpoint_early_stop(enable: bool) -> Generator[None, None, None]:
    """Within the block, what `checkpoint(early_stop=...)` says is overruled.

    A recomputation stops by default as soon as the last saved tensor is there.
    """
    before, Settings.early_stop = Settings.early_stop, enable
    try:
        yield
    finally:
        Settings.early_stop = before


@contextlib.contextmanager
def set_checkpoint_debug_enabled(enabled: bool | None) -> Generator[None, None, None]:
    """Within the block, what `checkpoint(debug=...)` says is overruled; None lets it say."""
    before, Settings.debug = Settings.debug, enabled
    try:
        yield
    finally:
        Settings.debug = before


class DefaultDeviceType:
    """The kind of device whose random state is kept where no argument shows one: the CPU."""

    _default_device_type = "cpu"

    @staticmethod
    def set_device_type(device: str = "cuda") -> None:
        """Name another kind."""
        DefaultDeviceType._default_device_type = device

    @staticmethod
    def get_device_type() -> str:
        """The kind."""
        return DefaultDeviceType._default_device_type


def detach_variable(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """New leaves in the place of tensors, over the same memory.

    Raises:
        RuntimeError: when `inputs` is no tuple.
    """
    if not isinstance(inputs, tuple):
        raise RuntimeError(
            "Only tuple of tensors is supported. Got Unsupported input type: "
            f"{type(inputs).__name__}"
        )
    return tuple([leaf_of(x) if isinstance(x, Tensor) else x for x in inputs])


def leaf_of(x: Tensor) -> Tensor:
    return x.detach().requires_grad_(x.requires_grad)


def check_backward_validity(inputs: Iterable[Any]) -> None:
    """Warn when no tensor among `inputs` requires grad."""
    if not any(x.requires_grad for x in inputs if isinstance(x, Tensor)):
        warnings.warn(
            "None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2
        )


def get_device_states(*args: Any) -> tuple[list[int], list[Tensor]]:
    """The random states of the devices (other than the CPU) that the arguments are on: none."""
    return [], []


def set_device_states(
    devices: Iterable[int], states: Iterable[Tensor], *, device_type: str | None = None
) -> None:
    """Put devices other than the CPU into random states: there are none."""


def noop_context_fn() -> tuple[AbstractContextManager[Any], AbstractContextManager[Any]]:
    """Two contexts that do nothing."""
    return contextlib.nullcontext(), contextlib.nullcontext()


@contextlib.contextmanager
def random_numbers_from(rng_state: Tensor | None) -> Generator[None, None, None]:
    """Within the block, the random numbers that follow `rng_state`; None leaves them alone."""
    with fork_rng(enabled=rng_state is not None):
        if rng_state is not None:
            set_rng_state(rng_state)
        yield


class CheckpointFunction(Function):
    """A checkpointed call as one node, whose backward runs the function again, then backward."""

    __module__ = "torch.utils.checkpoint"

    @staticmethod
    def forward(ctx: Any, run_function: Any, preserve_rng_state: bool, *args: Any) -> Any:
        """Run without recording; keep the arguments."""
        check_backward_validity(args)
        ctx.run_function = run_function
        ctx.rng_state = get_rng_state() if preserve_rng_state else None
        ctx.others = [None if isinstance(x, Tensor) else x for x in args]
        ctx.places = [i for i, x in enumerate(args) if isinstance(x, Tensor)]
        ctx.save_for_backward(*[args[i] for i in ctx.places])
        with no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        """Run with recording, and backward from the results."""
        if not Variable._execution_engine.is_checkpoint_valid():
            raise RuntimeError(NOT_WITH_GRAD)
        args = list(ctx.others)
        for i, x in zip(ctx.places, ctx.saved_tensors, strict=True):
            args[i] = leaf_of(x)
        with random_numbers_from(ctx.rng_state), enable_grad():
            outputs = ctx.run_function(*args)
        if isinstance(outputs, Tensor):
            outputs = (outputs,)
        pairs = [
            (out, g)
            for out, g in zip(outputs, grads, strict=False)
            if isinstance(out, Tensor) and out.requires_grad
        ]
        if not pairs:
            raise RuntimeError(
                "none of output has requires_grad=True, this checkpoint() is not necessary"
            )
        run_backward([out for out, _ in pairs], [g for _, g in pairs])
        return None, None, *[x.grad if isinstance(x, Tensor) else None for x in args]


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[
        [], tuple[AbstractContextManager[Any], AbstractContextManager[Any]]
    ] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    **kwargs: Any,
) -> Any:
    """`function(*args, **kwargs)`, without keeping what backward needs: it is computed again then.

    Inside a function that `torch.func` transforms, it is a plain call that keeps everything.

    Args:
        function: what to run; it must do the same when it runs again.
        use_reentrant: False forgets what the graph saves and recomputes it when asked for; True
            (the default, with a warning) makes the call one node that runs its own backward,
            which works only with `backward()` of all leaves.
        context_fn: makes two contexts, for the forward and for the recomputation.
        determinism_check: "default" compares shapes and dtypes of what is recomputed; "none"
            only the number of tensors.
        debug: list, in the error of a recomputation that differs, what ran both times.
        early_stop: end the recomputation when the last tensor wanted is there.
        preserve_rng_state: let the recomputation draw the same random numbers (default True).

    Returns:
        The results of the function.

    Raises:
        CheckpointError: from backward, when the recomputation saves other tensors; after
            PyTorch's text it names the first that differs and the lines that saved it.
        ValueError: for options that do not go together.

    Example:
        >>> import rushlight as torch
        >>> from rushlight.utils.checkpoint import checkpoint
        >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> checkpoint(lambda x: (x * x).exp(), x, use_reentrant=False).sum().backward()
        >>> x.grad
        tensor([  5.4366, 218.3926])
    """
    if use_reentrant is None:
        warnings.warn(SAID_OF_ONE, stacklevel=2)
        use_reentrant = True
    preserve_rng_state = kwargs.pop("preserve_rng_state", True)
    if not use_reentrant:
        call, region = region_of(
            function, preserve_rng_state, context_fn, determinism_check, debug, early_stop
        )
        return run_region(call, region, args, kwargs)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if context_fn is not noop_context_fn or debug is not False:
        raise ValueError(
            "Passing `context_fn` or `debug` is only supported when use_reentrant=False."
        )
    if levels.inside():
        return function(*args)
    return CheckpointFunction.apply(function, preserve_rng_state, *args)


class Call:
    """A checkpointed call: the function, and what surrounds it both times."""

    def __init__(self, function: Any, preserve_rng_state: bool, contexts: tuple[Any, Any]) -> None:
        self.function = function
        self.forward_context, self.recompute_context = contexts
        self.rng_state = get_rng_state() if preserve_rng_state else None

    def first(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The forward."""
        with self.forward_context:
            return self.function(*args, **kwargs)

    def again(self, kwargs: dict[str, Any], *args: Any) -> None:
        """The recomputation."""
        with random_numbers_from(self.rng_state), self.recompute_context:
            self.function(*args, **kwargs)


def run_region(call: Call, region: Region, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Make the call; `region` takes care of what it saves."""
    if not is_grad_enabled() or levels.inside():
        return call.first(args, kwargs)
    region.arguments = keep((kwargs, *args))
    with region.hooks():
        out = call.first(args, kwargs)
    region.completed = True
    return out


def region_of(
    function: Callable[..., Any],
    preserve_rng_state: bool,
    context_fn: Callable[[], tuple[Any, Any]],
    determinism_check: str,
    debug: bool,
    early_stop: bool,
) -> tuple[Call, Region]:
    """The call that `checkpoint` is to make and its region, the options checked."""
    explanation = None
    if debug if Settings.debug is None else Settings.debug:
        if context_fn is not noop_context_fn:
            raise ValueError("debug=True is incompatible with non-default context_fn")
        from rushlight.utils.checkpoint_debug import Explanation

        explanation = Explanation()
        context_fn = explanation.contexts
    if determinism_check not in DETERMINISM_CHECKS:
        raise ValueError(
            f"determinism_check should be one of {list(DETERMINISM_CHECKS)}, but got "
            f"{determinism_check}"
        )
    call = Call(function, preserve_rng_state, context_fn())
    stops = early_stop if Settings.early_stop is None else Settings.early_stop
    region = Region(call.again, stops, DETERMINISM_CHECKS[determinism_check])
    region.explain = None if explanation is None else explanation.explain
    return call, region


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """`functions` one after the other, checkpointed in `segments` parts; the last is not.

    Args:
        functions: a Sequential or a list of functions of one argument.
        segments: into how many parts to divide them.
        input: the argument of the first.
        use_reentrant, preserve_rng_state: as for `checkpoint`.

    Example:
        >>> import rushlight as torch
        >>> from rushlight.utils.checkpoint import checkpoint_sequential
        >>> x = torch.tensor([0.0, 1.0], requires_grad=True)
        >>> checkpoint_sequential([torch.sin, torch.exp], 2, x, use_reentrant=False)
        tensor([1.0000, 2.3198], grad_fn=<ExpBackward0>)
    """
    if use_reentrant is None:
        warnings.warn(SAID_OF_SEQUENCE, stacklevel=2)
        use_reentrant = True
    preserve_rng_state = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    steps = list(functions.children() if hasattr(functions, "children") else functions)
    size = len(steps) // segments
    last = size * (segments - 1)
    for start in range(0, last, size):
        input = checkpoint(
            in_turn(steps[start : start + size]),
            input,
            use_reentrant=use_reentrant,
            preserve_rng_state=preserve_rng_state,
        )
    return in_turn(steps[last:])(input)


def in_turn(steps: list[Any]) -> Callable[[Any], Any]:
    """One function that applies several."""

    def run(x: Any) -> Any:
        for step in steps:
            x = step(x)
        return x

    return run
