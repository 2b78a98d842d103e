# distutils: language = c++
"""Native reductions of contiguous float32, float64 and int64, behind the door.

Each kernel takes the parameters that the operation of its name has, and declines what it does not
take: then the operation's own NumPy code runs, which is the kernel's twin.
"""

cimport cython
cimport numpy as np
from libc.math cimport INFINITY
from libc.stdint cimport int64_t
from rushlight.kernels.door cimport Kernel

from rushlight.kernels import door, dtypes

np.import_array()

cdef extern from "reductions.hpp" namespace "rl":
    cdef cppclass Blocks:
        Py_ssize_t k0, r0, k1, r1
    cdef enum Kind:
        SUM, PRODUCT, LARGEST, SMALLEST, ABSOLUTE, SQUARE, LARGEST_ABSOLUTE, SMALLEST_ABSOLUTE
    void reduced[T](Kind, Blocks, const T*, T*, const T*) except +
    void averaged[T](Blocks, const T*, T*) except +
    void rooted[T](Blocks, const T*, T*) except +
    void varied[T](Blocks, double, bint, const T*, T*, T*) except +
    void logged[T](Blocks, const T*, T*) except +
    void placed_extremes[T](bint, Py_ssize_t, Py_ssize_t, Py_ssize_t, const T*, T*, int64_t*) except +
    void counted(Blocks, const unsigned char*, int64_t*) except +
    void truths(bint, Blocks, const unsigned char*, unsigned char*) except +


cdef class Plan:
    """An array to be reduced over some dims: its blocks, and the shape of the result."""

    cdef np.ndarray a
    cdef int type
    cdef Blocks blocks
    cdef int ndim
    cdef np.npy_intp shape[64]

    cdef np.ndarray empty(self, int type):
        return np.PyArray_EMPTY(self.ndim, self.shape, type, 0)

    cdef np.ndarray reduce(self, Kind kind):
        cdef np.ndarray out = self.empty(self.type)
        if self.type == np.NPY_FLOAT:
            reduced[float](kind, self.blocks, <float*>np.PyArray_DATA(self.a), <float*>np.PyArray_DATA(out), NULL)
        elif self.type == np.NPY_DOUBLE:
            reduced[double](kind, self.blocks, <double*>np.PyArray_DATA(self.a), <double*>np.PyArray_DATA(out), NULL)
        else:
            reduced[int64_t](kind, self.blocks, <int64_t*>np.PyArray_DATA(self.a), <int64_t*>np.PyArray_DATA(out), NULL)
        return out


cdef inline bint floating(int type) noexcept:
    return type == np.NPY_FLOAT or type == np.NPY_DOUBLE


cdef Plan plan(object x, object dims, bint keepdim):
    """How to reduce `x` over `dims`, an int or a tuple; None where the loops cannot."""
    if type(x) is not np.ndarray:
        return None
    cdef np.ndarray a = x
    cdef int nd = np.PyArray_NDIM(a), i, group = 0
    cdef unsigned long long mask = 0
    cdef Py_ssize_t d, n
    cdef Py_ssize_t size[4]
    if not np.PyArray_ISCARRAY_RO(a) or np.PyArray_SIZE(a) == 0 or nd == 0:
        return None
    if type(dims) is tuple:
        for d in <tuple>dims:
            mask |= 1ULL << d
    else:
        d = dims
        mask = 1ULL << d
    if mask == 0 or (nd < 64 and mask >> nd):
        return None
    cdef Plan p = Plan.__new__(Plan)
    p.a, p.type, p.ndim = a, np.PyArray_TYPE(a), 0
    size[0] = size[1] = size[2] = size[3] = 1
    for i in range(nd):
        n = np.PyArray_DIMS(a)[i]
        d = mask >> i & 1
        if not d or keepdim:
            p.shape[p.ndim] = 1 if d else n
            p.ndim += 1
        if n == 1:
            continue
        if group % 2 != d:
            group += 1
            if group == 4:
                return None
        size[group] *= n
    if size[2] == 1:  # rows of neighbours
        size[1], size[3] = 1, size[1] * size[3]
    p.blocks.k0, p.blocks.r0, p.blocks.k1, p.blocks.r1 = size[0], size[1], size[2], size[3]
    return p


