"""A convolutional network that reads digits: batches, dropout, a schedule, a test set.

python examples/digits_cnn.py
python examples/digits_cnn.py --backend torch
"""

from scaffold import Training
from drawn_digits import drawn_digits

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset


class Reader(nn.Module):
    """Pictures of shape (batch, 1, 16, 16) to scores of shape (batch, 10)."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.classify = nn.Sequential(nn.Flatten(), nn.Dropout(0.2), nn.Linear(32 * 4 * 4, 10))

    def forward(self, images):
        return self.classify(self.features(images))


def dataset(count, seed):
    images, labels = drawn_digits(count, seed)
    return TensorDataset(torch.from_numpy(images), torch.from_numpy(labels))


def forever(loader):
    """Batches without end, shuffled anew in each epoch."""
    while True:
        yield from loader


@torch.no_grad()
def accuracy(model, data):
    """The share of a data set that the model reads right."""
    model.eval()
    images, labels = data.tensors
    right = (model(images).argmax(dim=1) == labels).float().mean().item()
    model.train()
    return right


def main():
    training = Training(__doc__, steps=400)
    torch.manual_seed(0)
    train, test = dataset(2000, seed=1), dataset(500, seed=2)
    batches = forever(DataLoader(train, batch_size=64, shuffle=True, drop_last=True))
    model = Reader()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=training.steps)

    for _ in training:
        images, labels = next(batches)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        training.record(loss, rate=f"{schedule.get_last_lr()[0]:.4f}")

    print(f"right: {accuracy(model, train):.1%} of the training set, ", end="")
    print(f"{accuracy(model, test):.1%} of the test set")

    def draw(axes):
        images, labels = test[:15]
        guesses = model.eval()(images).argmax(dim=1)
        for axis, image, guess, label in zip(axes.flat, images, guesses, labels):
            axis.imshow(image[0].numpy(), cmap="gray_r")
            axis.set_title(f"{guess}", color="green" if guess == label else "red", fontsize=9)
            axis.axis("off")

    training.plot(draw, rows=3, columns=5, scale="log")


if __name__ == "__main__":
    main()
