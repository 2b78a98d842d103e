cimport cython
from rushlight.tape cimport native
from rushlight.tape.core cimport State, TensorBase, plain, state
from rushlight.kernels.door cimport Kernel
from rushlight.tape.dispatch cimport Op
from rushlight.tape.straight cimport binary, binary_into, product, shortcut, shortcut_of_sequence, unary

@cython.locals(st=State)
cpdef bint overridden(tuple args) except -1

cdef tuple given(object a, object b, tuple more)

@cython.locals(bound=tuple)
cdef object direct(Op op, tuple args)
