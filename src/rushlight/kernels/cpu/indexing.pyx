# distutils: language = c++
"""Native indexing, joining and limits: what `kernels.scatter` and `kernels.choosing` do.

Each function takes contiguous arrays in native byte order and leaves everything else to its twin.
"""

cimport numpy as np
from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from rushlight.kernels.cpu.arrays cimport blank, d, dtype_of, f, same_shape

from rushlight.kernels import choosing as plain_choosing
from rushlight.kernels import door
from rushlight.kernels import scatter as plain_scatter

np.import_array()

cdef extern from "indexing.hpp" namespace "rl":
    bint all_within(const int64_t*, Py_ssize_t, Py_ssize_t)
    bint take_along_c "rl::take_along"[U](const U*, const int64_t*, U*, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t)
    void put_along_c "rl::put_along"[U](U*, const U*, const int64_t*, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t, bint)
    void add_along_c "rl::add_along"[T](T*, const T*, const int64_t*, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t)
    void add_slices_c "rl::add_slices"[T](T*, const T*, const int64_t*, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t)
    void clamped_c "rl::clamped"[T](const T*, T*, Py_ssize_t, bint, T, bint, T)
    void clamped_gradient_c "rl::clamped_gradient"[T](const T*, const T*, T*, Py_ssize_t, bint, T, bint, T)
    void chosen_c "rl::chosen"[U](const unsigned char*, const U*, int, const U*, int, U*, Py_ssize_t)
    void insertion_places_c "rl::insertion_places"[T](const T*, Py_ssize_t, const T*, int64_t*, Py_ssize_t, bint)
    void joined_c "rl::joined"(const char* const*, const Py_ssize_t*, Py_ssize_t, char*, Py_ssize_t)


cdef struct Middle:
    Py_ssize_t outer, n, inner


cdef bint around(Middle* m, np.ndarray a, Py_ssize_t dim) noexcept:
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


cdef inline bint plain(object x) noexcept:
    """A contiguous array in native byte order of numbers or truth values."""
    if type(x) is not np.ndarray:
        return False
    cdef int t = np.PyArray_TYPE(<np.ndarray>x)
    return np.PyArray_ISCARRAY_RO(<np.ndarray>x) and t < np.NPY_OBJECT


cdef inline bint whole(object index) noexcept:
    return plain(index) and np.PyArray_TYPE(<np.ndarray>index) == np.NPY_INT64


cdef bint fits(Middle* m, Py_ssize_t* rows, np.ndarray x, np.ndarray index, Py_ssize_t dim) noexcept:
    """Has an index the shape of `x` but along `dim`?  Then the sizes, and the index's rows."""
    cdef int i
    if np.PyArray_NDIM(x) != np.PyArray_NDIM(index) or not around(m, x, dim):
        return False
    for i in range(np.PyArray_NDIM(x)):
        if i != dim and np.PyArray_DIMS(x)[i] != np.PyArray_DIMS(index)[i]:
            return False
    rows[0] = np.PyArray_DIMS(index)[dim]
    return np.PyArray_SIZE(x) > 0 and np.PyArray_SIZE(index) > 0


def within(index, length):
    """See `rushlight.kernels.scatter.within`."""
    if not whole(index):
        return plain_scatter.within(index, length)
    return all_within(<int64_t*>np.PyArray_DATA(<np.ndarray>index), np.PyArray_SIZE(<np.ndarray>index), length)


def take_along(x, index, dim):
    """See `rushlight.kernels.scatter.take_along`."""
    cdef Middle m
    cdef Py_ssize_t rows = 0
    cdef np.ndarray a, out
    cdef int64_t* at
    cdef int size
    cdef bint done = False
    if plain(x) and whole(index) and fits(&m, &rows, x, index, dim):
        a = x
        size = np.PyArray_ITEMSIZE(a)
        at = <int64_t*>np.PyArray_DATA(<np.ndarray>index)
        out = np.PyArray_EMPTY(np.PyArray_NDIM(a), np.PyArray_DIMS(<np.ndarray>index), np.PyArray_TYPE(a), 0)
        if size == 4:
            done = take_along_c[uint32_t](<uint32_t*>np.PyArray_DATA(a), at, <uint32_t*>np.PyArray_DATA(out), m.outer, m.n, rows, m.inner)
        elif size == 8:
            done = take_along_c[uint64_t](<uint64_t*>np.PyArray_DATA(a), at, <uint64_t*>np.PyArray_DATA(out), m.outer, m.n, rows, m.inner)
        elif size == 1:
            done = take_along_c[uint8_t](<uint8_t*>np.PyArray_DATA(a), at, <uint8_t*>np.PyArray_DATA(out), m.outer, m.n, rows, m.inner)
        elif size == 2:
            done = take_along_c[uint16_t](<uint16_t*>np.PyArray_DATA(a), at, <uint16_t*>np.PyArray_DATA(out), m.outer, m.n, rows, m.inner)
        if done:
            return out
    return plain_scatter.take_along(x, index, dim)


