# distutils: language = c++
"""Native indexing, joining and limits: what `kernels.scatter` and `kernels.choosing` do.

Each function takes contiguous arrays in native byte order and leaves everything else to its twin.
"""

cimport numpy as np
from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libcpp.vector cimport vector
from rushlight.kernels.cpu.arrays cimport blank, d, dtype_of, f, same_shape
from rushlight.kernels.cpu.memory cimport allocate

import numpy

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
    bint joint(const int64_t* const*, const Py_ssize_t*, int, int64_t*, Py_ssize_t)
    void take_slices[U](const U*, const int64_t*, U*, Py_ssize_t, Py_ssize_t, Py_ssize_t, Py_ssize_t)
    void clear(void*, Py_ssize_t)
    void clamped_c "rl::clamped"[T](const T*, T*, Py_ssize_t, bint, T, bint, T)
    void clamped_gradient_c "rl::clamped_gradient"[T](const T*, const T*, T*, Py_ssize_t, bint, T, bint, T)
    void chosen_c "rl::chosen"[U](const unsigned char*, const U*, int, const U*, int, U*, Py_ssize_t)
    void insertion_places_c "rl::insertion_places"[T](const T*, Py_ssize_t, const T*, int64_t*, Py_ssize_t, bint)
    void joined_c "rl::joined"(const char* const*, const Py_ssize_t*, Py_ssize_t, char*, Py_ssize_t)

cdef extern from "masks.hpp" namespace "rl":
    const Py_ssize_t PIECE
    vector[Py_ssize_t] begins(const unsigned char*, Py_ssize_t, Py_ssize_t) except +
    void selected_c "rl::selected"[U](const unsigned char*, const U*, U*, const vector[Py_ssize_t]&)
    void unselected_c "rl::unselected"[U](const unsigned char*, const U*, U*, Py_ssize_t, const vector[Py_ssize_t]&)
    void places_c "rl::places"(const unsigned char*, const np.npy_intp*, int, int64_t*, const vector[Py_ssize_t]&)


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


def within(index, length, /):
    """See `rushlight.kernels.scatter.within`."""
    if not whole(index):
        return plain_scatter.within(index, length)
    return all_within(<int64_t*>np.PyArray_DATA(<np.ndarray>index), np.PyArray_SIZE(<np.ndarray>index), length)


def take_along(x, index, dim, /):
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
        if size != 4 and size != 8:
            return plain_scatter.take_along(x, index, dim)
        out = allocate(np.PyArray_NDIM(a), np.PyArray_DIMS(<np.ndarray>index), np.PyArray_TYPE(a))
        if size == 4:
            done = take_along_c[uint32_t](<uint32_t*>np.PyArray_DATA(a), at, <uint32_t*>np.PyArray_DATA(out), m.outer, m.n, rows, m.inner)
        else:
            done = take_along_c[uint64_t](<uint64_t*>np.PyArray_DATA(a), at, <uint64_t*>np.PyArray_DATA(out), m.outer, m.n, rows, m.inner)
        if done:
            return out
    return plain_scatter.take_along(x, index, dim)


def put_along(x, values, index, dim, /):
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


def add_along(x, values, index, dim, /):
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


def add_slices(x, values, index, dim, /):
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


# -- neighbouring dims -----------------------------------------------------------------------

cdef enum:
    MOST = 8


cdef struct Block:  # index tensors of one shape, and sizes around the dims that they are for
    Py_ssize_t outer, n, inner, count
    int dims
    const int64_t* index[MOST]
    Py_ssize_t lengths[MOST]


cdef bint block(Block* b, np.ndarray x, tuple indices, Py_ssize_t first) noexcept:
    """Can the loops take them?"""
    cdef int i
    cdef np.ndarray lead, one
    b.dims = len(indices)
    if not 0 < b.dims <= MOST or not 0 <= first <= np.PyArray_NDIM(x) - b.dims or not whole(indices[0]):
        return False
    lead = indices[0]
    b.outer = b.n = b.inner = 1
    b.count = np.PyArray_SIZE(lead)
    for i in range(b.dims):
        if not whole(indices[i]) or not same_shape(indices[i], lead):
            return False
        one = indices[i]
        b.index[i] = <int64_t*>np.PyArray_DATA(one)
        b.lengths[i] = np.PyArray_DIMS(x)[first + i]
        b.n *= b.lengths[i]
    for i in range(first):
        b.outer *= np.PyArray_DIMS(x)[i]
    for i in range(first + b.dims, np.PyArray_NDIM(x)):
        b.inner *= np.PyArray_DIMS(x)[i]
    return np.PyArray_SIZE(x) > 0 and b.count > 0


