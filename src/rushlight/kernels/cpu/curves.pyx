# distutils: language = c++
"""Native activations and losses: what `kernels.activations` and `kernels.losses` do, on float32 and
float64 without gaps."""

cimport cython
cimport numpy as np
from rushlight.kernels.cpu.arrays cimport blank, d, dtype_of, f, packed, same_layout, same_shape, still
from rushlight.kernels.door cimport Kernel

from rushlight.kernels import activations, door, error_function, losses

np.import_array()

cdef extern from "curves.hpp" namespace "rl":
    ctypedef void (*CurveF "rl::Curve<float>")(const float*, float*, Py_ssize_t, const double*)
    ctypedef void (*CurveD "rl::Curve<double>")(const double*, double*, Py_ssize_t, const double*)
    ctypedef void (*SlopeF "rl::Slope<float>")(const float*, const float*, float*, Py_ssize_t, const double*)
    ctypedef void (*SlopeD "rl::Slope<double>")(const double*, const double*, double*, Py_ssize_t, const double*)
    CurveF curve_f "rl::curve<float>"(const char*)
    CurveD curve_d "rl::curve<double>"(const char*)
    SlopeF slope_f "rl::slope<float>"(const char*)
    SlopeD slope_d "rl::slope<double>"(const char*)
    void run_curve_f "rl::run_curve<float>"(CurveF, const float*, float*, Py_ssize_t, const double*)
    void run_curve_d "rl::run_curve<double>"(CurveD, const double*, double*, Py_ssize_t, const double*)
    void run_slope_f "rl::run_slope<float>"(SlopeF, const float*, int, const float*, float*, Py_ssize_t, const double*)
    void run_slope_d "rl::run_slope<double>"(SlopeD, const double*, int, const double*, double*, Py_ssize_t, const double*)


cdef extern from "losses.hpp" namespace "rl":
    int LOSSES
    const char* loss_name(int)
    void loss_each[T](int, bint, const T*, const T*, T*, Py_ssize_t, double, double)
    double loss_total[T](int, const T*, const T*, Py_ssize_t, double)


cdef bint numbers(tuple params, double* p) except -1:
    """The parameters as C numbers."""
    cdef int i
    if len(params) > 3:
        return False
    for i in range(len(params)):
        p[i] = params[i]
    return True


@cython.final
cdef class Curve:
    """An activation: `curve(x, *params)`."""

    cdef object twin
    cdef CurveF f
    cdef CurveD d

    def __call__(self, x, *params):
        cdef double[3] p = [0, 0, 0]
        cdef int t = dtype_of(x)
        cdef np.ndarray a = packed(x, t), out
        if a is None or not numbers(params, p):
            return self.twin(x, *params)
        out = blank(a)
        if t == np.NPY_FLOAT:
            run_curve_f(self.f, f(a), f(out), np.PyArray_SIZE(a), p)
        else:
            run_curve_d(self.d, d(a), d(out), np.PyArray_SIZE(a), p)
        return out


@cython.final
cdef class Slope(Kernel):
    """The way back: `slope(g, x, *params)`."""

    cdef object twin
    cdef SlopeF f
    cdef SlopeD d

    def __call__(self, g, x, *params):
        out = self.of(g, x, params)
        return self.twin(g, x, *params) if out is None else out

    cpdef object call2(self, object g, object x):
        return self.of(g, x, ())

    cdef object of(self, object g, object x, tuple params):
        cdef double[3] p = [0, 0, 0]
        cdef int t = dtype_of(x)
        cdef bint step = not (dtype_of(g) == t and still(g))
        cdef np.ndarray a = packed(g, t) if step else g, b = packed(x, t), out
        if a is None or b is None or not same_shape(a, b) or not numbers(params, p):
            return None
        if step and not same_layout(a, b):
            return None
        out = blank(b)
        if t == np.NPY_FLOAT:
            run_slope_f(self.f, f(a), step, f(b), f(out), np.PyArray_SIZE(a), p)
        else:
            run_slope_d(self.d, d(a), step, d(b), d(out), np.PyArray_SIZE(a), p)
        return out


