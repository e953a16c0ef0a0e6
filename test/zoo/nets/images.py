"""Nets from image to image, to boxes and to scores."""

import torch
import torch.nn.functional as F
from torch import nn


def block(inputs, outputs, kernel=3, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs),
                         nn.ReLU(inplace=True))


class UNet(nn.Module):
    """Down by pooling, up by transposed convolution, joined by concatenation."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = block(3, 8), block(8, 12), block(12, 16)
        self.up_b, self.up_a = nn.ConvTranspose2d(16, 12, 2, 2), nn.ConvTranspose2d(12, 8, 2, 2)
        self.join_b, self.join_a, self.head = block(24, 12), block(16, 8), nn.Conv2d(8, 2, 1)

    def forward(self, image):
        a = self.a(image)
        b = self.b(F.max_pool2d(a, 2))
        c = self.c(F.max_pool2d(b, 2))
        b = self.join_b(torch.cat([self.up_b(c), b], 1))
        return self.head(self.join_a(torch.cat([self.up_a(b), a], 1)))


class UNetPadded(UNet):
    """Any size: what comes up is padded to the size of what it joins."""

    def up(self, layer, x, like):
        x = layer(x)
        high, wide = like.shape[2] - x.shape[2], like.shape[3] - x.shape[3]
        return torch.cat([F.pad(x, [wide // 2, wide - wide // 2, high // 2, high - high // 2]), like], 1)

    def forward(self, image):
        a = self.a(image)
        b = self.b(F.max_pool2d(a, 2))
        c = self.c(F.max_pool2d(b, 2))
        b = self.join_b(self.up(self.up_b, c, b))
        return self.head(self.join_a(self.up(self.up_a, b, a)))


class UNetNested(nn.Module):
    """U-Net++: every level is joined with all before it."""

    def __init__(self):
        super().__init__()
        self.a0, self.b0, self.c0 = block(3, 6), block(6, 8), block(8, 10)
        self.a1, self.b1, self.a2 = block(14, 6), block(18, 8), block(20, 6)
        self.head = nn.Conv2d(6, 2, 1)

    def forward(self, image):
        def up(x):
            return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)

        a0 = self.a0(image)
        b0 = self.b0(F.max_pool2d(a0, 2))
        a1 = self.a1(torch.cat([a0, up(b0)], 1))
        c0 = self.c0(F.max_pool2d(b0, 2))
        b1 = self.b1(torch.cat([b0, up(c0)], 1))
        a2 = self.a2(torch.cat([a0, a1, up(b1)], 1))
        return torch.sigmoid(self.head(a2))


class AttentionUNet(UNet):
    """What is joined is weighted by a gate that sees both."""

    def __init__(self):
        super().__init__()
        self.gate_x, self.gate_g, self.gate = nn.Conv2d(12, 6, 1), nn.Conv2d(12, 6, 1), nn.Conv2d(6, 1, 1)

    def forward(self, image):
        a = self.a(image)
        b = self.b(F.max_pool2d(a, 2))
        up = self.up_b(self.c(F.max_pool2d(b, 2)))
        weight = torch.sigmoid(self.gate(torch.relu(self.gate_x(b) + self.gate_g(up))))
        b = self.join_b(torch.cat([up, b * weight], 1))
        return self.head(self.join_a(torch.cat([self.up_a(b), a], 1))).argmax(1)


class SubPixel(nn.Module):
    """Super resolution by pixel shuffle (ESPCN)."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 12, 5, padding=2), nn.Tanh(), nn.Conv2d(12, 8, 3, padding=1), nn.Tanh(),
                                  nn.Conv2d(8, 27, 3, padding=1), nn.PixelShuffle(3))

    def forward(self, image):
        return torch.clamp(self.body(image) + F.interpolate(image, scale_factor=3, mode="bicubic"), -3, 3)


class ResidualDense(nn.Module):
    """Super resolution with dense blocks and residuals that are scaled (ESRGAN)."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.layers = nn.ModuleList(nn.Conv2d(8 + 4 * k, 8 if k == 3 else 4, 3, padding=1) for k in range(4))
        self.last = nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, image):
        x = self.first(image)
        found = [x]
        for layer in self.layers:
            found.append(F.leaky_relu(layer(torch.cat(found, 1)), 0.2))
        return self.last(F.interpolate(x + 0.2 * found[-1], scale_factor=2, mode="nearest"))


class ChannelAttention(nn.Module):
    """Residual channel attention (RCAN), squeeze and excitation, spatial attention (CBAM)."""

    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 3, 3, padding=1)
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 2, 1), nn.ReLU(), nn.Conv2d(2, 8, 1),
                                     nn.Sigmoid())
        self.spatial = nn.Conv2d(2, 1, 7, padding=3, bias=False)

    def forward(self, image):
        x = self.first(image)
        y = x * self.squeeze(x)
        y = y * torch.sigmoid(self.spatial(torch.cat([y.mean(1, keepdim=True), y.amax(1, keepdim=True)], 1)))
        return self.last(x + y)


class Denoiser(nn.Module):
    """Predicts the noise and takes it off (DnCNN)."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), block(8, 8), block(8, 8),
                                  nn.Conv2d(8, 3, 3, padding=1))

    def forward(self, image):
        return image - self.body(image)


