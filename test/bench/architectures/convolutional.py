"""Classifiers of images: ResNet, MobileNet, EfficientNet, ConvNeXt."""

from rows import Input, Row, images

IMAGE = {"image": Input("n 3 h w")}


def classifier(g, x, channels, classes):
    x = g.add("Flatten", g.add("GlobalAveragePool", x), axis=1)
    weight = g.normal(classes, channels, scale=channels ** -0.5)
    return g.add("Gemm", x, weight, g.normal(classes, scale=0.1), transB=1)


#===--- ResNet (He et al. 2015) -------------------------------------------===#


def resnet(depths, bottleneck, width, classes):
    def block(g, x, channels_in, channels, stride):
        channels_out = channels * 4 if bottleneck else channels
        if bottleneck:
            y = g.add("Relu", g.convolution(x, channels_in, channels, 1))
            y = g.add("Relu", g.convolution(y, channels, channels, 3, stride))
            y = g.convolution(y, channels, channels_out, 1)
        else:
            y = g.add("Relu", g.convolution(x, channels_in, channels, 3, stride))
            y = g.convolution(y, channels, channels, 3)
        if stride > 1 or channels_in != channels_out:
            x = g.convolution(x, channels_in, channels_out, 1, stride)
        # The weights' scale doubles the variance of each block without this.
        return g.add("Relu", g.add("Add", x, g.add("Mul", y, g.number(0.5)))), channels_out

    def body(g):
        x = g.add("Relu", g.convolution("image", 3, width, 7, 2))
        x = g.add("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
        channels = width
        for level, depth in enumerate(depths):
            for k in range(depth):
                x, channels = block(g, x, channels, width << level, 2 if level and k == 0 else 1)
        return classifier(g, x, channels, classes)

    return body


#===--- MobileNet V2 and V3, EfficientNet ---------------------------------===#


def squeeze_excite(g, x, channels, inner, activation, gate):
    y = g.add("GlobalAveragePool", x)
    y = activation(g, g.convolution(y, channels, inner, 1))
    return g.add("Mul", x, gate(g, g.convolution(y, inner, channels, 1)))


def relu(g, x):
    return g.add("Relu", x)


def relu6(g, x):
    return g.add("Clip", x, g.number(0), g.number(6))


def hard_swish(g, x):
    return g.add("HardSwish", x)


def swish(g, x):
    return g.swish(x)


def hard_sigmoid(g, x):
    return g.add("HardSigmoid", x, alpha=1 / 6, beta=0.5)


def sigmoid(g, x):
    return g.add("Sigmoid", x)


def inverted_residual(g, x, channels_in, expanded, channels, size, stride, activation, excite=None):
    """`excite(g, x)` gates the expanded channels."""
    y = x
    if expanded != channels_in:
        y = activation(g, g.convolution(y, channels_in, expanded, 1))
    y = activation(g, g.convolution(y, expanded, expanded, size, stride, groups=expanded))
    y = excite(g, y) if excite else y
    y = g.convolution(y, expanded, channels, 1)
    return g.add("Add", x, y) if stride == 1 and channels_in == channels else y


# (expansion, channels, repeats, stride), Sandler et al. 2018.
MOBILENET_V2 = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
                (6, 320, 1, 1)]


def mobilenet_v2(g):
    x = relu6(g, g.convolution("image", 3, 32, 3, 2))
    before = 32
    for expansion, channels, repeats, stride in MOBILENET_V2:
        for k in range(repeats):
            x = inverted_residual(g, x, before, before * expansion, channels, 3, stride if k == 0 else 1, relu6)
            before = channels
    return classifier(g, relu6(g, g.convolution(x, before, 1280, 1)), 1280, 1000)


# (kernel, expanded, channels, squeeze and excite, hard swish, stride), Howard et al.
# 2019, the large one.
MOBILENET_V3 = [(3, 16, 16, 0, 0, 1), (3, 64, 24, 0, 0, 2), (3, 72, 24, 0, 0, 1), (5, 72, 40, 1, 0, 2),
                (5, 120, 40, 1, 0, 1), (5, 120, 40, 1, 0, 1), (3, 240, 80, 0, 1, 2), (3, 200, 80, 0, 1, 1),
                (3, 184, 80, 0, 1, 1), (3, 184, 80, 0, 1, 1), (3, 480, 112, 1, 1, 1), (3, 672, 112, 1, 1, 1),
                (5, 672, 160, 1, 1, 2), (5, 960, 160, 1, 1, 1), (5, 960, 160, 1, 1, 1)]


