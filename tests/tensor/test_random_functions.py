"""The same seed gives PyTorch's numbers, through every function; gradients have its nodes."""

import pytest

import rushlight
from tests.tensor.expressions import check, rows

SETUP = """
x = torch.ones(2, requires_grad=True)

def G(seed=0):
    return torch.Generator().manual_seed(seed)

def grads(f):
    x = torch.full((3,), .5, requires_grad=True)
    y = f(x * 1.)
    y.sum().backward()
    return y.grad_fn.name(), x.grad, [n and n.name() for n, _ in y.grad_fn.next_functions]
"""

DRAWS = rows("""
torch.rand(3)
torch.rand(2,3,dtype=torch.float64)
torch.rand((2,),generator=G(3))
torch.rand(2,requires_grad=True)
torch.rand(2,dtype=torch.int64)
torch.rand(2,dtype=torch.complex64)
torch.rand(2,out=torch.empty(2))
torch.rand(2,out=torch.empty(2,dtype=torch.float64))
torch.rand(-1)
torch.rand()
torch.rand(2,device='cuda')
torch.rand(2,generator=None)
torch.randn(3)
torch.randn(20)
torch.randn(2,3,dtype=torch.float64)
torch.randn(2,dtype=torch.float16)
torch.randn(2,dtype=torch.complex64)
torch.randn(2,dtype=torch.int64)
torch.randn(2,out=torch.empty(2))
torch.randn(-1)
torch.randint(5,(3,))
torch.randint(2,5,(3,))
torch.randint(0,5,[3])
torch.randint(5,3)
torch.randint(low=2,high=5,size=(3,))
torch.randint(high=5,size=(3,))
torch.randint(5,2,(3,))
torch.randint(0,5,(3,),dtype=torch.float32)
torch.randint(0,5,(3,),generator=G(1))
torch.randint(0,300,(3,),dtype=torch.uint8)
torch.randint(0,2,(3,),dtype=torch.bool)
torch.randint(0,5,(3,),out=torch.empty(3))
torch.randint(0,5,(3,),requires_grad=True)
torch.randint(5)
torch.randint(0,5.5,(3,))
torch.randint(0,2**40,(2,))
torch.randint(-5,5,size=(2,2))
torch.randint(0,5,(-1,))
torch.randperm(5)
torch.randperm(0)
torch.randperm(-1)
torch.randperm(5,dtype=torch.float32)
torch.randperm(5,generator=G(1))
torch.randperm(5,out=torch.empty(0,dtype=torch.int64))
torch.randperm(5.5)
torch.randperm(300,dtype=torch.uint8)
torch.randperm(5,requires_grad=True)
torch.normal(0,1,(3,))
torch.normal(0.,1.,size=(3,))
torch.normal(torch.zeros(3),1.)
torch.normal(torch.zeros(3),torch.ones(3))
torch.normal(0.,torch.ones(3))
torch.normal(torch.zeros(3))
torch.normal(0.,-1.,(3,))
torch.normal(torch.zeros(3),-torch.ones(3))
torch.normal(torch.zeros(3),torch.ones(2))
torch.normal(torch.zeros(3,1),torch.ones(2))
torch.normal(torch.zeros(3),1.,generator=G(2))
torch.normal(torch.zeros(3),1.,out=torch.empty(3))
torch.normal(0,1)
torch.normal(mean=0.,std=torch.ones(2))
torch.normal(torch.zeros(3,dtype=torch.int64),1.)
torch.normal(0.,1.,(2,),dtype=torch.float64,requires_grad=True)
torch.normal(torch.zeros(20),torch.arange(20.))
torch.bernoulli(torch.full((3,),.5))
torch.bernoulli(torch.full((3,),.5),0.9)
torch.bernoulli(torch.full((3,),.5),p=0.9)
torch.bernoulli(torch.full((3,),2.))
torch.bernoulli(torch.ones(3,dtype=torch.int64))
torch.bernoulli(torch.ones(3,dtype=torch.int64),0.5)
torch.bernoulli(torch.full((3,),.5),generator=G(1))
torch.bernoulli(torch.full((3,),.5),out=torch.empty(3,dtype=torch.int64))
torch.bernoulli(torch.full((3,),.5,dtype=torch.float64))
torch.bernoulli(3)
torch.full((3,),.5).bernoulli()
torch.full((3,),.5).bernoulli(p=0.2)
torch.multinomial(torch.tensor([1.,2.,3.]),2)
torch.multinomial(torch.tensor([1.,2.,3.]),5,True)
torch.multinomial(torch.tensor([[1.,2.,3.],[3,2,1]]),2)
torch.multinomial(torch.tensor([1.,2.,3.]),4)
torch.multinomial(torch.tensor([1.,2.,3.]),0)
torch.multinomial(torch.tensor([1,2,3]),1)
torch.multinomial(torch.tensor([1.,-2,3]),1)
torch.multinomial(torch.tensor([0.,0,0]),1)
torch.multinomial(torch.tensor(1.),1)
torch.multinomial(torch.tensor([1.,2.,3.]),num_samples=2,replacement=True,generator=G(1))
torch.tensor([1.,2.,3.]).multinomial(2)
torch.poisson(torch.tensor([1.,20.,3.]))
torch.poisson(torch.tensor([-1.]))
torch.poisson(torch.tensor([1]))
torch.poisson(torch.tensor([1.]),generator=G(1))
torch.rand_like(torch.ones(3))
torch.rand_like(torch.ones(3),dtype=torch.float64)
torch.rand_like(torch.ones(3),generator=G(1))
torch.randn_like(torch.ones(3))
torch.randn_like(torch.ones(2,3).t())
torch.randint_like(torch.ones(3),5)
torch.randint_like(torch.ones(3),2,5)
torch.randint_like(torch.ones(3),2,5,dtype=torch.int64)
torch.randint_like(torch.ones(3),low=2,high=5)
torch.empty(3).uniform_()
torch.empty(3).uniform_(2,3)
torch.empty(3).uniform_(a=1)
torch.empty(3).uniform_(to=5)
torch.empty(3,dtype=torch.float64).uniform_(0,5,generator=G(1))
torch.empty(3).uniform_(2,1)
torch.empty(3,dtype=torch.int64).uniform_()
torch.empty(3).normal_()
torch.empty(3).normal_(1,2)
torch.empty(3).normal_(mean=1,std=2,generator=G(1))
torch.empty(3).normal_(0,-1)
torch.empty(3,2).t().normal_()
torch.empty(8,4).t().normal_()
torch.empty(4,8)[:,::2].normal_()
torch.empty(8,4)[::2].uniform_()
torch.empty(3).random_()
torch.empty(3,dtype=torch.int64).random_()
torch.empty(3,dtype=torch.int64).random_(5)
torch.empty(3,dtype=torch.int64).random_(2,5)
torch.empty(3,dtype=torch.int64).random_(2,None)
torch.empty(3,dtype=torch.int64).random_(5,2)
torch.empty(3,dtype=torch.uint8).random_()
torch.empty(3).random_(to=5)
torch.empty(3).random_(**{'from':2,'to':5})
torch.empty(3,dtype=torch.bool).random_()
torch.empty(3).bernoulli_()
torch.empty(3).bernoulli_(0.2)
torch.empty(3).bernoulli_(p=0.2)
torch.empty(3).bernoulli_(torch.tensor([0.,.5,1.]))
torch.empty(3,dtype=torch.int64).bernoulli_(0.5)
torch.empty(3).bernoulli_(2)
torch.empty(3).exponential_()
torch.empty(3).exponential_(2)
torch.empty(3).exponential_(lambd=2,generator=G(1))
torch.empty(3).exponential_(-2)
torch.empty(3).cauchy_()
torch.empty(3).cauchy_(1,2)
torch.empty(3).cauchy_(median=1,sigma=2)
torch.empty(3).log_normal_()
torch.empty(3).log_normal_(1,2)
torch.empty(3).log_normal_(0,-2)
torch.empty(3).geometric_(0.5)
torch.empty(3).geometric_(p=0.5)
torch.empty(3).geometric_(2)
grads(lambda x: x.uniform_())
grads(lambda x: x.normal_())
grads(lambda x: x.random_(5))
grads(lambda x: x.random_(1,5))
grads(lambda x: x.random_())
grads(lambda x: x.bernoulli_())
grads(lambda x: x.bernoulli_(.5))
grads(lambda x: x.bernoulli_(torch.full((3,),.5)))
grads(lambda x: torch.zeros(3).bernoulli_(x))
grads(lambda x: x.exponential_())
grads(lambda x: x.cauchy_())
grads(lambda x: x.log_normal_())
grads(lambda x: x.geometric_(.5))
grads(lambda x: torch.bernoulli(x))
grads(lambda x: torch.bernoulli(x,.5))
grads(lambda x: torch.normal(x,1.))
grads(lambda x: torch.normal(0.,x))
grads(lambda x: torch.normal(x,x))
grads(lambda x: torch.poisson(x))
grads(lambda x: torch.rand_like(x))
grads(lambda x: torch.multinomial(x,2))
torch.bernoulli(x).requires_grad
torch.ones(2,requires_grad=True).uniform_()
torch.ones(2,2,requires_grad=True)[0].uniform_()
torch.ones(2).expand(3,2).uniform_()
torch.Generator()
torch.Generator().device
torch.Generator('cpu').initial_seed()
torch.Generator(3)
torch.Generator().manual_seed(5).initial_seed()
torch.Generator().manual_seed('a')
torch.Generator().manual_seed(2.5)
torch.Generator().manual_seed(2**64)
torch.Generator().manual_seed(-1).initial_seed()
torch.Generator().manual_seed(torch.tensor(3)).initial_seed()
torch.Generator().get_state().shape
torch.Generator().get_state().dtype
torch.Generator().set_state(torch.zeros(3,dtype=torch.uint8))
torch.Generator().set_state(torch.zeros(3))
torch.Generator().set_state(3)
torch.Generator().clone_state().initial_seed()
torch.Generator().graphsafe_get_state()
torch.Generator().get_offset()
torch.manual_seed(0)
torch.manual_seed('a')
torch.manual_seed(2**64)
torch.manual_seed(-2**63-1)
torch.manual_seed(2.7).initial_seed()
torch.manual_seed(True).initial_seed()
torch.initial_seed()
torch.get_rng_state().shape
torch.set_rng_state(torch.get_rng_state())
torch.set_rng_state(3)
torch.random.fork_rng
torch.random.get_rng_state().dtype
torch.random.manual_seed(3).initial_seed()
torch.Generator
__import__('pickle').loads(__import__('pickle').dumps(G(5))).initial_seed()
__import__('copy').deepcopy(G(5)).initial_seed()
torch.normal(torch.zeros(2,dtype=torch.complex64),torch.ones(2))
""")


