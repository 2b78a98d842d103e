"""`debug=True`: what ran in forward and in recomputation, listed when the two differ."""

from __future__ import annotations

import traceback
from typing import Any, NoReturn

from rushlight.autograd.anomaly_mode import Stack
from rushlight.tape.core import TensorBase
from rushlight.tape.observers import Observer
from rushlight.utils.checkpoint_regions import CheckpointError

KINDS = {"b": "b", "i": "i", "u": "u", "f": "f", "c": "c"}
RULE = "+" + "~" * 78 + "+"
LINE = "+" + "-" * 78 + "+"


class Log(Observer):
    """Writes down every operation: a line `$2: f32[3] = aten.sin.default($1)` and its stack."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.stacks: list[str] = []
        self.numbers: dict[int, int] = {}
        self.kept: list[Any] = []

    def compute(self, op: Any, inputs: tuple[Any, ...], params: tuple[Any, ...]) -> Any:
        """Compute, and write it down."""
        arguments = ", ".join([self.shown(x) for x in inputs] + [repr(p) for p in params])
        out = self.below(op, inputs, params)
        results = ", ".join(self.typed(x) for x in (out if isinstance(out, tuple) else (out,)))
        self.lines.append(f"{results} = torch._ops.aten.{op.name}.default({arguments})")
        self.stacks.append("".join(Stack()))
        return out

    def shown(self, x: Any) -> str:
        """An argument: a tensor by its number."""
        if isinstance(x, TensorBase):
            return f"${self.number(x.array)}"
        return repr(x)

    def number(self, array: Any) -> int:
        """The number of an array, counted from where it is first seen."""
        if id(array) not in self.numbers:
            self.kept.append(array)  # an address may not stand for two
            self.numbers[id(array)] = len(self.numbers)
        return self.numbers[id(array)]

    def typed(self, array: Any) -> str:
        """A result: its number, dtype and shape."""
        kind = f"{KINDS.get(array.dtype.kind, 'f')}{8 * array.dtype.itemsize}"
        return f"${self.number(array)}: {kind}{list(array.shape)}"

    def traced(self, label: str) -> str:
        """All lines, each with the stack it came from."""
        total = len(self.lines)
        pairs = zip(self.lines, self.stacks, strict=True)
        return "\n\n".join(
            f"{line}   ({i} of {total} in {label})\n\n{stack}"
            for i, (line, stack) in enumerate(pairs, 1)
        )


class Explanation:
    """The two logs of a region, and the error that shows them."""

    def __init__(self) -> None:
        self.forward = Log()
        self.recomputation = Log()

    def contexts(self) -> tuple[Log, Log]:
        """What `context_fn` would return."""
        return self.forward, self.recomputation

    def explain(self, error: CheckpointError) -> NoReturn:
        """Raise `error` again with everything that is known."""
        raise CheckpointError(
            "\n".join(
                [
                    " An error happened while unpacking tensors; dumping logs of latest computation",
                    "because you passed `debug=True` to `torch.utils.checkpoint.checkpoint()`.",
                    "Scroll all the way down for guidance on how to navigate these logs.",
                    "",
                    *headed("1. Stack traces of the operators that ran in the original forward"),
                    self.forward.traced("original"),
                    *headed("2. Stack traces of the operators that ran during recomputation"),
                    self.recomputation.traced("recompute"),
                    *headed("3. Log of operators in the original forward and recomputation"),
                    "Operations executed during the original forward:",
                    "",
                    *self.forward.lines,
                    "",
                    "Operations executed during recomputation:",
                    "",
                    *self.recomputation.lines,
                    "",
                    LINE,
                    " ERROR: Detected non-determinism while running activation checkpointing",
                    "",
                    *traceback.format_exception_only(error),
                ]
            )
        ) from error


def headed(title: str) -> list[str]:
    """A title in a box."""
    return ["", RULE, f"|{title:^78}|", LINE, ""]
