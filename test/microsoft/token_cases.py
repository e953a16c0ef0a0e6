"""Operators on tokens, words, paths and routes."""

import numpy as np

from draw import Case, operator


@operator("MaxpoolWithMask")
def maxpool_with_mask(draw, name):
    kernel = [draw.extent(1, 3) for _ in range(draw.extent(1, 3))]
    extents = [draw.extent(k + 1, 7) for k in kernel]
    x = draw.reals([draw.extent(1, 2), draw.extent(1, 3), *extents])
    attributes = {"kernel_shape": kernel, "strides": [draw.extent(1, 2) for _ in kernel]}
    if draw.flag():
        attributes["pads"] = [draw.extent(0, k - 1) for k in kernel * 2]
    # ONNX Runtime takes a place in the mask modulo the number of its channels: one channel, then.
    return Case(name, [x, draw.ints(0, 3, (1, 1, *extents), np.int32)], attributes)


@operator("WordConvEmbedding")
def word_conv_embedding(draw, name):
    words, width, filters, features = (draw.extent(1, 4) for _ in range(4))
    length = width + draw.extent(0, 4)
    ids = draw.ints(1, 9, (words, length), np.int32)
    for row in ids:
        row[draw.extent(1, length):] = 0
    return Case(name, [ids, draw.reals((filters, 1, width, features)), draw.reals((filters,)), draw.reals((10, features))],
                {"embedding_size": filters, "conv_window_size": width, "char_embedding_size": features})


@operator("DynamicTimeWarping")
def dynamic_time_warping(draw, name):
    shape = [draw.extent(1, 9), draw.extent(1, 9)]
    x = draw.reals(shape) if draw.flag() else draw.ints(0, 2, shape).astype(np.float32)
    return Case(name, [x[None] if draw.flag() else x])


@operator("BifurcationDetector")
def bifurcation_detector(draw, name):
    words = draw.choice(2, 5, 20)
    source = draw.ints(0, words, (draw.extent(1, 9),))
    start = draw.extent(0, len(source))
    drafted = np.concatenate([source[start:], draw.ints(0, words, (1,))])
    if draw.flag():
        drafted[draw.extent(0, len(drafted) - 1)] = words + 1
    current = draw.ints(0, words, (draw.extent(1, 6),))
    least = draw.extent(1, 3)
    return Case(name, [source, current, np.array([start])] + ([drafted] if draw.flag(0.8) else []),
                {"min_ngram_size": least, "max_ngram_size": draw.extent(least, 5)}, outputs=2)


@operator("MRotaryEmbedding")
def multimodal_rotary_embedding(draw, name):
    batch, length, heads = draw.extent(1, 2), draw.extent(1, 4), draw.extent(1, 3)
    section = [draw.extent(1, 4), draw.extent(1, 3), draw.extent(1, 3)]
    half, rows = sum(section), 9
    partial = draw.flag(0.3)
    size = 2 * half + (2 if partial else 0)
    attributes = {"mrope_section": section, "interleaved": draw.choice(0, 1), "mrope_layout": draw.choice(0, 1)}
    if partial:
        attributes["rotary_embedding_dim"] = 2 * half
    by_heads = draw.flag()
    if partial or not by_heads:
        attributes["num_heads"] = heads
    shape = [batch, heads, length, size] if by_heads else [batch, length, heads * size]
    return Case(name, [draw.reals(shape), draw.ints(0, rows - 1, (3, batch, length)), draw.reals((rows, half)),
                       draw.reals((rows, half))], attributes)


@operator("MoEGroupRouter")
def moe_group_router(draw, name):
    groups, members = draw.extent(1, 4), draw.extent(1, 4)
    active = draw.extent(1, groups)
    attributes = {"n_group": groups, "topk_group": active, "top_k": draw.extent(1, active * members)}
    if draw.flag():
        attributes["group_topk"] = draw.extent(1, 3)
    logits = draw.reals([*draw.shape(1, 2), groups * members], 2)
    full = groups == 1 and draw.flag()
    return Case(name, [logits, draw.reals((groups * members,), 0.1)], attributes, outputs=3 if full else 1,
                unspecified=(0,) if full else ())


@operator("NGramHashMapping")
def n_gram_hash_mapping(draw, name):
    dtype = draw.choice(np.int32, np.int64)
    batch, length, longest, heads = draw.extent(1, 3), draw.extent(1, 7), draw.extent(2, 4), draw.extent(1, 3)
    count = (longest - 1) * heads
    attributes = {"pad_id": 1, "max_ngram_size": longest, "n_head_per_ngram": heads, "reset_on_eos": draw.choice(0, 1)}
    eos = np.array(2, dtype) if draw.flag() else None
    segments = np.cumsum(draw.ints(0, 3, (batch, length)) == 0, 1).astype(np.int32) if draw.flag(0.4) else None
    operands = [draw.ints(0, 9, (batch, length), dtype), draw.ints(1, 2000, (longest,), dtype) | 1, draw.ints(3, 97, (count,), dtype),
                draw.maybe(draw.ints(0, 9, (batch, longest - 1), dtype)), draw.maybe(draw.ints(0, 500, (count,), dtype)), eos, segments]
    return Case(name, operands, attributes, outputs=2)
