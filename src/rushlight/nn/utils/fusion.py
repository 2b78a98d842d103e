"""A batch normalisation taken into the layer before it: `torch.nn.utils.fusion`."""

from __future__ import annotations

import copy
from typing import Any

from rushlight.tensor.parameter import Parameter

__all__ = [
    "fuse_conv_bn_eval",
    "fuse_conv_bn_weights",
    "fuse_linear_bn_eval",
    "fuse_linear_bn_weights",
]


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A convolution that computes what `bn(conv(x))` does, both in evaluation.

    Raises:
        AssertionError: if one is training, or `bn` has no running statistics.
    """
    check_evaluation(conv, bn)
    fused = copy.deepcopy(conv)
    fused.weight, fused.bias = fuse_conv_bn_weights(
        fused.weight,
        fused.bias,
        bn.running_mean,
        bn.running_var,
        bn.eps,
        bn.weight,
        bn.bias,
        transpose,
    )
    return fused


def check_evaluation(layer: Any, bn: Any) -> None:
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    if bn.running_mean is None or bn.running_var is None:
        raise AssertionError("bn.running_mean and bn.running_var must not be None")


def fuse_conv_bn_weights(
    conv_w: Any,
    conv_b: Any,
    bn_rm: Any,
    bn_rv: Any,
    bn_eps: float,
    bn_w: Any,
    bn_b: Any,
    transpose: bool = False,
) -> tuple[Any, Any]:
    """Weight and bias of a convolution with the normalisation's taken in."""
    channels = 1 if transpose else 0
    shape = [1] * conv_w.dim()
    shape[channels] = -1
    return fused(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, shape)


def fused(
    w: Any, b: Any, mean: Any, var: Any, eps: float, bn_w: Any, bn_b: Any, shape: list[int]
) -> tuple[Any, Any]:
    """y = (w x + b - mean) / sqrt(var + eps) * bn_w + bn_b as one weight and one bias."""
    scale = (var + eps).rsqrt()
    scale = scale if bn_w is None else bn_w * scale
    offset = (-mean if b is None else b - mean) * scale
    offset = offset if bn_b is None else offset + bn_b
    bias_needs = w.requires_grad if b is None else b.requires_grad
    weight = (w * scale.reshape(shape)).to(w.dtype)
    return (
        Parameter(weight, w.requires_grad),
        Parameter(offset.to(w.dtype if b is None else b.dtype), bias_needs),
    )


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A linear layer that computes what `bn(linear(x))` does, both in evaluation.

    Raises:
        AssertionError: if one is training, `bn` has no running statistics, or their sizes differ.
    """
    check_evaluation(linear, bn)
    fused_linear = copy.deepcopy(linear)
    assert linear.out_features == bn.num_features or bn.num_features == 1, (
        "To fuse, linear.out_features == bn.num_features or bn.num_features == 1"
    )
    fused_linear.weight, fused_linear.bias = fuse_linear_bn_weights(
        fused_linear.weight,
        fused_linear.bias,
        bn.running_mean,
        bn.running_var,
        bn.eps,
        bn.weight,
        bn.bias,
    )
    return fused_linear


def fuse_linear_bn_weights(
    linear_w: Any, linear_b: Any, bn_rm: Any, bn_rv: Any, bn_eps: float, bn_w: Any, bn_b: Any
) -> tuple[Any, Any]:
    """Weight and bias of a linear layer with the normalisation's taken in."""
    return fused(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, [-1, 1])
