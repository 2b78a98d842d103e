# distutils: language = c++
"""Native kernels behind the door: arrays checked and allocated here, loops in C++."""

cimport cython
cimport numpy as np
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_AsLongLongAndOverflow, PyLong_CheckExact
from libc.stdint cimport int64_t
from rushlight.kernels.cpu.memory cimport allocate
from rushlight.kernels.door cimport Kernel

from rushlight.kernels import door

np.import_array()

cdef extern from *:
    ctypedef signed char bint8 "bool"

cdef extern from "loops.hpp" namespace "rl":
    ctypedef void (*UnaryF "rl::Unary<float>")(const float*, float*, Py_ssize_t)
    ctypedef void (*UnaryD "rl::Unary<double>")(const double*, double*, Py_ssize_t)
    ctypedef void (*BinaryF "rl::Binary<float>")(const float*, const float*, float*, Py_ssize_t, int, int)
    ctypedef void (*BinaryD "rl::Binary<double>")(const double*, const double*, double*, Py_ssize_t, int, int)
    ctypedef void (*BinaryL "rl::Binary<int64_t>")(const int64_t*, const int64_t*, int64_t*, Py_ssize_t, int, int)
    UnaryF neg_f "rl::neg_loop<float>"
    UnaryD neg_d "rl::neg_loop<double>"
    UnaryF exp_f "rl::exp_loop<float>"
    UnaryD exp_d "rl::exp_loop<double>"
    UnaryF log_f "rl::log_loop<float>"
    UnaryD log_d "rl::log_loop<double>"
    UnaryF sqrt_f "rl::sqrt_loop<float>"
    UnaryD sqrt_d "rl::sqrt_loop<double>"
    UnaryF tanh_f "rl::tanh_loop<float>"
    UnaryD tanh_d "rl::tanh_loop<double>"
    UnaryF sin_f "rl::sin_loop<float>"
    UnaryD sin_d "rl::sin_loop<double>"
    UnaryF cos_f "rl::cos_loop<float>"
    UnaryD cos_d "rl::cos_loop<double>"
    UnaryF abs_f "rl::abs_loop<float>"
    UnaryD abs_d "rl::abs_loop<double>"
    UnaryF square_f "rl::square_loop<float>"
    UnaryD square_d "rl::square_loop<double>"
    UnaryF reciprocal_f "rl::reciprocal_loop<float>"
    UnaryD reciprocal_d "rl::reciprocal_loop<double>"
    UnaryF sigmoid_f "rl::sigmoid_loop<float>"
    UnaryD sigmoid_d "rl::sigmoid_loop<double>"
    UnaryF relu_f "rl::relu_loop<float>"
    UnaryD relu_d "rl::relu_loop<double>"
    BinaryF add_f "rl::add_loop<float>"
    BinaryD add_d "rl::add_loop<double>"
    BinaryL add_l "rl::add_loop<int64_t>"
    BinaryF sub_f "rl::sub_loop<float>"
    BinaryD sub_d "rl::sub_loop<double>"
    BinaryL sub_l "rl::sub_loop<int64_t>"
    BinaryF rsub_f "rl::rsub_loop<float>"
    BinaryD rsub_d "rl::rsub_loop<double>"
    BinaryL rsub_l "rl::rsub_loop<int64_t>"
    BinaryF pow_f "rl::pow_loop<float>"
    BinaryD pow_d "rl::pow_loop<double>"
    BinaryF mul_f "rl::mul_loop<float>"
    BinaryD mul_d "rl::mul_loop<double>"
    BinaryL mul_l "rl::mul_loop<int64_t>"
    BinaryF div_f "rl::div_loop<float>"
    BinaryD div_d "rl::div_loop<double>"
    BinaryF maximum_f "rl::maximum_loop<float>"
    BinaryD maximum_d "rl::maximum_loop<double>"
    BinaryF minimum_f "rl::minimum_loop<float>"
    BinaryD minimum_d "rl::minimum_loop<double>"
    void strided_f "rl::strided_binary<float>"(BinaryF, const char*, const char*, float*, int, const np.npy_intp*, const np.npy_intp*, const np.npy_intp*)
    void strided_d "rl::strided_binary<double>"(BinaryD, const char*, const char*, double*, int, const np.npy_intp*, const np.npy_intp*, const np.npy_intp*)
    void strided_uf "rl::strided_unary<float>"(UnaryF, const char*, float*, int, const np.npy_intp*, const np.npy_intp*)
    void strided_ud "rl::strided_unary<double>"(UnaryD, const char*, double*, int, const np.npy_intp*, const np.npy_intp*)
    void matmul_batches[T](const T*, const np.npy_intp*, const T*, const np.npy_intp*, T*, int, const np.npy_intp*, Py_ssize_t, Py_ssize_t, Py_ssize_t) except +
    const Py_ssize_t DEEPEST, LARGEST
    ctypedef void (*CompareF "rl::Compare<float>")(const float*, const float*, bint8*, Py_ssize_t, int, int)
    ctypedef void (*CompareD "rl::Compare<double>")(const double*, const double*, bint8*, Py_ssize_t, int, int)
    ctypedef void (*CompareL "rl::Compare<int64_t>")(const int64_t*, const int64_t*, bint8*, Py_ssize_t, int, int)
    CompareF eq_f "rl::eq_loop<float>"
    CompareD eq_d "rl::eq_loop<double>"
    CompareL eq_l "rl::eq_loop<int64_t>"
    CompareF ne_f "rl::ne_loop<float>"
    CompareD ne_d "rl::ne_loop<double>"
    CompareL ne_l "rl::ne_loop<int64_t>"
    CompareF lt_f "rl::lt_loop<float>"
    CompareD lt_d "rl::lt_loop<double>"
    CompareL lt_l "rl::lt_loop<int64_t>"
    CompareF le_f "rl::le_loop<float>"
    CompareD le_d "rl::le_loop<double>"
    CompareL le_l "rl::le_loop<int64_t>"
    CompareF gt_f "rl::gt_loop<float>"
    CompareD gt_d "rl::gt_loop<double>"
    CompareL gt_l "rl::gt_loop<int64_t>"
    CompareF ge_f "rl::ge_loop<float>"
    CompareD ge_d "rl::ge_loop<double>"
    CompareL ge_l "rl::ge_loop<int64_t>"

