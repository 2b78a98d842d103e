# distutils: language = c++
"""Native sorting, ranks and running reductions of contiguous float32, float64 and int64.

Each kernel takes the parameters that the operation of its name has, and declines what it does not
take: then the operation's own NumPy code runs, which is the kernel's twin.
"""

cimport cython
cimport numpy as np
from libc.stdint cimport int64_t
from libc.string cimport memcpy
from libcpp.vector cimport vector
from rushlight.kernels.cpu.arrays cimport is_dim
from rushlight.kernels.cpu.memory cimport allocate
from rushlight.kernels.door cimport Kernel

from rushlight.kernels import door, dtypes

np.import_array()

cdef extern from "ordering.hpp" namespace "rl":
    cdef cppclass RunningSum:
        pass
    cdef cppclass RunningProduct:
        pass
    void sorted_c "rl::sorted"[T](bint, bint, const T*, T*, int64_t*, Py_ssize_t, Py_ssize_t, Py_ssize_t) except +
    void top_c "rl::top"[T](bint, bint, Py_ssize_t, const T*, T*, int64_t*, Py_ssize_t, Py_ssize_t, Py_ssize_t) except +
    void ranked_c "rl::ranked"[T](bint, Py_ssize_t, const T*, T*, int64_t*, Py_ssize_t, Py_ssize_t, Py_ssize_t) except +
    bint counted(const int64_t*, Py_ssize_t, vector[int64_t]&, vector[int64_t]&, int64_t*) except +
    void distinct_c "rl::distinct"[T](const T*, Py_ssize_t, vector[int64_t]&, vector[int64_t]&, int64_t*) except +
    void binned_c "rl::binned"[T](const T*, Py_ssize_t, double, double, Py_ssize_t, T*) except +
    void running_c "rl::running"[F, T](bint, const T*, T*, Py_ssize_t, Py_ssize_t, Py_ssize_t)
    void running_log_c "rl::running_log"[T](const T*, T*, Py_ssize_t, Py_ssize_t, Py_ssize_t)
    void running_extreme_c "rl::running_extreme"[T](bint, const T*, T*, int64_t*, Py_ssize_t, Py_ssize_t, Py_ssize_t)


cdef struct Lanes:
    int type
    Py_ssize_t outer, n, inner


cdef np.ndarray lanes(Lanes* l, object x, Py_ssize_t dim):
    """The array and its sizes before, at and after a dim; None if the loops cannot take it."""
    if type(x) is not np.ndarray:
        return None
    cdef np.ndarray a = x
    cdef int i
    l.type = np.PyArray_TYPE(a)
    if not np.PyArray_ISCARRAY_RO(a) or np.PyArray_SIZE(a) == 0 or not 0 <= dim < np.PyArray_NDIM(a):
        return None
    if l.type != np.NPY_FLOAT and l.type != np.NPY_DOUBLE and l.type != np.NPY_INT64:
        return None
    l.outer = l.inner = 1
    l.n = np.PyArray_DIMS(a)[dim]
    for i in range(dim):
        l.outer *= np.PyArray_DIMS(a)[i]
    for i in range(dim + 1, np.PyArray_NDIM(a)):
        l.inner *= np.PyArray_DIMS(a)[i]
    return a if l.n < 1LL << 31 else None


cdef np.ndarray shaped(np.ndarray a, Py_ssize_t dim, Py_ssize_t length, int type):
    """A new array of the shape of `a` but with a length at `dim`; no such dim for -1."""
    cdef np.npy_intp shape[64]
    cdef int i, m = 0
    for i in range(np.PyArray_NDIM(a)):
        if i != dim:
            shape[m] = np.PyArray_DIMS(a)[i]
            m += 1
        elif length >= 0:
            shape[m] = length
            m += 1
    return allocate(m, shape, type)


cdef inline int64_t* whole(np.ndarray a) noexcept:
    return <int64_t*>np.PyArray_DATA(a)