def put_along(x, values, index, dim):
    """See `rushlight.kernels.scatter.put_along`."""
    cdef Middle m
    cdef Py_ssize_t rows = 0
    cdef np.ndarray a, b
    cdef int64_t* at
    cdef int size
    cdef bint one
    if plain(x) and plain(values) and whole(index) and fits(&m, &rows, x, index, dim):
        a, b = x, values
        size, one = np.PyArray_ITEMSIZE(a), np.PyArray_NDIM(b) == 0
        at = <int64_t*>np.PyArray_DATA(<np.ndarray>index)
        if (
            np.PyArray_TYPE(a) == np.PyArray_TYPE(b)
            and np.PyArray_ISWRITEABLE(a)
            and (one or same_shape(b, index))
            and (size == 4 or size == 8)
            and all_within(at, np.PyArray_SIZE(<np.ndarray>index), m.n)
        ):
            if size == 4:
                put_along_c[uint32_t](<uint32_t*>np.PyArray_DATA(a), <uint32_t*>np.PyArray_DATA(b), at, m.outer, m.n, rows, m.inner, one)
            else:
                put_along_c[uint64_t](<uint64_t*>np.PyArray_DATA(a), <uint64_t*>np.PyArray_DATA(b), at, m.outer, m.n, rows, m.inner, one)
            return
    plain_scatter.put_along(x, values, index, dim)


cdef bint summable(object x, object values) noexcept:
    """Two arrays of one dtype, the first to be written to, for which sums are compiled."""
    if not plain(x) or not plain(values) or not np.PyArray_ISWRITEABLE(<np.ndarray>x):
        return False
    cdef int t = np.PyArray_TYPE(<np.ndarray>x)
    return t == np.PyArray_TYPE(<np.ndarray>values) and (t == np.NPY_FLOAT or t == np.NPY_DOUBLE or t == np.NPY_INT64)


def add_along(x, values, index, dim):
    """See `rushlight.kernels.scatter.add_along`."""
    cdef Middle m
    cdef Py_ssize_t rows = 0
    cdef np.ndarray a, b
    cdef int64_t* at
    if summable(x, values) and whole(index) and fits(&m, &rows, x, index, dim) and same_shape(values, index):
        a, b = x, values
        at = <int64_t*>np.PyArray_DATA(<np.ndarray>index)
        if all_within(at, np.PyArray_SIZE(<np.ndarray>index), m.n):
            if np.PyArray_TYPE(a) == np.NPY_FLOAT:
                add_along_c[float](f(a), f(b), at, m.outer, m.n, rows, m.inner)
            elif np.PyArray_TYPE(a) == np.NPY_DOUBLE:
                add_along_c[double](d(a), d(b), at, m.outer, m.n, rows, m.inner)
            else:
                add_along_c[int64_t](<int64_t*>np.PyArray_DATA(a), <int64_t*>np.PyArray_DATA(b), at, m.outer, m.n, rows, m.inner)
            return
    plain_scatter.add_along(x, values, index, dim)


def add_slices(x, values, index, dim):
    """See `rushlight.kernels.scatter.add_slices`."""
    cdef Middle m, of_values
    cdef np.ndarray a, b
    cdef int64_t* at
    if summable(x, values) and whole(index) and around(&m, x, dim) and around(&of_values, values, dim):
        a, b = x, values
        at = <int64_t*>np.PyArray_DATA(<np.ndarray>index)
        if (
            np.PyArray_NDIM(<np.ndarray>index) == 1
            and np.PyArray_SIZE(<np.ndarray>index) == of_values.n
            and m.outer == of_values.outer
            and m.inner == of_values.inner
            and np.PyArray_SIZE(b) > 0
            and all_within(at, of_values.n, m.n)
        ):
            if np.PyArray_TYPE(a) == np.NPY_FLOAT:
                add_slices_c[float](f(a), f(b), at, m.outer, m.n, of_values.n, m.inner)
            elif np.PyArray_TYPE(a) == np.NPY_DOUBLE:
                add_slices_c[double](d(a), d(b), at, m.outer, m.n, of_values.n, m.inner)
            else:
                add_slices_c[int64_t](<int64_t*>np.PyArray_DATA(a), <int64_t*>np.PyArray_DATA(b), at, m.outer, m.n, of_values.n, m.inner)
            return
    plain_scatter.add_slices(x, values, index, dim)