@cython.final
cdef class Total(Kernel):
    """Sums and means, of all elements and over dims: `call2(x, (dims, keepdim, dtype))`."""

    cdef bint mean

    cdef object of(self, Plan p):
        cdef np.ndarray out
        if p is None:
            return None
        if p.type == np.NPY_BOOL:
            out = p.empty(np.NPY_INT64)
            counted(p.blocks, <unsigned char*>np.PyArray_DATA(p.a), <int64_t*>np.PyArray_DATA(out))
            return out
        if not self.mean:
            return p.reduce(SUM)
        out = p.empty(p.type)
        if p.type == np.NPY_FLOAT:
            averaged[float](p.blocks, <float*>np.PyArray_DATA(p.a), <float*>np.PyArray_DATA(out))
        else:
            averaged[double](p.blocks, <double*>np.PyArray_DATA(p.a), <double*>np.PyArray_DATA(out))
        return out

    cdef bint takes(self, int type, Plan p) noexcept:
        if p is None:
            return False
        if type == np.NPY_BOOL:
            return not self.mean and (p.blocks.r1 >= 16 or np.PyArray_SIZE(p.a) < 4096)
        return floating(type) or (type == np.NPY_INT64 and not self.mean)

    cpdef object call1(self, object x):
        if type(x) is not np.ndarray:
            return None
        cdef np.ndarray a = x
        cdef Plan p
        if not np.PyArray_ISCARRAY_RO(a) or np.PyArray_SIZE(a) == 0:
            return None
        p = Plan.__new__(Plan)
        p.a, p.type, p.ndim = a, np.PyArray_TYPE(a), 0
        p.blocks.k0 = p.blocks.r0 = p.blocks.k1 = 1
        p.blocks.r1 = np.PyArray_SIZE(a)
        return self.of(p) if self.takes(p.type, p) else None

    cpdef object call2(self, object x, object how):
        cdef Plan p = plan(x, (<tuple>how)[0], (<tuple>how)[1])
        if not self.takes(-1 if p is None else p.type, p):
            return None
        wanted = (<tuple>how)[2].numpy
        if p.type == np.NPY_BOOL:
            return self.of(p) if (<np.dtype>wanted).type_num == np.NPY_INT64 else None
        return self.of(p) if wanted is (<object>p.a).dtype else None


@cython.final
cdef class Plain(Kernel):
    """Reductions whose result is of the input's dtype, over the dims `how[0]`.

    `keepdim` and `dtype` say where in `how` those are, -1 for nowhere.
    """

    cdef Kind kind
    cdef int keepdim
    cdef int dtype

    cpdef object call2(self, object x, object how):
        cdef tuple params = how
        cdef Plan p = plan(x, params[0], self.keepdim >= 0 and params[self.keepdim])
        if p is None or not (floating(p.type) or p.type == np.NPY_INT64):
            return None
        if self.dtype >= 0 and params[self.dtype].numpy is not (<object>p.a).dtype:
            return None
        return p.reduce(self.kind)


@cython.final
cdef class Pair(Kernel):
    """The smallest and the largest elements: `call2(x, (dims, keepdim))`."""

    cpdef object call2(self, object x, object how):
        cdef Plan p = plan(x, (<tuple>how)[0], (<tuple>how)[1])
        if p is None or not (floating(p.type) or p.type == np.NPY_INT64):
            return None
        return p.reduce(SMALLEST), p.reduce(LARGEST)