def mobilenet_v3(layers):
    def body(g):
        x = hard_swish(g, g.convolution("image", 3, 16, 3, 2))
        before = 16
        for size, expanded, channels, excited, swishes, stride in layers:
            excite = lambda g, y, n=expanded: squeeze_excite(g, y, n, max(8, n // 4), relu, hard_sigmoid)
            x = inverted_residual(g, x, before, expanded, channels, size, stride, hard_swish if swishes else relu,
                                  excite if excited else None)
            before = channels
        x = hard_swish(g, g.convolution(x, before, 6 * before, 1))
        return classifier(g, x, 6 * before, 1000)

    return body


# (expansion, channels, repeats, stride, kernel), Tan and Le 2019.
EFFICIENTNET_B0 = [(1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5),
                   (6, 192, 4, 2, 5), (6, 320, 1, 1, 3)]


def efficientnet_b0(stages):
    def body(g):
        x = swish(g, g.convolution("image", 3, 32, 3, 2))
        before = 32
        for expansion, channels, repeats, stride, size in stages:
            for k in range(repeats):
                excite = lambda g, y, n=before * expansion, inner=max(1, before // 4): squeeze_excite(
                    g, y, n, inner, swish, sigmoid)
                x = inverted_residual(g, x, before, before * expansion, channels, size, stride if k == 0 else 1,
                                      swish, excite)
                before = channels
        return classifier(g, swish(g, g.convolution(x, before, 4 * before, 1)), 4 * before, 1000)

    return body


#===--- ConvNeXt (Liu et al. 2022) ----------------------------------------===#


def patches(g, x, channels_in, channels_out, size):
    weight = g.normal(channels_out, channels_in, size, size, scale=(channels_in * size * size) ** -0.5)
    return g.add("Conv", x, weight, g.normal(channels_out, scale=0.1), kernel_shape=[size] * 2, strides=[size] * 2)


def channels_last_norm(g, x, channels):
    x = g.layer_norm(g.add("Transpose", x, perm=[0, 2, 3, 1]), channels)
    return g.add("Transpose", x, perm=[0, 3, 1, 2])


def convnext(depths, widths):
    def block(g, x, channels):
        y = g.convolution(x, channels, channels, 7, groups=channels)
        y = g.layer_norm(g.add("Transpose", y, perm=[0, 2, 3, 1]), channels)
        y = g.gelu(g.linear(y, channels, 4 * channels))
        y = g.add("Mul", g.linear(y, 4 * channels, channels), g.normal(channels, scale=0.2))
        return g.add("Add", x, g.add("Transpose", y, perm=[0, 3, 1, 2]))

    def body(g):
        x, before = patches(g, "image", 3, widths[0], 4), widths[0]
        x = channels_last_norm(g, x, before)
        for depth, channels in zip(depths, widths):
            if channels != before:
                x, before = patches(g, channels_last_norm(g, x, before), before, channels, 2), channels
            for _ in range(depth):
                x = block(g, x, channels)
        return classifier(g, channels_last_norm(g, x, before), before, 1000)

    return body


def rows(tiny=False):
    at = images((2, 33, 37)) if tiny else images()
    bodies = {
        "ResNet-18": resnet([1, 1] if tiny else [2, 2, 2, 2], False, 8 if tiny else 64, 1000),
        "ResNet-50": resnet([1, 1] if tiny else [3, 4, 6, 3], True, 8 if tiny else 64, 1000),
        "MobileNet-V2": mobilenet_v2,
        "MobileNet-V3": mobilenet_v3(MOBILENET_V3[:7:3] if tiny else MOBILENET_V3),
        "EfficientNet-B0": efficientnet_b0(EFFICIENTNET_B0[:3] if tiny else EFFICIENTNET_B0),
        "ConvNeXt-T": convnext([1, 1] if tiny else [3, 3, 9, 3], [16, 32] if tiny else [96, 192, 384, 768]),
    }
    return [Row(name, "convolutional", IMAGE, body, at) for name, body in bodies.items()]
