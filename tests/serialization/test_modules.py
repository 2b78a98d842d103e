"""Modules and their state dicts saved by one library and loaded by the other."""

import importlib
import io
import random

import pytest

import rushlight
from rushlight.serialization import names

torch = pytest.importorskip("torch")
LIBRARIES = [torch, rushlight]


def saved(obj, library, **options):
    buffer = io.BytesIO()
    library.save(obj, buffer, **options)
    return buffer.getvalue()


def loaded(data, library, **options):
    return library.load(io.BytesIO(data), **options)


def classes(module):
    """Names of the classes that both libraries have in a module."""
    theirs, ours = [importlib.import_module(f"{lib.__name__}{module}") for lib in LIBRARIES]
    for name in dir(theirs):
        cls, own = getattr(theirs, name), getattr(ours, name, None)
        if (
            isinstance(cls, type)
            and isinstance(own, type)
            and own.__module__.startswith("rushlight")
        ):
            yield cls, own


@pytest.mark.parametrize("module", [".nn", ".optim", ".optim.lr_scheduler", ".optim.swa_utils"])
def test_classes_have_the_names_that_pytorch_gives_them(module):
    pairs = [p for p in classes(module) if p[0].__module__.startswith("torch")]
    assert len(pairs) > 2
    for theirs, ours in pairs:
        assert names.name_of(ours) == (theirs.__module__, theirs.__qualname__)
        assert names.find(theirs.__module__, theirs.__qualname__) is ours


# -- models drawn at random ------------------------------------------------------------------------


def image_model(nn, draw):
    """Layers on images, and what fits behind them."""
    width = draw.choice([2, 4])
    layers = [nn.Conv2d(3, width, draw.choice([1, 3]), padding=draw.randrange(2))]
    for _ in range(draw.randrange(1, 4)):
        make = [
            lambda: nn.BatchNorm2d(width),
            lambda: nn.GroupNorm(2, width),
            lambda: nn.ReLU(inplace=True),
            lambda: nn.PReLU(width),
            lambda: nn.MaxPool2d(2),
            lambda: nn.Dropout2d(0.2),
            lambda: nn.Upsample(scale_factor=2),
            lambda: nn.InstanceNorm2d(width, affine=True, track_running_stats=True),
            lambda: nn.ConvTranspose2d(width, width, 2, bias=False),
        ]
        layers.append(draw.choice(make)())
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 2)]
    return nn.Sequential(*layers), (2, 3, 8, 8)


def dense_model(nn, draw):
    """Layers on vectors."""
    layers = [nn.Linear(5, 4, bias=draw.random() < 0.7)]
    for _ in range(draw.randrange(1, 5)):
        make = [
            lambda: nn.BatchNorm1d(4),
            lambda: nn.LayerNorm(4),
            lambda: nn.RMSNorm(4),
            lambda: nn.GELU(approximate="tanh"),
            lambda: nn.LeakyReLU(0.2),
            lambda: nn.Softmax(dim=-1),
            lambda: nn.Dropout(0.5),
            lambda: nn.Sequential(nn.Linear(4, 4), nn.Tanh()),
            lambda: nn.Linear(4, 4),
        ]
        layers.append(draw.choice(make)())
    return nn.Sequential(*layers), (3, 5)


def sequence_model(nn, draw):
    """Recurrent and attention layers."""
    make = [
        lambda: nn.LSTM(6, 4, draw.randrange(1, 3), bidirectional=True, batch_first=True),
        lambda: nn.LSTM(6, 4, proj_size=2),
        lambda: nn.GRU(6, 4, bias=False),
        lambda: nn.RNN(6, 4, nonlinearity="relu"),
        lambda: nn.TransformerEncoderLayer(6, 2, 8, batch_first=True, dropout=0.0),
        lambda: nn.TransformerEncoderLayer(6, 3, 8, activation="gelu", norm_first=True),
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(6, 2, 8, batch_first=True), 2),
    ]
    return draw.choice(make)(), (2, 3, 6)


def model(library, seed):
    """A model and an input for it, the same with either library."""
    draw = random.Random(seed)
    library.manual_seed(seed)
    kind = [image_model, dense_model, sequence_model][seed % 3]
    made, shape = kind(library.nn, draw)
    return made.eval(), library.rand(*shape)


def first(output):
    return output[0] if isinstance(output, tuple) else output