@cython.final
cdef class Places(Kernel):
    """Where the first extreme elements are along a dim, or along all dims but leading ones; with
    the elements themselves if `values`: `call2(x, (dims, keepdim))`."""

    cdef bint largest
    cdef bint values

    cpdef object call2(self, object x, object how):
        cdef Plan p = plan(x, (<tuple>how)[0], (<tuple>how)[1])
        cdef Blocks b
        cdef np.ndarray where, value = None
        cdef void* v = NULL
        if p is None or not (floating(p.type) or p.type == np.NPY_INT64):
            return None
        b = p.blocks
        cdef Py_ssize_t r = b.r1 if b.k1 == 1 else b.r0
        if b.r0 > 1 and b.r1 > 1 or r > 0x7fffffff:
            return None
        where = p.empty(np.NPY_INT64)
        if self.values:
            value = p.empty(p.type)
            v = np.PyArray_DATA(value)
        cdef int64_t* w = <int64_t*>np.PyArray_DATA(where)
        if p.type == np.NPY_FLOAT:
            placed_extremes[float](self.largest, b.k0, r, b.k1, <float*>np.PyArray_DATA(p.a), <float*>v, w)
        elif p.type == np.NPY_DOUBLE:
            placed_extremes[double](self.largest, b.k0, r, b.k1, <double*>np.PyArray_DATA(p.a), <double*>v, w)
        else:
            placed_extremes[int64_t](self.largest, b.k0, r, b.k1, <int64_t*>np.PyArray_DATA(p.a), <int64_t*>v, w)
        return (value, where) if self.values else where


@cython.final
cdef class Spread(Kernel):
    """Variances or standard deviations, alone or with means: `call2(x, (dims, correction, keepdim))`."""

    cdef bint root
    cdef bint mean

    cpdef object call2(self, object x, object how):
        cdef Plan p = plan(x, (<tuple>how)[0], (<tuple>how)[2])
        cdef double correction = (<tuple>how)[1]
        cdef np.ndarray out, mean
        if p is None or not floating(p.type):
            return None
        out, mean = p.empty(p.type), p.empty(p.type)
        if p.type == np.NPY_FLOAT:
            varied[float](p.blocks, correction, self.root, <float*>np.PyArray_DATA(p.a), <float*>np.PyArray_DATA(out), <float*>np.PyArray_DATA(mean))
        else:
            varied[double](p.blocks, correction, self.root, <double*>np.PyArray_DATA(p.a), <double*>np.PyArray_DATA(out), <double*>np.PyArray_DATA(mean))
        return (out, mean) if self.mean else out


@cython.final
cdef class LogSumExp(Kernel):
    """`call2(x, (dims, keepdim))`."""

    cpdef object call2(self, object x, object how):
        cdef Plan p = plan(x, (<tuple>how)[0], (<tuple>how)[1])
        cdef np.ndarray out
        if p is None or not floating(p.type):
            return None
        out = p.empty(p.type)
        if p.type == np.NPY_FLOAT:
            logged[float](p.blocks, <float*>np.PyArray_DATA(p.a), <float*>np.PyArray_DATA(out))
        else:
            logged[double](p.blocks, <double*>np.PyArray_DATA(p.a), <double*>np.PyArray_DATA(out))
        return out


@cython.final
cdef class Norm(Kernel):
    """Norms of order 1, 2 and plus or minus infinity: `call2(x, (order, dims, keepdim, dtype))`."""

    cpdef object call2(self, object x, object how):
        cdef Plan p = plan(x, (<tuple>how)[1], (<tuple>how)[2])
        cdef double order = (<tuple>how)[0]
        cdef np.ndarray out
        if p is None or not floating(p.type) or (<tuple>how)[3] is not None:
            return None
        if order == 2:
            out = p.empty(p.type)
            if p.type == np.NPY_FLOAT:
                rooted[float](p.blocks, <float*>np.PyArray_DATA(p.a), <float*>np.PyArray_DATA(out))
            else:
                rooted[double](p.blocks, <double*>np.PyArray_DATA(p.a), <double*>np.PyArray_DATA(out))
            return out
        if order == 1:
            return p.reduce(ABSOLUTE)
        if order == INFINITY:
            return p.reduce(LARGEST_ABSOLUTE)
        return p.reduce(SMALLEST_ABSOLUTE) if order == -INFINITY else None


