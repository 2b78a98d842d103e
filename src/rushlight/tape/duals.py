"""Forward mode: boxes that carry a tangent beside their value.

The tangent of an operation comes from its `jvp` rule; where none is written it is derived: a
linear operation is its own, an elementwise one multiplies by the derivative its vjp multiplies by,
and any other is the transpose of its vjp, which is linear in the cotangent.
"""

import operator

from rushlight.tape import engine, inplace, views
from rushlight.tape.core import VIEW_DEFAULT, TensorBase, alias, share_version, state, wants
from rushlight.tape.declare import argument_names, code_of
from rushlight.tape.dispatch import attach_view, highest_box
from rushlight.tape.levels import Box, Level, box_at, boxed
from rushlight.tape.modes import enable_grad
from rushlight.tape.reverse import GradLevel, leaf, unwrapped


class DualLevel(Level):
    """An open `jvp`."""

    derives = True


class DualBox(Box):
    """A primal value and its tangent (None for zero).

    A tangent is never written to, for others may hold it.  A write gives the base a new one, and
    a view makes its tangent anew when the base's has changed.
    """

    def __init__(self, owner, value, tangent):
        super().__init__(owner, value)
        self.own = tangent
        self.writes = 0
        self.base = self.part = None

    @property
    def tangent(self):
        if self.base is not None:
            base = self.at(self.base)
            if base is not None and base.writes != self.writes:
                self.own = None if base.own is None else self.part(base.own)
                self.writes = base.writes
        return self.own

    @tangent.setter
    def tangent(self, tangent):
        self.own = tangent

    def follow(self, base, part):
        """Be the view that `part` makes of the tensor `base`."""
        self.base, self.part, self.writes = base, part, self.at(base).writes

    def change(self, tangent):
        """Take another tangent after a write."""
        if self.base is None:
            self.own, self.writes = tangent, self.writes + 1
            return
        base = self.at(self.base)
        whole = zero_tangent(base.value) if base.own is None else base.own.clone()
        seen = self.part(whole)
        if tangent is None:
            seen.zero_()
        else:
            seen.copy_(tangent)
        base.change(whole)

    def copied(self):
        return type(self)(self.owner, self.value.clone(), self.tangent)

    def parts(self, inputs):
        """Primals one level down, and tangents."""
        primals, tangents = [], []
        for x in inputs:
            b = box_at(self.owner, x)
            primals.append(x if b is None else b.value)
            tangents.append(None if b is None or not self.owner.open else b.tangent)
        return tuple(primals), tangents

    def process(self, op, inputs, params):
        """Interpret an operation: the value from the primals, the tangent from its rule."""
        primals, tangents = self.parts(inputs)
        out = op.run(primals, params)
        if op.rules is None or not [t for t in tangents if t is not None]:
            return out
        moved = tangent_of(op, primals, tangents, params, out)
        if not op.many:
            made = self.wrapped(out, moved)
            if op.is_view:
                self.view(made, inputs[0], views.part_of(op, inputs, params))
            return made
        several = [self.wrapped(x, t) for x, t in zip(out, moved, strict=True)]
        if op.is_view:
            whole = views.part_of(op, inputs, params)
            for i, x in enumerate(several):
                self.view(x, inputs[0], views.after(whole, operator.itemgetter(i)))
        return tuple(several)

    def view(self, made, source, part):
        """Let `made` be the view of `source` that `part` makes."""
        if self.at(made) is None or self.at(source) is None:
            return
        attach_view(made, source, VIEW_DEFAULT, part)
        base = made.origin.base
        if self.at(base) is not None:
            self.at(made).follow(base, made.origin.replay)

    def wrapped(self, x, tangent):
        if tangent is None or x.dtype.category < 2:
            return x
        return boxed(DualBox(self.owner, x, tangent))

    def write(self, op, inputs, params):
        """An in-place operation; the target may be another view of what was written to before."""
        target = inputs[0]
        if self.at(target) is None and target.origin is not None and self.at(target.origin.base):
            self.convert(target)
        return super().write(op, inputs, params)

    def overwrite(self, target, result):
        """An in-place write changes value and tangent."""
        theirs = self.at(result)
        value, tangent = (result, None) if theirs is None else (theirs.value, theirs.tangent)
        mine = self.at(target)
        inplace.copy(mine.value, value)
        shape, dtype = mine.shape, mine.dtype
        if tangent is not None and (tangent.shape != shape or tangent.dtype is not dtype):
            tangent = tangent.to(dtype).expand(shape)
        mine.change(tangent)

    def convert(self, target):
        """Give a tensor, and the base that it is a view of, a tangent of zeros until we close."""
        base = target if target.origin is None else target.origin.base
        held = base if self.at(base) is None else self.at(base).value
        part = None if base is target else target.origin.replay or views.restride(target, held)
        if self.at(base) is None:
            self.adopt(base, alias(base), None)
        if part is not None:
            self.adopt(target, part(self.at(base).value), None)
            self.at(target).follow(base, part)
            self.at(target).writes = -1

    def adopt(self, t, value, tangent):
        t.array, t.node, t.nr, t.rg = None, None, 0, False
        t.shared, t.box = share_version(value), DualBox(self.owner, value, tangent)
        self.owner.converted.append(t)

    def admit(self, target, op):
        """Give a tensor that was made inside, and what it is a view of, tangents of zero."""
        self.convert(target)

    def restore(self, t):
        """The level has closed: a tensor that was written to is its primal again."""
        v = self.value
        t.array, t.node, t.nr, t.rg, t.box = v.array, v.node, v.nr, v.rg, v.box

    def map(self, function, tensors):
        raise NotImplementedError("a derived forward rule inside another forward mode")

    def apply_function(self, cls, args):
        """A custom Function: its own jvp, else derived from backward.  Returns (result, ctx)."""
        primals, tangents = self.parts(args)
        out, ctx = cls.applied(primals)
        if not self.owner.open or all(t is None for t in tangents):
            return out, ctx
        moved = cls.pushed(ctx, primals, tangents, out)
        several = isinstance(out, tuple)
        outs = out if several else (out,)
        made = tuple([self.returned(x, t, args, primals) for x, t in zip(outs, moved, strict=True)])
        above = cls.context_above(ctx, (*primals, *outs), (*args, *made))
        return (made if several else made[0]), above

    def returned(self, x, tangent, args, primals):
        """An output of a custom Function; an argument that was written to is returned itself."""
        source = next((a for a, p in zip(args, primals, strict=True) if p is x), None)
        if not isinstance(source, TensorBase):
            return self.wrapped(x, tangent) if isinstance(x, TensorBase) else x
        if self.at(source) is not None:
            source.box.change(tangent)
        return source