cdef extern from "functions.hpp" namespace "rl":
    cdef struct Named:
        const char* name
        float (*f)(float)
        double (*d)(double)
    const Named[19] NAMED
    void each_of[T](T (*)(T), const T*, T*, Py_ssize_t)

cdef extern from "numpy/arrayobject.h":
    object PyArray_MatrixProduct2(object, object, void*)

cdef extern from "window.hpp":
    object window "rl_window"(object x, int n, const np.npy_intp* dims, const np.npy_intp* steps, Py_ssize_t shift)


cdef inline bint simple(np.ndarray a) noexcept:
    """C-contiguous, aligned, native byte order: a loop can run over it."""
    return np.PyArray_ISCARRAY_RO(a)


cdef inline bint ordered(np.ndarray a) noexcept:
    """Aligned, and its dims lie in memory in C order (some perhaps standing still): then the
    result is C-contiguous, as NumPy and PyTorch would lay it out."""
    cdef int i, n = np.PyArray_NDIM(a)
    cdef np.npy_intp last = 0, step
    if not np.PyArray_ISBEHAVED_RO(a) or n > 32:
        return False
    for i in range(n - 1, -1, -1):
        step = np.PyArray_STRIDES(a)[i]
        if step == 0 or np.PyArray_DIMS(a)[i] == 1:
            continue
        if step < last:
            return False
        last = step
    return True


