"""Networks with baked sizes, each a function of a Graph and the input's extents."""

import numpy as np


def backbone(g, x, channels=8, levels=3):
    """Features at strides 2, 4, ..., 2^levels."""
    features = []
    for level in range(levels):
        x = g.conv(x, channels * (level + 1), stride=2)
        features.append(x)
    return features


def image(g, n, c, h, w):
    return g.input("x", (n, c, h, w))


# -- Classifiers ---------------------------------------------------------------
def flat_classifier(g, n, h, w):
    """Its weights depend on the size."""
    x = backbone(g, image(g, n, 3, h, w))[-1]
    x = g.reshape(x, n, x.shape[1] * x.shape[2] * x.shape[3])
    g.output(g.linear(x, 10))


def flat_classifier_inferred(g, n, h, w):
    """The batch is what is left."""
    x = backbone(g, image(g, n, 3, h, w))[-1]
    x = g.reshape(x, -1, x.shape[1] * x.shape[2] * x.shape[3])
    g.output(g.linear(x, 10))


def pooled_classifier(g, n, h, w):
    """A global pool exported with the kernel's size."""
    x = backbone(g, image(g, n, 3, h, w))[-1]
    x = g.pool("AveragePool", x, x.shape[2:], 1)
    x = g.reshape(x, n, x.shape[1])
    g.output(g.linear(x, 10))


def max_pooled_classifier(g, n, h, w):
    x = backbone(g, image(g, n, 3, h, w))[-1]
    x = g.pool("MaxPool", x, x.shape[2:], 1)
    x = g.op("Flatten", [x], (n, x.shape[1]), axis=1)
    g.output(g.linear(x, 10))