@pytest.mark.parametrize("expression", DRAWS)
def test_expression(expression):
    check(expression, SETUP)


@pytest.mark.parametrize("shape", ["5", "3, 7", "16", "17", "40", "2, 3, 4", "0", "2, 0", ""])
@pytest.mark.parametrize(
    "draw",
    [
        "torch.rand(size)",
        "torch.randn(size)",
        "torch.randint(0, 1000, size)",
        "torch.zeros(size).normal_(2, 3)",
        "torch.zeros(size).uniform_(-1, 2)",
        "torch.zeros(size).exponential_()",
        "torch.bernoulli(torch.full(size, .3))",
        "torch.normal(torch.zeros(size), 2.)",
        "torch.randn_like(torch.zeros(size))",
        "torch.poisson(torch.full(size, 4.))",
        "torch.zeros(size, dtype=torch.int64).random_(7)",
    ],
)
def test_streams(draw, shape):
    """The numbers, and the stream after them."""
    check(f"({draw}), torch.rand(2)", f"size = torch.Size([{shape}])")


@pytest.mark.parametrize("layout", ["t()", "transpose(0, 1)[::2]", "flatten()[1::2]", "[1:, 2:]"])
@pytest.mark.parametrize("fill", ["uniform_()", "normal_()", "random_(9)", "bernoulli_(.4)"])
def test_fills_follow_memory(layout, fill):
    dot = "" if layout.startswith("[") else "."
    check(f"(t{dot}{layout}.{fill}, t)", "t = torch.zeros(6, 5)")


