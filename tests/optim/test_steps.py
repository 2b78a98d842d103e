"""Ten steps of every optimizer end where PyTorch's do, and remember the same."""

import numpy as np
import pytest

import rushlight

torch = pytest.importorskip("torch")

SHAPES = [(3, 4), (4,), (), (0, 2), (2, 3, 2)]
COMMON = [{}, {"maximize": True}, {"lr": 0.05}]
DECAY = {"weight_decay": 0.1}
DECOUPLED = {"weight_decay": 0.1, "decoupled_weight_decay": True}

CONFIGURATIONS = {
    "SGD": [
        *COMMON,
        DECAY,
        {"momentum": 0.9},
        {"momentum": 0.9, "dampening": 0.5, **DECAY},
        {"momentum": 0.9, "nesterov": True, "maximize": True},
    ],
    "Adam": [*COMMON, DECAY, DECOUPLED, {"amsgrad": True}, {"betas": (0.3, 0.7), "eps": 1e-3}],
    "AdamW": [*COMMON, DECAY, {"amsgrad": True, "maximize": True}],
    "Adamax": [*COMMON, DECAY, {"betas": (0.3, 0.7), "eps": 1e-3}],
    "NAdam": [*COMMON, DECAY, DECOUPLED, {"momentum_decay": 0.1}],
    "RAdam": [*COMMON, DECAY, DECOUPLED, {"betas": (0.9, 0.99)}, {"betas": (0.9, 0.5)}],
    "Adadelta": [*COMMON, DECAY, {"rho": 0.5, "eps": 1e-3}],
    "Adagrad": [*COMMON, DECAY, {"lr_decay": 0.1, "initial_accumulator_value": 0.5}],
    "RMSprop": [
        *COMMON,
        DECAY,
        {"centered": True},
        {"momentum": 0.9},
        {"momentum": 0.9, "centered": True, "alpha": 0.5},
    ],
    "Rprop": [*COMMON, {"etas": (0.3, 1.5), "step_sizes": (1e-3, 0.02)}],
    "ASGD": [*COMMON, DECAY, {"t0": 3, "lambd": 0.1, "alpha": 0.5}],
    "Adafactor": [*COMMON, DECAY, {"eps": (1e-4, 1e-2), "d": 2.0}],
}
CASES = [(name, kwargs) for name, all_kwargs in CONFIGURATIONS.items() for kwargs in all_kwargs]
FLAGS = {
    name: [f for f in ("foreach", "fused", "differentiable") if (name, f) not in LACKING]
    for LACKING in [
        {
            *((name, "fused") for name in CONFIGURATIONS if name not in
              ("SGD", "Adam", "AdamW", "Adagrad")),
            ("Adafactor", "differentiable"),
        }
    ]
    for name in CONFIGURATIONS
}  # fmt: skip
ROOM = {"float64": 1e-11, "float32": 2e-5, "float16": 2e-2, "complex128": 1e-11}


def case_id(value):
    return str(value)


def arrays(dtype, shapes=SHAPES, seed=0):
    draw = np.random.default_rng(seed)
    made = [draw.standard_normal(shape) for shape in shapes]
    if dtype.startswith("complex"):
        made = [a + 1j * draw.standard_normal(a.shape) for a in made]
    return [np.asarray(a).astype(dtype) for a in made]


class Run:
    """An optimizer of one of the two libraries over parameters with known gradients."""

    def __init__(self, module, name, kwargs, dtype="float64", shapes=SHAPES, transposed=False):
        if name == "Adafactor":  # divides by the number of elements
            shapes = [shape for shape in shapes if 0 not in shape]
        self.module, self.dtype, self.shapes = module, dtype, shapes
        given = {
            k: module.tensor(v.numpy(), requires_grad=v.requires_grad)
            if isinstance(v, torch.Tensor)
            else v
            for k, v in kwargs.items()
        }
        self.params = [module.from_numpy(a.copy()) for a in arrays(dtype, shapes)]
        if transposed:
            self.params = [p.T.contiguous().T if p.dim() == 2 else p for p in self.params]
        self.params = [p.requires_grad_() for p in self.params]
        self.optimizer = getattr(module.optim, name)(self.params, **given)

    def steps(self, first=0, last=10):
        for t in range(first, last):
            for p, g in zip(self.params, arrays(self.dtype, self.shapes, t + 1), strict=True):
                p.grad = self.module.from_numpy(g) + 0.1 * p.detach()
            self.optimizer.step()
        return self


