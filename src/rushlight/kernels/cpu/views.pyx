# distutils: language = c++
"""Views made without NumPy's own ways to them: for calls with plain ints, everything else declines."""

cimport cython
cimport numpy as np
from cpython.long cimport PyLong_AsLongLongAndOverflow, PyLong_CheckExact
from cpython.ref cimport Py_INCREF
from cpython.slice cimport PySlice_AdjustIndices, PySlice_Unpack
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from rushlight.kernels.door cimport Kernel

from rushlight.kernels import door

np.import_array()

cdef extern from "window.hpp":
    object window "rl_window"(object x, int n, const Py_ssize_t* dims, const Py_ssize_t* steps, Py_ssize_t shift)

DEF MOST = 32  # dims that a layout may have here


cdef struct Layout:
    int n
    Py_ssize_t dims[MOST]
    Py_ssize_t steps[MOST]


cdef inline bint read(object x, Layout* layout) noexcept:
    """The layout of an array with at most 31 dims; False for anything else."""
    if type(x) is not np.ndarray:
        return False
    cdef np.ndarray a = x
    cdef int i, n = np.PyArray_NDIM(a)
    if n >= MOST or np.PyArray_SIZE(a) == 0:
        return False
    layout.n = n
    for i in range(n):
        layout.dims[i] = np.PyArray_DIMS(a)[i]
        layout.steps[i] = np.PyArray_STRIDES(a)[i]
    return True


cdef inline object seen(object x, Layout* layout, Py_ssize_t shift=0):
    """The memory of `x` under a layout."""
    cdef np.ndarray out = window(x, layout.n, layout.dims, layout.steps, shift)
    np.set_array_base(out, x)
    return out


cdef inline bint number(object value, Py_ssize_t* out) noexcept:
    """A Python int that fits; False for anything else."""
    cdef int overflow = 0
    if not PyLong_CheckExact(value):
        return False
    out[0] = PyLong_AsLongLongAndOverflow(value, &overflow)
    return not overflow


cdef inline bint dim_of(object value, int span, Py_ssize_t* out) noexcept:
    """A dim counted from the front of `span` dims; False if it is none."""
    if not number(value, out) or not -span <= out[0] < span:
        return False
    if out[0] < 0:
        out[0] += span
    return True


cdef inline int numbers(tuple args, Py_ssize_t* out) noexcept:
    """The ints after the first argument, one by one or as one sequence; their count or -1."""
    cdef object sequence = args
    cdef Py_ssize_t i, start = 1, n = len(args)
    if n == 2 and isinstance(args[1], (tuple, list)):
        sequence, start = args[1], 0
        n = len(sequence)
    if n - start >= MOST:
        return -1
    for i in range(start, n):
        if not number(sequence[i], &out[i - start]):
            return -1
    return <int>(n - start)


cdef inline tuple listed(int n, Py_ssize_t* values):
    cdef int i
    cdef tuple made = PyTuple_New(n)
    cdef object value
    for i in range(n):
        value = values[i]
        Py_INCREF(value)
        PyTuple_SET_ITEM(made, i, value)
    return made


cdef object contiguous(object x, int n, Py_ssize_t* size):
    """A contiguous array under another shape, and that shape."""
    cdef Layout layout
    cdef int i
    cdef Py_ssize_t step = np.PyArray_ITEMSIZE(x)
    layout.n = n
    for i in range(n - 1, -1, -1):
        layout.dims[i], layout.steps[i] = size[i], step
        step *= size[i]
    return seen(x, &layout), (listed(n, layout.dims),)


