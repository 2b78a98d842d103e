cimport cython
from rushlight.tape.core cimport TensorBase
from rushlight.tape.dispatch cimport Op
from rushlight.tape.levels cimport Box, Level, box_at, boxed


cdef class DualLevel(Level):
    pass


cdef class DualBox(Box):
    cdef public object own
    cdef public long writes
    cdef public object base
    cdef public object part

    @cython.locals(primals=list, tangents=list, b=Box)
    cpdef tuple parts(self, object inputs)
    @cython.locals(primals=tuple, tangents=list)
    cpdef object process(self, Op op, tuple inputs, tuple params)
    cpdef object wrapped(self, object x, object tangent)


cdef class ForwardRules:
    cdef public object joint
    cdef public list codes
    cdef public list written
    cdef public list pointwise


@cython.locals(rules=ForwardRules)
cpdef object tangent_of(Op op, object primals, list tangents, object params, object out)

@cython.locals(kind=cython.int, i=cython.int)
cpdef object value_of(int code, object primals, object params, object out)
cpdef list arguments(list codes, object primals, object params, object out)
