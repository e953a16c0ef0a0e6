"""Networks with constants that an exporter computed from a size, or may have.

Each is a function of a Graph and the input's extents, as those of networks.py.
What is computed stands for what models do: crops, masks, means, positions.
"""

import numpy as np
from networks import grid_of, image
from onnx import TensorProto, helper, numpy_helper


def real(g, values):
    return g.constant(np.asarray(values, np.float32))


def features(g, n, h, w, stride=4, channels=4):
    return g.conv(image(g, n, 3, h, w), channels, stride=stride)


def tokens(g, n, s):
    return g.input("x", (n, s, 16))


def scaled(kind, number, stride=4):
    """Features and one number that is computed from their height and width (and from the image's)."""
    def network(g, n, h, w):
        x = features(g, n, h, w, stride)
        g.output(g.binary(kind, x, real(g, number(*x.shape[2:], h, w))))
    return network


def added(table, stride=4, kind="Add"):
    """Features and a table of their height and width."""
    def network(g, n, h, w):
        x = features(g, n, h, w, stride)
        g.output(g.binary(kind, x, real(g, table(*x.shape[2:]))))
    return network


def along(table, kind="Add"):
    """Tokens and a table of their number."""
    def network(g, n, s):
        g.output(g.binary(kind, tokens(g, n, s), real(g, table(s))))
    return network


def gathered(indices):
    def network(g, n, h, w):
        x = features(g, n, h, w)
        index = np.asarray(indices(x.shape[3]), np.int64)
        g.output(g.op("Gather", [x, g.constant(index)], (*x.shape[:3], *index.shape), axis=3))
    return network


def cropped(bounds):
    def network(g, n, h, w):
        x = features(g, n, h, w)
        g.output(g.slice(x, *([b] for b in bounds(x.shape[2])), [2]))
    return network


def padded(amounts):
    """At the ends of the height and of the width."""
    def network(g, n, h, w):
        x = features(g, n, h, w)
        below, right = amounts(*x.shape[2:])
        shape = (n, 4, x.shape[2] + below, x.shape[3] + right)
        x = g.op("Pad", [x, g.ints([0, 0, 0, 0, 0, 0, below, right])], shape)
        g.output(g.op("GlobalAveragePool", [x], (n, 4, 1, 1)))
    return network


