"""Native build where a C++ compiler works, else pure Python; the metadata is in pyproject.toml.

Every module that has a `.pxd` of types beside its `.py` is compiled by Cython, and `native.pyx`
with the C++ kernels around it. The build is all or nothing, because compiled modules call one
another through their `.pxd`: if one fails, none is kept and the same sources run as plain Python.

On free-threaded Python the kernels alone are compiled: they keep nothing that two calls share, while
the tape's objects may meet several threads, which the interpreter sees to where they are Python's.

    RUSHLIGHT_PURE=1 pip install .               pure Python, no compiler asked
    python setup.py build_ext --inplace -j2      for developers; here a failure is an error
    RUSHLIGHT_PURE=1 python setup.py build_ext --inplace     takes the compiled modules out again
"""

import os
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

from setuptools import Distribution, Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

SOURCE = Path("src")
PACKAGE = SOURCE / "rushlight"
GENERATED = Path("build") / "cython"

DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,  # types are in the .pxd; annotations are for people and mypy
    "auto_pickle": False,
    "binding": True,
    "boundscheck": False,
    "freethreading_compatible": True,  # without the GIL only kernels are compiled
    "initializedcheck": False,
    "wraparound": False,
}

WINDOWS = sys.platform == "win32"
SANITIZED = bool(os.environ.get("RUSHLIGHT_SANITIZE"))  # see tools/sanitize.py
KERNELS_ONLY = SANITIZED or bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
FLAGS = [
    "-O2",  # -O3 does to loops little more than these three do, and half as much again to the wheel
    "-ftree-vectorize",
    "-fvect-cost-model=dynamic",
    "-fno-math-errno",  # lets loops over sqrt vectorise,
    "-fno-trapping-math",  # and over comparisons,
    "-fopenmp-simd",  # and sums, where a loop says so
    "-std=c++17",
    "-fvisibility=hidden",
    "-g0",
    "-ffunction-sections",  # for the linker, which leaves out what nobody calls
    "-fdata-sections",
    "-Wno-unused-function",
    "-Wno-deprecated-declarations",
]
LINK_FLAGS = ["-s", "-Wl,--as-needed,--gc-sections,--hash-style=gnu,-z,noseparate-code"]
if sys.platform != "linux":
    LINK_FLAGS = []
