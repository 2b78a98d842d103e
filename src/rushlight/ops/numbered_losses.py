"""The losses of the `torch` namespace: those of `nn.functional` with reductions that are numbers.

0 is "none", which is what they do if nothing is said, 1 "mean" and 2 "sum".
"""

from rushlight.ops.publish import namespaces, public

REDUCTIONS = ("none", "mean", "sum")


def called(name, reduction, *args, **kwargs):
    """`nn.functional`'s loss, its reduction by number."""
    return namespaces["F"][name](*args, reduction=REDUCTIONS[reduction], **kwargs)


@public("torch")
def binary_cross_entropy_with_logits(input, target, weight=None, pos_weight=None, reduction=0):
    """`nn.functional.binary_cross_entropy_with_logits`, its reduction a number.

    Example:
        >>> import rushlight as torch
        >>> torch.binary_cross_entropy_with_logits(torch.zeros(2), torch.ones(2), reduction=2)
        tensor(1.3863)
    """
    name = "binary_cross_entropy_with_logits"
    return called(name, reduction, input, target, weight, pos_weight=pos_weight)


@public("torch")
def cosine_embedding_loss(input1, input2, target, margin=0.0, reduction=0):
    """`nn.functional.cosine_embedding_loss`, its reduction a number.

    Example:
        >>> import rushlight as torch
        >>> torch.cosine_embedding_loss(torch.eye(2), torch.ones(2, 2), torch.ones(2))
        tensor([0.2929, 0.2929])
    """
    return called("cosine_embedding_loss", reduction, input1, input2, target, margin)


@public("torch")
def ctc_loss(
    log_probs, targets, input_lengths, target_lengths, blank=0, reduction=0, zero_infinity=False
):
    """`nn.functional.ctc_loss`, its reduction a number.

    Example:
        >>> import rushlight as torch
        >>> torch.ctc_loss(torch.zeros(2, 1, 3), torch.tensor([[1]]), [2], [1])
        tensor([-1.0986])
    """
    lengths = (input_lengths, target_lengths)
    how = {"blank": blank, "zero_infinity": zero_infinity}
    return called("ctc_loss", reduction, log_probs, targets, *lengths, **how)


@public("torch")
def hinge_embedding_loss(input, target, margin=1.0, reduction=0):
    """`nn.functional.hinge_embedding_loss`, its reduction a number.

    Example:
        >>> import rushlight as torch
        >>> torch.hinge_embedding_loss(torch.tensor([0.5, 2.0]), torch.tensor([-1.0, 1.0]))
        tensor([0.5000, 2.0000])
    """
    return called("hinge_embedding_loss", reduction, input, target, margin)


@public("torch")
def kl_div(input, target, reduction=0, *, log_target=False):
    """`nn.functional.kl_div`, its reduction a number.

    Example:
        >>> import rushlight as torch
        >>> torch.kl_div(torch.zeros(2), torch.tensor([0.5, 1.0]))
        tensor([-0.3466,  0.0000])
    """
    losses = called("kl_div", 0, input, target, log_target=log_target)
    return losses if reduction == 0 else losses.mean() if reduction == 1 else losses.sum()


@public("torch")
def margin_ranking_loss(input1, input2, target, margin=0.0, reduction=0):
    """`nn.functional.margin_ranking_loss`, its reduction a number.

    Example:
        >>> import rushlight as torch
        >>> torch.margin_ranking_loss(torch.ones(2), torch.zeros(2), -torch.ones(2))
        tensor([1., 1.])
    """
    return called("margin_ranking_loss", reduction, input1, input2, target, margin)


@public("torch")
def poisson_nll_loss(input, target, log_input, full, eps, reduction):
    """`nn.functional.poisson_nll_loss`, its reduction a number.

    Example:
        >>> import rushlight as torch
        >>> torch.poisson_nll_loss(torch.zeros(1), torch.ones(1), True, False, 1e-8, 0)
        tensor([1.])
    """
    how = {"log_input": log_input, "full": full, "eps": eps}
    return called("poisson_nll_loss", reduction, input, target, **how)


@public("torch")
def triplet_margin_loss(
    anchor, positive, negative, margin=1.0, p=2.0, eps=1e-06, swap=False, reduction=0
):
    """`nn.functional.triplet_margin_loss`, its reduction a number.

    Example:
        >>> import rushlight as torch
        >>> torch.triplet_margin_loss(torch.zeros(1, 2), torch.zeros(1, 2), torch.ones(1, 2), 2.0)
        tensor([0.5858])
    """
    how = {"margin": margin, "p": p, "eps": eps, "swap": swap}
    return called("triplet_margin_loss", reduction, anchor, positive, negative, **how)
