# distutils: language = c++
"""Native layers of networks: what `kernels.layers` does, of float32 and float64."""

cimport numpy as np

from rushlight.kernels import door
from rushlight.kernels import layers as plain

np.import_array()

cdef extern from "numpy/arrayobject.h":
    object PyArray_MatrixProduct2(object a, object b, np.ndarray out)

cdef extern from "layers.hpp" namespace "rl":
    void linear_c "rl::linear_small"[T](const T*, Py_ssize_t, Py_ssize_t, const T*, const T*, T*, Py_ssize_t, Py_ssize_t, Py_ssize_t) except +
    void add_rows[T](const T*, T*, Py_ssize_t, Py_ssize_t)

DEF SMALL = 8192  # multiplications: above, the BLAS is faster


cdef inline bint floats(object x, int ndim, int dtype) noexcept:
    """Is it an aligned array of a floating dtype with so many dims?"""
    if type(x) is not np.ndarray:
        return False
    cdef np.ndarray a = x
    return np.PyArray_TYPE(a) == dtype and np.PyArray_NDIM(a) == ndim and np.PyArray_ISBEHAVED_RO(a)


def linear(x, weight, bias):
    """See `rushlight.kernels.layers.linear`."""
    cdef int t = np.PyArray_TYPE(<np.ndarray>x) if type(x) is np.ndarray else -1
    cdef np.npy_intp shape[2]
    cdef Py_ssize_t m, k, n, size
    cdef np.ndarray a, w, b, out
    if t != np.NPY_FLOAT and t != np.NPY_DOUBLE or not floats(x, 2, t) or not floats(weight, 2, t):
        return None
    a, w = x, weight
    m, k, n = np.PyArray_DIMS(a)[0], np.PyArray_DIMS(a)[1], np.PyArray_DIMS(w)[0]
    if np.PyArray_DIMS(w)[1] != k or m * k * n == 0 or not np.PyArray_IS_C_CONTIGUOUS(w):
        return None
    if bias is not None:
        if not floats(bias, 1, t) or not np.PyArray_IS_C_CONTIGUOUS(<np.ndarray>bias):
            return None
        b = bias
        if np.PyArray_DIMS(b)[0] != n:
            return None
    else:
        b = None
    if m * k * n > SMALL:
        out = PyArray_MatrixProduct2(a, np.PyArray_Transpose(w, NULL), <np.ndarray>NULL)
        if b is not None:
            if t == np.NPY_FLOAT:
                add_rows[float](<float*>np.PyArray_DATA(b), <float*>np.PyArray_DATA(out), m, n)
            else:
                add_rows[double](<double*>np.PyArray_DATA(b), <double*>np.PyArray_DATA(out), m, n)
        return out
    shape[0], shape[1] = m, n
    out = np.PyArray_EMPTY(2, shape, t, 0)
    size = np.PyArray_ITEMSIZE(a)
    cdef Py_ssize_t x0 = np.PyArray_STRIDES(a)[0] // size, x1 = np.PyArray_STRIDES(a)[1] // size
    cdef void* added = NULL if b is None else np.PyArray_DATA(b)
    if t == np.NPY_FLOAT:
        linear_c[float](<float*>np.PyArray_DATA(a), x0, x1, <float*>np.PyArray_DATA(w), <float*>added, <float*>np.PyArray_DATA(out), m, k, n)
    else:
        linear_c[double](<double*>np.PyArray_DATA(a), x0, x1, <double*>np.PyArray_DATA(w), <double*>added, <double*>np.PyArray_DATA(out), m, k, n)
    return out


door.register_function("linear", linear)
