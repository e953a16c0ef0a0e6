"""Nets over sequences: recurrent, convolutional, with attention of several kinds."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class Tagger(nn.Module):
    """Embedding, a recurrent net in both directions, scores of each token."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(50, 10)
        self.lstm = nn.LSTM(10, 8, bidirectional=True, batch_first=True)
        self.head = nn.Linear(16, 5)

    def forward(self, tokens):
        return F.log_softmax(self.head(self.lstm(self.table(tokens))[0]), -1)


class AttentionPool(nn.Module):
    """A recurrent net whose states are weighted and summed."""

    def __init__(self):
        super().__init__()
        self.gru, self.score, self.head = nn.GRU(8, 10, batch_first=True), nn.Linear(10, 1), nn.Linear(10, 3)

    def forward(self, x):
        states, last = self.gru(x)
        weight = torch.softmax(self.score(torch.tanh(states)), 1)
        return self.head((states * weight).sum(1) + last[0])


class Seq2Seq(nn.Module):
    """An encoder's state starts a decoder, which attends to the encoder."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(50, 8)
        self.encoder = nn.GRU(8, 8, batch_first=True)
        self.decoder = nn.GRU(8, 8, batch_first=True)
        self.head = nn.Linear(16, 50)

    def forward(self, tokens):
        x = self.table(tokens)
        memory, state = self.encoder(x)
        y, _ = self.decoder(torch.flip(x, [1]), state)
        weight = torch.softmax(torch.bmm(y, memory.transpose(1, 2)), -1)
        return self.head(torch.cat([y, torch.bmm(weight, memory)], -1))


class TemporalConv(nn.Module):
    """Dilated causal convolutions with residuals (TCN)."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv1d(8, 8, 3, dilation=2 ** k) for k in range(3))

    def forward(self, x):
        x = x.transpose(1, 2)
        for k, layer in enumerate(self.layers):
            x = F.relu(x + layer(F.pad(x, (2 * 2 ** k, 0))))
        return x.mean(2)


class GatedConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv1d(8, 24, 5, padding=2), nn.Conv1d(12, 4, 1)

    def forward(self, x):
        return self.head(F.glu(self.conv(x.transpose(1, 2)), 1)).transpose(1, 2).cumsum(1)


class LinearAttention(nn.Module):
    """Keys and values are summed before the queries see them."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(8, 8) for _ in range(4))

    def forward(self, x):
        q, k, v = F.elu(self.q(x)) + 1, F.elu(self.k(x)) + 1, self.v(x)
        sums = torch.einsum("nld,nle->nde", k, v)
        scale = 1 / (torch.einsum("nld,nd->nl", q, k.sum(1)) + 1e-3)
        return self.out(torch.einsum("nld,nde,nl->nle", q, sums, scale))


class StateSpace(nn.Module):
    """A diagonal state space model as one product with its kernel (S4D)."""

    def __init__(self):
        super().__init__()
        self.rate, self.b, self.c = (nn.Parameter(torch.randn(8, 4)) for _ in range(3))

    def forward(self, x):
        length = x.shape[1]
        steps = torch.arange(length, dtype=x.dtype)
        decay = -torch.exp(self.rate * 0.3)
        kernel = (self.c * self.b).unsqueeze(-1) * torch.exp(decay.unsqueeze(-1) * steps)
        kernel = kernel.sum(1)
        distance = steps[:, None] - steps[None, :]
        weights = torch.where(distance >= 0, kernel[:, distance.clamp(min=0).long()], torch.zeros(()))
        return torch.einsum("dij,njd->nid", weights, x)


class RelativeAttention(nn.Module):
    """Attention with a learnt bias for each clipped distance (T5, Shaw)."""

    def __init__(self):
        super().__init__()
        self.qkv, self.bias, self.out = nn.Linear(8, 24), nn.Embedding(9, 2), nn.Linear(8, 8)

    def forward(self, x):
        n, length, _ = x.shape
        q, k, v = self.qkv(x).view(n, length, 3, 2, 4).permute(2, 0, 3, 1, 4)
        at = torch.arange(length)
        distance = torch.clamp(at[None] - at[:, None], -4, 4) + 4
        scores = q @ k.transpose(-1, -2) / 2 + self.bias(distance).permute(2, 0, 1)
        return self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, length, 8))


class RotaryDecoder(nn.Module):
    """One layer of a decoder: root mean square norms, rotations, a gated feed-forward."""

    def __init__(self):
        super().__init__()
        self.table, self.norm_1, self.norm_2 = nn.Embedding(50, 32), nn.RMSNorm(32), nn.RMSNorm(32)
        self.q, self.k, self.v, self.o = (nn.Linear(32, n, bias=False) for n in (32, 16, 16, 32))
        self.gate = nn.Linear(32, 48)
        self.up = nn.Linear(32, 48)
        self.down = nn.Linear(48, 32)
        self.head = nn.Linear(32, 50)

    def rotate(self, x):
        length = x.shape[2]
        angles = torch.arange(length)[:, None] * 0.1 ** torch.arange(4)[None]
        cos, sin = (f(torch.cat([angles, angles], -1)).to(x.dtype) for f in (torch.cos, torch.sin))
        a, b = x.chunk(2, -1)
        return x * cos + torch.cat([-b, a], -1) * sin

    def forward(self, tokens):
        x = self.table(tokens)
        n, length, _ = x.shape
        y = self.norm_1(x)
        q, k, v = (f(y).view(n, length, -1, 8).transpose(1, 2) for f in (self.q, self.k, self.v))
        q, k, v = self.rotate(q), self.rotate(k).repeat_interleave(2, 1), v.repeat_interleave(2, 1)
        hidden = torch.full((length, length), -1e4, dtype=x.dtype).triu(1)
        weights = (q @ k.transpose(-1, -2) / math.sqrt(8) + hidden).softmax(-1)
        x = x + self.o((weights @ v).transpose(1, 2).reshape(n, length, 32))
        y = self.norm_2(x)
        return self.head(x + self.down(F.silu(self.gate(y)) * self.up(y)))


class AlibiAttention(nn.Module):
    """Attention whose scores fall with the distance."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        at = torch.arange(x.shape[1], dtype=x.dtype)
        fall = -(at[None] - at[:, None]).abs()
        mask = torch.stack([fall * 0.5, fall * 0.25]).repeat(x.shape[0], 1, 1)
        return self.attention(x, x, x, attn_mask=mask, need_weights=True)


