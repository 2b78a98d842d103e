cimport cython
from rushlight.kernels.door cimport Kernel
from rushlight.tape cimport native
from rushlight.tape.core cimport (
    Node, SavedOutput, State, TensorBase, View, box, bump, new_saved_output, new_view, plain, share_version,
    state, user_code, user_lasti, version_of, wants,
)


cdef class Op:
    cdef public str name
    cdef public str label
    cdef public object node_class
    cdef public Kernel fast
    cdef public tuple rules
    cdef public tuple picks
    cdef public object joint
    cdef public tuple joint_picks
    cdef public tuple plan
    cdef public tuple masks
    cdef public bint keeps
    cdef public tuple defaults
    cdef public bint is_view
    cdef public bint many
    cdef public int fixing
    cdef public set known
    cdef public bint plainly
    cdef public Kernel short
    cdef public Op along
    cdef public bint named
    cdef public bint direct
    cdef public object binder
    cdef public int arity
    cdef public int edges
    cdef dict __dict__

    @cython.locals(st=State, out=object)
    cpdef object run(self, tuple inputs, tuple params)


@cython.locals(t=TensorBase)
cpdef object conj(object x)

@cython.locals(arrays=list)
cpdef object elementwise(Op op, tuple inputs, tuple params)

cpdef bint ready(Op op, list arrays) except -1

@cython.locals(t=TensorBase, n=cython.int)
cdef bint fitting(Op op, tuple inputs, object out) except -1

cpdef collectable(object node)

@cython.locals(t=TensorBase, top=TensorBase)
cpdef object highest_box(tuple inputs)

@cython.locals(t=TensorBase, i=cython.int, mask=cython.int)
cpdef int needs(tuple inputs) except -1

@cython.locals(t=TensorBase)
cpdef object finish(Op op, tuple inputs, tuple params, object out, State st)

@cython.locals(t=TensorBase, node=Node, mask=cython.int)
cpdef object finish_many(Op op, tuple inputs, tuple params, object outs, State st)

@cython.locals(base=TensorBase, parent=View)
cpdef object attach_view(TensorBase t, TensorBase source, int creation, object replay)

@cython.locals(t=TensorBase)
cdef object target(object x, int wanted)

@cython.locals(t=TensorBase)
cdef object output_numbers(tuple inputs, tuple targets)

@cython.locals(node=Node, n=cython.int)
cpdef Node new_node(object cls, tuple inputs, int mask, State st)

@cython.locals(t=TensorBase)
cpdef object edge(TensorBase t)

@cython.locals(node=Node)
cpdef Node record(Op op, tuple inputs, tuple params, object out, int mask, State st, int inplace=*)

@cython.locals(plan=tuple, n=cython.int, k=cython.int)
cdef object save(Node node, Op op, tuple inputs, tuple params, object out, int mask, State st, int inplace)

@cython.locals(t=TensorBase)
cdef object entry(Op op, int c, tuple inputs, tuple params, object out, int inplace)

@cython.locals(t=TensorBase, dirty=cython.bint)
cdef object versions(tuple kept)

@cython.locals(t=TensorBase, o=SavedOutput, out=TensorBase)
cpdef object unpack(Node node, int k)

@cython.locals(n=cython.int)
cdef object call_rule(object rule, Node node, object g, tuple picks)

@cython.locals(op=Op, i=cython.int, n=cython.int)
cpdef list vjp(Node node, object g, bint safe=*, dict needed=*)

cdef list joint_rule(Op op, Node node, object g, dict needed)


cdef object ndarray
