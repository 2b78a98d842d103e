"""The LSTM: a step in operations, and a layer of it as one node."""

from rushlight.kernels import networks
from rushlight.ops.families import Operation
from rushlight.ops.join import stack
from rushlight.ops.linear import linear
from rushlight.tape import engine
from rushlight.tape.core import box, plain, state
from rushlight.tape.dispatch import edge
from rushlight.tape.reverse import GradLevel, leaf, unwrapped


def lstm_step(x, state, weight, bias, projection=None):
    """c' = f c + i g and h' = o tanh(c'), projected if there is a projection.

    `x` is the input's part of the gates, `state` the pair (h, c).
    """
    h, c = state
    i, f, g, o = (x + linear(h, weight, bias)).chunk(4, 1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    h = o.sigmoid() * c.tanh()
    return (h if projection is None else linear(h, projection)), c


def by_steps(x, w_ih, w_hh, b_ih, b_hh, h, c, backwards):
    """What `lstm_layer` computes, in operations of which every derivative is known."""
    steps = linear(x, w_ih, b_ih).unbind(0)
    out = []
    for step in reversed(steps) if backwards else steps:
        h, c = lstm_step(step, (h, c), w_hh, b_hh)
        out.append(h)
    return stack(out[::-1] if backwards else out, 0), h, c


def at_once(tensors):
    """Do a layer's tensors go together, in float32 and with nothing but arrays in them?"""
    given = [t for t in tensors if t is not None]
    if state().special or not all(map(plain, given)):
        return False
    arrays = [t.array for t in given]
    return all(a is not None and a.dtype == "float32" and a.size for a in arrays)


class lstm_layer(Operation):
    """A layer in one direction; further derivatives are those of its steps.

    The results are all hidden states, the last hidden state and cell, and bytes for the gradient.
    """

    node = "MkldnnRnnLayerBackward0"
    tensors = 7
    places = None

    def settled(self):
        self.many = True

    def forward(x, w_ih, w_hh, b_ih, b_hh, h, c, backwards):
        return networks.lstm(x, w_ih, w_hh, b_ih, b_hh, h, c, backwards)

    def vjp(g, x, w_ih, w_hh, b_ih, b_hh, h, c, ans0, ans3, backwards, need):
        inputs = (x, w_ih, w_hh, b_ih, b_hh, h, c)
        if state().grad or state().special or not all(map(plain, g[:3])):
            return through_steps(g, inputs, backwards, need)
        arrays = [t.array for t in (*g[:3], x, w_ih, w_hh, h, c, ans0, ans3)]
        dx, dw_ih, dw_hh, db, *first = networks.lstm_gradient(*arrays, backwards, need[0])
        found = (dx, dw_ih, dw_hh, db, db, *first)
        return tuple([box(a) if n else None for a, n in zip(found, need, strict=True)])


def through_steps(g, inputs, backwards, need):
    return gradients_through(lambda *seen: by_steps(*seen, backwards), inputs, list(g[:3]), need)


def gradients_through(function, inputs, g, need):
    """The gradients of inputs from those of what a function makes of them, which is run anew."""
    with GradLevel() as level:
        seen = [leaf(level, t) if n else t for t, n in zip(inputs, need, strict=False)]
        found = function(*seen)
        level.recording = False
        ends = [(edge(t), t.nr) for t, n in zip(seen, need, strict=False) if n]
        grads = engine.run([(edge(t), t.nr) for t in found], g, True, state().grad, ends, False)
        left = iter([unwrapped(level, t) for t in grads])
    return tuple([next(left) if n else None for n in need])
