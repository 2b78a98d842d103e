"""What nodes show of what they saved: PyTorch's names, and its values where a node keeps them."""

import pytest

import rushlight

pytorch = pytest.importorskip("torch")

PROGRAMS = """
x + y; torch.add(x, y, alpha=2); x - y; torch.sub(x, y, alpha=3); 1 - x; x * y; x * 2; x / y; x / 2
x**2; x**3.5; x**y; 2**x; -x; x.exp(); x.log(); x.sin(); x.cos(); x.tan(); x.tanh(); x.sigmoid()
x.sqrt(); x.rsqrt(); x.abs(); x.sign(); x.floor(); x.reciprocal(); x.erf(); x.log1p(); x.expm1()
x.log2(); x.log10(); x.sinh(); x.cosh(); x.asinh(); x.atan(); x.square(); torch.atan2(x, y)
torch.hypot(x, y); torch.maximum(x, y); torch.minimum(x, y); torch.fmod(x, y); torch.lerp(x, y, 0.5)
torch.lerp(x, y, z); torch.addcmul(x, y, z, value=2); torch.addcdiv(x, y, z); x.clamp(0, 1)
x.clamp(min=0); x.clamp(max=1); x.clamp(y, z); x.clamp_min(0); x.clamp_max(y); x.relu()
torch.where(x > 1, x, y); x.masked_fill(x > 1, 0); x.masked_fill(x > 1, y[0, 0]); x.double()
torch.xlogy(x, y); torch.logaddexp(x, y); x.digamma(); x.lgamma(); torch.copysign(x, y)
x.nan_to_num(); x.sum(); x.sum(0); x.sum((0, 1), True); x.mean(); x.mean(0); x.mean((0, 1))
x.prod(); x.prod(0); x.max(); x.min(); x.max(0)[0]; x.min(1, True)[0]; x.amax(0); x.amin((0, 1))
x.median(); x.median(0)[0]; x.mode(0)[0]; x.kthvalue(1, 0)[0]; x.sort()[0]
x.sort(stable=True, dim=0)[0]; x.topk(1, 0)[0]; x.cumsum(0); x.cumprod(0); x.cummax(0)[0]
x.logcumsumexp(0); x.logsumexp(0); x.std(); x.std(0); x.var((0, 1), correction=0); x.norm()
x.norm(3, 0); torch.linalg.vector_norm(x, 2, 0); x.nansum(0); torch.var_mean(x, 0)[0]
torch.std_mean(x, 0)[0]; torch.aminmax(x, dim=0)[0]; x.trace(); x @ y; x.mm(y); x[0] @ y[0]
x @ y[0]; torch.bmm(x[None], y[None]); torch.addmm(x, y, z, beta=2); torch.addmv(x[0], y, z[0])
torch.addr(x, y[0], z[0], alpha=3); torch.baddbmm(x, y[None], z[None])
torch.addbmm(x, y[None], z[None]); F.linear(x, y); F.linear(x, y, z[0]); torch.outer(x[0], y[0])
torch.einsum("ij,jk->ik", x, y); torch.kron(x, y); torch.cdist(x, y); torch.cross(c, c, 0)
x.view(4); x.reshape(4, 1); x.t(); x.transpose(0, 1); x.permute(1, 0); x.unsqueeze(0)
x[None].squeeze(); x[None].squeeze(0); x[None].squeeze((0, 1)); x[:1].expand(3, 2); x.repeat(2, 3)
x.flip(0, 1); x.roll(1, 0); x.diagonal(); x.diag(); x.tril(); x.triu(1); x.rot90(); x.movedim(0, 1)
x.flatten(); x.narrow(0, 0, 1); x.unfold(0, 1, 1); x.as_strided((2,), (1,), 1); x.clone()
x.detach() * x; x.T; x[0]; x[0:1]; x[i]; x[:, i]; x[i, i]; x[x > 2]; x[..., None]; x.select(1, 0)
x.index_select(0, i); x.gather(0, j); x.take(i); x.masked_select(x > 2); x.scatter(0, j, y)
x.scatter_add(0, j, y); x.index_add(0, i, y); x.index_copy(0, i, y); x.index_fill(0, i, 0)
x.index_put((i,), y); x.split(1)[0]; x.split([1, 1])[0]; x.chunk(2)[1]; x.unbind()[0]
torch.cat([x, y]); torch.stack([x, y], 1); x.select_scatter(y[0], 0, 0)
x.slice_scatter(y[:1], 0, 0, 1); torch.diagonal_scatter(x, y[0]); x.softmax(0); x.log_softmax(1)
F.gelu(x); F.gelu(x, approximate="tanh"); F.silu(x); F.elu(x); F.selu(x); F.leaky_relu(x)
F.softplus(x); F.hardtanh(x); F.hardswish(x); F.mish(x); F.logsigmoid(x); F.relu6(x)
F.prelu(x, y[0, :1]); F.glu(x); F.softshrink(x); F.hardshrink(x); F.threshold(x, 1, 0)
F.hardsigmoid(x); F.mse_loss(x, y); F.l1_loss(x, y); F.smooth_l1_loss(x, y); F.huber_loss(x, y)
F.binary_cross_entropy(x / 9, y / 9); F.binary_cross_entropy_with_logits(x, y); F.nll_loss(x, i)
F.pairwise_distance(x, y)
F.cross_entropy(x, i); F.kl_div(x, y, reduction="sum"); F.soft_margin_loss(x, y.detach())
F.multi_margin_loss(x, i); F.embedding(i, x); F.layer_norm(x, (2,), y[0], z[0]); F.group_norm(x, 1)
F.batch_norm(x, None, None, training=True); F.batch_norm(x, y[0].detach(), z[0].detach())
F.conv1d(x[None], y[None]); F.conv2d(x[None, None], y[None, None], z[0, :1], 1, (0, 1))
F.conv_transpose2d(x[None, None], y[None, None], stride=2, output_padding=1)
F.unfold(x[None, None], 1); F.max_pool2d(x[None], 2); F.avg_pool2d(x[None], 2)
F.adaptive_avg_pool2d(x[None], 1); F.adaptive_max_pool2d(x[None], 1); F.pad(x, (1, 2))
F.pad(x[None], (1, 1), "reflect"); F.pad(x[None], (1, 1), "replicate")
F.interpolate(x[None, None], scale_factor=2); F.interpolate(x[None], 4, mode="linear")
F.interpolate(x[None, None], (3, 3), mode="bilinear")
F.grid_sample(x[None, None], torch.stack([y, z], -1)[None], align_corners=False)
F.pixel_unshuffle(x[None], 2); torch.linalg.inv(x); torch.linalg.det(x); torch.linalg.slogdet(x)[1]
torch.linalg.solve(x, y); torch.linalg.cholesky(x @ x.t()); torch.linalg.qr(x)[0]
torch.linalg.svd(x)[1]; torch.linalg.eigh(x)[0]; torch.linalg.solve_triangular(x, y, upper=True)
torch.linalg.lu(x)[1]; torch.fft.fft(x[0]); torch.fft.rfft(x[0]); torch.complex(x, y)
torch.polar(x, y); torch.view_as_complex(x); x.clone().mul_(y); x.clone().fill_(0)
x.clone().copy_(y); x.clone().zero_(); x.clone().add_(y[0])
"""