def same(ours, theirs, dtype, where="", room=None):
    """Equal structures of numbers and tensors."""
    if isinstance(theirs, torch.Tensor):
        assert isinstance(ours, rushlight.Tensor), where
        assert str(ours.dtype) == str(theirs.dtype), where
        room = room or ROOM[dtype]
        np.testing.assert_allclose(
            ours.detach().numpy(), theirs.detach().numpy(), rtol=room, atol=room, err_msg=where
        )
    elif isinstance(theirs, dict):
        assert list(ours) == list(theirs), where
        for key in theirs:
            same(ours[key], theirs[key], dtype, f"{where}{key}: ", room)
    elif isinstance(theirs, (list, tuple)):
        assert type(ours) is type(theirs), where
        assert len(ours) == len(theirs), where
        for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            same(a, b, dtype, f"{where}{i}: ", room)
    else:
        assert ours == theirs, where


def compare(name, kwargs, dtype="float64", room=None, **options):
    ours = Run(rushlight, name, kwargs, dtype, **options).steps()
    theirs = Run(torch, name, kwargs, dtype, **options).steps()
    same(ours.params, theirs.params, dtype, room=room)
    same(ours.optimizer.state_dict(), theirs.optimizer.state_dict(), dtype, room=room)


@pytest.mark.parametrize(("name", "kwargs"), CASES, ids=case_id)
def test_ten_steps(name, kwargs):
    compare(name, kwargs)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_other_precisions(name, dtype):
    if (name, dtype) == ("Adafactor", "float16"):
        pytest.skip("its squares of small gradients are nothing in float16, on both sides")
    compare(name, {"eps": 1e-3} if name == "Adam" else {}, dtype)


@pytest.mark.parametrize(("name", "kwargs"), [c for c in CASES if c[0] != "Adafactor"], ids=case_id)
def test_complex_parameters(name, kwargs):
    compare(name, kwargs, "complex128")


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_parameters_that_lie_otherwise(name):
    compare(name, CONFIGURATIONS[name][-1], transposed=True)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_learning_rate_as_a_tensor(name):
    room = 1e-7 if name == "ASGD" else None  # as below
    for lr in (torch.tensor(0.01), torch.tensor([0.01], dtype=torch.float64)):
        compare(name, {**CONFIGURATIONS[name][3], "lr": lr}, room=room)


def test_other_options_as_tensors():
    betas = torch.tensor(0.8), torch.tensor(0.9)
    made = {
        module: module.optim.Adam(
            [p := module.ones(3, dtype=module.float64).requires_grad_()],
            betas=tuple(module.tensor(b.item()) for b in betas),
        )
        for module in (rushlight, torch)
    }
    for module, optimizer in made.items():
        (p,) = optimizer.param_groups[0]["params"]
        for _ in range(10):
            p.grad = p.detach() + module.arange(3)
            optimizer.step()
    ends = [made[module].param_groups[0]["params"] for module in (rushlight, torch)]
    same(*ends, "float64", room=1e-9)  # the betas are float32
    compare("SGD", {"weight_decay": torch.tensor(0.1, dtype=torch.float64)})


@pytest.mark.parametrize(
    ("name", "flag"), [(n, f) for n in FLAGS for f in FLAGS[n] if f != "differentiable"]
)
def test_other_implementations(name, flag):
    # ASGD computes lengths of steps in float32 then, whose powers differ in the last digit.
    room = 1e-7 if (name, flag) == ("ASGD", "foreach") else None
    for kwargs in CONFIGURATIONS[name]:
        compare(name, {**kwargs, flag: True}, room=room)


