"""Random programs, run with rushlight and with PyTorch, line by line.

    python -m tests.parity.programs 20000 --seed 1     # that many, printing what differs
    python -m tests.parity.programs 1 --seed 1234      # one of them again

A program makes a few tensors, calls one to ten operations and ends with gradients of a scalar.
After each line what it gave is compared: values, dtypes, shapes, strides, or the type of exception.

The last digits may differ, and a later line may magnify that without bound.  So where a difference
shows, PyTorch runs the program again with noise in the last digits of every result that is
rounded.  If that alone makes its answer another, the difference says nothing.
"""

import argparse
import math
import sys
import warnings
from random import Random
from typing import NamedTuple

import numpy as np
import torch

import rushlight
import rushlight.nn.functional
from tests.parity import statements

EXACT = statements.EXACT.strip().splitlines()
ROUGH = statements.ROUGH.strip().splitlines()
KINDS = {
    **dict.fromkeys("ab", "float64 float64 float32 int64 bool complex128"),
    **dict.fromkeys("xyw", "float64 float64 float32 complex128"),
    **dict.fromkeys("fgh", "float64 float64 float32"),
    **dict.fromkeys("cd", "float64 complex128"),
    **dict.fromkeys("pqr", "float64"),
    **dict.fromkeys("ij", "int64"),
    **dict.fromkeys("tu", "bool"),
    "z": "complex128",
}
SIZES = "NCDKL"
SPECIAL = ("nan", "inf", "-inf", "-0.0", "0.0", "1.0", "-1.0", "0.5", "1e-30", "300.0")
NUMBERS = (-1, 0, 1, 2, 3, -0.5, 0.5, 1.5, 2.0, True)
INDICES = ("0", "-1", "1:", "::2", ":", "...", "None", "2", "0:0", "True", "[0, -1]", "-2:")
FINITE = "cdpqr"
DTYPES = ("float32", "float64", "int64", "int32", "uint8", "bool", "complex128", "complex64")
NOISE = {torch.float32: 1e-6, torch.float64: 1e-15, torch.complex64: 1e-6, torch.complex128: 1e-15}
LIMIT = {"float32": 2e-4, "complex64": 2e-4, "float64": 1e-9, "complex128": 1e-9}
HEAD = (
    "    import torch; from torch import inf, nan; F = torch.nn.functional; from math import prod"
)