cdef inline int broadcast(np.ndarray a, np.ndarray b, np.npy_intp* shape, np.npy_intp* xs, np.npy_intp* ys) noexcept:
    """The common shape and each operand's strides in it; the number of dims, -1 if there is none."""
    cdef int na = np.PyArray_NDIM(a), nb = np.PyArray_NDIM(b)
    cdef int n = na if na > nb else nb
    cdef int i, ia, ib
    cdef np.npy_intp p, q
    for i in range(n):
        ia, ib = i - (n - na), i - (n - nb)
        p = np.PyArray_DIMS(a)[ia] if ia >= 0 else 1
        q = np.PyArray_DIMS(b)[ib] if ib >= 0 else 1
        if p != q and p != 1 and q != 1:
            return -1
        shape[i] = q if p == 1 else p
        xs[i] = np.PyArray_STRIDES(a)[ia] if ia >= 0 and p != 1 else 0
        ys[i] = np.PyArray_STRIDES(b)[ib] if ib >= 0 and q != 1 else 0
    return n


cdef inline np.ndarray blank(np.ndarray like):
    return allocate(np.PyArray_NDIM(like), np.PyArray_DIMS(like), np.PyArray_TYPE(like))


@cython.final
cdef class UnaryKernel(Kernel):
    """float32 and float64 of one operand."""

    cdef UnaryF f
    cdef UnaryD d

    cpdef object call1(self, object x):
        if type(x) is not np.ndarray:
            return None
        cdef np.ndarray a = x
        cdef int t = np.PyArray_TYPE(a)
        if t != np.NPY_FLOAT and t != np.NPY_DOUBLE:
            return None
        if not simple(a) and not ordered(a):
            return None
        cdef np.ndarray out = blank(a)
        if not simple(a):
            if np.PyArray_SIZE(a) == 0:
                return out
            if t == np.NPY_FLOAT:
                strided_uf(self.f, <char*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(out), np.PyArray_NDIM(a), np.PyArray_DIMS(a), np.PyArray_STRIDES(a))
            else:
                strided_ud(self.d, <char*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(out), np.PyArray_NDIM(a), np.PyArray_DIMS(a), np.PyArray_STRIDES(a))
        elif t == np.NPY_FLOAT:
            self.f(<float*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(out), np.PyArray_SIZE(a))
        else:
            self.d(<double*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(out), np.PyArray_SIZE(a))
        return out


@cython.final
cdef class SmallKernel(Kernel):
    """A function of the mathematical library on some float32 and float64 numbers."""

    cdef const Named* named

    cpdef object call1(self, object x):
        if type(x) is not np.ndarray or not simple(x) or np.PyArray_SIZE(<np.ndarray>x) > 128:
            return None
        cdef np.ndarray a = x, out
        cdef int t = np.PyArray_TYPE(a)
        if t != np.NPY_FLOAT and t != np.NPY_DOUBLE:
            return None
        out = blank(a)
        if t == np.NPY_FLOAT:
            each_of[float](self.named.f, <float*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(out), np.PyArray_SIZE(a))
        else:
            each_of[double](self.named.d, <double*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(out), np.PyArray_SIZE(a))
        return out


cdef inline bint same_shape(np.ndarray a, np.ndarray b) noexcept:
    cdef int i, n = np.PyArray_NDIM(a)
    if np.PyArray_NDIM(b) != n:
        return False
    for i in range(n):
        if np.PyArray_DIMS(a)[i] != np.PyArray_DIMS(b)[i]:
            return False
    return True


