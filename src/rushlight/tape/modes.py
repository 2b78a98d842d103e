"""Modes of the calling thread: recording gradients or not, inference.

Each is a context manager and a decorator, of functions, generators and classes.
"""

from __future__ import annotations

import functools
import inspect
import threading
import warnings
from collections.abc import Callable, Generator
from typing import Any

from rushlight.tape.core import TensorBase, share_version, state, version_of


class ModeDecorator:
    """A context manager that also decorates: every call enters it anew."""

    def clone(self) -> ModeDecorator:
        """A context manager of the same meaning, not yet entered."""
        return self.__class__()

    def __enter__(self) -> Any:
        raise NotImplementedError

    def __exit__(self, *exc: object) -> None:
        raise NotImplementedError

    def __call__(self, function: Any) -> Any:
        if inspect.isclass(function):
            return self._decorate_class(function)
        if inspect.isgeneratorfunction(function):
            return self._decorate_generator(function)
        if inspect.iscoroutinefunction(function):
            return self._decorate_coroutine(function)

        @functools.wraps(function)
        def within(*args: Any, **kwargs: Any) -> Any:
            with self.clone():
                return function(*args, **kwargs)

        return within

    def _decorate_class(self, cls: Any) -> Any:
        warnings.warn(
            "Decorating classes is deprecated and will be disabled in future versions. You should "
            "only decorate functions or methods. To preserve the current behavior of class "
            "decoration, you can directly decorate the `__init__` method and nothing else.",
            FutureWarning,
            stacklevel=3,
        )
        cls.__init__ = self(cls.__init__)
        return cls

    def _decorate_coroutine(self, function: Any) -> Any:
        @functools.wraps(function)
        async def within(*args: Any, **kwargs: Any) -> Any:
            with self.clone():
                return await function(*args, **kwargs)

        return within

    def _decorate_generator(self, function: Any) -> Any:
        """The mode holds while the generator runs, not while it waits."""

        @functools.wraps(function)
        def within(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            made = function(*args, **kwargs)
            step: Callable[[], Any] = functools.partial(next, made)
            try:
                while True:
                    with self.clone():
                        value = step()
                    try:
                        sent = yield value
                        step = functools.partial(made.send, sent)
                    except GeneratorExit:
                        with self.clone():
                            made.close()
                        raise
                    except BaseException as error:
                        step = functools.partial(made.throw, error)
            except StopIteration as stop:
                return stop.value

        return within


class GradMode(ModeDecorator):
    """Sets whether operations are recorded, and puts it back."""

    __module__ = "torch.autograd.grad_mode"

    def __init__(self, mode: bool) -> None:
        self.mode = mode
        self.prev = False

    def __enter__(self) -> None:
        st = state()
        self.prev = st.grad
        st.grad = self.mode

    def __exit__(self, *exc: object) -> None:
        state().grad = self.prev


class no_grad(GradMode):
    """Nothing done inside is recorded; results do not require grad.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0], requires_grad=True)
        >>> with torch.no_grad():
        ...     y = x * 2
        >>> y.requires_grad
        False
    """

    __module__ = "torch.autograd.grad_mode"

    def __new__(cls, orig_func: Any = None) -> Any:
        return object.__new__(cls) if orig_func is None else cls()(orig_func)

    def __init__(self, orig_func: Any = None) -> None:
        super().__init__(False)


class enable_grad(GradMode):
    """Operations inside are recorded, also within `no_grad`."""

    __module__ = "torch.autograd.grad_mode"

    def __new__(cls, orig_func: Any = None) -> Any:
        return object.__new__(cls) if orig_func is None else cls()(orig_func)

    def __init__(self, orig_func: Any = None) -> None:
        super().__init__(True)


class safe_grad(ModeDecorator):
    """In backward, a branch that was not taken contributes nothing, not even 0 times infinity.

    `where(x > 0, sqrt(x), 0)` has no gradient through `sqrt` at 0, but the derivative of `sqrt`
    there is infinite, and 0 times infinity is NaN. Inside this mode, what an elementwise operation
    hands on is 0 wherever its own cotangent is; and where that is infinite and the derivative 0, as
    in a norm written as the root of a sum of squares, at 0. Use it as a context around
    `backward()`, or as a decorator. PyTorch has nothing like it.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([0.0, 4.0], requires_grad=True)
        >>> with torch.autograd.safe_grad():
        ...     torch.where(x > 0, x.sqrt(), 0).sum().backward()
        >>> x.grad
        tensor([0.0000, 0.2500])
    """

    __module__ = "torch.autograd.grad_mode"

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode
        self.prev = False

    def clone(self) -> safe_grad:
        return self.__class__(self.mode)

    def __enter__(self) -> None:
        st = state()
        self.prev = st.safe
        st.safe = self.mode

    def __exit__(self, *exc: object) -> None:
        state().safe = self.prev


class set_grad_enabled(GradMode):
    """Switch recording on or off: at once, and until the end of a `with` block if used as one."""

    __module__ = "torch.autograd.grad_mode"

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(
                "set_grad_enabled(): argument 'enabled' (position 1) must be bool, not "
                f"{type(mode).__name__}"
            )
        st = state()
        self.prev, self.mode = st.grad, mode
        st.grad = mode

    def __call__(self, function: Any) -> Any:
        state().grad = self.prev
        return super().__call__(function)

    def __enter__(self) -> None:
        state().grad = self.mode

    def __str__(self) -> str:
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})"

    __repr__ = __str__

    def clone(self) -> set_grad_enabled:
        held = state().grad
        made = self.__class__(self.mode)
        state().grad = held
        made.prev = held
        return made


