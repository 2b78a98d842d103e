# distutils: language = c++
"""Native steps of optimizers: what `kernels.optimizers` does, for all parameters in one call.

A parameter is taken if its arrays are float32, float64 or their complex kin, of one shape and
dtype, and lie in one piece and in one order; the others are left to the twin in NumPy.
"""

cimport numpy as np
from cpython.list cimport PyList_GET_ITEM, PyList_GET_SIZE
from libc.math cimport pow, sqrt
from libcpp.vector cimport vector

from rushlight.kernels import door
from rushlight.kernels import optimizers as plain

np.import_array()

cdef extern from "steps.hpp" namespace "rl":
    cdef cppclass Task:
        void* parameter
        void* gradient
        void* slots[3]
        Py_ssize_t size, itemsize
        double decay, shrink
        bint maximize
        double numbers[8]
    cdef enum Rule:
        DESCEND, MOMENTUM, ADAM, ADAMAX, NADAM, RADAM, ADADELTA, ADAGRAD, RMSPROP, RPROP, AVERAGE
        SCALE, CLAMP, CLEAR
    void run_steps(int, const vector[Task]&) except +
    vector[double] sums_of_squares(const vector[Task]&) except +


cdef inline int order(object x, bint write, int dtype) noexcept:
    """In which orders an array lies in one piece; 0 if the loops cannot take it."""
    if type(x) is not np.ndarray:
        return 0
    cdef np.ndarray a = x
    if np.PyArray_TYPE(a) != dtype or not np.PyArray_ISBEHAVED_RO(a) or write and not np.PyArray_ISWRITEABLE(a):
        return 0
    return np.PyArray_FLAGS(a) & (np.NPY_ARRAY_C_CONTIGUOUS | np.NPY_ARRAY_F_CONTIGUOUS)


cdef bint fits(object x, np.ndarray like, bint write, int* common) noexcept:
    """Is `x` of the shape and dtype of `like`, and do they still lie in a common order?"""
    common[0] &= order(x, write, np.PyArray_TYPE(like))
    return common[0] != 0 and np.PyArray_NDIM(<np.ndarray>x) == np.PyArray_NDIM(like) and np.PyArray_CompareLists(
        np.PyArray_DIMS(<np.ndarray>x), np.PyArray_DIMS(like), np.PyArray_NDIM(like))


cdef inline Py_ssize_t real_size(int dtype) noexcept:
    if dtype == np.NPY_FLOAT or dtype == np.NPY_CFLOAT:
        return sizeof(float)
    return sizeof(double) if dtype == np.NPY_DOUBLE or dtype == np.NPY_CDOUBLE else 0


cdef bint written(Task* task, object x, int* common) noexcept:
    """Enter the array that a task is about."""
    if type(x) is not np.ndarray:
        return False
    cdef np.ndarray a = x
    task.itemsize = real_size(np.PyArray_TYPE(a))
    common[0] = order(x, True, np.PyArray_TYPE(a))
    if not task.itemsize or not common[0]:
        return False
    task.parameter = np.PyArray_DATA(a)
    task.size = np.PyArray_NBYTES(a) // task.itemsize
    return True


cdef bint apart(const Task* task) noexcept:
    """Is the gradient's memory another, or exactly the parameter's?"""
    cdef char* p = <char*>task.parameter
    cdef char* g = <char*>task.gradient
    cdef Py_ssize_t n = task.size * task.itemsize
    return p == g or p + n <= g or g + n <= p


cdef class Steps:
    """The parameters that the loops take; the numbers of the others are in `rest`."""

    cdef vector[Task] tasks
    cdef list rest
    cdef double decay, shrink
    cdef bint maximize

    def __cinit__(self, double decay=0, bint maximize=False):
        self.rest = []
        self.decay, self.shrink, self.maximize = decay, 1, maximize

    cdef double* enter(self, Py_ssize_t i, list params, list grads, list a, list b=None, list c=None):
        """A new task for parameter `i` and where its numbers go; NULL if it is left to NumPy."""
        cdef Task task
        cdef int common = 0, k = 0
        cdef object x
        if not written(&task, <object>PyList_GET_ITEM(params, i), &common):
            self.rest.append(i)
            return NULL
        cdef np.ndarray p = <np.ndarray>PyList_GET_ITEM(params, i)
        x = <object>PyList_GET_ITEM(grads, i)
        cdef bint good = fits(x, p, False, &common)
        if good:
            task.gradient = np.PyArray_DATA(<np.ndarray>x)
            good = apart(&task)
        for slot in (a, b, c):
            if good and slot is not None and PyList_GET_SIZE(slot):
                x = <object>PyList_GET_ITEM(slot, i)
                good = fits(x, p, True, &common)
                if good:
                    task.slots[k] = np.PyArray_DATA(<np.ndarray>x)
            k += 1
        if not good:
            self.rest.append(i)
            return NULL
        task.decay, task.shrink, task.maximize = self.decay, self.shrink, self.maximize
        self.tasks.push_back(task)
        return self.tasks.back().numbers

    cdef finish(self, int rule, twin, tuple lists, tuple numbers):
        run_steps(rule, self.tasks)
        if self.rest:
            twin(*[chosen(x, self.rest) for x in lists], *numbers)


