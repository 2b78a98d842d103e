# distutils: language = c++
"""Native convolutions and pooling: what `kernels.convolution` and `kernels.pooling` do.

Each function takes contiguous float32 or float64 (what is not contiguous is copied) and leaves
everything else to its twin in NumPy.
"""

cimport cython
cimport numpy as np
from libc.stdint cimport int64_t
from rushlight.kernels.cpu.memory cimport allocate
from rushlight.kernels.door cimport Kernel

import numpy

from rushlight.kernels import convolution as plain_convolution
from rushlight.kernels import door
from rushlight.kernels import pooling as plain_pooling

np.import_array()

cdef extern from "convolution.hpp" namespace "rl":
    cdef cppclass Box:
        Py_ssize_t n[3]
    cdef cppclass Geometry:
        Py_ssize_t samples, channels, outputs, groups
        Box in_ "in"
        Box out, kernel, stride, padding, dilation
    void convolution_c "rl::convolution"[T](const Geometry&, const T*, const T*, const T*, T*) except +
    void convolution_input_c "rl::convolution_input"[T](const Geometry&, const T*, const T*, const T*, T*) except +
    void convolution_weight_c "rl::convolution_weight"[T](const Geometry&, const T*, const T*, T*) except +

cdef extern from "pooling.hpp" namespace "rl":
    cdef cppclass Windows:
        Py_ssize_t length, count, step
    cdef cppclass Pooling:
        Windows dim[3]
        Py_ssize_t planes
        bint blank()
        bint small()
    void slide(Windows&, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t)
    void divide(Windows&, Py_ssize_t, Py_ssize_t)
    void largest_f "rl::largest<float, true>"(const Pooling&, const float*, float*, int64_t*) except +
    void largest_d "rl::largest<double, true>"(const Pooling&, const double*, double*, int64_t*) except +
    void values_f "rl::largest<float, false>"(const Pooling&, const float*, float*, int64_t*) except +
    void values_d "rl::largest<double, false>"(const Pooling&, const double*, double*, int64_t*) except +
    void placed_c "rl::placed"[T](const T*, const int64_t*, T*, Py_ssize_t, Py_ssize_t, Py_ssize_t) except +
    bint inside(const int64_t*, Py_ssize_t, Py_ssize_t)
    void averaged_c "rl::averaged"[T](const Pooling&, const T*, T*, const T*) except +
    void averaged_backward_c "rl::averaged_backward"[T](const Pooling&, const T*, T*, const T*) except +


cdef np.ndarray blank(tuple shape, int dtype):
    """A new array of up to 8 dims, not filled."""
    cdef np.npy_intp lengths[8]
    cdef int i
    for i in range(len(shape)):
        lengths[i] = shape[i]
    return allocate(len(shape), lengths, dtype)


cdef np.ndarray ready(object x, int dtype):
    """A float array as the loops want it, copied where it has to be; None if it is something else."""
    if not isinstance(x, numpy.ndarray):
        return None
    cdef np.ndarray a = x
    if dtype != np.NPY_FLOAT and dtype != np.NPY_DOUBLE or np.PyArray_TYPE(a) != dtype:
        return None
    if not np.PyArray_ISNOTSWAPPED(a) or np.PyArray_SIZE(a) == 0:
        return None
    return a if np.PyArray_ISCARRAY_RO(a) else numpy.ascontiguousarray(a) if np.PyArray_ISALIGNED(a) else a.copy()


cdef inline float* f(np.ndarray a) noexcept:
    return <float*>np.PyArray_DATA(a)


cdef inline double* d(np.ndarray a) noexcept:
    return <double*>np.PyArray_DATA(a)


cdef inline int dtype_of(object x) noexcept:
    return np.PyArray_TYPE(<np.ndarray>x) if isinstance(x, np.ndarray) else -1


# -- convolutions ----------------------------------------------------------------------------


cdef void three(Box* box, tuple sizes, Py_ssize_t fill):
    """Sizes in the last dims, `fill` in those before."""
    cdef int i, n = len(sizes)
    for i in range(3):
        box.n[i] = sizes[i - 3 + n] if i >= 3 - n else fill


