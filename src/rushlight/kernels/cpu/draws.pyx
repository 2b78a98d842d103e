# distutils: language = c++
"""Native draws: what `kernels.random_words` and, on arrays without gaps, `kernels.box_muller` do."""

cimport numpy as np
from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport uint32_t, uint64_t

from rushlight.kernels import door
from rushlight.kernels import box_muller as plain

np.import_array()

cdef extern from "draws.hpp" namespace "rl":
    void normal_blocks_f "rl::normal_blocks"(float*, Py_ssize_t, double, double)
    void normal_blocks_d "rl::normal_blocks"(double*, Py_ssize_t, double, double)

cdef extern from "numpy/random/bitgen.h":
    ctypedef struct bitgen_t:
        void* state
        uint32_t (*next_uint32)(void*) nogil


# -- words -----------------------------------------------------------------------------------


cdef inline np.ndarray fresh(np.npy_intp count, int dtype):
    return np.PyArray_EMPTY(1, &count, dtype, 0)


cdef inline bitgen_t* generator(object bits) except NULL:
    return <bitgen_t*>PyCapsule_GetPointer(bits.capsule, "BitGenerator")


cdef inline uint64_t pair(bitgen_t* g) noexcept:
    cdef uint64_t high = g.next_uint32(g.state)
    return high << 32 | g.next_uint32(g.state)


def words32(bits, Py_ssize_t count):
    """See `rushlight.kernels.random_words.words32`."""
    cdef bitgen_t* g = generator(bits)
    cdef np.ndarray out = fresh(count, np.NPY_UINT32)
    cdef uint32_t* to = <uint32_t*>np.PyArray_DATA(out)
    cdef Py_ssize_t i
    for i in range(count):
        to[i] = g.next_uint32(g.state)
    return out


def words64(bits, Py_ssize_t count):
    """See `rushlight.kernels.random_words.words64`."""
    cdef bitgen_t* g = generator(bits)
    cdef np.ndarray out = fresh(count, np.NPY_UINT64)
    cdef uint64_t* to = <uint64_t*>np.PyArray_DATA(out)
    cdef Py_ssize_t i
    for i in range(count):
        to[i] = pair(g)
    return out


def floats(bits, Py_ssize_t count):
    """See `rushlight.kernels.random_words.floats`."""
    cdef bitgen_t* g = generator(bits)
    cdef np.ndarray out = fresh(count, np.NPY_FLOAT)
    cdef float* to = <float*>np.PyArray_DATA(out)
    cdef Py_ssize_t i
    for i in range(count):
        to[i] = <float>(g.next_uint32(g.state) & 0xffffff) * <float>(1.0 / (1 << 24))
    return out


def floats_between(bits, Py_ssize_t count, double low, double high):
    """See `rushlight.kernels.random_words.floats_between`."""
    cdef bitgen_t* g = generator(bits)
    cdef np.ndarray out = fresh(count, np.NPY_FLOAT)
    cdef float* to = <float*>np.PyArray_DATA(out)
    cdef float first = <float>low, last = <float>high
    cdef double wide = <float>(last - first)
    cdef Py_ssize_t i
    for i in range(count):
        to[i] = <float>(<double>(g.next_uint32(g.state) & 0xffffff) * (1.0 / (1 << 24)) * wide + first)
        if to[i] == last:
            to[i] = first
    return out


def doubles(bits, Py_ssize_t count):
    """See `rushlight.kernels.random_words.doubles`."""
    cdef bitgen_t* g = generator(bits)
    cdef np.ndarray out = fresh(count, np.NPY_DOUBLE)
    cdef double* to = <double*>np.PyArray_DATA(out)
    cdef Py_ssize_t i
    for i in range(count):
        to[i] = <double>(pair(g) & ((<uint64_t>1 << 53) - 1)) * (1.0 / <double>(<uint64_t>1 << 53))
    return out


# -- normal numbers --------------------------------------------------------------------------


def box_muller(uniforms, mean, std):
    """See `rushlight.kernels.box_muller.box_muller`."""
    cdef np.ndarray x
    if isinstance(uniforms, np.ndarray):
        x = uniforms
        if np.PyArray_ISCARRAY(x) and np.PyArray_SIZE(x) % 16 == 0:
            if np.PyArray_TYPE(x) == np.NPY_FLOAT:
                normal_blocks_f(<float*>np.PyArray_DATA(x), np.PyArray_SIZE(x) // 16, mean, std)
                return
            if np.PyArray_TYPE(x) == np.NPY_DOUBLE:
                normal_blocks_d(<double*>np.PyArray_DATA(x), np.PyArray_SIZE(x) // 16, mean, std)
                return
    plain.box_muller(uniforms, mean, std)


for _function in (words32, words64, floats, floats_between, doubles, box_muller):
    door.register_function(_function.__name__, _function)
