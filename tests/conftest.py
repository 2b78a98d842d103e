"""What the pure build does not do yet, by test."""

import pytest

from rushlight.tape import core

PURE_FAILS = {
    "test_protocols.py::test_expression[copy.copy(y)]",
    "test_protocols.py::test_expression[pickle.loads(pickle.dumps(y))]",
    "test_protocols.py::test_copies_keep_the_layout[t[:, ::2]]",
    "test_protocols.py::test_deepcopy_keeps_what_is_shared",
    "test_matmul.py::test_matmul_of_what_is_no_tensor",
}


def pytest_collection_modifyitems(items):
    if not core.__file__.endswith(".py"):
        return
    for item in items:
        if item.nodeid.rpartition("/")[2] in PURE_FAILS:
            reason = "a box's fields stand in its __dict__, which copies take for the user's"
            item.add_marker(pytest.mark.xfail(reason=reason, strict=False))
