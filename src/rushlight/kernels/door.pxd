cdef class Kernel:
    cpdef object call1(self, object x)
    cpdef object call2(self, object x, object y)
    cdef bint into2(self, object x, object y, object out) except -1
