"""Forward mode: boxes that carry a tangent beside their value.

The tangent of an operation comes from its `jvp` rule; where none is written it is derived: a
linear operation is its own, an elementwise one multiplies by the derivative its vjp multiplies by,
and any other is the transpose of its vjp, which is linear in the cotangent.
"""

from rushlight.tape.core import TensorBase, alias, state
from rushlight.tape.declare import argument_names, code_of
from rushlight.tape.dispatch import highest_box
from rushlight.tape.levels import Box, boxed
from rushlight.tape.modes import enable_grad


class DualBox(Box):
    """A primal value and its tangent (None for zero)."""

    def __init__(self, owner, value, tangent):
        super().__init__(owner, value)
        self.tangent = tangent

    def parts(self, inputs):
        """Primals one level down, and tangents."""
        boxes = [self.at(x) for x in inputs]
        primals = tuple([x if b is None else b.value for x, b in zip(inputs, boxes, strict=True)])
        return primals, [None if b is None or not b.owner.open else b.tangent for b in boxes]

    def process(self, op, inputs, params):
        """Interpret an operation: the value from the primals, the tangent from its rule."""
        primals, tangents = self.parts(inputs)
        out = op.run(primals, params)
        if not self.owner.open or all(t is None for t in tangents) or op.rules is None:
            return out
        moved = tangent_of(op, primals, tangents, params, out)
        if op.many:
            return tuple([self.wrapped(x, t) for x, t in zip(out, moved, strict=True)])
        return self.wrapped(out, moved)

    def wrapped(self, x, tangent):
        if tangent is None or not (x.dtype.is_floating_point or x.dtype.is_complex):
            return x
        return boxed(DualBox(self.owner, x, tangent))

    def overwrite(self, target, result):
        """An in-place write changes value and tangent."""
        theirs = self.at(result)
        value, tangent = (result, None) if theirs is None else (theirs.value, theirs.tangent)
        mine = self.at(target)
        if mine is None:
            mine = DualBox(self.owner, alias(target), None)
            mine.value.origin = target.origin
            target.array, target.box = None, mine
            self.owner.converted.append(target)
        mine.value.copy_(value)
        mine.tangent = tangent

    def restore(self, t):
        """The level has closed: a tensor that was written to is its primal again."""
        v = self.value
        t.array, t.node, t.nr, t.rg, t.box = v.array, v.node, v.nr, v.rg, v.box

    def map(self, function, tensors):
        raise NotImplementedError("a derived forward rule inside another forward mode")

    def apply_function(self, cls, args):
        """A custom Function: its own jvp.  Returns (result, ctx)."""
        primals, tangents = self.parts(args)
        out, ctx = cls.applied(primals)
        moved = cls.jvp(ctx, *tangents)
        if not isinstance(out, tuple):
            return self.wrapped(out, moved), ctx
        return tuple([self.wrapped(x, t) for x, t in zip(out, moved, strict=True)]), ctx


# -- rules -----------------------------------------------------------------------------------


def tangent_of(op, primals, tangents, params, out):
    """The tangent(s) of an operation's result(s)."""
    if all(t is None or t.numel() == 0 for t in tangents):  # a linear map of nothing
        results = tuple([x.new_zeros(x.shape) for x in (out if op.many else (out,))])
        return results if op.many else results[0]
    joint = getattr(op, "jvp", None)
    if joint is not None:
        return joint(tuple(tangents), *arguments(op, joint, primals, params, out))
    written = [getattr(op, f"jvp_{name}", None) for name in op.input_names]
    if any(written):
        return total(
            [
                rule(t, *arguments(op, rule, primals, params, out))
                for rule, t in zip(written, tangents, strict=True)
                if rule and t is not None
            ]
        )
    if op.linear:
        return op.run(tuple([filled(x, t) for x, t in zip(primals, tangents, strict=True)]), params)
    if op.pointwise and op.holomorphic and op.joint is None:
        return pointwise(op, primals, tangents, params, out)
    return transposed(op, primals, tangents, params, out)


def arguments(op, rule, primals, params, out):
    """The values that a rule's argument names stand for."""
    return [value_of(code_of(op, name), primals, params, out) for name in argument_names(rule)[1:]]


