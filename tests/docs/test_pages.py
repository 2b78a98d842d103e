"""Every page of the documentation runs and shows what it prints.

Each page is a program of its own, so each runs in an interpreter of its own.
"""

import subprocess
import sys

import pytest

from tools import render_docs

PAGES = {str(page.relative_to(render_docs.ROOT)): page for page in render_docs.pages()}
SHARED = [name for name, page in PAGES.items() if render_docs.OUR_IMPORT in page.read_text()]
OURS_ALONE = {"docs/differences.md", "docs/from_hips.md"}


def check(*arguments):
    run = subprocess.run(
        [sys.executable, render_docs.__file__, "--check", *arguments],
        cwd=render_docs.ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("name", PAGES)
def test_printed_results_are_current(name):
    check(name)


@pytest.mark.parametrize("name", [name for name in SHARED if name not in OURS_ALONE])
def test_pytorch_prints_the_same(name):
    pytest.importorskip("torch")
    check("--torch", name)


def test_a_result_that_is_not_current_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(render_docs, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "```python\nx = 2\nprint(x)\n```\n```text\n3\n```\nText.\n```python\nx += 1\n```\n"
    )
    now = render_docs.rendered(page)
    assert now == page.read_text().replace("\n3\n", "\n2\n")
    assert "-3\n+2" in render_docs.difference(page, now)
