# distutils: language = c++
"""Native layers of networks: what `kernels.layers` does, of float32 and float64."""

cimport numpy as np
from rushlight.kernels.cpu.arrays cimport f, ready
from rushlight.kernels.cpu.memory cimport allocate

import numpy

from rushlight.kernels import door
from rushlight.kernels import layers as plain

np.import_array()

cdef extern from "numpy/arrayobject.h":
    object PyArray_MatrixProduct2(object a, object b, np.ndarray out)

cdef extern from "layers.hpp" namespace "rl":
    void linear_c "rl::linear_small"[T](const T*, Py_ssize_t, Py_ssize_t, const T*, const T*, T*, Py_ssize_t, Py_ssize_t, Py_ssize_t) except +
    void add_rows[T](const T*, T*, Py_ssize_t, Py_ssize_t)
    cdef cppclass Cells[T]:
        void forward(T*, const T*, T*, T*, Py_ssize_t, Py_ssize_t)
        void back(const T*, const T*, const T*, const T*, T*, T*, Py_ssize_t, Py_ssize_t)
        void add_product(const T*, const T*, T*, Py_ssize_t, Py_ssize_t, Py_ssize_t)
    const Cells[T]& cells[T]()

DEF SMALL = 8192  # multiplications: above, the BLAS is faster
DEF STEP = 1 << 17  # the same where the BLAS would need views of a step's matrices


cdef inline bint floats(object x, int ndim, int dtype) noexcept:
    """Is it an aligned array of a floating dtype with so many dims?"""
    if type(x) is not np.ndarray:
        return False
    cdef np.ndarray a = x
    return np.PyArray_TYPE(a) == dtype and np.PyArray_NDIM(a) == ndim and np.PyArray_ISBEHAVED_RO(a)


def linear(x, weight, bias):
    """See `rushlight.kernels.layers.linear`."""
    cdef int t = np.PyArray_TYPE(<np.ndarray>x) if type(x) is np.ndarray else -1
    cdef np.npy_intp shape[32]
    cdef Py_ssize_t m = 1, k, n, x0, x1
    cdef np.ndarray a, w, b = None, out, rows
    cdef int i, nd
    cdef np.PyArray_Dims flat
    if t != np.NPY_FLOAT and t != np.NPY_DOUBLE or not floats(weight, 2, t):
        return None
    a, w = x, weight
    nd = np.PyArray_NDIM(a)
    if nd < 2 or nd > 32 or not np.PyArray_ISBEHAVED_RO(a) or nd > 2 and not np.PyArray_IS_C_CONTIGUOUS(a):
        return None
    for i in range(nd - 1):
        shape[i] = np.PyArray_DIMS(a)[i]
        m *= shape[i]
    k, n = np.PyArray_DIMS(a)[nd - 1], np.PyArray_DIMS(w)[0]
    if np.PyArray_DIMS(w)[1] != k or m * k * n == 0 or not np.PyArray_IS_C_CONTIGUOUS(w):
        return None
    if bias is not None:
        if not floats(bias, 1, t) or not np.PyArray_IS_C_CONTIGUOUS(<np.ndarray>bias):
            return None
        b = bias
        if np.PyArray_DIMS(b)[0] != n:
            return None
    shape[nd - 1] = n
    out = allocate(nd, shape, t)
    if m * k * n > SMALL:
        rows = out
        if nd > 2:  # which the BLAS does not know
            shape[0], shape[1] = m, k
            flat.ptr, flat.len = shape, 2
            a = np.PyArray_Newshape(a, &flat, np.NPY_CORDER)
            shape[1] = n
            rows = np.PyArray_Newshape(out, &flat, np.NPY_CORDER)
        PyArray_MatrixProduct2(a, np.PyArray_Transpose(w, NULL), rows)
        if b is not None:
            if t == np.NPY_FLOAT:
                add_rows[float](<float*>np.PyArray_DATA(b), <float*>np.PyArray_DATA(out), m, n)
            else:
                add_rows[double](<double*>np.PyArray_DATA(b), <double*>np.PyArray_DATA(out), m, n)
        return out
    x0 = k if nd > 2 else np.PyArray_STRIDES(a)[0] // np.PyArray_ITEMSIZE(a)
    x1 = np.PyArray_STRIDES(a)[nd - 1] // np.PyArray_ITEMSIZE(a) if k > 1 else 1
    cdef void* added = NULL if b is None else np.PyArray_DATA(b)
    if t == np.NPY_FLOAT:
        linear_c[float](<float*>np.PyArray_DATA(a), x0, x1, <float*>np.PyArray_DATA(w), <float*>added, <float*>np.PyArray_DATA(out), m, k, n)
    else:
        linear_c[double](<double*>np.PyArray_DATA(a), x0, x1, <double*>np.PyArray_DATA(w), <double*>added, <double*>np.PyArray_DATA(out), m, k, n)
    return out