class Draw(dict):
    """What stands for the places of one call: operands by letter, sizes by name, arguments."""

    def __init__(self, program):
        super().__init__()
        self.program = program
        self.rng = program.rng
        self.first = None

    def __missing__(self, key):
        if key in KINDS:
            self[key] = Operand(self, key)
        elif key in SIZES:
            few = key not in "CD" and self.rng.random() < 0.2
            self[key] = self.rng.choice((0, 1, 4) if few else (1, 2, 3))
        else:
            return getattr(self, key)()
        return self[key]

    def dim(self):
        """A dim of the first operand; now and then one that is not there."""
        n = max(self.first.dim(), 1)
        return (
            self.rng.randint(-n - 1, n) if self.rng.random() < 0.04 else self.rng.randrange(-n, n)
        )

    otherdim = dim

    def number(self):
        return self.rng.choice(NUMBERS)

    def int(self):
        return self.rng.randint(-2, 2)

    def natural(self):
        return self.rng.choice((0, 1, 1, 2, 2, 3))

    def positive(self):
        return self.rng.choice((1, 1, 2, 3))

    def step(self):
        return self.rng.choice((1, 0.5, 2, -1))

    def bool(self):
        return self.rng.random() < 0.5

    def index(self):
        return self.rng.choice(INDICES)

    def dtype(self):
        return f"torch.{self.rng.choice(DTYPES)}"

    def reduction(self):
        return self.rng.choice(("none", "mean", "sum"))

    def reduce(self):
        return self.rng.choice(("sum", "prod", "mean", "amax", "amin"))

    def sizes(self):
        """A shape, mostly one that the first operand can take."""
        n = self.first.numel() if self.first is not None else 4
        shapes = [(n,), (1, n), (-1, 1), (2, -1), (n // 2, 2), (), (0, 3), (2, 2)]
        return self.rng.choice(shapes)

    def indices(self):
        """Where along the last drawn dim; drawn for all dims alike."""
        shape = tuple(self.first.shape)
        if not shape or not math.prod(shape):
            return self.program.leaf("int64", shape, ["0"] * math.prod(shape))
        smallest = min(shape)
        shape = tuple(self.rng.randint(1, n) for n in shape)
        entries = [str(self.rng.randrange(smallest)) for _ in range(math.prod(shape))]
        return self.program.leaf("int64", shape, entries)

    def sized(self, pattern, shape):
        """Does a shape fit the pattern?  If so, the names in it are bound."""
        if len(shape) != len(pattern):
            return False
        bound = {k: v for k, v in self.items() if k in SIZES}
        for name, size in zip(pattern, shape, strict=True):
            if (int(name) if name.isdigit() else bound.setdefault(name, size)) != size:
                return False
        if 0 in (bound.get("C"), bound.get("D")):
            return False
        self.update(bound)
        return True


class Operand:
    """The place of a tensor; the format says of which shape."""

    def __init__(self, draw, kind):
        self.draw = draw
        self.kind = kind
        self.name = None

    def __format__(self, spec):
        if self.name is None:
            self.name = self.chosen(spec)
            if self.draw.first is None:
                self.draw.first = self.draw.program.space[self.name]
        return self.name

    def chosen(self, spec):
        """A variable that fits, the later the likelier, or a new tensor."""
        draw, program = self.draw, self.draw.program
        dtypes = self.dtypes(spec)
        names = [n for n in program.tensors() if str(program.space[n].dtype)[6:] in dtypes]
        if self.kind in FINITE:
            names = [n for n in names if (program.space[n].abs() < 100).all()]
        if program.rng.random() < 0.75:
            for name in reversed(names):
                if program.rng.random() < 0.6 and self.fits(spec, tuple(program.space[name].shape)):
                    return name
        style = "fine" if self.kind in FINITE else None
        return program.leaf(program.rng.choice(dtypes), self.shape(spec, draw), style=style)

    def dtypes(self, spec):
        """What the tensor may be of: operands of one kind mostly agree."""
        own = KINDS[self.kind].split()
        if self.draw.first is not None and spec and self.draw.rng.random() < 0.97:
            first = str(self.draw.first.dtype)[6:]
            if first in own and (spec != "*" or self.draw.rng.random() < 0.6):
                return [first]
        return own

    def fits(self, spec, shape):
        first = self.draw.first
        if not spec or first is None:
            return spec in ("", "*", "=") or self.draw.sized(spec.split(","), shape)
        if spec == "=":
            return shape == tuple(first.shape)
        if spec == "*":
            return broadcasts(shape, tuple(first.shape))
        return self.draw.sized(spec.split(","), shape)

    def shape(self, spec, draw):
        """The shape of a new tensor."""
        rng = draw.rng
        if spec in ("", "*", "="):
            if draw.first is None or not spec:
                ndim = rng.choice((0, 1, 1, 2, 2, 3))
                return tuple(rng.choice((0, 1, 2, 2, 3, 3, 4)) for _ in range(ndim))
            shape = tuple(draw.first.shape)
            if spec == "=":
                return shape
            shape = shape[rng.randint(0, len(shape)) :]
            return tuple(1 if rng.random() < 0.3 else n for n in shape)
        return tuple(int(n) if n.isdigit() else draw[n] for n in spec.split(","))


def broadcasts(shape, other):
    pairs = zip(reversed(shape), reversed(other), strict=False)
    return all(m == n or m == 1 or n == 1 for m, n in pairs)


class Program:
    """Lines that PyTorch has run while they were drawn, since a line depends on earlier ones."""

    def __init__(self, seed):
        self.rng = Random(seed)
        self.lines = []
        self.rough = []  # per line: is its result rounded?
        self.space = space_of(torch)
        self.count = 0
        for _ in range(self.rng.choice((1, 1, 2, 3, 4, 6, 8, 10))):
            self.call()
        self.differentiate()

    def tensors(self):
        return [n for n, v in self.space.items() if n[0] == "v" and isinstance(v, torch.Tensor)]

    def add(self, line, rough=False):
        """Enter a line and run it."""
        self.lines.append(line)
        self.rough.append(rough)
        perform(line, self.space)

    def variable(self):
        self.count += 1
        return f"v{self.count - 1}"

    def leaf(self, dtype, shape, entries=None, style=None):
        """The name of a new tensor with random elements."""
        rng, name = self.rng, self.variable()
        count = math.prod(shape)
        if entries is None:
            style = style or rng.choice(("grid", "grid", "fine", "fine", "special"))
            entries = [self.element(dtype, style) for _ in range(count)]
        text = f"torch.tensor([{', '.join(entries)}], dtype=torch.{dtype})"
        if shape != (count,):
            text += f".reshape({shape})"
        if len(shape) > 1 and rng.random() < 0.15:
            text += ".mT.contiguous().mT"
        if dtype[0] in "fc" and rng.random() < 0.6:
            text += ".requires_grad_()"
        self.add(f"{name} = {text}")
        return name

    def element(self, dtype, style):
        rng = self.rng
        if dtype == "bool":
            return rng.choice(("True", "False"))
        if dtype == "int64":
            return str(rng.randint(-3, 3))
        if dtype == "complex128":
            style = "fine" if style == "special" else style  # infinite ones follow no rule
            return f"complex({self.element('float64', style)}, {self.element('float64', style)})"
        if style == "special" and rng.random() < 0.3:
            return rng.choice(SPECIAL)
        return str(rng.randint(-4, 4) / 2 if style == "grid" else round(rng.uniform(-2.5, 2.5), 3))

    def call(self):
        """One operation, and the names of what it gives."""
        table = self.rng.choice((EXACT, EXACT, ROUGH))
        text = self.rng.choice(table).format_map(Draw(self))
        name = self.variable()
        self.add(f"{name} = {text}", table is ROUGH)
        got = self.space.get(name)
        if isinstance(got, (tuple, list)) and any(isinstance(t, torch.Tensor) for t in got):
            for i, t in enumerate(got[:3]):
                if isinstance(t, torch.Tensor):
                    self.add(f"{self.variable()} = {name}[{i}]")

    def differentiate(self):
        """A scalar of the last variables that depends on the first, and its gradients."""
        reached = [n for n in self.tensors() if self.space[n].grad_fn is not None]
        if not reached:
            return
        terms = [f"weighed({n})" for n in reached[-3:]]
        self.add(f"({' + '.join(terms)}).backward()")
        leaves = [
            n for n in self.tensors() if self.space[n].is_leaf and self.space[n].requires_grad
        ]
        self.lines += [f"{n}.grad" for n in leaves]
        self.rough += [False] * len(leaves)


def space_of(lib):
    """The names that a program sees."""

    def weighed(t):
        """The real sum of elements times weights that all differ."""
        t = lib.view_as_real(t.resolve_conj()) if t.is_complex() else t
        return (t * lib.linspace(0.5, 1.5, t.numel(), dtype=t.dtype).reshape(t.shape)).sum()

    return {
        "torch": lib,
        "F": lib.nn.functional,
        "nan": math.nan,
        "inf": math.inf,
        "weighed": weighed,
    }


def perform(line, space):
    """Run a line; what it gave, or the exception."""
    name, _, text = line.rpartition(" = ") if line[0] == "v" and " = " in line else ("", "", line)
    try:
        value = eval(text, space)
    except Exception as error:
        return error
    if name:
        space[name] = value
    return value


def run(program, lib, seed=None):
    """What every line gives; with a seed, with noise in what is rounded."""
    space, outcomes = space_of(lib), []
    noise = None if seed is None else torch.Generator().manual_seed(seed)
    for line, rough in zip(program.lines, program.rough, strict=True):
        value = perform(line, space)
        if noise is not None and rough and line.partition(" = ")[0] in space:
            name = line.partition(" = ")[0]
            value = space[name] = shaken(value, noise)
        outcomes.append(seen(value))
    return outcomes


def shaken(value, noise):
    """A result with other last digits."""
    if isinstance(value, (tuple, list)):
        return tuple(shaken(v, noise) for v in value)
    eps = NOISE.get(getattr(value, "dtype", None))
    if eps is None or (value.is_leaf and value.requires_grad):
        return value
    one, other = torch.randn(2, *value.shape, generator=noise, dtype=torch.float64).to(value.dtype)
    return value * (1 + eps * one) + eps * other


# -- what lines give -------------------------------------------------------------------------------


class Refusal(NamedTuple):
    """An exception."""

    kind: str
    text: str


class Picture(NamedTuple):
    """A tensor as it is now: a later line may write to it."""

    dtype: str
    shape: tuple
    requires_grad: bool
    strides: list  # of dims in which there are steps
    base: tuple | None  # the strides of what it is a view of
    array: np.ndarray


def seen(value):
    """What can be compared of an outcome."""
    if isinstance(value, (torch.Tensor, rushlight.Tensor)):
        steps = zip(value.stride(), value.shape, strict=True)
        return Picture(
            str(value.dtype)[6:],
            tuple(value.shape),
            value.requires_grad,
            [stride for stride, n in steps if n > 1],
            value._base.stride() if value._is_view() and value.numel() else None,
            value.detach().resolve_conj().resolve_neg().numpy(force=True).copy(),
        )
    if isinstance(value, Exception):
        return Refusal(type(value).__name__, str(value))
    if isinstance(value, (tuple, list)):
        return [seen(v) for v in value]
    return str(value) if "dtype" in type(value).__name__ else value


def same(a, b, limits=LIMIT, gradient=False):
    """Do two outcomes agree?"""
    if type(a) is not type(b):
        return False
    if isinstance(b, Refusal):
        return a.kind == b.kind
    if isinstance(b, Picture):
        alike = a[:3] == b[:3] and close(a.array, b.array, limits, gradient)
        viewed = a.base is not None and a.base == b.base
        return alike and (not viewed or a.strides == b.strides)
    if isinstance(b, list):
        return len(a) == len(b) and all(same(x, y, limits) for x, y in zip(a, b, strict=True))
    if isinstance(b, (float, complex)):
        return close(np.asarray(a), np.asarray(b), limits, gradient)
    return a == b


def close(a, b, limits, gradient):
    """Equal but for roundings.

    A complex number that is not finite is just that.  Where a gradient is not finite nothing is
    said: what becomes of 0 * nan depends, with PyTorch, on the length of its vector registers.
    """
    limit = limits.get(b.dtype.name, 0)
    if b.dtype.kind == "c":
        a, b = (np.where(np.isfinite(x), x, np.nan) for x in (a, b))
    if gradient:
        said = np.isfinite(a) & np.isfinite(b)
        a, b = a[said], b[said]
    return np.allclose(a, b, rtol=limit, atol=limit / 1000, equal_nan=True)


def explained(ours, theirs, line):
    """Is a difference one that `docs/differences.md` tells of, or nothing said?

    After a `backward()` that both refuse, which gradients are there by then is not said.  An absent
    gradient may be zeros.
    """
    if isinstance(theirs, Refusal):
        if isinstance(ours, Refusal) and "written-to tensor" in ours.text:
            return True  # of two reasons another one
        if ".backward()" in line and (isinstance(ours, Refusal) or "must match" in theirs.text):
            return True
        return any(text in theirs.text for text in statements.EXPLAINED)
    if theirs is None and line.endswith(".grad"):
        return ours is None or not ours.array.any()
    theirs = theirs[0] if isinstance(theirs, list) and theirs else theirs
    return isinstance(ours, Refusal) and isinstance(theirs, Picture) and theirs.array.size == 0


def is_coarse(outcome):
    """Does an outcome hold float32, or complex numbers of it?"""
    if isinstance(outcome, list):
        return any(map(is_coarse, outcome))
    return isinstance(outcome, Picture) and outcome.dtype in ("float32", "complex64")


def difference(seed):
    """The first difference of a program, as text; None if there is none.

    A program that has float32 in it may have that precision throughout: a rule computes in the
    dtype of what it reads.
    """
    program = Program(seed)
    ours, theirs = run(program, rushlight), run(program, torch)
    mixed = any("float32" in line for line in program.lines) or any(map(is_coarse, theirs))
    limits = dict.fromkeys(LIMIT, LIMIT["float32"]) if mixed else LIMIT
    for at, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        line = program.lines[at]
        if explained(a, b, line):
            return None
        if same(a, b, limits, line.endswith(".grad")):
            continue
        if any(not same(run(program, torch, n)[at], b) for n in range(8)):
            return None
        lines = "\n    ".join(program.lines[: at + 1])
        return f"program {seed}\n    {lines}\n  rushlight: {a}\n  torch:     {b}\n"
    return None


def differences(seeds):
    """All differences that programs with these seeds show."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the tensors are small
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [text for text in map(difference, seeds) if text is not None]
    finally:
        torch.set_num_threads(threads)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0, help="the first program's")
    options = parser.parse_args()
    found = differences(range(options.seed, options.seed + options.count))
    print("\n".join(found))
    print(f"{options.count} programs, {len(found)} differences")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
