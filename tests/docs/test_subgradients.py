"""The page of conventions at singular points is current, and PyTorch has the same ones."""

import pytest

from tools import subgradients
from tools.subgradients import SECTIONS, gradient, numbers

ROWS = [
    pytest.param(*row, id=f"{row[0]} at {row[1]}") for rows in SECTIONS.values() for row in rows
]


def test_the_page_is_current():
    assert subgradients.PAGE.read_text() == subgradients.page(), "run tools/subgradients.py"


@pytest.mark.parametrize(("code", "point"), ROWS)
def test_pytorch_has_the_same_convention(code, point):
    torch = pytest.importorskip("torch")
    ours = gradient(subgradients.rushlight, code, point)
    assert numbers(ours) == numbers(gradient(torch, code, point))
