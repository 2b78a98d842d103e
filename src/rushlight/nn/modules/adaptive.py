"""Softmax over many classes: `torch.nn.modules.adaptive`."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from typing import Any

from rushlight.nn import functional as F
from rushlight.nn.modules.container import ModuleList, Sequential
from rushlight.nn.modules.linear import Linear
from rushlight.nn.modules.module import Module

__all__ = ["AdaptiveLogSoftmaxWithLoss"]

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(Module):
    """A log-softmax that spends less on rare classes, and its loss.

    The first classes have a place in the head each; the others fall into clusters, each of which
    has one place in the head and a softmax of its own behind it.

    Args:
        in_features: length of the inputs.
        n_classes: how many classes, frequent ones first.
        cutoffs: where the clusters begin.
        div_value: how much narrower each cluster's projection is.
        head_bias: whether the head has a bias.
        device: only the CPU.
        dtype: of the parameters.

    Raises:
        ValueError: for cutoffs that do not rise, or are not within the classes.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        cutoffs = list(cutoffs)
        check_cutoffs(cutoffs, n_classes)
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = cutoffs[0]
        self.n_clusters = len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        made = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **made)
        self.tail = ModuleList()
        for i, (start, stop) in enumerate(self.clusters()):
            width = int(in_features // (div_value ** (i + 1)))
            self.tail.append(
                Sequential(
                    Linear(in_features, width, bias=False, **made),
                    Linear(width, stop - start, bias=False, **made),
                )
            )

    def clusters(self) -> list[tuple[int, int]]:
        """First class of each cluster, and the one after its last."""
        return list(zip(self.cutoffs, self.cutoffs[1:], strict=False))

    def reset_parameters(self) -> None:
        """Draw new first values."""
        self.head.reset_parameters()
        for part in self.tail.modules():
            if isinstance(part, Linear):
                part.reset_parameters()

    def forward(self, input_: Any, target_: Any) -> Any:
        """The log probability of each target, and their mean with the sign changed."""
        check_batch(input_, target_)
        batched = target_.dim() > 0
        input = input_ if batched else input_.unsqueeze(0)
        target = target_ if batched else target_.unsqueeze(0)
        inside = (target >= 0) & (target < self.n_classes)
        if not inside.all():
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range "
                f"[{target.min().item()}, {target.max().item()}] were found. "
            )
        place = target.clone()  # in the head
        output = input.new_zeros(target.size(0))
        for i, (start, stop) in enumerate(self.clusters()):
            rows = ((target >= start) & (target < stop)).nonzero().squeeze(1)
            if rows.numel() == 0:
                continue
            place.index_fill_(0, rows, self.shortlist_size + i)
            log_prob = F.log_softmax(self.tail[i](input.index_select(0, rows)), dim=1)
            within = (target[rows] - start).unsqueeze(1)
            output.index_copy_(0, rows, log_prob.gather(1, within).squeeze(1))
        head = F.log_softmax(self.head(input), dim=1)
        output = output + head.gather(1, place.unsqueeze(1)).squeeze(1)
        loss = (-output).mean()
        return _ASMoutput(output if batched else output.squeeze(0), loss)

    def _get_full_log_prob(self, input: Any, head_output: Any) -> Any:
        head = F.log_softmax(head_output, dim=1)
        out = input.new_empty((head_output.size(0), self.n_classes))
        out[:, : self.shortlist_size] = head[:, : self.shortlist_size]
        for i, (start, stop) in enumerate(self.clusters()):
            cluster = F.log_softmax(self.tail[i](input), dim=1)
            out[:, start:stop] = cluster + head[:, self.shortlist_size + i].unsqueeze(1)
        return out

    def log_prob(self, input: Any) -> Any:
        """The log probabilities of all classes: (N, n_classes)."""
        return self._get_full_log_prob(input, self.head(input))

    def predict(self, input: Any) -> Any:
        """The most probable class of each row; clusters are looked into only where they win."""
        head = self.head(input)
        output = head.argmax(dim=1)
        rare = output >= self.shortlist_size
        if rare.any():
            output[rare] = self._get_full_log_prob(input[rare], head[rare]).argmax(dim=1)
        return output


def check_cutoffs(cutoffs: list[int], n_classes: int) -> None:
    if not cutoffs:
        raise ValueError("cutoffs should be a sequence of length larger than 0")
    rising = cutoffs == sorted(set(cutoffs)) and cutoffs[0] > 0 and cutoffs[-1] <= n_classes - 1
    if not rising or any(int(c) != c for c in cutoffs):
        raise ValueError(
            "cutoffs should be a sequence of unique, positive integers sorted in an increasing "
            "order, where each value is between 1 and n_classes-1"
        )


def check_batch(input: Any, target: Any) -> None:
    if target.dim() > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if target.dim() == 1 and input.size(0) != target.size(0):
        raise RuntimeError("Input and target should have the same size in the batch dimension.")
    if input.dim() != target.dim() + 1:
        raise RuntimeError(
            f"{target.dim()}D target tensor expects {target.dim() + 1}D input tensors, but found "
            f"inputs with size {input.size()}"
        )
