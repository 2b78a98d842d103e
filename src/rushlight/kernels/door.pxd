cdef class Kernel:
    cpdef object shortcut(self, tuple args, dict kwargs)
    cpdef object along(self, object x, Py_ssize_t dim, object what)
    cpdef object call1(self, object x)
    cpdef object call2(self, object x, object y)
    cpdef bint into2(self, object x, object y, object out) except -1