cdef bint describe(Geometry* g, int ndim, tuple kernel, tuple stride, tuple padding, tuple dilation, groups) except -1:
    """The part of the geometry that does not depend on shapes."""
    if not 3 <= ndim <= 5:
        return False
    three(&g.kernel, kernel, 1)
    three(&g.stride, stride, 1)
    three(&g.padding, padding, 0)
    three(&g.dilation, dilation, 1)
    g.groups = groups
    return True


cdef tuple sizes_of(np.ndarray a):
    return (<object>a).shape


def convolution(x, w, size, stride, padding, dilation, groups, bias=None):
    """See `rushlight.kernels.convolution.convolution`."""
    cdef int t = dtype_of(x)
    cdef np.ndarray a = ready(x, t), b = ready(w, t), c = None if bias is None else ready(bias, t), out
    cdef Geometry g
    cdef tuple shape
    if a is None or b is None or (bias is not None and c is None) or 0 in size or not describe(
        &g, np.PyArray_NDIM(a), sizes_of(b)[2:], stride, padding, dilation, groups
    ):
        return plain_convolution.convolution(x, w, size, stride, padding, dilation, groups, bias)
    shape = sizes_of(a)
    g.samples, g.channels, g.outputs = shape[0], shape[1], np.PyArray_DIMS(b)[0]
    three(&g.in_, shape[2:], 1)
    three(&g.out, tuple(size), 1)
    out = blank((g.samples, g.outputs, *size), t)
    if t == np.NPY_FLOAT:
        convolution_c[float](g, f(a), f(b), <float*>NULL if c is None else f(c), f(out))
    else:
        convolution_c[double](g, d(a), d(b), <double*>NULL if c is None else d(c), d(out))
    return out


def convolution_input(y, w, size, stride, padding, dilation, groups, bias=None):
    """See `rushlight.kernels.convolution.convolution_input`."""
    cdef int t = dtype_of(y)
    cdef np.ndarray a = ready(y, t), b = ready(w, t), c = None if bias is None else ready(bias, t), out
    cdef Geometry g
    cdef tuple shape
    if a is None or b is None or (bias is not None and c is None) or 0 in size or not describe(
        &g, np.PyArray_NDIM(a), sizes_of(b)[2:], stride, padding, dilation, groups
    ):
        return plain_convolution.convolution_input(y, w, size, stride, padding, dilation, groups, bias)
    shape = sizes_of(a)
    g.samples, g.channels, g.outputs = shape[0], groups * np.PyArray_DIMS(b)[1], shape[1]
    three(&g.out, shape[2:], 1)
    three(&g.in_, tuple(size), 1)
    out = blank((g.samples, g.channels, *size), t)
    if t == np.NPY_FLOAT:
        convolution_input_c[float](g, f(a), f(b), <float*>NULL if c is None else f(c), f(out))
    else:
        convolution_input_c[double](g, d(a), d(b), <double*>NULL if c is None else d(c), d(out))
    return out


