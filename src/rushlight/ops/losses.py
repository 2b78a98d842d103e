"""Losses that are one node each: elementwise in input and target, then reduced.

The parameter `lead`, always the last, counts batch dims that vmap has put in front; they are not
reduced over.
"""

import numpy as np

from rushlight.kernels import curves, dtypes, promotion, rows
from rushlight.kernels.quiet import quietly
from rushlight.ops.at_once import at_once, loss_gradient
from rushlight.ops.families import Operation, numel
from rushlight.ops.reductions import MEAN, NONE, SUM
from rushlight.tape import gradients
from rushlight.tape.core import TensorBase
from rushlight.tape.dispatch import OTHER_DTYPE


class Loss(Operation, family=True):
    """Computed in the common dtype of input and target, halves in float32."""

    tensors = 2
    places = None
    kernel_name = None

    def settled(self):
        self.fixing = OTHER_DTYPE

    def compute(self, inputs, params):
        arrays = [x.array if isinstance(x, TensorBase) else x for x in inputs]
        common = promotion.of_operands(*arrays[:2])
        if common.category != dtypes.FLOAT and self.kernel_name is not None:
            raise NotImplementedError(
                f"\"{self.kernel_name}\" not implemented for '{common.scalar_type}'"
            )
        wide = np.dtype(np.float32) if common.itemsize == 2 else common.numpy
        arrays = [x if x is None else x.astype(wide, copy=False) for x in arrays]
        out = np.asarray(quietly(self.forward, (*arrays, *params)))
        return out.astype(common.numpy, copy=False)

    def fixes(self, inputs, out):
        """Input and target get gradients of their own dtypes."""
        return tuple(
            [
                None if x is None or x.dtype.numpy == out.dtype else gradients.described(x)
                for x in inputs[: self.edges or None]
            ]
        )

    def lift(self, size, ndim, *params):
        return *params[:-1], params[-1] + 1


def reduced(losses, reduction, lead):
    """The mean or sum of an array of losses, or the losses."""
    if reduction == NONE:
        return losses
    count = numel(losses.shape[lead:])
    if count == 1:
        return losses.reshape(losses.shape[:lead])
    total = np.add.reduce(losses, tuple(range(lead, losses.ndim)))
    return total / count if reduction == MEAN else total


def by_kernel(kernel, x, t, reduction, lead, *params):
    """The losses of `kernels.losses`, reduced."""
    if reduction == NONE or lead or x.shape != t.shape:
        return reduced(kernel.each(x, t, *params), reduction, lead)
    total = kernel.total(x, t, *params)
    return total / x.size if reduction == MEAN else total


def gradient_by_kernel(kernel, g, x, t, reduction, lead, *params, beside=None):
    """The gradient of `x` in one pass; None where it takes formulas, as with weights `beside`."""
    if reduction == NONE or lead or beside is not None or not at_once(g, x, t):
        return None
    if x.shape != t.shape or x.dtype is not t.dtype or x.dtype.itemsize == 2 or not x.numel():
        return None
    scale = g.item() / x.numel() if reduction == MEAN else g.item()
    return loss_gradient.run((x, t), (kernel, scale, *params))


def shared(g, losses_shape, reduction, lead, factor=1):
    """`factor` times the gradient of each element's loss."""
    if reduction == MEAN:
        factor = factor / max(numel(losses_shape[lead:]), 1)
    if factor != 1:
        g = g * factor
    if lead and reduction != NONE:
        g = g.reshape((*g.shape, *[1] * (len(losses_shape) - lead)))
    return g


class mse_loss_(Loss):
    """(x - t)^2."""

    node = "MseLossBackward0"
    kernel_name = "mse_cpu"

    def forward(x, t, reduction, lead):
        return by_kernel(curves.mse, x, t, reduction, lead)

    def vjp_x(g, x, t, reduction, lead):
        quick = gradient_by_kernel(curves.mse, g, x, t, reduction, lead)
        if quick is not None:
            return quick
        return shared(g, x.shape, reduction, lead, 2) * (x - t)

    def vjp_t(g, x, t, reduction, lead):
        return shared(g, x.shape, reduction, lead, 2) * (t - x)


class smooth_l1_loss_(Loss):
    """With d = x - t: d^2 / 2 beta where |d| < beta, else |d| - beta / 2."""

    node = "SmoothL1LossBackward0"
    kernel_name = "smooth_l1_cpu"

    def forward(x, t, beta, reduction, lead):
        return by_kernel(curves.smooth_l1, x, t, reduction, lead, beta)

    def vjp_x(g, x, t, beta, reduction, lead):
        quick = gradient_by_kernel(curves.smooth_l1, g, x, t, reduction, lead, beta)
        if quick is not None:
            return quick
        return shared(g, x.shape, reduction, lead) * ((x - t) / beta).clamp(-1, 1)

    def vjp_t(g, x, t, beta, reduction, lead):
        return shared(g, x.shape, reduction, lead) * ((t - x) / beta).clamp(-1, 1)