@cython.final
cdef class Sorted(Kernel):
    """`call2(x, (dim, descending, stable))`: the values and their places, or the places."""

    cdef bint values

    cpdef object call2(self, object x, object how):
        cdef Lanes l
        cdef Py_ssize_t dim = (<tuple>how)[0]
        cdef bint down = (<tuple>how)[1], stable = (<tuple>how)[2]
        cdef np.ndarray a = lanes(&l, x, dim), out = None, at
        cdef void* to = NULL
        if a is None:
            return None
        # Long rows of integers PyTorch sorts by their digits.
        stable |= not down and l.type == np.NPY_INT64 and np.PyArray_NDIM(a) == 1 and l.n >= 32768
        at = shaped(a, dim, l.n, np.NPY_INT64)
        if self.values:
            out = shaped(a, dim, l.n, l.type)
            to = np.PyArray_DATA(out)
        if l.type == np.NPY_FLOAT:
            sorted_c[float](down, stable, <float*>np.PyArray_DATA(a), <float*>to, whole(at), l.outer, l.n, l.inner)
        elif l.type == np.NPY_DOUBLE:
            sorted_c[double](down, stable, <double*>np.PyArray_DATA(a), <double*>to, whole(at), l.outer, l.n, l.inner)
        else:
            sorted_c[int64_t](down, stable, whole(a), <int64_t*>to, whole(at), l.outer, l.n, l.inner)
        return (out, at) if self.values else at


@cython.final
cdef class Top(Kernel):
    """`call2(x, (k, dim, largest, in_order))`: the values and their places."""

    cpdef object call2(self, object x, object how):
        cdef Lanes l
        cdef Py_ssize_t k = (<tuple>how)[0], dim = (<tuple>how)[1]
        cdef bint largest = (<tuple>how)[2], ordered = (<tuple>how)[3]
        cdef np.ndarray a = lanes(&l, x, dim), out, at
        if a is None or not 0 < k <= l.n:
            return None
        out, at = shaped(a, dim, k, l.type), shaped(a, dim, k, np.NPY_INT64)
        if l.type == np.NPY_FLOAT:
            top_c[float](largest, ordered, k, <float*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(out), whole(at), l.outer, l.n, l.inner)
        elif l.type == np.NPY_DOUBLE:
            top_c[double](largest, ordered, k, <double*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(out), whole(at), l.outer, l.n, l.inner)
        else:
            top_c[int64_t](largest, ordered, k, whole(a), whole(out), whole(at), l.outer, l.n, l.inner)
        return out, at


@cython.final
cdef class Ranked(Kernel):
    """`call2(x, (k, dim, keepdim))`: the k-th elements, counted from 1, and their places; without
    `counted` `call2(x, (dim, keepdim))`: the lower medians."""

    cdef bint counted

    cpdef object call2(self, object x, object how):
        cdef Lanes l
        cdef Py_ssize_t dim = (<tuple>how)[self.counted], k
        cdef bint keepdim = (<tuple>how)[self.counted + 1]
        cdef np.ndarray a = lanes(&l, x, dim), out, at
        if a is None:
            return None
        k = <Py_ssize_t>(<tuple>how)[0] - 1 if self.counted else (l.n - 1) // 2
        if not 0 <= k < l.n:
            return None
        out = shaped(a, dim, 1 if keepdim else -1, l.type)
        at = shaped(a, dim, 1 if keepdim else -1, np.NPY_INT64)
        if l.type == np.NPY_FLOAT:
            ranked_c[float](not self.counted, k, <float*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(out), whole(at), l.outer, l.n, l.inner)
        elif l.type == np.NPY_DOUBLE:
            ranked_c[double](not self.counted, k, <double*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(out), whole(at), l.outer, l.n, l.inner)
        else:
            ranked_c[int64_t](not self.counted, k, whole(a), whole(out), whole(at), l.outer, l.n, l.inner)
        return out, at


@cython.final
cdef class Running(Kernel):
    """Running sums, with `back` from the end, or products: `call2(x, (dim, dtype))`."""

    cdef bint product
    cdef bint back

    cpdef object call2(self, object x, object how):
        cdef Lanes l
        cdef Py_ssize_t dim = (<tuple>how)[0]
        cdef np.ndarray a = lanes(&l, x, dim), out
        if a is None or (<tuple>how)[1].numpy is not (<object>a).dtype:
            return None
        out = shaped(a, dim, l.n, l.type)
        if self.product:
            if l.type == np.NPY_FLOAT:
                running_c[RunningProduct, float](self.back, <float*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(out), l.outer, l.n, l.inner)
            elif l.type == np.NPY_DOUBLE:
                running_c[RunningProduct, double](self.back, <double*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(out), l.outer, l.n, l.inner)
            else:
                running_c[RunningProduct, int64_t](self.back, whole(a), whole(out), l.outer, l.n, l.inner)
        elif l.type == np.NPY_FLOAT:
            running_c[RunningSum, float](self.back, <float*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(out), l.outer, l.n, l.inner)
        elif l.type == np.NPY_DOUBLE:
            running_c[RunningSum, double](self.back, <double*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(out), l.outer, l.n, l.inner)
        else:
            running_c[RunningSum, int64_t](self.back, whole(a), whole(out), l.outer, l.n, l.inner)
        return out


