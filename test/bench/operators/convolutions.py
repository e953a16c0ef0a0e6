"""Convolutions of images, sequences and volumes."""

from operators.shared import MAPS, operator
from rows import points

FAMILY = "convolutions"
IMAGES = points("n h w", *MAPS)
LARGE = points("n h w", (1, 96, 96), (1, 224, 224), (1, 333, 517), (1, 720, 1280))


def conv(name, channels_in, channels_out, size, at=IMAGES, groups=1, stride=1, dilation=1):
    """Of images, with padding that keeps their size at stride 1."""
    height, width = size if isinstance(size, tuple) else (size, size)
    pads = [(height - 1) * dilation // 2, (width - 1) * dilation // 2] * 2

    def body(g):
        weight = g.normal(channels_out, channels_in // groups, height, width, scale=0.1)
        return g.add("Conv", "x", weight, g.normal(channels_out), kernel_shape=[height, width], pads=pads,
                     strides=[stride] * 2, dilations=[dilation] * 2, group=groups)

    return operator(FAMILY, f"Conv {name}", {"x": f"n {channels_in} h w"}, body, at)


def sequence(name, channels_in, channels_out, size, groups=1, stride=1):
    def body(g):
        weight = g.normal(channels_out, channels_in // groups, size, scale=0.1)
        return g.add("Conv", "x", weight, g.normal(channels_out), kernel_shape=[size], strides=[stride],
                     pads=[size // 2] * 2, group=groups)

    return operator(FAMILY, f"Conv {name}", {"x": f"n {channels_in} t"}, body,
                    points("n t", (1, 16), (1, 97), (1, 1000), (8, 512)))


def volume(g):
    return g.add("Conv", "x", g.normal(32, 16, 3, 3, 3, scale=0.1), g.normal(32), kernel_shape=[3] * 3, pads=[1] * 6)


def transposed(name, channels_in, channels_out, size, stride):
    def body(g):
        pad = (size - stride) // 2
        return g.add("ConvTranspose", "x", g.normal(channels_in, channels_out, size, size, scale=0.1),
                     g.normal(channels_out), kernel_shape=[size] * 2, strides=[stride] * 2, pads=[pad] * 4)

    return operator(FAMILY, f"ConvTranspose {name}", {"x": f"n {channels_in} h w"}, body, IMAGES[:5])


def rows():
    return [
        conv("3x3, 64 to 64", 64, 64, 3), conv("3x3, 256 to 256", 256, 256, 3, IMAGES[:5]),
        conv("1x1, 64 to 256", 64, 256, 1), conv("1x1, 256 to 64", 256, 64, 1),
        conv("1x1, 1024 to 256", 1024, 256, 1, IMAGES[:3]), conv("1x1, 24 to 72", 24, 72, 1),
        conv("7x7 of stride 2, 3 to 64", 3, 64, 7, LARGE, stride=2),
        conv("3x3 of stride 2, 3 to 16", 3, 16, 3, LARGE, stride=2),
        conv("3x3 of stride 2, 64 to 128", 64, 128, 3, stride=2),
        conv("1x1 of stride 2, 256 to 512", 256, 512, 1, IMAGES[:5], stride=2),
        conv("3x3, 64 to 1", 64, 1, 3), conv("3x3 dilated, 64 to 64", 64, 64, 3, dilation=2),
        conv("1x5, 80 to 512", 80, 512, (1, 5), points("n h w", (1, 1, 97), (1, 1, 200), (4, 1, 512))),
        conv("3x3, 32 groups of 128", 128, 128, 3, IMAGES[:5], groups=32),
        conv("3x3 depthwise, 32", 32, 32, 3, groups=32),
        conv("3x3 depthwise, 256", 256, 256, 3, IMAGES[:5], groups=256),
        conv("3x3 depthwise of stride 2, 96", 96, 96, 3, groups=96, stride=2),
        conv("5x5 depthwise, 480", 480, 480, 5, IMAGES[:3], groups=480),
        conv("7x7 depthwise, 96", 96, 96, 7, groups=96),
        sequence("3 in time, 512 to 512", 512, 512, 3), sequence("31 in time, depthwise 256", 256, 256, 31, groups=256),
        sequence("20 in time, depthwise 128", 128, 128, 20, groups=128),
        operator(FAMILY, "Conv 512 in time of stride 128, 1 to 256", {"x": "n 1 t"}, lambda g: g.add(
            "Conv", "x", g.normal(256, 1, 512, scale=0.1), g.normal(256), kernel_shape=[512], strides=[128]),
            points("n t", (1, 1024), (1, 16000), (4, 16001))),
        operator(FAMILY, "Conv 3x3x3, 16 to 32", {"x": "n 16 d h w"}, volume,
                 points("n d h w", (1, 4, 14, 14), (1, 7, 29, 31), (1, 16, 56, 56))),
        transposed("2x2 of stride 2, 64 to 32", 64, 32, 2, 2), transposed("4x4 of stride 2, 128 to 64", 128, 64, 4, 2),
        operator(FAMILY, "ConvTranspose 16 in time of stride 8, 256 to 128", {"x": "n 256 t"}, lambda g: g.add(
            "ConvTranspose", "x", g.normal(256, 128, 16, scale=0.1), g.normal(128), kernel_shape=[16], strides=[8],
            pads=[4, 4]), points("n t", (1, 7), (1, 100), (4, 251))),
    ]
