cimport cython


@cython.locals(span=Py_ssize_t)
cpdef Py_ssize_t wrap_dim(object dim, Py_ssize_t ndim) except -1

cpdef tuple wrap_dims(object dims, Py_ssize_t ndim)

cpdef tuple shape_of(object t)