@cython.final
cdef class Truth(Kernel):
    """Is any, or with `all` every one, of bool elements true: `call2(x, (dims, keepdim))`."""

    cdef bint all

    cpdef object call2(self, object x, object how):
        cdef Plan p = plan(x, (<tuple>how)[0], (<tuple>how)[1])
        cdef np.ndarray out
        if p is None or p.type != np.NPY_BOOL or (p.blocks.r1 < 16 and np.PyArray_SIZE(p.a) >= 4096):
            return None
        out = p.empty(np.NPY_BOOL)
        truths(self.all, p.blocks, <unsigned char*>np.PyArray_DATA(p.a), <unsigned char*>np.PyArray_DATA(out))
        return out


ctypedef enum Without:  # a dim, a call is
    DECLINED
    OVER_ALL  # dims
    ALONE  # (dims,) being all parameters


@cython.final
cdef class Call(Kernel):
    """Calls of a reduction, `f(x, dim, keepdim)`, as `inner` does it.

    Parameters are `(dims, keepdim)`, or `(dim, keepdim)` if `single`, and the dtype if `typed`. If
    `other`, they are those of the operation's `along`. A `spread` has its correction of 1 between, and
    no other number of degrees of freedom than one that is known to be positive.
    """

    cdef Kernel inner
    cdef Kernel whole
    cdef Without without
    cdef bint single
    cdef bint typed
    cdef bint other
    cdef bint spread

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef object x = args[0], dim = None, keepdim = False, out
        cdef Py_ssize_t n = len(args), left = len(kwargs)
        cdef tuple dims, params
        if type(x) is not np.ndarray or n > 3 - self.spread or np.PyArray_NDIM(<np.ndarray>x) == 0:
            return None
        if n > 1:
            dim = args[1]
        elif left and "dim" in kwargs:
            dim = kwargs["dim"]
            left -= 1
        if n > 2:
            keepdim = args[2]
        elif left and "keepdim" in kwargs:
            keepdim = kwargs["keepdim"]
            left -= 1
        if left or type(keepdim) is not bool:
            return None
        if dim is None:
            dims = tuple(range(np.PyArray_NDIM(<np.ndarray>x)))
            if self.without == ALONE and n == 1 and not kwargs:
                out = self.whole.call2(x, (dims,))
                return None if out is None else (out, (dims,))
            if self.without != OVER_ALL:
                return None
        else:
            dims = wrapped(dim, np.PyArray_NDIM(<np.ndarray>x))
            if dims is None or (self.single and type(dim) is not int):
                return None
        params = (dims[0] if self.single else dims, keepdim)
        if self.typed:
            params = (params[0], keepdim, dtypes.by_numpy[(<np.ndarray>x).dtype])
        elif self.spread:
            params = (dims, 1, keepdim)
        out = self.inner.call2(x, params)
        if out is None or self.spread and np.PyArray_SIZE(<np.ndarray>out) == np.PyArray_SIZE(<np.ndarray>x):
            return None
        return (out, params, None, True) if self.other else (out, params)


@cython.final
cdef class NormCall(Kernel):
    """`norm(x, p, dim, keepdim)`."""

    cdef Kernel inner

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef list given = ["fro", None, False]
        cdef tuple dims
        cdef Py_ssize_t i, n = len(args) - 1
        if type(args[0]) is not np.ndarray or n > 3 or np.PyArray_NDIM(<np.ndarray>args[0]) == 0:
            return None
        for i in range(n):
            given[i] = args[i + 1]
        for name, value in kwargs.items():
            i = NORM_NAMES.index(name) if name in NORM_NAMES else -1
            if i < n:
                return None
            given[i] = value
        p, dim = given[0], given[1]
        dims = wrapped(tuple(range(np.PyArray_NDIM(<np.ndarray>args[0]))) if dim is None else dim, np.PyArray_NDIM(<np.ndarray>args[0]))
        if p is None or type(p) is str and p == "fro" and (dim is None or dims is not None and len(dims) <= 2):
            p = 2.0
        if dims is None or type(given[2]) is not bool or type(p) is not float and type(p) is not int:
            return None
        params = (p, dims, given[2], None)
        out = self.inner.call2(args[0], params)
        return None if out is None else (out, params)


