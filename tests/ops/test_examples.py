"""The examples in the docstrings of operations run: doctest itself does not find them there."""

import doctest

import numpy
import pytest

import rushlight
import rushlight.nn.functional
from rushlight.ops.late import import_all
from rushlight.ops.publish import namespaces
from rushlight.tape.declare import table
from tests.docs.test_doctests import OPTIONS, NearlyEqual

import_all()
FOUND_BY_DOCTEST = ("rushlight.kernels", "rushlight.tensor")


def module_of(thing):
    return getattr(getattr(thing, "__wrapped__", thing), "__module__", "")


DOCS = {f"op {name}": op.__doc__ for name, op in table.items()} | {
    f"{place}.{name}": thing.__doc__
    for place, things in namespaces.items()
    for name, thing in things.items()
    if not module_of(thing).startswith(FOUND_BY_DOCTEST)
}
EXAMPLES = {doc: name for name, doc in DOCS.items() if doc and ">>>" in doc}


@pytest.mark.parametrize(("doc", "name"), [pytest.param(d, n, id=n) for d, n in EXAMPLES.items()])
@pytest.mark.filterwarnings("ignore:.*is in beta", "ignore:.*is deprecated in favor of")
def test_example(doc, name):
    given = {"torch": rushlight, "np": numpy}
    test = doctest.DocTestParser().get_doctest(doc, given, name, None, None)
    report = []
    doctest.DocTestRunner(checker=NearlyEqual(), optionflags=OPTIONS, verbose=False).run(
        test, out=report.append
    )
    assert not report, "".join(report)