@cython.final
cdef class Reshape(Kernel):
    """`view(*size)` and `reshape(*size)` of contiguous arrays; one entry may be -1."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Layout layout
        cdef Py_ssize_t size[MOST]
        cdef int i, n, unknown = -1
        cdef Py_ssize_t have, want = 1
        if kwargs or len(args) < 2 or not read(args[0], &layout) or not np.PyArray_ISCARRAY_RO(args[0]):
            return None
        n = numbers(args, size)
        if n < 0:
            return None
        have = np.PyArray_SIZE(args[0])
        for i in range(n):
            if size[i] > 0:
                want *= size[i]
                if want > have:
                    return None
            elif size[i] == -1 and unknown < 0:
                unknown = i
            else:
                return None
        if unknown >= 0:
            if have % want:
                return None
            size[unknown] = have // want
        elif want != have:
            return None
        return contiguous(args[0], n, size)


@cython.final
cdef class Flatten(Kernel):
    """`flatten(start_dim, end_dim)` of contiguous arrays, where it changes the shape."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Layout layout
        cdef Py_ssize_t start = 0, end = -1
        cdef int i, n = <int>len(args)
        if kwargs or n > 3 or not read(args[0], &layout) or not np.PyArray_ISCARRAY_RO(args[0]):
            return None
        if layout.n < 2 or not dim_of(args[1] if n > 1 else 0, layout.n, &start):
            return None
        if not dim_of(args[2] if n > 2 else -1, layout.n, &end) or start >= end:
            return None
        for i in range(start + 1, end + 1):
            layout.dims[start] *= layout.dims[i]
        for i in range(end + 1, layout.n):
            layout.dims[start + i - end] = layout.dims[i]
        return contiguous(args[0], <int>(layout.n - (end - start)), layout.dims)


cdef inline void swap(Layout* layout, Py_ssize_t p, Py_ssize_t q) noexcept:
    layout.dims[p], layout.dims[q] = layout.dims[q], layout.dims[p]
    layout.steps[p], layout.steps[q] = layout.steps[q], layout.steps[p]


@cython.final
cdef class Transpose(Kernel):
    """`transpose(dim0, dim1)`."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Layout layout
        cdef Py_ssize_t p = 0, q = 0
        if kwargs or len(args) != 3 or not read(args[0], &layout):
            return None
        if not dim_of(args[1], layout.n, &p) or not dim_of(args[2], layout.n, &q):
            return None
        swap(&layout, p, q)
        return seen(args[0], &layout), (p, q)


@cython.final
cdef class MatrixTranspose(Kernel):
    """`t()` of a matrix."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Layout layout
        if kwargs or len(args) != 1 or not read(args[0], &layout) or layout.n != 2:
            return None
        swap(&layout, 0, 1)
        return seen(args[0], &layout), (0,)


@cython.final
cdef class Permute(Kernel):
    """`permute(*dims)`."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Layout layout, old
        cdef Py_ssize_t dims[MOST]
        cdef Py_ssize_t d
        cdef int i, used = 0
        if kwargs or len(args) < 2 or not read(args[0], &old) or numbers(args, dims) != old.n:
            return None
        layout.n = old.n
        for i in range(old.n):
            d = dims[i] if dims[i] >= 0 else dims[i] + old.n
            if not 0 <= d < old.n or used & (1 << d):
                return None
            used |= 1 << d
            dims[i] = d
            layout.dims[i], layout.steps[i] = old.dims[d], old.steps[d]
        return seen(args[0], &layout), (listed(old.n, dims),)


@cython.final
cdef class Reversed(Kernel):
    """`T` of a matrix: its dims in reverse order."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Layout layout
        if kwargs or len(args) != 1 or not read(args[0], &layout) or layout.n != 2:
            return None
        swap(&layout, 0, 1)
        return seen(args[0], &layout), ((1, 0),)


