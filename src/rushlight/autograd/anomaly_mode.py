"""Anomaly detection: which operation made a result or a gradient nan, or made backward fail.

Within the mode every node keeps the stack that recorded it, and the node that was running then if
that was in a backward. When a node fails, both are shown. What else is looked at, `check` says.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from types import CodeType, FrameType
from typing import Any

from rushlight.tape import core
from rushlight.tape.core import Node
from rushlight.tape.nodes import as_node

__all__ = ["detect_anomaly", "set_detect_anomaly"]

PACKAGE = core.__file__.rsplit("tape", 1)[0]
STACK, PARENT = "traceback_", "parent_"
NO_STACK = (
    " No forward pass information available. Enable detect anomaly during forward pass for more "
    "information."
)
FAILED = "Error detected in {0}."
FAILED_AT = " Traceback of forward call that caused the error:\n"
INDUCED = "\n\nPrevious calculation was induced by {0}."
INDUCED_AT = " Traceback of forward call that induced the previous calculation:\n"


class Anomaly:
    """What the tape tells while detection is on."""

    check_nan = True

    def __init__(self, check: str = "backward", inf: bool = False) -> None:
        if check not in ("forward", "backward", "both"):
            raise ValueError(f"check must be 'forward', 'backward' or 'both', but got {check!r}")
        from rushlight.autograd import anomaly_checks  # few programs need them

        self.checks = anomaly_checks
        self.forward = check != "backward"
        self.backward = check != "forward"
        self.inf = inf
        self.looked_at: Any = None  # the owner of the memory found fine last, weakly

    def recorded(self, node: Any) -> None:
        """A node was made: remember by whom."""
        tasks = core.state().tasks
        node.extras_ = {STACK: Stack()}
        if tasks and isinstance(tasks[-1].node, Node):
            node.extras_[PARENT] = tasks[-1].node

    def computed(self, node: Any, inputs: Any, params: Any, out: Any) -> None:
        """A node has got its saved values: note who writes to them; look at the results."""
        self.checks.watch(node)
        computes = node.op_ is None or not node.op_.is_view
        if self.forward and computes and not core.state().tasks:
            self.checks.results(node, (*inputs, *params), out, self.inf)

    def checked(self, node: Any, grads: list[Any], incoming: Any) -> None:
        """A node has run: refuse nan among its gradients."""
        if self.backward and self.check_nan:
            self.checks.gradients(node, grads, incoming, self)

    def failed(self, node: Any) -> None:
        """A node (or leaf), or one of its hooks, raised: warn with the stacks."""
        node = as_node(node)
        warn_of(node, FAILED, FAILED_AT)
        induced_by = node.metadata.get(PARENT)
        while induced_by is not None:
            warn_of(induced_by, INDUCED, INDUCED_AT)
            induced_by = induced_by.metadata.get(PARENT)


def warn_of(node: Any, what: str, where: str) -> None:
    """Warn about one node, with the stack that recorded it where that is known."""
    stack = node.metadata.get(STACK)
    text = what.format(node.name()) + (NO_STACK if stack is None else where + "".join(stack))
    warnings.warn(text, stacklevel=levels_to_user())


def is_ours(code: CodeType) -> bool:
    return code.co_filename.startswith(PACKAGE)


class Stack(Sequence[str]):
    """The user's frames at some moment, outermost first; turned into text when looked at."""

    def __init__(self) -> None:
        self.places: list[tuple[CodeType, int]] = []
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            self.places.append((frame.f_code, frame.f_lasti))
            frame = frame.f_back

    def formatted(self) -> list[str]:
        import traceback  # slow to import

        from rushlight.tape.errors import line_of

        frames = [
            traceback.FrameSummary(code.co_filename, line_of(code, lasti), code.co_name)
            for code, lasti in reversed(self.places)
            if not is_ours(code)
        ]
        return traceback.StackSummary.from_list(frames).format()

    def __len__(self) -> int:
        return len(self.formatted())

    def __getitem__(self, index: Any) -> Any:
        return self.formatted()[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self.formatted())

    def __repr__(self) -> str:
        return repr(self.formatted())


def levels_to_user() -> int:
    """The `stacklevel` by which a warning raised by the caller points at the user's line."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and is_ours(frame.f_code):
        level, frame = level + 1, frame.f_back
    return level


def is_anomaly_enabled() -> bool:
    """Is anomaly detection on?"""
    return core.state().anomaly is not None


def is_anomaly_check_nan_enabled() -> bool:
    """Was nan to be refused when detection was last switched on or off?"""
    return Anomaly.check_nan


def set_anomaly_enabled(enabled: bool, check_nan: bool = True) -> None:
    """Switch anomaly detection on or off, for this thread and those started from now on."""
    for position, (name, value) in enumerate([("enabled", enabled), ("check_nan", check_nan)], 1):
        if not isinstance(value, bool):
            raise TypeError(
                f"set_anomaly_enabled(): argument '{name}' (position {position}) must "
                f"be bool, not {type(value).__name__}"
            )
    install(Anomaly() if enabled else None, check_nan)


def install(anomaly: Anomaly | None, check_nan: bool) -> None:
    """Let `anomaly` be told, or nobody."""
    Anomaly.check_nan = check_nan
    core.state().anomaly = anomaly
    core.inherit_anomaly(anomaly)


class AnomalySetting:
    """Puts back what was set before its `with` block."""

    def __init__(self) -> None:
        self.before = core.state().anomaly, is_anomaly_check_nan_enabled()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *args: object) -> None:
        install(*self.before)


class set_detect_anomaly(AnomalySetting):
    """Switch anomaly detection on or off: at once, and until the end of a `with` block.

    Args:
        mode: on or off.
        check_nan: also refuse a backward in which a gradient becomes nan.
        check, inf: as in `detect_anomaly`.

    Example:
        >>> import rushlight as torch
        >>> with torch.autograd.set_detect_anomaly(True):
        ...     torch.is_anomaly_enabled()
        True
    """

    def __init__(
        self, mode: bool, check_nan: bool = True, *, check: str = "backward", inf: bool = False
    ) -> None:
        super().__init__()
        set_anomaly_enabled(mode, check_nan)
        install(Anomaly(check, inf) if mode else None, check_nan)


class detect_anomaly(AnomalySetting):
    """Within the block, find the operation that made backward fail or a number nan.

    Forward operations recorded inside keep their stack, and a backward that fails shows that of
    the node it failed in. All that is not PyTorch's costs little enough to be left on.

    Args:
        check_nan: also refuse a backward in which a gradient becomes nan.
        check: where nan is looked for: "backward", in the results of recorded operations
            ("forward"), or "both". PyTorch knows the first only.
        inf: refuse also what becomes infinite though nothing it was made of is.

    Raises:
        RuntimeError: naming the operation that returned nan, the index, the ranges of its inputs
            and the line it was recorded at; from `backward`, or from the operation itself.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([2.0, -1.0], requires_grad=True)
        >>> with torch.autograd.set_detect_anomaly(True, check="forward"):
        ...     y = x.log()
        Traceback (most recent call last):
            ...
        RuntimeError: LogBackward0 was recorded with nan in its result...
    """

    def __init__(
        self, check_nan: bool = True, *, check: str = "backward", inf: bool = False
    ) -> None:
        super().__init__()
        self.anomaly = Anomaly(check, inf)
        self.check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and "
            "should only be enabled for debugging.",
            stacklevel=2,
        )

    def __enter__(self) -> None:
        install(self.anomaly, self.check_nan)