class Experts(nn.Module):
    """The best two of four feed-forward nets for each token."""

    def __init__(self):
        super().__init__()
        self.router = nn.Linear(8, 4)
        self.first, self.second = nn.Parameter(torch.randn(4, 8, 12) * 0.3), nn.Parameter(torch.randn(4, 12, 8) * 0.3)

    def forward(self, x):
        weights, chosen = self.router(x).softmax(-1).topk(2, -1)
        weights = torch.zeros(x.shape[:2] + (4,)).scatter(-1, chosen, weights / weights.sum(-1, keepdim=True))
        hidden = F.gelu(torch.einsum("nld,edh->nleh", x, self.first))
        return torch.einsum("nleh,ehd,nle->nld", hidden, self.second, weights)


class Forecaster(nn.Module):
    """Normalises each series, looks at trend and rest, scales back (DLinear, RevIN)."""

    def __init__(self):
        super().__init__()
        self.gru, self.head = nn.GRU(8, 12, batch_first=True), nn.Linear(12, 8)

    def forward(self, x):
        mean, spread = x.mean(1, keepdim=True), x.std(1, keepdim=True) + 1e-2
        y = (x - mean) / spread
        trend = F.avg_pool1d(F.pad(y.transpose(1, 2), (2, 2), mode="replicate"), 5, 1).transpose(1, 2)
        return (self.head(self.gru(y - trend)[0]) + trend) * spread + mean


class TokenMixer(nn.Module):
    """Layers over the tokens, then over the features (MLP-Mixer)."""

    def __init__(self):
        super().__init__()
        self.norm_1, self.norm_2 = nn.LayerNorm(8), nn.LayerNorm(8)
        self.tokens = nn.Sequential(nn.Linear(12, 16), nn.GELU(), nn.Linear(16, 12))
        self.features = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))

    def forward(self, x):
        x = x + self.tokens(self.norm_1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.features(self.norm_2(x))


class CellLoop(nn.Module):
    """Cells in a Python loop, which exporters unroll."""

    def __init__(self):
        super().__init__()
        self.lstm, self.gru = nn.LSTMCell(8, 6), nn.GRUCell(6, 5)

    def forward(self, x):
        h, c, g = torch.zeros(x.shape[0], 6), torch.zeros(x.shape[0], 6), torch.zeros(x.shape[0], 5)
        found = []
        for t in range(6):
            h, c = self.lstm(x[:, t], (h, c))
            g = self.gru(h, g)
            found.append(g)
        return torch.stack(found, 1), c
