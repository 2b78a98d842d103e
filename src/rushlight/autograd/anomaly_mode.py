"""Anomaly detection: which operation of the forward made backward fail or give nan.

Within the mode every node keeps the stack that recorded it, and the node that was running then if
that was in a backward. When a node fails, both are shown.
"""

from __future__ import annotations

import sys
import warnings
from types import FrameType
from typing import Any

from rushlight.tape import core, errors, hooks
from rushlight.tape.core import Node, TensorBase
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

    def recorded(self, node: Any) -> None:
        """A node was made: remember by whom."""
        task = hooks.current_task()
        node.metadata[STACK] = user_stack()
        if task is not None and isinstance(task.node, Node):
            node.metadata[PARENT] = task.node

    def checked(self, node: Any, grads: list[Any]) -> None:
        """A node has run: refuse nan among its gradients."""
        if not self.check_nan:
            return
        for i, g in enumerate(grads):
            if isinstance(g, TensorBase) and has_nan(g):
                text = f"Function '{node.name()}' returned nan values in its {i}th output."
                raise RuntimeError(errors.extend(text, errors.made_at(node)))

    def failed(self, node: Any) -> None:
        """A node (or leaf), or one of its hooks, raised: warn with the stacks."""
        node = as_node(node)
        warn_of(node, FAILED, FAILED_AT)
        induced_by = node.metadata.get(PARENT)
        while induced_by is not None:
            warn_of(induced_by, INDUCED, INDUCED_AT)
            induced_by = induced_by.metadata.get(PARENT)


def has_nan(g: Any) -> bool:
    """Is any element nan?"""
    return bool((g.detach() != g.detach()).any())


def warn_of(node: Any, what: str, where: str) -> None:
    """Warn about one node, with the stack that recorded it where that is known."""
    stack = node.metadata.get(STACK)
    text = what.format(node.name()) + (NO_STACK if stack is None else where + "".join(stack))
    warnings.warn(text, stacklevel=levels_to_user())


def is_ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(PACKAGE)


def user_stack() -> list[str]:
    """The stack down to the user's innermost line, formatted; without our own frames."""
    import traceback  # slow to import

    frames = [(f, line) for f, line in traceback.walk_stack(sys._getframe(1)) if not is_ours(f)]
    return traceback.StackSummary.extract(reversed(frames)).format()


def levels_to_user() -> int:
    """The `stacklevel` by which a warning raised by the caller points at the user's line."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and is_ours(frame):
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
    Anomaly.check_nan = check_nan
    core.state().anomaly = Anomaly() if enabled else None
    core.inherit_anomaly(core.state().anomaly)


class set_detect_anomaly:
    """Switch anomaly detection on or off: at once, and until the end of a `with` block.

    Args:
        mode: on or off.
        check_nan: also refuse a backward in which a gradient becomes nan.

    Example:
        >>> import rushlight as torch
        >>> with torch.autograd.set_detect_anomaly(True):
        ...     torch.is_anomaly_enabled()
        True
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.before = is_anomaly_enabled(), is_anomaly_check_nan_enabled()
        set_anomaly_enabled(mode, check_nan)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *args: object) -> None:
        set_anomaly_enabled(*self.before)


class detect_anomaly:
    """Within the block, find the operation that made backward fail or give nan.

    Forward operations recorded inside keep their stack, and a backward that fails shows that of
    the node it failed in. It costs time: for debugging only.

    Args:
        check_nan: also refuse a backward in which a gradient becomes nan.

    Raises:
        RuntimeError: from `backward`, naming the node that returned nan and the line it was
            recorded at.
    """

    def __init__(self, check_nan: bool = True) -> None:
        self.before = is_anomaly_enabled(), is_anomaly_check_nan_enabled()
        self.check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and "
            "should only be enabled for debugging.",
            stacklevel=2,
        )

    def __enter__(self) -> None:
        set_anomaly_enabled(True, self.check_nan)

    def __exit__(self, *args: object) -> None:
        set_anomaly_enabled(*self.before)
