"""What optimizers share: what their options may be, and the step.

Gather, compute on arrays or on tensors, count the writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import rushlight as torch
from rushlight.kernels import steps as kernels
from rushlight.kernels.dtypes import float32, float64
from rushlight.kernels.quiet import quietly
from rushlight.optim.lists import check_writes, named, reals, simple, written
from rushlight.optim.optimizer import Optimizer, _to_scalar, _use_grad_for_differentiable
from rushlight.tape.core import TensorBase
from rushlight.tape.modes import enable_grad


def check_lr(lr: Any) -> None:
    """A learning rate is one number, and not negative."""
    check_one_element(lr)
    check_not_negative("learning rate", lr)


def check_one_element(lr: Any) -> None:
    """A learning rate that is a tensor holds one number."""
    if isinstance(lr, TensorBase) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")


def check_not_negative(what: str, value: Any) -> None:
    """Refuse a negative value, and NaN."""
    if not value >= 0.0:
        raise ValueError(f"Invalid {what}: {value}")


def check_betas(betas: Any) -> None:
    """Weights of running means lie in [0, 1)."""
    for i in range(2):
        if not 0.0 <= betas[i] < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")


def check_fused_flags(fused: Any, foreach: Any, differentiable: Any) -> None:
    """A fused implementation excludes the others."""
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


FUSED_DEVICES = ["mps", "cuda", "xpu", "hpu", "cpu", "mtia", "privateuseone"]
CAPTURABLE_DEVICES = ["cuda", "xpu", "hpu", "privateuseone", "xla"]


class DenseOptimizer(Optimizer):
    """An optimizer that moves each parameter by its gradient and a few tensors of its shape.

    A subclass says which tensors it remembers (`_keeps`, or `_begin` and `_slots`) and computes a
    step twice: for all parameters of a group at once by a kernel on arrays (`_kernel` and the
    options that it `_takes`, or `_compute`), and for one parameter in operations on tensors
    (`_trace`), which can be recorded and take tensors as options.
    """

    _keeps: tuple[str, ...] = ()
    _kernel = ""
    _takes: tuple[str, ...] = ()

    _late_options: dict[str, Any] = {"foreach": None, "maximize": False, "differentiable": False}
    _counters: tuple[str, ...] = ("step",)
    _numbers: tuple[str, ...] = ("lr",)
    _capturable = f"params and state_steps must be on supported devices: {CAPTURABLE_DEVICES}."

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Also takes what older versions saved: fewer options, counters that are numbers."""
        super().__setstate__(state)
        for group in self.param_groups:
            for name, value in self._late_options.items():
                group.setdefault(name, value)
            for p in group["params"]:
                remembered = self.state.get(p, {})
                for name in self._counters if remembered else ():
                    if not isinstance(remembered[name], TensorBase):
                        remembered[name] = counter(float(remembered[name]), group.get("fused"))

    @_use_grad_for_differentiable
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient.

        Args:
            closure: computes the loss and its gradients anew; its result is returned.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            self._step_group(group)
        return loss

    def _step_group(self, group: dict[str, Any]) -> None:
        params, grads = with_gradients(group["params"])
        if not params:
            return
        states = self._states(params, grads, group)
        self._check(group, params, states)
        if not self._unscale(group, grads):
            return
        if not self._traced(group) and simple(params) and simple(grads):
            self._step_arrays(group, params, grads, states)
        else:
            for p, g, remembered in zip(params, grads, states, strict=True):
                self._trace(group, p, g, remembered)

    def _step_arrays(
        self, group: dict[str, Any], params: list[Any], grads: list[Any], states: list[Any]
    ) -> None:
        check_writes(params)
        slots = [[remembered.get(name) for remembered in states] for name in self._slots(group)]
        self._compute(group, reals(params), reals(grads), *map(reals, slots))
        named(params)
        for tensors in slots:
            written(tensors)

    # -- what a subclass says ------------------------------------------------------------------

    def _begin(self, p: Any, g: Any, group: dict[str, Any]) -> dict[str, Any]:
        """What to remember of a parameter at its first step."""
        return {"step": counter(), **{name: torch.zeros_like(p) for name in self._keeps}}

    def _slots(self, group: dict[str, Any]) -> Sequence[str]:
        """The names under which the arrays that `_compute` takes are remembered."""
        return (*self._keeps, "step")

    def _compute(self, group: dict[str, Any], params: Any, grads: Any, *slots: Any) -> None:
        """Step on arrays: call the kernel, `quietly`."""
        step = getattr(kernels, self._kernel)
        quietly(step, (params, grads, *slots, *self._numbers_of(group)))

    def _numbers_of(self, group: dict[str, Any]) -> list[Any]:
        """The options that the kernel takes as numbers (a pair as two), or as yes, no or None."""
        found = []
        for name in self._takes:
            value = group[name]
            for x in value if isinstance(value, (tuple, list)) else (value,):
                found.append(x if x is None or isinstance(x, bool) else float(x))
        return found

    def _trace(self, group: dict[str, Any], p: Any, g: Any, remembered: dict[str, Any]) -> None:
        """Step one parameter by operations on tensors.

        The next step writes over what is remembered: what a gradient will need is cloned.
        """
        raise NotImplementedError

    # -- what holds for all --------------------------------------------------------------------

    def _states(self, params: list[Any], grads: list[Any], group: dict[str, Any]) -> list[Any]:
        """What is remembered of each parameter; begun where there is nothing yet."""
        states: list[dict[str, Any]] = [self.state[p] for p in params]
        if not all(states):
            for p, g, remembered in zip(params, grads, states, strict=True):
                if not remembered:
                    remembered.update(self._begin(p, g, group))
        return states

    def _traced(self, group: dict[str, Any]) -> bool:
        """Is the step to be recorded, or does it depend on tensors?"""
        if group.get("differentiable"):
            return True
        return any(isinstance(group[name], TensorBase) for name in self._numbers)

    def _check(self, group: dict[str, Any], params: list[Any], states: list[Any]) -> None:
        """Refuse what the implementation that a group asks for cannot do."""
        if group.get("capturable"):
            raise AssertionError(f"If capturable=True, {self._capturable}")
        if group.get("fused"):
            for p in params:
                check_fused(p)
        if group.get("foreach") and group.get("differentiable"):
            raise AssertionError("_foreach ops don't support autograd")

    def _unscale(self, group: dict[str, Any], grads: list[Any]) -> bool:
        """Undo what a gradient scaler left to a fused step; False: skip the step."""
        scale, found_inf = getattr(self, "grad_scale", None), getattr(self, "found_inf", None)
        if scale is None and found_inf is None:
            return True
        if not group.get("fused"):
            raise AssertionError("Expected grad_scale and found_inf to be None")
        if found_inf is not None and found_inf.item() == 1:
            return False
        if scale is not None:
            for g in grads:
                g.div_(scale)
        return True


