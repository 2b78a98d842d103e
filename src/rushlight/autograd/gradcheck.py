"""Are the derivatives right?  `gradcheck` compares them with finite differences.

What it takes to find out stands in `checks`, which is imported when asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rushlight.tensor.differentiate import grad
from rushlight.tensor.tensor import Tensor

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(RuntimeError):
    """What `gradcheck` and `gradgradcheck` raise when a derivative is wrong."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Compare the gradients of `func` at `inputs` with finite differences.

    Args:
        func: takes `inputs`, returns a tensor or several.
        inputs: a tensor or several, of float64 or complex128, some of which require grad.
        eps: the step of the differences.
        atol, rtol: how far an entry of the Jacobians may differ.
        raise_exception: raise on a failed check, or return False.
        nondet_tol: how far two runs of the same backward may differ.
        check_undefined_grad: check that absent cotangents are handled.
        check_grad_dtypes: check that gradients have the dtype of their inputs.
        check_batched_grad, check_batched_forward_grad: check derivatives under vmap.
        check_forward_ad, check_backward_ad: which modes to check.
        fast_mode: compare one random number per Jacobian.
        masked: accepted; it concerns sparse layouts.

    Raises:
        GradcheckError: when something differs.
        ValueError: when no input requires grad.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([0.5, 1.5], dtype=torch.float64, requires_grad=True)
        >>> torch.autograd.gradcheck(torch.sin, (x,))
        True
    """
    from rushlight.autograd.checks import Check, as_tuple, run_checks

    if not (check_forward_ad or check_backward_ad):
        raise AssertionError(
            "Expected at least one of check_forward_ad or check_backward_ad to be True"
        )
    if check_batched_grad and not check_backward_ad:
        raise AssertionError(
            "Setting check_batched_grad=True requires check_backward_ad to be True"
        )
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError(
            "Setting check_batched_forward_grad=True requires check_forward_ad to be True"
        )
    check = Check(func, as_tuple(inputs), eps, atol, rtol, nondet_tol, check_grad_dtypes)
    try:
        return run_checks(
            check,
            check_backward_ad,
            check_forward_ad,
            fast_mode,
            check_undefined_grad,
            check_batched_grad,
            check_batched_forward_grad,
        )
    except GradcheckError:
        if raise_exception:
            raise
        return False


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Compare second derivatives of `func`, the gradients of its gradients, with differences.

    Args:
        grad_outputs: cotangents at which to check; random ones by default.
        gen_non_contig_grad_outputs: make those random cotangents non-contiguous.
        check_fwd_over_rev, check_rev_over_rev: which mode to take over backward.

    The other arguments, and what is raised, are those of `gradcheck`.

    Example:
        >>> import rushlight as torch
        >>> x = torch.tensor([0.5, 1.5], dtype=torch.float64, requires_grad=True)
        >>> torch.autograd.gradgradcheck(torch.sin, (x,))
        True
    """
    from rushlight.autograd.checks import as_tuple, cotangent, is_differentiable

    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError(
            "Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True"
        )
    for name, asked in (
        ("check_undefined_grad", check_undefined_grad),
        ("check_batched_grad", check_batched_grad),
    ):
        if asked and not check_rev_over_rev:
            raise AssertionError(f"Setting {name}=True requires check_rev_over_rev to be True")
    given = as_tuple(inputs)
    outputs = [o for o in as_tuple(func(*given)) if is_differentiable(o)]
    if grad_outputs is None:
        cotangents = tuple([cotangent(o, gen_non_contig_grad_outputs) for o in outputs])
    else:
        cotangents = as_tuple(grad_outputs)

    def gradients(*args: Any) -> tuple[Tensor, ...]:
        own, gs = args[: len(given)], args[len(given) :]
        results = [o for o in as_tuple(func(*own)) if is_differentiable(o)]
        wanted = [x for x in own if is_differentiable(x)]
        if not wanted:  # tangents are what this call is for
            return ()
        found = grad(results, wanted, gs, create_graph=True, allow_unused=True)
        return tuple([g for g in found if g is not None])

    return gradcheck(
        gradients,
        given + cotangents,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
    )
