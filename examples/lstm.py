"""An LSTM that listens to a tune of two tones and then hums on by itself.

    python examples/lstm.py
    python examples/lstm.py --backend torch

It learns to say the next value of a sequence from those before. To hum on, it is fed what it said.
"""

from math import pi

from scaffold import Training

import torch
from torch import nn
from torch.nn import functional as F

LENGTH = 80
HEARD = 20  # that many values must be heard before the tune can be known


def tunes(count, length):
    """Sums of two tones at random times, of shape (count, length)."""
    start = torch.rand(count, 1) * 200
    times = start + torch.arange(length)
    tones = [torch.sin(2 * pi * times / period) for period in (13.0, 31.0)]
    return torch.stack(tones).mean(dim=0)


class Listener(nn.Module):
    """Sequences of shape (batch, length) to the guess of each next value, of the same shape."""

    def __init__(self, hidden=48):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, num_layers=2, batch_first=True)
        self.say = nn.Linear(hidden, 1)

    def forward(self, values, state=None):
        heard, state = self.lstm(values.unsqueeze(-1), state)
        return values + self.say(heard).squeeze(-1), state  # it says by how much the tone moves

    @torch.no_grad()
    def hum_on(self, values, count):
        """The next `count` values after a sequence, each computed from those said before."""
        guesses, state = self(values)
        said = [guesses[:, -1:]]
        while len(said) < count:
            guess, state = self(said[-1], state)
            said.append(guess)
        return torch.cat(said, dim=1)


def main():
    training = Training(__doc__, steps=600)
    torch.manual_seed(0)
    model = Listener()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=training.steps)

    for _ in training:
        tune = tunes(32, LENGTH + 1)
        guesses, _ = model(tune[:, :-1])
        loss = F.mse_loss(guesses[:, HEARD:], tune[:, 1 + HEARD :])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        training.record(loss)

    tune = tunes(1, 3 * LENGTH)
    hummed = model.hum_on(tune[:, :LENGTH], 2 * LENGTH)
    print(f"mean error while humming on: {(hummed - tune[:, LENGTH:]).abs().mean():.3f}")

    def draw(axes):
        axes.plot(tune[0].numpy(), label="the tune")
        axes.plot(range(LENGTH, 3 * LENGTH), hummed[0].numpy(), "--", label="hummed on")
        axes.axvline(LENGTH, color="gray", linewidth=0.8)
        axes.legend(loc="lower left")

    training.plot(draw, scale="log")


if __name__ == "__main__":
    main()
