cimport cython
from rushlight.tape.core cimport State, TensorBase, alias, box, bump, state
from rushlight.tape.core cimport wants as recorded
from rushlight.tape cimport native
from rushlight.tape.dispatch cimport Op, record
from rushlight.tape.levels cimport Box, Level, box_at, boxed


cdef class GradLevel(Level):
    cdef public bint always
    cdef public bint outer_grad


@cython.locals(t=TensorBase)
cpdef TensorBase leaf(GradLevel level, TensorBase value)


cdef class GradBox(Box):
    @cython.locals(values=list, b=Box)
    cpdef tuple values(self, object inputs)
    @cython.locals(owner=GradLevel, mask=cython.int, i=cython.int)
    cpdef int mask(self, object inputs) except -1
    @cython.locals(owner=GradLevel, st=State, t=TensorBase, mask=cython.int, before=cython.bint, follows=cython.bint)
    cpdef object process(self, Op op, tuple inputs, tuple params)
    @cython.locals(made=GradBox, t=TensorBase)
    cpdef TensorBase wrapped(self, TensorBase value)


cpdef bint differentiable(TensorBase t) except -1

@cython.locals(b=Box)
cpdef object unwrapped(Level level, object x)
