# distutils: language = c++
"""Native kernels of what works along rows: `kernels.softmax`, `kernels.standardize`, classes' losses.

Each function takes contiguous float32 or float64 (what is not contiguous is copied) and leaves
everything else to its twin in NumPy.
"""

cimport numpy as np
from libc.stdint cimport int64_t
from rushlight.kernels.cpu.arrays cimport Data, blank, d, data, dtype_of, f, ready, same_shape

from rushlight.kernels import door
from rushlight.kernels import losses as plain_losses
from rushlight.kernels import softmax as plain_softmax
from rushlight.kernels import standardize as plain_norms

np.import_array()

cdef extern from "softmax.hpp" namespace "rl":
    void softmax_c "rl::softmax_either"(bint, bint, Data, Data, Py_ssize_t, Py_ssize_t, Py_ssize_t)
    void softmax_gradient_c "rl::softmax_gradient_either"(bint, bint, Data, Data, Data, Py_ssize_t, Py_ssize_t, Py_ssize_t)

cdef extern from "norms.hpp" namespace "rl":
    void layer_norm "rl::layer_norm_either"(bint, Data, Data, Data, Data, Py_ssize_t, Py_ssize_t, double) except +
    void layer_norm_gradient "rl::layer_norm_gradient_either"(bint, Data, Data, Data, Data, Data, Data, Py_ssize_t, Py_ssize_t, double) except +
    void group_norm "rl::group_norm_either"(bint, Data, Data, Data, Data, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t, double)
    void group_norm_gradient "rl::group_norm_gradient_either"(bint, Data, Data, Data, Data, Data, Data, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t, double) except +
    void moments_c "rl::moments_either"(bint, Data, Data, Data, Py_ssize_t, Py_ssize_t, Py_ssize_t)
    void batch_norm "rl::batch_norm_either"(bint, Data, Data, Data, Data, Data, Data, Py_ssize_t, Py_ssize_t, Py_ssize_t, double) except +
    void batch_norm_gradient "rl::batch_norm_gradient_either"(bint, Data, Data, Data, Data, Data, Data, Data, Data, Py_ssize_t, Py_ssize_t, Py_ssize_t, double) except +


cdef inline bint is_double(np.ndarray a) noexcept:
    return np.PyArray_TYPE(a) == np.NPY_DOUBLE


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
    softmax_c(is_double(a), log, data(a), data(out), m.outer, m.n, m.inner)
    return out


cdef np.ndarray backwards(bint log, object g, object y, int dim):
    cdef int t = dtype_of(y)
    cdef np.ndarray a = ready(g, t), b = ready(y, t), out
    cdef Middle m
    if a is None or b is None or not same_shape(a, b) or not around(&m, a, dim):
        return None
    out = blank(b)
    softmax_gradient_c(is_double(b), log, data(a), data(b), data(out), m.outer, m.n, m.inner)
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


# -- classes ---------------------------------------------------------------------------------


cdef bint of_classes(object x, object target) noexcept:
    """Is it N x C scores and N int64 classes, as a loop wants them?"""
    cdef int t = dtype_of(x)
    if (t != np.NPY_FLOAT and t != np.NPY_DOUBLE) or dtype_of(target) != np.NPY_INT64:
        return False
    cdef np.ndarray a = x, b = target
    if np.PyArray_NDIM(a) != 2 or np.PyArray_NDIM(b) != 1 or np.PyArray_DIMS(a)[0] != np.PyArray_DIMS(b)[0]:
        return False
    return np.PyArray_ISCARRAY_RO(a) and np.PyArray_ISCARRAY_RO(b) and np.PyArray_SIZE(b) > 0


def class_losses(x, target):
    """See `rushlight.kernels.losses.class_losses`."""
    if not of_classes(x, target):
        return plain_losses.class_losses(x, target)
    cdef np.ndarray a = x, b = target
    cdef np.ndarray out = np.PyArray_EMPTY(1, np.PyArray_DIMS(a), np.PyArray_TYPE(a), 0)
    cdef Py_ssize_t i, classes = np.PyArray_DIMS(a)[1]
    cdef int64_t k
    for i in range(np.PyArray_SIZE(b)):
        k = (<int64_t*>np.PyArray_DATA(b))[i]
        if k < 0 or k >= classes:
            return None
        if is_double(a):
            d(out)[i] = -d(a)[i * classes + k]
        else:
            f(out)[i] = -f(a)[i * classes + k]
    return out


