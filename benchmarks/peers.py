"""Peers: modules with torch's names, or adapters that give theirs to others.

JAX (`jax`, and `jax-jit` with every transformed function compiled) and HIPS autograd (`autograd`)
have what the rows about transforms ask for. What an adapter lacks leaves its cell empty.
`torch-compile` is PyTorch with what a row repeats given to `torch.compile`.
"""

import os
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np


class Lacking(Exception):
    """A peer does not have what a row asks for."""


class Names(SimpleNamespace):
    """A namespace of which a row may ask too much."""

    def __getattr__(self, name: str) -> Any:
        raise Lacking(name)


def peer(name: str) -> Any:
    """What stands for torch in the rows."""
    return ADAPTERS[name]() if name in ADAPTERS else import_module(name)


class Compiled(Names):
    """PyTorch, and what becomes of a row's call before it is timed."""

    def finished(self, call: Any) -> Any:
        return self.compile(call)


def of_torch_compile() -> Compiled:
    """PyTorch with every call compiled: what cannot be, such as `backward`, runs as it is."""
    torch = import_module("torch")
    return Compiled(**{name: getattr(torch, name) for name in dir(torch)})


def numbers(library: Any) -> dict[str, Any]:
    """Creation and arithmetic by NumPy's names; float32 unless told otherwise, as in torch."""

    def tensor(data: Any, dtype: Any = np.float32) -> Any:
        return library.asarray(np.asarray(data, dtype))

    def linspace(start: float, end: float, steps: int, dtype: Any = np.float32) -> Any:
        return library.asarray(np.linspace(start, end, steps, dtype=dtype))

    def randn(*size: int) -> Any:
        return library.asarray(np.random.default_rng(0).standard_normal(size, np.float32))

    return {
        "tensor": tensor,
        "linspace": linspace,
        "randn": randn,
        "arange": library.arange,
        "float64": np.float64,
        "sin": library.sin,
        "tanh": library.tanh,
        "dot": library.dot,
        "set_num_threads": lambda count: None,
    }


def of_jax(compiled: bool) -> Names:
    """JAX, on one thread, with float64; a result counts when it has been computed."""
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)

    def finished(transform: Any) -> Any:
        def transformed(f: Any, in_dims: Any = None) -> Any:
            made = transform(f) if in_dims is None else transform(f, in_dims)
            made = jax.jit(made) if compiled else made
            return lambda *args: jax.block_until_ready(made(*args))

        return transformed

    def cross_entropy(scores: Any, labels: Any) -> Any:
        each = jax.nn.log_softmax(scores)
        return -jax.numpy.take_along_axis(each, labels[:, None], 1).mean()

    transforms = ("grad", "hessian", "jacrev", "jacfwd", "vmap")
    functional = Names(linear=lambda x, w, b: x @ w.T + b, cross_entropy=cross_entropy)
    return Names(
        __version__=jax.__version__,
        func=Names(**{name: finished(getattr(jax, name)) for name in transforms}),
        nn=Names(functional=functional),
        **numbers(jax.numpy),
    )


def of_autograd() -> Names:
    """HIPS autograd, which has no vmap."""
    autograd = import_module("autograd")
    return Names(
        __version__=import_module("importlib.metadata").version("autograd"),
        func=Names(grad=autograd.grad, hessian=autograd.hessian, jacrev=autograd.jacobian),
        **numbers(import_module("autograd.numpy")),
    )


ADAPTERS = {
    "jax": lambda: of_jax(False),
    "jax-jit": lambda: of_jax(True),
    "autograd": of_autograd,
    "torch-compile": of_torch_compile,
}