@cython.final
cdef class RunningExtreme(Kernel):
    """The extremes so far and their latest places: `call2(x, (dim,))`."""

    cdef bint largest

    cpdef object call2(self, object x, object how):
        cdef Lanes l
        cdef Py_ssize_t dim = (<tuple>how)[0]
        cdef np.ndarray a = lanes(&l, x, dim), out, at
        if a is None:
            return None
        out, at = shaped(a, dim, l.n, l.type), shaped(a, dim, l.n, np.NPY_INT64)
        if l.type == np.NPY_FLOAT:
            running_extreme_c[float](self.largest, <float*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(out), whole(at), l.outer, l.n, l.inner)
        elif l.type == np.NPY_DOUBLE:
            running_extreme_c[double](self.largest, <double*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(out), whole(at), l.outer, l.n, l.inner)
        else:
            running_extreme_c[int64_t](self.largest, whole(a), whole(out), whole(at), l.outer, l.n, l.inner)
        return out, at


@cython.final
cdef class RunningLog(Kernel):
    """Running logarithms of sums of exponentials: `call2(x, (dim,))`."""

    cpdef object call2(self, object x, object how):
        cdef Lanes l
        cdef Py_ssize_t dim = (<tuple>how)[0]
        cdef np.ndarray a = lanes(&l, x, dim), out
        if a is None or l.type == np.NPY_INT64:
            return None
        out = shaped(a, dim, l.n, l.type)
        if l.type == np.NPY_FLOAT:
            running_log_c[float](<float*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(out), l.outer, l.n, l.inner)
        else:
            running_log_c[double](<double*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(out), l.outer, l.n, l.inner)
        return out


@cython.final
cdef class Distinct(Kernel):
    """The distinct elements, where each element went, and how many there are: `call2(x, (inverse,))`."""

    cpdef object call2(self, object x, object how):
        if type(x) is not np.ndarray or not np.PyArray_ISCARRAY_RO(<np.ndarray>x):
            return None
        cdef np.ndarray a = x, at
        cdef int64_t* to = NULL
        cdef np.npy_intp n = np.PyArray_SIZE(a), nothing = 0
        cdef int t = np.PyArray_TYPE(a)
        cdef vector[int64_t] values, counts
        if n == 0 or n >= 1LL << 31 or (t != np.NPY_FLOAT and t != np.NPY_DOUBLE and t != np.NPY_INT64):
            return None
        if (<tuple>how)[0]:
            at = allocate(np.PyArray_NDIM(a), np.PyArray_DIMS(a), np.NPY_INT64)
            to = whole(at)
        else:
            at = np.PyArray_EMPTY(1, &nothing, np.NPY_INT64, 0)
        if t == np.NPY_INT64 and counted(whole(a), n, values, counts, to):
            return vector_of(values), at, vector_of(counts)
        if t == np.NPY_FLOAT:
            distinct_c[float](<float*>np.PyArray_DATA(a), n, values, counts, to)
        elif t == np.NPY_DOUBLE:
            distinct_c[double](<double*>np.PyArray_DATA(a), n, values, counts, to)
        else:
            distinct_c[int64_t](whole(a), n, values, counts, to)
        return x.take(vector_of(values)), at, vector_of(counts)


cdef np.ndarray vector_of(vector[int64_t]& numbers):
    cdef np.npy_intp n = numbers.size()
    cdef np.ndarray out = allocate(1, &n, np.NPY_INT64)
    memcpy(np.PyArray_DATA(out), numbers.data(), n * 8)
    return out


