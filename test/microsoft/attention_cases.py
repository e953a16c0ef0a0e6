"""Attention."""

import numpy as np

from draw import Case, operator

MASKED = -10000


def key_mask(draw, batch, length, total):
    """A mask of one of the forms: a key is never forbidden to all queries."""
    form = draw.choice("lengths", "keys", "pairs")
    if form == "lengths":
        return draw.ints(1, total, (batch,), np.int32)
    mask = draw.ints(0, 1, (batch, total) if form == "keys" else (batch, length, total), np.int32)
    mask[..., 0] = 1
    return mask


def attention_bias(draw, batch, heads, length, total):
    return draw.reals((draw.choice(1, batch), draw.choice(1, heads), length, total))


@operator("Attention")
def attention(draw, name):
    batch, length, heads, features, inputs = draw.extent(1, 3), draw.extent(1, 5), draw.extent(1, 3), 4, draw.extent(1, 9)
    hidden = heads * features
    past = draw.extent(1, 4) if draw.flag() else 0
    value = hidden if past else heads * draw.choice(2, 4)
    attributes = {"num_heads": heads, "unidirectional": draw.choice(0, 1)}
    if value != hidden or draw.flag(0.2):
        attributes["qkv_hidden_sizes"] = [hidden, hidden, value]
    if draw.flag(0.3):
        attributes["scale"] = 0.3
    total = past + length
    columns = 2 * hidden + value
    operands = [draw.reals([batch, length, inputs]), draw.reals([inputs, columns]), draw.reals((columns,)),
                draw.maybe(key_mask(draw, batch, length, total)),
                draw.reals((2, batch, heads, past, features)) if past else None,
                attention_bias(draw, batch, heads, length, total) if draw.flag(0.4) and not past else None]
    return Case(name, operands, attributes, outputs=2 if past or (value == hidden and draw.flag()) else 1)


@operator("MultiHeadAttention")
def multi_head_attention(draw, name):
    batch, length, heads, features = draw.extent(1, 3), draw.extent(1, 5), draw.extent(1, 3), draw.choice(4, 8)
    form = draw.choice("self", "cross", "past", "cache", "buffer")
    keys = length if form in ("self", "past") else draw.extent(1, 6)
    if form == "buffer":
        length = keys = 1
    hidden, value = heads * features, heads * draw.choice(4, 8)
    if form in ("past", "cache", "buffer"):
        value = hidden
    past = draw.extent(1, 4) if form in ("past", "buffer") else 0
    total = past + keys
    query = draw.reals([batch, length, hidden])
    if form == "cache":
        k, v = draw.reals([batch, heads, keys, features]), draw.reals([batch, heads, keys, features])
    else:
        k, v = draw.reals([batch, keys, hidden]), draw.reals([batch, keys, value])
    room = past + 3 if form == "buffer" else past
    caches = [draw.reals([batch, heads, room, features]) if past else None for _ in range(2)]
    mask = key_mask(draw, batch, length, total) if draw.flag(0.4) and form != "buffer" else None
    operands = [query, k, v, draw.maybe(draw.reals((2 * hidden + value,))), mask,
                attention_bias(draw, batch, heads, length, total) if draw.flag(0.4) else None, *caches,
                np.array([past], np.int32) if form == "buffer" else None]
    # ONNX Runtime's causal mask is only defined for queries as many as keys.
    causal = draw.choice(0, 1) if keys == length and form != "cache" else 0
    presents = form in ("past", "buffer") or (form == "self" and draw.flag(0.3))
    case = Case(name, operands, {"num_heads": heads, "unidirectional": causal}, outputs=3 if presents else 1)
    if form == "buffer":  # What is behind the tokens is anything.
        case.select = lambda results: [results[0], *(x[:, :, :total] for x in results[1:])]
    return case