def enter(twin):
    """Register the native form of a function, if there is one."""
    name = twin.__name__.encode()
    cdef Curve curve = Curve()
    cdef Slope slope = Slope()
    curve.twin = slope.twin = twin
    curve.f, curve.d = curve_f(name), curve_d(name)
    slope.f, slope.d = slope_f(name), slope_d(name)
    if curve.f != NULL:
        door.register_function(twin.__name__, curve)
    elif slope.f != NULL:
        door.register_function(twin.__name__, slope)
        if twin.__code__.co_argcount == 2:
            door.register(twin.__name__, slope)


enter(error_function.erf)
for _twin in list(vars(activations).values()):
    if getattr(_twin, "__module__", "") == activations.__name__:
        enter(_twin)


@cython.final
cdef class Call(Kernel):
    """`activation(x)`, or with its first numbers; what else it takes as it is by default."""

    cdef object curve
    cdef tuple params
    cdef int open, numbers
    cdef dict others

    cpdef object shortcut(self, tuple args, dict kwargs):
        cdef Py_ssize_t i, given = len(args) - 1
        cdef int t = dtype_of(args[0])
        cdef tuple params = self.params
        if (t != np.NPY_FLOAT and t != np.NPY_DOUBLE) or given > self.open:
            return None
        for name, value in kwargs.items():
            if type(value) not in (bool, str) or self.others.get(name) != value:
                return None
        for i in range(1, given + 1):
            if type(args[i]) is not float and type(args[i]) is not int:
                return None
        if given:
            params = args[1:] + params[given:]
        return self.curve(args[0], *params[:self.numbers]), params


def enter_call(name, *params, int open=0, **others):
    """Take the calls of an activation; the first `open` parameters may be given."""
    cdef Call call = Call()
    call.curve = door.native_or(getattr(activations, name))
    call.params, call.open, call.others = params, open, others
    call.numbers = sum([type(x) is not str for x in params])
    door.register_shortcut(name, call)


enter_call("elu", 1.0, 1, 1, open=1, inplace=False)
enter_call("gelu", "none", approximate="none")
enter_call("hardsigmoid", inplace=False)
enter_call("hardswish", inplace=False)
enter_call("hardtanh", -1.0, 1.0, inplace=False)
enter_call("leaky_relu", 0.01, open=1, inplace=False)
enter_call("mish", inplace=False)
enter_call("silu", inplace=False)
enter_call("softplus", 1, 20, open=2)


# -- losses ----------------------------------------------------------------------------------


@cython.final
cdef class Loss:
    """See `rushlight.kernels.losses.Loss`."""

    cdef object twin
    cdef int place

    def each(self, x, t, *params):
        out = self.mapped(False, x, t, params, 1)
        return self.twin.each(x, t, *params) if out is None else out

    def gradient(self, scale, x, t, *params):
        out = self.mapped(True, x, t, params, scale)
        return self.twin.gradient(scale, x, t, *params) if out is None else out

    def total(self, x, t, *params):
        cdef int k = dtype_of(x)
        cdef np.ndarray a = packed(x, k), b = packed(t, k), out
        cdef np.npy_intp nothing = 0
        cdef double p = params[0] if params else 0
        if a is None or b is None or not same_layout(a, b):
            return self.twin.total(x, t, *params)
        out = np.PyArray_EMPTY(0, &nothing, k, 0)
        if k == np.NPY_FLOAT:
            f(out)[0] = <float>loss_total[float](self.place, f(a), f(b), np.PyArray_SIZE(a), p)
        else:
            d(out)[0] = loss_total[double](self.place, d(a), d(b), np.PyArray_SIZE(a), p)
        return out

    cdef np.ndarray mapped(self, bint slope, x, t, tuple params, double scale):
        """The losses or their slopes, element by element."""
        cdef int k = dtype_of(x)
        cdef np.ndarray a = packed(x, k), b = packed(t, k), out
        cdef double p = params[0] if params else 0
        if a is None or b is None or not same_layout(a, b):
            return None
        out = blank(a)
        if k == np.NPY_FLOAT:
            loss_each[float](self.place, slope, f(a), f(b), f(out), np.PyArray_SIZE(a), p, scale)
        else:
            loss_each[double](self.place, slope, d(a), d(b), d(out), np.PyArray_SIZE(a), p, scale)
        return out


cdef void enter_loss(int place):
    cdef Loss loss = Loss()
    cdef str name = loss_name(place).decode()
    loss.twin, loss.place = getattr(losses, name), place
    door.register_function(name, loss)


for _place in range(LOSSES):
    enter_loss(_place)