# -- limits and choices ----------------------------------------------------------------------


cdef struct Limits:
    bint has_low, has_high
    double low, high


cdef inline bint real(object x) noexcept:
    return x is None or PyFloat_CheckExact(x) or (PyLong_CheckExact(x) and -(1 << 24) < x < 1 << 24)


cdef bint limits(Limits* by, object low, object high):
    """Limits that are small numbers, not NaN."""
    if not real(low) or not real(high):
        return False
    by.has_low, by.has_high = low is not None, high is not None
    by.low = low if by.has_low else 0.0
    by.high = high if by.has_high else 0.0
    return by.low == by.low and by.high == by.high


cdef inline bint floats(object x) noexcept:
    if not plain(x):
        return False
    cdef int t = np.PyArray_TYPE(<np.ndarray>x)
    return t == np.NPY_FLOAT or t == np.NPY_DOUBLE


def clamped(x, low, high):
    """See `rushlight.kernels.choosing.clamped`."""
    cdef Limits by
    cdef np.ndarray a, out
    if not floats(x) or not limits(&by, low, high):
        return plain_choosing.clamped(x, low, high)
    a, out = x, blank(x)
    if np.PyArray_TYPE(a) == np.NPY_FLOAT:
        clamped_c[float](f(a), f(out), np.PyArray_SIZE(a), by.has_low, <float>by.low, by.has_high, <float>by.high)
    else:
        clamped_c[double](d(a), d(out), np.PyArray_SIZE(a), by.has_low, by.low, by.has_high, by.high)
    return out


def clamped_gradient(g, x, low, high):
    """See `rushlight.kernels.choosing.clamped_gradient`."""
    cdef Limits by
    cdef np.ndarray a, b, out
    if not floats(x) or not floats(g) or dtype_of(g) != dtype_of(x) or not same_shape(g, x) or not limits(&by, low, high):
        return plain_choosing.clamped_gradient(g, x, low, high)
    a, b, out = g, x, blank(x)
    if np.PyArray_TYPE(a) == np.NPY_FLOAT:
        clamped_gradient_c[float](f(a), f(b), f(out), np.PyArray_SIZE(a), by.has_low, <float>by.low, by.has_high, <float>by.high)
    else:
        clamped_gradient_c[double](d(a), d(b), d(out), np.PyArray_SIZE(a), by.has_low, by.low, by.has_high, by.high)
    return out


cdef object alike(object number, object array):
    """A number as a 0-d array of an array's dtype, if that is floating; else as it is."""
    cdef np.npy_intp nothing = 0
    cdef np.ndarray out
    if not floats(array) or not (PyFloat_CheckExact(number) or PyLong_CheckExact(number)):
        return number
    out = np.PyArray_EMPTY(0, &nothing, np.PyArray_TYPE(<np.ndarray>array), 0)
    if np.PyArray_TYPE(out) == np.NPY_FLOAT:
        f(out)[0] = <float><double>number
    else:
        d(out)[0] = number
    return out


def chosen(mask, a, b):
    """See `rushlight.kernels.choosing.chosen`."""
    cdef np.ndarray out, p, q, like
    cdef int t, ps, qs
    cdef unsigned char* m
    if type(a) is not np.ndarray:
        a = alike(a, b)
    elif type(b) is not np.ndarray:
        b = alike(b, a)
    if not plain(mask) or dtype_of(mask) != np.NPY_BOOL or not plain(a) or not plain(b):
        return plain_choosing.chosen(mask, a, b)
    p, q, t = a, b, dtype_of(a)
    ps, qs = np.PyArray_NDIM(p) > 0, np.PyArray_NDIM(q) > 0
    cdef int size = np.PyArray_ITEMSIZE(p)
    if (
        t != dtype_of(b)
        or not (size == 4 or size == 8)
        or (ps and not same_shape(p, mask))
        or (qs and not same_shape(q, mask))
    ):
        return plain_choosing.chosen(mask, a, b)
    out = np.PyArray_EMPTY(np.PyArray_NDIM(<np.ndarray>mask), np.PyArray_DIMS(<np.ndarray>mask), t, 0)
    m = <unsigned char*>np.PyArray_DATA(<np.ndarray>mask)
    if size == 4:
        chosen_c[uint32_t](m, <uint32_t*>np.PyArray_DATA(p), ps, <uint32_t*>np.PyArray_DATA(q), qs, <uint32_t*>np.PyArray_DATA(out), np.PyArray_SIZE(out))
    else:
        chosen_c[uint64_t](m, <uint64_t*>np.PyArray_DATA(p), ps, <uint64_t*>np.PyArray_DATA(q), qs, <uint64_t*>np.PyArray_DATA(out), np.PyArray_SIZE(out))
    return out