@cython.final
cdef class LastTwo(Kernel):
    """`mT`: the last two dims swapped."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Layout layout
        if kwargs or len(args) != 1 or not read(args[0], &layout) or layout.n < 2:
            return None
        swap(&layout, layout.n - 2, layout.n - 1)
        return seen(args[0], &layout), (layout.n - 2, layout.n - 1)


@cython.final
cdef class Unsqueeze(Kernel):
    """`unsqueeze(dim)`, and None in an index."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Py_ssize_t dim = 0
        if kwargs or len(args) != 2 or type(args[0]) is not np.ndarray:
            return None
        if not dim_of(args[1], np.PyArray_NDIM(args[0]) + 1, &dim):
            return None
        return self.along(args[0], dim, None)

    cpdef object along(self, object x, Py_ssize_t dim, object what):
        cdef Layout layout
        cdef int i
        cdef Py_ssize_t step
        if not read(x, &layout) or layout.n + 1 >= MOST:
            return None
        step = layout.dims[dim] * layout.steps[dim] if dim < layout.n else np.PyArray_ITEMSIZE(x)
        for i in range(layout.n, <int>dim, -1):
            layout.dims[i], layout.steps[i] = layout.dims[i - 1], layout.steps[i - 1]
        layout.dims[dim], layout.steps[dim] = 1, step
        layout.n += 1
        return seen(x, &layout), (dim,)


@cython.final
cdef class Squeeze(Kernel):
    """`squeeze()` of all dims of length 1."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Layout layout
        cdef int i, m = 0
        cdef list dims = []
        if kwargs or len(args) != 1 or not read(args[0], &layout):
            return None
        for i in range(layout.n):
            if layout.dims[i] == 1:
                dims.append(i)
            else:
                layout.dims[m], layout.steps[m] = layout.dims[i], layout.steps[i]
                m += 1
        layout.n = m
        return seen(args[0], &layout), (tuple(dims),)


cdef inline void drop(Layout* layout, Py_ssize_t dim) noexcept:
    cdef int i
    layout.n -= 1
    for i in range(<int>dim, layout.n):
        layout.dims[i], layout.steps[i] = layout.dims[i + 1], layout.steps[i + 1]


@cython.final
cdef class Select(Kernel):
    """`select(dim, index)`, and an int in an index."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Py_ssize_t dim = 0
        if kwargs or len(args) != 3 or type(args[0]) is not np.ndarray:
            return None
        if not dim_of(args[1], np.PyArray_NDIM(args[0]), &dim):
            return None
        return self.along(args[0], dim, args[2])

    cpdef object along(self, object x, Py_ssize_t dim, object what):
        cdef Layout layout
        cdef Py_ssize_t index = 0, shift
        if not read(x, &layout) or dim >= layout.n or not number(what, &index):
            return None
        if index < 0:
            index += layout.dims[dim]
        if not 0 <= index < layout.dims[dim]:
            return None
        shift = index * layout.steps[dim]
        drop(&layout, dim)
        return seen(x, &layout, shift), (dim, index)


@cython.final
cdef class Slice(Kernel):
    """A slice of one dim, with a step forward, as an index has it."""

    cpdef object along(self, object x, Py_ssize_t dim, object what):
        cdef Layout layout
        cdef Py_ssize_t start = 0, stop = 0, step = 0, count, shift
        if not read(x, &layout) or dim >= layout.n or not plain_bounds(what):
            return None
        PySlice_Unpack(what, &start, &stop, &step)
        if step < 1:
            return None
        count = PySlice_AdjustIndices(layout.dims[dim], &start, &stop, step)
        if count == 0:
            return None
        return self.cut(x, &layout, dim, start, stop, step, count)

    cdef object cut(self, object x, Layout* layout, Py_ssize_t dim, Py_ssize_t start, Py_ssize_t stop,
                    Py_ssize_t step, Py_ssize_t count):
        cdef Py_ssize_t shift = start * layout.steps[dim]
        layout.dims[dim] = count
        layout.steps[dim] *= step
        return seen(x, layout, shift), (dim, start, stop, step)


cdef inline bint plain_bounds(object s):
    """Is every bound of a slice a Python int or None?"""
    return bound(s.start) and bound(s.stop) and bound(s.step)


cdef inline bint bound(object x) noexcept:
    return x is None or PyLong_CheckExact(x)


