"""One program, run by rushlight and by PyTorch, must leave the same transcript.

A program is a function of the module it uses as `torch` and of `say`, which writes values down:
tensors with their dtype, values and node, nodes by name, whole graphs by `say.graph`, refusals by
`say.refused`.  Our error texts may go on after PyTorch's: the rest of a line is compared, further
lines are ours.
"""

import functools
import gc
import re
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import rushlight

torch = pytest.importorskip("torch")


class Transcript:
    """What a program said, one line each."""

    def __init__(self, module: Any) -> None:
        self.torch = module
        self.lines: list[Any] = []

    def __call__(self, *values: Any) -> None:
        self.lines.append(" ".join(self.shown(v) for v in values))

    def shown(self, value: Any) -> str:
        """A value as text that must not differ."""
        if isinstance(value, self.torch.Tensor):
            return self.shown_tensor(value)
        if isinstance(value, (tuple, list)):
            return "[" + ", ".join(self.shown(v) for v in value) + "]"
        if isinstance(value, dict):
            return "{" + ", ".join(f"{k}: {self.shown(v)}" for k, v in value.items()) + "}"
        if hasattr(value, "next_functions"):
            return str(value.name())
        if isinstance(value, float):
            return f"{value:.5g}"
        return re.sub(r"0x[0-9a-f]+", "0x", repr(value)) if not isinstance(value, str) else value

    def shown_tensor(self, t: Any) -> str:
        numbers = t.detach().resolve_conj().tolist() if t.is_complex() else t.detach().tolist()
        kind = str(t.dtype).rpartition(".")[2]
        wanted = " leaf" if t.requires_grad else ""
        place = wanted if t.grad_fn is None else f" {t.grad_fn.name()}"
        return f"{kind}{self.rounded(numbers)}{place}"

    def rounded(self, numbers: Any) -> str:
        if isinstance(numbers, list):
            return "[" + " ".join(self.rounded(n) for n in numbers) + "]"
        if isinstance(numbers, complex):
            return f"{numbers.real + 0.0:.4g}{numbers.imag + 0.0:+.4g}j"
        return f"{numbers + 0.0:.4g}" if isinstance(numbers, float) else str(numbers)

    def graph(self, t: Any) -> None:
        """The nodes behind `t`, depth first, with the edges' output numbers."""
        seen: dict[int, int] = {}
        kept = []

        def walk(node: Any, nr: int, depth: int) -> None:
            if node is None:
                self.lines.append("  " * depth + "-")
                return
            again = id(node) in seen
            seen.setdefault(id(node), len(seen))
            kept.append(node)
            self.lines.append("  " * depth + f"{seen[id(node)]} {node.name()} {nr}")
            if not again:
                for following, number in node.next_functions:
                    walk(following, number, depth + 1)

        walk(t.grad_fn, t.output_nr, 0)

    def refused(self, act: Callable[..., Any], *args: Any, first_words: int | None = None) -> None:
        """The error that `act` must raise, or only the first words of it."""
        try:
            result = act(*args)
        except Exception as error:
            text = str(error) if first_words is None else " ".join(str(error).split()[:first_words])
            self.lines.append(Refusal(type(error).__name__, text))
        else:
            self("not refused", result)

    def warned(self, act: Callable[..., Any], *args: Any) -> Any:
        """The warnings that `act` gives, and what it returns or raises."""
        result = None
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                result = act(*args)
            except Exception as error:
                self.lines.append(Refusal(type(error).__name__, str(error)))
        for w in caught:
            self.lines.append(Refusal(w.category.__name__, str(w.message)))
        return result


class Refusal:
    """An error or warning: our text equals PyTorch's, or goes on in further lines."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        text = re.sub(r" ?\(Triggered internally at .*?\)", "", text)
        self.text = re.sub(r"\nException raised from .*", "", text, flags=re.S).strip()

    def agrees(self, other: Any) -> bool:
        if not isinstance(other, Refusal) or self.kind != other.kind:
            return False
        return self.text == other.text or self.text.startswith(other.text + "\n")

    def __repr__(self) -> str:
        return f"{self.kind}: {self.text}"


def transcript(program: Callable[..., None], module: Any) -> list[Any]:
    """What `program` says when `torch` is `module`."""
    say = Transcript(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program(module, say)
    return say.lines


def agree(ours: Any, theirs: Any) -> bool:
    return ours.agrees(theirs) if isinstance(ours, Refusal) else ours == theirs


def assert_same(ours: list[Any], theirs: list[Any]) -> None:
    """The transcripts line by line, the first difference shown."""
    for i, (a, b) in enumerate(zip(ours, theirs, strict=False)):
        assert agree(a, b), f"line {i}:\n  rushlight: {a}\n  torch:     {b}"
    assert len(ours) == len(theirs), f"{len(ours)} lines, PyTorch has {len(theirs)}"


def compared(program: Callable[..., None]) -> Callable[[], None]:
    """A test: the program says the same under rushlight and PyTorch."""

    def test() -> None:
        assert_same(transcript(program, rushlight), transcript(program, torch))

    functools.update_wrapper(test, program)
    del test.__wrapped__  # type: ignore[attr-defined]  (pytest would ask for its arguments)
    return test


def without_collector(act: Callable[[], Any]) -> Any:
    """Run `act` with the garbage collector off, from a clean start."""
    gc.collect()
    gc.disable()
    try:
        return act()
    finally:
        gc.enable()