def value_of(code, primals, params, out):
    kind, i = code - code % 100, code % 100
    if code < 0:
        return tuple([isinstance(x, TensorBase) for x in primals])
    if kind == 0:
        return primals[i]
    if kind == 100:
        return params[i]
    if kind == 200:
        return out[i] if isinstance(out, tuple) else out
    from rushlight.tape.saved import described

    return described(primals, code)


def filled(primal, tangent):
    """A tangent; zeros for an input that has none, and integers (indices) as they are."""
    if tangent is not None or not isinstance(primal, TensorBase):
        return tangent if tangent is not None else 0
    if primal.dtype.category < 2:
        return primal
    return primal.new_zeros(primal.shape)


def total(terms):
    """The sum of what each input contributes."""
    out = terms[0]
    for t in terms[1:]:
        out = out + t
    return out


def pointwise(op, primals, tangents, params, out):
    """Elementwise: the Jacobian is diagonal, and the vjp multiplies by its conjugate."""
    terms = []
    for rule, t in zip(op.rules, tangents, strict=True):
        if rule is not None and t is not None:
            t = t.conj() if t.dtype.is_complex else t
            term = rule(t, *arguments(op, rule, primals, params, out))
            terms.append(term.conj() if term.dtype.is_complex else term)
    if not terms:
        return None
    t = total(terms)
    t = t.to(out.dtype) if t.dtype is not out.dtype else t
    return t if t.shape == out.shape else t.expand(out.shape)


def transposed(op, primals, tangents, params, out):
    """J t as the derivative of the vjp u -> J^H u, in the direction t, by u."""
    top = highest_box((*primals, *[t for t in tangents if t is not None]))
    if top is not None:
        return mapped(top.box, op, primals, tangents, params)
    return transposed_at_base(op, primals, tangents, params, state().grad)


def mapped(top, op, primals, tangents, params):
    """`transposed` under vmap: sample by sample."""
    n = len(primals)
    held = [t for t in tangents if t is not None]
    has = [t is not None for t in tangents]

    def sample(*tensors):
        rest = iter(tensors[n:])
        ts = [next(rest) if h else None for h in has]
        found = transposed_at_base(op, tensors[:n], ts, params, False)
        return found

    return top.map(sample, (*primals, *held))


def transposed_at_base(op, primals, tangents, params, create):
    """`transposed` on tensors at the base."""
    from rushlight.tape import engine, views

    if not create:
        primals = tuple([x.detach() if isinstance(x, TensorBase) else x for x in primals])
    with enable_grad():
        probes = (
            tuple(
                [
                    alias(x).detach().requires_grad_()
                    if isinstance(x, TensorBase) and t is not None
                    else x
                    for x, t in zip(primals, tangents, strict=True)
                ]
            )
            if not create
            else tuple(
                [
                    x.view_as(x)
                    if isinstance(x, TensorBase) and x.requires_grad
                    else x.detach().requires_grad_()
                    if isinstance(x, TensorBase) and t is not None
                    else x
                    for x, t in zip(primals, tangents, strict=True)
                ]
            )
        )
        results = op.run(probes, params)
        results = results if isinstance(results, tuple) else (results,)
        live = [r for r in results if r.requires_grad]
        us = [r.new_zeros(r.shape).requires_grad_() for r in live]
        want = [i for i, t in enumerate(tangents) if t is not None]
        gs = engine.run(
            [views.source_edge(r) for r in live],
            us,
            True,
            True,
            [views.source_edge(probes[i]) for i in want],
            False,
        )
        pairs = [
            (g, tangents[i])
            for g, i in zip(gs, want, strict=True)
            if g is not None and g.requires_grad
        ]
        found = [None] * len(us)
        if pairs:
            found = engine.run(
                [views.source_edge(g) for g, _ in pairs],
                [t for _, t in pairs],
                create,
                create,
                [views.source_edge(u) for u in us],
                False,
            )
    moved = iter(found)
    out = tuple([next(moved) if r.requires_grad else None for r in results])
    return out if op.many else out[0]