@pytest.mark.filterwarnings("ignore:LSTM with projections")  # PyTorch's, of its own libraries
@pytest.mark.parametrize("writer", LIBRARIES)
@pytest.mark.parametrize("seed", range(50))
def test_generated_models_cross(seed, writer):
    made, x = model(writer, seed)
    wanted = first(made(x)).detach().tolist()
    reader = rushlight if writer is torch else torch
    same, _ = model(reader, seed)
    reader.nn.utils.vector_to_parameters(
        reader.zeros(sum(p.numel() for p in same.parameters())), same.parameters()
    )
    same.load_state_dict(loaded(saved(made.state_dict(), writer), reader))
    whole = loaded(saved(made, writer), reader, weights_only=False)
    for again in (same, whole):
        assert str(again) == str(made)
        assert again.state_dict()._metadata == made.state_dict()._metadata
        got = first(again(reader.tensor(x.tolist()))).detach().tolist()
        assert close(got, wanted)


def close(got, wanted):
    return torch.allclose(torch.tensor(got), torch.tensor(wanted), rtol=1e-4, atol=1e-5)


MODULES = [
    "nn.Bilinear(2, 3, 4)",
    "nn.Embedding(4, 3, padding_idx=1)",
    "nn.EmbeddingBag(4, 3)",
    "nn.MultiheadAttention(4, 2, kdim=3, vdim=3)",
    "nn.Transformer(4, 2, 1, 1, 8, batch_first=True)",
    "nn.GRUCell(2, 3)",
    "nn.LSTMCell(2, 3)",
    "nn.ModuleDict({'a': nn.Identity(), 'b': nn.ModuleList([nn.ELU()])})",
    "nn.ParameterList([nn.Parameter(torch.ones(2))])",
    "nn.ParameterDict({'x': nn.Parameter(torch.ones(2))})",
    "nn.CrossEntropyLoss(torch.ones(3), label_smoothing=0.1)",
    "nn.BCEWithLogitsLoss(pos_weight=torch.ones(2))",
    "nn.AdaptiveLogSoftmaxWithLoss(16, 9, [3, 5])",
    "nn.LazyLinear(3)",
    "nn.LazyConv2d(3, 2)",
    "nn.Fold((4, 4), 2)",
    "nn.ZeroPad2d(1)",
    "nn.PixelShuffle(2)",
    "nn.FractionalMaxPool2d(2, output_size=3)",
    "nn.TripletMarginLoss()",
    "nn.CosineSimilarity()",
    "nn.LocalResponseNorm(2)",
]


@pytest.mark.parametrize("text", MODULES)
def test_attributes_are_those_that_pytorch_expects(text):
    theirs, ours = [eval(text, {"nn": lib.nn, "torch": lib}) for lib in LIBRARIES]
    for new in (True, False):
        data = saved(ours, rushlight, _use_new_zipfile_serialization=new)
        there = loaded(data, torch, weights_only=False)
        assert type(there) is type(theirs)
        assert set(vars(there)) >= set(vars(theirs))
        data = saved(theirs, torch, _use_new_zipfile_serialization=new)
        here = loaded(data, rushlight, weights_only=False)
        assert type(here) is type(ours)
        assert str(here) == str(theirs) == str(there)


class Net(rushlight.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = rushlight.nn.Linear(2, 1)
        self.register_buffer("steps", rushlight.tensor(3))

    def forward(self, x):
        return self.layer(x) * self.steps


def test_modules_of_a_program():
    net = Net()
    again = loaded(saved(net, rushlight), rushlight, weights_only=False)
    x = rushlight.ones(1, 2)
    assert again(x).tolist() == net(x).tolist()
    listed = rushlight.serialization.get_unsafe_globals_in_checkpoint
    found = listed(io.BytesIO(saved(net, rushlight)))
    assert {f"{__name__}.Net", "torch.nn.modules.linear.Linear"} <= set(found)


def test_layers_can_be_allowed():
    layer = rushlight.nn.Linear(2, 1)
    data = saved(layer, rushlight)
    unsafe = rushlight.serialization.get_unsafe_globals_in_checkpoint(io.BytesIO(data))
    for library in LIBRARIES:
        with library.serialization.safe_globals([library.nn.Linear]):
            again = loaded(data, library)
        assert again.weight.tolist() == layer.weight.tolist()
    assert unsafe == ["torch.nn.modules.linear.Linear"]


def test_tied_parameters_stay_tied():
    for writer in LIBRARIES:
        a, b = writer.nn.Linear(2, 2), writer.nn.Linear(2, 2)
        b.weight = a.weight
        data = saved(writer.nn.ModuleList([a, b]), writer)
        for reader in LIBRARIES:
            a, b = loaded(data, reader, weights_only=False)
            assert a.weight is b.weight
