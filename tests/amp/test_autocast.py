"""Under autocast every function casts as PyTorch's, and gradients come out the same."""

import sys
import threading

import pytest

import rushlight
from tests.distributions.cases import agree
from tests.tensor.expressions import check, rows, torch

pytest.importorskip("ml_dtypes")

SETUP = """
F = torch.nn.functional
x = torch.ones(2, 2) + torch.arange(4.).view(2, 2) / 7
b = x.bfloat16()
i = torch.tensor([0, 1])
v, vol = x[None, None], x.expand(1, 1, 4, 2, 2)
w = torch.ones(2, 2, requires_grad=True)

def cast(f, *args, **options):
    with torch.autocast('cpu', **options):
        out = f(*args)
    outs = out if isinstance(out, (tuple, list)) else [out]
    return [o.dtype if isinstance(o, torch.Tensor) else o for o in outs]

def half(f, *args):
    return cast(f, *args, dtype=torch.float16)
"""

CASTS = rows("""
cast(torch.matmul, x, x)
cast(torch.mm, x, b)
cast(lambda: x @ x)
cast(lambda: x @ x[0])
cast(lambda: x.mm(x))
cast(lambda: x.t() @ x.double())
cast(torch.mm, x.double(), x.double())
cast(torch.mm, x, x, enabled=False)
cast(lambda: torch.mm(x, x, out=torch.empty(2, 2)))
cast(lambda: x.clone().addmm_(x, x))
half(torch.mm, x, x)
half(torch.mm, b, x)
cast(torch.bmm, x[None], x[None])
cast(torch.addmm, x, x, x)
cast(torch.baddbmm, x[None], x[None], x[None])
cast(torch.addbmm, x, x[None], x[None])
cast(torch.mv, x, x[0])
cast(torch.addmv, x[0], x, x[0])
cast(torch.dot, x[0], x[0])
cast(torch.outer, x[0], x[0])
cast(torch.einsum, 'ij,jk', x, x)
cast(lambda: torch.tensordot(x, x, 1))
cast(torch.linalg.multi_dot, [x, x, x])
cast(torch.linalg.vecdot, x, x)
cast(torch.linalg.matrix_power, x, 3)
cast(torch.cov, x)
cast(torch.kron, x, x)
cast(F.linear, x, x, x[0])
cast(torch.nn.Linear(2, 3), x)
cast(F.bilinear, x, x, x[None], x[0, :1])
cast(F.conv1d, x[None], x[None])
cast(F.conv2d, v, v)
cast(F.conv3d, vol, vol)
cast(F.conv_transpose2d, v, v)
cast(F.prelu, x, x[0, :1])
cast(F.scaled_dot_product_attention, x[None], x[None], x[None])
cast(torch.nn.MultiheadAttention(2, 1), x, x, x)
cast(torch.nn.TransformerEncoderLayer(2, 1), x[None])
cast(torch.nn.GRUCell(2, 2), x)
cast(torch.nn.RNN(2, 2), x)
cast(lambda: torch.nn.GRU(2, 2)(x[None])[0])
cast(lambda: [torch.nn.LSTM(2, 2)(x[None])[0], *torch.nn.LSTM(2, 2, bias=False)(x[None])[1]])
cast(lambda: torch.nn.LSTM(2, 2)(torch.nn.utils.rnn.pack_sequence([x, x[:1]]))[0].data)
cast(lambda: torch.nn.LSTM(2, 2, 2, bidirectional=True)(x[None])[0])
cast(lambda: torch.nn.LSTM(2, 2).double()(x[None].double())[0])
cast(lambda: torch.nn.LSTM(2, 2).bfloat16()(b[None])[0])
cast(F.linear_cross_entropy, x, x, i)
cast(torch.relu, b)
cast(lambda: b + x)
cast(lambda: b * 2)
cast(lambda: b.sum())
cast(torch.softmax, b, -1)
cast(torch.log_softmax, b, -1)
cast(F.layer_norm, b, (2,))
cast(F.embedding, i, x)
cast(torch.exp, b)
cast(F.mse_loss, b, b)
cast(F.l1_loss, b, b)
cast(F.smooth_l1_loss, b, b)
cast(F.cross_entropy, b, i)
cast(F.nll_loss, b, i)
cast(F.binary_cross_entropy, b / 2, b / 2)
cast(F.binary_cross_entropy_with_logits, b, b)
cast(F.kl_div, b, b)
cast(F.gaussian_nll_loss, b, b, b)
cast(F.grid_sample, v.bfloat16(), torch.ones(1, 1, 1, 2).bfloat16())
cast(F.pad, v.bfloat16(), (1, 1), 'reflect')
cast(F.pad, v.bfloat16(), (1, 1), 'replicate')
cast(F.pad, v.bfloat16(), (1, 1))
cast(torch.cdist, b, b)
cast(torch.prod, b)
cast(torch.trace, b)
cast(torch.fft.fft, b)
cast(torch.linalg.inv, b)
cast(torch.linalg.svdvals, b)
cast(torch.linalg.cholesky_ex, torch.eye(2).bfloat16())
cast(torch.quantile, b, 0.5)
cast(torch.cat, [x, b])
cast(torch.cat, [b, b])
cast(torch.cat, [x.half(), x.half()])
cast(torch.stack, [x, b])
cast(torch.cat, [i, i])
cast(lambda: x.index_copy(0, i, b))
cast(lambda: torch.ones(2))
cast(lambda: torch.is_autocast_enabled('cpu'))
cast(lambda: torch.get_autocast_dtype('cpu'), dtype=torch.float16)
cast(torch.no_grad()(lambda: x @ x))
torch.is_autocast_enabled('cpu')
torch.autocast('cpu')(lambda a: a @ a)(x)
torch.autocast('cpu', dtype=torch.float16)(lambda a: a @ a)(x)
torch.autocast('cpu')(3)
torch.autocast('cpu', torch.float32)._enabled
torch.autocast('cuda')._enabled
torch.autocast(3)
torch.autocast('xyz')
torch.autocast('meta')
torch.amp.is_autocast_available('cpu')
torch.amp.is_autocast_available('meta')
torch.get_autocast_dtype('cuda')
torch.is_autocast_cache_enabled()
torch.amp.custom_fwd(lambda x: x, device_type=3)
torch.amp.custom_bwd(lambda x: x, device_type=3)
""")


