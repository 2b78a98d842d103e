"""Layers made with the same seed have PyTorch's parameters, text, outputs and gradients."""

import pytest

from tests.nn.twins import agree

ROWS = """
Linear(3, 2) | f(4, 3)
Linear(3, 2, bias=False, dtype=torch.float64) | f(4, 3).double()
Linear(0, 2) | f(4, 0)
Bilinear(2, 3, 4) | f(5, 2), f(5, 3)
Bilinear(0, 3, 4) |
Identity(1, a=2) | f(2)
Flatten() | f(2, 3, 4)
Flatten(0, 1) | f(2, 3, 4)
Unflatten(1, (2, 3)) | f(4, 6)
Unflatten(1, [2, -1]) | f(4, 6)
Unflatten(1, 3) |
Unflatten(1, (2, 'a')) |
Embedding(5, 3) | i(2, 4)
Embedding(5, 3, padding_idx=-2, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True) | i(2, 4)
Embedding(5, 3, padding_idx=5) |
Embedding(5, 3, _weight=torch.ones(2, 3)) |
Embedding.from_pretrained(torch.eye(5), padding_idx=1) | i(2, 4)
Embedding.from_pretrained(torch.ones(5)) |
EmbeddingBag(5, 3, mode='sum', padding_idx=1) | i(2, 4)
EmbeddingBag(5, 3, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True, mode='max') | i(2, 4)
EmbeddingBag(5, 3) | i(7), torch.tensor([0, 2])
EmbeddingBag.from_pretrained(torch.eye(5), freeze=False) | i(2, 4)
Dropout(0.4) | f(3, 4)
Dropout(0.4, inplace=True) | f(3, 4)
Dropout(1.5) |
Dropout1d() | f(2, 3, 4)
Dropout2d() | f(2, 3, 4, 4)
Dropout3d() | f(2, 3, 2, 2, 2)
AlphaDropout() | f(3, 4)
FeatureAlphaDropout() | f(2, 3, 4)
Threshold(0.1, 20) | f(3, 4)
ReLU(inplace=True) | f(3, 4) * 1
RReLU(0.1, 0.3) | f(3, 4)
Hardtanh(-0.5, 0.5) | f(3, 4)
Hardtanh(min_value=-0.5) | f(3, 4)
Hardtanh(1, 0) |
ReLU6() | f(3, 4)
ReLU6(True) | f(3, 4) * 1
Sigmoid() | f(3, 4)
Hardsigmoid() | f(3, 4)
Tanh() | f(3, 4)
SiLU() | f(3, 4)
Mish() | f(3, 4)
Hardswish() | f(3, 4)
ELU(0.5) | f(3, 4)
CELU(0.5) | f(3, 4)
SELU() | f(3, 4)
GLU() | f(3, 4)
GELU() | f(3, 4)
GELU(approximate='tanh') | f(3, 4)
Hardshrink() | f(3, 4)
LeakyReLU(0.2, True) | f(3, 4) * 1
LogSigmoid() | f(3, 4)
Softplus(2, 10) | f(3, 4)
Softshrink(0.2) | f(3, 4)
PReLU(4, 0.1) | f(3, 4)
Softsign() | f(3, 4)
Tanhshrink() | f(3, 4)
Softmin(1) | f(3, 4)
Softmax(dim=0) | f(3, 4)
Softmax() | f(3, 4)
LogSoftmax(-1) | f(3, 4)
Softmax2d() | f(2, 3, 4, 4)
Softmax2d() | f(3, 4)
BatchNorm1d(3) | f(4, 3)
BatchNorm1d(3, momentum=None, affine=False) | f(4, 3, 2)
BatchNorm1d(3, track_running_stats=False) | f(4, 3)
BatchNorm1d(3, bias=False) | f(4, 3)
BatchNorm1d(3).eval() | f(4, 3)
BatchNorm1d(3) | f(4, 3, 2, 2)
BatchNorm1d(3) | f(1, 3)
BatchNorm2d(3) | f(2, 3, 2, 2)
BatchNorm2d(3) | f(2, 3)
BatchNorm3d(3) | f(2, 3, 2, 2, 2)
InstanceNorm1d(3) | f(2, 3, 4)
InstanceNorm1d(3, affine=True, track_running_stats=True) | f(2, 3, 4)
InstanceNorm1d(3) | f(3, 4)
InstanceNorm1d(5) | f(2, 3, 4)
InstanceNorm1d(5, affine=True) | f(2, 3, 4)
InstanceNorm1d(5) | f(4)
InstanceNorm2d(3) | f(2, 3, 4, 4)
InstanceNorm3d(3) | f(2, 3, 2, 2, 2)
LayerNorm(4) | f(3, 4)
LayerNorm((3, 4), bias=False) | f(2, 3, 4)
LayerNorm([4], elementwise_affine=False) | f(3, 4)
GroupNorm(2, 4) | f(3, 4, 5)
GroupNorm(3, 4) |
RMSNorm(4) | f(3, 4)
RMSNorm((3, 4), eps=1e-3, elementwise_affine=False) | f(2, 3, 4)
LocalResponseNorm(2, 1e-2) | f(2, 3, 4)
LazyLinear(2) | f(4, 3)
LazyBatchNorm1d() | f(4, 3)
LazyInstanceNorm1d(affine=True) | f(4, 3, 2)
CosineSimilarity(0) | f(3, 4), f(3, 4)
PairwiseDistance(1, keepdim=True) | f(3, 4), f(3, 4)
ConstantPad1d(2, 3.5) | f(2, 3)
ConstantPad2d((1, 0, 2, 1), 1) | f(2, 3, 3)
ConstantPad3d(1, 0) | f(2, 3, 3, 3)
ZeroPad1d(1) | f(2, 3)
ZeroPad2d((1, 2, 0, 1)) | f(2, 3, 3)
ZeroPad3d(1) | f(2, 2, 2, 2)
ReflectionPad1d(2) | f(2, 3)
ReflectionPad2d((1, 0, 1, 1)) | f(2, 3, 3)
ReflectionPad3d(1) | f(2, 2, 2, 2)
ReplicationPad1d((1, 2)) | f(2, 3)
ReplicationPad2d(1) | f(2, 3, 3)
ReplicationPad3d(1) | f(2, 2, 2, 2)
CircularPad1d((1, 2)) | f(2, 3)
CircularPad1d((1, 2)) | f(3)
CircularPad2d(1) | f(2, 3, 3)
CircularPad3d(1) | f(2, 2, 2, 2)
L1Loss(reduction='sum') | f(3, 4), f(3, 4)
L1Loss(reduce=False) | f(3, 4), f(3, 4)
MSELoss() | f(3, 4), f(3, 4)
SmoothL1Loss(beta=0.5) | f(3, 4), f(3, 4)
HuberLoss(delta=0.5) | f(3, 4), f(3, 4)
HuberLoss(delta='a') |
PoissonNLLLoss(full=True) | f(3, 4), f(3, 4).detach().abs()
GaussianNLLLoss(full=True) | f(3, 4), f(3, 4), f(3, 4).abs()
GaussianNLLLoss() | f(3, 4), f(3, 4), 0.5
KLDivLoss(reduction='batchmean', log_target=True) | f(3, 4), f(3, 4)
NLLLoss(weight=torch.arange(5.), ignore_index=1) | f(3, 5), i(3)
NLLLoss2d() | f(3, 5, 2, 2), i(3, 2, 2)
CrossEntropyLoss(label_smoothing=0.1) | f(3, 5), i(3)
CrossEntropyLoss(torch.arange(5.), reduction='none') | f(3, 5), i(3)
BCELoss() | f(3, 4).sigmoid(), f(3, 4).detach().sigmoid()
BCEWithLogitsLoss(pos_weight=torch.arange(4.)) | f(3, 4), f(3, 4).detach().sigmoid()
SoftMarginLoss() | f(3, 4), f(3, 4).detach().sign()
MultiLabelSoftMarginLoss() | f(3, 4), (f(3, 4).detach() > 0).float()
MultiLabelMarginLoss() | f(3, 4), torch.tensor([[0, 2, -1, 1]] * 3)
MultiMarginLoss(p=2, margin=0.5) | f(3, 5), i(3)
MultiMarginLoss(p=3) |
MultiMarginLoss(weight=torch.ones(2, 2)) |
HingeEmbeddingLoss() | f(3, 4), f(3, 4).detach().sign()
CosineEmbeddingLoss(0.2) | f(3, 4), f(3, 4), torch.tensor([1, -1, 1])
MarginRankingLoss(0.2) | f(3), f(3), torch.tensor([1, -1, 1])
TripletMarginLoss(swap=True) | f(3, 4), f(3, 4), f(3, 4)
TripletMarginLoss(margin=0) |
TripletMarginWithDistanceLoss() | f(3, 4), f(3, 4), f(3, 4)
CTCLoss() | f(6, 2, 5).log_softmax(2), torch.tensor([[1, 2], [3, 3]]), (6, 6), (2, 2)
AdaptiveLogSoftmaxWithLoss(8, 12, [4, 8]) | f(5, 8), i(5) * 2
AdaptiveLogSoftmaxWithLoss(8, 12, [4], head_bias=True) | f(8), torch.tensor(7)
AdaptiveLogSoftmaxWithLoss(8, 12, []) |
AdaptiveLogSoftmaxWithLoss(8, 12, [4, 4]) |
AdaptiveLogSoftmaxWithLoss(8, 12, [4]) | f(5, 8), i(5) * 4
AdaptiveLogSoftmaxWithLoss(8, 12, [4]) | f(5, 8), i(4)
AdaptiveLogSoftmaxWithLoss(8, 12, [4]) | f(5, 8), i(4, 2)
Conv1d(4, 6, 3, padding='same', groups=2) | f(2, 4, 5)
Conv1d(4, 6, 3, padding='some') |
Conv1d(4, 6, 3, groups=3) |
Conv1d(4, 6, 3, groups=0) |
Conv1d(4, 6, 3, stride=2, padding='same') |
Conv2d(3, 4, (3, 2), stride=2, padding=1, dilation=(1, 2), bias=False) | f(2, 3, 6, 6)
Conv2d(3, 4, 3, padding=1, padding_mode='circular') | f(2, 3, 5, 5)
Conv2d(3, 4, 4, padding='same', padding_mode='reflect') | f(2, 3, 5, 5)
Conv3d(2, 3, 2) | f(1, 2, 3, 3, 3)
ConvTranspose1d(4, 6, 3, stride=2, output_padding=1) | f(2, 4, 5)
ConvTranspose1d(4, 6, 3, padding_mode='reflect') |
ConvTranspose2d(3, 4, 3, stride=2, groups=1, dilation=2) | f(2, 3, 4, 4), [12, 12]
ConvTranspose2d(3, 4, 3, stride=2) | f(2, 3, 4, 4), (2, 4, 30, 30)
ConvTranspose2d(3, 4, 3, stride=2) | f(2, 3, 4, 4), [9]
LazyConv2d(4, 3) | f(2, 3, 5, 5)
LazyConv2d(4, 3) | f(5)
LazyConvTranspose1d(4, 3, bias=False) | f(2, 3, 5)
MaxPool1d(2) | f(2, 3, 6)
MaxPool2d(3, 2, 1, return_indices=True, ceil_mode=True) | f(2, 3, 6, 6)
MaxPool3d(2, dilation=2) | f(1, 2, 4, 4, 4)
MaxUnpool2d(2) | f(1, 1, 1, 2), torch.tensor([[[[0, 6]]]])
AvgPool1d(3, 2, 1) | f(2, 3, 6)
AvgPool2d((2, 3), divisor_override=5) | f(2, 3, 6, 6)
AvgPool3d(2, count_include_pad=False) | f(1, 2, 4, 4, 4)
LPPool1d(2, 3) | f(2, 3, 6)
LPPool2d(1.5, 2, ceil_mode=True) | f(2, 3, 5, 5)
AdaptiveAvgPool1d(2) | f(2, 3, 5)
AdaptiveAvgPool2d((None, 3)) | f(2, 3, 5, 5)
AdaptiveMaxPool2d(2, True) | f(2, 3, 5, 5)
FractionalMaxPool2d(2, output_ratio=0.5) | f(2, 3, 6, 6)
FractionalMaxPool2d(2) |
FractionalMaxPool2d(2, 3, 0.5) |
FractionalMaxPool2d(2, output_ratio=(0.5, 1.5)) |
FractionalMaxPool3d(0, 3) |
Fold((4, 5), (2, 2)) | f(2, 12, 12)
Unfold(3, padding=1, stride=2) | f(2, 3, 6, 5)
PixelShuffle(2) | f(2, 8, 3, 3)
PixelUnshuffle(2) | f(2, 2, 4, 6)
ChannelShuffle(2) | f(2, 4, 3, 3)
Upsample(scale_factor=(2, 3), mode='bilinear') | f(1, 2, 3, 3)
Upsample(size=7) | f(1, 2, 3)
UpsamplingNearest2d(scale_factor=2) | f(1, 2, 3, 3)
UpsamplingBilinear2d(size=(4, 5)) | f(1, 2, 3, 3)
""".strip().splitlines()


