"""Preconditions of native kernels, checked at their door."""

cimport numpy as np
from cpython.long cimport PyLong_AsLongLongAndOverflow, PyLong_CheckExact
from rushlight.kernels.cpu.memory cimport allocate

cdef extern from "either.hpp" namespace "rl":
    cdef cppclass Data:
        void* start

cdef extern from "numpy/arrayobject.h":
    object PyArray_NewLikeArray(np.ndarray, np.NPY_ORDER, void*, int)


cdef inline int dtype_of(object x) noexcept:
    """NumPy's number of an array's dtype; -1 for what is no array."""
    return np.PyArray_TYPE(<np.ndarray>x) if isinstance(x, np.ndarray) else -1


cdef inline np.ndarray ready(object x, int dtype):
    """A float array as loops want it, copied where it has to be; None if it is something else."""
    if not isinstance(x, np.ndarray):
        return None
    cdef np.ndarray a = x
    if dtype != np.NPY_FLOAT and dtype != np.NPY_DOUBLE or np.PyArray_TYPE(a) != dtype:
        return None
    if np.PyArray_ISCARRAY_RO(a):
        return a if np.PyArray_SIZE(a) else None
    if not np.PyArray_ISNOTSWAPPED(a) or np.PyArray_SIZE(a) == 0:
        return None
    return np.PyArray_NewCopy(a, np.NPY_CORDER)


cdef inline bint is_dim(object value, object x, Py_ssize_t* dim) noexcept:
    """A dim of the array `x`, which has dims?  Counted from the front then."""
    cdef int overflow = 0
    cdef Py_ssize_t n = np.PyArray_NDIM(<np.ndarray>x)
    if not PyLong_CheckExact(value):
        return False
    dim[0] = PyLong_AsLongLongAndOverflow(value, &overflow)
    if overflow or not -n <= dim[0] < n:
        return False
    if dim[0] < 0:
        dim[0] += n
    return True


cdef inline bint same_shape(np.ndarray a, np.ndarray b) noexcept:
    cdef int i, n = np.PyArray_NDIM(a)
    if np.PyArray_NDIM(b) != n:
        return False
    for i in range(n):
        if np.PyArray_DIMS(a)[i] != np.PyArray_DIMS(b)[i]:
            return False
    return True


cdef inline bint same_layout(np.ndarray a, np.ndarray b) noexcept:
    """Do the same elements stand at the same places of memory?"""
    cdef int i
    if not same_shape(a, b):
        return False
    for i in range(np.PyArray_NDIM(a)):
        if np.PyArray_STRIDES(a)[i] != np.PyArray_STRIDES(b)[i] and np.PyArray_DIMS(a)[i] != 1:
            return False
    return True


cdef inline bint still(np.ndarray a) noexcept:
    """Is one number, ready to be read, seen at all places of several?"""
    cdef int i
    for i in range(np.PyArray_NDIM(a)):
        if np.PyArray_STRIDES(a)[i] != 0 and np.PyArray_DIMS(a)[i] != 1:
            return False
    return np.PyArray_SIZE(a) > 1 and np.PyArray_ISBEHAVED_RO(a)


cdef inline np.ndarray packed(object x, int dtype):
    """A float array without gaps, its dims in memory in any order: for what goes element by
    element.  Copied where it has to be; None if it is something else."""
    if not isinstance(x, np.ndarray):
        return None
    cdef np.ndarray a = x
    if dtype != np.NPY_FLOAT and dtype != np.NPY_DOUBLE or np.PyArray_TYPE(a) != dtype:
        return None
    if np.PyArray_ISCARRAY_RO(a):
        return a
    if not np.PyArray_ISNOTSWAPPED(a):
        return None
    if np.PyArray_ISALIGNED(a) and same_layout(a, PyArray_NewLikeArray(a, np.NPY_KEEPORDER, NULL, 0)):
        return a
    return np.PyArray_NewCopy(a, np.NPY_KEEPORDER)


cdef inline np.ndarray blank(np.ndarray like):
    """A new array of the same shape, dtype and order of dims, not filled."""
    if np.PyArray_IS_C_CONTIGUOUS(like):
        return allocate(np.PyArray_NDIM(like), np.PyArray_DIMS(like), np.PyArray_TYPE(like))
    return PyArray_NewLikeArray(like, np.NPY_KEEPORDER, NULL, 0)


cdef inline float* f(np.ndarray a) noexcept:
    return <float*>np.PyArray_DATA(a)


cdef inline double* d(np.ndarray a) noexcept:
    return <double*>np.PyArray_DATA(a)


cdef inline Data data(np.ndarray a) noexcept:
    """The memory of an array, or of None: nothing."""
    cdef Data out
    if a is not None:
        out.start = np.PyArray_DATA(a)
    return out
