# distutils: language = c++
"""Native memory: what `kernels.memory` does, by a handler that NumPy gives arrays' memory back to.

The handler is in force only while this package computes, in its own context; other code's arrays
stay with the handler that they have.
"""

cimport numpy as np
from cpython.contextvars cimport PyContextVar_Reset, PyContextVar_Set
from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from cpython.ref cimport PyObject
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memcpy

from rushlight.kernels import door, quiet

np.import_array()

cdef extern from "cache.hpp" namespace "rl":
    const size_t LARGE
    cdef cppclass CacheStatistics:
        size_t allocated, allocated_peak, kept, limit, reused, made, released
    cdef cppclass Cache:
        void* take(size_t)
        bint give(void*)
        size_t size_of(void*)
        void set_limit(size_t)
        void reset_peak()
        CacheStatistics statistics()
    Cache& cache()

cdef extern from "copies.hpp" namespace "rl":
    void copy_bytes(const char*, char*, Py_ssize_t)
    void repeat[T](T, T*, Py_ssize_t)

cdef extern from "numpy/arrayobject.h":
    ctypedef struct PyDataMemAllocator:
        void* ctx
        void* (*malloc)(void*, size_t)
        void* (*calloc)(void*, size_t, size_t)
        void* (*realloc)(void*, void*, size_t)
        void (*free)(void*, void*, size_t)
    ctypedef struct PyDataMem_Handler:
        char name[127]
        unsigned char version
        PyDataMemAllocator allocator
    object PyDataMem_SetHandler(object)
    PyObject* PyDataMem_DefaultHandler

cdef PyDataMem_Handler handler
cdef PyDataMemAllocator* small = &(<PyDataMem_Handler*>PyCapsule_GetPointer(<object>PyDataMem_DefaultHandler, "mem_handler")).allocator


cdef void* take(void* ctx, size_t size) noexcept:
    return cache().take(size) if size >= LARGE else small.malloc(small.ctx, size)


cdef void* take_zeros(void* ctx, size_t count, size_t each) noexcept:
    # The system's own zeros are cheaper than ours as long as nobody looks at them.
    return small.calloc(small.ctx, count, each)


cdef void* resize(void* ctx, void* block, size_t size) noexcept:
    cdef size_t before = cache().size_of(block)
    if not before:
        return small.realloc(small.ctx, block, size)
    cdef void* other = take(ctx, size)
    if other != NULL:
        memcpy(other, block, before if before < size else size)
        cache().give(block)
    return other


cdef void give(void* ctx, void* block, size_t size) noexcept:
    if size < LARGE or not cache().give(block):
        small.free(small.ctx, block, size)


memcpy(handler.name, b"rushlight", 10)
handler.version = 1
handler.allocator = PyDataMemAllocator(ctx=NULL, malloc=take, calloc=take_zeros, realloc=resize, free=give)
cdef object capsule = PyCapsule_New(&handler, "mem_handler", NULL)


cdef object MODES = quiet.MODES, IGNORE = quiet.IGNORE


cdef np.ndarray allocate(int ndim, np.npy_intp* shape, int dtype):
    """A new array, not filled; a large one from the kept memory."""
    cdef int i
    cdef np.npy_intp count = 1
    for i in range(ndim):
        count *= shape[i]
    if count < <np.npy_intp>(LARGE // 16):
        return np.PyArray_EMPTY(ndim, shape, dtype, 0)
    before = PyDataMem_SetHandler(capsule)
    try:
        return np.PyArray_EMPTY(ndim, shape, dtype, 0)
    finally:
        PyDataMem_SetHandler(before)


cdef bint large(object args) except -1:
    """Is one of the arguments an array whose like would be kept?"""
    for x in args:
        if type(x) is np.ndarray and np.PyArray_NBYTES(<np.ndarray>x) >= <np.npy_intp>LARGE:
            return True
    return False


def lasting(function, args):
    """See `rushlight.kernels.memory.lasting`."""
    before = PyDataMem_SetHandler(capsule)
    try:
        return function(*args)
    finally:
        PyDataMem_SetHandler(before)


def lasting_if_large(function, args):
    """See `rushlight.kernels.memory.lasting_if_large`."""
    if not large(args):
        return function(*args)
    return lasting(function, args)


def copied(x):
    """See `rushlight.kernels.memory.copied`."""
    if not large((x,)):
        return np.PyArray_NewCopy(x, np.NPY_KEEPORDER)
    cdef np.ndarray a = x, out
    cdef int i, t = np.PyArray_TYPE(a)
    cdef bint still = True
    for i in range(np.PyArray_NDIM(a)):
        still = still and np.PyArray_STRIDES(a)[i] == 0
    still = still and np.PyArray_ITEMSIZE(a) in (4, 8)
    if t > np.NPY_CLONGDOUBLE or not (np.PyArray_ISCARRAY_RO(a) or still and np.PyArray_ISBEHAVED_RO(a)):
        return lasting(x.copy, ("K",))
    out = allocate(np.PyArray_NDIM(a), np.PyArray_DIMS(a), t)
    cdef Py_ssize_t n = np.PyArray_SIZE(a)
    if not still:
        copy_bytes(<char*>np.PyArray_DATA(a), <char*>np.PyArray_DATA(out), n * np.PyArray_ITEMSIZE(a))
    elif np.PyArray_ITEMSIZE(a) == 4:
        repeat[int32_t]((<int32_t*>np.PyArray_DATA(a))[0], <int32_t*>np.PyArray_DATA(out), n)
    else:
        repeat[int64_t]((<int64_t*>np.PyArray_DATA(a))[0], <int64_t*>np.PyArray_DATA(out), n)
    return out


def quietly(function, args):
    """See `rushlight.kernels.quiet.quietly`; what it makes of large arrays takes kept memory."""
    token = PyContextVar_Set(MODES, IGNORE)
    try:
        return lasting(function, args) if large(args) else function(*args)
    finally:
        PyContextVar_Reset(MODES, token)


def counts():
    """See `rushlight.kernels.memory.counts`."""
    cdef CacheStatistics s = cache().statistics()
    return s.allocated, s.allocated_peak, s.kept, s.limit, s.reused, s.made, s.released


def limit_kept(size_t bytes):
    """See `rushlight.kernels.memory.limit_kept`."""
    cache().set_limit(bytes)


def forget_peak():
    """See `rushlight.kernels.memory.forget_peak`."""
    cache().reset_peak()


for _function in (lasting, lasting_if_large, copied, counts, limit_kept, forget_peak):
    door.register_function(_function.__name__, _function)
if MODES is not None:
    door.register_function("quietly", quietly)
