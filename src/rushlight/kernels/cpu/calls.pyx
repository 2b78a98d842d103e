# distutils: language = c++
"""Calls as users write them, for what takes parameters or several arrays.

A call here reads its arguments, hands plain float arrays to a kernel that another module has, and
says what was computed of what; everything it does not know at sight it declines.
"""

cimport cython
cimport numpy as np
from cpython.float cimport PyFloat_CheckExact
from cpython.long cimport PyLong_AsLongLongAndOverflow, PyLong_CheckExact
from libc.string cimport memcpy, memset
from rushlight.kernels.cpu.arrays cimport d, dtype_of, f, is_dim, same_shape
from rushlight.kernels.cpu.memory cimport allocate
from rushlight.kernels.door cimport Kernel

from rushlight.kernels import door, elements

np.import_array()


# -- arguments -------------------------------------------------------------------------------


cdef inline bint is_plain(object x) noexcept:
    """A float32 or float64 array that has elements?"""
    cdef int t = dtype_of(x)
    return (t == np.NPY_FLOAT or t == np.NPY_DOUBLE) and np.PyArray_SIZE(<np.ndarray>x) > 0


cdef inline bint is_of(object x, int dtype) noexcept:
    """An array of a dtype that has elements?"""
    return dtype_of(x) == dtype and np.PyArray_SIZE(<np.ndarray>x) > 0


cdef inline bint is_number(object x) noexcept:
    return PyFloat_CheckExact(x) or PyLong_CheckExact(x)


cdef object given(tuple args, dict kwargs, int position, str name):
    """The one argument after the first few that a call has, by position or by name."""
    if len(args) == position + 1 and not kwargs:
        return args[position]
    if len(args) == position and len(kwargs) == 1:
        return kwargs.get(name)
    return None


# -- calls -----------------------------------------------------------------------------------


@cython.final
cdef class Two(Kernel):
    """`mm(a, b)` and the like: two arrays that a kernel knows, the first of so many dims."""

    cdef Kernel kernel
    cdef int ndim

    cpdef object shortcut(self, tuple args, dict kwargs):
        if len(args) != 2 or kwargs or dtype_of(args[0]) < 0 or np.PyArray_NDIM(<np.ndarray>args[0]) != self.ndim:
            return None
        out = self.kernel.call2(args[0], args[1])
        return None if out is None else (out, (), (0, 1))


@cython.final
cdef class Rows(Kernel):
    """`softmax(x, dim)` and the like."""

    cdef object function

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Py_ssize_t dim = 0
        if not is_plain(args[0]) or not is_dim(given(args, kwargs, 1, "dim"), args[0], &dim):
            return None
        return self.function(args[0], dim), (dim,)


@cython.final
cdef class Gather(Kernel):
    """`gather(x, dim, index)`, where the index differs from `x` in that dim alone."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Py_ssize_t dim = 0
        cdef int i
        if len(args) != 3 or kwargs or not is_plain(args[0]) or not is_of(args[2], np.NPY_INT64):
            return None
        cdef np.ndarray x = args[0], index = args[2]
        if not is_dim(args[1], x, &dim) or np.PyArray_NDIM(index) != np.PyArray_NDIM(x):
            return None
        for i in range(np.PyArray_NDIM(x)):
            if i != dim and np.PyArray_DIMS(index)[i] != np.PyArray_DIMS(x)[i]:
                return None
        return elements.take_along(x, index, dim), (dim,), (0, 2)


@cython.final
cdef class Where(Kernel):
    """`where(condition, a, b)` of one shape and dtype, or with a number for one of the two."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        if len(args) != 3 or kwargs or not is_of(args[0], np.NPY_BOOL):
            return None
        a, b = args[1], args[2]
        if not self.fits(args[0], a, b) or not self.fits(args[0], b, a):
            return None
        return elements.chosen(args[0], a, b), (), (1, 2, 0)

    cdef bint fits(self, np.ndarray mask, object x, object other) noexcept:
        if is_plain(x):
            return same_shape(mask, x) and (dtype_of(other) < 0 or dtype_of(other) == dtype_of(x))
        return is_number(x) and dtype_of(other) >= 0 and -1e4 < x < 1e4


