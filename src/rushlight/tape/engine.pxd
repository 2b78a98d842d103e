cimport cython
from rushlight.tape.core cimport Node, State, TensorBase, box, bump, plain, several_threads, state, user_code, user_lasti, wants
from rushlight.tape cimport native
from rushlight.tape.dispatch cimport Op, edge, vjp
from rushlight.tape.straight cimport add_into, one_like


@cython.final
cdef class Pending:
    cdef public object target
    cdef public object grads
    cdef public int waiting
    cdef public bint owned
    cdef public long sequence


cdef class Task:
    cdef public dict pending
    cdef public list heap
    cdef public Pending spare
    cdef public bint retain
    cdef public bint create
    cdef public bint accumulates
    cdef public dict captures
    cdef public dict needed
    cdef public object stamp
    cdef public list callbacks
    cdef public list roots
    cdef public object node
    cdef public dict notes

    @cython.locals(node=Node, q=Pending)
    cdef object count(self, list roots)
    @cython.locals(p=Pending)
    cdef Pending meet(self, object target)
    cdef object ready(self, Pending p)
    cdef Pending pop(self)
    @cython.locals(p=Pending, node=Node)
    cdef object drain(self, State st)
    cdef object visit_watched(self, Node node, Pending p, State st)
    @cython.locals(grads=list, g=object)
    cdef object visit(self, Node node, Pending p, State st)
    @cython.locals(i=cython.int, n=cython.int, nr=cython.int, q=Pending, t=TensorBase)
    cdef object hand_on(self, Node node, list grads, object incoming)
    @cython.locals(op=Op)
    cdef object release(self, Node node)
    cdef object place(self)
    @cython.locals(leaf=TensorBase)
    cdef object arrive(self, Pending p)


@cython.locals(ta=TensorBase, tb=TensorBase, node=Node, held=object)
cdef object add_to(Pending q, int nr, object g, bint owned, bint create)

@cython.locals(t=TensorBase, a=TensorBase, held=TensorBase)
cdef object add_gradient(TensorBase leaf, object g, bint owned, bint create)

cdef int adding
cpdef object accumulate(TensorBase leaf, object g, bint owned, bint create)

@cython.locals(st=State, task=Task)
cpdef object run(list roots, list grads, bint retain, bint create, object targets, bint accumulates)

@cython.locals(q=Pending, targets=list, i=cython.Py_ssize_t, nr=cython.int)
cdef object start(Task task, list roots, list grads)

@cython.locals(node=Node)
cdef long sequence_of(object target) except -1

@cython.locals(i=cython.Py_ssize_t, k=cython.Py_ssize_t)
cdef bint repeated(list grads, Py_ssize_t i) except -1

@cython.locals(root=TensorBase)
cpdef bint run_from_scalar(object t, bint retain) except -1
