"""Reductions, indexing, joining, sorting and batched products, of few elements and of many."""

from collections.abc import Callable
from typing import Any

from .row import Row
from .rows_networks import in_both_ways, with_inputs

BOTH = (1, 2)
Use = Callable[..., Any]


def matrices(torch: Any, n: int, m: int) -> tuple[Any, ...]:
    return (torch.randn(n, m),)


def recorded(make: Callable[..., tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
    """The same inputs, floating ones wanting gradients."""

    def making(torch: Any, *sizes: int) -> tuple[Any, ...]:
        made = make(torch, *sizes)
        return tuple([t.requires_grad_() if t.is_floating_point() else t for t in made])

    return making


# -- reductions ------------------------------------------------------------------------------

REDUCTIONS: dict[str, Use] = {
    "sum": lambda torch, x: x.sum(),
    "sum(0)": lambda torch, x: x.sum(0),
    "sum(1)": lambda torch, x: x.sum(1),
    "mean(1, keepdim)": lambda torch, x: x.mean(1, keepdim=True),
    "amax(1)": lambda torch, x: x.amax(1),
    "prod(1)": lambda torch, x: x.prod(1),
    "var(1)": lambda torch, x: x.var(1),
    "var(0)": lambda torch, x: x.var(0),
    "std": lambda torch, x: x.std(),
    "logsumexp(1)": lambda torch, x: x.logsumexp(1),
    "norm": lambda torch, x: x.norm(),
    "norm(p=1, dim=1)": lambda torch, x: x.norm(p=1, dim=1),
    "max(1)": lambda torch, x: x.max(1)[0],
    "max(0)": lambda torch, x: x.max(0)[0],
    "cumsum(1)": lambda torch, x: x.cumsum(1),
    "cumsum(0)": lambda torch, x: x.cumsum(0),
    "cumprod(1)": lambda torch, x: x.cumprod(1),
    "cummax(1)": lambda torch, x: x.cummax(1)[0],
    "logcumsumexp(1)": lambda torch, x: x.logcumsumexp(1),
}
COUNTS: dict[str, Use] = {
    "argmax(0)": lambda torch, x: x.argmax(0),
    "argmax(1)": lambda torch, x: x.argmax(1),
    "(x > 0).any(1)": lambda torch, x: (x > 0).any(1),
    "(x > 0).all()": lambda torch, x: (x > 0).all(),
    "(x > 0).sum()": lambda torch, x: (x > 0).sum(),
    "sort": lambda torch, x: torch.sort(x),
    "argsort": lambda torch, x: torch.argsort(x),
    "topk(2)": lambda torch, x: torch.topk(x, 2),
    "median(1)": lambda torch, x: x.median(1),
    "kthvalue(2)": lambda torch, x: x.kthvalue(2),
    "unique": lambda torch, x: torch.unique(x),
}

# -- choosing and joining --------------------------------------------------------------------


def with_mask(torch: Any, n: int, m: int) -> tuple[Any, ...]:
    return torch.randn(n, m), torch.randn(n, m) > 0


def with_numbers(torch: Any, n: int, m: int) -> tuple[Any, ...]:
    """A square matrix, and the number of a row or column for each of its elements."""
    return torch.randn(n, m), torch.randint(0, n, (n, m))


def with_rows(torch: Any, n: int, m: int) -> tuple[Any, ...]:
    return torch.randn(n, m), torch.randint(0, n, (n,))


CHOOSING: dict[str, tuple[Callable[..., tuple[Any, ...]], Use]] = {
    "where": (with_mask, lambda torch, x, mask: torch.where(mask, x, 0.5)),
    "masked_fill": (with_mask, lambda torch, x, mask: x.masked_fill(mask, 0.0)),
    "x[mask]": (with_mask, lambda torch, x, mask: x[mask]),
    "clamp": (matrices, lambda torch, x: x.clamp(-1, 1)),
    "gather(0)": (with_numbers, lambda torch, x, i: x.gather(0, i)),
    "gather(1)": (with_numbers, lambda torch, x, i: x.gather(1, i)),
    "scatter_add(0)": (with_numbers, lambda torch, x, i: torch.zeros_like(x).scatter_add(0, i, x)),
    "index_select": (with_rows, lambda torch, x, i: x.index_select(0, i)),
    "x[rows]": (with_rows, lambda torch, x, i: x[i]),
    "x[rows, columns]": (with_rows, lambda torch, x, i: x[i, i]),
    "index_add": (with_rows, lambda torch, x, i: torch.zeros_like(x).index_add(0, i, x)),
    "embedding": (with_rows, lambda torch, x, i: torch.nn.functional.embedding(i, x)),
    "cat(0)": (matrices, lambda torch, x: torch.cat([x, x, x])),
    "cat(1)": (matrices, lambda torch, x: torch.cat([x, x, x], 1)),
    "stack(1)": (matrices, lambda torch, x: torch.stack([x, x, x], 1)),
    "x + row, undone": (matrices, lambda torch, x: x[:1].expand(x.shape)),
}
COUNTING: dict[str, tuple[Callable[..., tuple[Any, ...]], Use]] = {
    "one_hot": (with_rows, lambda torch, x, i: torch.nn.functional.one_hot(i, x.shape[0])),
    "bincount": (with_rows, lambda torch, x, i: torch.bincount(i)),
    "histc": (matrices, lambda torch, x: torch.histc(x, 50, -3, 3)),
    "searchsorted": (
        lambda torch, n, m: (torch.randn(n * m), torch.linspace(-3, 3, m)),
        lambda torch, x, edges: torch.searchsorted(edges, x),
    ),
    "bucketize, of few": (
        lambda torch, n, m: (torch.randn(n * m), torch.linspace(-3, 3, 8)),
        lambda torch, x, edges: torch.bucketize(x, edges),
    ),
    "nonzero": (with_mask, lambda torch, x, mask: mask.nonzero()),
    "masked assignment": (with_mask, lambda torch, x, mask: x.__setitem__(mask, 0.5)),
    "x[rows] = number": (with_rows, lambda torch, x, i: x.__setitem__(i, 0.5)),
}

SIZES = {"4x4": (4, 4), "1000x1000": (1000, 1000)}


def array_rows() -> list[Row]:
    rows = []
    for size, (n, m) in SIZES.items():
        threads = BOTH if n > 4 else (1,)
        for name, (make, use) in (
            *((name, (matrices, use)) for name, use in (*REDUCTIONS.items(), *COUNTS.items())),
            *CHOOSING.items(),
            *COUNTING.items(),
        ):
            setup = with_inputs(lambda torch, make=make, n=n, m=m: make(torch, n, m), use)
            rows.append(Row(f"{size} {name}", setup, threads=threads))
        for name, (make, use) in (
            *((name, (matrices, use)) for name, use in REDUCTIONS.items()),
            *CHOOSING.items(),
        ):
            setup = in_both_ways(
                lambda torch, make=make, n=n, m=m: recorded(make)(torch, n, m), use
            )
            rows.append(Row(f"{size} {name} forward and backward", setup, threads=threads))
    return rows


# -- wide rows, and batches of matrices ------------------------------------------------------


def batches(torch: Any, size: int, n: int, k: int, m: int) -> tuple[Any, ...]:
    return torch.randn(size, n, k), torch.randn(size, k, m)


def heads(torch: Any, *shape: int) -> tuple[Any, ...]:
    return tuple([torch.randn(*shape) for _ in range(3)])


def attention(torch: Any, q: Any, k: Any, v: Any, causal: bool = False) -> Any:
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)


PRODUCTS = {
    "bmm 64x32x32": (64, 32, 32, 32),
    "bmm 8x128x64": (8, 128, 64, 128),
    "bmm 512x8x8": (512, 8, 8, 8),
    "bmm 4x4x4": (4, 4, 4, 4),
}
HEADS = {
    "attention 1x2x4x8": (1, 2, 4, 8),
    "attention 8x8x128x32": (8, 8, 128, 32),
    "attention 2x4x512x64": (2, 4, 512, 64),
}


def block_rows() -> list[Row]:
    rows = [
        Row(
            "topk(50) of 64 x 50000",
            with_inputs(lambda torch: matrices(torch, 64, 50000), lambda torch, x: x.topk(50)),
            threads=BOTH,
        ),
        Row(
            "sort of 1000000",
            with_inputs(lambda torch: (torch.randn(1_000_000),), lambda torch, x: x.sort()),
            threads=BOTH,
        ),
        Row(
            "unique of 1000000 whole numbers",
            with_inputs(
                lambda torch: (torch.randint(0, 1000, (1_000_000,)),),
                lambda torch, x: torch.unique(x),
            ),
            threads=BOTH,
        ),
        Row(
            "embedding 50000x64, 32x128 of them, forward and backward",
            in_both_ways(
                lambda torch: (
                    torch.randn(50000, 64, requires_grad=True),
                    torch.randint(0, 50000, (32, 128)),
                ),
                lambda torch, w, i: torch.nn.functional.embedding(i, w),
            ),
            threads=BOTH,
        ),
    ]
    for name, sizes in PRODUCTS.items():
        make = lambda torch, sizes=sizes: batches(torch, *sizes)  # noqa: E731
        both = lambda torch, sizes=sizes: recorded(batches)(torch, *sizes)  # noqa: E731
        rows.append(Row(name, with_inputs(make, lambda torch, a, b: a @ b), threads=BOTH))
        rows.append(
            Row(
                f"{name} forward and backward",
                in_both_ways(both, lambda torch, a, b: a @ b),
                threads=BOTH,
            )
        )
    for name, shape in HEADS.items():
        make = lambda torch, shape=shape: heads(torch, *shape)  # noqa: E731
        both = lambda torch, shape=shape: recorded(heads)(torch, *shape)  # noqa: E731
        rows.append(Row(name, with_inputs(make, attention), threads=BOTH))
        rows.append(
            Row(f"{name} forward and backward", in_both_ways(both, attention), threads=BOTH)
        )
        rows.append(
            Row(
                f"{name} causal, forward and backward",
                in_both_ways(both, lambda torch, q, k, v: attention(torch, q, k, v, True)),
                threads=BOTH,
            )
        )
    return rows


ROWS = [*array_rows(), *block_rows()]
