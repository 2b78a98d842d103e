"""What other parts of PyTorch answer, or how they refuse: compile, jit, fx, hub, cuda, settings."""

import subprocess
import sys
import warnings

import pytest

import rushlight
from rushlight.kernels import once
from tests.tensor.expressions import check, rows

SAME = rows("""
torch.cuda.is_available()
torch.cuda.device_count()
torch.cuda.is_initialized()
torch.cuda.current_device()
torch.cuda.get_device_name(0)
torch.cuda.synchronize()
torch.cuda.empty_cache()
torch.cuda.manual_seed_all(0)
torch.cuda.memory_allocated()
torch.cuda.memory_stats()
torch.cuda.is_bf16_supported()
torch.cuda.get_rng_state_all()
torch.cuda.set_device('cuda')
torch.cuda.Stream()
torch.cuda.device(0).__enter__()
torch.cuda.get_arch_list()
torch.mps.is_available()
torch.accelerator.is_available()
torch.accelerator.current_accelerator()
torch.backends.cudnn.is_available()
torch.backends.cudnn.benchmark
torch.backends.cudnn.deterministic
torch.backends.cudnn.version()
torch.backends.cuda.matmul.allow_tf32
torch.backends.cuda.flash_sdp_enabled()
torch.backends.cuda.is_built()
torch.backends.mps.is_available()
torch.backends.mps.is_built()
torch.backends.mha.get_fastpath_enabled()
torch.version.cuda
torch.version.hip
torch.cpu.is_available()
torch.cpu.device_count()
torch.cpu.current_device()
torch.compile(lambda x: x, mode='default', options={})
torch.compiler.is_compiling()
torch.compiler.disable(lambda x: x)(3)
torch.jit.is_scripting()
torch.jit.is_tracing()
torch.jit.ignore(lambda x: x)(3)
torch.jit.unused(lambda x: x)(3)
torch.jit.annotate(int, 3)
torch.fx.wrap('len')
torch.typename(torch.ones(1))
torch.typename(3)
torch.typename(torch.nn.Linear(1, 1))
torch.get_default_device()
torch.are_deterministic_algorithms_enabled()
torch.use_deterministic_algorithms(False)
torch.get_deterministic_debug_mode()
torch.set_deterministic_debug_mode('x')
torch.set_deterministic_debug_mode(7)
torch.set_deterministic_debug_mode([])
torch.get_float32_matmul_precision()
torch.set_float32_matmul_precision('x')
torch.types.Number
torch.storage.UntypedStorage.__name__
torch.functional.einsum('i,i', torch.ones(2), torch.ones(2))
torch.nn.DataParallel(torch.nn.Linear(2, 3))
torch.nn.DataParallel(torch.nn.Identity())(torch.ones(2))
torch.nn.attention.SDPBackend.MATH.name
""")


@pytest.mark.parametrize("expression", SAME)
def test_answers(expression):
    check(expression)


def test_settings_are_kept():
    torch = rushlight
    for module in (torch.backends.cudnn, torch.backends.mkldnn):
        with module.flags(enabled=False):
            assert module.enabled is False
        assert module.enabled is True
    torch.backends.cudnn.benchmark = True
    import rushlight.backends.cudnn as cudnn

    assert cudnn.benchmark is True
    cudnn.benchmark = False
    torch.backends.cuda.enable_flash_sdp(False)
    assert not torch.backends.cuda.flash_sdp_enabled()
    torch.backends.cuda.enable_flash_sdp(True)
    torch.set_float32_matmul_precision("high")
    assert torch.get_float32_matmul_precision() == "high"
    torch.set_float32_matmul_precision("highest")
    torch.use_deterministic_algorithms(True, warn_only=True)
    assert torch.get_deterministic_debug_mode() == 1
    torch.use_deterministic_algorithms(False)


def test_compile_gives_back_what_it_is_given_and_says_so_once():
    once.forget()
    net = rushlight.nn.Linear(2, 2)
    with pytest.warns(UserWarning, match="has no compiler"):
        assert rushlight.compile(net, fullgraph=True, mode="max-autotune") is net
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net.compile()

        @rushlight.compile(dynamic=True, options={"a": 1})
        def double(x):
            return 2 * x

    assert double(3) == 6
    once.forget()
    with pytest.warns(UserWarning, match="has no compiler"):
        net.compile()


@pytest.mark.parametrize(
    ("module", "name", "cure"),
    [
        ("jit", "script", "call the function or Module itself"),
        ("jit", "trace", "call the function or Module itself"),
        ("fx", "symbolic_trace", "use hooks"),
        ("fx", "Tracer", "use hooks"),
        ("compiler", "load_compiled_function", "no compiler"),
        ("mps", "synchronize", "no such device"),
        ("accelerator", "synchronize", "no such device"),
    ],
)
def test_what_is_not_there_says_what_to_do(module, name, cure):
    found = getattr(getattr(rushlight, module), name)
    with pytest.raises(NotImplementedError, match=rf"^torch.{module}.{name} is not .*{cure}"):
        found(lambda x: x)


def test_nothing_is_downloaded(tmp_path):
    hub = rushlight.hub
    before = hub.get_dir()
    hub.set_dir(tmp_path)
    try:
        with pytest.raises(RuntimeError, match="rushlight downloads nothing"):
            hub.load_state_dict_from_url("https://a/b.pt")
        with pytest.raises(RuntimeError, match="rushlight downloads nothing"):
            hub.load("pytorch/vision", "resnet18")
        with pytest.raises(ValueError, match='Unknown source: "x"'):
            hub.load("pytorch/vision", "resnet18", source="x")
        (tmp_path / "checkpoints").mkdir()
        rushlight.save({"w": rushlight.ones(2)}, tmp_path / "checkpoints" / "b.pt")
        assert hub.load_state_dict_from_url("https://a/b.pt")["w"].sum() == 2
        assert rushlight.utils.model_zoo.load_url("https://a/b.pt")["w"].sum() == 2
    finally:
        hub.set_dir(before)


def test_models_of_a_folder_are_loaded(tmp_path):
    (tmp_path / "hubconf.py").write_text('def net(n):\n    """A net."""\n    return n + 1\n')
    hub = rushlight.hub
    assert hub.load(tmp_path, "net", 2, source="local") == 3
    assert hub.list(tmp_path, source="local") == ["net"]
    assert hub.help(tmp_path, "net", source="local") == "A net."
    with pytest.raises(RuntimeError, match="Cannot find callable other in hubconf"):
        hub.load(tmp_path, "other", source="local")


def test_programs_import_them_under_torchs_names():
    code = (
        "import rushlight; rushlight.as_torch()\n"
        "import torch.backends.cudnn as cudnn, torch.nn.parallel, torch.fx, torch.jit, torch.hub\n"
        "from torch.distributions.normal import Normal\n"
        "from torch.cuda.amp import GradScaler\n"
        "from torch.types import Device, Number\n"
        "from torch.testing import assert_close\n"
        "import torch.utils.model_zoo\n"
        "print(cudnn.enabled, Normal(0., 1.).mean.item())\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "True 0.0\n"