cdef list chosen(list arrays, list which):
    """Some of the arrays, as the twins want them."""
    return plain.reals([arrays[i] for i in which]) if arrays else arrays


cdef double counted(object step) except -1:
    """Count a step, and say how many there have been."""
    cdef np.ndarray a = step
    if np.PyArray_ISBEHAVED(a) and np.PyArray_SIZE(a) == 1:
        if np.PyArray_TYPE(a) == np.NPY_FLOAT:
            (<float*>np.PyArray_DATA(a))[0] += 1
            return (<float*>np.PyArray_DATA(a))[0]
        if np.PyArray_TYPE(a) == np.NPY_DOUBLE:
            (<double*>np.PyArray_DATA(a))[0] += 1
            return (<double*>np.PyArray_DATA(a))[0]
    step += 1
    return step.item()


def reals(list arrays):
    """The native kernels take arrays as they are."""
    return arrays


def gapless(list arrays):
    """See `rushlight.kernels.optimizers.gapless`."""
    for x in arrays:
        if not np.PyArray_Check(x) or not np.PyArray_ISONESEGMENT(<np.ndarray>x):
            return plain.gapless(arrays)
    return True


def sgd(list params, list grads, list buffers, double lr, double momentum, double dampening,
        double weight_decay, bint nesterov, bint maximize):
    """See `rushlight.kernels.optimizers.sgd`."""
    cdef Steps steps = Steps(weight_decay, maximize)
    cdef Py_ssize_t i
    cdef double* c
    for i in range(len(params)):
        c = steps.enter(i, params, grads, buffers)
        if c != NULL:
            c[0], c[1], c[2], c[3] = lr, momentum, 1 - dampening, nesterov
    steps.finish(MOMENTUM if momentum else DESCEND, plain.sgd, (params, grads, buffers),
                 (lr, momentum, dampening, weight_decay, nesterov, maximize))


cdef Steps decoupled(double lr, double weight_decay, bint apart, bint maximize):
    """Tasks whose parameters decay by themselves if `apart`, else by their gradients."""
    cdef Steps steps = Steps(0 if apart else weight_decay, maximize)
    if apart and weight_decay:
        steps.shrink = 1 - lr * weight_decay
    return steps


def adam(list params, list grads, list means, list squares, list maxima, list steps, double lr,
         double beta1, double beta2, double eps, double weight_decay, bint decoupled_decay, bint maximize):
    """See `rushlight.kernels.optimizers.adam`."""
    cdef Steps tasks = decoupled(lr, weight_decay, decoupled_decay, maximize)
    cdef Py_ssize_t i
    cdef double t
    cdef double* c
    for i in range(len(params)):
        c = tasks.enter(i, params, grads, means, squares, maxima)
        if c != NULL:
            t = counted(steps[i])
            c[0], c[1], c[2] = 1 - beta1, beta2, 1 - beta2
            c[3], c[4], c[5] = sqrt(1 - pow(beta2, t)), eps, -lr / (1 - pow(beta1, t))
    tasks.finish(ADAM, plain.adam, (params, grads, means, squares, maxima, steps),
                 (lr, beta1, beta2, eps, weight_decay, decoupled_decay, maximize))