cdef const int64_t* places_in(Block* b, vector[int64_t]& room) except? NULL:
    """The index tensors as one; NULL if an index is out of range."""
    if b.dims == 1 and all_within(b.index[0], b.count, b.n):
        return b.index[0]
    room.resize(b.count)
    return room.data() if joint(b.index, b.lengths, b.dims, room.data(), b.count) else NULL


def take_at(x, indices, first, /):
    """See `rushlight.kernels.scatter.take_at`."""
    cdef Block b
    cdef vector[int64_t] room
    cdef const int64_t* at = NULL
    cdef np.npy_intp shape[64]
    cdef np.ndarray a, out
    cdef int i, nd, own, size, from_dim = first
    if not plain(x) or not block(&b, x, indices, from_dim):
        return plain_scatter.take_at(x, indices, first)
    a, nd, own = x, np.PyArray_NDIM(x), np.PyArray_NDIM(indices[0])
    size = np.PyArray_ITEMSIZE(a)
    if size > 8 or nd + own > 60:
        return plain_scatter.take_at(x, indices, first)
    at = places_in(&b, room)
    if at == NULL:
        return plain_scatter.take_at(x, indices, first)
    for i in range(from_dim):
        shape[i] = np.PyArray_DIMS(a)[i]
    for i in range(own):
        shape[from_dim + i] = np.PyArray_DIMS(<np.ndarray>indices[0])[i]
    for i in range(from_dim + b.dims, nd):
        shape[i - b.dims + own] = np.PyArray_DIMS(a)[i]
    out = allocate(nd - b.dims + own, shape, np.PyArray_TYPE(a))
    if size == 4:
        take_slices[uint32_t](<uint32_t*>np.PyArray_DATA(a), at, <uint32_t*>np.PyArray_DATA(out), b.outer, b.n, b.count, b.inner)
    elif size == 8:
        take_slices[uint64_t](<uint64_t*>np.PyArray_DATA(a), at, <uint64_t*>np.PyArray_DATA(out), b.outer, b.n, b.count, b.inner)
    else:
        take_slices[uint8_t](<uint8_t*>np.PyArray_DATA(a), at, <uint8_t*>np.PyArray_DATA(out), b.outer, b.n, b.count, b.inner * size)
    return out


def add_at(x, values, indices, first, /):
    """See `rushlight.kernels.scatter.add_at`."""
    cdef Block b
    cdef vector[int64_t] room
    cdef const int64_t* at = NULL
    cdef np.ndarray a = x, v
    if not summable(x, values) or not block(&b, x, indices, first):
        return plain_scatter.add_at(x, values, indices, first)
    v = values
    if np.PyArray_SIZE(v) != b.outer * b.count * b.inner:
        return plain_scatter.add_at(x, values, indices, first)
    at = places_in(&b, room)
    if at == NULL:
        return plain_scatter.add_at(x, values, indices, first)
    if np.PyArray_TYPE(a) == np.NPY_FLOAT:
        add_slices_c[float](f(a), f(v), at, b.outer, b.n, b.count, b.inner)
    elif np.PyArray_TYPE(a) == np.NPY_DOUBLE:
        add_slices_c[double](d(a), d(v), at, b.outer, b.n, b.count, b.inner)
    else:
        add_slices_c[int64_t](<int64_t*>np.PyArray_DATA(a), <int64_t*>np.PyArray_DATA(v), at, b.outer, b.n, b.count, b.inner)


