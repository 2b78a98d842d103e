"""Random small programs of views, in-place writes, hooks and modes do what they do under PyTorch.

A failing program is printed line by line, ready to paste after `import rushlight as torch`.
"""

import warnings

import pytest

import rushlight
from tests.tape.transcript import Transcript

torch = pytest.importorskip("torch")
hypothesis = pytest.importorskip("hypothesis")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

START = [
    "v0 = torch.tensor([[0.1, 0.2], [0.3, 0.4]], dtype=torch.float64, requires_grad=True)",
    "v1 = torch.tensor([[0.5, -0.6], [0.7, 0.8]], dtype=torch.float64)",
    "v2 = v0 * 1",
    "v3 = v1.clone()",
]
NEW = [  # operands of one layout: which one the result of two takes is another test's subject
    "{a}.contiguous() * {b}.contiguous()",
    "{a}.contiguous() + {b}.contiguous()",
    "{a}.contiguous() - 2 * {b}.contiguous()",
    "{a}.sin()",
    "{a}.exp()",
    "{a}.clone()",
    "{a}.detach()",
    "{a} / 2",
    "torch.where({a} > 0.3, {a}, 0.5)",
    "{a}.sum(0)",
    "{a}.contiguous()",
    "{a} * {a}",
    "torch.autograd.grad({a}.sum(), v0, create_graph=True)[0]",
    "torch.cat([{a}.reshape(-1), {b}.reshape(-1)])[:4].view(2, 2)",
]
VIEWS = [
    "{a}.t()",
    "{a}[0]",
    "{a}[:, 1]",
    "{a}[1:]",
    "{a}.view(-1)",
    "{a}.unsqueeze(0)",
    "{a}.diagonal()",
    "{a}[None]",
    "{a}.narrow(0, 0, 1)",
    "{a}.expand(2, 2)",
    "{a}.squeeze()",
    "{a}.view_as({a})",
    "{a}.unbind()[0]",
    "{a}.chunk(2)[1]",
    "{a}.transpose(-1, 0)",
    "{a}.reshape(2, -1)",
    "{a}[..., ::2]",
]
WRITES = [  # operands are cloned: reading what is being written to is undefined under PyTorch
    "{a}.mul_({b}.clone())",
    "{a}.add_({b} + 0)",
    "{a}.sin_()",
    "{a}.exp_()",
    "{a}.zero_()",
    "{a}.copy_({b}.clone())",
    "{a}.mul_(2)",
    "{a}[0] = {b}[0].clone()",
    "{a}[:1] = 0.5",
    "{a}.div_({b}.exp())",
    "{a}.fill_(0.25)",
    "{a}.neg_()",
    "{a}.data.add_(1)",
    "{a}.sub_({a})",
    "{a}.mul_({a})",
    "{a}.add_({a}.t())",
]
REST = [
    "{a}._is_view() or {a}.requires_grad_()",
    "{a}.grad_fn and {a}.retain_grad()",
    "{a}.grad_fn, {a}.register_hook(lambda g: g * 2)",
    "{a}.grad_fn, {a}.register_hook(note)",
    "{a}.sum().backward(retain_graph=True)",
    "({a} * {b}).sum().backward()",
    "{a}.grad = None",
    "{a}.grad_fn.register_prehook(note)",
    "torch.autograd.backward([{a}.sum(), {b}.sum()], inputs=[v0])",
]
INDEX = st.integers(0, 30)
STATEMENT = st.one_of(
    st.tuples(st.just("new"), st.sampled_from(NEW), INDEX, INDEX, st.booleans()),
    st.tuples(st.just("new"), st.sampled_from(VIEWS), INDEX, INDEX, st.just(False)),
    st.tuples(st.just("do"), st.sampled_from(WRITES), INDEX, INDEX, st.booleans()),
    st.tuples(st.just("do"), st.sampled_from(VIEWS[:8]), INDEX, INDEX, st.just(False)),
    st.tuples(st.just("do"), st.sampled_from(REST), INDEX, INDEX, st.just(False)),
)


def source(statements):
    """The lines of a program; an index counts from the newest variable."""
    lines, count = list(START), len(START)
    for kind, text, i, j, no_grad in statements:
        a, b = f"v{count - 1 - i % count}", f"v{count - 1 - j % count}"
        line = text.format(a=a, b=b)
        if kind == "new":
            line, count = f"v{count} = {line}", count + 1
        lines.append(f"with torch.no_grad(): {line}" if no_grad else line)
    return lines


def perform(lines, module):
    """Run a program line by line; after each, what became of all variables."""
    say = Transcript(module)
    space = {"torch": module, "note": lambda g: say("hook", g)}
    for line in lines:
        try:
            exec(line, space)
        except Exception:  # which of two mistakes a line is refused for may differ
            say("refused")
            if line.split("()")[0] == "with torch.no_grad":
                line = line.partition(": ")[2]
            if line[:1] == "v" and " = " in line and line.split(" = ")[0].isidentifier():
                exec(f"{line.split(' = ')[0]} = v0", space)
        examine(say, space)
    say("end")
    for name in variables(space):
        try:
            space[name].sum().backward(retain_graph=True)
        except Exception:
            say("refused")
        say(name, [space[n].grad for n in ("v0", "v1")])
    return say.lines


def variables(space):
    return sorted((n for n in space if n[0] == "v" and n[1:].isdigit()), key=lambda n: int(n[1:]))


def examine(say, space):
    """Everything that can be seen of the variables."""
    for name in variables(space):
        t = space[name]
        try:
            say(name, t, t.requires_grad, t.is_leaf, t._version, t._is_view(), list(t.shape))
        except RuntimeError:
            say("refused")


@settings(
    max_examples=120, deadline=None, derandomize=True, database=None, report_multiple_bugs=False
)
@given(st.lists(STATEMENT, min_size=2, max_size=9))
def test_random_programs(statements):
    lines = source(statements)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, theirs = perform(lines, rushlight), perform(lines, torch)
    for a, b in zip(ours, theirs, strict=False):
        if a != b:
            program = "\n    ".join(lines)
            pytest.fail(f"\n    {program}\n  rushlight: {a}\n  torch:     {b}", pytrace=False)
    assert len(ours) == len(theirs)
