"""Run the kernels' tests under AddressSanitizer and UndefinedBehaviorSanitizer.

python tools/sanitize.py [pytest arguments; default: -q tests/kernels]

Builds the kernels' extensions with the sanitizers in a temporary copy of the tree (the tape stays
plain Python) and runs the tests there once for each instruction set of the machine, or for the one
that RUSHLIGHT_ISA names (2 AVX-512, 1 AVX2, 0 neither). Needs GCC or Clang and what the tests need;
the first finding ends the run with the sanitizer's report.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = (
    "src",
    "tests",
    "benchmarks",
    "tools",
    "examples",
    "setup.py",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)


def copied(folder: Path) -> None:
    """The tree without anything built."""
    leave = shutil.ignore_patterns("*.so", "__pycache__", "build")
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=leave)
        else:
            shutil.copy(source, folder)


def runtime(name: str) -> str:
    """The compiler's sanitizer library, which has to be loaded before Python."""
    asked = [os.environ.get("CC", "gcc").split()[-1], f"-print-file-name=lib{name}.so"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def build(folder: Path) -> None:
    subprocess.run(
        [sys.executable, "setup.py", "build_ext", "--inplace"],
        cwd=folder,
        env={**os.environ, "RUSHLIGHT_SANITIZE": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def test(folder: Path, level: int, arguments: list[str]) -> int:
    """The exit status of the tests at one instruction set."""
    print(f"-- instruction set {level}", flush=True)
    environment = {
        **os.environ,
        "LD_PRELOAD": f"{runtime('asan')} {runtime('ubsan')} {runtime('stdc++')}",
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0",  # Python's own never end
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": str(folder / "src"),
        "OMP_NUM_THREADS": "2",
        "RUSHLIGHT_ISA": str(level),
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, env=environment).returncode


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copied(folder)
        build(folder)
        only = os.environ.get("RUSHLIGHT_ISA")
        for level in (2, 1, 0) if only is None else (int(only),):
            status = test(folder, level, arguments or ["-q", "tests/kernels"])
            if status:
                return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