def insertion_places(boundaries, values, right):
    """See `rushlight.kernels.choosing.insertion_places`."""
    cdef np.ndarray b, v, out
    cdef int t = dtype_of(values)
    cdef int64_t* at
    if (
        not plain(boundaries)
        or not plain(values)
        or dtype_of(boundaries) != t
        or np.PyArray_NDIM(<np.ndarray>boundaries) != 1
        or not (t == np.NPY_FLOAT or t == np.NPY_DOUBLE or t == np.NPY_INT64)
    ):
        return plain_choosing.insertion_places(boundaries, values, right)
    b, v = boundaries, values
    out = np.PyArray_EMPTY(np.PyArray_NDIM(v), np.PyArray_DIMS(v), np.NPY_INT64, 0)
    at = <int64_t*>np.PyArray_DATA(out)
    if t == np.NPY_FLOAT:
        insertion_places_c[float](f(b), np.PyArray_SIZE(b), f(v), at, np.PyArray_SIZE(v), right)
    elif t == np.NPY_DOUBLE:
        insertion_places_c[double](d(b), np.PyArray_SIZE(b), d(v), at, np.PyArray_SIZE(v), right)
    else:
        insertion_places_c[int64_t](<int64_t*>np.PyArray_DATA(b), np.PyArray_SIZE(b), <int64_t*>np.PyArray_DATA(v), at, np.PyArray_SIZE(v), right)
    return out


# -- joining ---------------------------------------------------------------------------------

cdef enum:
    FEW = 64


cdef np.ndarray put_together(list arrays, Py_ssize_t dim, bint new):
    """Arrays one after another along a dim, or along a new one; None if they are not alike."""
    cdef Py_ssize_t count = len(arrays), total = 0, outer = 1, inner
    cdef Py_ssize_t lengths[FEW]
    cdef const char* parts[FEW]
    cdef np.npy_intp shape[64]
    cdef np.ndarray a, first, out
    cdef int i, nd, t
    if not 0 < count <= FEW or not plain(arrays[0]):
        return None
    first = arrays[0]
    nd, t, inner = np.PyArray_NDIM(first), np.PyArray_TYPE(first), np.PyArray_ITEMSIZE(first)
    if not 0 <= dim < nd + new or nd > 60:
        return None
    for i in range(nd):
        shape[i + (new and i >= dim)] = np.PyArray_DIMS(first)[i]
        if i < dim:
            outer *= np.PyArray_DIMS(first)[i]
        elif i > dim or new:
            inner *= np.PyArray_DIMS(first)[i]
    for k in range(count):
        if not plain(arrays[k]):
            return None
        a = arrays[k]
        if np.PyArray_TYPE(a) != t or np.PyArray_NDIM(a) != nd:
            return None
        for i in range(nd):
            if (new or i != dim) and np.PyArray_DIMS(a)[i] != np.PyArray_DIMS(first)[i]:
                return None
        parts[k] = <const char*>np.PyArray_DATA(a)
        lengths[k] = inner if new else inner * np.PyArray_DIMS(a)[dim]
        total += 1 if new else np.PyArray_DIMS(a)[dim]
    shape[dim] = total
    out = np.PyArray_EMPTY(nd + new, shape, t, 0)
    if np.PyArray_SIZE(out):
        joined_c(parts, lengths, count, <char*>np.PyArray_DATA(out), outer)
    return out


def joined(arrays, dim):
    """See `rushlight.kernels.choosing.joined`."""
    cdef np.ndarray out = None
    cdef Py_ssize_t d = dim
    if type(arrays) is list and arrays and type(arrays[0]) is np.ndarray:
        out = put_together(arrays, d + np.PyArray_NDIM(<np.ndarray>arrays[0]) if d < 0 else d, False)
    return plain_choosing.joined(arrays, dim) if out is None else out


def stacked(arrays, dim):
    """See `rushlight.kernels.choosing.stacked`."""
    cdef np.ndarray out = None
    cdef Py_ssize_t d = dim
    if type(arrays) is list and arrays and type(arrays[0]) is np.ndarray:
        out = put_together(arrays, d + 1 + np.PyArray_NDIM(<np.ndarray>arrays[0]) if d < 0 else d, True)
    return plain_choosing.stacked(arrays, dim) if out is None else out


for _function in (
    *(within, take_along, put_along, add_along, add_slices),
    *(clamped, clamped_gradient, chosen, insertion_places, joined, stacked),
):
    door.register_function(_function.__name__, _function)
