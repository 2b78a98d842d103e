cimport cython
from rushlight.tape.core cimport TensorBase
from rushlight.tape.dispatch cimport Op
from rushlight.tape.levels cimport Box, Level, box_at, boxed, sizes_of


cdef class BatchBox(Box):
    cdef public object size

    cpdef object process(self, Op op, tuple inputs, tuple params)
    cpdef object check_open(self)
    cpdef object held(self)
    @cython.locals(whole=tuple)
    cpdef tuple sizes(self)
    @cython.locals(values=list, dims=list, b=BatchBox)
    cpdef tuple unboxed(self, object inputs)
    cpdef object wrapped(self, object out, object dim)


@cython.locals(t=TensorBase)
cpdef long long bytes_of(object out) except -1

@cython.locals(inputs=list, ndim=cython.int)
cpdef object lifted(Op op, object values, object dims, object params, object size)

cpdef object front(object x, object dim, object size)

cpdef object aligned(Op op, tuple values, list dims, tuple params, object size)

@cython.locals(t=TensorBase, n=cython.int, rank=cython.int, free=cython.int, at=cython.int)
cpdef object common_dim(object values, object dims)