EXPRESSIONS = [e.strip() for line in PROGRAMS.splitlines() for e in line.split("; ") if e.strip()]


NOT_KEPT = {
    *("self", "dim", "storage_offset", "source", "source_dim", "self_sym_sizes", "split_size"),
    *("split_sizes", "buffer", "total_weight", "bias", "normalized_shape", "result1", "result2"),
    *("C", "HxW", "N", "running_mean", "running_var", "bias_sym_sizes_opt", "output_padding"),
    *("ceil_mode", "count_include_pad", "scales_h", "scales_w", "align_corners", "imag", "real"),
    *("interpolation_mode", "padding_mode", "LU", "pivots", "pivot", "P", "result"),
    *("full_matrices", "normalization"),
}
OTHERWISE = {
    ("MulBackward0", "other"),  # a number, PyTorch's is a tensor
    ("DivBackward0", "other"),
    ("StdBackward0", "correction"),  # 1 and all dims where PyTorch has None for "as usual"
    ("StdBackward0", "dim"),
    ("LinalgVectorNormBackward0", "dim"),
    ("AminmaxBackward0", "dim"),  # one in a tuple
    ("MaxPool2DWithIndicesBackward0", "stride"),  # what () means
    ("AvgPool2DBackward0", "stride"),
}


def node_of(torch, expression):
    """The node of an expression, and what it was computed from."""
    x = torch.tensor([[1.25, 2.0], [3.0, 4.5]], requires_grad=True)
    y = torch.tensor([[0.5, 2.0], [1.0, 3.0]], requires_grad=True)
    z = torch.tensor([[1.0, 0.25], [0.75, 2.0]], requires_grad=True)
    c = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    names = {"i": torch.tensor([0, 1]), "j": torch.tensor([[0, 1], [1, 0]])}
    scope = {"torch": torch, "F": torch.nn.functional, "x": x, "y": y, "z": z, "c": c, **names}
    return eval(expression, scope).grad_fn


