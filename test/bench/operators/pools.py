"""Pooling and resizing of images."""

from operators.shared import MAPS, node, operator
from rows import points

FAMILY = "pools"
IMAGES = points("n h w", *MAPS)


def pool(name, op_type, channels, size, stride, at=IMAGES):
    pad = (size - 1) // 2
    return operator(FAMILY, f"{op_type} {name}", {"x": f"n {channels} h w"},
                    node(op_type, "x", kernel_shape=[size] * 2, strides=[stride] * 2, pads=[pad] * 4), at)


def resize(name, mode, scale, coordinates, channels=32, at=IMAGES):
    how = {"nearest_mode": "floor"} if mode == "nearest" else {}
    return operator(FAMILY, f"Resize {name}", {"x": f"n {channels} h w"}, lambda g: g.add(
        "Resize", "x", "", g.constant([1, 1, scale, scale], "float32"), mode=mode,
        coordinate_transformation_mode=coordinates, **how), at)


def rows():
    return [
        pool("3x3 of stride 2", "MaxPool", 64, 3, 2), pool("2x2 of stride 2", "MaxPool", 64, 2, 2),
        pool("5x5 of stride 1", "MaxPool", 96, 5, 1), pool("13x13 of stride 1", "MaxPool", 256, 13, 1, IMAGES[:3]),
        pool("2x2 of stride 2", "AveragePool", 256, 2, 2), pool("3x3 of stride 1", "AveragePool", 64, 3, 1),
        operator(FAMILY, "GlobalAveragePool", {"x": "n 512 h w"}, node("GlobalAveragePool", "x"), IMAGES),
        resize("nearest, twice", "nearest", 2, "asymmetric"), resize("linear, twice", "linear", 2, "half_pixel"),
        resize("linear, twice, corners", "linear", 2, "align_corners"),
        resize("linear, 8 times", "linear", 8, "half_pixel", 21, IMAGES[:3]),
        resize("linear, half", "linear", 0.5, "half_pixel", 3,
               points("n h w", (1, 96, 96), (1, 333, 517), (1, 720, 1280))),
        resize("cubic, twice", "cubic", 2, "half_pixel", 3, points("n h w", (1, 28, 28), (1, 97, 101), (1, 180, 320))),
    ]