@pytest.mark.parametrize(("name", "kwargs"), [c for c in CASES if c[0] != "Adafactor"], ids=case_id)
def test_gradients_through_steps(name, kwargs):
    """What the parameters become, differentiated by what they were and by their gradients."""
    found = {}
    for module in (rushlight, torch):
        roots = [module.from_numpy(a).requires_grad_() for a in arrays("float64", [(3,), ()])]
        pushes = [module.from_numpy(a).requires_grad_() for a in arrays("float64", [(3,), ()], 1)]
        params = [r.clone() for r in roots]
        optimizer = getattr(module.optim, name)(params, differentiable=True, **kwargs)
        for _ in range(3):
            for p, push in zip(params, pushes, strict=True):
                p.grad = push + 0.1 * p
            optimizer.step()
        loss = sum((p * p).sum() for p in params)
        if module is torch and overwrites(name, kwargs):
            with pytest.raises(RuntimeError, match="modified by an inplace operation"):
                torch.autograd.grad(loss, [*roots, *pushes])
            found[torch] = [*params, *differences(name, kwargs, [*roots, *pushes])]
        else:
            found[module] = [*params, *module.autograd.grad(loss, [*roots, *pushes])]
    # Adam counts in float32; differences are taken with a step of 1e-6.
    same(found[rushlight], found[torch], "float64", room=1e-6)


def overwrites(name, kwargs):
    """Does PyTorch write over what it has saved for the gradient?"""
    return name in ("Adamax", "Rprop") or "centered" in kwargs or "amsgrad" in kwargs


def differences(name, kwargs, inputs):
    """The gradient by differences, where PyTorch writes over what it has saved."""
    inputs = [x.detach() for x in inputs]

    def loss():
        params = [x.clone().requires_grad_() for x in inputs[:2]]
        optimizer = getattr(torch.optim, name)(params, **kwargs)
        for _ in range(3):
            for p, push in zip(params, inputs[2:], strict=True):
                p.grad = push + 0.1 * p.detach()
            optimizer.step()
        return sum((p * p).sum() for p in params).item()

    for x in inputs:
        slopes = torch.empty_like(x)
        for i in range(x.numel()):
            ends = []
            for way in (1e-6, -2e-6):
                x.view(-1)[i] += way
                ends.append(loss())
            x.view(-1)[i] += 1e-6
            slopes.view(-1)[i] = (ends[0] - ends[1]) / 2e-6
        yield slopes


def test_gradient_of_the_learning_rate():
    found = {}
    for module in (rushlight, torch):
        lr = module.tensor(0.1, dtype=module.float64, requires_grad=True)
        p = module.ones(2, dtype=module.float64, requires_grad=True).clone()
        optimizer = module.optim.SGD([p], lr=lr, differentiable=True)
        p.grad = module.arange(2, dtype=module.float64)
        optimizer.step()
        found[module] = module.autograd.grad((p * p).sum(), lr)
    same(found[rushlight], found[torch], "float64")


@pytest.mark.parametrize(("name", "kwargs"), CASES, ids=case_id)
def test_state_goes_from_one_library_to_the_other(name, kwargs):
    """Five steps there, five here; and the other way round."""
    ends = []
    for first, second in ((torch, rushlight), (rushlight, torch)):
        start = Run(first, name, kwargs).steps(0, 5)
        goal = Run(second, name, kwargs)
        goal.optimizer.load_state_dict(moved(start.optimizer.state_dict(), first, second))
        with second.no_grad():
            for p, q in zip(goal.params, start.params, strict=True):
                p.copy_(second.from_numpy(q.detach().numpy()))
        ends.append(goal.steps(5, 10))
    same(ends[0].params, ends[1].params, "float64")
    same(ends[0].optimizer.state_dict(), ends[1].optimizer.state_dict(), "float64")