class huber_loss_(Loss):
    """With d = x - t: d^2 / 2 where |d| < delta, else delta (|d| - delta / 2)."""

    node = "HuberLossBackward0"
    kernel_name = "huber_cpu"

    def forward(x, t, delta, reduction, lead):
        return by_kernel(curves.huber, x, t, reduction, lead, delta)

    def vjp_x(g, x, t, delta, reduction, lead):
        quick = gradient_by_kernel(curves.huber, g, x, t, reduction, lead, delta)
        if quick is not None:
            return quick
        return shared(g, x.shape, reduction, lead) * (x - t).clamp(-delta, delta)

    def vjp_t(g, x, t, delta, reduction, lead):
        return shared(g, x.shape, reduction, lead) * (t - x).clamp(-delta, delta)


class binary_cross_entropy_(Loss):
    """-w (t log x + (1 - t) log(1 - x)), logarithms not below -100."""

    differentiable = 2
    node = "BinaryCrossEntropyBackward0"
    tensors = 3

    def forward(x, t, weight, reduction, lead):
        if weight is None:
            return by_kernel(curves.bce, x, t, reduction, lead)
        return reduced(curves.bce.each(x, t) * weight, reduction, lead)

    def vjp_x(g, x, t, weight, reduction, lead):
        quick = gradient_by_kernel(curves.bce, g, x, t, reduction, lead, beside=weight)
        if quick is not None:
            return quick
        g = weighted(shared(g, x.shape, reduction, lead), weight)
        return g * ((x - t) / ((1 - x) * x).clamp(min=1e-12))

    def vjp_t(g, x, weight, reduction, lead):
        g = weighted(shared(g, x.shape, reduction, lead), weight)
        return g * ((1 - x).log() - x.log())


class binary_cross_entropy_with_logits_(Loss):
    """Cross entropy of targets t and probabilities sigmoid(x); `p` weighs the positive term."""

    differentiable = 2
    node = "BinaryCrossEntropyWithLogitsBackward0"
    kernel_name = "log_sigmoid_cpu"
    tensors = 4

    def forward(x, t, weight, p, reduction, lead):
        if weight is None and p is None:
            return by_kernel(curves.bce_with_logits, x, t, reduction, lead)
        losses = (1 - t) * x - curves.logsigmoid(x) * (1 if p is None else (p - 1) * t + 1)
        return reduced(losses if weight is None else losses * weight, reduction, lead)

    def vjp_x(g, x, t, weight, p, reduction, lead):
        beside = p if weight is None else weight
        quick = gradient_by_kernel(curves.bce_with_logits, g, x, t, reduction, lead, beside=beside)
        if quick is not None:
            return quick
        g = weighted(shared(g, x.shape, reduction, lead), weight)
        if p is None:
            return g * (x.sigmoid() - t)
        return g * ((1 - t) - ((p - 1) * t + 1) * (-x).sigmoid())

    def vjp_t(g, x, weight, p, reduction, lead):
        g = weighted(shared(g, x.shape, reduction, lead), weight)
        if p is None:
            return g * -x
        log_sigmoid = x.clamp(max=0) - (-x.abs()).exp().log1p()
        return g * (-x - (p - 1) * log_sigmoid)


def weighted(g, weight):
    return g if weight is None else g * weight


class soft_margin_loss_(Loss):
    """log(1 + exp(-t x))."""

    differentiable = 1
    node = "SoftMarginLossBackward0"

    def forward(x, t, reduction, lead):
        return reduced(np.log1p(np.exp(-t * x)), reduction, lead)

    def vjp_x(g, x, t, reduction, lead):
        return shared(g, x.shape, reduction, lead) * (-t * (-t * x).sigmoid())


# -- class indices ---------------------------------------------------------------------------


