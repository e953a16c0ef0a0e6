"""Parts of diffusion models: denoisers that are told the time, encoders, decoders, codebooks."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def time_features(time, width):
    half = width // 2
    rates = torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float32) / half)
    angles = time.float()[:, None] * 1000 * rates[None]
    return torch.cat([torch.cos(angles), torch.sin(angles)], -1).to(time.dtype)


class Residual(nn.Module):
    def __init__(self, inputs, outputs, timed=0):
        super().__init__()
        self.norm_1, self.conv_1 = nn.GroupNorm(4, inputs), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm_2, self.conv_2 = nn.GroupNorm(4, outputs), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.time = nn.Linear(timed, outputs) if timed else None
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x, time=None):
        y = self.conv_1(F.silu(self.norm_1(x)))
        if self.time is not None:
            y = y + self.time(F.silu(time))[:, :, None, None]
        return self.skip(x) + self.conv_2(F.silu(self.norm_2(y)))


class Attention(nn.Module):
    """Over the points of an image, or from them to a text."""

    def __init__(self, channels, context=None, heads=2):
        super().__init__()
        self.norm, self.heads = nn.GroupNorm(4, channels), heads
        self.q = nn.Linear(channels, channels, bias=False)
        self.k, self.v = (nn.Linear(context or channels, channels, bias=False) for _ in range(2))
        self.out = nn.Linear(channels, channels)

    def forward(self, image, context=None):
        n, c, h, w = image.shape
        x = self.norm(image).flatten(2).transpose(1, 2)
        context = x if context is None else context

        def split(t):
            return t.reshape(n, -1, self.heads, c // self.heads).transpose(1, 2)

        y = F.scaled_dot_product_attention(split(self.q(x)), split(self.k(context)), split(self.v(context)))
        y = self.out(y.transpose(1, 2).reshape(n, h * w, c))
        return image + y.transpose(1, 2).reshape(n, c, h, w)


class TimedUNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(16, 16), nn.SiLU(), nn.Linear(16, 16))
        self.first, self.a, self.down = nn.Conv2d(4, 8, 3, padding=1), Residual(8, 8, 16), nn.Conv2d(8, 8, 3, 2, 1)
        self.b, self.attention = Residual(8, 16, 16), Attention(16)
        self.up, self.c = nn.Conv2d(16, 8, 3, padding=1), Residual(16, 8, 16)
        self.norm, self.last = nn.GroupNorm(4, 8), nn.Conv2d(8, 4, 3, padding=1)

    def forward(self, image, time):
        t = self.time(time_features(time, 16))
        a = self.a(self.first(image), t)
        b = self.attention(self.b(self.down(a), t))
        b = self.up(F.interpolate(b, scale_factor=2.0, mode="nearest"))
        return self.last(F.silu(self.norm(self.c(torch.cat([b, a], 1), t))))


class CrossAttentionBlock(nn.Module):
    """Points attend to a text; gated feed-forward (GEGLU)."""

    def __init__(self):
        super().__init__()
        self.first, self.attention = nn.Conv2d(4, 8, 1), Attention(8, context=12)
        self.residual, self.gated, self.out = Residual(8, 8, 16), nn.Conv2d(8, 32, 1), nn.Conv2d(16, 4, 1)

    def forward(self, image, time, text):
        x = self.residual(self.first(image), time_features(time, 16))
        value, gate = self.gated(self.attention(x, text)).chunk(2, 1)
        return self.out(value * F.gelu(gate))


class ImageEncoder(nn.Module):
    """Gives mean and spread of a latent image (VAE)."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), Residual(8, 8), nn.ZeroPad2d((0, 1, 0, 1)),
                                  nn.Conv2d(8, 16, 3, stride=2), Residual(16, 16), Attention(16), nn.GroupNorm(4, 16),
                                  nn.SiLU(), nn.Conv2d(16, 8, 3, padding=1))

    def forward(self, image):
        mean, spread = self.body(image).chunk(2, 1)
        return mean, torch.exp(0.5 * torch.clamp(spread, -30.0, 20.0))


class ImageDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(4, 16, 3, padding=1), Residual(16, 16), Attention(16),
                                  nn.Upsample(scale_factor=2), nn.Conv2d(16, 8, 3, padding=1), Residual(8, 8),
                                  nn.GroupNorm(4, 8), nn.SiLU(), nn.Conv2d(8, 3, 3, padding=1))

    def forward(self, image):
        return self.body(image / 0.18)


class PatchTransformer(nn.Module):
    """Patches modulated by the time (DiT)."""

    def __init__(self):
        super().__init__()
        self.patch, self.time = nn.Conv2d(4, 16, 2, 2), nn.Linear(16, 96)
        self.norm = nn.LayerNorm(16, elementwise_affine=False)
        self.attention = nn.MultiheadAttention(16, 2, batch_first=True)
        self.feed = nn.Sequential(nn.Linear(16, 32), nn.GELU(approximate="tanh"), nn.Linear(32, 16))
        self.last = nn.Linear(16, 16)

    def forward(self, image, time):
        x = self.patch(image)
        n, c, h, w = x.shape
        x = x.flatten(2).transpose(1, 2)
        t = self.time(F.silu(time_features(time, 16)))[:, None]
        shift_1, scale_1, gate_1, shift_2, scale_2, gate_2 = t.chunk(6, -1)
        y = self.norm(x) * (1 + scale_1) + shift_1
        x = x + gate_1 * self.attention(y, y, y, need_weights=False)[0]
        x = x + gate_2 * self.feed(self.norm(x) * (1 + scale_2) + shift_2)
        return self.last(x).reshape(n, h, w, 2, 2, 4).permute(0, 5, 1, 3, 2, 4).reshape(n, 4, 2 * h, 2 * w)


class VectorQuantizer(nn.Module):
    """The nearest entries of a codebook, and their numbers."""

    def __init__(self):
        super().__init__()
        self.encode, self.decode = nn.Conv2d(3, 6, 4, 2, 1), nn.ConvTranspose2d(6, 3, 4, 2, 1)
        self.codebook = nn.Embedding(20, 6)

    def forward(self, image):
        x = self.encode(image).permute(0, 2, 3, 1)
        flat = x.reshape(-1, 6)
        table = self.codebook.weight
        distance = flat.pow(2).sum(1, keepdim=True) - 2 * flat @ table.t() + table.pow(2).sum(1)
        number = distance.argmin(1)
        return self.decode(self.codebook(number).view(x.shape).permute(0, 3, 1, 2)), number
