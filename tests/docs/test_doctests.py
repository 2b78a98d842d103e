"""Every example in a docstring runs; numbers agree to the digits that are written."""

import doctest
import importlib
import pkgutil
import re
import sys

import numpy
import pytest

import rushlight

NUMBER = re.compile(r"(?<![\w.])-?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][+-]?\d+)?(?!\w)")
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS

# Importing these does something (a script's module runs it) or needs a package.
NOT_IMPORTED = {"rushlight.__main__", "rushlight.utils.tensorboard"}
MODULES = ["rushlight"] + [
    module.name
    for module in pkgutil.walk_packages(rushlight.__path__, "rushlight.")
    if module.name not in NOT_IMPORTED
]


class NearlyEqual(doctest.OutputChecker):
    """Compares decimal fractions to half a unit in the last digit written, all else as text."""

    def check_output(self, want, got, optionflags):
        return super().check_output(want, as_written(want, got), optionflags)


def as_written(want, got):
    """`got`, with the wanted fractions in place of those that round to them."""
    wanted, found = NUMBER.findall(want), list(NUMBER.finditer(got))
    if len(wanted) != len(found):
        return got
    pieces, end = [], 0
    for text, match in zip(wanted, found, strict=True):
        near = abs(float(text) - float(match[0])) <= half_a_unit(text) * 1.0001
        pieces += [got[end : match.start()], text if near else match[0]]
        end = match.end()
    return "".join([*pieces, got[end:]])


def half_a_unit(text):
    mantissa, _, exponent = text.lower().partition("e")
    return 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name, monkeypatch):
    for loaded in [m for m in sys.modules if m.partition(".")[0] == "torch"]:
        monkeypatch.delitem(sys.modules, loaded)  # another test's PyTorch is not the example's
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner(checker=NearlyEqual(), optionflags=OPTIONS, verbose=False)
    report = []
    given = {**vars(module), "torch": rushlight, "np": numpy}
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, name, globs=given):
        runner.run(test, out=report.append)
    assert not report, "".join(report)


@pytest.mark.parametrize(
    ("want", "got", "equal"),
    [
        ("tensor([0.5000, 2.])\n", "tensor([0.50004, 1.9])\n", True),
        ("tensor([0.5000, 2.])\n", "tensor([0.5001, 2.])\n", False),
        ("1e-06 3\n", "1.2e-06 3\n", True),
        ("0.5 3\n", "0.5 4\n", False),
        ("0.25 v1.5\n", "0.2500001 v1.6\n", False),
        ("[0.5]\n", "[0.5, 0.5]\n", False),
    ],
)
def test_comparison_of_numbers(want, got, equal):
    assert NearlyEqual().check_output(want, got, OPTIONS) is equal
