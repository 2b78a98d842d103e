"""Networks and their data, written once for whatever module stands for torch.

A model here is a function of that module that returns (parameters, a function that computes the loss).
"""

from collections.abc import Callable
from typing import Any

Loss = Callable[[], Any]
Model = Callable[[Any], tuple[list[Any], Loss]]


def supervised(make: Callable[[Any], Any], data: Callable[[Any], Any], loss: str) -> Model:
    """A module that is called on data whose target is known."""

    def model(torch: Any) -> tuple[list[Any], Loss]:
        network = make(torch)
        x, target = data(torch)
        criterion = getattr(torch.nn.functional, loss)
        return list(network.parameters()), lambda: criterion(network(x), target)

    return model


def perceptron(torch: Any) -> Any:
    nn = torch.nn
    return nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1))


def regression(torch: Any) -> tuple[Any, Any]:
    return torch.randn(32, 10), torch.randn(32, 1)


def medium_perceptron(torch: Any) -> Any:
    nn = torch.nn
    return nn.Sequential(
        *(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
    )


def flat_digits(torch: Any) -> tuple[Any, Any]:
    return torch.randn(64, 784), torch.randint(0, 10, (64,))


def lenet(torch: Any) -> Any:
    nn = torch.nn
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )


def digits(torch: Any) -> tuple[Any, Any]:
    return torch.randn(64, 1, 28, 28), torch.randint(0, 10, (64,))


def residual_network(torch: Any) -> Any:
    """Two stages of two blocks, for small colour pictures."""
    nn = torch.nn

    class Block(nn.Module):  # type: ignore[name-defined]
        def __init__(self, channels: int, out: int) -> None:
            super().__init__()
            stride = 1 if channels == out else 2
            self.first = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
            self.second = nn.Conv2d(out, out, 3, 1, 1, bias=False)
            self.norms = nn.ModuleList([nn.BatchNorm2d(out) for _ in range(2)])
            self.past = nn.Conv2d(channels, out, 1, stride) if stride > 1 else nn.Identity()

        def forward(self, x: Any) -> Any:
            y = self.norms[0](self.first(x)).relu()
            return (self.norms[1](self.second(y)) + self.past(x)).relu()

    return nn.Sequential(
        *(nn.Conv2d(3, 16, 3, padding=1), Block(16, 16), Block(16, 16)),
        *(Block(16, 32), Block(32, 32)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10)),
    )


def pictures(torch: Any) -> tuple[Any, Any]:
    return torch.randn(16, 3, 32, 32), torch.randint(0, 10, (16,))


def transformer(torch: Any) -> tuple[list[Any], Loss]:
    """A GPT of two blocks over a vocabulary of 96."""
    nn, functional = torch.nn, torch.nn.functional
    width, heads, length, samples = 64, 4, 32, 8

    class Block(nn.Module):  # type: ignore[name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(2)])
            self.project, self.join = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

        def forward(self, x: Any) -> Any:
            parts = self.project(self.norms[0](x)).split(width, dim=2)
            q, k, v = [p.view(samples, length, heads, -1).transpose(1, 2) for p in parts]
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.join(y.transpose(1, 2).reshape(samples, length, width))
            return x + self.narrow(functional.gelu(self.wide(self.norms[1](x))))

    words, places = nn.Embedding(96, width), nn.Embedding(length, width)
    rest = nn.Sequential(Block(), Block(), nn.LayerNorm(width), nn.Linear(width, 96))
    text = torch.randint(0, 96, (samples, length + 1))
    at = torch.arange(length)

    def loss() -> Any:
        scores = rest(words(text[:, :-1]) + places(at))
        return functional.cross_entropy(scores.flatten(0, 1), text[:, 1:].flatten())

    return [p for module in (words, places, rest) for p in module.parameters()], loss


def autoencoder(torch: Any) -> tuple[list[Any], Loss]:
    """A variational autoencoder of digits."""
    nn, functional = torch.nn, torch.nn.functional
    encoder = nn.Sequential(nn.Linear(784, 200), nn.ReLU(), nn.Linear(200, 40))
    decoder = nn.Sequential(nn.Linear(20, 200), nn.ReLU(), nn.Linear(200, 784))
    x = torch.rand(64, 784)

    def loss() -> Any:
        mean, log_variance = encoder(x).chunk(2, 1)
        z = mean + (0.5 * log_variance).exp() * torch.randn_like(mean)
        likelihood = functional.binary_cross_entropy_with_logits(decoder(z), x, reduction="sum")
        return likelihood - 0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()

    return [*encoder.parameters(), *decoder.parameters()], loss


def oscillator(torch: Any) -> tuple[list[Any], Loss]:
    """A physics-informed network: u'' = -u, by two derivatives of the network."""
    nn = torch.nn
    u = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
    t = torch.linspace(0, 6, 100).unsqueeze(1).requires_grad_()

    def loss() -> Any:
        y = u(t)
        (slope,) = torch.autograd.grad(y.sum(), t, create_graph=True)
        (bend,) = torch.autograd.grad(slope.sum(), t, create_graph=True)
        return ((bend + y) ** 2).mean() + (y[0] - 1).pow(2).sum() + slope[0].pow(2).sum()

    return list(u.parameters()), loss


def series(torch: Any) -> tuple[list[Any], Loss]:
    """An LSTM that reads a series and says one number."""
    recurrent, last = torch.nn.LSTM(8, 64), torch.nn.Linear(64, 1)
    x, target = torch.randn(30, 16, 8), torch.randn(16, 1)

    def loss() -> Any:
        return torch.nn.functional.mse_loss(last(recurrent(x)[0][-1]), target)

    return [*recurrent.parameters(), *last.parameters()], loss


MODELS: dict[str, Model] = {
    "10-16-1 perceptron": supervised(perceptron, regression, "mse_loss"),
    "784-128-64-10 perceptron, batch 64": supervised(
        medium_perceptron, flat_digits, "cross_entropy"
    ),
    "LSTM 30x16x8, hidden 64": series,
    "LeNet, batch 64": supervised(lenet, digits, "cross_entropy"),
    "ResNet of four blocks, 16x3x32x32": supervised(residual_network, pictures, "cross_entropy"),
    "GPT of two blocks, 8x32x64": transformer,
    "VAE 784-200-20, batch 64": autoencoder,
    "physics-informed network, 100 points": oscillator,
}
