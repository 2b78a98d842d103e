cimport cython
from rushlight.kernels.door cimport Kernel
from rushlight.tape cimport native
from rushlight.tape.core cimport Node, State, TensorBase, box, bump, plain, state, wants
from rushlight.tape.dispatch cimport Op, elementwise, finish, finish_many, record


cdef class Operators(TensorBase):
    cpdef Py_ssize_t dim(self) except -1


cpdef object binary(Op op, object a, object b)

@cython.locals(ta=TensorBase, tb=TensorBase)
cpdef object product(object a, object b)

@cython.locals(st=State)
cdef object both(Op op, tuple pair)

@cython.locals(st=State, tb=TensorBase)
cdef object batches(TensorBase a, object b)

@cython.locals(st=State, ta=TensorBase, tb=TensorBase, t=TensorBase, mask=cython.int, node=Node)
cdef object quick(Op op, object a, object b)

@cython.locals(st=State, t=TensorBase, ta=TensorBase)
cpdef object power(object a, object b)

@cython.locals(st=State, ta=TensorBase, tb=TensorBase)
cpdef object binary_into(Op op, object a, object b)

@cython.locals(st=State, t=TensorBase, ta=TensorBase)
cpdef object unary(Op op, object a)

cpdef object one_like(object array)
cpdef bint add_into(TensorBase a, TensorBase b) except -1

@cython.locals(st=State, t=TensorBase, made=tuple)
cpdef object shortcut(Op op, Kernel kernel, tuple args, dict kwargs)

@cython.locals(st=State, made=tuple)
cpdef object shortcut_of_sequence(Op op, tuple args, dict kwargs)

@cython.locals(st=State, t=TensorBase, alone=cython.bint)
cpdef object getitem(object self, object index)

@cython.locals(t=TensorBase, made=tuple, at=cython.Py_ssize_t, op=Op, rest=cython.Py_ssize_t, n=cython.Py_ssize_t, spread=cython.bint)
cdef object part(TensorBase whole, tuple key, bint alone, State st)

cdef object along(Op op, object a, Py_ssize_t at, object x)

cpdef bint takes_whole(object s, object length) except -1

cdef Op ADD, SUB, RSUB, MUL, DIV, MATMUL, MV, DOT, POW, POW_NUMBER, NEG, SELECT, SLICE, UNSQUEEZE, ALIAS
cdef object RDIV, SUBSCRIPT
