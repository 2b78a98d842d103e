# distutils: language = c++
"""Native attention: the operation `attention_` on contiguous arrays of four dims, forward."""

cimport cython
cimport numpy as np
from rushlight.kernels.cpu.arrays cimport d, f
from rushlight.kernels.door cimport Kernel

from rushlight.kernels import door

np.import_array()

cdef extern from "attention.hpp" namespace "rl":
    cdef cppclass Sizes "rl::Attention":
        Py_ssize_t batch, heads, rows, columns, width, out_width
        Py_ssize_t mask[4]
    void attention_c "rl::attention"[T](const Sizes&, double, const T*, const T*, const T*, const T*, T*) except +


cdef bint simple(object x, int type) noexcept:
    return (
        isinstance(x, np.ndarray)
        and np.PyArray_ISCARRAY_RO(<np.ndarray>x)
        and np.PyArray_TYPE(<np.ndarray>x) == type
        and np.PyArray_NDIM(<np.ndarray>x) == 4
        and np.PyArray_SIZE(<np.ndarray>x) > 0
    )


cdef bint lay_mask(Sizes* s, np.ndarray q, np.ndarray mask) noexcept:
    """Does a mask broadcast to the scores?  Then its strides."""
    cdef Py_ssize_t[4] wanted = [s.batch, s.heads, s.rows, s.columns]
    cdef int i
    for i in range(4):
        if np.PyArray_DIMS(mask)[i] == wanted[i]:
            s.mask[i] = np.PyArray_STRIDES(mask)[i] // np.PyArray_ITEMSIZE(mask)
        elif np.PyArray_DIMS(mask)[i] == 1:
            s.mask[i] = 0
        else:
            return False
    return True


@cython.final
cdef class Attention(Kernel):
    """`call2((query, key, value, mask or None), (scale,))`"""

    cpdef object call2(self, object arrays, object how):
        cdef object query = arrays[0], key = arrays[1], value = arrays[2], given = arrays[3]
        cdef double scale = how[0]
        cdef np.ndarray q, k, v, m = None, out
        cdef Sizes s
        cdef int t
        cdef np.npy_intp shape[4]
        if not isinstance(query, np.ndarray):
            return None
        t = np.PyArray_TYPE(<np.ndarray>query)
        if t != np.NPY_FLOAT and t != np.NPY_DOUBLE:
            return None
        if not simple(query, t) or not simple(key, t) or not simple(value, t):
            return None
        q, k, v = query, key, value
        s.batch, s.heads, s.rows, s.width = np.PyArray_DIMS(q)[0], np.PyArray_DIMS(q)[1], np.PyArray_DIMS(q)[2], np.PyArray_DIMS(q)[3]
        s.columns, s.out_width = np.PyArray_DIMS(k)[2], np.PyArray_DIMS(v)[3]
        if np.PyArray_DIMS(k)[0] != s.batch or np.PyArray_DIMS(k)[1] != s.heads or np.PyArray_DIMS(k)[3] != s.width:
            return None
        if np.PyArray_DIMS(v)[0] != s.batch or np.PyArray_DIMS(v)[1] != s.heads or np.PyArray_DIMS(v)[2] != s.columns:
            return None
        if given is not None:
            if not simple(given, t) or not lay_mask(&s, q, given):
                return None
            m = given
        shape[0], shape[1], shape[2], shape[3] = s.batch, s.heads, s.rows, s.out_width
        out = np.PyArray_EMPTY(4, shape, t, 0)
        if t == np.NPY_FLOAT:
            attention_c[float](s, scale, f(q), f(k), f(v), <float*>NULL if m is None else f(m), f(out))
        else:
            attention_c[double](s, scale, d(q), d(k), d(v), <double*>NULL if m is None else d(m), d(out))
        return out


door.register("attention_", Attention())
