"""Nets over sound: features of waveforms, recognisers, separators, vocoders."""

import torch
import torch.nn.functional as F
from torch import nn


class Conformer(nn.Module):
    """Feed-forward halves around attention and a depthwise convolution."""

    def __init__(self):
        super().__init__()
        self.feed_1, self.feed_2 = (nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 32), nn.SiLU(), nn.Linear(32, 16))
                                    for _ in range(2))
        self.norm, self.attention = nn.LayerNorm(16), nn.MultiheadAttention(16, 2, batch_first=True)
        self.conv_norm = nn.LayerNorm(16)
        self.point_1 = nn.Conv1d(16, 32, 1)
        self.deep = nn.Conv1d(16, 16, 7, padding=3, groups=16)
        self.batch_norm, self.point_2, self.last = nn.BatchNorm1d(16), nn.Conv1d(16, 16, 1), nn.LayerNorm(16)

    def forward(self, x):
        x = x + 0.5 * self.feed_1(x)
        y = self.norm(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        y = F.glu(self.point_1(self.conv_norm(x).transpose(1, 2)), 1)
        x = x + self.point_2(F.silu(self.batch_norm(self.deep(y)))).transpose(1, 2)
        return self.last(x + 0.5 * self.feed_2(x))


class Spectrogram(nn.Module):
    """Frames, a Fourier transform as a convolution, a filter bank, logarithms."""

    def __init__(self):
        super().__init__()
        at = torch.arange(64) * torch.arange(33)[:, None] * (2 * torch.pi / 64)
        window = torch.hann_window(64)
        self.register_buffer("basis", torch.cat([torch.cos(at), -torch.sin(at)])[:, None] * window)
        self.register_buffer("bank", torch.rand(33, 8))

    def forward(self, sound):
        x = F.pad(sound[:, None], (32, 32), mode="reflect")
        real, imaginary = F.conv1d(x, self.basis, stride=16).chunk(2, 1)
        power = (real ** 2 + imaginary ** 2).transpose(1, 2) @ self.bank
        x = torch.log(torch.clamp(power, min=1e-6))
        return torch.maximum(x, x.amax((1, 2), keepdim=True) - 8.0)


class WaveformEncoder(nn.Module):
    """Strided convolutions with norms over the channels (wav2vec)."""

    def __init__(self):
        super().__init__()
        self.first, self.norm = nn.Conv1d(1, 8, 10, stride=5, bias=False), nn.GroupNorm(8, 8)
        self.second, self.third = nn.Conv1d(8, 8, 3, stride=2), nn.Conv1d(8, 12, 2, stride=2)
        self.position = nn.utils.parametrizations.weight_norm(nn.Conv1d(12, 12, 8, padding=4, groups=4), dim=2)

    def forward(self, sound):
        x = F.gelu(self.norm(self.first(sound[:, None])))
        x = F.gelu(self.third(F.gelu(self.second(x))))
        return (x + F.gelu(self.position(x)[:, :, :-1])).transpose(1, 2)


class WaveNet(nn.Module):
    """Dilated gated convolutions whose skips are summed."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(1, 8, 2)
        self.gates = nn.ModuleList(nn.Conv1d(8, 16, 2, dilation=2 ** k) for k in range(4))
        self.skips = nn.ModuleList(nn.Conv1d(8, 8, 1) for _ in range(4))
        self.last = nn.Conv1d(8, 16, 1)

    def forward(self, sound):
        x, total = self.first(F.pad(sound[:, None], (1, 0))), 0
        for k, (gate, skip) in enumerate(zip(self.gates, self.skips)):
            a, b = gate(F.pad(x, (2 ** k, 0))).chunk(2, 1)
            y = torch.tanh(a) * torch.sigmoid(b)
            total, x = total + skip(y), x + y
        return F.log_softmax(self.last(F.relu(total)), 1)


class Separator(nn.Module):
    """Learnt frames, a mask for each source, and back by overlap and addition (Conv-TasNet)."""

    def __init__(self):
        super().__init__()
        self.encode = nn.Conv1d(1, 8, 16, stride=8, bias=False)
        self.decode = nn.ConvTranspose1d(8, 1, 16, stride=8, bias=False)
        self.norm = nn.GroupNorm(1, 8)
        self.mask = nn.Sequential(nn.Conv1d(8, 8, 3, padding=1, groups=8), nn.PReLU(), nn.Conv1d(8, 16, 1))

    def forward(self, sound):
        x = F.relu(self.encode(sound[:, None]))
        masks = torch.sigmoid(self.mask(self.norm(x))).unflatten(1, (2, 8))
        parts = (x.unsqueeze(1) * masks).flatten(0, 1)
        return self.decode(parts).unflatten(0, (-1, 2)).squeeze(2)


class SpeechRecognizer(nn.Module):
    """Convolutions over time and frequency, recurrent layers, letters (DeepSpeech)."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(1, 4, (5, 3), (2, 2), (2, 1)), nn.BatchNorm2d(4), nn.Hardtanh(0, 20))
        self.gru, self.head = nn.GRU(32, 10, 2, bidirectional=True, batch_first=True), nn.Linear(20, 9)

    def forward(self, x):
        x = self.conv(x[:, None]).permute(0, 2, 1, 3).flatten(2)
        scores = F.log_softmax(self.head(self.gru(x)[0]), -1)
        return scores, scores.argmax(-1)


class KeywordSpotter(nn.Module):
    """Separable convolutions over a spectrogram (DS-CNN)."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 8, (10, 4), 2, (5, 1)), nn.BatchNorm2d(8), nn.ReLU(),
                                  nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.BatchNorm2d(8), nn.ReLU(),
                                  nn.Conv2d(8, 12, 1), nn.BatchNorm2d(12), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
                                  nn.Flatten(), nn.Linear(12, 5))

    def forward(self, x):
        return self.body(x[:, None])


class Vocoder(nn.Module):
    """Transposed convolutions and residual stacks from features to sound (HiFi-GAN)."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(8, 12, 7, padding=3)
        self.up = nn.ModuleList([nn.ConvTranspose1d(12, 8, 8, 4, 2), nn.ConvTranspose1d(8, 6, 4, 2, 1)])
        self.stacks = nn.ModuleList(nn.ModuleList(nn.Conv1d(c, c, 3, padding=d, dilation=d) for d in (1, 3))
                                    for c in (8, 6))
        self.last = nn.Conv1d(6, 1, 7, padding=3)

    def forward(self, x):
        x = self.first(x)
        for up, stack in zip(self.up, self.stacks):
            x = up(F.leaky_relu(x, 0.1))
            x = sum(x + layer(F.leaky_relu(x, 0.1)) for layer in stack) / 2
        return torch.tanh(self.last(F.leaky_relu(x)))
