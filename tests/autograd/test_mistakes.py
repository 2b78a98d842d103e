"""The common mistakes: PyTorch's text first, then the user's lines and what to do.

Each program makes one; `# here` marks the lines that the message must name.
"""

import copy
import inspect
import warnings

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")

MISTAKES = []


def mistake(*words):
    """Register a program whose message must hold these words besides its marked lines."""

    def enter(program):
        MISTAKES.append(pytest.param(program, words, id=program.__name__))
        return program

    return enter


@mistake("AddBackward0 made it", "SinBackward0 saved it", "Cure: write out of place")
def overwritten(torch):
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    z = y.sin()  # here
    y.add_(1)  # here
    z.sum().backward()


@mistake("It was last written to at", "saved it", "Cure: write out of place")
def result_overwritten(torch):
    x = torch.ones(2, requires_grad=True)
    y = x.exp()  # here
    with torch.no_grad():
        y += 1  # here
    y.sum().backward()


@mistake("It was last written to at", "Cure: write out of place")
def constant_overwritten(torch):
    x = torch.ones(2, requires_grad=True)
    mask = torch.ones(2)
    y = x * mask  # here
    mask[0] = 0  # here
    y.sum().backward()


@mistake("It was last written to at", "let an optimizer step) after the backward")
def stepped_too_early(torch):
    w = torch.ones(2, requires_grad=True)
    w.grad = torch.ones(2)
    optimizer = torch.optim.SGD([w], lr=0.1)
    loss = (w * w).sum()  # here
    optimizer.step()  # here
    loss.backward()


@mistake("Cure: change a leaf")
def written_by_hand_too_early(torch):
    w = torch.ones(2, requires_grad=True)
    loss = (w * w).sum()  # here
    with torch.no_grad():
        w -= 0.1
    loss.backward()


@mistake("was freed by the backward", "Cure: detach() what comes from an earlier step")
def state_carried_over(torch):
    w = torch.ones(2, requires_grad=True)
    h = torch.zeros(2)
    for _ in range(2):
        h = (h + w).tanh()  # here
        h.sum().backward()  # here


@mistake("It is `shared` here", "compute anew what several backwards share")
def part_shared(torch):
    w = torch.ones(2, requires_grad=True)
    shared = w.exp()  # here
    for _ in range(2):
        (shared * w).sum().backward()  # here


@mistake("`w` is written to at", "under `with torch.no_grad():`", "clone() of `w`")
def leaf_written(torch):
    w = torch.ones(2, requires_grad=True)
    w -= 0.1  # here


@mistake("A view of `w` is written to at", "under `with torch.no_grad():`")
def view_of_leaf_written(torch):
    w = torch.ones(2, requires_grad=True)
    w[0] = 1.0  # here


@mistake("data has no history", "Cure: stay with operations on tensors")
def loss_of_data(torch):
    x = torch.ones(2, requires_grad=True)
    y = x.data * 2  # here
    loss = y.sum()
    loss.backward()


@mistake("item() gives a Python number", "tensor() makes a new leaf")
def loss_of_a_number(torch):
    x = torch.ones(2, requires_grad=True)
    total = (x * 2).sum().item()  # here
    loss = torch.tensor(total)  # here
    loss.backward()


@mistake("recording is off in this block")
def loss_in_no_grad(torch):
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        y = x * 2  # here
    loss = y.sum()
    torch.autograd.backward([loss])


@mistake("(it has dtype torch.int64, which cannot require gradients)", "argmax() gives integers")
def loss_of_integers(torch):
    x = torch.ones(2, requires_grad=True)
    guess = x.argmax()  # here
    guess.backward()


@mistake("Cure: compute it from tensors that require grad (no tensor here does)")
def no_leaf(torch):
    x = torch.ones(2)
    (x * 2).sum().backward()


@mistake("The root is `losses`", "of shape [2]", "Cure: reduce it first")
def several_losses(torch):
    x = torch.ones(2, requires_grad=True)
    losses = x * 2  # here
    losses.backward()