def written_over(old, new):
    """The tangent of a tensor after a write: in the memory of the old one where that can be."""
    if old is None:
        return new
    if old.array is not None and 0 in old.array.strides:
        return old.new_zeros(old.shape) if new is None else new
    return old.zero_() if new is None else old.copy_(new)


def zero_tangent(x):
    """A tangent of zeros, laid out like `x`."""
    stride = x.stride()
    return x.new_zeros(x.shape) if 0 in stride else x.new_empty_strided(x.shape, stride).zero_()


# -- rules -----------------------------------------------------------------------------------


def tangent_of(op, primals, tangents, params, out):
    """The tangent(s) of an operation's result(s)."""
    if not moving(tangents):  # a linear map of nothing
        results = tuple([x.new_zeros(x.shape) for x in (out if op.many else (out,))])
        return results if op.many else results[0]
    rules = getattr(op, "forward_rules", None)
    if rules is None:
        rules = op.forward_rules = forward_rules(op)
    if rules.joint is not None:
        return rules.joint(tuple(tangents), *arguments(rules.codes, primals, params, out))
    if rules.written:
        return total(
            [
                rule(t, *arguments(codes, primals, params, out))
                for (rule, codes), t in zip(rules.written, tangents, strict=True)
                if rule and t is not None
            ]
        )
    if op.linear:
        moved = tuple([filled(x, t) for x, t in zip(primals, tangents, strict=True)])
        return seen(op, moved, params) if op.is_view else op.run(moved, params)
    if rules.pointwise:
        if op.additive and None not in tangents:
            return op.run(tuple(tangents), params)
        return pointwise(rules.pointwise, primals, tangents, params, out)
    return transposed(op, primals, tangents, params, out)


def moving(tangents):
    """Is there a tangent with elements?"""
    return any(t is not None and t.numel() for t in tangents)


def seen(op, tangents, params):
    """A view of a tangent; where it is laid out otherwise than its primal, of a copy."""
    try:
        return op.run(tangents, params)
    except RuntimeError:
        return op.run((tangents[0].contiguous(), *tangents[1:]), params)


class ForwardRules:
    """How an operation's tangent is found: each rule with where its arguments come from."""

    def __init__(self, joint, codes, written, pointwise):
        self.joint, self.codes = joint, codes
        self.written = written
        self.pointwise = pointwise