def convolution_weight(y, x, kernel, stride, padding, dilation, groups):
    """See `rushlight.kernels.convolution.convolution_weight`."""
    cdef int t = dtype_of(y)
    cdef np.ndarray a = ready(y, t), b = ready(x, t), out
    cdef Geometry g
    cdef tuple shape
    if a is None or b is None or 0 in kernel or not describe(
        &g, np.PyArray_NDIM(a), tuple(kernel), stride, padding, dilation, groups
    ):
        return plain_convolution.convolution_weight(y, x, kernel, stride, padding, dilation, groups)
    shape = sizes_of(b)
    g.samples, g.channels, g.outputs = shape[0], shape[1], np.PyArray_DIMS(a)[1]
    three(&g.in_, shape[2:], 1)
    three(&g.out, sizes_of(a)[2:], 1)
    out = blank((g.outputs, g.channels // g.groups, *kernel), t)
    if t == np.NPY_FLOAT:
        convolution_weight_c[float](g, f(a), f(b), f(out))
    else:
        convolution_weight_c[double](g, d(a), d(b), d(out))
    return out


# -- pooling ---------------------------------------------------------------------------------


cdef bint windows_in(Pooling* p, tuple shape, windows) except -1:
    """The windows over the last dims of a shape, dims before counted as planes."""
    cdef int i, rank = len(windows), lead = len(shape) - rank
    if not 1 <= rank <= 3:
        return False
    for i in range(3 - rank):
        divide(p.dim[i], 1, 1)
    for i in range(rank):
        w = windows[i]
        if len(w) == 1:
            divide(p.dim[3 - rank + i], shape[lead + i], w[0])
        else:
            slide(p.dim[3 - rank + i], shape[lead + i], w[0], w[1], w[2], w[3], w[4])
    p.planes = 1
    for i in range(lead):
        p.planes *= shape[i]
    return True


cdef np.ndarray pooled(np.ndarray a, windows, int type):
    """A new array with one element for each window."""
    cdef np.npy_intp shape[64]
    cdef int i, nd = np.PyArray_NDIM(a), lead = nd - len(windows)
    for i in range(nd):
        shape[i] = np.PyArray_DIMS(a)[i] if i < lead else windows[i - lead][0]
    return allocate(nd, shape, type)


def largest(x, windows):
    """See `rushlight.kernels.pooling.largest`."""
    cdef int t = dtype_of(x)
    cdef np.ndarray a = ready(x, t), out, place
    cdef Pooling p
    if a is None or not windows_in(&p, sizes_of(a), windows) or p.blank() or not p.small():
        return plain_pooling.largest(x, windows)
    out = pooled(a, windows, t)
    place = pooled(a, windows, np.NPY_INT64)
    if t == np.NPY_FLOAT:
        largest_f(p, f(a), f(out), <int64_t*>np.PyArray_DATA(place))
    else:
        largest_d(p, d(a), d(out), <int64_t*>np.PyArray_DATA(place))
    return out, place


def largest_values(x, windows):
    """See `rushlight.kernels.pooling.largest_values`."""
    cdef int t = dtype_of(x)
    cdef np.ndarray a = ready(x, t), out
    cdef Pooling p
    if a is None or not windows_in(&p, sizes_of(a), windows) or p.blank() or not p.small():
        return plain_pooling.largest_values(x, windows)
    out = pooled(a, windows, t)
    if t == np.NPY_FLOAT:
        values_f(p, f(a), f(out), NULL)
    else:
        values_d(p, d(a), d(out), NULL)
    return out


def placed(g, places, lengths):
    """See `rushlight.kernels.pooling.placed`."""
    cdef int t = dtype_of(g)
    cdef np.ndarray a = ready(g, t), where, out
    cdef Py_ssize_t volume = 1, each = 1, n
    if a is None or dtype_of(places) != np.NPY_INT64 or sizes_of(a) != places.shape:
        return plain_pooling.placed(g, places, lengths)
    where = places if np.PyArray_ISCARRAY_RO(<np.ndarray>places) else places.copy()
    lead = sizes_of(a)[: np.PyArray_NDIM(a) - len(lengths)]
    for n in lengths:
        volume *= n
    for n in sizes_of(a)[len(lead):]:
        each *= n
    if not inside(<int64_t*>np.PyArray_DATA(where), np.PyArray_SIZE(where), volume):
        return plain_pooling.placed(g, places, lengths)
    out = numpy.empty((*lead, *lengths), a.dtype)
    n = np.PyArray_SIZE(a) // each
    if t == np.NPY_FLOAT:
        placed_c[float](f(a), <int64_t*>np.PyArray_DATA(where), f(out), n, each, volume)
    else:
        placed_c[double](d(a), <int64_t*>np.PyArray_DATA(where), d(out), n, each, volume)
    return out


cdef np.ndarray divided_by(tuple lengths, windows, padded, divisor, np.ndarray like):
    """What each window's sum is divided by, as an array of the same dtype as `like`."""
    if divisor is None:
        return plain_pooling.divisors_in((<object>like).dtype, lengths, windows, padded)
    else:
        by = numpy.full([w[0] for w in windows], divisor)
    return numpy.ascontiguousarray(by, like.dtype)


def averaged(x, windows, padded, divisor):
    """See `rushlight.kernels.pooling.averaged`."""
    cdef int t = dtype_of(x)
    cdef np.ndarray a = ready(x, t), by, out
    cdef Pooling p
    if a is None or not windows_in(&p, sizes_of(a), windows):
        return plain_pooling.averaged(x, windows, padded, divisor)
    by = divided_by(sizes_of(a)[np.PyArray_NDIM(a) - len(windows):], windows, padded, divisor, a)
    out = pooled(a, windows, t)
    if t == np.NPY_FLOAT:
        averaged_c[float](p, f(a), f(out), f(by))
    else:
        averaged_c[double](p, d(a), d(out), d(by))
    return out


def averaged_backward(g, lengths, windows, padded, divisor):
    """See `rushlight.kernels.pooling.averaged_backward`."""
    cdef int t = dtype_of(g)
    cdef np.ndarray a = ready(g, t), by, out
    cdef Pooling p
    shape = None if a is None else (*sizes_of(a)[: np.PyArray_NDIM(a) - len(windows)], *lengths)
    if a is None or 0 in lengths or not windows_in(&p, shape, windows):
        return plain_pooling.averaged_backward(g, lengths, windows, padded, divisor)
    by = divided_by(tuple(lengths), windows, padded, divisor, a)
    out = numpy.empty(shape, a.dtype)
    if t == np.NPY_FLOAT:
        averaged_backward_c[float](p, f(a), f(out), f(by))
    else:
        averaged_backward_c[double](p, d(a), d(out), d(by))
    return out


# -- calls -----------------------------------------------------------------------------------


cdef bint two(object value, Py_ssize_t* out):
    """An int for two dims, or two."""
    if type(value) is int:
        value = (value, value)
    if type(value) is not tuple or len(value) != 2:
        return False
    for i in range(2):
        if type(value[i]) is not int or not 0 <= value[i] < 1 << 30:
            return False
        out[i] = value[i]
    return True


@cython.final
cdef class Pool(Kernel):
    """`avg_pool2d(x, kernel_size, stride, padding)` or, of few elements, `max_pool2d`."""

    cdef bint mean

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef list given = [None, None, 0], windows = []
        cdef Py_ssize_t i, n = len(args) - 1, length
        cdef Py_ssize_t kernel[2]
        cdef Py_ssize_t stride[2]
        cdef Py_ssize_t padding[2]
        cdef int t = dtype_of(args[0]), nd
        cdef np.ndarray x
        if (t != np.NPY_FLOAT and t != np.NPY_DOUBLE) or n > 3:
            return None
        x = args[0]
        nd = np.PyArray_NDIM(x)
        for i in range(n):
            given[i] = args[i + 1]
        for name, value in kwargs.items():
            i = ARGUMENTS.index(name) if name in ARGUMENTS else -1
            if i < n:
                return None
            given[i] = value
        if not two(given[0], kernel) or not two(given[2], padding) or not two(given[0] if given[1] is None else given[1], stride):
            return None
        if nd < 3 or nd > 4 or np.PyArray_SIZE(x) < 2 or not np.PyArray_ISCARRAY_RO(x):
            return None
        if not self.mean and np.PyArray_SIZE(x) > 1 << 14:
            return None  # whether places are wanted is worth to know
        for i in range(2):
            length = np.PyArray_DIMS(x)[nd - 2 + i] + 2 * padding[i] - kernel[i]
            if kernel[i] < 1 or stride[i] < 1 or padding[i] > kernel[i] // 2 or length < 0:
                return None
            windows.append((length // stride[i] + 1, kernel[i], stride[i], padding[i], 1))
        params = (tuple(windows),)
        if self.mean:
            params = (params[0], True, None)
            return averaged(x, *params), params
        return largest(x, *params), params


cdef tuple ARGUMENTS = ("kernel_size", "stride", "padding")
cdef Pool mean = Pool()
mean.mean = True
door.register_shortcut("avg_pool2d", mean)
door.register_shortcut("max_pool2d", Pool())

for _function in (
    *(convolution, convolution_input, convolution_weight),
    *(largest, largest_values, placed, averaged, averaged_backward),
):
    door.register_function(_function.__name__, _function)
