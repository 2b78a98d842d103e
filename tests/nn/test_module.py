"""`Module` registers, walks, converts, saves and prints as PyTorch's does."""

import copy
import pickle

import pytest

import rushlight
from rushlight.kernels import once
from tests.nn.twins import agree


def net(t):
    """A module with parameters, buffers of both kinds, a shared submodule and a None."""

    class Net(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.first = t.nn.Linear(3, 2)
            self.scale = t.nn.Parameter(t.ones(2))
            self.register_buffer("seen", t.zeros(2))
            self.register_buffer("passing", t.ones(1), persistent=False)
            self.register_parameter("absent", None)
            self.again = self.first
            self.nothing = None
            self.inner = t.nn.Sequential(t.nn.Tanh(), t.nn.BatchNorm1d(2))
            self.number = 3

        def forward(self, x):
            return self.inner(self.first(x)) * self.scale

    return Net()


def value(expression):
    """A program that evaluates an expression on a fresh `m`."""

    def program(t):
        return eval(expression, {"t": t, "torch": t, "nn": t.nn, "m": net(t), "copy": copy})

    program.__name__ = expression
    return program


EXPRESSIONS = """
m
str(m)
[name for name, _ in m.named_parameters()]
[name for name, _ in m.named_parameters(remove_duplicate=False)]
[name for name, _ in m.named_parameters('top', recurse=False)]
[name for name, _ in m.named_buffers()]
[name for name, _ in m.named_modules()]
[name for name, _ in m.named_modules(remove_duplicate=False)]
[name for name, _ in m.named_modules(prefix='top')]
[name for name, _ in m.named_children()]
len(list(m.modules())), len(list(m.children())), len(list(m.buffers()))
list(m.parameters())
m.state_dict()
list(m.state_dict(prefix='a.'))
m.state_dict()._metadata
m.state_dict(keep_vars=True)
m.state_dict({}, 'b.')
m.get_submodule('inner.0')
m.get_submodule('')
m.get_submodule('inner.7')
m.get_submodule('scale.x')
m.get_parameter('first.weight')
m.get_parameter('first')
m.get_parameter('first.nope')
m.get_buffer('seen')
m.get_buffer('scale')
m.get_buffer('nope')
m.set_submodule('inner.0', nn.ReLU()), m
m.set_submodule('', nn.ReLU())
m.set_submodule('inner.nope', nn.ReLU(), strict=True)
m.set_submodule('scale', nn.ReLU())
m.set_submodule('inner.0', 3)
m.nope
m.absent
m.nothing
m.training, m.eval().training, m.inner.training, m.train().inner[1].training
m.train(3)
m.double().scale
m.half().first.weight
m.to(torch.float64).seen
m.to(torch.int32)
m.to(torch.complex64).scale
m.to(torch.ones(1, dtype=torch.float64)).scale
m.to('cpu', torch.float64, True).scale
m.to(dtype=None).scale
m.type(torch.float64).inner[1].num_batches_tracked
m.float().inner[1].num_batches_tracked
m.bfloat16().scale.dtype.itemsize
m.cpu()
m.cuda()
m.to('cuda')
m.xpu()
m.ipu()
m.to_empty(device='cpu').scale.shape
m.requires_grad_(False).scale
m.apply(lambda part: part.register_buffer('mark', torch.ones(1))).inner[0].mark
m.apply(3)
m.zero_grad()
nn.Module()(1)
nn.Module(1)
nn.Module(a=1)
nn.Module()._get_name()
m.add_module('a.b', nn.ReLU())
m.add_module('', nn.ReLU())
m.add_module(3, nn.ReLU())
m.add_module('number', nn.ReLU())
m.add_module('x', 3)
m.add_module('x', nn.ReLU), m
m.register_module('x', None)
m.register_parameter('a.b', None)
m.register_parameter('', None)
m.register_parameter(3, None)
m.register_parameter('number', None)
m.register_parameter('x', torch.ones(1))
m.register_parameter('x', nn.Parameter(torch.ones(1)) * 2)
m.register_parameter('scale', nn.Parameter(torch.zeros(1)))
m.register_buffer('a.b', None)
m.register_buffer('', None)
m.register_buffer(3, None)
m.register_buffer('number', None)
m.register_buffer('x', 3)
m.register_buffer('seen', torch.ones(1))
setattr(m, 'scale', torch.ones(2))
setattr(m, 'scale', None), m.state_dict()
setattr(m, 'scale', nn.ReLU())
setattr(m, 'first', 3)
setattr(m, 'first', nn.Parameter(torch.ones(1))), [n for n, _ in m.named_parameters()]
setattr(m, 'first', None), m
setattr(m, 'seen', 3)
setattr(m, 'seen', torch.ones(3)), m.state_dict()
setattr(m, 'seen', nn.Parameter(torch.ones(3))), [n for n, _ in m.named_parameters()]
setattr(m, 'passing', torch.ones(3)), m.state_dict()
setattr(m, 'held', nn.Buffer(torch.ones(3))), m.state_dict()
setattr(m, 'held', nn.Buffer(torch.ones(3), persistent=False)), list(m.state_dict())
setattr(m, 'plain', torch.ones(3)), list(m.state_dict())
setattr(m, 'number', nn.ReLU()), m
delattr(m, 'nope')
delattr(m, 'scale'), list(m.state_dict())
delattr(m, 'first'), m
delattr(m, 'passing'), list(m.state_dict())
delattr(m, 'number'), hasattr(m, 'number')
'scale' in dir(m), '0' in dir(m.inner), 'forward' in dir(m)
m.load_state_dict(m.state_dict())
repr(m.load_state_dict({}, strict=False))
m.load_state_dict({}, strict=False).missing_keys
m.load_state_dict({})
m.load_state_dict(3)
m.load_state_dict({**m.state_dict(), 'x': 1, 'inner.2.y': 3, 'number': 4})
m.load_state_dict({**m.state_dict(), 'scale': torch.ones(3), 'seen': 4})
m.load_state_dict({**m.state_dict(), 'inner.1.num_batches_tracked': torch.tensor([5])})
m.load_state_dict({**m.state_dict(), 'scale': torch.ones(2).double()}), m.scale
m.load_state_dict({k: v.double() for k, v in m.state_dict().items()}, assign=True), m.scale
m.load_state_dict({k: v + 1 for k, v in m.state_dict().items()}), m.state_dict()
copy.deepcopy(m).state_dict()
m(torch.arange(12.).view(4, 3))
m.first(3)
m.share_memory() is m
""".strip().splitlines()


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expression(expression):
    agree(value(expression))


def test_assignment_before_init():
    def program(t):
        class Early(t.nn.Module):
            def __init__(self, what):
                self.x = what

        found = []
        for what in (t.nn.Parameter(t.ones(1)), t.nn.ReLU()):
            try:
                Early(what)
            except AttributeError as error:
                found.append(str(error))
        return found

    assert len(agree(program)) == 2


def test_extra_state():
    def program(t):
        class Kept(t.nn.Linear):
            def get_extra_state(self):
                return {"steps": 7}

            def set_extra_state(self, state):
                self.steps = state["steps"]

        a, b = Kept(1, 1), Kept(1, 1)
        b.load_state_dict(a.state_dict())
        left = dict(a.state_dict())
        del left["_extra_state"]
        told = b.load_state_dict(left, strict=False)
        return list(a.state_dict()), b.steps, told.missing_keys

    agree(program)


def test_version_metadata_reaches_a_module():
    def program(t):
        class Versioned(t.nn.Linear):
            _version = 3

            def _load_from_state_dict(self, state, prefix, metadata, *rest):
                self.found = metadata
                super()._load_from_state_dict(state, prefix, metadata, *rest)

        a = t.nn.Sequential(Versioned(1, 1))
        a.load_state_dict(a.state_dict())
        return a[0].found

    agree(program)


def test_register_buffer_without_persistent():
    def program(t):
        class Old(t.nn.Module):
            def register_buffer(self, name, tensor):
                super().register_buffer(name, tensor)

        m = Old()
        m.held = t.nn.Buffer(t.ones(1))
        kept = list(m.state_dict())
        m.passing = t.nn.Buffer(t.ones(1), persistent=False)
        return kept

    agree(program)


def test_gradients_follow_a_conversion():
    def program(t):
        layer = t.nn.Linear(2, 1)
        layer(t.ones(1, 2)).sum().backward()
        weight = layer.weight
        layer.double()
        return layer.weight is weight, weight.grad, layer.zero_grad(False), layer.weight.grad

    agree(program)


def test_pickling_keeps_everything():
    m = rushlight.nn.Sequential(rushlight.nn.Linear(2, 2), rushlight.nn.BatchNorm1d(2)).eval()
    twin = pickle.loads(pickle.dumps(m))
    assert repr(twin) == repr(m)
    assert not twin.training
    x = rushlight.ones(3, 2)
    assert rushlight.equal(twin(x), m(x))


def test_compile_says_once_that_it_does_nothing():
    once.forget()
    m = rushlight.nn.Identity()
    with pytest.warns(UserWarning, match="no compiler"):
        assert m.compile() is None
    m.compile(mode="max-autotune")


def test_lazy_modules():
    def program(t):
        made = t.nn.LazyLinear(2)
        before = repr(made), type(made), list(made.state_dict())
        twin = t.nn.LazyLinear(2)
        twin.load_state_dict(t.nn.Linear(3, 2).state_dict())
        made.double()
        out = made(t.ones(4, 3, dtype=t.float64))
        return before, out, repr(made), type(made), twin.weight.shape == (2, 3), made._forward_hooks

    agree(program)


def test_lazy_modules_are_converted_while_they_wait():
    def program(t):
        made = t.nn.LazyBatchNorm1d().double().to(t.float64)
        waiting = [type(x) for x in (made.weight, made.running_mean)]
        return waiting, made(t.arange(6.0).view(3, 2).double()), made.state_dict()

    agree(program)


def test_lazy_modules_that_do_not_say_how():
    def program(t):
        class Waiting(t.nn.modules.lazy.LazyModuleMixin, t.nn.Module):
            pass

        return Waiting()(3)

    agree(program)


def test_a_layer_class_has_no_parameters():
    def program(t):
        layer = t.nn.Linear(2, 1)
        found = [hasattr(t.nn.Linear, "weight"), layer.weight]
        del layer.weight
        found.append(hasattr(layer, "weight"))
        layer.weight = t.ones(1, 2)
        return found, layer.weight, list(layer.state_dict())

    agree(program)