class ClassLoss(Operation, family=True):
    """Minus the weighted scores of the target classes along `dim`; their weighted mean, say.

    It is linear in the scores; `nll_gradient` is the transpose.
    """

    tensors = 3
    differentiable = 1
    places = None

    def compute(self, inputs, params):
        x, target, weight = [t.array if isinstance(t, TensorBase) else t for t in inputs]
        wide = np.float32 if x.dtype.itemsize == 2 else x.dtype
        arrays = (x.astype(wide, copy=False), target, weight)
        out = quietly(self.forward, (*arrays, *params))
        return np.asarray(out).astype(x.dtype, copy=False)

    def forward(x, target, weight, ignore_index, reduction, dim, lead):
        classes = x.shape[-1]
        if weight is None and dim == x.ndim - 1 and not 0 <= ignore_index < classes and classes:
            losses = rows.class_losses(x.reshape(-1, classes), target.reshape(-1))
            if losses is not None:
                return reduced(losses.reshape(target.shape), reduction, lead)
        index, w, kept = safe_classes(x.shape, target, weight, ignore_index, dim, x.dtype)
        losses = np.where(kept, -w * picked(x, index, dim), np.zeros((), x.dtype))
        if reduction == NONE:
            return losses
        dims = tuple(range(lead, losses.ndim))
        total = losses.sum(dims)
        return total if reduction == SUM else total / w.sum(dims)

    def vjp_x(g, x_shape, target, weight, ignore_index, reduction, dim, lead):
        return nll_gradient(g, target, weight, x_shape, ignore_index, reduction, dim, lead)

    def jvp_x(t, target, weight, ignore_index, reduction, dim, lead):
        return nll_loss_(t, target, weight, ignore_index, reduction, dim, lead)

    def lift(self, size, ndim, ignore_index, reduction, dim, lead):
        return ignore_index, reduction, dim + 1, lead + 1


class nll_loss_(ClassLoss):
    """The loss of N x C scores, or C."""

    node = "NllLossBackward0"


class nll_loss_2d(ClassLoss):
    """The loss of images, N x C x H x W."""

    node = "NllLoss2DBackward0"


class nll_gradient(Operation):
    """The transpose of `nll_loss_`: gradients of the losses put back at the target classes."""

    differentiable = 1
    node = "NllLossBackwardBackward0"
    tensors = 3
    places = None
    dim_of_scalar = False

    def compute(self, inputs, params):
        arrays = [t.array if isinstance(t, TensorBase) else t for t in inputs]
        out = self.fast.call2(arrays, params)
        return quietly(self.forward, (*arrays, *params)) if out is None else out

    def forward(g, target, weight, shape, ignore_index, reduction, dim, lead):
        out = np.zeros(shape, g.dtype)
        if plain_classes(target, weight, ignore_index, len(shape), shape[-1], dim):
            g = g.reshape(g.shape + (1,) * (target.ndim - g.ndim))
            g = -g / numel(shape[lead:-1]) if reduction == MEAN else -g
            flat = np.broadcast_to(g, target.shape).reshape(-1)
            out.reshape(-1, shape[-1])[np.arange(target.size), target.reshape(-1)] = flat
            return out
        index, w, kept = safe_classes(shape, target, weight, ignore_index, dim, g.dtype)
        if reduction != NONE:
            dims = tuple(range(lead, w.ndim))
            if reduction == MEAN:
                w = w / w.sum(dims, keepdims=True)
            g = g.reshape((*g.shape, *[1] * (w.ndim - lead)))
        values = np.where(kept, -w * g, np.zeros((), g.dtype))
        put(out, index, dim, values)
        return out

    def vjp_g(u, target, weight, ignore_index, reduction, dim, lead):
        return nll_loss_(u, target, weight, ignore_index, reduction, dim, lead)

    def jvp_g(t, target, weight, shape, ignore_index, reduction, dim, lead):
        return nll_gradient(t, target, weight, shape, ignore_index, reduction, dim, lead)

    def lift(size, ndim, shape, ignore_index, reduction, dim, lead):
        return (size, *shape), ignore_index, reduction, dim + 1, lead + 1


def plain_classes(target, weight, ignore_index, ndim, classes, dim):
    """The usual case, classes in the last dim, with neither weights nor ignored targets, is faster."""
    return (
        weight is None and dim == ndim - 1 and not 0 <= ignore_index < classes
        and target.dtype == np.int64 and target.size > 0
        and np.maximum.reduce(target.view(np.uint64), None) < classes
    )  # fmt: skip


def safe_classes(shape, target, weight, ignore_index, dim, dtype):
    """Target classes, 0 where ignored; their weights, 0 where ignored; and which are not."""
    kept = target != ignore_index
    index = np.where(kept, target, 0)
    check_classes(index, shape[dim])
    if weight is None:
        return index, kept.astype(dtype), kept
    if weight.ndim == 1:
        return index, weight[index] * kept, kept
    apart = (1,) * (dim + 1 - weight.ndim), (1,) * (len(shape) - dim - 1)
    weight = weight.reshape(*weight.shape[:-1], *apart[0], weight.shape[-1], *apart[1])
    return index, picked(np.broadcast_to(weight, shape), index, dim) * kept, kept


def check_classes(index, classes):
    """Refuse classes that do not exist."""
    wrong = (index < 0) | (index >= classes)
    if wrong.any():
        raise IndexError(f"Target {index[wrong].flat[0]} is out of bounds.")


