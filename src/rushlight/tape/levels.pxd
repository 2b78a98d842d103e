cimport cython
from rushlight.tape.core cimport State, TensorBase, alias, box, state


cdef class Level:
    cdef public int number
    cdef public bint open
    cdef public bint recording
    cdef public list converted
    cdef public object split
    cdef public object randomness
    cdef public object size
    cdef public long long counted


cdef class Box:
    cdef public Level owner
    cdef public int level
    cdef public TensorBase value
    cdef public object dim
    cpdef Box at(self, object x)
    cpdef tuple sizes(self)


@cython.locals(b=Box)
cpdef tuple sizes_of(TensorBase t)


@cython.locals(t=TensorBase, b=Box)
cpdef Box box_at(Level level, object x)

@cython.locals(t=TensorBase, st=State)
cpdef TensorBase boxed(Box made)