cdef tuple NORM_NAMES = ("p", "dim", "keepdim")


cdef tuple wrapped(object dim, Py_ssize_t n):
    """An int, or several without repetition, as dims counted from the front; None for others."""
    cdef object dims = dim
    cdef Py_ssize_t d
    cdef list found = []
    if type(dim) is int:
        dims = (dim,)
    elif (type(dim) is not tuple and type(dim) is not list) or not dim:
        return None
    for one in dims:
        if type(one) is not int or not -n <= one < n:
            return None
        d = one
        d = d + n if d < 0 else d
        if d in found:
            return None
        found.append(d)
    return tuple(found)


cdef void call(str name, str inner, Without without, bint single, bint typed):
    cdef Call k = Call()
    k.inner, k.whole, k.without = door.kernel(inner), door.kernel(name), without
    k.single, k.typed, k.other = single, typed, inner != name
    door.register_shortcut(name, k)


cdef void total(str name, bint mean):
    cdef Total k = Total()
    k.mean = mean
    door.register(name, k)


cdef void plain(str name, Kind kind, int keepdim, int dtype):
    cdef Plain k = Plain()
    k.kind, k.keepdim, k.dtype = kind, keepdim, dtype
    door.register(name, k)


cdef void places(str name, bint largest, bint values):
    cdef Places k = Places()
    k.largest, k.values = largest, values
    door.register(name, k)


cdef void spread(str name, bint root, bint mean):
    cdef Spread k = Spread()
    k.root, k.mean = root, mean
    door.register(name, k)


cdef void truth(str name, bint all):
    cdef Truth k = Truth()
    k.all = all
    door.register(name, k)


total("sum", False)
total("sum_dim", False)
total("mean", True)
total("mean_dim", True)
plain("amax", LARGEST, 1, -1)
plain("amin", SMALLEST, 1, -1)
plain("max", LARGEST, -1, -1)
plain("min", SMALLEST, -1, -1)
plain("prod", PRODUCT, -1, 1)
plain("prod_dim", PRODUCT, 1, 2)
places("argmax", True, False)
places("argmin", False, False)
places("max_dim", True, True)
places("min_dim", False, True)
spread("var", False, False)
spread("std", True, False)
spread("var_mean", False, True)
spread("std_mean", True, True)
truth("any", False)
truth("all", True)
door.register("aminmax", Pair())
door.register("logsumexp", LogSumExp())
door.register("vector_norm", Norm())

call("sum", "sum_dim", DECLINED, False, True)
call("mean", "mean_dim", DECLINED, False, True)
call("prod", "prod_dim", DECLINED, True, True)
call("max", "max_dim", ALONE, True, False)
call("min", "min_dim", ALONE, True, False)
call("amax", "amax", OVER_ALL, False, False)
call("amin", "amin", OVER_ALL, False, False)
call("argmax", "argmax", OVER_ALL, False, False)
call("argmin", "argmin", OVER_ALL, False, False)
call("any", "any", OVER_ALL, False, False)
call("all", "all", OVER_ALL, False, False)
call("logsumexp", "logsumexp", DECLINED, False, False)
cdef Call _spread
for _name in ("var", "std"):
    _spread = Call()
    _spread.inner, _spread.without, _spread.spread = door.kernel(_name), OVER_ALL, True
    door.register_shortcut(_name, _spread)
cdef NormCall norm = NormCall()
norm.inner = door.kernel("vector_norm")
door.register_shortcut("norm", norm)
