"""Balancing a pole on a cart by trial and error: the policy gradient, with a critic.

    python examples/policy_gradient.py
    python examples/policy_gradient.py --backend torch

One step plays 16 carts until all poles have fallen (or 200 moves have been made) and makes the moves
likelier that went better than expected: Williams, "Simple Statistical Gradient-Following Algorithms
for Connectionist Reinforcement Learning" (1992).
"""

import numpy as np

from scaffold import Training

import torch
from torch import nn
from torch.nn import functional as F

CARTS = 16
MOVES = 200
DISCOUNT = 0.98


class CartPole:
    """Carts on a rail, each with a pole on a hinge; every 20 ms each is pushed left or right.

    The equations of motion are those of Barto, Sutton and Anderson (1983): a cart of 1 kg, a pole
    of 100 g and 1 m, pushes of 10 N, no friction. A pole is lost at 12 degrees or 2.4 m.
    """

    def __init__(self, count, random):
        self.state = random.uniform(-0.05, 0.05, size=(4, count))
        self.standing = np.ones(count, dtype=bool)

    def observe(self):
        """Place, speed, angle and turning speed of each: shape (count, 4)."""
        return torch.from_numpy(self.state.T.astype(np.float32))

    def push(self, right):
        """Push each cart; returns which of the poles stood until now."""
        rewarded = self.standing
        _, speed, angle, turning = self.state
        force = np.where(right, 10.0, -10.0)
        sine, cosine = np.sin(angle), np.cos(angle)
        push = (force + 0.05 * turning**2 * sine) / 1.1
        tilt = (9.8 * sine - cosine * push) / (0.5 * (4 / 3 - 0.1 * cosine**2 / 1.1))
        change = np.stack([speed, push - 0.05 * tilt * cosine / 1.1, turning, tilt])
        self.state = np.where(rewarded, self.state + 0.02 * change, self.state)
        place, _, angle, _ = self.state
        self.standing = rewarded & (np.abs(place) < 2.4) & (np.abs(angle) < np.pi / 15)
        return torch.from_numpy(rewarded.astype(np.float32))


class Player(nn.Module):
    """What is seen to the scores of both moves and to how long the pole is expected to stand."""

    def __init__(self, hidden=64):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, hidden), nn.Tanh())
        self.move, self.expect = nn.Linear(hidden, 2), nn.Linear(hidden, 1)

    def forward(self, seen):
        thoughts = self.body(seen)
        return self.move(thoughts), self.expect(thoughts).squeeze(-1)


def play(player, random):
    """Play all carts to their end; moves' log probabilities, expectations and rewards in time."""
    carts, record = CartPole(CARTS, random), []
    while carts.standing.any() and len(record) < MOVES:
        scores, expected = player(carts.observe())
        log_probabilities = F.log_softmax(scores, dim=1)
        move = torch.multinomial(log_probabilities.detach().exp(), 1)
        chosen = log_probabilities.gather(1, move).squeeze(1)
        record.append((chosen, expected, carts.push(move.squeeze(1).numpy() == 1)))
    return (torch.stack(column) for column in zip(*record))


def returns(rewards):
    """What each move was followed by: rewards to come, the later the less."""
    total, totals = torch.zeros(CARTS), []
    for reward in reversed(rewards):
        total = reward + DISCOUNT * total
        totals.append(total)
    return torch.stack(totals[::-1])


def main():
    training = Training(__doc__, steps=150)
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    player = Player()
    optimizer = torch.optim.Adam(player.parameters(), lr=1e-2)
    stood = []

    for _ in training:
        chosen, expected, rewards = play(player, random)
        earned = returns(rewards)
        surprise = (earned - expected).detach()
        policy_loss = -(chosen * surprise * rewards).sum() / rewards.sum()
        critic_loss = (F.smooth_l1_loss(expected, earned, reduction="none") * rewards).mean()
        loss = policy_loss + 0.5 * critic_loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        stood.append(rewards.sum(0).mean().item())
        training.record(loss, stood=f"{stood[-1]:.0f}")

    print(f"poles stood {stood[0]:.0f} moves at first, {stood[-1]:.0f} of {MOVES} in the end")

    def draw(axes):
        axes.plot(stood)
        axes.set(xlabel="step", title="moves until a pole falls", ylim=(0, MOVES))

    training.plot(draw)


if __name__ == "__main__":
    main()
