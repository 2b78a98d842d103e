"""`__config__` describes the build that is running."""

import sysconfig

import pytest

import rushlight
from rushlight import __config__
from rushlight.kernels import door


def test_the_first_line_names_the_build():
    build = "pure" if door.__file__.endswith(".py") else "native"
    expected = f"rushlight {rushlight.__version__}, {build} build, Python "
    assert __config__.show().startswith(expected)


def test_compiled_modules_are_all_or_none_and_without_the_gil_kernels_only():
    compiled = __config__.compiled_modules()
    free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    tape = not free_threaded and "rushlight.kernels.door" in compiled
    assert ("rushlight.tape.engine" in compiled) == tape
    assert "rushlight.version" not in compiled


def test_numpy_and_instruction_set_are_named():
    import numpy

    text = __config__.show()
    assert f"NumPy {numpy.__version__}" in text
    assert "instruction set: " in text


@pytest.mark.parametrize(("value", "threads"), [("3", 3), ("none", None), ("", None)])
def test_threads_follow_the_environment(monkeypatch, value, threads):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", value)
    lines = __config__.parallel_info().splitlines()
    if threads is None:
        threads = int(lines[0].rpartition(" ")[2])
    assert f"threads of the BLAS: {threads}" in lines
