# distutils: language = c++
"""Native kernels behind the door: arrays checked and allocated here, loops in C++."""

cimport cython
cimport numpy as np
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_AsLongLongAndOverflow, PyLong_CheckExact
from libc.stdint cimport int64_t
from rushlight.kernels.door cimport Kernel

from rushlight.kernels import door

np.import_array()

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
    BinaryF mul_f "rl::mul_loop<float>"
    BinaryD mul_d "rl::mul_loop<double>"
    BinaryL mul_l "rl::mul_loop<int64_t>"
    BinaryF div_f "rl::div_loop<float>"
    BinaryD div_d "rl::div_loop<double>"
    float sum_f "rl::sum_all<float>"(const float*, Py_ssize_t) nogil
    double sum_d "rl::sum_all<double>"(const double*, Py_ssize_t) nogil
    void matmul_f "rl::matmul_small<float>"(const float*, const float*, float*, Py_ssize_t, Py_ssize_t, Py_ssize_t) nogil
    void matmul_d "rl::matmul_small<double>"(const double*, const double*, double*, Py_ssize_t, Py_ssize_t, Py_ssize_t) nogil

cdef extern from "numpy/arrayobject.h":
    object PyArray_MatrixProduct2(object, object, void*)


cdef inline bint simple(np.ndarray a) noexcept:
    """C-contiguous, aligned, native byte order: a loop can run over it."""
    return np.PyArray_ISCARRAY_RO(a)


cdef inline np.ndarray blank(np.ndarray like):
    return np.PyArray_EMPTY(np.PyArray_NDIM(like), np.PyArray_DIMS(like), np.PyArray_TYPE(like), 0)


@cython.final
cdef class UnaryKernel(Kernel):
    """float32 and float64 of one operand."""

    cdef UnaryF f
    cdef UnaryD d

    cdef object call1(self, object x):
        if type(x) is not np.ndarray or not simple(x):
            return None
        cdef np.ndarray a = x
        cdef int t = np.PyArray_TYPE(a)
        if t != np.NPY_FLOAT and t != np.NPY_DOUBLE:
            return None
        cdef np.ndarray out = blank(a)
        if t == np.NPY_FLOAT:
            self.f(<float*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(out), np.PyArray_SIZE(a))
        else:
            self.d(<double*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(out), np.PyArray_SIZE(a))
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

    cdef object call2(self, object x, object y):
        if type(x) is np.ndarray:
            if type(y) is np.ndarray:
                return self.arrays(x, y)
            return self.number(x, y, 1)
        return self.number(y, x, 0)

    cdef object arrays(self, np.ndarray a, np.ndarray b):
        cdef int t = np.PyArray_TYPE(a)
        if t != np.PyArray_TYPE(b) or not same_shape(a, b) or not simple(a) or not simple(b):
            return None
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

    cdef bint into2(self, object x, object y, object out) except -1:
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
        if type(array) is not np.ndarray or not simple(array):
            return None
        cdef np.ndarray a = array
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
cdef class TotalKernel(Kernel):
    """The sum of all elements, or their mean, of float32 and float64."""

    cdef bint mean

    cdef object call1(self, object x):
        if type(x) is not np.ndarray or not simple(x):
            return None
        cdef np.ndarray a = x
        cdef int t = np.PyArray_TYPE(a)
        cdef Py_ssize_t n = np.PyArray_SIZE(a)
        cdef np.npy_intp nothing = 0
        cdef np.ndarray out
        cdef float f
        cdef double d
        if t == np.NPY_FLOAT:
            out = np.PyArray_EMPTY(0, &nothing, t, 0)
            f = sum_f(<float*>np.PyArray_DATA(a), n)
            (<float*>np.PyArray_DATA(out))[0] = f / <float>n if self.mean else f
            return out
        if t == np.NPY_DOUBLE:
            out = np.PyArray_EMPTY(0, &nothing, t, 0)
            d = sum_d(<double*>np.PyArray_DATA(a), n)
            (<double*>np.PyArray_DATA(out))[0] = d / <double>n if self.mean else d
            return out
        return None


@cython.final
cdef class MatmulKernel(Kernel):
    """Matrix times matrix of one floating dtype: small ones here, others by NumPy's BLAS."""

    cdef object call2(self, object x, object y):
        if type(x) is not np.ndarray or type(y) is not np.ndarray:
            return None
        cdef np.ndarray a = x, b = y, out
        cdef int t = np.PyArray_TYPE(a)
        if t != np.PyArray_TYPE(b) or (t != np.NPY_FLOAT and t != np.NPY_DOUBLE):
            return None
        if np.PyArray_NDIM(a) != 2 or np.PyArray_NDIM(b) != 2:
            return None
        cdef np.npy_intp shape[2]
        cdef Py_ssize_t m = np.PyArray_DIMS(a)[0], k = np.PyArray_DIMS(a)[1], n = np.PyArray_DIMS(b)[1]
        if np.PyArray_DIMS(b)[0] != k:
            return None
        if m * k * n > 4096 or not simple(a) or not simple(b):
            return PyArray_MatrixProduct2(a, b, NULL)
        shape[0], shape[1] = m, n
        out = np.PyArray_EMPTY(2, shape, t, 0)
        if t == np.NPY_FLOAT:
            matmul_f(<float*>np.PyArray_DATA(a), <float*>np.PyArray_DATA(b), <float*>np.PyArray_DATA(out), m, k, n)
        else:
            matmul_d(<double*>np.PyArray_DATA(a), <double*>np.PyArray_DATA(b), <double*>np.PyArray_DATA(out), m, k, n)
        return out


cdef void unary(str name, UnaryF f, UnaryD d):
    cdef UnaryKernel k = UnaryKernel()
    k.f, k.d = f, d
    door.register(name, k)


cdef void binary(str name, BinaryF f, BinaryD d, BinaryL l):
    cdef BinaryKernel k = BinaryKernel()
    k.f, k.d, k.l = f, d, l
    door.register(name, k)


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

cdef TotalKernel total_mean = TotalKernel()
total_mean.mean = True
door.register("sum", TotalKernel())
door.register("mean", total_mean)
door.register("mm", MatmulKernel())
