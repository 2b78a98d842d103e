"""L-BFGS: Newton's method with the curvature guessed from the last steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rushlight as torch
from rushlight.optim.dense import check_lr
from rushlight.optim.line_search import strong_wolfe
from rushlight.optim.optimizer import Optimizer, ParamsT, _to_scalar
from rushlight.tape.modes import enable_grad, no_grad
from rushlight.tensor.tensor import Tensor

__all__ = ["LBFGS"]

# In the order in which PyTorch's state dict has them.
REMEMBERED = (
    "func_evals", "n_iter", "al", "d", "t", "old_dirs", "old_stps", "ro", "H_diag",
    "prev_flat_grad", "prev_loss",
)  # fmt: skip


class LBFGS(Optimizer):
    """Quasi-Newton steps; `step` takes a closure that computes the loss and the gradients anew.

    Args:
        params: tensors or pairs of a name and a tensor, in one group.
        lr: the length of a step, or where a line search starts.
        max_iter: how many iterations a call of `step` makes at most.
        max_eval: how often it calls the closure at most; 1.25 `max_iter` for None.
        tolerance_grad: it stops when no gradient is larger.
        tolerance_change: it stops when neither parameters nor loss change more.
        history_size: how many steps the curvature is guessed from.
        line_search_fn: "strong_wolfe" or None.

    Raises:
        ValueError: for a negative `lr`, or several groups.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = torch.optim.LBFGS([x], line_search_fn="strong_wolfe")
        >>> def closure():
        ...     optimizer.zero_grad()
        ...     loss = ((x - 3) ** 2).sum()
        ...     loss.backward()
        ...     return loss
        >>> optimizer.step(closure)
        tensor(29., grad_fn=<SumBackward0>)
        >>> x
        tensor([3.0000, 3.0000], requires_grad=True)
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_lr(lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    @property
    def _params(self) -> list[Any]:
        return self.param_groups[0]["params"]

    @no_grad()
    def step(self, closure: Callable[[], Any]) -> Any:
        """Iterate until a tolerance or a limit is reached.

        Args:
            closure: computes the loss and its gradients anew and returns the loss.

        Returns:
            The loss at the beginning.
        """
        if len(self.param_groups) != 1:
            raise AssertionError(
                f"Expected exactly one param_group, but got {len(self.param_groups)}"
            )
        closure = enable_grad()(closure)
        remembered = self.state[self._params[0]]
        remembered.setdefault("func_evals", 0)
        remembered.setdefault("n_iter", 0)
        first_loss = closure()
        remembered["func_evals"] += 1
        grad = self._flat_grad()
        if grad.abs().max() <= self.param_groups[0]["tolerance_grad"]:
            return first_loss
        work = dict(remembered)
        self._iterate(closure, work, float(first_loss), grad)
        for name in REMEMBERED:
            if name in work:
                remembered[name] = work[name]
        return first_loss

    def _iterate(self, closure: Any, remembered: dict[str, Any], loss: float, grad: Any) -> None:
        group = self.param_groups[0]
        max_iter, evaluations = group["max_iter"], 1
        for iteration in range(1, max_iter + 1):
            remembered["n_iter"] += 1
            direct(remembered, grad, group["history_size"])
            before = remembered["prev_loss"] = loss
            lr, d = _to_scalar(group["lr"]), remembered["d"]
            first = remembered["n_iter"] == 1
            t = min(1.0, 1.0 / grad.abs().sum()) * lr if first else lr
            remembered["t"] = t
            slope = grad.dot(d)
            if slope > -group["tolerance_change"]:
                break
            last = iteration == max_iter
            room = group["max_eval"] - evaluations
            loss, grad, t, calls = self._move(closure, loss, grad, d, t, slope, room, last)
            remembered["t"] = t
            evaluations += calls
            remembered["func_evals"] += calls
            if last or evaluations >= group["max_eval"]:
                break
            if grad.abs().max() <= group["tolerance_grad"]:
                break
            change = group["tolerance_change"]
            if (d * t).abs().max() <= change or abs(loss - before) < change:
                break

    def _move(
        self, closure: Any, loss: float, grad: Any, d: Any, t: Any, slope: Any, room: int,
        last: bool,
    ) -> tuple[float, Any, Any, int]:  # fmt: skip
        """Go along `d`, by `t` or as far as the line search says.

        Returns the loss and gradient there, the length, and how often the closure was called.
        """
        search = self.param_groups[0]["line_search_fn"]
        if search is None:
            self._add(d, t)
            if last:
                return loss, grad, t, 0
            return float(closure()), self._flat_grad(), t, 1
        if search != "strong_wolfe":
            raise RuntimeError("only 'strong_wolfe' is supported")
        start = [p.clone() for p in self._params]

        def evaluate(length: Any) -> tuple[float, Any]:
            self._add(d, length)
            found = float(closure()), self._flat_grad()
            for p, value in zip(self._params, start, strict=True):
                p.copy_(value)
            return found

        loss, grad, t, calls = strong_wolfe(evaluate, t, d, loss, grad, slope, max_ls=room)
        self._add(d, t)
        return loss, grad, t, calls

    def _flat_grad(self) -> Any:
        """All gradients in one row; complex ones as pairs of numbers."""
        rows = [torch.zeros_like(p) if p.grad is None else p.grad for p in self._params]
        return torch.cat(
            [(torch.view_as_real(g) if g.is_complex() else g).reshape(-1) for g in rows]
        )

    def _add(self, d: Any, t: Any) -> None:
        """Move the parameters by `t` along the row `d`."""
        offset = 0
        for p in self._params:
            flat = torch.view_as_real(p) if p.is_complex() else p
            n = flat.numel()
            flat.add_(d[offset : offset + n].view_as(flat), alpha=t)
            offset += n


def direct(remembered: dict[str, Any], grad: Any, history_size: int) -> None:
    """Find the next direction, `d`, and enter the last step into the history."""
    if remembered["n_iter"] == 1:
        remembered["d"] = grad.neg()
        remembered.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
        remembered["prev_flat_grad"] = grad.clone()
        return
    change = grad - remembered["prev_flat_grad"]
    step = remembered["d"] * remembered["t"]
    curvature = change.dot(step)
    if curvature > 1e-10:
        history = remembered["old_dirs"], remembered["old_stps"], remembered["ro"]
        if len(history[0]) == history_size:
            for values in history:
                values.pop(0)
        for values, value in zip(history, (change, step, 1.0 / curvature), strict=True):
            values.append(value)
        remembered["H_diag"] = curvature / change.dot(change)
    remembered["d"] = two_loops(remembered, grad, history_size)
    remembered["prev_flat_grad"].copy_(grad)


def two_loops(remembered: dict[str, Any], grad: Any, history_size: int) -> Any:
    """The guessed inverse of the curvature times the gradient, downhill.

    Nocedal and Wright, Numerical Optimization, algorithm 7.4.
    """
    changes, steps, ro = remembered["old_dirs"], remembered["old_stps"], remembered["ro"]
    shares = remembered.setdefault("al", [None] * history_size)
    d = grad.neg()
    for i in reversed(range(len(changes))):
        shares[i] = steps[i].dot(d) * ro[i]
        d.add_(changes[i], alpha=-shares[i])
    d = d * remembered["H_diag"]
    for i in range(len(changes)):
        d.add_(steps[i], alpha=shares[i] - changes[i].dot(d) * ro[i])
    return d