class PyramidHead(nn.Module):
    """Features of three levels joined downwards and upwards (PANet)."""

    def __init__(self):
        super().__init__()
        self.stem = nn.ModuleList([block(3, 8, stride=2), block(8, 12, stride=2), block(12, 16, stride=2)])
        self.side = nn.ModuleList(nn.Conv2d(c, 8, 1) for c in (8, 12, 16))
        self.down = nn.ModuleList(block(8, 8, stride=2) for _ in range(2))
        self.heads = nn.ModuleList(nn.Conv2d(8, 5, 3, padding=1) for _ in range(3))

    def forward(self, image):
        levels = []
        for stem, side in zip(self.stem, self.side):
            image = stem(image)
            levels.append(side(image))
        for k in (1, 0):
            levels[k] = levels[k] + F.interpolate(levels[k + 1], size=levels[k].shape[-2:], mode="nearest")
        for k in (1, 2):
            levels[k] = levels[k] + self.down[k - 1](levels[k - 1])
        return [head(level) for head, level in zip(self.heads, levels)]


class AnchorDetector(nn.Module):
    """One-stage detector whose grid follows from the sizes (YOLO)."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(block(3, 8, stride=2), block(8, 16, stride=2), block(16, 16, stride=2))
        self.head = nn.Conv2d(16, 3 * 7, 1)
        self.register_buffer("anchors", torch.tensor([[10.0, 13.0], [16.0, 30.0], [33.0, 23.0]]))

    def forward(self, image):
        x = self.head(self.stem(image))
        n, _, h, w = x.shape
        x = x.view(n, 3, 7, h, w).permute(0, 1, 3, 4, 2).sigmoid()
        ys, xs = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        grid = torch.stack([xs, ys], -1).to(x.dtype)
        centre = (x[..., :2] * 2 - 0.5 + grid) * 8
        size = (x[..., 2:4] * 2) ** 2 * self.anchors.view(1, 3, 1, 1, 2)
        return torch.cat([centre, size, x[..., 4:]], -1).reshape(n, -1, 7)


class CenterDetector(nn.Module):
    """The best peaks of a heat map and what lies there (CenterNet)."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(block(3, 8, stride=2), block(8, 12, stride=2))
        self.heat, self.size = nn.Conv2d(12, 4, 1), nn.Conv2d(12, 2, 1)

    def forward(self, image):
        x = self.stem(image)
        heat = self.heat(x).sigmoid()
        heat = heat * (F.max_pool2d(heat, 3, 1, 1) == heat)
        scores, at = heat.flatten(1).topk(6)
        cells = heat.shape[2] * heat.shape[3]
        where = (at % cells).unsqueeze(1).expand(-1, 2, -1)
        return scores, at // cells, self.size(x).flatten(2).gather(2, where)


class StyleTransfer(nn.Module):
    """Reflected borders, instance norms, resized convolutions."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.ReflectionPad2d(4), nn.Conv2d(3, 8, 9), nn.InstanceNorm2d(8, affine=True), nn.ReLU(),
            nn.ReflectionPad2d(1), nn.Conv2d(8, 12, 3, stride=2), nn.InstanceNorm2d(12, affine=True), nn.ReLU(),
            nn.Upsample(scale_factor=2), nn.ReflectionPad2d(4), nn.Conv2d(12, 3, 9), nn.Tanh())

    def forward(self, image):
        return self.body(image)


class SpatialTransformer(nn.Module):
    """Predicts an affine map and samples the image through it."""

    def __init__(self):
        super().__init__()
        self.find = nn.Sequential(nn.Conv2d(3, 6, 7, stride=4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                                  nn.Linear(6, 6))

    def forward(self, image):
        identity = torch.tensor([1.0, 0, 0, 0, 1, 0])
        theta = (self.find(image) * 0.2 + identity).view(-1, 2, 3)
        grid = F.affine_grid(theta, list(image.shape), align_corners=False)
        return F.grid_sample(image, grid, padding_mode="border", align_corners=False)


class OpticalFlow(nn.Module):
    """Correlation with shifted features, then a warp by the flow found."""

    def __init__(self):
        super().__init__()
        self.features, self.flow = block(3, 6), nn.Conv2d(9, 2, 3, padding=1)

    def forward(self, image):
        x = self.features(image)
        padded = F.pad(x, (1, 1, 1, 1))
        h, w = x.shape[2], x.shape[3]
        cost = torch.stack([(x * padded[:, :, i:i + h, j:j + w]).mean(1) for i in range(3) for j in range(3)], 1)
        flow = self.flow(cost)
        ys, xs = torch.meshgrid(torch.linspace(-1, 1, h), torch.linspace(-1, 1, w), indexing="ij")
        grid = torch.stack([xs, ys], -1).unsqueeze(0) + 0.1 * flow.permute(0, 2, 3, 1)
        return flow, F.grid_sample(x, grid, align_corners=True)


class PatchDiscriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(8, 12, 4, 2, 1),
                                  nn.BatchNorm2d(12), nn.LeakyReLU(0.2), nn.Conv2d(12, 1, 4, 1, 1))

    def forward(self, image):
        return self.body(image)
