"""Transforms of every operation of PyTorch's operator database, against a loop over samples.

    python -m tests.func.operations [--only PATTERN] [--tier 1 2] [--samples 20] [--check NAME]

runs the whole of what `test_every_operation.py` takes a part of, and prints what disagrees.
"""

from __future__ import annotations

import argparse
import fnmatch
import sys
import types
import warnings

import numpy as np
import torch

import rushlight
from parity import opinfo
from rushlight import func

BATCH = 3
LARGEST_JACOBIAN = 900  # elements
LARGEST_HESSIAN = 12  # variables
SECONDS = 30

# They read memory that nobody has written to, draw numbers, or give what NumPy cannot hold.
UNTRANSFORMED = (
    "empty*",
    "new_empty*",
    "normal*",
    "bernoulli",
    "*svd_lowrank",
    "*pca_lowrank",
    "bfloat16",
)


# The layout of their argument in memory is part of their meaning, and a batch dim changes it.
LAYOUT = ("as_strided", "view_as_complex")

# What is refused on purpose, in PyTorch's words.
REFUSED = ("randomness error mode", "Batch norm got a batched tensor as input while the running")


class Disagreement(Exception):
    """A transform's result is not what it should be."""


def floating(t):
    return t.dtype.is_floating_point or t.dtype.is_complex


class Case:
    """One sample of an operation as a function of the tensors it can be differentiated by."""

    def __init__(self, run, sample):
        self.run, self.sample = run, sample
        self.tree, self.leaves = run.imp.bind(sample, grad=True)
        wanted = {id(t): t for t in self.leaves if t.requires_grad}
        self.base = [t.detach().clone() for t in wanted.values()]
        self.slots = {key: i for i, key in enumerate(wanted)}
        self.others = {id(t): t.detach() for t in self.leaves}
        self.outputs = self(*self.base)

    def __call__(self, *xs):
        """The operation's floating results."""
        twin = opinfo.swap_tensors(
            self.tree,
            rushlight.is_tensor,
            lambda t: xs[self.slots[id(t)]] if id(t) in self.slots else self.others[id(t)],
        )
        out = self.run.imp.call_smooth(twin, self.sample)
        return tuple([t for t in opinfo.tensors_in(out, rushlight.is_tensor) if floating(t)])

    def batch(self, dim=0):
        """Three variations of every argument, along a new dim."""
        return [rushlight.stack([x, x * 0.9, x * 0.8], dim) for x in self.base]

    def cotangents(self, batch, salt):
        """A fixed random cotangent for each output; for each sample of a batch."""
        g = torch.Generator().manual_seed(salt)
        made = []
        for y in self.outputs:
            size = (BATCH, *y.shape) if batch else tuple(y.shape)
            dtype = torch.complex128 if y.dtype.is_complex else torch.float64
            made.append(rushlight.tensor(torch.randn(size, dtype=dtype, generator=g).numpy()))
        return [w.to(y.dtype) for w, y in zip(made, self.outputs, strict=True)]

    def real(self):
        """Are results and arguments finite real numbers, so that Jacobians are?"""
        every = (*self.outputs, *self.base)
        return all(not t.dtype.is_complex and bool(t.isfinite().all()) for t in every)

    def sizes(self):
        """(elements of the results, elements of the arguments)."""
        return sum(y.numel() for y in self.outputs), sum(x.numel() for x in self.base)


def same(found, expected, what, tolerance=1e-8):
    """Refuse results that are not the expected ones."""
    for j, (a, b) in enumerate(zip(found, expected, strict=True)):
        a, b = (x.detach().resolve_conj().numpy() for x in (a, b))
        if a.shape != b.shape:
            raise Disagreement(f"{what} {j}: shape {a.shape}, not {b.shape}")
        if not np.allclose(a, b, tolerance, tolerance, equal_nan=True):
            worst = np.nanmax(np.abs(a - b))
            raise Disagreement(f"{what} {j} is off by {worst:.3g}")


def looped_values(case, batch):
    rows = [case(*[b[i].clone() for b in batch]) for i in range(BATCH)]
    return [rushlight.stack(list(column)) for column in zip(*rows, strict=True)]


def looped_gradients(case, batch, weights):
    rows = []
    for i in range(BATCH):
        pull = func.vjp(case, *[b[i].clone() for b in batch])[1]
        rows.append(pull(tuple([w[i] for w in weights])))
    return [rushlight.stack(list(column)) for column in zip(*rows, strict=True)]


def check_vmap(case):
    """The batch dim in front, at the end, and missing from all arguments but one."""
    expected = looped_values(case, case.batch())
    same(func.vmap(case)(*case.batch()), expected, "value")
    if not case.run.op.name.startswith(LAYOUT):
        moved = func.vmap(case, in_dims=-1, out_dims=-1)(*case.batch(-1))
        same([y.movedim(-1, 0) for y in moved], expected, "value from the last dim")
    for k in range(len(case.base) if len(case.base) > 1 else 0):
        mixed = [
            b if j == k else x
            for j, (b, x) in enumerate(zip(case.batch(), case.base, strict=False))
        ]
        spread = [x if j == k else rushlight.stack([x] * BATCH) for j, x in enumerate(mixed)]
        dims = tuple([0 if j == k else None for j in range(len(mixed))])
        found = func.vmap(case, in_dims=dims)(*mixed)
        same(found, looped_values(case, spread), f"value by argument {k} alone")


def check_vmap_of_vjp(case):
    batch, weights = case.batch(), case.cotangents(True, 1)
    n = len(batch)
    found = func.vmap(lambda *a: func.vjp(case, *a[:n])[1](tuple(a[n:])))(*batch, *weights)
    same(found, looped_gradients(case, batch, weights), "gradient")


