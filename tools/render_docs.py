"""Run the Python in the documentation and write what it prints below it.

    python tools/render_docs.py              run every page, write the results
    python tools/render_docs.py --check      write nothing, fail where a page is not current
    python tools/render_docs.py --torch      run on PyTorch, to see whether it prints the same
    python tools/render_docs.py docs/tutorials/autograd.md

A page is one program: its ```python blocks run in order and share their names. Whatever a block
prints stands in a ```text block right after it. Other kinds of blocks are left alone.
"""

import argparse
import contextlib
import difflib
import io
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUR_IMPORT, THEIR_IMPORT = "import rushlight as torch\n", "import torch\n"
BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:```text\n.*?^```\n)?", re.MULTILINE | re.DOTALL
)


def pages() -> list[Path]:
    """The pages that have Python to run."""
    candidates = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in candidates if BLOCK.search(page.read_text())]


def rendered(page: Path, with_torch: bool = False) -> str:
    """The text of a page with the results that its program prints now."""
    text = page.read_text()
    name = str(page.relative_to(ROOT))
    namespace: dict[str, object] = {"__name__": "__main__"}

    def run(block: re.Match[str]) -> str:
        code = block["code"]
        if with_torch:
            code = code.replace(OUR_IMPORT, THEIR_IMPORT)
        lines_above = text.count("\n", 0, block.start("code"))  # errors then name the page's line
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * lines_above + code, name, "exec"), namespace)
        result = printed.getvalue().rstrip("\n")
        return f"```python\n{block['code']}```\n" + (f"```text\n{result}\n```\n" if result else "")

    with contextlib.chdir(ROOT):
        return BLOCK.sub(run, text)


def difference(page: Path, now: str) -> str:
    """What would change in a page, as a diff; empty where it is current."""
    before, after = page.read_text().splitlines(), now.splitlines()
    return "\n".join(difflib.unified_diff(before, after, "as committed", "as run", lineterm=""))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", type=lambda name: Path(name).resolve())
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--torch", action="store_true", help="run on PyTorch; writes nothing")
    options = parser.parse_args()
    stale = 0
    for page in options.pages or pages():
        now = rendered(page, with_torch=options.torch)
        changes = difference(page, now)
        if not changes:
            continue
        stale += 1
        print(f"{os.path.relpath(page)}:\n{changes}\n")
        if not (options.check or options.torch):
            page.write_text(now)
    return int(stale > 0 and (options.check or options.torch))


if __name__ == "__main__":
    sys.exit(main())