@cython.final
cdef class Histogram(Kernel):
    """Elements counted in equal intervals: `call2(x, (bins, low, high))`."""

    cpdef object call2(self, object x, object how):
        if type(x) is not np.ndarray or not np.PyArray_ISCARRAY_RO(<np.ndarray>x):
            return None
        cdef np.ndarray a = x, out
        cdef int t = np.PyArray_TYPE(a)
        cdef double low = (<tuple>how)[1], high = (<tuple>how)[2]
        cdef np.npy_intp bins
        if type((<tuple>how)[0]) is not int or not 0 < (<tuple>how)[0] < 1 << 30:
            return None
        if not -1e30 < low < high < 1e30 or (t != np.NPY_FLOAT and t != np.NPY_DOUBLE):
            return None
        bins = (<tuple>how)[0]
        out = np.PyArray_EMPTY(1, &bins, t, 0)
        if t == np.NPY_FLOAT:
            binned_c[float](<float*>np.PyArray_DATA(a), np.PyArray_SIZE(a), low, high, bins, <float*>np.PyArray_DATA(out))
        else:
            binned_c[double](<double*>np.PyArray_DATA(a), np.PyArray_SIZE(a), low, high, bins, <double*>np.PyArray_DATA(out))
        return out

    cpdef object shortcut(self, tuple args, dict kwargs):
        if len(args) != 4 or kwargs or type(args[1]) is not int:
            return None
        for bound in args[2:]:
            if type(bound) is not float and (type(bound) is not int or not -1e15 < bound < 1e15):
                return None
        cdef double low = args[2], high = args[3]
        params = (args[1], low, high)
        out = self.call2(args[0], params)
        return None if out is None else (out, params)


@cython.final
cdef class Call(Kernel):
    """Calls of `inner` with the array and then arguments called `names`, of which `open` may stand
    without their names.  `values` are what they are by default, or int for one that must be given; the
    first `count`, of which one is the dim, are parameters, and so is the dtype if `typed`.
    """

    cdef Kernel inner
    cdef tuple names, values
    cdef Py_ssize_t open, count, dim
    cdef bint typed, other

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef list given = list(self.values)
        cdef Py_ssize_t i, d = 0, n = len(args) - 1
        if type(args[0]) is not np.ndarray or n > self.open:
            return None
        for i in range(n):
            given[i] = args[i + 1]
        for name, value in kwargs.items():
            if name not in self.names:
                return None
            i = self.names.index(name)
            if i < n:
                return None
            given[i] = value
        for i in range(len(given)):
            if type(self.values[i]) is bool:
                if type(given[i]) is not bool:
                    return None
            elif type(given[i]) is not int or not -(1 << 40) < given[i] < 1 << 40:
                return None
        if not is_dim(given[self.dim], args[0], &d):
            return None
        given[self.dim] = d
        params = tuple(given[:self.count])
        if self.typed:
            params += (dtypes.by_numpy.get((<np.ndarray>args[0]).dtype),)
        out = self.inner.call2(args[0], params)
        if out is None:
            return None
        return (out, params, None, True) if self.other else (out, params)


cdef void call(str name, dict arguments, Py_ssize_t open, Py_ssize_t count, bint typed, str inner):
    cdef Call k = Call()
    k.inner, k.names, k.values = door.kernel(inner), tuple(arguments), tuple(arguments.values())
    k.open, k.count, k.typed, k.other = open, count, typed, inner != name
    k.dim = k.names.index("dim")
    door.register_shortcut(name, k)


cdef void enter_sorted(str name, bint values):
    cdef Sorted k = Sorted()
    k.values = values
    door.register(name, k)


cdef void enter_running(str name, bint product, bint back):
    cdef Running k = Running()
    k.product, k.back = product, back
    door.register(name, k)


cdef Ranked kthvalue = Ranked()
kthvalue.counted = True
cdef RunningExtreme largest = RunningExtreme()
largest.largest = True
enter_sorted("sort", True)
enter_sorted("sort_stable", True)
enter_sorted("argsort", False)
enter_running("cumsum", False, False)
enter_running("cumsum_back", False, True)
enter_running("cumprod", True, False)
door.register("topk", Top())
door.register("kthvalue", kthvalue)
door.register("median_dim", Ranked())
door.register("cummax", largest)
door.register("cummin", RunningExtreme())
door.register("logcumsumexp", RunningLog())
door.register("unique_flat", Distinct())
door.register("histc", Histogram())
door.register_shortcut("histc", Histogram())

call("sort", {"dim": -1, "descending": False, "": False}, 2, 3, False, "sort")
call("argsort", {"dim": -1, "descending": False, "stable": False}, 2, 3, False, "argsort")
call("topk", {"k": int, "dim": -1, "largest": True, "sorted": True}, 4, 4, False, "topk")
call("kthvalue", {"k": int, "dim": -1, "keepdim": False}, 3, 3, False, "kthvalue")
call("median", {"dim": int, "keepdim": False}, 2, 2, False, "median_dim")
for _name in ("cummax", "cummin", "logcumsumexp"):
    call(_name, {"dim": int}, 1, 1, False, _name)
for _name in ("cumsum", "cumprod"):
    call(_name, {"dim": int}, 1, 1, True, _name)