@cython.final
cdef class BinaryKernel(Kernel):
    """float32, float64 and perhaps int64 of two operands: one shape, or one of them a number."""

    cdef BinaryF f
    cdef BinaryD d
    cdef BinaryL l
    cdef bint arrays_only

    cpdef object call2(self, object x, object y):
        if type(x) is np.ndarray:
            if type(y) is np.ndarray:
                return self.arrays(x, y)
            return None if self.arrays_only else self.number(x, y, 1)
        return None if self.arrays_only else self.number(y, x, 0)

    cdef object arrays(self, np.ndarray a, np.ndarray b):
        cdef int t = np.PyArray_TYPE(a)
        if t != np.PyArray_TYPE(b):
            return None
        if not same_shape(a, b) or not simple(a) or not simple(b):
            return self.broadcasting(a, b, t)
        cdef np.ndarray out
        cdef Py_ssize_t n = np.PyArray_SIZE(a)
        if t == np.NPY_FLOAT:
            out = blank(a)
            self.f(<float*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(b), <float*>np.PyArray_DATA(out), n, 1, 1)
        elif t == np.NPY_DOUBLE:
            out = blank(a)
            self.d(<double*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(b), <double*>np.PyArray_DATA(out), n, 1, 1)
        elif t == np.NPY_INT64 and self.l != NULL:
            out = blank(a)
            self.l(<int64_t*>np.PyArray_DATA(a), <int64_t*>np.PyArray_DATA(b), <int64_t*>np.PyArray_DATA(out), n, 1, 1)
        else:
            return None
        return out

    cdef object broadcasting(self, np.ndarray a, np.ndarray b, int t):
        """Operands of different shapes, or with gaps."""
        cdef np.npy_intp shape[32]
        cdef np.npy_intp xs[32]
        cdef np.npy_intp ys[32]
        if t != np.NPY_FLOAT and t != np.NPY_DOUBLE or not ordered(a) or not ordered(b):
            return None
        cdef int n = broadcast(a, b, shape, xs, ys)
        if n < 0:
            return None
        if np.PyArray_NDIM(a) == 0 and np.PyArray_NDIM(b) == 0:
            return None
        cdef np.ndarray out = allocate(n, shape, t)
        if np.PyArray_SIZE(out) == 0:
            return out
        if t == np.NPY_FLOAT:
            strided_f(self.f, <char*>np.PyArray_DATA(a), <char*>np.PyArray_DATA(b), <float*>np.PyArray_DATA(out), n, shape, xs, ys)
        else:
            strided_d(self.d, <char*>np.PyArray_DATA(a), <char*>np.PyArray_DATA(b), <double*>np.PyArray_DATA(out), n, shape, xs, ys)
        return out

    cpdef bint into2(self, object x, object y, object out) except -1:
        if type(x) is not np.ndarray or type(out) is not np.ndarray:
            return False
        cdef np.ndarray a = x, b, r = out
        cdef int t = np.PyArray_TYPE(a), step = 1
        cdef double d = 0
        cdef float f = 0
        if t != np.PyArray_TYPE(r) or not np.PyArray_ISCARRAY(r):
            return False
        if t != np.NPY_FLOAT and t != np.NPY_DOUBLE or not same_shape(a, r) or not simple(a):
            return False
        cdef void* second
        if type(y) is np.ndarray:
            b = y
            if t != np.PyArray_TYPE(b) or not same_shape(a, b) or not simple(b):
                return False
            second = np.PyArray_DATA(b)
        elif PyFloat_CheckExact(y):
            d = PyFloat_AS_DOUBLE(y)
            f = <float>d
            step = 0
            second = &f if t == np.NPY_FLOAT else <void*>&d
        else:
            return False
        cdef Py_ssize_t n = np.PyArray_SIZE(a)
        if t == np.NPY_FLOAT:
            self.f(<float*>np.PyArray_DATA(a), <float*>second, <float*>np.PyArray_DATA(r), n, 1, step)
        else:
            self.d(<double*>np.PyArray_DATA(a), <double*>second, <double*>np.PyArray_DATA(r), n, 1, step)
        return True

    cdef object number(self, object array, object value, int second):
        """`second` tells which operand the number is."""
        if type(array) is not np.ndarray:
            return None
        cdef np.ndarray a = array
        cdef np.npy_intp still[32]
        cdef int i
        cdef int t = np.PyArray_TYPE(a), overflow = 0
        cdef double d
        cdef float f
        cdef int64_t l = 0
        if PyFloat_CheckExact(value):
            if t == np.NPY_INT64:
                return None
            d = PyFloat_AS_DOUBLE(value)
        elif PyLong_CheckExact(value):
            l = PyLong_AsLongLongAndOverflow(value, &overflow)
            if overflow:
                return None
            d = <double>l
        else:
            return None
        cdef Py_ssize_t n = np.PyArray_SIZE(a)
        cdef np.ndarray out
        if not simple(a):
            if t != np.NPY_FLOAT and t != np.NPY_DOUBLE or not ordered(a):
                return None
            out = blank(a)
            for i in range(np.PyArray_NDIM(a)):
                still[i] = 0
            f = <float>d
            if n == 0:
                return out
            if t == np.NPY_FLOAT:
                if second:
                    strided_f(self.f, <char*>np.PyArray_DATA(a), <char*>&f, <float*>np.PyArray_DATA(out), np.PyArray_NDIM(a), np.PyArray_DIMS(a), np.PyArray_STRIDES(a), still)
                else:
                    strided_f(self.f, <char*>&f, <char*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(out), np.PyArray_NDIM(a), np.PyArray_DIMS(a), still, np.PyArray_STRIDES(a))
            elif second:
                strided_d(self.d, <char*>np.PyArray_DATA(a), <char*>&d, <double*>np.PyArray_DATA(out), np.PyArray_NDIM(a), np.PyArray_DIMS(a), np.PyArray_STRIDES(a), still)
            else:
                strided_d(self.d, <char*>&d, <char*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(out), np.PyArray_NDIM(a), np.PyArray_DIMS(a), still, np.PyArray_STRIDES(a))
            return out
        if t == np.NPY_FLOAT:
            out = blank(a)
            f = <float>d
            if second:
                self.f(<float*>np.PyArray_DATA(a), &f, <float*>np.PyArray_DATA(out), n, 1, 0)
            else:
                self.f(&f, <float*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(out), n, 0, 1)
        elif t == np.NPY_DOUBLE:
            out = blank(a)
            if second:
                self.d(<double*>np.PyArray_DATA(a), &d, <double*>np.PyArray_DATA(out), n, 1, 0)
            else:
                self.d(&d, <double*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(out), n, 0, 1)
        elif t == np.NPY_INT64 and self.l != NULL:
            out = blank(a)
            if second:
                self.l(<int64_t*>np.PyArray_DATA(a), &l, <int64_t*>np.PyArray_DATA(out), n, 1, 0)
            else:
                self.l(&l, <int64_t*>np.PyArray_DATA(a), <int64_t*>np.PyArray_DATA(out), n, 0, 1)
        else:
            return None
        return out