def saved_names(node):
    return {name for name in dir(node) if "_saved_" in name and name != "_raw_saved_tensors"}


def described(value):
    """A value as numbers, a dim as PyTorch shows it (unsigned) being signed again."""
    if hasattr(value, "detach"):
        return (str(value.dtype), tuple(value.shape), value.detach().tolist())
    if isinstance(value, tuple):
        return tuple([described(v) for v in value])
    if isinstance(value, int) and value >= 2**63:
        return value - 2**64
    return str(value) if type(value).__name__ == "dtype" else value


def agree(own, their):
    """Are two described values one, dims being counted from the front or from the back?"""
    if isinstance(own, (tuple, list)):
        return len(own) == len(their) and all(map(agree, own, their))
    if type(own) is int and type(their) is int and their < 0:
        return own == their or 0 <= own < 3
    if isinstance(own, (float, complex)):
        return own == pytest.approx(their, rel=1e-4)
    return own == their


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_names_and_values(expression):
    own, their = node_of(rushlight, expression), node_of(pytorch, expression)
    names = saved_names(own)
    assert names == saved_names(their) - {"_raw_saved_indices"} | (names & {"_raw_saved_indices"})
    for name in sorted(names):
        if name.startswith("_saved_"):
            shown, expected = getattr(own, name), getattr(their, name)
            if shown is None and name[7:] in NOT_KEPT:
                continue
            if (type(own).__name__, name[7:]) not in OTHERWISE:
                assert agree(described(shown), described(expected)), (name, shown, expected)
        else:
            assert type(getattr(own, name)).__name__ == type(getattr(their, name)).__name__


def test_what_nodes_do_not_keep_is_none_and_cannot_be_packed():
    x = rushlight.ones(2, requires_grad=True)
    node = x.gather(0, rushlight.tensor([0])).grad_fn
    assert node._saved_self is None
    with pytest.raises(RuntimeError, match="value None is forbidden"):
        node._raw_saved_self.register_hooks(lambda t: t, lambda t: t)


def test_values_come_through_unpack_hooks_and_are_checked():
    x = rushlight.ones(2, 2, requires_grad=True)
    node = (x @ x).grad_fn
    node._raw_saved_mat2.register_hooks(lambda t: t * 3, lambda t: t)
    assert node._saved_mat2.tolist() == [[3.0, 3.0], [3.0, 3.0]]
    y = x.clone()
    product = y.mm(y)
    with rushlight.no_grad():
        y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        product.grad_fn._saved_mat2


def test_an_unknown_attribute():
    for torch in (rushlight, pytorch):
        node = (torch.ones(2, requires_grad=True) * 2).grad_fn
        with pytest.raises(
            AttributeError, match="'MulBackward0' object has no attribute '_saved_x'"
        ):
            node._saved_x
