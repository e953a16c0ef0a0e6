"""A one-stage detector of YOLO's kind: partial residual stages, pooled pyramid,
two-way neck, decoupled heads without anchors."""

from rows import Input, Row, images


def conv(g, x, channels_in, channels_out, size=1, stride=1):
    return g.swish(g.convolution(x, channels_in, channels_out, size, stride))


def partial_stage(g, x, channels_in, channels_out, depth, residual):
    """One half passes by, the other goes through `depth` bottlenecks; every
    intermediate result is kept."""
    half = channels_out // 2
    x = conv(g, x, channels_in, channels_out)
    kept = list(g.add("Split", x, outputs=2, axis=1))
    y = kept[1]
    for _ in range(depth):
        z = conv(g, conv(g, y, half, half, 3), half, half, 3)
        y = g.add("Add", y, z) if residual else z
        kept.append(y)
    return conv(g, g.add("Concat", *kept, axis=1), half * (2 + depth), channels_out)


def pooled_pyramid(g, x, channels):
    x = conv(g, x, channels, channels // 2)
    levels = [x]
    for _ in range(3):
        levels.append(g.add("MaxPool", levels[-1], kernel_shape=[5, 5], strides=[1, 1], pads=[2] * 4))
    return conv(g, g.add("Concat", *levels, axis=1), 2 * channels, channels)


def head(g, x, channels, outputs):
    """(batch, cells, outputs)"""
    y = conv(g, conv(g, x, channels, channels, 3), channels, channels, 3)
    y = g.convolution(y, channels, outputs, 1)
    return g.add("Transpose", g.add("Reshape", y, g.ints(0, outputs, -1)), perm=[0, 2, 1])


def detector(width, depth, classes):
    w = [width << k for k in range(5)]

    def body(g):
        x = conv(g, conv(g, "image", 3, w[0], 3, 2), w[0], w[1], 3, 2)
        x = partial_stage(g, x, w[1], w[1], depth, True)
        fine = partial_stage(g, conv(g, x, w[1], w[2], 3, 2), w[2], w[2], 2 * depth, True)
        middle = partial_stage(g, conv(g, fine, w[2], w[3], 3, 2), w[3], w[3], 2 * depth, True)
        coarse = partial_stage(g, conv(g, middle, w[3], w[4], 3, 2), w[4], w[4], depth, True)
        coarse = pooled_pyramid(g, coarse, w[4])
        # From coarse to fine, then back.
        y = g.add("Concat", g.resize_like(coarse, middle), middle, axis=1)
        middle = partial_stage(g, y, w[4] + w[3], w[3], depth, False)
        y = g.add("Concat", g.resize_like(middle, fine), fine, axis=1)
        fine = partial_stage(g, y, w[3] + w[2], w[2], depth, False)
        y = g.add("Concat", conv(g, fine, w[2], w[2], 3, 2), middle, axis=1)
        middle = partial_stage(g, y, w[2] + w[3], w[3], depth, False)
        y = g.add("Concat", conv(g, middle, w[3], w[3], 3, 2), coarse, axis=1)
        coarse = partial_stage(g, y, w[3] + w[4], w[4], depth, False)
        levels = [(fine, w[2]), (middle, w[3]), (coarse, w[4])]
        boxes = [head(g, x, channels, 4) for x, channels in levels]
        scores = [g.add("Sigmoid", head(g, x, channels, classes)) for x, channels in levels]
        return g.add("Concat", *boxes, axis=1), g.add("Concat", *scores, axis=1)

    return body


def rows(tiny=False):
    body = detector(4, 1, 3) if tiny else detector(16, 1, 80)
    at = images((2, 64, 37)) if tiny else images((1, 96, 96), (1, 97, 101), (1, 416, 416), (8, 224, 224),
                                                 (1, 333, 517), (1, 720, 1280))
    return [Row("YOLO-like", "detection", {"image": Input("n 3 h w")}, body, at)]
