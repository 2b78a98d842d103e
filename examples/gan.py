"""Two networks against each other: one draws digits, the other tells them from real ones.

    python examples/gan.py
    python examples/gan.py --backend torch

Both learn from the other's verdicts alone: Goodfellow et al., "Generative Adversarial Nets"
(2014), with convolutions as in Radford et al. (2015). A duel enlarges every difference, rounding
too: in float32 no two machines play the same game for long, so this one is played in float64.
"""

from scaffold import Training
from drawn_digits import drawn_digits

import torch
from torch import nn
from torch.nn import functional as F

NOISE = 32


def new_artist():
    """Noise of shape (batch, NOISE, 1, 1) to pictures of shape (batch, 1, 16, 16)."""
    return nn.Sequential(
        nn.ConvTranspose2d(NOISE, 48, kernel_size=4, bias=False),
        nn.BatchNorm2d(48),
        nn.ReLU(),
        nn.ConvTranspose2d(48, 24, kernel_size=4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(24),
        nn.ReLU(),
        nn.ConvTranspose2d(24, 1, kernel_size=4, stride=2, padding=1),
        nn.Sigmoid(),
    )


def new_critic():
    """Pictures of shape (batch, 1, 16, 16) to a score each: positive means real."""
    return nn.Sequential(
        nn.Conv2d(1, 24, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(24, 48, kernel_size=4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(48),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(48 * 4 * 4, 1),
    )


def noise(count):
    return torch.randn(count, NOISE, 1, 1, dtype=torch.float64)


def start(module):
    """The initial weights that keep such a pair in balance."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)


def verdict(scores, real):
    """How surprised the critic is to hear that these pictures are (not) real."""
    truth = torch.full_like(scores, 0.9 if real else 0.0)  # never quite sure that one is real
    return F.binary_cross_entropy_with_logits(scores, truth)


def main():
    training = Training(__doc__, steps=1500)
    torch.manual_seed(0)
    pictures = torch.from_numpy(drawn_digits(2000, seed=0)[0]).double()
    artist, critic = new_artist().apply(start).double(), new_critic().apply(start).double()
    artist_optimizer = torch.optim.Adam(artist.parameters(), lr=1e-3, betas=(0.5, 0.999))
    critic_optimizer = torch.optim.Adam(critic.parameters(), lr=5e-4, betas=(0.5, 0.999))

    for _ in training:
        real = pictures[torch.randint(len(pictures), (32,))]
        drawn = artist(noise(32))

        critic_loss = verdict(critic(real), True) + verdict(critic(drawn.detach()), False)
        critic_optimizer.zero_grad()
        critic_loss.backward()
        critic_optimizer.step()

        artist_loss = verdict(critic(drawn), True)
        artist_optimizer.zero_grad()
        artist_loss.backward()
        artist_optimizer.step()
        training.record(artist_loss, critic=f"{critic_loss.item():.4f}")

    def draw(axes):
        with torch.no_grad():
            drawn = artist.eval()(noise(40))
        for axis, picture in zip(axes.flat, drawn):
            axis.imshow(picture[0].numpy(), cmap="gray_r")
            axis.axis("off")

    training.plot(draw, rows=5, columns=8)


if __name__ == "__main__":
    main()
