"""A variational autoencoder: digits squeezed through two numbers, and new ones drawn from them.

    python examples/vae.py
    python examples/vae.py --backend torch

The encoder says how sure it is of its two numbers (a mean and a variance); the decoder draws from
a sample of them. Kingma and Welling, "Auto-Encoding Variational Bayes" (2013).
"""

from scaffold import Training
from drawn_digits import SIZE, drawn_digits

import torch
from torch import nn
from torch.nn import functional as F

PIXELS = SIZE * SIZE
LATENT = 2


class Autoencoder(nn.Module):
    def __init__(self, hidden=256):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Linear(PIXELS, hidden), nn.GELU(), nn.Linear(hidden, 2 * LATENT)
        )
        self.decoder = nn.Sequential(
            nn.Linear(LATENT, hidden), nn.GELU(),
            nn.Linear(hidden, hidden), nn.GELU(),
            nn.Linear(hidden, PIXELS),
        )  # fmt: skip

    def forward(self, pictures):
        """Scores of the pixels drawn again, and the mean and log variance they were drawn from."""
        mean, log_variance = self.encoder(pictures).chunk(2, dim=1)
        # The sample is a function of mean and variance, so that gradients reach them.
        latent = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        return self.decoder(latent), mean, log_variance


def negative_elbo(pictures, scores, mean, log_variance):
    """How badly a picture was drawn again, plus how far its code is from a standard normal."""
    drawing = F.binary_cross_entropy_with_logits(scores, pictures, reduction="sum")
    divergence = -0.5 * torch.sum(1 + log_variance - mean**2 - log_variance.exp())
    return (drawing + divergence) / len(pictures)


def main():
    training = Training(__doc__, steps=3000)
    torch.manual_seed(0)
    pictures = torch.from_numpy(drawn_digits(2000, seed=0)[0]).flatten(1)
    model = Autoencoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

    for _ in training:
        batch = pictures[torch.randint(len(pictures), (100,))]
        loss = negative_elbo(batch, *model(batch))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        training.record(loss)

    def draw(axes):
        """The plane of codes, and what the decoder draws at each of its points."""
        line = torch.linspace(-2, 2, 11)
        codes = torch.cartesian_prod(line, line)
        with torch.no_grad():
            drawn = torch.sigmoid(model.decoder(codes)).reshape(11, 11, SIZE, SIZE)
        axes.imshow(drawn.permute(0, 2, 1, 3).reshape(11 * SIZE, 11 * SIZE).numpy(), cmap="gray_r")
        axes.set(title="drawn from each point of the plane of codes", xticks=[], yticks=[])

    training.plot(draw)


if __name__ == "__main__":
    main()
