"""The records of the tape: per-thread state, tensors' boxes, nodes and saved values.

Nothing here knows what an operation computes.  The types of the fields stand in `core.pxd`;
without a compiler the same classes run as ordinary Python.
"""

import sys

from rushlight.tape import native


class State:
    """The modes of one thread.

    `special` counts everything that takes an operation off the straight path: open transform
    levels, override modes, saved-tensor hooks, anomaly detection, inference mode, an observer.
    With `safe`, backward takes a cotangent of zero for a branch that was not taken.
    `observer` is told of every operation and node that runs, and may answer for an operation.
    """

    def __init__(self):
        self.grad = True
        self.inference = False
        self.safe = False
        self.special = 0
        self.sequence = 0
        self.levels = []
        self.overrides = []
        self.subclass_off = 0
        self.saved_hooks = []
        self.anomaly = inherited_anomaly
        self.observer = None
        self.device = None
        self.tasks = []


inherited_anomaly = None


def inherit_anomaly(anomaly):
    """Let threads that start from now on detect anomalies as the calling one does."""
    global inherited_anomaly
    inherited_anomaly = anomaly


class Version:
    """The counter of in-place writes shared by tensors over one storage.

    `code` and `lasti` are the place in the user's program of the write that made it `noted`.
    """


class View:
    """What a view remembers: its root, how it came to be, and since when its node is true."""


class SavedOutput:
    """An operation's own result, saved without the box that would close a cycle."""


class TensorBase:
    """A tensor's box: an array, or `box` with a value of a lower level, and its place in the graph.

    `node` and `nr` say which output of which node made it; `rg` is the leaf's flag or follows
    from the node.  The version lives in the box until somebody shares it.  `born` is the level of
    the innermost transform that was open when the tensor was made.
    """

    @property
    def shape(self):
        """The length of each dim."""
        if self.box is not None:
            return self.box.shape
        return tuple.__new__(size_class, self.array.shape)

    @property
    def dtype(self):
        """The type of the elements."""
        if self.box is not None:
            return self.box.dtype
        return dtypes_by_numpy[self.array.dtype]


class Node:
    """One recorded operation.

    `next_` holds, per input, the node that made it, the leaf tensor itself, or None;
    `nrs_` the output numbers (None when all are 0).  `saved_` holds what the rule needs and
    `versions_` what their counters read (None when all read 0).  `code_` and `lasti_` are the
    place in the user's program.  The `ctx` of a custom Function is a node too, on which its author
    sets attributes of any other name.
    """


native.set_package(__file__.rsplit("tape", 1)[0])

VIEW_DEFAULT, VIEW_OF_FUNCTION, VIEW_OF_MANY, VIEW_NO_GRAD, VIEW_INFERENCE = range(5)

tensor_class = None
parameter_class = None
size_class = tuple
dtypes_by_numpy = {}


def set_tensor_class(cls):
    """Name the class of tensors; its exact instances take the straight path."""
    global tensor_class
    tensor_class = cls
    native.inherit_slots(cls)
    native.adopt(cls, False)


def set_descriptions(size, by_numpy):
    """Name the class of shapes and the table of dtypes."""
    global size_class, dtypes_by_numpy
    size_class = size
    dtypes_by_numpy = by_numpy


def set_parameter_class(cls):
    """Name the class of parameters; its exact instances take the straight path too."""
    global parameter_class
    parameter_class = cls
    native.inherit_slots(cls)


def state():
    """The calling thread's modes."""
    global threads
    s = native.state()
    if s is None:
        threads += 1
        s = State()
        native.set_state(s)
    return s


threads = int(not getattr(sys, "_is_gil_enabled", lambda: True)())


def several_threads():
    """Can another thread be doing something with tensors?"""
    return threads > 1


def box(array):
    """A fresh tensor around an array, outside any graph."""
    t = native.new(tensor_class)
    t.array = array
    return t


def new_of(cls, t):
    """An instance of a Tensor subclass over the same array, graph place and version as `t`."""
    out = native.new(cls)
    _copy_fields(out, t)
    return out


def _copy_fields(out, t):
    out.array = t.array
    out.node = t.node
    out.nr = t.nr
    out.rg = t.rg
    out.inference = t.inference
    out.shared = share_version(t)
    out.origin = t.origin
    out.box = t.box
    out.born = t.born


def alias(t):
    """A second box in the place that `t` has now; later writes to `t` do not move it."""
    out = native.new(tensor_class)
    _copy_fields(out, t)
    return out


def adopt_nodes(cls):
    """Prepare a class of nodes, of which a program makes and drops many."""
    native.adopt(cls, True)


def share_version(t):
    """The version counter of `t`, made on first demand."""
    v = t.shared
    if v is None:
        v = native.new(Version)
        v.value = t.version
        t.shared = v
    return v


def new_view(base, creation, seen, replay):
    """A view's record."""
    v = native.new(View)
    v.base = base
    v.creation = creation
    v.seen = seen
    v.replay = replay
    return v


def new_saved_output(t, nr, writes):
    """Output `nr` of the node that is being made, saved; `writes` more are about to be counted."""
    o = native.new(SavedOutput)
    o.array = t.array
    o.box = t.box
    o.version = share_version(t)
    o.expected = o.version.value + writes
    o.nr = nr
    return o


def version_of(t):
    """How many in-place writes the storage of `t` has seen."""
    v = t.shared
    if v is None:
        return t.version
    return v.value


def bump(t):
    """Count an in-place write."""
    v = t.shared
    if v is None:
        t.version += 1
    else:
        note(t)


def note(t, code=None, lasti=-1):
    """Count an in-place write and keep its place: the caller's, unless given."""
    v = share_version(t)
    v.value += 1
    v.noted = v.value
    if code is None:
        v.code = user_code()
        v.lasti = user_lasti()
    else:
        v.code = code
        v.lasti = lasti


def wants(t):
    """Does `t` require grad?  A view also does when its base has come to."""
    if t.rg:
        return True
    v = t.origin
    if v is not None:
        return wants(v.base)
    if t.box is not None:
        return t.box.wants()
    return False


def plain(x):
    """Is `x` exactly a Tensor or Parameter, with nothing overridden?"""
    cls = type(x)
    return cls is tensor_class or cls is parameter_class


def user_code():
    """Code object of the innermost frame outside this package, or None."""
    return native.user_code()


def user_lasti():
    """Instruction offset belonging to this thread's last `user_code()`."""
    return native.user_lasti()


def declare_fields(cls, **defaults):
    """Pure build: give a class the defaults that compiled fields have by type."""
    if not hasattr(cls, next(iter(defaults))):
        for name, value in defaults.items():
            setattr(cls, name, value)


def attributes(t):
    """What the user has set on a tensor; in the pure build the box's own fields stand beside it."""
    return {k: v for k, v in t.__dict__.items() if not hasattr(TensorBase, k)}


declare_fields(
    TensorBase,
    array=None,
    node=None,
    nr=0,
    rg=False,
    retains=False,
    inference=False,
    version=0,
    shared=None,
    origin=None,
    kept_grad=None,
    hooks=None,
    accumulator=None,
    box=None,
    born=0,
)
declare_fields(
    Node,
    op_=None,
    next_=None,
    nrs_=None,
    saved_=None,
    versions_=None,
    fix_=None,
    outputs_=None,
    sequence_=0,
    code_=None,
    lasti_=-1,
    freed_=None,
    hooks_=None,
    extras_=None,
)
declare_fields(Version, value=0, noted=0, code=None, lasti=-1)
