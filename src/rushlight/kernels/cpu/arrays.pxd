"""Preconditions of native kernels, checked at their door."""

cimport numpy as np


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


cdef inline bint same_shape(np.ndarray a, np.ndarray b) noexcept:
    cdef int i, n = np.PyArray_NDIM(a)
    if np.PyArray_NDIM(b) != n:
        return False
    for i in range(n):
        if np.PyArray_DIMS(a)[i] != np.PyArray_DIMS(b)[i]:
            return False
    return True


cdef inline np.ndarray blank(np.ndarray like):
    """A new array of the same shape and dtype, not filled."""
    return np.PyArray_EMPTY(np.PyArray_NDIM(like), np.PyArray_DIMS(like), np.PyArray_TYPE(like), 0)


cdef inline float* f(np.ndarray a) noexcept:
    return <float*>np.PyArray_DATA(a)


cdef inline double* d(np.ndarray a) noexcept:
    return <double*>np.PyArray_DATA(a)
