"""torch.stft and torch.istft against PyTorch."""

import pytest

import rushlight
from tests.ops.checker import Row, checks_of
from tests.tensor.expressions import check, rows

torch = pytest.importorskip("torch")

ROUNDED = {"special": False, "tolerance": 8, "reason": "sums in another order"}
pytestmark = [  # what they warn of is meant here; the warnings themselves are compared below
    pytest.mark.filterwarnings("ignore:A window was not provided"),
    pytest.mark.filterwarnings("ignore:stft with return_complex=False is deprecated"),
]
SIGNALS = [[(20,)], [(2, 20)], [(1, 9)]]


def forward(name, dtypes="float32 float64 int64", n_fft=8, **options):
    """A row of `stft`; 'ramp' stands for a window of that shape."""
    options.setdefault("return_complex", True)

    def call(torch, x):
        given = dict(options)
        if given.get("window") == "ramp":
            n = given.get("win_length") or n_fft
            given["window"] = torch.arange(1.0, n + 1, dtype=torch.float64)
        return torch.stft(x, n_fft, **given)

    complexes = "complex128 " if "complex" in dtypes else ""
    return Row(
        f"stft {name}", call, shapes=SIGNALS, dtypes=dtypes, derivatives=complexes + "float64",
        **ROUNDED,
    )  # fmt: skip


def inverse(name, n_fft=8, frequencies=5, **options):
    """A row of `istft`."""

    def call(torch, x):
        dtype = torch.float64 if x.dtype == torch.complex128 else torch.float32
        window = torch.arange(1.0, options.get("win_length", n_fft) + 1, dtype=dtype)
        return torch.istft(x, n_fft, window=window, **options)

    shapes = [[(frequencies, 4)], [(2, frequencies, 3)], [(1, frequencies, 1)]]
    return Row(
        f"istft {name}", call, shapes=shapes, dtypes="complex64 complex128 float32",
        derivatives="complex128", **ROUNDED,
    )  # fmt: skip


ROWS = [
    forward("as it is", window="ramp"),
    forward("without window"),
    forward("in pairs", return_complex=False, window="ramp"),
    forward("short window", win_length=5, window="ramp", hop_length=3),
    forward("short ones", win_length=5, center=False),
    forward("aligned", win_length=4, window="ramp", center=False, align_to_window=True),
    forward("two-sided", "float64 complex64", window="ramp", onesided=False, normalized=True),
    forward("filled with zeros", n_fft=7, pad_mode="constant", window="ramp"),
    inverse("as it is"),
    inverse("odd", 7, 4, hop_length=2),
    inverse("short window", win_length=6, hop_length=3, normalized=True),
    inverse("from the first place", center=False, length=8),
    inverse("two-sided", 8, 8),
    inverse("complex", 8, 8, return_complex=True),
]

test_values, test_derivatives, test_transforms = checks_of(ROWS)

SETUP = """
x = torch.arange(30, dtype=torch.float64).sin().view(2, 15)
z = x + 0j
w = torch.arange(1., 9., dtype=torch.float64)
S = torch.stft(x, 8, window=w, return_complex=True)
"""

SAID = rows("""
torch.stft(x, 8)
torch.stft(x, 8, return_complex=False).shape
torch.stft(x, 8, return_complex=True).shape
torch.stft(x, 100, return_complex=True)
torch.stft(x, 8, hop_length=0, return_complex=True)
torch.stft(x, 8, win_length=9, return_complex=True)
torch.stft(x, 0, return_complex=True)
torch.stft(x, 8, window=w[:4], return_complex=True)
torch.stft(x, 8, window=w[None], return_complex=True)
torch.stft(x, 8, window=w + 0j, onesided=True)
torch.stft(x.long(), 8, return_complex=True)
torch.stft(x[None], 8, return_complex=True)
torch.stft(x[:, :3], 8, center=False, return_complex=True)
torch.stft(z, 8, onesided=True)
torch.stft(x, 8, align_to_window=True, return_complex=True)
torch.stft(x.half(), 8, window=w.half(), return_complex=True)
torch.istft(S, 8).shape
torch.istft(x, 8)
torch.istft(S, 8, window=w[:3])
torch.istft(S, 8, window=3)
torch.istft(S, 8, window=w, onesided=False)
torch.istft(S, 8, window=w, length=30).shape
torch.istft(S, 8, window=w + 0j)
torch.istft(S, 8, window=w, return_complex=True)
torch.istft(S, 8, window=w, length=0)
torch.istft(S, 8, window=torch.zeros(8))
torch.istft(S, 8, hop_length=9, win_length=8)
torch.istft(S, 8, win_length=9)
torch.istft(S[..., :0], 8)
torch.istft(S[0, 0], 8)
torch.istft(S[None], 8)
torch.istft([1], 8)
torch.istft(S, 'a')
S.istft(8, window=w).shape
""")


@pytest.mark.parametrize("expression", SAID)
def test_errors_and_warnings(expression):
    if "half" in expression:
        with pytest.raises(RuntimeError, match="MKL FFT doesn't support tensors of type: Half"):
            rushlight.ones(9).half().stft(8, window=rushlight.ones(8).half(), return_complex=True)
    else:
        check(expression, SETUP)


def nodes(t):
    """The names of the nodes from a result back to where it comes from."""
    names, node = [], t.grad_fn
    while node is not None:
        names.append(node.name())
        node = next((n for n, _ in node.next_functions if n is not None), None)
    return names


@pytest.mark.parametrize("signal", [(2, 20), (20,)])
def test_the_graph_is_pytorchs(signal):
    found = []
    for lib in (torch, rushlight):
        x = lib.ones(signal, requires_grad=True)
        window = lib.ones(8)
        spectra = lib.stft(x, 8, window=window, return_complex=True)
        found.append((nodes(spectra), nodes(lib.istft(spectra, 8, window=window))))
    assert found[1] == found[0]