def shuffle_net(g, n, h, w):
    x = backbone(g, image(g, n, 3, h, w))[1]
    for _ in range(2):
        x = g.conv(x, 16, 1, groups=2)
        _, c, hh, ww = x.shape
        x = g.reshape(x, n, 2, c // 2, hh, ww)
        x = g.transpose(x, 0, 2, 1, 3, 4)
        x = g.reshape(x, n, c, hh, ww)
        x = g.conv(x, 16, 3, groups=16)
    g.output(x)


# -- Pyramids --------------------------------------------------------------------
def feature_pyramid(g, n, h, w):
    c2, c3, c4 = backbone(g, image(g, n, 3, h, w))
    top = g.conv(c4, 8, 1)
    for lower in (c3, c2):
        up = g.resize(top, *lower.shape[2:])
        top = g.binary("Add", g.conv(lower, 8, 1), up)
    g.output(g.conv(top, 4))


def u_net(g, n, h, w):
    x = image(g, n, 3, h, w)
    skips = []
    for level in range(3):
        x = g.conv(x, 8 * (level + 1))
        skips.append(x)
        x = g.pool("MaxPool", x, 2, 2)
    x = g.conv(x, 24)
    for skip in reversed(skips):
        x = g.resize(x, 2 * x.shape[2], 2 * x.shape[3], "linear")
        dh, dw = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
        pads = [0, 0, dh // 2, dw // 2, 0, 0, dh - dh // 2, dw - dw // 2]
        x = g.op("Pad", [x, g.ints(pads)], (*x.shape[:2], *skip.shape[2:]))
        x = g.conv(g.concat([skip, x], 1), skip.shape[1])
    g.output(g.conv(x, 2, 1, relu=False))


def u_net_cropped(g, n, h, w):
    """Skips are cropped to what was upsampled."""
    x = image(g, n, 3, h, w)
    skips = []
    for level in range(2):
        x = g.conv(x, 8 * (level + 1))
        skips.append(x)
        x = g.pool("MaxPool", x, 2, 2)
    for skip in reversed(skips):
        x = g.resize(x, 2 * x.shape[2], 2 * x.shape[3])
        skip = g.slice(skip, [0, 0], list(x.shape[2:]), [2, 3])
        x = g.conv(g.concat([skip, x], 1), 8)
    g.output(x)


def segmentation(g, n, h, w):
    x = backbone(g, image(g, n, 3, h, w))[-1]
    x = g.conv(x, 5, 1, relu=False)
    g.output(g.resize(x, h, w, "linear"))


def pooled_context(g, n, h, w):
    """The image pooling of ASPP: a global mean, spread again."""
    x = backbone(g, image(g, n, 3, h, w))[-1]
    mean = g.conv(g.pool("AveragePool", x, x.shape[2:], 1), 8, 1)
    mean = g.resize(mean, *x.shape[2:], "linear")
    g.output(g.conv(g.concat([x, mean], 1), 5, 1))


# -- Detectors -------------------------------------------------------------------
def grid_of(h, w):
    ys, xs = np.meshgrid(np.arange(h), np.arange(w), indexing="ij")
    return np.stack([xs, ys], -1).astype(np.float32)


def yolo(g, n, h, w):
    """Three levels, decoded with baked grids and anchors."""
    outputs = []
    for x, stride in zip(backbone(g, image(g, n, 3, h, w), levels=4)[2:], (8, 16)):
        anchors, fields = 3, 7
        x = g.conv(x, anchors * fields, 1, relu=False)
        hh, ww = x.shape[2:]
        x = g.reshape(x, n, anchors, fields, hh, ww)
        x = g.unary("Sigmoid", g.transpose(x, 0, 1, 3, 4, 2))
        xy = g.slice(x, [0], [2], [4])
        wh = g.slice(x, [2], [4], [4])
        rest = g.slice(x, [4], [fields], [4])
        grid = g.constant(grid_of(hh, ww)[None, None] - 0.5, "grid")
        two = g.constant(np.float32(2))
        xy = g.binary("Mul", g.binary("Add", g.binary("Mul", xy, two), grid), g.constant(np.float32(stride)))
        wh = g.binary("Mul", wh, g.constant(np.array([[10, 13], [16, 30], [33, 23]], np.float32)
                                            .reshape(1, 3, 1, 1, 2)))
        x = g.concat([xy, wh, rest], 4)
        outputs.append(g.reshape(x, n, anchors * hh * ww, fields))
    g.output(g.concat(outputs, 1))


def yolo_flat_grid(g, n, h, w):
    """Levels are joined first; one grid and one table of strides decode all."""
    levels, grids, strides = [], [], []
    for x, stride in zip(backbone(g, image(g, n, 3, h, w), levels=5)[2:], (8, 16, 32)):
        x = g.conv(x, 6, 1, relu=False)
        hh, ww = x.shape[2:]
        levels.append(g.reshape(x, n, 6, hh * ww))
        grids.append(grid_of(hh, ww).reshape(-1, 2).T + 0.5)
        strides.append(np.full((1, hh * ww), stride, np.float32))
    x = g.concat(levels, 2)
    total = x.shape[2]
    parts = g.op("Split", [x, g.ints([2, 2, 2])], [(n, 2, total)] * 3, outputs=True, axis=1)
    grid = g.constant(np.concatenate(grids, 1)[None].astype(np.float32), "grid")
    table = g.constant(np.concatenate(strides, 1), "strides")
    xy = g.binary("Mul", g.binary("Add", parts[0], grid), table)
    wh = g.binary("Mul", g.unary("Exp", parts[1]), table)
    g.output(g.transpose(g.concat([xy, wh, parts[2]], 1), 0, 2, 1))


def ssd(g, n, h, w):
    """Raw scores and boxes of two levels."""
    scores, boxes = [], []
    for x in backbone(g, image(g, n, 3, h, w), levels=4)[2:]:
        for channels, into in ((2, scores), (4, boxes)):
            y = g.conv(x, 3 * channels, relu=False)
            y = g.transpose(y, 0, 2, 3, 1)
            into.append(g.reshape(y, n, y.shape[1] * y.shape[2] * 3, channels))
    g.output(g.softmax(g.concat(scores, 1), 2))
    g.output(g.concat(boxes, 1))


def priors_of(h, w, strides, sizes):
    """Centres and sizes of anchors, as parts of the image and at most 1."""
    rows = []
    for stride, boxes in zip(strides, sizes):
        for y in range(-(-h // stride)):
            for x in range(-(-w // stride)):
                for box in boxes:
                    rows.append(((x + 0.5) * stride / w, (y + 0.5) * stride / h, box / w, box / h))
    return np.clip(np.array(rows), 0, 1).astype(np.float32)


def ssd_decoded(g, n, h, w):
    """Boxes of two levels, decoded with baked priors."""
    boxes = []
    for x in backbone(g, image(g, n, 3, h, w), levels=4)[2:]:
        y = g.transpose(g.conv(x, 8, relu=False), 0, 2, 3, 1)
        boxes.append(g.reshape(y, n, y.shape[1] * y.shape[2] * 2, 4))
    x = g.concat(boxes, 1)
    priors = priors_of(h, w, (8, 16), ((10, 16), (24, 31)))[None]
    centre, size = g.constant(priors[..., :2].copy(), "centres"), g.constant(priors[..., 2:].copy(), "sizes")
    end = 2**63 - 1
    xy = g.binary("Mul", g.binary("Mul", g.slice(x, [0], [2], [2]), g.constant(np.float32(0.1))), size)
    wh = g.unary("Exp", g.binary("Mul", g.slice(x, [2], [end], [2]), g.constant(np.float32(0.2))))
    g.output(g.concat([g.binary("Add", xy, centre), g.binary("Mul", wh, size)], 2))


def split_levels(g, n, h, w):
    """Joined levels that are taken apart again, and given back their shape."""
    features = backbone(g, image(g, n, 3, h, w), levels=4)[2:]
    flat = [g.transpose(g.reshape(g.conv(x, 8, 1), n, 8, x.shape[2] * x.shape[3]), 0, 2, 1) for x in features]
    x = g.layer_norm(g.linear(g.concat(flat, 1), 8))
    parts = g.op("Split", [x, g.ints([f.shape[1] for f in flat])], [f.shape for f in flat], outputs=True, axis=1)
    for part, feature in zip(parts, features):
        y = g.reshape(g.transpose(part, 0, 2, 1), n, 8, *feature.shape[2:])
        g.output(g.conv(y, 4))


def coordinates(g, n, h, w):
    """CoordConv: a baked table of positions in [-1, 1] as channels."""
    x = g.conv(image(g, n, 3, h, w), 8, stride=4)
    hh, ww = x.shape[2:]
    ys, xs = np.meshgrid(np.linspace(-1, 1, hh), np.linspace(-1, 1, ww), indexing="ij")
    table = np.broadcast_to(np.stack([xs, ys])[None].astype(np.float32), (n, 2, hh, ww))
    g.output(g.conv(g.concat([x, g.constant(table.copy(), "positions")], 1), 8))


def patch_transformer(g, n, h, w, positions=False):
    """ViT, with a learned position embedding or without."""
    x = g.conv(image(g, n, 3, h, w), 16, kernel=3, stride=8, relu=False)
    tokens = x.shape[2] * x.shape[3]
    x = g.transpose(g.reshape(x, n, 16, tokens), 0, 2, 1)
    if positions:
        x = g.binary("Add", x, g.weight(1, tokens, 16, scale=1))
    x = attention_block(g, x, 2)
    y = g.reshape(g.transpose(x, 0, 2, 1), n, 16, h // 8 + (h % 8 > 0), w // 8 + (w % 8 > 0))
    g.output(g.conv(y, 4))


def vision_transformer(g, n, h, w):
    patch_transformer(g, n, h, w, positions=True)


# -- Sequences ---------------------------------------------------------------------
def attention_block(g, x, heads, mask=None):
    n, s, d = x.shape
    size = d // heads
    y = g.layer_norm(x)
    q, k, v = (g.transpose(g.reshape(g.linear(y, d), n, s, heads, size), 0, 2, 1, 3) for _ in range(3))
    scores = g.matmul(q, g.transpose(k, 0, 1, 3, 2))
    scores = g.binary("Mul", scores, g.constant(np.float32(size ** -0.5)))
    if mask is not None:
        scores = g.binary("Add", scores, mask)
    y = g.matmul(g.softmax(scores), v)
    y = g.reshape(g.transpose(y, 0, 2, 1, 3), n, s, d)
    x = g.binary("Add", x, g.linear(y, d))
    y = g.unary("Relu", g.linear(g.layer_norm(x), 2 * d))
    return g.binary("Add", x, g.linear(y, d))


def causal_transformer(g, n, s):
    """Batch and sequence are baked, and so is the triangular mask."""
    x = g.input("x", (n, s, 16))
    mask = np.where(np.tril(np.ones((s, s))), 0, -1e9).astype(np.float32)
    for _ in range(2):
        x = attention_block(g, x, 4, g.constant(mask[None, None], "mask"))
    g.output(g.linear(x, 11))


def flat_transformer(g, n, s):
    """Batch and heads share a dimension, as in torch.bmm."""
    x = g.input("x", (n, s, 16))
    q, k, v = (g.reshape(g.transpose(g.reshape(g.linear(x, 16), n, s, 4, 4), 0, 2, 1, 3), n * 4, s, 4)
               for _ in range(3))
    y = g.matmul(g.softmax(g.matmul(q, g.transpose(k, 0, 2, 1))), v)
    y = g.transpose(g.reshape(y, n, 4, s, 4), 0, 2, 1, 3)
    g.output(g.linear(g.reshape(y, n, s, 16), 5))


def language_model(g, n, s):
    """Ids, a baked list of positions, and a mask by Where."""
    from onnx import TensorProto
    ids = g.input("x", (n, s), TensorProto.INT64)
    words = g.op("Gather", [g.weight(50, 16, scale=1), ids], (n, s, 16), axis=0)
    places = g.op("Gather", [g.weight(64, 16, scale=1), g.constant(np.arange(s)[None], "positions")],
                  (1, s, 16), axis=0)
    x = g.binary("Add", words, places)
    q = g.linear(x, 16)
    scores = g.matmul(q, g.transpose(g.linear(x, 16), 0, 2, 1))
    keep = g.constant(np.tril(np.ones((1, s, s), bool)), "keep")
    scores = g.op("Where", [keep, scores, g.constant(np.float32(-1e9))], scores.shape)
    g.output(g.linear(g.matmul(g.softmax(scores), x), 50))


def recurrent(g, n, s):
    """An LSTM with its initial state baked as zeros."""
    x = g.input("x", (n, s, 8))
    x = g.transpose(x, 1, 0, 2)
    zeros = g.constant(np.zeros((2, n, 6), np.float32), "state")
    y, _, _ = g.op("LSTM", [x, g.weight(2, 24, 8), g.weight(2, 24, 6), g.weight(2, 48, scale=0.1), None, zeros, zeros],
                   [(s, 2, n, 6), (2, n, 6), (2, n, 6)], outputs=True, hidden_size=6, direction="bidirectional")
    y = g.reshape(g.transpose(y, 2, 0, 1, 3), n, s, 12)
    g.output(g.linear(y, 3))


def class_token(g, n, s):
    """A learned token, spread over the batch and put first; it is read last."""
    x = g.input("x", (n, s, 16))
    token = g.constant(np.broadcast_to(g.random.standard_normal((1, 1, 16)), (n, 1, 16)).astype(np.float32), "token")
    x = attention_block(g, g.concat([token, x], 1), 2)
    x = g.slice(x, [0], [1], [1])
    g.output(g.linear(g.reshape(x, n, 16), 4))


def masked_model(g, n, s):
    """Two inputs of equal extents."""
    x, mask = g.input("x", (n, s, 8)), g.input("mask", (n, s))
    scores = g.matmul(g.linear(x, 8), g.transpose(x, 0, 2, 1))
    scores = g.binary("Add", scores, g.reshape(mask, n, 1, s))
    g.output(g.matmul(g.softmax(scores), x))


# -- What is easily read wrongly ---------------------------------------------------
def rolled(g, n, h, w):
    """A cyclic shift by 3, as shifted windows have it."""
    x = g.conv(image(g, n, 3, h, w), 8, stride=4)
    parts = [g.slice(x, [3], [x.shape[2]], [2]), g.slice(x, [0], [3], [2])]
    g.output(g.conv(g.concat(parts, 2), 4))


def windows(g, n, h, w):
    """Attention in windows of 8 by 8 with a table of biases."""
    x = g.transpose(g.conv(image(g, n, 3, h, w), 8, stride=4), 0, 2, 3, 1)
    rows, columns = x.shape[1] // 8, x.shape[2] // 8
    x = g.transpose(g.reshape(x, n, rows, 8, columns, 8, 8), 0, 1, 3, 2, 4, 5)
    x = g.reshape(x, n * rows * columns, 64, 8)
    scores = g.binary("Add", g.matmul(x, g.transpose(x, 0, 2, 1)), g.weight(64, 64))
    x = g.reshape(g.matmul(g.softmax(scores), x), n, rows, columns, 8, 8, 8)
    g.output(g.reshape(g.transpose(x, 0, 1, 3, 2, 4, 5), n, rows * 8, columns * 8, 8))


def unshuffled(g, n, h, w):
    x = g.reshape(image(g, n, 3, h, w), n, 3, h // 2, 2, w // 2, 2)
    x = g.reshape(g.transpose(x, 0, 1, 3, 5, 2, 4), n, 12, h // 2, w // 2)
    g.output(g.conv(x, 4))


def columns_first(g, n, h, w):
    """Flattened with the width as the slower index, and back."""
    x = g.conv(image(g, n, 3, h, w), 8, stride=4)
    hh, ww = x.shape[2:]
    y = g.reshape(g.transpose(x, 0, 1, 3, 2), n, 8, hh * ww)
    y = g.transpose(g.reshape(y, n, 8, ww, hh), 0, 1, 3, 2)
    g.output(g.binary("Add", x, y))


def cropped_border(g, n, h, w):
    g.output(g.slice(g.conv(image(g, n, 3, h, w), 8), [2, 2], [h - 2, w - 2], [2, 3]))


def divided_by_width(g, n, h, w):
    g.output(g.binary("Div", g.conv(image(g, n, 3, h, w), 8), g.constant(np.float32(w))))


def mean_by_factor(g, n, h, w):
    x = g.conv(image(g, n, 3, h, w), 8, stride=4)
    total = g.op("ReduceSum", [x, g.ints([2, 3])], (n, 8, 1, 1))
    g.output(g.binary("Mul", total, g.constant(np.float32(1 / (x.shape[2] * x.shape[3])))))


def parted_mean(g, n, h, w):
    """An adaptive mean in three by three parts."""
    x = g.conv(image(g, n, 3, h, w), 8, stride=4)
    kernel = [x.shape[2] // 3, x.shape[3] // 3]
    y = g.op("AveragePool", [x], (n, 8, 3, 3), kernel_shape=kernel, strides=kernel)
    g.output(g.concat([x, g.resize(y, *x.shape[2:])], 1))


def last_token(g, n, s):
    x = attention_block(g, g.input("x", (n, s, 16)), 2)
    g.output(g.linear(g.op("Gather", [x, g.constant(np.int64(s - 1))], (n, 16), axis=1), 3))


def sinusoids(g, n, s):
    angle = np.arange(s)[:, None] / 10000 ** (np.arange(16) / 16)
    x = g.binary("Add", g.input("x", (n, s, 16)), g.constant(np.sin(angle).astype(np.float32)))
    g.output(attention_block(g, x, 2))