SMALL_FLAGS = ["-Os"]
# what was Python raises no C++ exceptions; the tables for them are a fifteenth of its size
TYPED_FLAGS = ["-fno-exceptions", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"]
if WINDOWS:
    FLAGS, SMALL_FLAGS, TYPED_FLAGS = ["/O2", "/std:c++17"], [], []
elif SANITIZED:
    LINK_FLAGS, SMALL_FLAGS = ["-fsanitize=address,undefined"], []
    FLAGS += [*LINK_FLAGS, "-fno-sanitize-recover=undefined", "-O1", "-g1"]

# Built to be small: what does not run once an operation on the straight path.
SMALL = (
    "batching",
    "calls",
    "dims",
    "door",
    "duals",
    "function",
    "levels",
    "memory",
    "pool",
    "reverse",
)

PROBE = "#include <Python.h>\n#include <optional>\nstd::optional<PyObject*> probe;\n"


def why_pure() -> str | None:
    """The reason to build without extensions, or None when a native build can be tried."""
    if os.environ.get("RUSHLIGHT_PURE", "0") not in ("", "0"):
        return "RUSHLIGHT_PURE is set"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.cpp"
        source.write_text(PROBE)
        probe = Extension("probe", [str(source)], extra_compile_args=FLAGS)
        command = build_ext(Distribution({"ext_modules": [probe]}))
        command.build_lib = command.build_temp = folder
        command.ensure_finalized()
        try:
            command.run()
        except Exception:  # whatever the compiler's driver raises, there is a pure build
            return "no working C++ compiler with Python's headers was found"
    return None


def extensions() -> list[Extension]:
    """What a native build compiles: `.py` files with a `.pxd` beside them, and `.pyx` files."""
    typed = (path.with_suffix(".py") for path in PACKAGE.rglob("*.pxd") if not names_only(path))
    modules = [path for path in typed if path.exists()]
    paths = sorted([*modules, *PACKAGE.rglob("*.pyx")])
    return [extension(p) for p in paths if not KERNELS_ONLY or PACKAGE / "kernels" in p.parents]


def names_only(pxd: Path) -> bool:
    """Whether a `.pxd` just names C++ functions for others; its `.py` is then their pure twin."""
    return pxd.stem == "__init__" or pxd.read_text().startswith("cdef extern")


def extension(path: Path) -> Extension:
    kernels = path.parent.glob("*.cpp") if path.suffix == ".pyx" else []
    headers = sorted(PACKAGE.rglob("*.hpp"))
    small = SMALL_FLAGS if path.stem in SMALL else []
    typed = TYPED_FLAGS if path.suffix == ".py" else []
    return Extension(
        ".".join(path.relative_to(SOURCE).with_suffix("").parts),
        [str(source) for source in [path, *sorted(kernels)]],
        depends=[str(header) for header in headers],
        include_dirs=sorted({str(header.parent) for header in headers}),
        language="c++",
        extra_compile_args=[*FLAGS, *small, *typed],
        extra_link_args=LINK_FLAGS,
        define_macros=[
            ("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION"),
            ("CYTHON_CLINE_IN_TRACEBACK", "0"),
        ],
    )


class NativeOrPure(build_ext):
    """Compile everything, or fall back to nothing and say so in one line."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def run(self) -> None:
        by_hand = self.inplace and not self.editable_mode
        if self.inplace:
            self.remove_built(PACKAGE.rglob("*"), keep={self.built(e) for e in self.extensions})
        if not self.extensions:
            return
        try:
            self.generate()
            super().run()
        except Exception:
            if by_hand:
                raise
            self.fall_back()

    def generate(self) -> None:
        """Turn the Cython sources into C++, outside the source tree."""
        import numpy
        from Cython.Build import cythonize

        kernels = [e for e in self.extensions if e.sources[0].endswith(".pyx")]
        others = [e for e in self.extensions if e not in kernels]
        for made in [
            *cythonize(others, build_dir=str(GENERATED), compiler_directives=DIRECTIVES),
            # nobody asks a kernel for its signature, and what it takes to tell is 7 kB a module
            *cythonize(
                kernels,
                build_dir=str(GENERATED),
                compiler_directives={**DIRECTIVES, "binding": False},
            ),
        ]:
            ext = self.ext_map[made.name]  # setuptools has notes of its own on these: keep them
            ext.sources, ext.depends = made.sources, made.depends
        self.include_dirs.append(numpy.get_include())

    def fall_back(self) -> None:
        self.remove_built([self.built(e) for e in self.extensions], keep=set())
        self.extensions = self.distribution.ext_modules = []
        announce_pure("the native build failed (pip install -v shows why)")

    def built(self, ext: Extension) -> Path:
        folder = SOURCE if self.inplace else Path(self.build_lib)
        return folder / self.get_ext_filename(ext.name)

    def remove_built(self, candidates, keep: set[Path]) -> None:
        """Take away compiled modules that this build does not make: they would hide the `.py`."""
        for path in list(candidates):
            if path.suffix in (".so", ".pyd") and path not in keep:
                path.unlink(missing_ok=True)


class Wheel(bdist_wheel):
    """A wheel, packed tightly, whose tag is chosen after compiling."""

    def finalize_options(self) -> None:
        self.run_command("build_ext")
        super().finalize_options()

    def run(self) -> None:
        super().run()
        wheel = Path(self.distribution.dist_files[-1][2])
        with zipfile.ZipFile(wheel) as given:
            files = [(info, given.read(info)) for info in given.infolist()]
        with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for info, content in files:
                packed.writestr(info, content, compresslevel=9)


def announce_pure(reason: str) -> None:
    """One line for the person who installs; pip hides a build's output, so to the terminal too."""
    line = f"rushlight: {reason}: installing in pure Python (same results, slower)"
    print(line, file=sys.stderr, flush=True)
    if not sys.stderr.isatty():
        try:
            with open("/dev/tty", "w") as terminal:
                print(f"\r{line}", file=terminal)
        except OSError:
            pass  # nobody is watching


BUILDING = {"build", "build_ext", "bdist_wheel", "editable_wheel", "install", "develop"}

if __name__ == "__main__":
    wanted = extensions() if BUILDING & set(sys.argv) else []
    reason = why_pure() if wanted else None
    if reason:
        announce_pure(reason)
    setup(
        ext_modules=[] if reason else wanted,
        cmdclass={"build_ext": NativeOrPure, "bdist_wheel": Wheel},
    )