@cython.final
cdef class MatmulKernel(Kernel):
    """Matrix times matrix of one floating dtype, or batches of them, either perhaps transposed
    first: small ones here, other matrices by NumPy's BLAS."""

    cdef bint first
    cdef bint second

    cpdef object call2(self, object x, object y):
        if type(x) is not np.ndarray or type(y) is not np.ndarray:
            return None
        cdef np.ndarray a = x, b = y, out
        cdef int t = np.PyArray_TYPE(a), nd = np.PyArray_NDIM(a), i
        if t != np.PyArray_TYPE(b) or (t != np.NPY_FLOAT and t != np.NPY_DOUBLE):
            return None
        if nd < 2 or nd > 8 or np.PyArray_NDIM(b) != nd:
            return None
        cdef np.npy_intp shape[8]
        cdef np.npy_intp p[8]
        cdef np.npy_intp q[8]
        cdef Py_ssize_t size = np.PyArray_ITEMSIZE(a)
        for i in range(nd):
            shape[i] = np.PyArray_DIMS(a)[i]
            if i < nd - 2 and np.PyArray_DIMS(b)[i] != shape[i]:
                return None
            p[i], q[i] = np.PyArray_STRIDES(a)[i] // size, np.PyArray_STRIDES(b)[i] // size
        cdef int f = nd - 2 + self.first, s = nd - 2 + self.second
        cdef int other_f = nd - 1 - self.first, other_s = nd - 1 - self.second
        cdef Py_ssize_t m = shape[f], k = shape[other_f], n = np.PyArray_DIMS(b)[other_s]
        if np.PyArray_DIMS(b)[s] != k:
            return None
        if (
            m * n * k > (4096 if nd == 2 else LARGEST) or k > DEEPEST
            or not np.PyArray_ISBEHAVED_RO(a) or not np.PyArray_ISBEHAVED_RO(b)
        ):
            if nd > 2:
                return None
            return PyArray_MatrixProduct2(
                np.PyArray_Transpose(a, NULL) if self.first else a,
                np.PyArray_Transpose(b, NULL) if self.second else b, NULL)
        shape[nd - 2], shape[nd - 1] = m, n
        out = allocate(nd, shape, t)
        if self.first:
            p[nd - 2], p[nd - 1] = p[nd - 1], p[nd - 2]
        if self.second:
            q[nd - 2], q[nd - 1] = q[nd - 1], q[nd - 2]
        if t == np.NPY_FLOAT:
            matmul_batches[float](<float*>np.PyArray_DATA(a), p, <float*>np.PyArray_DATA(b), q, <float*>np.PyArray_DATA(out), nd, shape, m, k, n)
        else:
            matmul_batches[double](<double*>np.PyArray_DATA(a), p, <double*>np.PyArray_DATA(b), q, <double*>np.PyArray_DATA(out), nd, shape, m, k, n)
        return out


