"""Losses that compare samples: pairs and triplets, for `torch.nn.functional`."""

from rushlight.ops.distance import pairwise_distance
from rushlight.ops.families import as_tensor_argument
from rushlight.ops.publish import namespaces, public
from rushlight.ops.reductions import apply_reduction, number_of, settled_reduction

# Keeps the cosine of a zero vector finite.
EPSILON = 1e-12


@public("F")
def cosine_embedding_loss(
    input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"
):
    """1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1.

    Args:
        input1, input2: N x D, or D for one pair.
        target: 1 or -1 for each pair.

    Raises:
        RuntimeError: the ranks do not fit.
        ValueError: for an unknown reduction.

    Example:
        >>> import rushlight as torch
        >>> x, y = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
        >>> torch.nn.functional.cosine_embedding_loss(x, y, torch.tensor([1]))
        tensor(1.)
    """
    number = number_of(settled_reduction(size_average, reduce, reduction))
    for position, (name, t) in enumerate(
        (("input1", input1), ("input2", input2), ("target", target)), 1
    ):
        as_tensor_argument("cosine_embedding_loss", name, position, t)
    check_ranks(input1, input2, target)
    dim = target.dim()
    a, b = [x if x.dtype.is_floating_point else x.float() for x in (input1, input2)]
    squares = ((a * a).sum(dim) + EPSILON) * ((b * b).sum(dim) + EPSILON)
    cosine = (a * b).sum(dim) / squares.sqrt()
    zero = cosine.new_zeros(())
    where = namespaces["torch"]["where"]
    near = where(target == 1, 1 - cosine, zero)
    return apply_reduction(near + where(target == -1, (cosine - margin).clamp_min(0), zero), number)


def check_ranks(a, b, target):
    """One target per row."""
    n = target.dim()
    if n > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if a.dim() != n + 1 or b.dim() != n + 1:
        raise RuntimeError(
            f"{n}D target tensor expects {n + 1}D input tensors, but found inputs "
            f"with sizes {list(a.shape)} and {list(b.shape)}."
        )


@public("F")
def margin_ranking_loss(
    input1, input2, target, margin=0, size_average=None, reduce=None, reduction="mean"
):
    """max(0, -target (input1 - input2) + margin): target 1 wants input1 to rank higher.

    Raises:
        RuntimeError: the ranks differ.
        ValueError: for an unknown reduction.

    Example:
        >>> import rushlight as torch
        >>> f = torch.nn.functional.margin_ranking_loss
        >>> f(torch.tensor([1.0]), torch.tensor([3.0]), torch.tensor([1.0]))
        tensor(2.)
    """
    number = number_of(settled_reduction(size_average, reduce, reduction))
    if not input1.dim() == input2.dim() == target.dim():
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.size()}, input2: {input2.size()}, target: {target.size()} "
        )
    losses = -target * (input1 - input2) + float(margin)
    return apply_reduction(losses.clamp_min(0), number)


@public("F")
def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2, eps=1e-6, swap=False, size_average=None,
    reduce=None, reduction="mean",
):  # fmt: skip
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), with d the p-norm distance.

    Args:
        swap: take d(positive, negative) where that is the smaller negative distance.

    Raises:
        ValueError: `margin` is not positive, or for an unknown reduction.
        RuntimeError: the ranks differ.

    Example:
        >>> import rushlight as torch
        >>> a, far = torch.zeros(1, 2), torch.tensor([[3.0, 4.0]])
        >>> torch.nn.functional.triplet_margin_loss(a, a, far, margin=7.0)
        tensor(2.0000)
    """
    number = number_of(settled_reduction(size_average, reduce, reduction))
    check_margin(margin)

    def distance(a, b):
        return pairwise_distance(a, b, p, eps)

    return triplet_loss(distance, anchor, positive, negative, margin, swap, number)


@public("F")
def triplet_margin_with_distance_loss(
    anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False,
    reduction="mean",
):  # fmt: skip
    """`triplet_margin_loss` with a distance function of the caller's.

    Raises:
        ValueError: `margin` is not positive, or for an unknown reduction.
        RuntimeError: the ranks differ.

    Example:
        >>> import rushlight as torch
        >>> a, far = torch.zeros(1, 2), torch.tensor([[3.0, 4.0]])
        >>> f = torch.nn.functional.triplet_margin_with_distance_loss
        >>> f(a, a, far, distance_function=lambda x, y: (x - y).abs().amax(-1), margin=5.0)
        tensor(1.)
    """
    number = number_of(reduction)
    check_margin(margin)
    distance = distance_function or pairwise_distance
    return triplet_loss(distance, anchor, positive, negative, margin, swap, number)


def check_margin(margin):
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")


def triplet_loss(distance, anchor, positive, negative, margin, swap, number):
    """The loss of triplets for a given distance."""
    a, p, n = anchor.dim(), positive.dim(), negative.dim()
    if not a == p == n:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of "
            f"dimensions, but got: anchor {a}D, positive {p}D, and negative {n}D inputs"
        )
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = namespaces["torch"]["minimum"](far, distance(positive, negative))
    return apply_reduction((margin + near - far).clamp_min(0), number)
