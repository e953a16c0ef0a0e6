"""U-Net (Ronneberger et al. 2015), padded, so that every size is legal."""

from rows import Input, Row, images


def double_convolution(g, x, channels_in, channels_out):
    x = g.add("Relu", g.convolution(x, channels_in, channels_out))
    return g.add("Relu", g.convolution(x, channels_out, channels_out))


def up(g, x, channels_in, channels_out, fine):
    """Twice as large by a transposed convolution, then as large as `fine`."""
    weight = g.normal(channels_in, channels_out, 2, 2, scale=(2 / channels_in) ** 0.5)
    x = g.add("ConvTranspose", x, weight, g.normal(channels_out, scale=0.1), kernel_shape=[2, 2], strides=[2, 2])
    return g.resize_like(x, fine)


def u_net(width, depth, classes):
    def body(g):
        levels, x, before = [], "image", 3
        for level in range(depth):
            x, before = double_convolution(g, x, before, width << level), width << level
            if level < depth - 1:
                levels.append(x)
                x = g.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2], pads=[0, 0, 0, 0])
        for level in reversed(range(depth - 1)):
            fine = levels.pop()
            x = g.add("Concat", fine, up(g, x, before, width << level, fine), axis=1)
            x, before = double_convolution(g, x, 2 * (width << level), width << level), width << level
        return g.convolution(x, before, classes, 1)

    return body


def rows(tiny=False):
    body = u_net(4, 3, 2) if tiny else u_net(32, 5, 21)
    at = images((2, 31, 38)) if tiny else images((1, 96, 96), (1, 97, 101), (1, 224, 224), (4, 128, 128),
                                                 (1, 333, 517), (1, 720, 1280))
    return [Row("U-Net", "segmentation", {"image": Input("n 3 h w")}, body, at)]