def picked(x, index, dim):
    """The elements of `x` at `index` along `dim`, which goes."""
    if x.ndim == 2 and dim == 1:
        return x[np.arange(len(x)), index]
    return np.take_along_axis(x, np.expand_dims(index, dim), dim).squeeze(dim)


def put(out, index, dim, values):
    """Write `values` at `index` along `dim`, the reverse of `picked`."""
    if out.ndim == 2 and dim == 1:
        out[np.arange(len(out)), index] = values
    else:
        np.put_along_axis(out, np.expand_dims(index, dim), np.expand_dims(values, dim), dim)


# -- margins ---------------------------------------------------------------------------------


class multi_margin_loss_(Operation):
    """The mean over classes i != y of w_y max(0, margin - x_y + x_i)^p."""

    differentiable = 1
    node = "MultiMarginLossBackward0"
    tensors = 3
    places = None

    def compute(self, inputs, params):
        x, y, weight = [t.array if isinstance(t, TensorBase) else t for t in inputs]
        out = quietly(self.forward, (x, y, weight, *params))
        return np.asarray(out).astype(x.dtype, copy=False)

    def forward(x, y, weight, p, margin, reduction, lead):
        right = np.expand_dims(y, -1)
        short = np.maximum(margin - np.take_along_axis(x, right, -1) + x, 0) ** p
        np.put_along_axis(short, right, 0, -1)
        if weight is not None:
            short *= np.take_along_axis(
                np.broadcast_to(
                    weight.reshape(*weight.shape[:-1], *(1,) * (x.ndim - weight.ndim), -1), x.shape
                ),
                right,
                -1,
            )
        return reduced(short.sum(-1) / x.shape[-1], reduction, lead)

    def vjp_x(g, x, y, weight, p, margin, reduction, lead):
        right = y.unsqueeze(-1)
        short = (margin - x.gather(-1, right) + x).clamp(min=0)
        slope = (short > 0).to(x.dtype) if p == 1 else 2 * short
        slope = slope.scatter(-1, right, 0) * (1 / x.shape[-1])
        if weight is not None:
            while weight.dim() < x.dim():
                weight = weight.unsqueeze(-2)
            slope = slope * weight.expand(x.shape).gather(-1, right)
        slope = slope.scatter(-1, right, -slope.sum(-1, keepdim=True))
        return shared(g, y.shape, reduction, lead).unsqueeze(-1) * slope

    def lift(size, ndim, p, margin, reduction, lead):
        return p, margin, reduction, lead + 1


class multilabel_margin_loss_(Operation):
    """The mean over classes of the sums of max(0, 1 - x_y + x_i), y a target class, i none."""

    differentiable = 1
    node = "MultilabelMarginLossBackward0"
    tensors = 2
    places = None

    def compute(self, inputs, params):
        x, y = [t.array for t in inputs]
        return np.asarray(self.forward(x, y, *params)).astype(x.dtype, copy=False)

    def forward(x, y, reduction, lead):
        short, _ = label_pairs(x, y)
        return reduced(short.sum((-1, -2)) / max(x.shape[-1], 1), reduction, lead)

    def vjp_x(g, x, y, reduction, lead):
        g = shared(g, x.shape[:-1], reduction, lead).unsqueeze(-1)
        return g * multilabel_slope(x, y)

    def lift(size, ndim, reduction, lead):
        return reduction, lead + 1


class multilabel_slope(Operation):
    """The derivative of each row's `multilabel_margin_loss_`, piecewise constant."""

    tensors = 2
    places = None

    def compute(self, inputs, params):
        return self.forward(*[t.array for t in inputs])

    def forward(x, y):
        short, index = label_pairs(x, y)
        active = (short > 0).astype(x.dtype)
        out = active.sum(-2)
        for j in range(x.shape[-1]):
            column = index[..., j : j + 1]
            held = np.take_along_axis(out, column, -1)
            np.put_along_axis(out, column, held - active[..., j, :].sum(-1, keepdims=True), -1)
        return out / x.shape[-1]

    def lift(size, ndim):
        return ()


def label_pairs(x, y):
    """max(0, 1 - x[y_j] + x_i) for targets j and other classes i; targets end at the first -1."""
    valid = np.logical_and.accumulate(y >= 0, -1)
    index = np.where(valid, y, 0)
    classes = np.arange(x.shape[-1])
    is_target = ((index[..., :, None] == classes) & valid[..., None]).any(-2)
    short = np.maximum(1 - np.take_along_axis(x, index, -1)[..., :, None] + x[..., None, :], 0)
    return short * (valid[..., :, None] & ~is_target[..., None, :]), index