def check_vjp_of_vmap(case):
    batch, weights = case.batch(), case.cotangents(True, 1)
    found = func.vjp(func.vmap(case), *batch)[1](tuple(weights))
    same(found, looped_gradients(case, batch, weights), "gradient")


def check_jvp_of_vmap(case):
    batch = case.batch()
    tangents = [b * 0.5 + 0.1 for b in batch]
    rows = [
        func.jvp(case, tuple([b[i].clone() for b in batch]), tuple([t[i] for t in tangents]))[1]
        for i in range(BATCH)
    ]
    expected = [rushlight.stack(list(column)) for column in zip(*rows, strict=True)]
    same(func.jvp(func.vmap(case), tuple(batch), tuple(tangents))[1], expected, "tangent")
    each = func.vmap(lambda *a: func.jvp(case, a[: len(batch)], a[len(batch) :])[1])
    same(each(*batch, *tangents), expected, "tangent of each sample")


def check_jacobians(case):
    """Both modes give one Jacobian."""
    n, m = case.sizes()
    if n * m > LARGEST_JACOBIAN or not case.real():
        return
    nums = tuple(range(len(case.base)))
    reverse = func.jacrev(case, nums)(*case.base)
    forward = func.jacfwd(case, nums)(*case.base)
    same(*[[t for row in j for t in row] for j in (forward, reverse)], "Jacobian")


def check_hessians(case):
    """Symmetric, and equal to the differences of gradients."""
    _, m = case.sizes()
    if m > LARGEST_HESSIAN or not case.real():
        return
    weights = case.cotangents(False, 2)

    def total(flat):
        parts, start = [], 0
        for x in case.base:
            parts.append(flat[start : start + x.numel()].reshape(x.shape))
            start += x.numel()
        return sum((y * w).sum() for y, w in zip(case(*parts), weights, strict=True))

    flat = rushlight.cat([x.reshape(-1) for x in case.base])
    hessian = func.hessian(total)(flat)
    same([hessian.mT], [hessian], "transposed Hessian", 1e-6)
    step = 1e-5
    columns = []
    for i in range(m):
        e = rushlight.zeros_like(flat)
        e[i] = step
        ahead, behind = (func.grad(total)(flat + s * e) for s in (1, -1))
        columns.append((ahead - behind) / (2 * step))
    if columns and all(c.isfinite().all() for c in columns):
        scale = max(1.0, float(hessian.abs().max()))
        same([hessian / scale], [rushlight.stack(columns, 1) / scale], "Hessian", 1e-3)


CHECKS = {
    "vmap": check_vmap,
    "vmap_of_vjp": check_vmap_of_vjp,
    "vjp_of_vmap": check_vjp_of_vmap,
    "jvp_of_vmap": check_jvp_of_vmap,
    "jacobians": check_jacobians,
    "hessians": check_hessians,
}


class Operations:
    """The operator database's samples for both libraries."""

    def __init__(self, samples, tiers=(1, 2)):
        from torch.testing._internal.common_methods_invocations import op_db

        self.bridges = opinfo.Bridge(torch), opinfo.Bridge(rushlight)
        self.options = types.SimpleNamespace(seed=0, samples="sample", max_samples=samples)
        self.entries = {
            op.full_name: op
            for op in op_db
            if opinfo.tier_of(op.name, op.full_name) in tiers
            and torch.float64 in op.supported_dtypes("cpu")
            and op.supports_autograd
            and not any(fnmatch.fnmatchcase(op.full_name, p) for p in UNTRANSFORMED)
        }

    def cases(self, name):
        """The samples of an operation that can be differentiated."""
        op = self.entries[name]
        run = opinfo.OpRun(op, torch.float64, *self.bridges, self.options)
        run.twin = opinfo.Side(self.bridges[0], opinfo.resolve(op, torch), op)
        try:
            run.imp = opinfo.Side(self.bridges[1], opinfo.resolve(op, rushlight), op)
        except AttributeError:
            return  # not here yet: what there is, the parity tables say
        for sample in run.samples(True):
            if run.is_random(sample, smooth=True):
                continue
            try:
                case = Case(run, sample)
            except Exception:
                continue  # the operation itself is the business of other tests
            if case.base and case.outputs:
                yield case


def failures(operations, name, checks):
    """(check, sample, what is wrong) for all that is."""
    for k, case in enumerate(operations.cases(name)):
        for check in checks:
            try:
                with opinfo.time_limit(SECONDS):
                    CHECKS[check](case)
            except (Exception, opinfo.Timeout) as error:
                if any(words in str(error) for words in REFUSED):
                    continue
                sample = opinfo.describe(case.sample, torch)
                yield check, f"{k}: {sample[:100]}", f"{type(error).__name__}: {error}"[:300]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="*", help="names or patterns, with commas between")
    parser.add_argument("--tier", type=int, nargs="+", default=(1, 2))
    parser.add_argument("--samples", type=int, default=20, help="of each operation; 0 for all")
    parser.add_argument("--check", default=",".join(CHECKS), help="of: " + " ".join(CHECKS))
    options = parser.parse_args(argv)
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    operations = Operations(options.samples, options.tier)
    patterns = options.only.split(",")
    bad = 0
    for name in operations.entries:
        if not any(fnmatch.fnmatchcase(name, p) for p in patterns):
            continue
        found = {}
        for check, sample, why in failures(operations, name, options.check.split(",")):
            found.setdefault(check, []).append((sample, why))
        bad += bool(found)
        for check, rows in found.items():
            print(f"{name} {check} {len(rows)} x, as {rows[0][0]}: {rows[0][1]}", flush=True)
    print(f"{bad} of {len(operations.entries)} operations disagree")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
