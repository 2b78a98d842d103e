# distutils: language = c++
"""The pool of threads that all native loops of the process share; see `pool.hpp`."""

from cpython.pycapsule cimport PyCapsule_New

from rushlight.kernels.threads import get_num_threads

cdef extern from "workers.hpp" namespace "rl":
    cdef cppclass PoolDoor:
        int threads
    cdef cppclass Pool:
        int helpers()
    PoolDoor& own_door()
    Pool& pool()


def set_threads(int count):
    """Let loops run on `count` threads, the caller's among them."""
    own_door().threads = count


def threads():
    """How many threads loops may run on."""
    return own_door().threads


def helpers():
    """How many threads have been started to help."""
    return pool().helpers()


set_threads(get_num_threads())
_door = PyCapsule_New(&own_door(), "rushlight.pool", NULL)