def rotation_caches(draw, features, rows):
    angles = draw.reals((rows, features // 2))
    return np.cos(angles), np.sin(angles)


@operator("GroupQueryAttention")
def group_query_attention(draw, name):
    kv_heads, group = draw.extent(1, 3), draw.extent(1, 3)
    heads, features = kv_heads * group, draw.choice(16, 32)
    first = draw.flag(0.4)
    batch = draw.extent(1, 3)
    length = draw.extent(1, 6) if first or batch == 1 else 1
    past = 0 if first else draw.extent(1, 6)
    total = past + length
    lengths = draw.ints(1 if first else length, total, (batch,), np.int32)
    lengths[0] = total
    shared = draw.flag()
    room = total + draw.extent(0, 3) if shared else past
    packed = draw.flag(0.4)
    width = (heads + 2 * kv_heads if packed else heads) * features
    dtype = np.float32
    query = draw.reals([batch, length, width], dtype=dtype)
    key, value = (None if packed else draw.reals([batch, length, kv_heads * features]) for _ in range(2))
    caches = [draw.reals([batch, kv_heads, room, features]) for _ in range(2)]
    attributes = {"num_heads": heads, "kv_num_heads": kv_heads}
    cosine = sine = places = None
    if draw.flag():
        turned = draw.choice(features, 16)
        cosine, sine = rotation_caches(draw, turned, total + 4)
        attributes.update(do_rotary=1, rotary_interleaved=draw.choice(0, 1))
    if draw.flag(0.3):
        attributes["local_window_size"] = draw.extent(1, 4)
    if draw.flag(0.3):
        attributes["softcap"] = 2.0
    if draw.flag(0.3):
        attributes["scale"] = 0.2
    if draw.flag(0.3):
        attributes["smooth_softmax"] = 1
    sink = draw.reals((heads,)) if draw.flag(0.3) and "smooth_softmax" not in attributes else None
    bias = attention_bias(draw, batch, heads, length, total) if draw.flag(0.3) else None
    operands = [query, key, value, *caches, lengths - 1, np.array(total, np.int32), cosine, sine, places, bias, sink]
    outputs = 3
    if draw.flag(0.3):
        outputs, attributes["qk_output"] = 4, draw.choice(1, 2)

    def specified(results):
        """Rows of queries that exist, and the cache as far as it is in use."""
        y, *presents = results
        new = np.minimum(lengths, length) if first else np.full(batch, length)
        parts = [y[b, :new[b]] for b in range(batch)]
        for present in presents[:2]:
            parts += [present[b, :, :lengths[b]] for b in range(batch)]
        for b in range(batch) if outputs == 4 else ():
            before = lengths[b] - new[b]
            for s in range(new[b]):  # The keys that the query sees.
                here = before + s
                low = max(0, here - attributes.get("local_window_size", total + 1) + 1)
                parts.append(presents[2][b, :, s, low:here + 1])
        return parts

    return Case(name, operands, attributes, outputs=outputs, select=specified)


@operator("DecoderMaskedMultiHeadAttention")
def decoder_masked(draw, name):
    batch, heads, features = draw.extent(1, 3), draw.extent(1, 3), draw.choice(4, 8)
    hidden = heads * features
    cross = draw.flag(0.3)
    query = draw.reals([batch, 1, hidden])
    attributes = {"num_heads": heads, "past_present_share_buffer": 0}
    if cross:
        keys = draw.extent(1, 6)
        k, v = draw.reals([batch, heads, keys, features]), draw.reals([batch, heads, keys, features])
        mask = draw.ints(0, 1, (batch, keys), np.int32)
        mask[:, 0] = 1
        return Case(name, [query, k, v, draw.maybe(mask)], attributes)
    past = draw.extent(1, 5)
    room = past + draw.extent(1, 3)
    attributes["past_present_share_buffer"] = 1
    caches = [draw.reals([batch, heads, room, features]) for _ in range(2)]
    mask = draw.ints(0, 1, (batch, past + 1), np.int32)
    mask[:, -1] = 1
    operands = [query, draw.reals([batch, 1, hidden]), draw.reals([batch, 1, hidden]), draw.maybe(mask),
                attention_bias(draw, batch, heads, 1, past + 1) if draw.flag(0.4) else None, *caches,
                np.array([past], np.int32), None, None, draw.maybe(draw.reals((3 * hidden,)))]
    if draw.flag(0.4):  # With a bias, ONNX Runtime reads beyond it.
        beams, operands[4] = draw.choice(1, batch), None
        operands[8] = np.array([beams], np.int32)
        operands[9] = draw.ints(0, beams - 1, (batch // beams, beams, room), np.int32)
    return Case(name, operands, attributes, outputs=3,
                select=lambda results: [results[0], *(x[:, :, :past + 1] for x in results[1:])])


@operator("RotaryEmbedding")
def rotary_embedding(draw, name):
    batch, length, heads, features = draw.extent(1, 3), draw.extent(1, 5), draw.extent(1, 3), draw.choice(8, 16)
    wide = draw.flag()
    shape = [batch, heads, length, features] if wide else [batch, length, heads * features]
    attributes = {"interleaved": draw.choice(0, 1)}
    turned = features
    if draw.flag(0.4):
        turned = features // 2
        attributes.update(rotary_embedding_dim=turned, num_heads=heads)
    elif not wide and draw.flag():
        attributes["num_heads"] = heads
    cosine, sine = rotation_caches(draw, turned, length + 4)
    places = draw.ints(0, length + 3, (batch, length)) if draw.flag() else draw.ints(0, 4, (1,))
    return Case(name, [draw.reals(shape), places, cosine, sine], attributes)