@cython.final
cdef class MaskedFill(Kernel):
    """`masked_fill(x, mask, number)` with a mask of the shape of `x`."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        if len(args) != 3 or kwargs or not is_plain(args[0]) or not is_of(args[1], np.NPY_BOOL):
            return None
        value = args[2]
        if not same_shape(args[0], args[1]) or not is_number(value):
            return None
        if not np.PyArray_ISCARRAY_RO(<np.ndarray>args[0]) or not np.PyArray_ISCARRAY_RO(<np.ndarray>args[1]):
            return None  # the result is row-major
        if not -1e4 < value < 1e4 and not (PyFloat_CheckExact(value) and value - value != 0):
            return None  # large finite numbers may not fit
        return elements.chosen(args[1], value, args[0]), (value,), (0, 1)


@cython.final
cdef class Clamp(Kernel):
    """`clamp(x, min, max)` between numbers, one of which may be None."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Py_ssize_t n = len(args)
        if n > 3 or n + len(kwargs) > 3 or not is_plain(args[0]):
            return None
        low = args[1] if n > 1 else kwargs.get("min")
        high = args[2] if n > 2 else kwargs.get("max")
        if n + len(kwargs) > 1 + (n > 1 or "min" in kwargs) + (n > 2 or "max" in kwargs):
            return None
        if low is None and high is None or not self.limit(low) or not self.limit(high):
            return None
        return elements.clamped(args[0], low, high), (low, high)

    cdef bint limit(self, object x) noexcept:
        return x is None or is_number(x) and -1e30 < x < 1e30


@cython.final
cdef class IndexSelect(Kernel):
    """`index_select(x, dim, index)`."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Py_ssize_t dim = 0
        if len(args) != 3 or kwargs or not is_plain(args[0]) or not is_of(args[2], np.NPY_INT64):
            return None
        if np.PyArray_NDIM(<np.ndarray>args[2]) != 1 or not is_dim(args[1], args[0], &dim):
            return None
        out = take_rows(args[0], args[2], dim)
        return None if out is None else (out, (dim,), (0, 2))


@cython.final
cdef class Embedding(Kernel):
    """`embedding(indices, weight)` with, perhaps, what else it takes at its default."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Py_ssize_t n = len(args)
        if n < 2 or n > 7 or kwargs or not is_plain(args[1]) or not is_of(args[0], np.NPY_INT64):
            return None
        if np.PyArray_NDIM(<np.ndarray>args[1]) != 2 or n > 2 and args[2] is not None:
            return None
        if n > 3 and args[3] is not None or n > 5 and args[5] is not False or n > 6 and args[6] is not False:
            return None
        out = take_rows(args[1], args[0], 0)
        return None if out is None else (out, (-1, False), (1, 0))


cdef object take_rows(np.ndarray x, np.ndarray index, Py_ssize_t dim):
    """The slices of dim `dim` that an index names; None where one is out of range."""
    cdef Py_ssize_t i, n = np.PyArray_SIZE(index), size = np.PyArray_DIMS(x)[dim]
    if not np.PyArray_ISCARRAY_RO(index) or not np.PyArray_ISCARRAY_RO(x):
        return None
    cdef np.npy_int64* at = <np.npy_int64*>np.PyArray_DATA(index)
    for i in range(n):
        if not 0 <= at[i] < size:
            return None
    return elements.take_at(x, (index,), dim)


cdef np.ndarray copied(object x):
    """A new array with the elements of a row-major float array; None for others."""
    cdef np.ndarray a = x, out
    if not is_plain(x) or not np.PyArray_ISCARRAY_RO(a):
        return None
    out = allocate(np.PyArray_NDIM(a), np.PyArray_DIMS(a), np.PyArray_TYPE(a))
    memcpy(np.PyArray_DATA(out), np.PyArray_DATA(a), np.PyArray_NBYTES(a))
    return out