def forward_rules(op):
    """The rules of an operation, looked up once."""
    joint = getattr(op, "jvp", None)
    written = [getattr(op, f"jvp_{name}", None) for name in op.input_names]
    diagonal = op.pointwise and op.holomorphic and op.joint is None and not op.linear
    return ForwardRules(
        joint,
        None if joint is None else codes_of(op, joint),
        [(rule, codes_of(op, rule)) for rule in written] if any(written) else None,
        [(rule, codes_of(op, rule)) for rule in op.rules] if diagonal else None,
    )


def codes_of(op, rule):
    """What a rule's arguments after the first stand for."""
    return [] if rule is None else [code_of(op, name) for name in argument_names(rule)[1:]]


def arguments(codes, primals, params, out):
    """The values that a rule's arguments stand for."""
    return [value_of(code, primals, params, out) for code in codes]


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


def pointwise(rules, primals, tangents, params, out):
    """Elementwise: the Jacobian is diagonal, and the vjp multiplies by its conjugate."""
    terms = []
    for (rule, codes), t in zip(rules, tangents, strict=True):
        if rule is not None and t is not None:
            t = t.conj() if t.dtype.is_complex else t
            term = rule(t, *arguments(codes, primals, params, out))
            terms.append(term.conj() if term.dtype.is_complex else term)
    if not terms:
        return None
    t = total(terms)
    t = t.to(out.dtype) if t.dtype is not out.dtype else t
    return t if t.shape == out.shape else t.expand(out.shape)


def transposed(op, primals, tangents, params, out):
    """J t as the derivative of the vjp u -> J^H u, in the direction t, by u."""
    run = several_of(op, params)
    plain = highest_box((*primals, *[t for t in tangents if t is not None])) is None
    if plain and not state().grad:
        moved = transposed_at_base(run, primals, tangents)
    else:
        moved = transposed_in_levels(run, primals, tangents)
    return moved if op.many else moved[0]


def several_of(op, params):
    """The operation as a function of its inputs that returns a tuple."""

    def run(inputs):
        out = op.run(inputs, params)
        return out if isinstance(out, tuple) else (out,)

    return run


def transposed_at_base(run, primals, tangents):
    """`transposed` on tensors at the base, where nothing is to be differentiated further."""
    with enable_grad():
        probes = tuple(
            [x if t is None else probe(x.detach()) for x, t in zip(primals, tangents, strict=True)]
        )
        results = run(probes)
        live = [r for r in results if wants(r)]
        us = [probe(r.new_zeros(r.shape)) for r in live]
        found = pulled(live, us, probes, tangents, False)
    moved = iter(found)
    return tuple([next(moved) if wants(r) else None for r in results])


def probe(x):
    """A new tensor as a leaf to differentiate by."""
    x.rg = True
    return x


def transposed_in_levels(run, primals, tangents):
    """`transposed` at any level: what outer levels see is recorded by them."""
    with GradLevel() as outer:
        with GradLevel() as inner:
            probes = tuple(
                [x if t is None else leaf(inner, x) for x, t in zip(primals, tangents, strict=True)]
            )
            results = run(probes)
            live = [r for r in results if wants_at(inner, r)]
            us = [leaf(outer, zeros_like(unwrapped(inner, r))) for r in live]
            found = pulled(live, us, probes, tangents, True, (inner, outer))
        moved = iter([unwrapped(outer, unwrapped(inner, x)) for x in found])
    return tuple([next(moved) if wants_at(inner, r) else None for r in results])


def wants_at(level, x):
    """Has a tensor a history at this level?"""
    return isinstance(x, TensorBase) and x.box is not None and x.box.owner is level and wants(x)


def zeros_like(x):
    return x.new_zeros(x.shape)


def pulled(live, us, probes, tangents, create, levels=()):
    """Derivatives, by the cotangents `us` of `live`, of the probes' gradients, along `tangents`."""
    want = [i for i, t in enumerate(tangents) if t is not None]
    edges = [views.source_edge(probes[i]) for i in want]
    for level in levels[:1]:
        level.recording = False
    gs = engine.run([views.source_edge(r) for r in live], us, create, True, edges, False)
    gs = [unwrapped(levels[0], g) for g in gs] if levels else gs
    pairs = [(g, tangents[i]) for g, i in zip(gs, want, strict=True) if g is not None and wants(g)]
    if levels:
        pairs = [(g, t) for g, t in pairs if wants_at(levels[1], g)]
        levels[1].recording = False
    if not pairs:
        return [None] * len(us)
    targets = [views.source_edge(u) for u in us]
    roots = [views.source_edge(g) for g, _ in pairs]
    return engine.run(roots, [t for _, t in pairs], create, create, targets, False)
