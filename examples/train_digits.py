"""Train a small classifier of handwritten digits with nothing but tensors and their gradients.

    python examples/train_digits.py
    python examples/train_digits.py --backend torch

It is a PyTorch program; the first import decides whose torch it gets.
"""

from scaffold import Training

import torch
from torch.nn import functional as F
from sklearn.datasets import load_digits

LAYERS = [64, 64, 32, 10]
BATCH = 32
LEARNING_RATE = 0.05
MOMENTUM = 0.9


def load_data():
    """1797 pictures of 8 x 8 pixels and what they show, as shuffled training and test sets."""
    digits = load_digits()
    images = torch.from_numpy(digits.data).float() / 16
    labels = torch.from_numpy(digits.target).long()
    order = torch.randperm(len(images))
    train, test = order[:1500], order[1500:]
    return images[train], labels[train], images[test], labels[test]


def new_parameters():
    """A weight and a bias for every layer, all of them leaves of the graph."""
    parameters = []
    for fan_in, fan_out in zip(LAYERS, LAYERS[1:]):
        weight = torch.randn(fan_in, fan_out) / fan_in**0.5
        parameters += [weight.requires_grad_(), torch.zeros(fan_out, requires_grad=True)]
    return parameters


def classify(images, parameters):
    """Scores of the ten digits for each picture."""
    w1, b1, w2, b2, w3, b3 = parameters
    hidden = torch.tanh(images @ w1 + b1)
    hidden = torch.relu(hidden @ w2 + b2)
    return hidden @ w3 + b3


def loss_of(images, labels, parameters):
    return F.cross_entropy(classify(images, parameters), labels)


def accuracy(images, labels, parameters):
    with torch.no_grad():
        return (classify(images, parameters).argmax(dim=1) == labels).float().mean().item()


def show_graph(node, depth=0, deepest=6):
    """Print what was recorded, from the result back towards the leaves."""
    if node is None or depth > deepest:
        return
    print("  " * depth + node.name())
    for before, _ in node.next_functions:
        show_graph(before, depth + 1, deepest)


def check_gradient(images, labels, parameters, row=20, column=3, step=1e-6):
    """One entry of the first weight's gradient beside (f(w + h) - f(w - h)) / 2h, in float64."""
    exact = [p.detach().double().requires_grad_() for p in parameters]
    loss_of(images.double(), labels, exact).backward()
    by_hand = []
    with torch.no_grad():
        for sign in (+1, -1):
            moved = [p.clone() for p in exact]
            moved[0][row, column] += sign * step
            by_hand.append(loss_of(images.double(), labels, moved).item())
    difference = (by_hand[0] - by_hand[1]) / (2 * step)
    return exact[0].grad[row, column].item(), difference


def batches(count):
    """Which pictures to look at together, without end, in another order in each epoch."""
    while True:
        yield from torch.randperm(count).split(BATCH)


def train(training, images, labels, parameters):
    """Mini-batch gradient descent with momentum."""
    velocities = [torch.zeros_like(p) for p in parameters]
    for _, batch in zip(training, batches(len(images))):
        loss = loss_of(images[batch], labels[batch], parameters)
        loss.backward()
        with torch.no_grad():
            for p, v in zip(parameters, velocities):
                v.mul_(MOMENTUM).add_(p.grad)
                p -= LEARNING_RATE * v
                p.grad = None
        training.record(loss)


def main():
    training = Training(__doc__, steps=1400)
    torch.manual_seed(0)
    images, labels, test_images, test_labels = load_data()
    parameters = new_parameters()

    print("\nA picture is a tensor:")
    print((images[0].reshape(8, 8) * 16).to(torch.int64))
    print("and so is the bias of the last layer:")
    print(parameters[-1])

    loss = loss_of(images, labels, parameters)
    print("\nThe loss before training, and the graph that leads to it:")
    print(loss)
    show_graph(loss.grad_fn)

    exact, difference = check_gradient(images, labels, parameters)
    print("\nOne entry of the first weight's gradient:")
    print(f"backward()          {exact:+.9f}")
    print(f"finite differences  {difference:+.9f}\n")

    train(training, images, labels, parameters)
    print(f"training    {accuracy(images, labels, parameters):.1%} right")
    print(f"test        {accuracy(test_images, test_labels, parameters):.1%} right")

    def draw(axes):
        """The first test pictures, and what the classifier says."""
        guesses = classify(test_images, parameters).argmax(dim=1).tolist()
        for axis, image, label, guess in zip(axes.flat, test_images, test_labels, guesses):
            axis.imshow(image.reshape(8, 8).numpy(), cmap="gray_r")
            axis.set_title(f"{guess}", color="green" if guess == label else "red", fontsize=9)
            axis.axis("off")

    training.plot(draw, rows=3, columns=4, scale="log")


if __name__ == "__main__":
    main()
