"""Backward: count what each node waits for, then visit ready nodes, latest recorded first.

Nothing recurses, and all state of a run is in its Task, so that threads may run backward over
shared graphs at once.  A leaf is its own target: its gradient is accumulated when the last
contribution has come.
"""

import heapq
import os
import threading
import time

from rushlight.tape import errors, gradients, hooks, native
from rushlight.tape.core import (
    Node,
    box,
    bump,
    plain,
    several_threads,
    state,
    user_code,
    user_lasti,
    wants,
)
from rushlight.tape.dispatch import edge, vjp
from rushlight.tape.straight import add_into, one_like


class Pending:
    """A target and the gradient gathered for it so far; `owned` when only we hold its array."""

    def __lt__(self, other):
        return self.sequence > other.sequence


class Task:
    """One run of backward."""

    def __init__(self, retain, create, accumulates, captures, needed):
        self.pending = {}
        self.heap = []
        self.spare = None
        self.retain = retain
        self.create = create
        self.accumulates = accumulates
        self.captures = captures
        self.needed = needed
        self.stamp = None
        self.callbacks = []
        self.roots = None
        self.node = None
        self.notes = None

    def count(self, roots):
        """Make a Pending for everything reachable, with the number of its consumers."""
        stack = []
        for target in roots:
            if target not in self.pending and (self.needed is None or target in self.needed):
                self.meet(target)
                if isinstance(target, Node):
                    stack.append(target)
        while stack:
            node = stack.pop()
            for target in node.next_:
                if target is None or (self.needed is not None and target not in self.needed):
                    continue
                q = self.pending.get(target)
                if q is None:
                    q = self.meet(target)
                    if isinstance(target, Node):
                        stack.append(target)
                q.waiting += 1

    def meet(self, target):
        p = native.new(Pending)
        p.target = target
        p.grads = None
        p.waiting = 0
        p.owned = False
        p.sequence = sequence_of(target)
        native.untrack(p)
        self.pending[target] = p
        return p

    def ready(self, p):
        """All contributions to `p` have come."""
        del self.pending[p.target]
        if not isinstance(p.target, Node):
            self.arrive(p)
        elif self.spare is None:
            self.spare = p
        else:
            heapq.heappush(self.heap, p)

    def pop(self):
        """The ready node that was recorded last, or None."""
        p = self.spare
        self.spare = None
        if self.heap:
            if p is None:
                return heapq.heappop(self.heap)
            return heapq.heappushpop(self.heap, p)
        return p

    def drain(self, st):
        """Visit nodes until none is ready."""
        while True:
            p = self.pop()
            if p is None:
                return
            node = p.target
            if st.anomaly is None and st.observer is None:
                self.visit(node, p, st)
            else:
                self.visit_watched(node, p, st)

    def visit_watched(self, node, p, st):
        """Visit a node under anomaly detection, or seen by an observer."""
        self.node = node
        try:
            if st.observer is None:
                self.visit(node, p, st)
            else:
                with st.observer.visiting(node):
                    self.visit(node, p, st)
        except BaseException:
            if st.anomaly is not None:
                st.anomaly.failed(self.node)
            raise
        self.node = None

    def visit(self, node, p, st):
        """Run one node and hand its gradients on."""
        g = p.grads
        p.grads = None
        asked = g
        runs = self.needed is None or self.needed[node]
        if node.hooks_ is not None:
            asked, g = hooks.before(node, g, runs)
        if self.captures is not None and node in self.captures:
            self.captures[node].take(asked, self.create)
        if not runs:
            return
        if node.op_ is None:
            grads = node.backprop_(g)
        elif node.outputs_ is not None:
            grads = vjp(node, gradients.materialize(g, node.outputs_), st.safe, self.needed)
        elif g is None:
            grads = [None] * len(node.next_)
        else:
            grads = vjp(node, g, st.safe, self.needed)
        if node.hooks_ is not None:
            grads = hooks.after(node, grads, g)
        if st.anomaly is not None:
            st.anomaly.checked(node, grads, g)
        if not self.retain:
            self.release(node)
        self.hand_on(node, grads, g)

    def release(self, node):
        """Drop what the node saved; a second backward will say that this one did it."""
        if node.op_ is None:
            node.release_(self.place())
            return
        op = node.op_
        if op.keeps:
            node.saved_ = None
            node.freed_ = self.place()

    def place(self):
        """Where the user called this backward."""
        if self.stamp is None:
            code = user_code()
            self.stamp = (code, user_lasti())
        return self.stamp

    def hand_on(self, node, grads, incoming):
        """Give each edge its gradient."""
        n = len(node.next_)
        nr = 0
        for i in range(n):
            target = node.next_[i]
            if target is None or (self.needed is not None and target not in self.needed):
                continue
            q = self.pending[target]
            g = grads[i]
            if g is not None:
                if node.nrs_ is not None:
                    nr = node.nrs_[i]
                t = g
                owned = (
                    node.op_ is not None
                    and g is not incoming
                    and t.array is not None
                    and t.array.base is None
                    and (n == 1 or not repeated(grads, i))
                )
                add_to(q, nr, g, owned, self.create)
            q.waiting -= 1
            if q.waiting == 0:
                self.ready(q)

    def arrive(self, p):
        """A leaf's gradient is complete."""
        leaf = p.target
        g = p.grads
        p.grads = None
        if leaf.hooks is not None:
            self.node = leaf
            g = hooks.run_tensor_hooks(leaf.hooks, g)
            p.owned = False
        if self.captures is not None and leaf in self.captures:
            self.captures[leaf].take(g, self.create)
            return
        if not self.accumulates or not wants(leaf):
            return
        if leaf.node is not None and g is not None:
            errors.raise_moved()
        if leaf.accumulator is not None or leaf.hooks is not None:
            hooks.accumulate(leaf, g, p.owned, self.create)
        elif g is not None:
            accumulate(leaf, g, p.owned, self.create)