class inference_mode(ModeDecorator):
    """Like `no_grad`, and what is made inside never takes part in recording."""

    __module__ = "torch.autograd.grad_mode"

    def __new__(cls, mode: Any = True) -> Any:
        return object.__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode: bool = True) -> None:
        self.mode = mode

    def __enter__(self) -> None:
        st = state()
        self.prev = (st.grad, st.inference)
        st.special += self.mode - st.inference
        st.inference = self.mode
        st.grad = not self.mode

    def __exit__(self, *exc: object) -> None:
        st = state()
        st.special += self.prev[1] - st.inference
        st.grad, st.inference = self.prev

    def clone(self) -> inference_mode:
        return self.__class__(self.mode)


class Accepted(threading.local):
    """Settings of a thread that PyTorch has and that make no difference here."""

    multithreading = True
    view_replay = False
    layout_policy = True


accepted = Accepted()


class AcceptedMode(ModeDecorator):
    """Sets one of them: at once, and until the end of a `with` block if used as one."""

    __module__ = "torch.autograd.grad_mode"
    setting = ""
    function = ""

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(
                f"{self.function}(): argument 'enabled' (position 1) must be bool, not "
                f"{type(mode).__name__}"
            )
        self.prev = getattr(accepted, self.setting)
        self.mode = mode
        setattr(accepted, self.setting, mode)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        setattr(accepted, self.setting, self.prev)

    def clone(self) -> AcceptedMode:
        return self.__class__(self.mode)


class set_multithreading_enabled(AcceptedMode):
    """Accepted for PyTorch's sake: backward always runs on the calling thread."""

    __module__ = "torch.autograd.grad_mode"
    setting = "multithreading"
    function = "set_multithreading_enabled"


class set_view_replay_enabled(AcceptedMode):
    """Accepted for PyTorch's sake: views are followed in the one way that is right here."""

    __module__ = "torch.autograd.grad_mode"
    setting = "view_replay"
    function = "set_view_replay_enabled"


class enforce_grad_layout_policy(AcceptedMode):
    """Accepted for PyTorch's sake: a gradient's strides are those of its leaf in any case."""

    __module__ = "torch.autograd.grad_mode"
    setting = "layout_policy"
    function = "set_grad_layout_enforcement_enabled"

    def __init__(self, enable: bool = True) -> None:
        super().__init__(enable)


class unsafe_preserve_version_counter:
    """Within the block, in-place writes to the tensors are not counted.

    Backward then cannot see that a saved tensor was changed: for those who put its values back.
    """

    def __init__(self, tensors: Any) -> None:
        self.tensors = (tensors,) if isinstance(tensors, TensorBase) else tensors
        if not isinstance(self.tensors, tuple):
            raise AssertionError("Expected tensors to be a tuple")
        self.counts = [version_of(t) for t in self.tensors]

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        for t, count in zip(self.tensors, self.counts, strict=True):
            share_version(t).value = count


def is_multithreading_enabled() -> bool:
    """What `set_multithreading_enabled` has set."""
    return accepted.multithreading


def is_view_replay_enabled() -> bool:
    """Has the view replay been asked for?"""
    return accepted.view_replay


def is_grad_enabled() -> bool:
    """Are operations of this thread being recorded?"""
    return bool(state().grad)


def is_inference_mode_enabled() -> bool:
    """Is this thread in `inference_mode`?"""
    return bool(state().inference)