def test_history_of_a_filled_view():
    check(
        "x.grad, y.grad_fn.name()",
        """
x = torch.ones(4, requires_grad=True)
y = x * 2
y[:2].normal_()
(y * 3).sum().backward()
""",
    )


def test_a_fill_counts_as_a_write():
    check("[t._version, (t.uniform_(), t._version)[1]]", "t = torch.ones(3)")
    check(
        "(z.backward())",
        """
x = torch.ones(3, requires_grad=True)
y = x * 1
z = (y * y).sum()
y.normal_()
""",
    )


def test_fork_rng_and_states():
    check(
        "[a, torch.rand(2), b]",
        """
torch.manual_seed(7)
with torch.random.fork_rng():
    a = torch.rand(2)
state = torch.get_rng_state()
torch.rand(9)
torch.set_rng_state(state)
b = torch.rand(2)
g = torch.Generator().manual_seed(1)
g.set_state(torch.Generator().manual_seed(2).get_state())
b = (b, torch.rand(2, generator=g), torch.rand(2, generator=g.clone_state()))
""",
    )


def test_a_state_of_pytorch_continues_here():
    torch = pytest.importorskip("torch")
    theirs = torch.Generator().manual_seed(5)
    torch.randn(3, generator=theirs)
    ours = rushlight.Generator()
    ours.set_state(rushlight.from_numpy(theirs.get_state().numpy()))
    assert rushlight.randn(4, generator=ours).tolist() == torch.randn(4, generator=theirs).tolist()


def test_seed_draws_from_the_system():
    g = rushlight.Generator()
    assert g.seed() == g.initial_seed() != rushlight.Generator().initial_seed()
    assert rushlight.seed() == rushlight.initial_seed()
    rushlight.manual_seed(0)


@pytest.mark.parametrize("randomness", ["error", "same", "different"])
@pytest.mark.parametrize(
    "draw",
    rows("""
torch.randn_like(t) * t
torch.randn(2) * t
torch.ones(2).uniform_() * t
t.clone().normal_()
torch.bernoulli(t * .5)
torch.bernoulli(torch.tensor([.5, .5])) * t
torch.normal(t, 1.)
torch.randint(0, 9, (2,)) * t
torch.randperm(3) * t
torch.func.vmap(lambda u: torch.rand(2) + u * t, randomness='different')(torch.ones(2))
"""),
)
def test_randomness_of_vmap(draw, randomness):
    check(f"torch.func.vmap(lambda t: {draw}, randomness='{randomness}')(torch.ones(3))")
