"""A small GPT that reads a tale letter by letter and then tells one of its own.

    python examples/char_gpt.py
    python examples/char_gpt.py --backend torch

The text is `rushlight.txt` beside this file, written for it. The network is a decoder-only
transformer, as in Radford et al., "Language Models are Unsupervised Multitask Learners" (2019).
"""

from pathlib import Path

from scaffold import Training

import torch
from torch import nn
from torch.nn import functional as F

CONTEXT = 48
WIDTH, HEADS, LAYERS = 64, 4, 2
BATCH = 16


class Attention(nn.Module):
    """Each letter looks back at those before it and takes what it finds useful."""

    def __init__(self):
        super().__init__()
        self.ask = nn.Linear(WIDTH, 3 * WIDTH)
        self.answer = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        batch, length, _ = x.shape
        heads = self.ask(x).view(batch, length, 3, HEADS, WIDTH // HEADS)
        query, key, value = heads.permute(2, 0, 3, 1, 4).unbind(0)
        found = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.answer(found.transpose(1, 2).reshape(batch, length, WIDTH))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.before_looking, self.before_thinking = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.look = Attention()
        self.think = nn.Sequential(
            nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH), nn.Dropout(0.1)
        )

    def forward(self, x):
        x = x + self.look(self.before_looking(x))
        return x + self.think(self.before_thinking(x))


class GPT(nn.Module):
    """Letters of shape (batch, length) to scores of each next letter, (batch, length, letters)."""

    def __init__(self, letters):
        super().__init__()
        self.letter, self.place = nn.Embedding(letters, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*[Block() for _ in range(LAYERS)])
        self.head = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, letters))
        self.apply(self.start)

    @staticmethod
    def start(module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.02)

    def forward(self, letters):
        places = torch.arange(letters.shape[1])
        return self.head(self.blocks(self.letter(letters) + self.place(places)))

    @torch.no_grad()
    def go_on(self, letters, count, temperature=0.7):
        """The letters, and that many more, each drawn from what the network expects next."""
        for _ in range(count):
            scores = self(letters[:, -CONTEXT:])[:, -1]
            chances = F.softmax(scores / temperature, dim=-1)
            letters = torch.cat([letters, torch.multinomial(chances, 1)], dim=1)
        return letters


def main():
    training = Training(__doc__, steps=1500)
    torch.manual_seed(0)
    text = Path(__file__).with_name("rushlight.txt").read_text()
    alphabet = sorted(set(text))
    tale = torch.tensor([alphabet.index(letter) for letter in text])
    model = GPT(len(alphabet))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=training.steps)
    print(f"{len(text)} letters, {sum(p.numel() for p in model.parameters())} parameters")

    for _ in training:
        starts = torch.randint(len(tale) - CONTEXT, (BATCH, 1))
        letters = tale[starts + torch.arange(CONTEXT + 1)]
        scores = model(letters[:, :-1])
        loss = F.cross_entropy(scores.flatten(0, 1), letters[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        training.record(loss)

    model.eval()
    told = model.go_on(torch.tensor([[alphabet.index("T")]]), 300)
    print("".join(alphabet[i] for i in told[0].tolist()))

    def draw(axes):
        axes.imshow(model.letter.weight.detach().numpy(), aspect="auto", cmap="coolwarm")
        names = [repr(letter)[1:-1] for letter in alphabet]
        axes.set_yticks(range(len(alphabet)), names, fontsize=5)
        axes.set(title="what stands for each letter")

    training.plot(draw)


if __name__ == "__main__":
    main()
