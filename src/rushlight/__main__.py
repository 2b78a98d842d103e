"""Run an unmodified PyTorch program: in it, and in the libraries it imports, torch is rushlight.

python -m rushlight script.py [arguments]
python -m rushlight -m module [arguments]
python -m rushlight -c "code" [arguments]
python -m rushlight --names [module]      what exists there, one name a line
python -m rushlight --version
"""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable
from importlib import import_module
from io import open_code
from pkgutil import get_importer
from types import ModuleType, TracebackType

from rushlight.alias import OURS, THEIRS, as_torch

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


def main(arguments: list[str]) -> None:
    """Do what the command line says; an exception of the program passes through."""
    match arguments:
        case ["-m", module, *rest]:
            run_module(module, rest)
        case ["-c", code, *rest]:
            run_code(code, rest)
        case ["--names", *rest] if len(rest) < 2:
            print("\n".join(public_names(*rest)))
        case ["--version"]:
            print(OURS, import_module(OURS).__version__)
        case ["-h" | "--help"]:
            print(__doc__)
        case [script, *rest] if not script.startswith("-"):
            run_script(script, rest)
        case _:
            print(__doc__, file=sys.stderr)
            sys.exit(2)


def run_script(script: str, arguments: list[str]) -> None:
    """Run a file (or a folder or zip file with a `__main__.py`) as `python script` would."""
    if not os.path.exists(script):
        print(f"{OURS}: can't open file {os.path.abspath(script)!r}", file=sys.stderr)
        sys.exit(2)
    whole = os.path.abspath(script)
    if get_importer(whole) is not None:  # a folder or a zip file
        prepare([script, *arguments], whole)
        runpy.run_path(script, run_name="__main__")
        return
    prepare([script, *arguments], os.path.dirname(os.path.realpath(script)))
    with open_code(whole) as file:
        execute(file.read(), whole, __file__=whole)


def run_module(module: str, arguments: list[str]) -> None:
    """Run a module by name as `python -m module` would."""
    prepare([module, *arguments], os.getcwd())
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def run_code(code: str, arguments: list[str]) -> None:
    """Run program text as `python -c code` would."""
    prepare(["-c", *arguments], "")
    execute(code, "<string>")


def execute(source: str | bytes, filename: str, **attributes: str) -> None:
    """Run source as the module `__main__`, which it stays until the interpreter ends.

    `runpy.run_path` would put ours back, under the feet of threads and exit handlers.
    """
    program = ModuleType("__main__")
    vars(program).update(attributes)
    sys.modules["__main__"] = program
    exec(compile(source, filename, "exec", dont_inherit=True), vars(program))


def prepare(argv: list[str], folder: str) -> None:
    """The interpreter as the program expects to find it."""
    sys.argv[:] = argv
    if not sys.flags.safe_path:
        sys.path[0] = folder
    sys.excepthook = without_our_frames(sys.excepthook)
    as_torch()


def without_our_frames(hook: Hook) -> Hook:
    """An excepthook whose tracebacks begin in the program, not here or in runpy."""
    ours = (__file__, runpy.__file__, runpy.run_path.__code__.co_filename)

    def excepthook(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        while traceback and traceback.tb_frame.f_code.co_filename in ours:
            traceback = traceback.tb_next
        hook(kind, error.with_traceback(traceback), traceback)

    return excepthook


def public_names(module: str = OURS) -> list[str]:
    """The names that a module of rushlight offers, called by its own name or by torch's."""
    if module.partition(".")[0] == THEIRS:
        module = OURS + module[len(THEIRS) :]
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        sys.exit(f"{OURS}: {error}")
    names = getattr(found, "__all__", None) or dir(found)
    return sorted(name for name in names if not name.startswith("_"))


if __name__ == "__main__":
    main(sys.argv[1:])
