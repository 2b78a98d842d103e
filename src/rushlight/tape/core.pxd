cimport cython
from rushlight.tape cimport native


cdef class State:
    cdef public bint grad
    cdef public bint inference
    cdef public bint safe
    cdef public int special
    cdef public long sequence
    cdef public list levels
    cdef public list overrides
    cdef public int subclass_off
    cdef public list saved_hooks
    cdef public object anomaly
    cdef public object observer
    cdef public object device
    cdef public list tasks


@cython.final
cdef class Version:
    cdef public long value
    cdef public long noted
    cdef public object code
    cdef public int lasti


@cython.final
cdef class View:
    cdef public TensorBase base
    cdef public int creation
    cdef public long seen
    cdef public object replay


@cython.final
cdef class SavedOutput:
    cdef public object array
    cdef public Version version
    cdef public long expected
    cdef public int nr
    cdef public object box


cdef class TensorBase:
    cdef public object array
    cdef public Node node
    cdef public int nr
    cdef public bint rg
    cdef public bint retains
    cdef public bint inference
    cdef public long version
    cdef public Version shared
    cdef public View origin
    cdef public object kept_grad
    cdef public object hooks
    cdef public object accumulator
    cdef public object box
    cdef public int born
    cdef dict __dict__
    cdef object __weakref__


cdef class Node:
    cdef public object op_
    cdef public tuple next_
    cdef public tuple nrs_
    cdef public tuple saved_
    cdef public tuple versions_
    cdef public tuple fix_
    cdef public tuple outputs_
    cdef public long sequence_
    cdef public object code_
    cdef public int lasti_
    cdef public object freed_
    cdef public object hooks_
    cdef public object extras_
    cdef object __weakref__


cdef object tensor_class, parameter_class, size_class
cdef object dtypes_by_numpy

cdef int threads

@cython.locals(s=State)
cpdef State state()
cpdef bint several_threads() except -1
@cython.locals(t=TensorBase)
cpdef TensorBase box(object array)
@cython.locals(out=TensorBase)
cpdef TensorBase alias(TensorBase t)
@cython.locals(v=Version)
cpdef Version share_version(TensorBase t)
@cython.locals(v=Version)
cpdef long version_of(TensorBase t) except -1
@cython.locals(v=Version)
cpdef bump(TensorBase t)
@cython.locals(v=Version)
cpdef note(TensorBase t, object code=*, int lasti=*)
@cython.locals(v=View)
cpdef bint wants(TensorBase t) except -1
cpdef bint plain(object x) except -1
cpdef object user_code()
cpdef int user_lasti() except -2
cdef object _copy_fields(TensorBase out, TensorBase t)
@cython.locals(v=View)
cpdef View new_view(TensorBase base, int creation, long seen, object replay)
@cython.locals(o=SavedOutput)
cpdef SavedOutput new_saved_output(TensorBase t, int nr, int writes)