@cython.final
cdef class CompareKernel(Kernel):
    """Comparisons of two arrays of one shape and dtype, or of a floating array and a number."""

    cdef CompareF f
    cdef CompareD d
    cdef CompareL l

    cpdef object call2(self, object x, object y):
        if type(x) is not np.ndarray or not simple(x):
            return None
        cdef np.ndarray a = x, b, out
        cdef int t = np.PyArray_TYPE(a), step = 1, overflow = 0
        cdef double d = 0
        cdef float f = 0
        cdef int64_t l = 0
        cdef void* second
        if t != np.NPY_FLOAT and t != np.NPY_DOUBLE and t != np.NPY_INT64:
            return None
        if type(y) is np.ndarray:
            b = y
            if np.PyArray_TYPE(b) != t or not same_shape(a, b) or not simple(b):
                return None
            second = np.PyArray_DATA(b)
        elif PyFloat_CheckExact(y) and t != np.NPY_INT64:
            d = PyFloat_AS_DOUBLE(y)
            step = 0
        elif PyLong_CheckExact(y):
            l = PyLong_AsLongLongAndOverflow(y, &overflow)
            if overflow:
                return None
            d = <double>l
            step = 0
        else:
            return None
        f = <float>d
        if not step:
            second = &f if t == np.NPY_FLOAT else &d if t == np.NPY_DOUBLE else <void*>&l
        out = np.PyArray_EMPTY(np.PyArray_NDIM(a), np.PyArray_DIMS(a), np.NPY_BOOL, 0)
        cdef Py_ssize_t n = np.PyArray_SIZE(a)
        if t == np.NPY_FLOAT:
            self.f(<float*>np.PyArray_DATA(a), <float*>second, <bint8*>np.PyArray_DATA(out), n, 1, step)
        elif t == np.NPY_DOUBLE:
            self.d(<double*>np.PyArray_DATA(a), <double*>second, <bint8*>np.PyArray_DATA(out), n, 1, step)
        else:
            self.l(<int64_t*>np.PyArray_DATA(a), <int64_t*>second, <bint8*>np.PyArray_DATA(out), n, 1, step)
        return out