@pytest.mark.parametrize("expression", CASTS)
def test_casts(expression):
    check(expression, SETUP)


def both(question, tolerance=1e-6):
    answers = []
    for module in (rushlight, torch):
        module.manual_seed(0)
        answers.append(question(module))
    agree(*answers, tolerance)


def test_autocasts_nest():
    def question(torch):
        x, found = torch.ones(2, 2), []
        with torch.autocast("cpu"):
            found.append((x @ x).dtype)
            with torch.autocast("cpu", enabled=False):
                found.append((x @ x).dtype)
                with torch.autocast("cpu", dtype=torch.float16):
                    found.append((x @ x).dtype)
                found.append((x @ x).dtype)
            found.append((x @ x).dtype)
        found.append((x @ x).dtype)
        return found

    both(question)


def test_an_error_leaves_nothing_in_force():
    x = rushlight.ones(2, 2)
    with pytest.raises(ZeroDivisionError), rushlight.autocast("cpu"):
        1 / 0
    assert (x @ x).dtype is rushlight.float32
    assert not rushlight.is_autocast_enabled("cpu")


def test_another_thread_computes_as_usual():
    found = []
    with rushlight.autocast("cpu"):
        x = rushlight.ones(2, 2)
        thread = threading.Thread(target=lambda: found.append((x @ x).dtype))
        thread.start()
        thread.join()
    assert found == [rushlight.float32]


def test_gradients_are_in_the_dtype_of_the_parameters():
    def question(torch):
        net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.GELU(), torch.nn.Linear(8, 3))
        x = torch.randn(6, 4)
        with torch.autocast("cpu"):
            out = net(x)
            loss = torch.nn.functional.cross_entropy(out, torch.arange(6) % 3)
        loss.backward()
        names = [out.grad_fn.name(), out.grad_fn.next_functions[0][0].name()]
        return [out.dtype, loss, names, *[p.grad for p in net.parameters()]]

    both(question, 2e-2)


def test_training_steps():
    def question(torch):
        net = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten())
        net.append(torch.nn.Linear(64, 2))
        optimizer = torch.optim.SGD(net.parameters(), 0.05, momentum=0.9)
        losses = []
        for _ in range(8):
            x = torch.rand(8, 1, 6, 6)
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16):
                loss = ((net(x) - x.mean()) ** 2).mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach().float())
        return losses

    both(question, 3e-2)


