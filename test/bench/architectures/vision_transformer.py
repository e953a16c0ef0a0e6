"""ViT (Dosovitskiy et al. 2020); positions are resized, so that every image of
patches is legal."""

from architectures.convolutional import patches
from architectures.encoders import feed_forward
from rows import Input, Row, images


def vit(layers, features, heads, patch, grid):
    def body(g):
        x = patches(g, "image", 3, features, patch)
        sizes = g.add("Concat", g.ints(1, features), g.extents(x, 2, 4), axis=0)
        positions = g.add("Resize", g.normal(1, features, grid, grid), "", "", sizes, mode="linear",
                          coordinate_transformation_mode="half_pixel")
        x = g.add("Reshape", g.add("Add", x, positions), g.ints(0, features, -1))
        x = g.add("Transpose", x, perm=[0, 2, 1])
        batch = g.add("Concat", g.extents("image", 0, 1), g.ints(1, features), axis=0)
        x = g.add("Concat", g.add("Expand", g.normal(1, 1, features), batch), x, axis=1)
        for _ in range(layers):
            x = g.add("Add", x, g.self_attention(g.layer_norm(x, features), features, heads))
            x = g.add("Add", x, feed_forward(g, g.layer_norm(x, features), features, 4 * features))
        first = g.add("Gather", g.layer_norm(x, features), g.constant(0, "int64"), axis=1)
        return g.linear(first, features, 1000)

    return body


def rows(tiny=False):
    body = vit(1, 16, 2, 8, 3) if tiny else vit(12, 768, 12, 16, 14)
    at = images((2, 24, 40)) if tiny else images((1, 96, 96), (1, 112, 176), (1, 224, 224), (8, 224, 224),
                                                 (1, 368, 496))
    return [Row("ViT-B/16", "vision_transformer", {"image": Input("n 3 h w")}, body, at)]
