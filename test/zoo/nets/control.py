"""Control flow as exporters write it: torch.cond, while_loop and scan; loops and branches of TorchScript."""

from typing import List

import torch
from torch import Tensor, nn


class CondNet(nn.Module):
    """A branch that the values decide, whose sides compute constants too."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x):
        return torch.cond(x.sum() > 0, lambda x: self.a(x) + 1, lambda x: self.b(x).relu() * 2, (x,))


class CondNested(nn.Module):
    def forward(self, x):
        def inner(x):
            return torch.cond(x.max() > 2, lambda x: x * 0.5, lambda x: x + x.mean(), (x,))

        return torch.cond(x.mean() > 0, inner, lambda x: -x, (x,))


class WhileNet(nn.Module):
    """Halves until it is small enough."""

    def forward(self, x):
        def small(count, x):
            return (x.abs().max() > 0.3) & (count < 9)

        def halve(count, x):
            return count + 1, x * 0.5

        return torch._higher_order_ops.while_loop(small, halve, (torch.zeros((), dtype=torch.int64), x))


class ScanNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("weight", torch.randn(8, 8) * 0.3)

    def forward(self, x):
        from torch._higher_order_ops.scan import scan

        def step(state, now):
            state = torch.tanh(state @ self.weight + now)
            return state, state.clone()

        last, states = scan(step, x[:, 0] * 0, x.transpose(0, 1), dim=0)
        return last, states


class ScriptLoop(nn.Module):
    """As many rounds as the sequence is long."""

    def __init__(self):
        super().__init__()
        self.step = nn.Linear(8, 8)

    def forward(self, x):
        state = torch.zeros_like(x[:, 0])
        for t in range(x.size(1)):
            state = torch.tanh(self.step(state) + x[:, t])
        return state


class ScriptIf(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(8, 4), nn.Linear(8, 4)

    def forward(self, x):
        if bool(x.mean() > 0):
            y = self.a(x) * 2 + 1
        else:
            y = self.b(x).exp()
        return y


class ScriptIfShape(nn.Module):
    """The length decides; the branches give different lengths."""

    def forward(self, x):
        if x.size(1) > 16:
            y = x[:, :16]
        else:
            y = torch.cat([x, x], 1)
        return y.softmax(-1)


class ScriptWhile(nn.Module):
    def forward(self, x):
        count = 0
        while bool(x.abs().max() > 0.1) and count < 12:
            x = x * 0.7
            count += 1
        return x, torch.tensor(count)


class ScriptList(nn.Module):
    """Collects tensors in a list: a sequence in ONNX."""

    def forward(self, x):
        found: List[Tensor] = []
        for t in range(x.size(1)):
            found.append(x[:, t] * t)
        return torch.stack(found, 1)


class ScriptNested(nn.Module):
    """A branch inside a loop inside a branch."""

    def forward(self, x):
        total = torch.zeros_like(x[:, 0])
        if x.size(0) > 1:
            for t in range(x.size(1)):
                if bool(x[0, t, 0] > 0):
                    total = total + x[:, t]
                else:
                    total = total * 0.5
        return total


class GreedyDecoder(nn.Module):
    """Writes one token after the other until the end token, at most ten."""

    def __init__(self):
        super().__init__()
        self.table, self.step, self.head = nn.Embedding(50, 8), nn.Linear(16, 8), nn.Linear(8, 50)

    def forward(self, tokens):
        state = self.table(tokens).mean(1)
        now = tokens[:, :1]
        written = now
        count = 0
        going = True
        while going and count < 10:
            state = torch.tanh(self.step(torch.cat([state, self.table(now[:, 0])], 1)))
            now = self.head(state).argmax(1, keepdim=True)
            written = torch.cat([written, now], 1)
            count += 1
            going = bool((now != 3).any())
        return written


class EarlyExit(nn.Module):
    """Leaves after the first layer if it is sure."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.head = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 3)

    def forward(self, x):
        y = torch.relu(self.first(x))
        scores = self.head(y).softmax(-1)
        if bool(scores.max() < 0.6):
            scores = self.head(torch.relu(self.second(y)) + y).softmax(-1)
        return scores