def adamax(list params, list grads, list means, list norms, list steps, double lr, double beta1,
           double beta2, double eps, double weight_decay, bint maximize):
    """See `rushlight.kernels.optimizers.adamax`."""
    cdef Steps tasks = Steps(weight_decay, maximize)
    cdef Py_ssize_t i
    cdef double* c
    for i in range(len(params)):
        c = tasks.enter(i, params, grads, means, norms)
        if c != NULL:
            c[0], c[1], c[2], c[3] = 1 - beta1, beta2, eps, -lr / (1 - pow(beta1, counted(steps[i])))
    tasks.finish(ADAMAX, plain.adamax, (params, grads, means, norms, steps),
                 (lr, beta1, beta2, eps, weight_decay, maximize))


def nadam(list params, list grads, list means, list squares, list products, list steps, double lr,
          double beta1, double beta2, double eps, double weight_decay, double momentum_decay,
          bint decoupled_decay, bint maximize):
    """See `rushlight.kernels.optimizers.nadam`."""
    cdef Steps tasks = decoupled(lr, weight_decay, decoupled_decay, maximize)
    cdef Py_ssize_t i
    cdef double t, mu, following, done
    cdef double* c
    for i in range(len(params)):
        c = tasks.enter(i, params, grads, means, squares)
        if c != NULL:
            t = counted(steps[i])
            mu = beta1 * (1.0 - 0.5 * pow(0.96, t * momentum_decay))
            following = beta1 * (1.0 - 0.5 * pow(0.96, (t + 1) * momentum_decay))
            product = products[i]
            product *= mu
            done = product.item()
            c[0], c[1], c[2], c[3], c[4] = 1 - beta1, beta2, 1 - beta2, 1 - pow(beta2, t), eps
            c[5], c[6] = -lr * (1.0 - mu) / (1.0 - done), -lr * following / (1.0 - done * following)
    tasks.finish(NADAM, plain.nadam, (params, grads, means, squares, products, steps),
                 (lr, beta1, beta2, eps, weight_decay, momentum_decay, decoupled_decay, maximize))


def radam(list params, list grads, list means, list squares, list steps, double lr, double beta1,
          double beta2, double eps, double weight_decay, bint decoupled_decay, bint maximize):
    """See `rushlight.kernels.optimizers.radam`."""
    cdef Steps tasks = decoupled(lr, weight_decay, decoupled_decay, maximize)
    cdef Py_ssize_t i
    cdef double t
    cdef double* c
    for i in range(len(params)):
        c = tasks.enter(i, params, grads, means, squares)
        if c != NULL:
            t = counted(steps[i])
            trust = plain.rectification(beta2, t)
            c[0], c[1], c[2], c[3], c[4] = 1 - beta1, beta2, 1 - beta2, eps, -lr / (1 - pow(beta1, t))
            c[5] = trust is not None
            if trust is not None:
                c[4] *= trust * sqrt(1 - pow(beta2, t))
    tasks.finish(RADAM, plain.radam, (params, grads, means, squares, steps),
                 (lr, beta1, beta2, eps, weight_decay, decoupled_decay, maximize))


def adadelta(list params, list grads, list squares, list changes, list steps, double lr, double rho,
             double eps, double weight_decay, bint maximize):
    """See `rushlight.kernels.optimizers.adadelta`."""
    cdef Steps tasks = Steps(weight_decay, maximize)
    cdef Py_ssize_t i
    cdef double* c
    for i in range(len(params)):
        c = tasks.enter(i, params, grads, squares, changes)
        if c != NULL:
            counted(steps[i])
            c[0], c[1], c[2], c[3] = rho, 1 - rho, eps, lr
    tasks.finish(ADADELTA, plain.adadelta, (params, grads, squares, changes, steps),
                 (lr, rho, eps, weight_decay, maximize))


def adagrad(list params, list grads, list sums, list steps, double lr, double lr_decay, double eps,
            double weight_decay, bint maximize):
    """See `rushlight.kernels.optimizers.adagrad`."""
    cdef Steps tasks = Steps(weight_decay, maximize)
    cdef Py_ssize_t i
    cdef double* c
    for i in range(len(params)):
        c = tasks.enter(i, params, grads, sums)
        if c != NULL:
            c[0], c[1] = eps, -lr / (1 + (counted(steps[i]) - 1) * lr_decay)
    tasks.finish(ADAGRAD, plain.adagrad, (params, grads, sums, steps),
                 (lr, lr_decay, eps, weight_decay, maximize))


