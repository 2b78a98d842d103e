"""Attention of several heads, and the Transformer."""

import pytest

from tests.nn.twins import agree

ATTENTION = """
A(8, 2)(q, q, q)
A(8, 2, batch_first=True)(q, q, q)
A(8, 2, bias=False)(q, k, k)
A(8, 2)(q, k, v, need_weights=False)
A(8, 2)(q, k, v, average_attn_weights=False)
A(8, 2)(q[:, 0], k[:, 0], v[:, 0])
A(8, 2, add_bias_kv=True, add_zero_attn=True)(q, k, v)
A(8, 2, add_bias_kv=True)(q, k, v, attn_mask=m, key_padding_mask=p)
A(8, 2, kdim=5, vdim=6)(q, k[..., :5], v[..., :6])
A(8, 2)(q, k, v, key_padding_mask=p)
A(8, 2)(q, k, v, key_padding_mask=p, need_weights=False)
A(8, 2)(q, k, v, attn_mask=m)
A(8, 2)(q, k, v, attn_mask=m.float(), key_padding_mask=p)
A(8, 2)(q, k, v, attn_mask=m.expand(6, 4, 5))
A(8, 2)(q, k, v, attn_mask=m, need_weights=False)
A(8, 2)(q, q, q, attn_mask=c, is_causal=True, need_weights=False)
A(8, 2)(q, q, q, is_causal=True)
A(8, 2, dropout=0.5)(q, k, v)
A(8, 2, dropout=0.5)(q, k, v, need_weights=False)
A(8, 2).eval()(q, k, v)
A(8, 3)
A(0, 1)
A(8, 2)(q, k, v[:2])
A(8, 2)(q[..., :4], k, v)
A(8, 2)(q, k, v, attn_mask=m[:2])
A(8, 2)(q, k, v, attn_mask=m.expand(2, 4, 5))
A(8, 2)(q, k, v, attn_mask=m.int())
A(8, 2)(q, k, v, attn_mask=m[0])
A(8, 2)(q, k, v, key_padding_mask=p[0])
A(8, 2)(q, k, v, key_padding_mask=p[:2])
A(8, 2)(q, k[0], v)
A(8, 2)(q[0, 0], k, v)
A(8, 2)(q[0], k, v)
A(8, 2)
""".strip().splitlines()

LAYERS = """
E(8, 2, 16)(q)
E(8, 2, 16, dropout=0.0, norm_first=True, activation='gelu', batch_first=True)(q)
E(8, 2, 16, bias=False, layer_norm_eps=1e-3).eval()(q, c)
E(8, 2, 16).eval()(q, src_key_padding_mask=s)
E(8, 2, 16, activation='sin')
E(8, 2, 16)
D(8, 2, 16)(q, k)
D(8, 2, 16, norm_first=True, activation=torch.tanh).eval()(q, k, c, m.float())
D(8, 2, 16).eval()(q, k, tgt_is_causal=True, tgt_mask=c)
nn.TransformerEncoder(E(8, 2, 16), 2)(q)
nn.TransformerEncoder(E(8, 2, 16, batch_first=True), 2, nn.LayerNorm(8)).eval()(b)
nn.TransformerEncoder(E(8, 2, 16, batch_first=True), 2).eval()(b, src_key_padding_mask=s)
nn.TransformerEncoder(E(8, 2, 16, batch_first=True), 2).eval()(b, c)
nn.TransformerEncoder(E(9, 3, 16, batch_first=True), 1)
nn.TransformerDecoder(D(8, 2, 16), 2, nn.LayerNorm(8)).eval()(q, k, tgt_mask=c)
nn.Transformer(8, 2, 1, 1, 16)
nn.Transformer(8, 2, 2, 2, 16, dropout=0.0)(q, k)
nn.Transformer(8, 2, 1, 1, 16, batch_first=True).eval()(b, b, tgt_mask=c)
nn.Transformer(8, 2, 1, 1, 16)(q, k[:, :2])
nn.Transformer(8, 2, 1, 1, 16)(q[..., :4], k)
nn.Transformer.generate_square_subsequent_mask(3)
""".strip().splitlines()

SETUP = """
A, E, D = nn.MultiheadAttention, nn.TransformerEncoderLayer, nn.TransformerDecoderLayer
q, k, v = (torch.randn(n, 3, 8).requires_grad_() for n in (4, 5, 5))
b = torch.randn(3, 4, 8)
m = torch.tensor([[False, True, False, False, True]]).expand(4, 5)
p = torch.tensor([[False] * 5, [False] * 4 + [True], [False, True] * 2 + [False]])
s = torch.tensor([[False] * 4, [False] * 3 + [True], [False, False, True, True]])
c = torch.full((4, 4), float('-inf')).triu(1)
"""


@pytest.mark.parametrize("expression", [*ATTENTION, *LAYERS])
def test_expression(expression):
    def program(t):
        names = {"torch": t, "nn": t.nn}
        exec(SETUP, names)
        if "src_key_padding_mask=s" in expression and expression.startswith("E("):
            names["q"] = t.randn(4, 3, 8)
        out = eval(expression, names)
        first = out[0] if isinstance(out, tuple) else out
        if isinstance(first, t.Tensor) and first.requires_grad:
            first.square().sum().backward()
        return out, [names[n].grad for n in "qkv"]

    agree(program, rtol=1e-4, atol=1e-5)


def test_padding_is_left_out_in_evaluation():
    """PyTorch computes with nested tensors there, which have zeros at padding afterwards."""

    def program(t):
        names = {"torch": t, "nn": t.nn}
        exec(SETUP, names)
        layer = t.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        encoder = t.nn.TransformerEncoder(layer, 2, t.nn.LayerNorm(8)).eval()
        with t.no_grad():
            out = [encoder(names["b"], src_key_padding_mask=names["s"])]
            gaps = names["s"].flip(1)
            out.append(encoder(names["b"], src_key_padding_mask=gaps))
        return out

    agree(program, rtol=1e-4, atol=1e-5)


def test_training_a_step_of_each_parameter():
    def program(t):
        model = t.nn.Transformer(8, 2, 1, 1, 16, dropout=0.0)
        model(t.randn(4, 2, 8), t.randn(3, 2, 8)).square().sum().backward()
        return model.state_dict(), {n: p.grad for n, p in model.named_parameters()}

    agree(program, rtol=1e-3, atol=1e-4)
