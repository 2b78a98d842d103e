"""The `reduction` argument of losses, and what else losses and norms have in common."""

import warnings

NONE, MEAN, SUM = range(3)
NUMBERS = {"none": NONE, "mean": MEAN, "sum": SUM}
DEPRECATED = "size_average and reduce args will be deprecated, please use reduction='{0}' instead."


def settled_reduction(size_average, reduce, reduction):
    """`reduction`, or what the two older arguments that it replaced ask for, with a warning."""
    if size_average is None and reduce is None:
        return reduction
    if reduce is not None and not reduce:
        meant = "none"
    else:
        meant = "mean" if size_average is None or size_average else "sum"
    warnings.warn(DEPRECATED.format(meant), UserWarning, stacklevel=5)
    return meant


def number_of(reduction):
    """A reduction as the losses' parameter."""
    if reduction == "elementwise_mean":
        warnings.warn(
            "reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.",
            UserWarning,
            stacklevel=5,
        )
        return MEAN
    if reduction not in NUMBERS:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return NUMBERS[reduction]


def apply_reduction(losses, number):
    """The mean or sum of a tensor of losses, or the losses."""
    if number == NONE:
        return losses
    return losses.mean() if number == MEAN else losses.sum()


def refuse_weight_gradient(name, **weights):
    """Weights of losses are constants."""
    for argument, w in weights.items():
        if w is not None and w.requires_grad:
            raise RuntimeError(
                f"The function '{name}' is not differentiable with respect to argument "
                f"'{argument}'. This input cannot have requires_grad True."
            )