def parted(kind, kernel, stride):
    def network(g, n, h, w):
        x = features(g, n, h, w)
        kernels, strides = [kernel(d) for d in x.shape[2:]], [stride(d) for d in x.shape[2:]]
        shape = [(d - k) // s + 1 for d, k, s in zip(x.shape[2:], kernels, strides)]
        g.output(g.op(kind, [x], (n, 4, *shape), kernel_shape=kernels, strides=strides))
    return network


def resized(size):
    def network(g, n, h, w):
        x = g.conv(g.resize(image(g, n, 3, h, w), size, size, "linear"), 8, stride=2)
        g.output(g.op("GlobalAveragePool", [x], (n, 8, 1, 1)))
    return network


def top(count):
    def network(g, n, h, w):
        x = features(g, n, h, w)
        cells = x.shape[2] * x.shape[3]
        x, k = g.reshape(x, n, 4, cells), count(cells)
        g.output(g.op("TopK", [x, g.ints([k])], [(n, 4, k)] * 2, outputs=True)[0])
    return network


# -- Numbers ---------------------------------------------------------------------
def gram(g, n, h, w):
    x = features(g, n, h, w)
    _, c, hh, ww = x.shape
    x = g.reshape(x, n, c, hh * ww)
    g.output(g.binary("Div", g.matmul(x, g.transpose(x, 0, 2, 1)), real(g, c * hh * ww)))


def limited_by_width(g, n, h, w):
    """The limits are attributes, as before opset 11."""
    x = g.conv(image(g, n, 3, h, w), 4, relu=False)
    g.output(g.op("Clip", [x], x.shape, min=0.0, max=float(w - 1)))


def points(g, n, h, w):
    x = g.op("GlobalAveragePool", [features(g, n, h, w, channels=34)], (n, 34, 1, 1))
    g.output(g.binary("Mul", g.reshape(x, n, 34), real(g, np.tile([w, h], 17)[None])))


def sums_of_sums(g, n, h, w):
    x = features(g, n, h, w, 16)
    y = g.op("ReduceSum", [x, g.ints([3])], (*x.shape[:3], 1))
    y = g.unary("Relu", g.op("ReduceSum", [y, g.ints([2])], (n, 4, 1, 1)))
    g.output(g.binary("Div", y, real(g, x.shape[2] * x.shape[3])))


def small_mean(g, n, h, w):
    """Of so few columns that the number by itself says nothing."""
    x = features(g, n, h, w, 32)
    y = g.unary("Relu", g.op("ReduceSum", [x, g.ints([3])], x.shape[:3], keepdims=0))
    g.output(g.binary("Mul", y, real(g, 1 / x.shape[3])))


def linear_attention(g, n, s):
    x = tokens(g, n, s)
    g.output(g.matmul(x, g.matmul(g.transpose(x, 0, 2, 1), g.binary("Div", x, real(g, s)))))


def scaled_by_log(g, n, s):
    x = tokens(g, n, s)
    scores = g.matmul(x, g.transpose(x, 0, 2, 1))
    g.output(g.softmax(g.binary("Mul", scores, real(g, np.log(s)))))


# -- Tables and indices ------------------------------------------------------------
def flat_positions(g, n, h, w):
    x = features(g, n, h, w)
    cells = x.shape[2] * x.shape[3]
    x = g.transpose(g.reshape(x, n, 4, cells), 0, 2, 1)
    places = g.op("Gather", [g.weight(4000, 4, scale=1), g.constant(np.arange(cells)[None])], (1, cells, 4), axis=0)
    g.output(g.binary("Add", x, places))


def relative_positions(g, n, s):
    """A table of more differences than there are."""
    x = tokens(g, n, s)
    index = np.arange(s)[:, None] - np.arange(s)[None] + s - 1
    bias = g.reshape(g.op("Gather", [g.weight(200, 1, scale=1), g.constant(index)], (s, s, 1), axis=0), 1, s, s)
    g.output(g.softmax(g.binary("Add", g.matmul(x, g.transpose(x, 0, 2, 1)), bias)))


def inner_positions(g, n, s):
    """The middle of a table of differences."""
    x = tokens(g, n, s)
    table = g.slice(g.weight(1, 127, 16, scale=1), [64 - s], [63 + s], [1])
    g.output(g.softmax(g.matmul(x, g.transpose(table, 0, 2, 1))))


def band_mask(g, n, s):
    x = tokens(g, n, s)
    i = np.arange(s)
    mask = np.where(abs(i[:, None] - i[None]) < 16, 0, -1e4)
    g.output(g.softmax(g.binary("Add", g.matmul(x, g.transpose(x, 0, 2, 1)), real(g, mask))))


def batch_offsets(g, n, s):
    """Neighbours are gathered from all elements of the batch, joined."""
    x = tokens(g, n, s)
    scores = g.matmul(x, g.transpose(x, 0, 2, 1))
    index = g.op("TopK", [scores, g.ints([2])], [(n, s, 2)] * 2, outputs=True)[1]
    index = g.op("Add", [index, g.constant(np.arange(n).reshape(n, 1, 1) * s)], (n, s, 2))
    rows = g.op("Gather", [g.reshape(x, n * s, 16), g.reshape(index, n * s * 2)], (n * s * 2, 16), axis=0)
    g.output(g.reshape(rows, n, s, 2, 16))


def last_by_gather_nd(g, n, s):
    x = g.transpose(tokens(g, n, s), 1, 0, 2)
    g.output(g.op("GatherND", [x, g.constant(np.array([[s - 1]]))], (1, n, 16)))


def repeated(g, n, s):
    """A loop of one iteration less than there are tokens."""
    info = helper.make_tensor_value_info
    body = helper.make_graph(
        [helper.make_node("Add", ["a", "one"], ["b"]), helper.make_node("Identity", ["c"], ["d"])], "body",
        [info("i", TensorProto.INT64, []), info("c", TensorProto.BOOL, []), info("a", TensorProto.FLOAT, None)],
        [info("d", TensorProto.BOOL, []), info("b", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.float32(1), "one")])
    x = tokens(g, n, s)
    g.output(g.op("Loop", [g.constant(np.int64(s - 1)), g.constant(np.bool_(True)), x], x.shape, body=body))


# -- Sizes -------------------------------------------------------------------------
def flipped(g, n, h, w):
    x = features(g, n, h, w)
    g.output(g.slice(x, [x.shape[3] - 1], [-2**62], [3], [-1]))


def filled_up(g, n, h, w):
    x = features(g, n, h, w)
    x = g.concat([x, real(g, np.zeros((n, 4, x.shape[2], 64 - x.shape[3])))], 3)
    g.output(g.op("GlobalAveragePool", [x], (n, 4, 1, 1)))


def scaled_to_a_square(g, n, h, w):
    x = features(g, n, h, w)
    scales = real(g, [1, 1, 48 / x.shape[2], 48 / x.shape[3]])
    g.output(g.op("Resize", [x, None, scales], (n, 4, 48, 48), mode="linear"))


def upsampled_to_the_image(g, n, h, w):
    x = features(g, n, h, w)
    g.output(g.op("ConvTranspose", [x, g.weight(4, 2, 4, 4)], (n, 2, h, w), output_shape=[h, w], strides=[4, 4],
                  kernel_shape=[4, 4]))


def pooled_single(g, n, h, w):
    x = features(g, n, h, w, 16)
    g.output(g.conv(g.pool("AveragePool", x, x.shape[2:], 1), 4, 1))


def unit_before(g, n, s):
    x = g.reshape(g.linear(tokens(g, n, s), 1), n, s)
    g.output(g.softmax(g.reshape(x, 1, n, s)))


# -- What is no function of the size, and must be read as such -----------------------
def anchor_free(g, n, h, w):
    """Centres of cells in pixels."""
    x = features(g, n, h, w, 8, 2)
    cells = x.shape[2] * x.shape[3]
    centres = grid_of(*x.shape[2:]).reshape(-1, 2) * 8 + 4
    g.output(g.binary("Add", g.reshape(g.transpose(x, 0, 2, 3, 1), n, cells, 2), real(g, centres[None])))


def unit_dropped(g, n, s):
    x = g.transpose(g.linear(tokens(g, n, s), 1), 2, 0, 1)
    g.output(g.softmax(g.reshape(x, n, s)))


def hard_swish(g, n, h, w):
    x = g.conv(image(g, n, 3, h, w), 8, stride=8, relu=False)
    gate = g.op("Clip", [g.binary("Add", x, real(g, 3)), real(g, 0), real(g, 6)], x.shape)
    g.output(g.binary("Mul", g.binary("Mul", x, gate), real(g, 1 / 6)))