def restride(np.ndarray x, tuple shape, tuple strides, Py_ssize_t shift=0):
    """A view of the memory of `x` with a shape and strides (in bytes), `shift` bytes further on."""
    cdef np.npy_intp dims[64]
    cdef np.npy_intp steps[64]
    cdef int i, n = len(shape)
    cdef np.npy_intp size = 1
    for i in range(n):
        dims[i] = shape[i]
        steps[i] = strides[i]
        size *= dims[i]
    cdef np.ndarray out = window(x, n, dims, steps, shift if size else 0)
    np.set_array_base(out, x)
    return out


door.register_function("restride", restride)


cdef void unary(str name, UnaryF f, UnaryD d):
    cdef UnaryKernel k = UnaryKernel()
    k.f, k.d = f, d
    door.register(name, k)


@cython.final
cdef class VectorKernel(Kernel):
    """The product of a matrix and a vector, or of two vectors, of one floating dtype, by BLAS."""

    cpdef object call2(self, object x, object y):
        if type(x) is not np.ndarray or type(y) is not np.ndarray:
            return None
        cdef np.ndarray a = x, b = y
        cdef int t = np.PyArray_TYPE(a), n = np.PyArray_NDIM(a)
        if t != np.PyArray_TYPE(b) or (t != np.NPY_FLOAT and t != np.NPY_DOUBLE):
            return None
        if np.PyArray_NDIM(b) != 1 or n < 1 or n > 2 or np.PyArray_DIMS(b)[0] != np.PyArray_DIMS(a)[n - 1]:
            return None
        if n == 2 and np.PyArray_DIMS(b)[0] == 1:  # BLAS would leave out a factor of zero
            return None
        return np.PyArray_FROM_O(PyArray_MatrixProduct2(a, b, NULL))


cdef void binary(str name, BinaryF f, BinaryD d, BinaryL l, bint arrays_only=False):
    cdef BinaryKernel k = BinaryKernel()
    k.f, k.d, k.l, k.arrays_only = f, d, l, arrays_only
    door.register(name, k)


cdef void small(int i):
    cdef SmallKernel k = SmallKernel()
    k.named = &NAMED[i]
    door.register(NAMED[i].name.decode(), k)


for _i in range(19):
    small(_i)
unary("neg", neg_f, neg_d)
unary("exp", exp_f, exp_d)
unary("log", log_f, log_d)
unary("sqrt", sqrt_f, sqrt_d)
unary("tanh", tanh_f, tanh_d)
unary("sin", sin_f, sin_d)
unary("cos", cos_f, cos_d)
unary("abs", abs_f, abs_d)
unary("square", square_f, square_d)
unary("reciprocal", reciprocal_f, reciprocal_d)
unary("sigmoid", sigmoid_f, sigmoid_d)
unary("relu", relu_f, relu_d)
binary("add", add_f, add_d, add_l)
binary("sub", sub_f, sub_d, sub_l)
binary("mul", mul_f, mul_d, mul_l)
binary("div", div_f, div_d, NULL)
binary("maximum", maximum_f, maximum_d, NULL, True)
binary("minimum", minimum_f, minimum_d, NULL, True)

cdef void compare(str name, CompareF f, CompareD d, CompareL l):
    cdef CompareKernel k = CompareKernel()
    k.f, k.d, k.l = f, d, l
    door.register(name, k)


binary("rsub", rsub_f, rsub_d, rsub_l)
binary("pow_scalar", pow_f, pow_d, NULL)
compare("eq", eq_f, eq_d, eq_l)
compare("ne", ne_f, ne_d, ne_l)
compare("lt", lt_f, lt_d, lt_l)
compare("le", le_f, le_d, le_l)
compare("gt", gt_f, gt_d, gt_l)
compare("ge", ge_f, ge_d, ge_l)

cdef MatmulKernel adjoint_times = MatmulKernel()
adjoint_times.first = True
cdef MatmulKernel times_adjoint = MatmulKernel()
times_adjoint.second = True
door.register("mm", MatmulKernel())
door.register("bmm", MatmulKernel())
door.register("mv", VectorKernel())
door.register("dot", VectorKernel())
door.register("adjoint_times", adjoint_times)
door.register("times_adjoint", times_adjoint)