@cython.final
cdef class Add(Kernel):
    """`scatter_add(x, dim, index, source)`, and `index_add` with `whole` slices."""

    cdef bint slices

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Py_ssize_t dim = 0
        cdef int i
        if len(args) != 4 or kwargs or not is_plain(args[0]) or not is_of(args[2], np.NPY_INT64):
            return None
        cdef np.ndarray x = args[0], index = args[2], source, out
        if not is_of(args[3], np.PyArray_TYPE(x)) or not is_dim(args[1], x, &dim):
            return None
        source = args[3]
        if np.PyArray_NDIM(source) != np.PyArray_NDIM(x):
            return None
        for i in range(np.PyArray_NDIM(x)):
            if i != dim and np.PyArray_DIMS(source)[i] != np.PyArray_DIMS(x)[i]:
                return None
        if self.slices:
            if np.PyArray_NDIM(index) != 1 or np.PyArray_DIMS(index)[0] != np.PyArray_DIMS(source)[dim]:
                return None
        elif not same_shape(index, source):
            return None
        out = copied(x)
        if out is None:
            return None
        if self.slices:
            elements.add_slices(out, source, index, dim)
            return out, (dim, 1), (0, 3, 2)
        elements.add_along(out, source, index, dim)
        return out, (dim,), (0, 3, 2)


@cython.final
cdef class Search(Kernel):
    """`searchsorted(boundaries, values, right=)`, or `bucketize` with `values` first."""

    cdef int boundaries

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef object right = False
        cdef Py_ssize_t i
        cdef bint number = True
        if len(args) != 2 or len(kwargs) > 1:
            return None
        if kwargs:
            right = kwargs.get("right")
        cdef object edges = args[self.boundaries], values = args[1 - self.boundaries]
        cdef int t = dtype_of(edges)
        if type(right) is not bool or t < 0 or not is_of(values, t) or np.PyArray_NDIM(<np.ndarray>edges) != 1:
            return None
        if not np.PyArray_ISCARRAY_RO(<np.ndarray>edges):
            return None
        if t == np.NPY_FLOAT:
            for i in range(np.PyArray_SIZE(<np.ndarray>edges)):
                number &= f(edges)[i] == f(edges)[i]
        elif t == np.NPY_DOUBLE:
            for i in range(np.PyArray_SIZE(<np.ndarray>edges)):
                number &= d(edges)[i] == d(edges)[i]
        if not number or (t != np.NPY_FLOAT and t != np.NPY_DOUBLE and t != np.NPY_INT64):
            return None
        return elements.insertion_places(edges, values, right), (False, right), (self.boundaries, 1 - self.boundaries)