@pytest.mark.parametrize("row", ROWS)
def test_layer(row):
    made, _, given = (part.strip() for part in row.partition("|"))

    def program(t):
        def f(*shape):
            return t.randn(shape).requires_grad_()

        def i(*shape):
            return t.arange(12).repeat(9)[1 : 1 + t.Size(shape).numel()].view(shape) % 5

        names = {**vars(t.nn), **{n: getattr(t.nn, n) for n in t.nn.modules.__all__}}
        names |= {"torch": t, "f": f, "i": i}
        layer = eval(made, names)
        if not given:
            return layer
        inputs = eval(f"({given},)", names)
        out = layer(*inputs)
        first = out[0] if isinstance(out, tuple) else out
        if first.requires_grad:
            first.sum().backward()
        grads = [x.grad for x in inputs if isinstance(x, t.Tensor) and x.is_leaf]
        grads += [p.grad for p in layer.parameters()]
        return layer, layer.state_dict(), out, grads

    agree(program, rtol=1e-4, atol=1e-5)


def test_what_attributes_layers_have():
    """Programs read arguments back; `__constants__` names those that matter."""

    def program(t):
        layers = [
            t.nn.Linear(2, 3),
            t.nn.Conv2d(2, 4, 3, groups=2),
            t.nn.MaxPool2d(2),
            t.nn.AvgPool2d(3, 2),
            t.nn.LSTM(2, 3, 2),
            t.nn.GroupNorm(2, 4),
            t.nn.Embedding(3, 2),
            t.nn.Upsample(scale_factor=2),
            t.nn.CrossEntropyLoss(),
        ]
        return [{n: getattr(m, n) for n in sorted(m.__constants__)} for m in layers]

    agree(program)


def test_synchronised_batch_norm_is_refused():
    import rushlight

    with pytest.raises(NotImplementedError, match="process group"):
        rushlight.nn.SyncBatchNorm(3)


def test_module_paths():
    import rushlight as torch

    assert torch.nn.modules.conv._ConvNd is torch.nn.Conv2d.__mro__[2]
    assert torch.nn.modules.linear.Linear is torch.nn.Linear
    assert torch.nn.modules.batchnorm._BatchNorm in torch.nn.BatchNorm1d.__mro__
    assert torch.nn.modules.utils._pair(3) == (3, 3)
    assert torch.nn.modules.activation.MultiheadAttention is torch.nn.MultiheadAttention
    assert torch.nn.modules.rnn.LSTMCell is torch.nn.LSTMCell
    assert torch.nn.modules.dropout._DropoutNd in torch.nn.Dropout.__mro__