def moved(value, first, second):
    """A state dict with tensors of the other library."""
    if isinstance(value, first.Tensor):
        return second.from_numpy(value.numpy().copy())
    if isinstance(value, dict):
        return {k: moved(v, first, second) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(moved(v, first, second) for v in value)
    return value


@pytest.mark.parametrize("kwargs", [{}, {"nesterov": False}, {"adjust_lr_fn": "match_rms_adamw"}])
def test_muon(kwargs):
    """It computes in bfloat16, where rounding decides a hundredth of the way."""
    shapes = [(4, 6), (6, 4), (3, 3)]
    start = arrays("float64", shapes)
    ours = Run(rushlight, "Muon", kwargs, shapes=shapes).steps()
    theirs = Run(torch, "Muon", kwargs, shapes=shapes).steps()
    for a, b, x in zip(ours.params, theirs.params, start, strict=True):
        way = b.detach().numpy() - x
        assert np.abs(a.detach().numpy() - b.detach().numpy()).max() < 0.03 * np.abs(way).max()
    groups = [run.optimizer.state_dict()["param_groups"] for run in (ours, theirs)]
    same(*groups, "float64")


LBFGS = [
    {},
    {"line_search_fn": "strong_wolfe"},
    {"lr": 0.1, "max_iter": 5},
    {"history_size": 2, "line_search_fn": "strong_wolfe", "max_eval": 7},
    {"tolerance_grad": 1e-2},
    {"tolerance_change": 1e-2},
]


@pytest.mark.parametrize("kwargs", LBFGS, ids=case_id)
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_lbfgs(kwargs, dtype):
    """Rosenbrock's valley, from its usual start."""
    found = {}
    for module in (rushlight, torch):
        kind = getattr(module, dtype)
        x = module.tensor([-1.2, 1.0], dtype=kind).requires_grad_()
        unused = module.ones(2, dtype=kind).requires_grad_()
        optimizer = module.optim.LBFGS([x, unused], **kwargs)

        def closure(x=x, optimizer=optimizer):
            optimizer.zero_grad()
            loss = (100 * (x[1] - x[0] ** 2).abs() ** 2) + (1 - x[0]).abs() ** 2
            loss.backward()
            return loss

        losses = [float(optimizer.step(closure).detach()) for _ in range(3)]
        state = optimizer.state_dict()["state"][0]
        counts = {k: state[k] for k in ("func_evals", "n_iter") if k in state}
        found[module] = losses, x.detach().numpy(), list(state), counts
    ours, theirs = found[rushlight], found[torch]
    assert ours[2:] == theirs[2:]
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-6, atol=1e-9)


def test_writes_are_counted():
    """A graph that saved a parameter notices the step."""
    x = rushlight.ones(2, requires_grad=True)
    loss = (x * x).sum()
    x.grad = rushlight.ones(2)
    rushlight.optim.Adam([x]).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_views_see_the_step():
    flat = rushlight.zeros(4)
    x = flat[1:3].requires_grad_()
    x.grad = rushlight.ones(2)
    rushlight.optim.SGD([x], lr=1.0).step()
    assert flat.tolist() == [0.0, -1.0, -1.0, 0.0]


def test_infinities_and_nans_pass_without_a_warning():
    for name in CONFIGURATIONS:
        compare_specials(name)


def compare_specials(name):
    found = {}
    for module in (rushlight, torch):
        p = module.zeros(4, dtype=module.float64).requires_grad_()
        optimizer = getattr(module.optim, name)([p])
        for _ in range(2):
            p.grad = module.tensor([float("inf"), float("nan"), 0.0, 1e300], dtype=module.float64)
            optimizer.step()
        found[module] = p.detach().numpy()
    np.testing.assert_allclose(found[rushlight], found[torch], rtol=1e-9, err_msg=name)