def zeros(shape, dtype, /):
    """See `rushlight.kernels.scatter.zeros`."""
    cdef np.npy_intp sizes[64]
    cdef np.npy_intp count = 1, n
    cdef int i = 0
    cdef np.ndarray out
    if len(shape) > 60 or (<np.dtype>dtype).type_num >= np.NPY_OBJECT:
        return plain_scatter.zeros(shape, dtype)
    for n in shape:
        sizes[i] = n
        i += 1
        count *= n
    if count < 1 << 14:
        return plain_scatter.zeros(shape, dtype)
    out = allocate(i, sizes, (<np.dtype>dtype).type_num)
    clear(np.PyArray_DATA(out), np.PyArray_NBYTES(out))
    return out


# -- masks -----------------------------------------------------------------------------------


cdef inline bint covers(object mask, object x) noexcept:
    """A mask that has elements and the shape of the array `x`, if that is one to be copied?"""
    return (
        plain(mask) and np.PyArray_TYPE(<np.ndarray>mask) == np.NPY_BOOL and np.PyArray_SIZE(<np.ndarray>mask) > 0
        and plain(x) and same_shape(mask, x)
        and (np.PyArray_ITEMSIZE(<np.ndarray>x) == 4 or np.PyArray_ITEMSIZE(<np.ndarray>x) == 8)
    )


cdef inline unsigned char* truth(object mask) noexcept:
    return <unsigned char*>np.PyArray_DATA(<np.ndarray>mask)


def selected(x, mask, /):
    """See `rushlight.kernels.choosing.selected`."""
    cdef np.ndarray a, out
    cdef np.npy_intp count
    cdef vector[Py_ssize_t] at
    if not covers(mask, x):
        return plain_choosing.selected(x, mask)
    a = x
    at = begins(truth(mask), np.PyArray_SIZE(a), PIECE)
    count = at.back()
    out = allocate(1, &count, np.PyArray_TYPE(a))
    if np.PyArray_ITEMSIZE(a) == 4:
        selected_c[uint32_t](truth(mask), <uint32_t*>np.PyArray_DATA(a), <uint32_t*>np.PyArray_DATA(out), at)
    else:
        selected_c[uint64_t](truth(mask), <uint64_t*>np.PyArray_DATA(a), <uint64_t*>np.PyArray_DATA(out), at)
    return out


def unselected(values, mask, /):
    """See `rushlight.kernels.choosing.unselected`."""
    cdef np.ndarray v, out
    cdef vector[Py_ssize_t] at
    if not plain(values) or np.PyArray_NDIM(<np.ndarray>values) != 1 or not plain(mask) or dtype_of(mask) != np.NPY_BOOL:
        return plain_choosing.unselected(values, mask)
    v = values
    at = begins(truth(mask), np.PyArray_SIZE(<np.ndarray>mask), PIECE)
    if at.back() != np.PyArray_SIZE(v) or not (np.PyArray_ITEMSIZE(v) == 4 or np.PyArray_ITEMSIZE(v) == 8):
        return plain_choosing.unselected(values, mask)
    out = allocate(np.PyArray_NDIM(<np.ndarray>mask), np.PyArray_DIMS(<np.ndarray>mask), np.PyArray_TYPE(v))
    if np.PyArray_ITEMSIZE(v) == 4:
        unselected_c[uint32_t](truth(mask), <uint32_t*>np.PyArray_DATA(v), <uint32_t*>np.PyArray_DATA(out), np.PyArray_SIZE(out), at)
    else:
        unselected_c[uint64_t](truth(mask), <uint64_t*>np.PyArray_DATA(v), <uint64_t*>np.PyArray_DATA(out), np.PyArray_SIZE(out), at)
    return out


