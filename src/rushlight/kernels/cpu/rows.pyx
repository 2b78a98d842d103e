# distutils: language = c++
"""Native kernels of what works along rows: `kernels.softmax` so far.

Each function takes contiguous float32 or float64 (what is not contiguous is copied) and leaves
everything else to its twin in NumPy.
"""

cimport numpy as np
from rushlight.kernels.cpu.arrays cimport blank, d, dtype_of, f, ready, same_shape

from rushlight.kernels import door
from rushlight.kernels import softmax as plain_softmax

np.import_array()

cdef extern from "softmax.hpp" namespace "rl":
    void softmax_c "rl::softmax"[T](bint, const T*, T*, Py_ssize_t, Py_ssize_t, Py_ssize_t)
    void softmax_gradient_c "rl::softmax_gradient"[T](bint, const T*, const T*, T*, Py_ssize_t, Py_ssize_t, Py_ssize_t)


# -- softmax ---------------------------------------------------------------------------------


cdef struct Middle:
    Py_ssize_t outer, n, inner


cdef bint around(Middle* m, np.ndarray a, int dim) noexcept:
    """The sizes before, at and after a dim; is it one of the array's?"""
    cdef int i
    if not 0 <= dim < np.PyArray_NDIM(a):
        return False
    m.outer = m.inner = 1
    m.n = np.PyArray_DIMS(a)[dim]
    for i in range(dim):
        m.outer *= np.PyArray_DIMS(a)[i]
    for i in range(dim + 1, np.PyArray_NDIM(a)):
        m.inner *= np.PyArray_DIMS(a)[i]
    return True


cdef np.ndarray forwards(bint log, object x, int dim):
    cdef np.ndarray a = ready(x, dtype_of(x)), out
    cdef Middle m
    if a is None or not around(&m, a, dim):
        return None
    out = blank(a)
    if np.PyArray_TYPE(a) == np.NPY_FLOAT:
        softmax_c[float](log, f(a), f(out), m.outer, m.n, m.inner)
    else:
        softmax_c[double](log, d(a), d(out), m.outer, m.n, m.inner)
    return out


cdef np.ndarray backwards(bint log, object g, object y, int dim):
    cdef int t = dtype_of(y)
    cdef np.ndarray a = ready(g, t), b = ready(y, t), out
    cdef Middle m
    if a is None or b is None or not same_shape(a, b) or not around(&m, a, dim):
        return None
    out = blank(b)
    if t == np.NPY_FLOAT:
        softmax_gradient_c[float](log, f(a), f(b), f(out), m.outer, m.n, m.inner)
    else:
        softmax_gradient_c[double](log, d(a), d(b), d(out), m.outer, m.n, m.inner)
    return out


def softmax(x, dim):
    """See `rushlight.kernels.softmax.softmax`."""
    out = forwards(False, x, dim)
    return plain_softmax.softmax(x, dim) if out is None else out


def log_softmax(x, dim):
    """See `rushlight.kernels.softmax.log_softmax`."""
    out = forwards(True, x, dim)
    return plain_softmax.log_softmax(x, dim) if out is None else out


def softmax_gradient(g, y, dim):
    """See `rushlight.kernels.softmax.softmax_gradient`."""
    out = backwards(False, g, y, dim)
    return plain_softmax.softmax_gradient(g, y, dim) if out is None else out


def log_softmax_gradient(g, y, dim):
    """See `rushlight.kernels.softmax.log_softmax_gradient`."""
    out = backwards(True, g, y, dim)
    return plain_softmax.log_softmax_gradient(g, y, dim) if out is None else out


for _function in (softmax, log_softmax, softmax_gradient, log_softmax_gradient):
    door.register_function(_function.__name__, _function)
