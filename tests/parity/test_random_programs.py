"""Programs of one to ten random operations do the same under rushlight and under PyTorch.

`python -m tests.parity.programs 20000` runs more of them.
"""

import pytest

pytest.importorskip("torch")

from tests.parity import programs


@pytest.mark.parametrize("block", range(8))
def test_random_programs(block):
    found = programs.differences(range(50 * block, 50 * (block + 1)))
    assert not found, "\n".join(found)


def test_every_statement_can_be_drawn():
    for text in programs.EXACT + programs.ROUGH:
        program = programs.Program(0)
        assert text.format_map(programs.Draw(program))


def test_a_difference_is_found(monkeypatch):
    monkeypatch.setattr(programs.rushlight, "maximum", programs.rushlight.minimum)
    monkeypatch.setattr(programs, "EXACT", ["torch.maximum({p}, {q:*})"])
    monkeypatch.setattr(programs, "ROUGH", ["torch.maximum({p}, {q:*})"])
    assert "torch.maximum" in programs.differences(range(20))[0]