def rmsprop(list params, list grads, list squares, list means, list buffers, list steps, double lr,
            double alpha, double eps, double weight_decay, double momentum, bint maximize):
    """See `rushlight.kernels.optimizers.rmsprop`."""
    cdef Steps tasks = Steps(weight_decay, maximize)
    cdef Py_ssize_t i
    cdef double* c
    for i in range(len(params)):
        c = tasks.enter(i, params, grads, squares, means, buffers)
        if c != NULL:
            counted(steps[i])
            c[0], c[1], c[2], c[3], c[4], c[5] = alpha, 1 - alpha, 1 - alpha, eps, lr, momentum
    tasks.finish(RMSPROP, plain.rmsprop, (params, grads, squares, means, buffers, steps),
                 (lr, alpha, eps, weight_decay, momentum, maximize))


def rprop(list params, list grads, list previous, list sizes, list steps, double eta_minus,
          double eta_plus, double smallest, double largest, bint maximize):
    """See `rushlight.kernels.optimizers.rprop`."""
    cdef Steps tasks = Steps(0, maximize)
    cdef Py_ssize_t i
    cdef double* c
    for i in range(len(params)):
        c = tasks.enter(i, params, grads, previous, sizes)
        if c != NULL:
            counted(steps[i])
            c[0], c[1], c[2], c[3] = eta_minus, eta_plus, smallest, largest
    tasks.finish(RPROP, plain.rprop, (params, grads, previous, sizes, steps),
                 (eta_minus, eta_plus, smallest, largest, maximize))


def asgd(list params, list grads, list averages, list mus, list etas, double lambd, double weight_decay,
         bint maximize):
    """See `rushlight.kernels.optimizers.asgd`."""
    cdef Steps tasks = Steps(weight_decay, maximize)
    cdef Py_ssize_t i
    cdef double* c
    for i in range(len(params)):
        c = tasks.enter(i, params, grads, averages)
        if c != NULL:
            c[1], c[2] = etas[i].item(), mus[i].item()
            c[0] = 1 - lambd * c[1]
    tasks.finish(AVERAGE, plain.asgd, (params, grads, averages, mus, etas),
                 (lambd, weight_decay, maximize))


def adafactor(list params, list grads, list rows, list columns, list squares, list steps, *numbers):
    """See `rushlight.kernels.optimizers.adafactor`, which has no loop of its own here."""
    plain.adafactor(*[plain.reals(x) for x in (params, grads, rows, columns, squares, steps)], *numbers)


# -- gradients by themselves -----------------------------------------------------------------


cdef vector[Task] alone(list arrays, list rest, bint real_only, double first=0, double second=0):
    """Tasks of the arrays that the loops take; the others' numbers go into `rest`."""
    cdef vector[Task] tasks
    cdef Task task
    cdef int common = 0
    cdef Py_ssize_t i
    task.numbers[0], task.numbers[1] = first, second
    for i in range(len(arrays)):
        if written(&task, arrays[i], &common) and not (real_only and np.PyArray_ISCOMPLEX(<np.ndarray>arrays[i])):
            tasks.push_back(task)
        else:
            rest.append(i)
    return tasks


def norms(list grads):
    """See `rushlight.kernels.optimizers.norms`."""
    cdef list rest = [], found
    cdef vector[Task] tasks = alone(grads, rest, True)
    cdef vector[double] sums
    cdef Py_ssize_t i
    if rest:
        return plain.norms(grads)
    sums = sums_of_squares(tasks)
    return [sqrt(<float>sums[i]) if tasks[i].itemsize == sizeof(float) else sqrt(sums[i]) for i in range(len(grads))]


def scale(list grads, double factor):
    """See `rushlight.kernels.optimizers.scale`."""
    cdef list rest = []
    run_steps(SCALE, alone(grads, rest, False, factor))
    if rest:
        plain.scale(chosen(grads, rest), factor)


def clamp(list grads, double low, double high):
    """See `rushlight.kernels.optimizers.clamp`."""
    cdef list rest = []
    run_steps(CLAMP, alone(grads, rest, True, low, high))
    if rest:
        plain.clamp([grads[i] for i in rest], low, high)


def clear(list grads):
    """See `rushlight.kernels.optimizers.clear`."""
    cdef list rest = []
    run_steps(CLEAR, alone(grads, rest, False))
    if rest:
        plain.clear(chosen(grads, rest))


for _function in (
    *(reals, gapless, sgd, adam, adamax, nadam, radam, adadelta, adagrad, rmsprop, rprop, asgd, adafactor),
    *(norms, scale, clamp, clear),
):
    door.register_function(_function.__name__, _function)