def test_parameters_are_cast_once():
    w = rushlight.ones(2, 2, requires_grad=True)
    seen = []
    with rushlight.autocast("cpu"):
        for _ in range(2):
            y = w @ w
            seen.append(y.grad_fn.next_functions[0][0])
    assert seen[0] is seen[1]
    with rushlight.autocast("cpu", cache_enabled=False):
        fresh = [(w @ w).grad_fn.next_functions[0][0] for _ in range(2)]
    assert fresh[0] is not fresh[1]


def test_what_was_cast_is_let_go_at_the_end():
    w = rushlight.ones(2, 2, requires_grad=True)
    before = sys.getrefcount(w)
    with rushlight.autocast("cpu"):
        w @ w
        with rushlight.autocast("cpu"):
            pass
        assert sys.getrefcount(w) > before
    assert sys.getrefcount(w) == before


def test_switching_without_a_context():
    def question(torch):
        x = torch.ones(2, 2)
        torch.set_autocast_enabled("cpu", True)
        torch.set_autocast_dtype("cpu", torch.float16)
        try:
            found = [(x @ x).dtype, torch.is_autocast_enabled("cpu")]
        finally:
            torch.set_autocast_enabled("cpu", False)
            torch.set_autocast_dtype("cpu", torch.bfloat16)
            torch.clear_autocast_cache()
        return [*found, (x @ x).dtype]

    both(question)


@pytest.mark.parametrize("cast_inputs", [None, "float16", "float32"])
def test_custom_functions(cast_inputs):
    def question(torch):
        seen = []
        to = cast_inputs and getattr(torch, cast_inputs)

        class Mine(torch.autograd.Function):
            @staticmethod
            @torch.amp.custom_fwd(device_type="cpu", cast_inputs=to)
            def forward(ctx, a, many):
                ctx.save_for_backward(a)
                seen.append((a.dtype, many["b"].dtype, (a @ a).dtype))
                return a @ a

            @staticmethod
            @torch.amp.custom_bwd(device_type="cpu")
            def backward(ctx, g):
                (a,) = ctx.saved_tensors
                seen.append((g.dtype, a.dtype, (a @ a).dtype))
                return g.to(a.dtype), None

        x = torch.ones(2, 2, requires_grad=True)
        with torch.autocast("cpu"):
            y = Mine.apply(x, {"b": torch.ones(2)})
        y.sum().backward()
        Mine.apply(x, {"b": torch.ones(2)}).sum().backward()
        return [y.dtype, seen]

    both(question)


def test_modes_of_the_program_see_what_it_calls():
    def question(torch):
        seen = []

        class Mode(torch.overrides.TorchFunctionMode):
            def __torch_function__(self, func, types, args=(), kwargs=None):
                seen.append([a.dtype for a in args])
                return func(*args, **(kwargs or {}))

        x = torch.ones(2, 2)
        with Mode(), torch.autocast("cpu"):
            y = torch.mm(x, x)
        with torch.autocast("cpu"), Mode():
            z = torch.mm(x, x)
        return [[s for s in seen if s], y.dtype, z.dtype]

    both(question)


def test_transforms_see_autocast():
    def question(torch):
        x = torch.ones(3, 2)
        with torch.autocast("cpu"):
            out = torch.func.vmap(lambda row: torch.nn.functional.linear(row, torch.ones(4, 2)))(x)
        return out.dtype, tuple(out.shape)

    both(question)


def test_old_names():
    for module in (rushlight, torch):
        with pytest.warns(FutureWarning, match=r"`torch.cpu.amp.autocast\(args...\)` is depre"):
            context = module.cpu.amp.autocast()
        with context:
            assert (module.ones(2, 2) @ module.ones(2, 2)).dtype == module.bfloat16
        with pytest.warns(FutureWarning), pytest.warns(UserWarning, match="CUDA is not available"):
            assert not module.cuda.amp.autocast()._enabled
        with pytest.warns(DeprecationWarning, match="is_autocast_cpu_enabled"):
            assert module.is_autocast_cpu_enabled() is False
        with pytest.warns(DeprecationWarning, match="get_autocast_gpu_dtype"):
            assert module.get_autocast_gpu_dtype() == module.float16


def test_without_the_package_for_bfloat16_the_error_says_so(monkeypatch):
    import subprocess

    code = (
        "import sys; sys.modules['ml_dtypes'] = None\n"
        "import rushlight as torch\n"
        "x = torch.ones(1, 1)\n"
        "with torch.autocast('cpu', torch.float16): print((x @ x).dtype)\n"
        "try: torch.autocast('cpu')\n"
        "except ImportError as e: print(e)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("torch.float16\ntorch.bfloat16 needs the package ml_dtypes")
