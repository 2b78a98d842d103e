cimport cython
from rushlight.tape.core cimport State, TensorBase, plain, state
from rushlight.tape.dispatch cimport Op, binary, binary_into, unary

@cython.locals(st=State)
cpdef bint overridden(tuple args) except -1

@cython.locals(bound=tuple)
cdef object direct(Op op, tuple args)