def sequence_of(target):
    if isinstance(target, Node):
        node = target
        return node.sequence_
    return 2**62


def repeated(grads, i):
    """Does the gradient of input i stand among the others too?"""
    g = grads[i]
    for k in range(len(grads)):  # noqa: SIM110  (compiled, a generator is an object)
        if k != i and grads[k] is g:
            return True
    return False


def add_to(q, nr, g, owned, create):
    """Add a contribution to output `nr` of a pending target."""
    if isinstance(q.target, Node):
        node = q.target
        if node.outputs_ is not None:
            if q.grads is None:
                q.grads = [None] * len(node.outputs_)
            held = q.grads[nr]
            q.grads[nr] = g if held is None else held + g
            return
    if q.grads is None:
        q.grads = g
        q.owned = owned
        return
    if q.owned and not create and plain(q.grads) and plain(g):
        ta = q.grads
        tb = g
        if add_into(ta, tb):
            return
    q.grads = q.grads + g
    q.owned = not create


adding = 0  # gradients being added by the one thread there is, without the lock
lock = threading.RLock()


def forget():
    """In a process that was forked: what other threads were doing they do no more."""
    global lock, adding
    lock, adding = threading.RLock(), 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget)


def accumulate(leaf, g, owned, create):
    """Add `g` to `leaf.grad`: one thread at a time, since arithmetic on arrays lets others run."""
    global adding
    if not several_threads():
        adding += 1
        try:
            add_gradient(leaf, g, owned, create)
        finally:
            adding -= 1
        return
    with lock:
        while adding:  # begun before there was a second thread
            time.sleep(0)
        add_gradient(leaf, g, owned, create)


def add_gradient(leaf, g, owned, create):
    """Add `g` to `leaf.grad`; the first gradient is kept as it is where we own its array."""
    a = leaf.kept_grad
    if a is None:
        t = g
        if owned and not create and t.node is None and t.array.strides == leaf.array.strides:
            leaf.kept_grad = t
        else:
            leaf.kept_grad = gradients.copy_for(leaf, g, create)
    elif create or not plain(g) or not plain(a) or a.array is None:
        leaf.kept_grad = a + g
    else:
        t = g
        if add_into(a, t):
            bump(a)
        else:
            a.add_(g)


class Capture:
    """A place in the graph whose gradient is asked for."""

    def __init__(self):
        self.slots = {}

    def want(self, nr, index):
        """Remember that the gradient of output `nr` is result number `index`."""
        self.slots.setdefault(nr, []).append(index)
        return self

    def take(self, g, create):
        """Keep the gradient that has arrived."""
        self.result = g

    result = None

    def of(self, nr, many):
        """The gradient of output `nr`, or None."""
        if not many or self.result is None:
            return self.result
        return self.result[nr]


def run(roots, grads, retain, create, targets, accumulates):
    """Propagate from edges `roots` (target, output number) with cotangents `grads`.

    With `targets`, only what lies on a path to them is visited.  Gradients are accumulated into
    leaves, or else those of the targets are returned, None where unreached.
    """
    st = state()
    captures = None
    needed = None
    if targets is not None:
        wanted = {}
        for target, _ in targets:
            wanted[target] = Capture()
        needed = paths([root for root, _ in roots], wanted, accumulates)
        captures = None if accumulates else wanted
    task = Task(retain, create, accumulates, captures, needed)
    task.roots = roots
    before = st.grad
    st.tasks.append(task)
    st.grad = create
    try:
        start(task, roots, grads)
        task.drain(st)
        if task.callbacks:
            hooks.run_callbacks(task)
    finally:
        st.grad = before
        st.tasks.pop()
    if captures is None:
        return None
    return [
        captures[target].of(nr, isinstance(target, Node) and target.outputs_ is not None)
        for target, nr in targets
    ]


def run_from_scalar(t, retain):
    """The everyday `loss.backward()` of a plain real scalar; False where it is not that."""
    if not plain(t):
        return False
    root = t
    if root.array is None or root.array.size != 1 or not wants(root):
        return False
    if not native.differentiable(root.array) or native.is_complex(root.array):
        return False
    target = edge(root)
    if target is None:
        return False
    run([(target, root.nr)], [box(one_like(root.array))], retain, False, None, True)
    return True


def start(task, roots, grads):
    """Give the roots their cotangents, as if a consumer of each had handed them on."""
    targets = [target for target, _ in roots]
    task.count(targets)
    for i in range(len(roots)):
        target, nr = roots[i]
        q = task.pending.get(target)
        if q is not None:
            q.waiting += 1
            add_to(q, nr, grads[i], False, task.create)
    for target in targets:
        q = task.pending.get(target)
        if q is not None:
            q.waiting -= 1
            if q.waiting == 0:
                task.ready(q)


def paths(roots, wanted, all_run):
    """{target: must it run?} for what lies on a path from the roots to a wanted target.

    A wanted node that leads to no other wanted one is reached, but runs only if `all_run`.
    """
    leads = {}
    stack = list(roots)
    while stack:
        target = stack[len(stack) - 1]
        if target in leads and leads[target] is not None:
            stack.pop()
            continue
        if not isinstance(target, Node):
            leads[target] = False
            stack.pop()
        elif target not in leads:
            leads[target] = None
            stack.extend(e for e in target.next_ if e is not None and e not in leads)
        else:
            leads[target] = any(e is not None and (leads[e] or e in wanted) for e in target.next_)
            stack.pop()
    return {t: runs or all_run for t, runs in leads.items() if runs or t in wanted}
