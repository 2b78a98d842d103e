"""The tape: boxes, nodes, saved values, the engine and the modes."""

from rushlight.tape import dispatch as _dispatch