# -- normalisation ---------------------------------------------------------------------------

cdef struct Channels:
    Py_ssize_t samples, groups, channels, size


cdef bint parameter(object p, int dtype, Py_ssize_t n, list found) except -1:
    """Enter an optional weight, bias or statistic in `found`; is it fit?"""
    cdef np.ndarray a = None
    if p is not None:
        a = ready(p, dtype)
        if a is None or np.PyArray_SIZE(a) != n:
            return False
    found.append(a)
    return True


cdef bint last_dims(tuple dims, int ndim) except -1:
    """Are these the last of `ndim` dims, in order?"""
    cdef int i, n = len(dims)
    for i in range(n):
        if dims[i] != ndim - n + i:
            return False
    return n > 0


cdef bint channels_of(Channels* c, np.ndarray a, groups) except -1:
    """How samples x channels x ... are divided."""
    cdef int i, ndim = np.PyArray_NDIM(a)
    if ndim < 2 or groups < 1 or np.PyArray_DIMS(a)[1] % <Py_ssize_t>groups:
        return False
    c.samples, c.groups = np.PyArray_DIMS(a)[0], groups
    c.channels = np.PyArray_DIMS(a)[1] // c.groups
    c.size = 1
    for i in range(2, ndim):
        c.size *= np.PyArray_DIMS(a)[i]
    return True


cdef inline bint is_packed(object x) noexcept:
    """Is an array laid out in C order?  NumPy keeps other orders of dims in its results."""
    return isinstance(x, np.ndarray) and np.PyArray_IS_C_CONTIGUOUS(<np.ndarray>x)


cdef Py_ssize_t row_length(np.ndarray a, int count) noexcept:
    """The number of elements in the last `count` dims."""
    cdef int i
    cdef Py_ssize_t n = 1
    for i in range(np.PyArray_NDIM(a) - count, np.PyArray_NDIM(a)):
        n *= np.PyArray_DIMS(a)[i]
    return n