cdef bint lying(tuple arrays, list out) except -1:
    """Float arrays of one dtype as loops want them, into `out`; False if they are something else."""
    for x in arrays:
        a = ready(x, np.NPY_FLOAT)
        if a is None:
            return False
        out.append(a)
    return True


cdef void product(np.ndarray a, Py_ssize_t at, np.ndarray b, np.ndarray out, Py_ssize_t to):
    """Add the product of matrix `at` of `a` and `b` to matrix `to` of `out`."""
    cdef Py_ssize_t m = np.PyArray_DIMS(a)[np.PyArray_NDIM(a) - 2], k = np.PyArray_DIMS(b)[0], n = np.PyArray_DIMS(b)[1]
    if m * k * n <= STEP:
        cells[float]().add_product(f(a) + at * m * k, f(b), f(out) + to * m * n, m, k, n)
    else:
        row = (<object>out)[to] if np.PyArray_NDIM(out) == 3 else <object>out
        row += PyArray_MatrixProduct2((<object>a)[at] if np.PyArray_NDIM(a) == 3 else a, b, <np.ndarray>NULL)


def lstm(x, w_ih, w_hh, b_ih, b_hh, h, c, bint backwards):
    """See `rushlight.kernels.layers.lstm`."""
    cdef list all_ = []
    cdef np.ndarray a, first, cell, turned, gates, states, out
    cdef Py_ssize_t steps, samples, n, k, t, last
    if not lying((x, w_ih, w_hh, h, c) if b_ih is None else (x, w_ih, w_hh, h, c, b_ih, b_hh), all_):
        return plain.lstm(x, w_ih, w_hh, b_ih, b_hh, h, c, backwards)
    a, first, cell = all_[0], all_[3], all_[4]
    steps, samples, n = np.PyArray_DIMS(a)[0], np.PyArray_DIMS(a)[1], np.PyArray_DIMS(<np.ndarray>all_[2])[1]
    kept = numpy.empty(5 * steps * samples * n, numpy.float32)
    gates = kept[: 4 * steps * samples * n].reshape(steps * samples, 4 * n)
    states = kept[4 * steps * samples * n :]
    numpy.dot((<object>a).reshape(steps * samples, -1), all_[1].T, gates)
    if b_ih is not None:
        both = all_[5] + all_[6]
        add_rows[float](f(both), f(gates), steps * samples, 4 * n)
    turned = all_[2].T.copy()
    gates = (<object>gates).reshape(steps, samples, 4 * n)
    out = numpy.empty((steps, samples, n), numpy.float32)
    last = -1
    for k in range(steps):
        t = steps - 1 - k if backwards else k
        if last < 0:
            product(first, 0, turned, gates, t)
        else:
            product(out, last, turned, gates, t)
        cells[float]().forward(
            f(gates) + t * samples * 4 * n, f(cell) if last < 0 else f(states) + last * samples * n,
            f(states) + t * samples * n, f(out) + t * samples * n, samples, n)
        last = t
    return (out, (<object>out)[last].copy(),
            (<object>states)[last * samples * n : (last + 1) * samples * n].reshape(samples, n).copy(), kept.view(numpy.uint8))


def lstm_gradient(dy, dh, dc, x, w_ih, w_hh, h, c, out, kept, bint backwards, bint wants_x):
    """See `rushlight.kernels.layers.lstm_gradient`."""
    cdef list all_ = []
    cdef np.ndarray gates, states, slopes, hidden, weight, cell, g
    cdef Py_ssize_t steps, samples, n, k, t, earlier, each
    if not lying((dy, dh, dc, x, w_ih, w_hh, h, c, out), all_) or not kept.flags.carray:
        return plain.lstm_gradient(dy, dh, dc, x, w_ih, w_hh, h, c, out, kept, backwards, wants_x)
    dy, hidden, cell, x, w_ih, weight, h, c, out = all_
    hidden, cell = (<object>hidden).copy(), (<object>cell).copy()
    steps, samples, n = out.shape
    each = samples * n
    gates, states = plain.apart(kept, out)
    slopes, before = numpy.empty_like(gates), numpy.empty_like(out)
    for k in range(steps - 1, -1, -1):
        t = steps - 1 - k if backwards else k
        earlier = t + 1 if backwards else t - 1
        before[t] = out[earlier] if k else h
        (<object>hidden).__iadd__(dy[t])
        cells[float]().back(
            f(gates) + t * each * 4, f(states) + earlier * each if k else f(c), f(states) + t * each,
            f(hidden), f(cell), f(slopes) + t * each * 4, samples, n)
        (<object>hidden).fill(0)
        product(slopes, t, weight, hidden, 0)
    return (*plain.weight_gradients(x, w_ih, before, slopes, wants_x), hidden, cell)


for _function in (linear, lstm, lstm_gradient):
    door.register_function(_function.__name__, _function)