def with_gradients(params: list[Any]) -> tuple[list[Any], list[Any]]:
    """The parameters that have a gradient, and these."""
    grads = [p.grad for p in params]
    if any(g is None for g in grads):
        params = [p for p, g in zip(params, grads, strict=True) if g is not None]
        grads = [g for g in grads if g is not None]
    return params, grads


def followed(group: dict[str, Any], p: Any, g: Any) -> Any:
    """The gradient to go down, of operations on tensors: with weight decay, or the other way."""
    g = -g if group["maximize"] else g
    decay = group.get("weight_decay", 0)
    if isinstance(decay, TensorBase) or decay != 0:
        g = g + decay * p
    return g


def decoupled(group: dict[str, Any], p: Any, g: Any) -> Any:
    """The gradient to go down; weight decay is part of it, or shrinks `p` at once."""
    if not group["decoupled_weight_decay"]:
        return followed(group, p, g)
    if group["weight_decay"] != 0:
        p.mul_(1 - _to_scalar(group["lr"]) * group["weight_decay"])
    return -g if group["maximize"] else g


def paired(p: Any, *tensors: Any) -> Any:
    """Tensors as pairs of real numbers if `p` is complex."""
    return [torch.view_as_real(t) for t in (p, *tensors)] if p.is_complex() else (p, *tensors)


def check_fused(p: Any) -> None:
    """Refuse parameters that fused implementations do not take."""
    if not p.is_floating_point():
        raise RuntimeError(
            "`fused=True` requires all the params to be floating point Tensors of supported "
            f"devices: {FUSED_DEVICES} but {p.dtype} and {p.device.type}"
        )


def counter(value: float = 0.0, fused: Any = None) -> Any:
    """A tensor that counts steps: float32, or float64 where that is the default dtype."""
    wide = torch.get_default_dtype() is float64 and not fused
    return torch.full((), value, dtype=float64 if wide else float32)