@mistake("This is `y`", "are recorded (np.sin(y))", "y.detach().numpy()")
def array_of_what_requires_grad(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2  # here
    np.asarray(y)


@mistake("MulBackward0 was recorded at", "retain_grad() before the backward")
def gradient_of_what_is_no_leaf(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2  # here
    y.sum().backward()
    assert y.grad is None


@mistake("It is `x`, a leaf of shape [3]", "what was used is `x_copy`", "allow_unused=True")
def not_used(torch):
    x = torch.ones(3, requires_grad=True)
    x_copy = x.detach().requires_grad_()
    torch.autograd.grad((x_copy * 2).sum(), [x])


@mistake("It is `target`, at index 1", "Cure: requires_grad_()")
def not_wanted(torch):
    x = torch.ones(3, requires_grad=True)
    target = torch.ones(3)
    torch.autograd.grad((x * target).sum(), [x, target])


@mistake("This is `y`", "copy y.detach()")
def computed_tensor_copied(torch):
    x = torch.ones(3, requires_grad=True)
    y = x * 2  # here
    copy.deepcopy(y)


@mistake("The dtype is torch.int64", "Cure: floating-point numbers")
def integers(torch):
    torch.tensor([1, 2], requires_grad=True)  # here


@mistake("SqrtBackward0", "safe_grad()")
def nan_from_a_branch_not_taken(torch):
    with torch.autograd.set_detect_anomaly(True):
        x = torch.zeros(2, requires_grad=True)
        root = x.sqrt()  # here
        torch.where(x > 0, root, x).sum().backward()


@mistake("made it at", "Cure: clone() `a`, or write out of place")
def one_of_many_views_written(torch):
    x = torch.ones(4, requires_grad=True)
    a, _ = (x * 2).chunk(2)  # here
    a.add_(1)


@mistake("its backward is at")
def wrong_number_of_gradients(torch):
    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y

        @staticmethod  # here
        def backward(ctx, g):
            return g

    x = torch.ones(4, requires_grad=True)
    Product.apply(x, x).sum().backward()


def told(program, module):
    """The error or warning of a program."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            program(module)
        except RuntimeError as error:
            return str(error).split("\nException raised from")[0].strip()
    return str(caught[-1].message).split(" (Triggered internally")[0]


@pytest.mark.parametrize(("program", "words"), MISTAKES)
def test_the_lines_and_the_cure(program, words):
    theirs, ours = told(program, torch), told(program, rushlight)
    assert ours.startswith(theirs + "\n"), "PyTorch's text comes first"
    extra = ours[len(theirs) :]
    lines, first = inspect.getsourcelines(program)
    for i, line in enumerate(lines):
        if "# here" in line:
            assert f"{__file__}:{first + i}" in extra, f"line {first + i} is not named:{extra}"
    for word in words:
        assert word in extra, f"no {word!r} in:{extra}"


def test_a_program_without_source():
    space = {"torch": rushlight}
    with pytest.raises(RuntimeError, match="<string>:2"):
        exec("x = torch.ones(2, requires_grad=True)\nx += 1", space)
    with pytest.raises(RuntimeError, match="does not require grad"):
        exec("torch.ones(2).sum().backward()", space)


def test_advice_that_fails_leaves_the_error_alone(monkeypatch):
    from rushlight.tape import advice

    monkeypatch.setattr(advice, "name_of", lambda t: 1 / 0)
    x = rushlight.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError) as caught:
        x.add_(1)
    assert str(caught.value).endswith("is being used in an in-place operation.")


def test_anomaly_detection_names_the_write_by_hand():
    with rushlight.autograd.set_detect_anomaly(True):
        w = rushlight.ones(2, requires_grad=True)
        loss = (w * w).sum()
        with rushlight.no_grad():
            w -= 0.1  # by hand
        with pytest.warns(UserWarning, match="Error detected"):  # noqa: SIM117
            with pytest.raises(RuntimeError, match=r"last written to at .*: w -= 0\.1  # by hand"):
                loss.backward()
