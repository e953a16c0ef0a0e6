"""Bytes: products, convolutions and the way to them and back."""

import numpy as np
from operators.shared import MAPS, operator
from rows import Input, points

FAMILY = "quantized"
IMAGES = points("n h w", *MAPS[:5])
LENGTHS = points("n", 97, 4096, 100003, 802816)


def integers(g, *shape):
    return g.constant(g.random.integers(-127, 128, shape), np.int8)


def product(k, n):
    def body(g):
        return g.add("MatMulInteger", "x", integers(g, k, n), g.constant(120, np.uint8), g.constant(0, np.int8))

    return operator(FAMILY, f"MatMulInteger {k}x{n}", {"x": Input(f"m {k}", "uint8", 256)}, body,
                    points("m", 1, 16, 131, 1024))


def conv(name, channels_in, channels_out, size, groups=1):
    def body(g):
        return g.add("QLinearConv", "x", g.number(0.02), g.constant(110, np.uint8),
                     integers(g, channels_out, channels_in // groups, size, size),
                     g.constant([0.01] * channels_out, np.float32), g.constant([0] * channels_out, np.int8),
                     g.number(0.5), g.constant(128, np.uint8), group=groups, pads=[size // 2] * 4)

    return operator(FAMILY, f"QLinearConv {name}", {"x": Input(f"n {channels_in} h w", "uint8", 256)}, body, IMAGES)


def dynamic_product(g):
    """As a dynamically quantised layer: the input's scale is found at run time."""
    x, scale, zero = g.add("DynamicQuantizeLinear", "x", outputs=3)
    y = g.add("MatMulInteger", x, integers(g, 768, 768), zero, g.constant(0, np.int8))
    return g.add("Mul", g.add("Cast", y, to=1), g.add("Mul", scale, g.number(0.01)))


def rows():
    return [
        product(768, 768), product(768, 3072), product(512, 101),
        conv("3x3, 64 to 64", 64, 64, 3), conv("1x1, 256 to 64", 256, 64, 1), conv("3x3 depthwise, 32", 32, 32, 3, 32),
        operator(FAMILY, "dynamic MatMul 768x768", {"x": "m 768"}, dynamic_product, points("m", 1, 131, 512)),
        operator(FAMILY, "QuantizeLinear", {"x": "n"}, lambda g: g.add(
            "QuantizeLinear", "x", g.number(0.02), g.constant(128, np.uint8)), LENGTHS),
        operator(FAMILY, "DequantizeLinear", {"x": Input("n", "uint8", 256)}, lambda g: g.add(
            "DequantizeLinear", "x", g.number(0.02), g.constant(128, np.uint8)), LENGTHS),
        operator(FAMILY, "DynamicQuantizeLinear", {"x": "n"},
                 lambda g: g.add("DynamicQuantizeLinear", "x", outputs=3), LENGTHS),
    ]
