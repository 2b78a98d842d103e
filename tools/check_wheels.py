"""Look into built wheels: how large they are, and that what is in them belongs there.

python tools/check_wheels.py rushlight-*.whl
"""

import sys
import zipfile
from pathlib import Path

LARGEST = {"pure": 1 << 20, "native": 3_000_000}  # bytes; the pure one: 1 MiB
COMPILED = (".so", ".pyd")
FOR_THE_BUILD = (".c", ".cpp", ".hpp", ".pxd", ".pyx")


def complaints(wheel: Path) -> list[str]:
    """What is wrong with a wheel."""
    build = "pure" if wheel.stem.endswith("-py3-none-any") else "native"
    names = zipfile.ZipFile(wheel).namelist()
    compiled = [name for name in names if name.endswith(COMPILED)]
    found = []
    if wheel.stat().st_size > LARGEST[build]:
        found.append(f"{wheel.stat().st_size:,} bytes, more than {LARGEST[build]:,}")
    if (build == "native") != bool(compiled):
        found.append(f"a {build} wheel with {len(compiled)} compiled modules")
    if stray := [name for name in names if name.endswith(FOR_THE_BUILD)]:
        found.append(f"files of the build: {', '.join(stray)}")
    if "rushlight/py.typed" not in names:
        found.append("no py.typed")
    return found


def main(wheels: list[str]) -> int:
    failed = False
    for wheel in map(Path, wheels):
        wrong = complaints(wheel)
        failed = failed or bool(wrong)
        print(f"{wheel.name}  {wheel.stat().st_size:,} bytes  {'; '.join(wrong) or 'good'}")
    return int(failed or not wheels)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
