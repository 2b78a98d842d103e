"""A step length that satisfies the strong Wolfe conditions.

Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6: a bracket is grown until it
holds such a length, then shrunk by cubic interpolation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

DECREASE, CURVATURE = 1e-4, 0.9


class Point(NamedTuple):
    """A step length, and the loss, gradient and slope along the direction there."""

    t: Any
    loss: Any
    grad: Any
    slope: Any


def strong_wolfe(
    evaluate: Callable[[Any], tuple[float, Any]], t: Any, d: Any, loss: float, grad: Any,
    slope: Any, tolerance_change: float = 1e-9, max_ls: int = 25,
) -> tuple[Any, Any, Any, int]:  # fmt: skip
    """How far to go along `d`: the loss and gradient there, the length, the evaluations it took.

    Args:
        evaluate: gives the loss and its gradient at a step length.
        t: the length to try first.
        slope: the derivative of the loss along `d` at the start.
    """
    start = Point(0, loss, grad.clone(), slope)
    search = Search(evaluate, d, start, max_ls)
    bracket, done = search.grow(t)
    if not done:
        search.shrink(bracket, float(d.abs().max()), tolerance_change)
    best = bracket[ordered(bracket)[0]]
    return best.loss, best.grad, best.t, search.evaluations


class Search:
    """The line search from one start along one direction."""

    def __init__(self, evaluate: Any, d: Any, start: Point, limit: int) -> None:
        self.evaluate, self.d, self.start, self.limit = evaluate, d, start, limit
        self.evaluations = 0

    def at(self, t: Any) -> Point:
        """Evaluate at a step length."""
        self.evaluations += 1
        loss, grad = self.evaluate(t)
        return Point(t, loss, grad.clone(), grad.dot(self.d))

    def rises(self, point: Point) -> bool:
        """Is the loss there above the line of sufficient decrease?"""
        return bool(point.loss > self.start.loss + DECREASE * point.t * self.start.slope)

    def flat(self, point: Point) -> bool:
        """Is the slope there small enough?"""
        return bool(abs(point.slope) <= -CURVATURE * self.start.slope)

    def grow(self, t: Any) -> tuple[list[Point], bool]:
        """A bracket around a good length, or the good length alone."""
        before, point = self.start, self.at(t)
        # The first evaluation is not counted against the limit.
        while self.evaluations <= self.limit:
            late = self.evaluations > 2
            if self.rises(point) or (late and point.loss >= before.loss):
                return [before, point], False
            if self.flat(point):
                return [point], True
            if point.slope >= 0:
                return [before, point], False
            shortest = point.t + 0.01 * (point.t - before.t)
            t = interpolate(before, point, (shortest, point.t * 10))
            before, point = point, self.at(t)
        return [self.start, point], False

    def shrink(self, bracket: list[Point], size: float, tolerance: float) -> None:
        """Move the ends of a bracket together, in place, until one of them is good."""
        low, high = ordered(bracket)
        stalled = False
        while self.evaluations <= self.limit:
            if abs(bracket[1].t - bracket[0].t) * size < tolerance:
                return
            t, stalled = inside(bracket, stalled)
            point = self.at(t)
            if self.rises(point) or point.loss >= bracket[low].loss:
                bracket[high] = point
                low, high = ordered(bracket)
                continue
            good = self.flat(point)
            if not good and point.slope * (bracket[high].t - bracket[low].t) >= 0:
                bracket[high] = bracket[low]
            bracket[low] = point
            if good:
                return


def ordered(bracket: list[Point]) -> tuple[int, int]:
    """Which end of a bracket is lower, and the other."""
    return (0, 1) if bracket[0].loss <= bracket[-1].loss else (1, 0)


def inside(bracket: list[Point], stalled: bool) -> tuple[Any, bool]:
    """The next length to try, and whether it is close to an end of the bracket for once.

    The second time in a row it is moved inwards, by a tenth of the bracket.
    """
    t = interpolate(bracket[0], bracket[1])
    least, most = sorted((bracket[0].t, bracket[1].t))
    margin = 0.1 * (most - least)
    if min(most - t, t - least) >= margin:
        return t, False
    if not (stalled or t >= most or t <= least):
        return t, True
    return (most - margin if abs(t - most) < abs(t - least) else least + margin), False


def interpolate(a: Point, b: Point, bounds: tuple[Any, Any] | None = None) -> Any:
    """Where the cubic through two losses and slopes is least, within bounds.

    Nocedal and Wright, equation 3.59; the middle of the bounds where the cubic has no minimum.
    """
    if a.t > b.t:
        a, b = b, a
    least, most = bounds or (a.t, b.t)
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (least + most) / 2.0
    d2 = square.sqrt()
    t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return min(max(t, least), most)