def overwrite(x, mask, value, /):
    """See `rushlight.kernels.choosing.overwrite`."""
    cdef np.ndarray a, number
    if not covers(mask, x) or not np.PyArray_ISWRITEABLE(<np.ndarray>x) or np.PyArray_SIZE(<np.ndarray>x) < 1 << 10:
        return plain_choosing.overwrite(x, mask, value)
    a, number = x, numpy.asarray(value, (<np.ndarray>x).dtype)
    if np.PyArray_NDIM(number):
        return plain_choosing.overwrite(x, mask, value)
    if np.PyArray_ITEMSIZE(a) == 4:
        chosen_c[uint32_t](truth(mask), <uint32_t*>np.PyArray_DATA(number), 0, <uint32_t*>np.PyArray_DATA(a), 1, <uint32_t*>np.PyArray_DATA(a), np.PyArray_SIZE(a))
    else:
        chosen_c[uint64_t](truth(mask), <uint64_t*>np.PyArray_DATA(number), 0, <uint64_t*>np.PyArray_DATA(a), 1, <uint64_t*>np.PyArray_DATA(a), np.PyArray_SIZE(a))


def places(x, /):
    """See `rushlight.kernels.choosing.places`."""
    cdef np.ndarray a, out
    cdef np.npy_intp shape[2]
    cdef vector[Py_ssize_t] at
    if type(x) is not np.ndarray or np.PyArray_NDIM(<np.ndarray>x) == 0 or np.PyArray_SIZE(<np.ndarray>x) == 0:
        return plain_choosing.places(x)
    if dtype_of(x) != np.NPY_BOOL or not np.PyArray_ISCARRAY_RO(<np.ndarray>x):
        x = x.astype(numpy.bool_, "C")
    a = x
    at = begins(truth(a), np.PyArray_SIZE(a), np.PyArray_DIMS(a)[np.PyArray_NDIM(a) - 1])
    shape[0], shape[1] = np.PyArray_NDIM(a), at.back()
    out = allocate(2, shape, np.NPY_INT64)
    places_c(truth(a), np.PyArray_DIMS(a), np.PyArray_NDIM(a), <int64_t*>np.PyArray_DATA(out), at)
    return out


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


def clamped(x, low, high, /):
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


def clamped_gradient(g, x, low, high, /):
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


def chosen(mask, a, b, /):
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
    out = allocate(np.PyArray_NDIM(<np.ndarray>mask), np.PyArray_DIMS(<np.ndarray>mask), t)
    m = <unsigned char*>np.PyArray_DATA(<np.ndarray>mask)
    if size == 4:
        chosen_c[uint32_t](m, <uint32_t*>np.PyArray_DATA(p), ps, <uint32_t*>np.PyArray_DATA(q), qs, <uint32_t*>np.PyArray_DATA(out), np.PyArray_SIZE(out))
    else:
        chosen_c[uint64_t](m, <uint64_t*>np.PyArray_DATA(p), ps, <uint64_t*>np.PyArray_DATA(q), qs, <uint64_t*>np.PyArray_DATA(out), np.PyArray_SIZE(out))
    return out


def insertion_places(boundaries, values, right, /):
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
    out = allocate(np.PyArray_NDIM(v), np.PyArray_DIMS(v), np.NPY_INT64)
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
    out = allocate(nd + new, shape, t)
    if np.PyArray_SIZE(out):
        joined_c(parts, lengths, count, <char*>np.PyArray_DATA(out), outer)
    return out


def joined(arrays, dim, /):
    """See `rushlight.kernels.choosing.joined`."""
    cdef np.ndarray out = None
    cdef Py_ssize_t d = dim
    if type(arrays) is list and arrays and type(arrays[0]) is np.ndarray:
        out = put_together(arrays, d + np.PyArray_NDIM(<np.ndarray>arrays[0]) if d < 0 else d, False)
    return plain_choosing.joined(arrays, dim) if out is None else out


def stacked(arrays, dim, /):
    """See `rushlight.kernels.choosing.stacked`."""
    cdef np.ndarray out = None
    cdef Py_ssize_t d = dim
    if type(arrays) is list and arrays and type(arrays[0]) is np.ndarray:
        out = put_together(arrays, d + 1 + np.PyArray_NDIM(<np.ndarray>arrays[0]) if d < 0 else d, True)
    return plain_choosing.stacked(arrays, dim) if out is None else out


for _function in (
    *(within, take_along, put_along, add_along, add_slices),
    *(take_at, add_at, zeros, selected, unselected, overwrite, places),
    *(clamped, clamped_gradient, chosen, insertion_places, joined, stacked),
):
    door.register_function(_function.__name__, _function)
