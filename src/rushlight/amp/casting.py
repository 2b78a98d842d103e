"""Which functions autocast casts for, on the CPU, and the mode that does it.

The mode sits at the bottom of the stack of function modes, so that it sees the calls of a program
as PyTorch's dispatcher does: after the program's own modes, before recording. What a function does
inside is not seen again. Without autocast nothing of this is there, and nothing costs anything.
"""

from __future__ import annotations

import threading
from typing import Any

from rushlight.kernels import dtypes
from rushlight.tape.core import TensorBase, state

# As PyTorch 2.13 was seen to do; functions are told apart by their names alone.
LOWER = """
    addbmm addmm baddbmm bmm chain_matmul conv1d conv2d conv3d conv_tbc conv_transpose1d
    conv_transpose2d conv_transpose3d convolution einsum inner linear matmul matrix_power mm
    multi_dot pinv prelu scaled_dot_product_attention tensordot vecdot
"""
FLOAT = """
    adaptive_avg_pool3d adaptive_max_pool3d adaptive_max_pool3d_with_indices avg_pool3d
    binary_cross_entropy binary_cross_entropy_with_logits cdist cholesky cholesky_ex
    cholesky_inverse cholesky_solve cond cosine_embedding_loss cross_entropy ctc_loss eig eigh
    eigvals eigvalsh fft fft2 fftn fractional_max_pool2d fractional_max_pool2d_with_indices
    fractional_max_pool3d fractional_max_pool3d_with_indices geqrf grid_sample grid_sampler
    grid_sampler_2d grid_sampler_3d hfft hinge_embedding_loss householder_product huber_loss ifft
    ifft2 ifftn ihfft inv inv_ex inverse irfft irfft2 irfftn kl_div l1_loss linear_cross_entropy
    lstsq lu lu_solve margin_ranking_loss matrix_rank max_unpool1d max_unpool2d max_unpool3d
    mse_loss multi_margin_loss multilabel_margin_loss nanquantile nll_loss orgqr ormqr pinverse
    poisson_nll_loss polar prod qr quantile rfft rfft2 rfftn smooth_l1_loss soft_margin_loss solve
    stft svd svdvals tensorinv tensorsolve trace triangular_solve triplet_margin_loss
    view_as_complex
"""
WIDEST = "cat concat concatenate index_copy stack"
# Written in terms of others that are looked at, as in PyTorch.
TRANSPARENT = "corrcoef cov multi_head_attention_forward"


def lower(settings: Settings, arguments: list[Any]) -> Any:
    return settings.dtypes["cpu"]


def single(settings: Settings, arguments: list[Any]) -> Any:
    return dtypes.float32


def widest(settings: Settings, arguments: list[Any]) -> Any:
    """float32 if one of the tensors is; else the dtype of autocast, which all must have."""
    low = settings.dtypes["cpu"]
    found = [x.dtype for x in tensors_of(arguments) if eligible(x)]
    if any(d is not low and d is not dtypes.float32 for d in found):
        raise RuntimeError("Unexpected floating ScalarType in at::autocast::prioritize")
    return dtypes.float32 if dtypes.float32 in found else low


POLICIES = {
    name: policy
    for names, policy in ((LOWER, lower), (FLOAT, single), (WIDEST, widest))
    for name in names.split()
}
THROUGH = frozenset(TRANSPARENT.split())


def tensors_of(arguments: list[Any]) -> list[Any]:
    """The tensors among arguments and in their lists."""
    found: list[Any] = []
    for x in arguments:
        found += x if type(x) in (list, tuple) else [x]
    return [x for x in found if isinstance(x, TensorBase)]


def eligible(t: Any) -> bool:
    """Does autocast cast this tensor?"""
    return t.is_floating_point() and t.dtype is not dtypes.float64


class Settings(threading.local):
    """What is set in a thread."""

    def __init__(self) -> None:
        self.dtypes: dict[str, Any] = {"cpu": dtypes.bfloat16}
        self.enabled: dict[str, bool] = {}
        self.cache_enabled = True
        self.nesting = 0
        self.cache: dict[int, tuple[Any, Any]] = {}


class Casting:
    """The mode: casts what the called function's policy says."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "").removeprefix("fft_")
        policy = POLICIES.get(name)
        if name == "pad" and padded_in_float(*args, **kwargs):
            policy = single
        if policy is None or kwargs.get("out") is not None:
            if name in THROUGH and not types:
                return seen(func.__wrapped__, args, kwargs)
            return func(*args, **kwargs)
        to = policy(SETTINGS, [*args, *kwargs.values()])
        args = [cast(x, to) for x in args]
        return func(*args, **{name: cast(x, to) for name, x in kwargs.items()})


SETTINGS = Settings()
MODE = Casting()


def padded_in_float(input: Any, pad: Any = (), mode: str = "constant", *_: Any, **__: Any) -> bool:
    return mode == "replicate" or (mode == "reflect" and len(pad) < 6)


def seen(body: Any, args: Any, kwargs: Any) -> Any:
    """Run the body of a function with the mode in force."""
    before = present(True)
    try:
        return body(*args, **kwargs)
    finally:
        present(before)


def cast(x: Any, to: Any) -> Any:
    """`x`, or what of a list of it is eligible, in another dtype."""
    if isinstance(x, TensorBase):
        return cast_tensor(x, to) if eligible(x) and x.dtype is not to else x
    if type(x) in (list, tuple):
        return type(x)(cast(y, to) for y in x)
    return x


def cast_tensor(x: Any, to: Any) -> Any:
    """Parameters are cast once: the result is kept until the outermost autocast is left."""
    st = SETTINGS
    lasting = x.requires_grad and x.is_leaf and not x._is_view() and x.dtype is dtypes.float32
    if not (lasting and st.cache_enabled and to is st.dtypes["cpu"]):
        return x.to(to)
    kept = st.cache.get(id(x))
    if kept is None:
        kept = st.cache[id(x)] = (x, x.to(to))
    return kept[1]


def present(wanted: bool) -> bool:
    """Put the mode in force or take it out; says whether it was."""
    st = state()
    was = MODE in st.overrides
    if wanted and not was:
        st.overrides.insert(0, MODE)
        st.special += 1
    elif was and not wanted:
        st.overrides.remove(MODE)
        st.special -= 1
    return was