@cython.final
cdef class Narrow(Kernel):
    """`narrow(dim, start, length)`, a slice by another name."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Layout layout
        cdef Py_ssize_t dim = 0, start = 0, length = 0, shift
        if kwargs or len(args) != 4 or not read(args[0], &layout):
            return None
        if not dim_of(args[1], layout.n, &dim) or not number(args[2], &start) or not number(args[3], &length):
            return None
        if start < 0 or length < 1 or start > layout.dims[dim] - length:
            return None
        shift = start * layout.steps[dim]
        layout.dims[dim] = length
        return seen(args[0], &layout, shift), (dim, start, start + length, 1)


cdef object pieces(object x, Layout* layout, Py_ssize_t dim, Py_ssize_t size):
    """Consecutive parts of length `size` (the last may be shorter) along a dim."""
    cdef list out = []
    cdef Py_ssize_t start = 0, length = layout.dims[dim]
    while start < length:
        layout.dims[dim] = min(size, length - start)
        out.append(seen(x, layout, start * layout.steps[dim]))
        start += size
    return tuple(out), (size, dim)


cdef bint dim_given(tuple args, dict kwargs, int position, int span, Py_ssize_t* dim):
    """The dim that a call has at a position or by name, else 0."""
    if not kwargs:
        return len(args) == position or len(args) == position + 1 and dim_of(args[position], span, dim)
    return len(args) == position and len(kwargs) == 1 and dim_of(kwargs.get("dim"), span, dim)


@cython.final
cdef class Split(Kernel):
    """`split(size, dim)` and, where it is `chunking`, `chunk(chunks, dim)`."""

    cdef bint chunking

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Layout layout
        cdef Py_ssize_t dim = 0, size = 0
        if len(args) < 2 or not read(args[0], &layout) or layout.n == 0 or not number(args[1], &size):
            return None
        if size < 1 or not dim_given(args, kwargs, 2, layout.n, &dim):
            return None
        if self.chunking:
            size = (layout.dims[dim] + size - 1) // size
        return pieces(args[0], &layout, dim, size)


@cython.final
cdef class Unbind(Kernel):
    """`unbind(dim)`."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Layout layout
        cdef Py_ssize_t dim = 0, i, n, step
        if not read(args[0], &layout) or layout.n == 0 or not dim_given(args, kwargs, 1, layout.n, &dim):
            return None
        n, step = layout.dims[dim], layout.steps[dim]
        drop(&layout, dim)
        return tuple([seen(args[0], &layout, i * step) for i in range(n)]), (dim,)


@cython.final
cdef class Expand(Kernel):
    """`expand(*size)`, where it adds no dim of length 1."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Layout layout
        cdef Py_ssize_t size[MOST]
        cdef int i, n, lead
        if kwargs or len(args) < 2 or not read(args[0], &layout):
            return None
        n = numbers(args, size)
        lead = n - layout.n
        if n < 0 or lead < 0:
            return None
        for i in range(n - 1, -1, -1):
            if i < lead:
                if size[i] < 2:
                    return None
                layout.dims[i], layout.steps[i] = size[i], 0
            elif size[i] == -1 or size[i] == layout.dims[i - lead]:
                layout.dims[i], layout.steps[i] = layout.dims[i - lead], layout.steps[i - lead]
            elif layout.dims[i - lead] == 1 and size[i] > 0:
                layout.dims[i], layout.steps[i] = size[i], 0
            else:
                return None
        layout.n = n
        return seen(args[0], &layout), (listed(n, layout.dims), 0)


door.register_shortcut("view", Reshape())
door.register_shortcut("reshape", Reshape())
door.register_shortcut("flatten", Flatten())
door.register_shortcut("transpose", Transpose())
door.register_shortcut("t", MatrixTranspose())
door.register_shortcut("permute", Permute())
door.register_shortcut("T", Reversed())
door.register_shortcut("mT", LastTwo())
door.register_shortcut("unsqueeze", Unsqueeze())
door.register_shortcut("squeeze", Squeeze())
door.register_shortcut("select", Select())
door.register_shortcut("slice_", Slice())
door.register_shortcut("narrow", Narrow())
door.register_shortcut("expand", Expand())
door.register_shortcut("split", Split())
cdef Split chunk = Split()
chunk.chunking = True
door.register_shortcut("chunk", chunk)
door.register_shortcut("unbind", Unbind())