def normalize(x, weight, bias, dims, axes, eps, groups, lead):
    """See `rushlight.kernels.standardize.normalize`."""
    cdef int t = dtype_of(x)
    cdef list p = []
    cdef Channels c
    cdef Py_ssize_t n
    cdef np.ndarray a = ready(x, t) if not lead and (not groups or is_packed(x)) else None, out
    cdef bint fit = False
    if a is not None:
        if groups:
            fit = axes == (1, 2) and channels_of(&c, a, groups)
            n = c.groups * c.channels
        else:
            fit = dims == axes and last_dims(dims, np.PyArray_NDIM(a))
            n = row_length(a, len(dims))
    if not fit or not parameter(weight, t, n, p) or not parameter(bias, t, n, p):
        return plain_norms.normalize(x, weight, bias, dims, axes, eps, groups, lead)
    out = blank(a)
    if groups:
        group_norm(is_double(a), data(a), data(p[0]), data(p[1]), data(out), c.samples, c.groups, c.channels, c.size, eps)
    else:
        layer_norm(is_double(a), data(a), data(p[0]), data(p[1]), data(out), np.PyArray_SIZE(a) // n, n, eps)
    return out


def moments(x, dims):
    """See `rushlight.kernels.standardize.moments`."""
    cdef int t = dtype_of(x)
    cdef np.ndarray a = ready(x, t) if is_packed(x) else None, mean, variance
    cdef Channels c
    if a is None or not channels_of(&c, a, 1) or dims != (0, *range(2, np.PyArray_NDIM(a))):
        return plain_norms.moments(x, dims)
    mean = np.PyArray_EMPTY(1, np.PyArray_DIMS(a) + 1, t, 0)
    variance = np.PyArray_EMPTY(1, np.PyArray_DIMS(a) + 1, t, 0)
    moments_c(is_double(a), data(a), data(mean), data(variance), c.samples, c.channels, c.size)
    return mean, variance


def normalize_by(x, weight, bias, mean, variance, dims, axes, eps, lead):
    """See `rushlight.kernels.standardize.normalize_by`."""
    cdef int t = dtype_of(x)
    cdef np.ndarray a = ready(x, t) if not lead and is_packed(x) else None, out
    cdef list p = []
    cdef Channels c
    if (
        a is None or axes != (1,) or mean is None or variance is None or not channels_of(&c, a, 1)
        or not all([parameter(q, t, c.channels, p) for q in (weight, bias, mean, variance)])
    ):
        return plain_norms.normalize_by(x, weight, bias, mean, variance, dims, axes, eps, lead)
    out = blank(a)
    batch_norm(is_double(a), data(a), data(p[0]), data(p[1]), data(p[2]), data(p[3]), data(out), c.samples, c.channels, c.size, eps)
    return out


cdef tuple gradients(np.ndarray g, np.ndarray x, list p, Py_ssize_t n, Channels c, double eps, wanted):
    """The gradients of rows of length n, or of channels if n is 0; p: weight, mean, variance."""
    cdef np.npy_intp nothing = 0, width = n if n else c.groups * c.channels
    cdef int t = np.PyArray_TYPE(x)
    cdef bint wide = is_double(x)
    cdef np.ndarray gx = blank(x) if wanted[0] else None
    cdef np.ndarray gw = np.PyArray_EMPTY(1, &width, t, 0) if wanted[1] else None
    cdef np.ndarray gb = np.PyArray_EMPTY(1, &width, t, 0) if wanted[2] else None
    if n:
        layer_norm_gradient(wide, data(g), data(x), data(p[0]), data(gx), data(gw), data(gb), np.PyArray_SIZE(x) // n, n, eps)
    elif p[1] is None:
        group_norm_gradient(wide, data(g), data(x), data(p[0]), data(gx), data(gw), data(gb), c.samples, c.groups, c.channels, c.size, eps)
    else:
        batch_norm_gradient(wide, data(g), data(x), data(p[0]), data(p[1]), data(p[2]), data(gx), data(gw), data(gb), c.samples, c.channels, c.size, eps)
    return tuple([np.PyArray_EMPTY(1, &nothing, t, 0) if a is None else a for a in (gx, gw, gb)])


def normalize_gradient(g, x, weight, mean, variance, dims, axes, eps, groups, lead, wanted):
    """See `rushlight.kernels.standardize.normalize_gradient`."""
    cdef int t = dtype_of(x)
    cdef np.ndarray a = None, b = None
    cdef Channels c
    cdef Py_ssize_t n = 0
    cdef bint rows = not groups and dims == axes, fit = False
    cdef list p = []
    if not lead and (rows or is_packed(x)) and (mean is None) == (variance is None):
        a, b = ready(g, t), ready(x, t)
    if a is not None and b is not None and same_shape(a, b) and (weight is not None or not wanted[1]):
        if rows:
            fit = mean is None and last_dims(dims, np.PyArray_NDIM(b))
            n = row_length(b, len(dims))
        elif groups:
            fit = mean is None and axes == (1, 2) and channels_of(&c, b, groups)
        else:
            fit = mean is not None and axes == (1,) and channels_of(&c, b, 1)
    if not fit or not all(
        [parameter(q, t, n if rows else c.groups * c.channels, p) for q in (weight, mean, variance)]
    ):
        return plain_norms.normalize_gradient(g, x, weight, mean, variance, dims, axes, eps, groups, lead, wanted)
    gx, gw, gb = gradients(a, b, p, n, c, eps, wanted)
    if rows:
        inner = (<object>b).shape[np.PyArray_NDIM(b) - len(dims):]
        gw, gb = gw.reshape(inner) if wanted[1] else gw, gb.reshape(inner) if wanted[2] else gb
    return gx, gw, gb


for _function in (
    *(softmax, log_softmax, softmax_gradient, log_softmax_gradient, class_losses),
    *(normalize, normalize_by, normalize_gradient, moments),
):
    door.register_function(_function.__name__, _function)