@cython.final
cdef class Bincount(Kernel):
    """`bincount(x)` of a vector of int64."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Py_ssize_t i, n
        cdef np.npy_int64* at
        cdef np.npy_int64* count
        cdef np.npy_intp most = 0
        cdef np.ndarray out
        if len(args) != 1 or kwargs or not is_of(args[0], np.NPY_INT64):
            return None
        cdef np.ndarray x = args[0]
        if np.PyArray_NDIM(x) != 1 or not np.PyArray_ISCARRAY_RO(x):
            return None
        at, n = <np.npy_int64*>np.PyArray_DATA(x), np.PyArray_SIZE(x)
        for i in range(n):
            if at[i] < 0:
                return None
            most = max(most, at[i])
        most += 1
        out = np.PyArray_ZEROS(1, &most, np.NPY_INT64, 0)
        count = <np.npy_int64*>np.PyArray_DATA(out)
        for i in range(n):
            count[at[i]] += 1
        return out, (0,)


@cython.final
cdef class Triangle(Kernel):
    """`tril(x, diagonal)` and `triu` of row-major arrays of any dtype."""

    cdef bint lower

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef object value = given(args, kwargs, 1, "diagonal") if len(args) + len(kwargs) > 1 else 0
        cdef int overflow = 0
        if dtype_of(args[0]) < 0 or not PyLong_CheckExact(value):
            return None
        cdef np.ndarray x = args[0], out
        cdef int n = np.PyArray_NDIM(x)
        cdef Py_ssize_t shift = PyLong_AsLongLongAndOverflow(value, &overflow) + (1 if self.lower else 0)
        if overflow or not np.PyArray_ISCARRAY_RO(x) or n < 2:
            return None
        if not np.PyTypeNum_ISNUMBER(np.PyArray_TYPE(x)) or not -1e9 < shift < 1e9:
            return None
        out = allocate(n, np.PyArray_DIMS(x), np.PyArray_TYPE(x))
        cdef Py_ssize_t rows = np.PyArray_DIMS(x)[n - 2], columns = np.PyArray_DIMS(x)[n - 1], i, cut
        cdef Py_ssize_t size = np.PyArray_ITEMSIZE(x), width = columns * size
        cdef char* source = <char*>np.PyArray_DATA(x)
        cdef char* target = <char*>np.PyArray_DATA(out)
        if width == 0:
            return out, (value,)
        for i in range(np.PyArray_SIZE(x) // columns):
            cut = min(max(i % rows + shift, 0), columns) * size
            if self.lower:
                memcpy(target, source, cut)
                memset(target + cut, 0, width - cut)
            else:
                memset(target, 0, cut)
                memcpy(target + cut, source + cut, width - cut)
            source += width
            target += width
        return out, (value,)


@cython.final
cdef class ClassLoss(Kernel):
    """`nll_loss(scores, classes)`: of N x C scores the mean, no class being left out."""

    cpdef object shortcut(self, tuple args, dict kwargs):
        if len(args) != 2 or kwargs or not is_plain(args[0]) or not is_of(args[1], np.NPY_INT64):
            return None
        cdef np.ndarray x = args[0], classes = args[1], out
        cdef Py_ssize_t i, n = np.PyArray_SIZE(classes), width
        if np.PyArray_NDIM(x) != 2 or np.PyArray_NDIM(classes) != 1 or np.PyArray_DIMS(x)[0] != n:
            return None
        if not np.PyArray_ISCARRAY_RO(x) or not np.PyArray_ISCARRAY_RO(classes):
            return None
        width = np.PyArray_DIMS(x)[1]
        cdef np.npy_int64* at = <np.npy_int64*>np.PyArray_DATA(classes)
        cdef bint single = np.PyArray_TYPE(x) == np.NPY_FLOAT
        cdef double total = 0
        for i in range(n):
            if not 0 <= at[i] < width:
                return None
            total += f(x)[i * width + at[i]] if single else d(x)[i * width + at[i]]
        out = allocate(0, np.PyArray_DIMS(x), np.PyArray_TYPE(x))
        if single:
            f(out)[0] = <float>(-total / n)
        else:
            d(out)[0] = -total / n
        return out, (-100, 1, 1, 0), (0, 1, -1)


@cython.final
cdef class ClassSlopes(Kernel):
    """The way back: `call2((g, classes, weight), (shape, ignored class, reduction, dim, lead))`."""

    cpdef object call2(self, object arrays, object how):
        cdef object g = arrays[0], shape = how[0]
        cdef Py_ssize_t ndim = len(shape), i, k, n, samples, each, width, step = 0
        if arrays[2] is not None or how[1] >= 0 or how[3] != ndim - 1:
            return None
        if not is_plain(g) or not is_of(arrays[1], np.NPY_INT64):
            return None
        cdef np.ndarray slope = g, classes = arrays[1], out
        n, samples, width = np.PyArray_SIZE(classes), np.PyArray_SIZE(slope), shape[ndim - 1]
        if np.PyArray_NDIM(slope) > 1 or not np.PyArray_ISBEHAVED_RO(slope) or not np.PyArray_ISCARRAY_RO(classes):
            return None
        each = n // samples  # positions of one cotangent
        if np.PyArray_NDIM(slope):
            step = np.PyArray_STRIDES(slope)[0]
        cdef np.npy_intp size[64]  # NumPy has no more dims
        for i in range(ndim):
            size[i] = shape[i]
        cdef np.npy_int64* at = <np.npy_int64*>np.PyArray_DATA(classes)
        cdef bint single = np.PyArray_TYPE(slope) == np.NPY_FLOAT
        cdef double share = each if how[2] == 1 else 1
        out = allocate(ndim, size, np.PyArray_TYPE(slope))
        memset(np.PyArray_DATA(out), 0, np.PyArray_NBYTES(out))
        cdef char* place = <char*>np.PyArray_DATA(slope)
        for i in range(n):
            if not 0 <= at[i] < width:
                return None
            k = i // each * step
            if single:
                f(out)[i * width + at[i]] = <float>(-(<float*>(place + k))[0] / share)
            else:
                d(out)[i * width + at[i]] = -(<double*>(place + k))[0] / share
        return out


@cython.final
cdef class LayerNorm(Kernel):
    """`layer_norm(x, shape, weight, bias, eps)`, of which the last three may be missing."""

    cdef object function

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Py_ssize_t count = len(args), i, n
        if count < 2 or count > 5 or kwargs or not is_plain(args[0]) or not isinstance(args[1], tuple):
            return None
        cdef np.ndarray x = args[0]
        cdef tuple shape = tuple(args[1])  # a Size, perhaps
        cdef int first = np.PyArray_NDIM(x) - len(shape)
        eps = args[4] if count > 4 else 1e-5
        if first < 0 or not shape or not PyFloat_CheckExact(eps) or not np.PyArray_ISCARRAY_RO(x):
            return None
        for i in range(len(shape)):
            if not PyLong_CheckExact(shape[i]) or shape[i] != np.PyArray_DIMS(x)[first + i]:
                return None
        for p in args[2:4]:
            if p is not None:
                if not is_of(p, np.PyArray_TYPE(x)) or np.PyArray_NDIM(<np.ndarray>p) != len(shape):
                    return None
                if not np.PyArray_ISCARRAY_RO(<np.ndarray>p):
                    return None
                for i in range(len(shape)):
                    if np.PyArray_DIMS(<np.ndarray>p)[i] != np.PyArray_DIMS(x)[first + i]:
                        return None
        dims = tuple(range(first, np.PyArray_NDIM(x)))
        weight, bias = args[2] if count > 2 else None, args[3] if count > 3 else None
        out = self.function(x, weight, bias, dims, dims, eps, 0, 0)
        return out, (dims, dims, eps, 0, 0), (0, 2 if count > 2 else -1, 3 if count > 3 else -1)


@cython.final
cdef class Join(Kernel):
    """`cat(tensors, dim)` and `stack(tensors, dim)` of row-major arrays of one dtype."""

    cdef bint stacking

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef list arrays = args[0]
        cdef Py_ssize_t dim = 0
        cdef np.ndarray first, x
        cdef int i
        if not arrays or not is_plain(arrays[0]):
            return None
        if len(args) + len(kwargs) > 1:
            value = given(args, kwargs, 1, "dim")
            if not PyLong_CheckExact(value):
                return None
            dim = value
        first = arrays[0]
        cdef int n = np.PyArray_NDIM(first), span = n + 1 if self.stacking else n
        if not -span <= dim < span:
            return None
        if dim < 0:
            dim += span
        for item in arrays:
            if dtype_of(item) != np.PyArray_TYPE(first) or np.PyArray_NDIM(<np.ndarray>item) != n:
                return None
            x = item
            if not np.PyArray_ISCARRAY_RO(x) or np.PyArray_SIZE(x) == 0:
                return None
            for i in range(n):
                if np.PyArray_DIMS(x)[i] != np.PyArray_DIMS(first)[i] and (self.stacking or i != dim):
                    return None
        if self.stacking:
            return elements.stacked(arrays, dim), (dim, None)
        lengths = tuple([np.PyArray_DIMS(<np.ndarray>item)[dim] for item in arrays])
        return elements.joined(arrays, dim), (dim, lengths, None)


cdef void two(str name, int ndim):
    cdef Two call = Two()
    call.kernel, call.ndim = door.kernel(name), ndim
    door.register_shortcut(name, call)


def along_dim(name, function):
    """Let calls `name(x, dim)` go straight to `function`."""
    cdef Rows call = Rows()
    call.function = function
    door.register_shortcut(name, call)


two("mm", 2)
two("bmm", 3)
two("mv", 2)
two("dot", 1)
def layer_norms(function):
    """Let calls of `layer_norm` go straight to `function`."""
    cdef LayerNorm call = LayerNorm()
    call.function = function
    door.register_shortcut("layer_norm", call)


cdef Triangle tril = Triangle()
tril.lower = True
door.register_shortcut("tril", tril)
door.register_shortcut("triu", Triangle())
door.register_shortcut("nll_loss", ClassLoss())
door.register("nll_gradient", ClassSlopes())
door.register_shortcut("gather", Gather())
door.register_shortcut("where", Where())
door.register_shortcut("masked_fill", MaskedFill())
door.register_shortcut("clamp", Clamp())
door.register_shortcut("embedding", Embedding())
door.register_shortcut("index_select", IndexSelect())
cdef Add index_add = Add()
index_add.slices = True
door.register_shortcut("index_add", index_add)
door.register_shortcut("scatter_add", Add())
cdef Search bucketize = Search()
bucketize.boundaries = 1
door.register_shortcut("bucketize", bucketize)
door.register_shortcut("searchsorted", Search())
door.register_shortcut("bincount", Bincount())
door.register_shortcut("cat", Join())
cdef Join stack = Join()
stack.stacking = True
door.register_shortcut("stack", stack)
