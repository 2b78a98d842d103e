"""Random compositions of transforms over random programs, in both libraries.

    python -m tests.func.nesting [COUNT] [FIRST]

compares COUNT of them. A plan is a tree that prints as what it does; seed n always gives plan n.
"""

from __future__ import annotations

import random
import sys
import warnings

import numpy as np
import torch

import rushlight

LARGEST = 400  # elements that a transform may have to give

# Each is a function of (library, tensor, outer tensors), and says which ranks it takes.
SAME_SHAPE = {
    "sin": lambda lib, x, env: x.sin(),
    "tanh": lambda lib, x, env: x.tanh(),
    "exp": lambda lib, x, env: (x * 0.3).exp(),
    "square": lambda lib, x, env: x * x,
    "affine": lambda lib, x, env: 1.5 * x + 0.2,
    "quotient": lambda lib, x, env: x / (1 + x * x),
    "softplus": lambda lib, x, env: lib.nn.functional.softplus(x),
    "sqrt": lambda lib, x, env: (x * x + 1).sqrt(),
    "where": lambda lib, x, env: lib.where(x > 0.17, x.cos(), x * 2),
    "centred": lambda lib, x, env: x - x.mean(),
    "scaled": lambda lib, x, env: x * x.sum().sigmoid(),
    "outer": lambda lib, x, env: x * env[0].sum().sin() + env[len(env) // 2].mean(),
    "inner": lambda lib, x, env: x + env[-1].sum() * 0.5,
    "constant": lambda lib, x, env: x * x.detach().cos(),
    "silent": lambda lib, x, env: x + without_history(lib, x),
    "written": lambda lib, x, env: x.clone().mul_(x.cos()).add_(0.1),
    "filled": lambda lib, x, env: lib.zeros_like(x).copy_(x * x),
    "cast": lambda lib, x, env: x.to(lib.complex128).exp().real,
}
WITH_DIMS = {
    "softmax": lambda lib, x, env: x.softmax(-1),
    "cumsum": lambda lib, x, env: x.cumsum(0),
    "flip": lambda lib, x, env: x.flip(0) * x,
    "roll": lambda lib, x, env: x.roll(1, -1) * x,
    "sort": lambda lib, x, env: x.sort(-1).values * x,
    "normed": lambda lib, x, env: x / (0.1 + x.var(-1, correction=0, keepdim=True)).sqrt(),
    "part": lambda lib, x, env: part_written(x),
    "gathered": lambda lib, x, env: x.gather(0, x.argsort(0)) * x,
    "chosen": lambda lib, x, env: x.sum(-1),
    "first": lambda lib, x, env: x[..., 0].sin(),
    "largest": lambda lib, x, env: x.amax(-1) * x.mean(-1),
    "logsumexp": lambda lib, x, env: x.logsumexp(0),
    "product": lambda lib, x, env: (1 + 0.1 * x).prod(-1),
    "length": lambda lib, x, env: lib.linalg.vector_norm(x, dim=0),
    "doubled": lambda lib, x, env: (
        lib.cat([x, x.sin()], -1).narrow(-1, 1, 2) if x.shape[-1] > 1 else x
    ),
    "moved": lambda lib, x, env: x.movedim(0, -1).reshape(x.shape) * x,
    "gram": lambda lib, x, env: lib.einsum("...i,...j->...ij", x, x).sum(-1),
    "swapped": lambda lib, x, env: x.mT @ x.sin() if x.dim() > 1 else x @ x.sin(),
}
TRANSFORMS = ("grad", "vjp", "jvp", "vmap", "jacrev", "jacfwd", "hessian", "linearize")


def without_history(lib, x):
    with lib.no_grad():
        return x * x


def part_written(x):
    y = x * 1.0
    y[..., 0] = y[..., -1].exp() * 0.3
    y[..., -1:].mul_(x[..., :1])
    return y


def steps(rng, count, dims):
    """A chain of operations; those that need dims only where there are some."""
    names = list(SAME_SHAPE) + (list(WITH_DIMS) * 2 if dims else [])
    return [rng.choice(names) for _ in range(count)]


def plan(rng, dims, depth):
    """A random composition of `depth` transforms for an input with so many dims."""
    if depth == 0:
        return ("program", steps(rng, rng.randint(1, 3), dims))
    kind = rng.choice(TRANSFORMS if dims else [t for t in TRANSFORMS if t != "vmap"])
    before = steps(rng, rng.randint(0, 1), 0)
    after = steps(rng, rng.randint(0, 1), 0)
    where = rng.randrange(dims) if kind == "vmap" else None
    return (kind, where, before, plan(rng, dims - (kind == "vmap"), depth - 1), after)


def applied(lib, names, x, env):
    """A chain of operations; those that need dims are left out where there are none."""
    for name in names:
        if name in SAME_SHAPE:
            x = SAME_SHAPE[name](lib, x, env)
        elif x.dim() and x.numel():
            x = WITH_DIMS[name](lib, x, env)
    return x


def evaluate(lib, made, x, env):
    """What a plan gives at `x`; `env` are the tensors that transforms further out see."""
    if made[0] == "program":
        return applied(lib, made[1], x, env)
    kind, where, before, inner, after = made
    x = applied(lib, before, x, env)

    def f(y):
        return evaluate(lib, inner, y, [*env, x])

    return applied(lib, after, TRANSFORMED[kind](lib, f, x, where), env)


def total(f):
    return lambda y: f(y).sum()


def small(f, x):
    """`f`, or its sum where a Jacobian would be large."""
    size = f(x.detach()).numel() * x.numel()
    return f if size <= LARGEST else total(f)


def pulled(lib, f, x, where):
    out, pull = lib.func.vjp(f, x)
    return pull(out.cos())[0]


def along(lib, f, x, where):
    """`linearize`; PyTorch's forgets what transforms inside and outside depend on."""
    if lib is torch:
        out, moved = lib.func.jvp(f, (x,), (x.cos(),))
        return moved + out
    out, push = lib.func.linearize(f, x)
    return push(x.cos()) + out


TRANSFORMED = {
    "grad": lambda lib, f, x, where: lib.func.grad(total(f))(x),
    "vjp": pulled,
    "jvp": lambda lib, f, x, where: lib.func.jvp(f, (x,), (x.cos(),))[1],
    "vmap": lambda lib, f, x, where: lib.func.vmap(f, in_dims=where)(x),
    "jacrev": lambda lib, f, x, where: lib.func.jacrev(small(f, x))(x),
    "jacfwd": lambda lib, f, x, where: lib.func.jacfwd(small(f, x))(x),
    "hessian": lambda lib, f, x, where: lib.func.hessian(total(f))(x),
    "linearize": along,
}


def of_seed(seed):
    """(plan, input as an array)."""
    rng = random.Random(seed)
    shape = rng.choice([(), (3,), (2,), (2, 3), (3, 1), (2, 2)])
    made = plan(rng, len(shape), rng.randint(1, 4))
    while "linearize" in str(made) and "silent" in str(made):
        # PyTorch is asked for `jvp` instead, which no_grad hides from the transforms outside
        made = plan(rng, len(shape), rng.randint(1, 4))
    return made, np.random.default_rng(seed).standard_normal(shape)


def by_pytorch(made, array):
    """What PyTorch makes of a plan."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own modules use what it deprecates
        x = torch.tensor(array)
        return evaluate(torch, made, x, [x]).detach().numpy()


def disagreement(seed):
    """What is wrong with a plan, None if nothing is, or that PyTorch cannot do it."""
    made, array = of_seed(seed)
    try:
        expected = by_pytorch(made, array)
        shaken = np.abs(by_pytorch(made, array * (1 + 1e-15)) - expected)
    except (RuntimeError, NotImplementedError) as error:
        return f"PyTorch cannot: {str(error)[:200]}"
    y = rushlight.tensor(array)
    try:
        found = evaluate(rushlight, made, y, [y]).numpy()
    except Exception as error:
        return f"seed {seed}, {made}: {error!r}"
    if found.shape != expected.shape:
        return f"seed {seed}, {made}: shape {found.shape}, not {expected.shape}"
    scale = max(1.0, np.abs(expected[np.isfinite(expected)]).max(initial=0.0))
    allowed = 1e-6 * np.abs(expected) + 1e-8 * scale + 1e3 * shaken  # as far as it is determined
    if (
        not (np.isnan(found) == np.isnan(expected)).all()
        or (np.abs(found - expected) > allowed).any()
    ):
        worst = np.nanmax(np.abs(found - expected))
        return f"seed {seed}, {made}: off by {worst:.3g} of {scale:.3g}"
    return None


def main(argv):
    count, first = int(argv[1]) if len(argv) > 1 else 5000, int(argv[2]) if len(argv) > 2 else 0
    torch.set_num_threads(1)
    beyond = bad = 0
    for seed in range(first, first + count):
        found = disagreement(seed)
        if found and found.startswith("PyTorch cannot"):
            beyond += 1
        elif found:
            bad += 1
            print(found, flush=True)
    print(f"{count} compositions: {bad} disagree, {beyond} are beyond PyTorch")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
