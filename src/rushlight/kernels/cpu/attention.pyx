# distutils: language = c++
"""Native attention: the operation `attention_` on contiguous arrays of four dims, and the way back."""

cimport cython
cimport numpy as np
from rushlight.kernels.cpu.arrays cimport blank, d, data, dtype_of, f, ready
from rushlight.kernels.cpu.memory cimport allocate
from rushlight.kernels.door cimport Kernel

from rushlight.kernels import door

np.import_array()

cdef extern from "attention.hpp" namespace "rl":
    cdef cppclass Sizes "rl::Attention":
        Py_ssize_t batch, heads, rows, columns, width, out_width
        Py_ssize_t mask[4]
        bint causal
    void attention_c "rl::attention"[T](const Sizes&, double, const T*, const T*, const T*, const T*, T*) except +
    void attention_back[T](const Sizes&, double, const T*, const T*, const T*, const T*, const T*, T*, T*, T*) except +


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


cdef bint measure(Sizes* s, int t, arrays, causal) except -1:
    """Do query, key, value and the mask, or None, fit together?  Then their sizes."""
    cdef np.ndarray q, k, v
    if not simple(arrays[0], t) or not simple(arrays[1], t) or not simple(arrays[2], t):
        return False
    q, k, v = arrays[0], arrays[1], arrays[2]
    s.batch, s.heads, s.rows, s.width = np.PyArray_DIMS(q)[0], np.PyArray_DIMS(q)[1], np.PyArray_DIMS(q)[2], np.PyArray_DIMS(q)[3]
    s.columns, s.out_width = np.PyArray_DIMS(k)[2], np.PyArray_DIMS(v)[3]
    s.causal = causal
    if np.PyArray_DIMS(k)[0] != s.batch or np.PyArray_DIMS(k)[1] != s.heads or np.PyArray_DIMS(k)[3] != s.width:
        return False
    if np.PyArray_DIMS(v)[0] != s.batch or np.PyArray_DIMS(v)[1] != s.heads or np.PyArray_DIMS(v)[2] != s.columns:
        return False
    return arrays[3] is None or simple(arrays[3], t) and lay_mask(s, q, arrays[3])


@cython.final
cdef class Attention(Kernel):
    """`call2((query, key, value, mask or None), (scale, causal))`"""

    cpdef object call2(self, object arrays, object how):
        cdef np.ndarray q, out
        cdef double scale = how[0]
        cdef Sizes s
        cdef int t = dtype_of(arrays[0])
        cdef np.npy_intp shape[4]
        if t != np.NPY_FLOAT and t != np.NPY_DOUBLE or not measure(&s, t, arrays, how[1]):
            return None
        q = arrays[0]
        shape[0], shape[1], shape[2], shape[3] = s.batch, s.heads, s.rows, s.out_width
        out = allocate(4, shape, t)
        if t == np.NPY_FLOAT:
            attention_c[float](s, scale, f(q), f(arrays[1]), f(arrays[2]), <float*>data(arrays[3]).start, f(out))
        else:
            attention_c[double](s, scale, d(q), d(arrays[1]), d(arrays[2]), <double*>data(arrays[3]).start, d(out))
        return out


def attention_gradients(gradient, arrays, double scale, causal):
    """What flows to query, key and value; None to decline."""
    cdef np.ndarray q, k, v, g, gq, gk, gv
    cdef Sizes s
    cdef int t = dtype_of(arrays[0])
    if t != np.NPY_FLOAT and t != np.NPY_DOUBLE or not measure(&s, t, arrays, causal):
        return None
    g, q, k, v = ready(gradient, t), arrays[0], arrays[1], arrays[2]
    if g is None or np.PyArray_NDIM(g) != 4 or np.PyArray_SIZE(g) != s.batch * s.heads * s.rows * s.out_width:
        return None
    gq, gk, gv = blank(q), blank(k), blank(v)
    if t == np.NPY_FLOAT:
        attention_back[float](s, scale, f(g), f(q), f(k), f(v), <float*>data(arrays[3]).start, f(gq), f(gk), f(gv))
    else:
        attention_back[double](s, scale, d(g), d(q), d(k), d(v), <double*>data(arrays[3]).start, d(gq), d(gk), d(gv))
    return gq, gk, gv


door.register("attention_", Attention())
door.register_function("attention_gradients", attention_gradients)
