"""The pool of threads behind large native loops."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import rushlight
from rushlight.kernels import rows, softmax
from tests.kernels.odd import native_only

pytestmark = native_only(rows.softmax, softmax.softmax)

LARGE = np.random.default_rng(0).standard_normal((400, 1000)).astype(np.float32)


@pytest.fixture
def two_threads():
    before = rushlight.get_num_threads()
    rushlight.set_num_threads(2)
    yield
    rushlight.set_num_threads(before)


def run(program, **environment):
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **environment}, capture_output=True,
        text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout.split()


SHARED = """
import numpy as np, rushlight
from rushlight.kernels import images, rows
from rushlight.kernels.cpu import pool
x = np.ones((300, 1000), np.float32)
print(pool.threads(), pool.helpers())
rows.softmax(x, 1)
images.largest_values(x.reshape(30, 100, 100), ((50, 2, 2, 0, 1), (50, 2, 2, 0, 1)))
print(pool.helpers())
rushlight.set_num_threads(3)
rows.softmax(x, 1)
print(pool.helpers())
"""


def test_all_kernels_share_one_pool_whose_size_the_environment_says():
    assert run(SHARED, OMP_NUM_THREADS="2") == ["2", "0", "1", "2"]
    assert run(SHARED, OMP_NUM_THREADS="1") == ["1", "0", "0", "2"]


def test_results_do_not_depend_on_the_number_of_threads(two_threads):
    both = rows.log_softmax(LARGE, 1)
    rushlight.set_num_threads(1)
    np.testing.assert_array_equal(both, rows.log_softmax(LARGE, 1))


FORKED = """
import os, numpy as np
from rushlight.kernels import rows
from rushlight.kernels.cpu import pool
x = np.random.default_rng(0).standard_normal((300, 1000)).astype(np.float32)
expected = rows.softmax(x, 1)
assert pool.helpers() == 1
child = os.fork()
if not child:
    before = pool.helpers()
    same = np.array_equal(rows.softmax(x, 1), expected)
    os._exit(0 if same and (before, pool.helpers()) == (0, 1) else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), np.array_equal(rows.softmax(x, 1), expected))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_has_a_pool_of_its_own():
    assert run(FORKED, OMP_NUM_THREADS="2") == ["0", "True"]


def test_callers_in_several_threads_do_not_wait_for_one_another(two_threads):
    expected = rows.softmax(LARGE, 1)
    wrong = []

    def work():
        for _ in range(20):
            if not np.array_equal(rows.softmax(LARGE, 1), expected):
                wrong.append(1)

    callers = [threading.Thread(target=work) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert not wrong


IDLE = """
import time, numpy as np
from rushlight.kernels import rows
rows.softmax(np.ones((300, 1000), np.float32), 1)
time.sleep(0.01)
before = time.process_time()
time.sleep(0.3)
print(time.process_time() - before < 0.1)
"""


def test_helpers_that_wait_go_to_sleep():
    assert run(IDLE, OMP_NUM_THREADS="3") == ["True"]
