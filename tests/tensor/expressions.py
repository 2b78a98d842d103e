"""One expression, evaluated with PyTorch and with rushlight, has to show the same.

What is compared is the repr of the value, or the type and message of the exception, and the text of
every UserWarning.  An expression may use `torch`, `np` and the names that a test gives it.
"""

import re
import warnings

import numpy as np
import pytest

import rushlight
from rushlight.tensor import once

torch = pytest.importorskip("torch")
torch.set_warn_always(True)  # or PyTorch gives some warnings once per process only

ADDRESS = re.compile(r"0x[0-9a-f]+")
PLACE = re.compile(r"\s*\(Triggered internally at [^)]*\)\.?")


def outcome(module, expression, setup):
    """(what the expression shows, the warnings it gives) with `module` as `torch`."""
    names = {"torch": module, "np": np}
    once.forget()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(setup, names)
            module.manual_seed(0)
            caught.clear()
            shown = repr(eval(expression, names))
        except Exception as error:
            shown = f"{type(error).__name__}: {error}"
    given = {PLACE.sub("", str(w.message)) for w in caught if w.category is UserWarning}
    return ADDRESS.sub("0x", shown), sorted(given)


def check(expression, setup=""):
    """The two outcomes are equal; an error of ours may go on after PyTorch's text."""
    theirs, ours = outcome(torch, expression, setup), outcome(rushlight, expression, setup)
    if ours[0].startswith(theirs[0] + "\n"):
        ours = (theirs[0], ours[1])
    assert ours == theirs, f"\nrushlight: {ours}\nPyTorch:   {theirs}"


def rows(text):
    """The expressions in a text, one a line."""
    return [line.strip() for line in text.strip().splitlines()]
