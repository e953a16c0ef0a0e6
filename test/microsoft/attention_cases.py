"""Attention."""

import numpy as np

from draw import Case, operator

MASKED = -10000


def key_mask(draw, batch, length, total):
    """A mask of one of the forms: a key is never forbidden to all queries."""
    form = draw.choice("lengths", "keys", "pairs")
    if form == "lengths":
        return draw.ints(1, total, (batch,), np.int32)
    if form == "keys" and draw.flag(0.2):
        return np.zeros((batch, 1), np.int32)  # Masks nothing, unless there is one key.
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


def packed(lengths, most):
    """token_offset and cumulative_sequence_length of sequences padded to `most`."""
    tokens = [b * most + s for b, n in enumerate(lengths) for s in range(n)]
    padding = [b * most + s for b, n in enumerate(lengths) for s in range(n, most)]
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return np.array(tokens + padding, np.int32).reshape(len(lengths), most), ends


def attend(q, k, v, bias=0):
    """One sequence: q, k, v of shape [length, heads, features]; bias [heads, length, length]."""
    scores = np.einsum("snd,tnd->nst", q, k) / np.sqrt(q.shape[-1]) + bias
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return np.einsum("nst,tnd->snd", weights, v).reshape(len(q), -1).astype(np.float32)


@operator("PackedAttention", "PackedMultiHeadAttention")
def packed_attention(draw, name):
    heads, features, most = draw.extent(1, 3), draw.choice(4, 8), draw.extent(1, 5)
    hidden = heads * features
    lengths = [draw.extent(1, most) for _ in range(draw.extent(1, 3))]
    offsets, ends = packed(lengths, most)
    tokens = int(ends[-1])
    added = draw.reals((draw.choice(1, len(lengths)), draw.choice(1, heads), most, most)) if draw.flag(0.4) else None
    bias = draw.reals((3 * hidden,))
    if name == "PackedAttention":
        x, w = draw.reals((tokens, 5)), draw.reals((5, 3 * hidden))
        parts = np.split(x @ w + bias, 3, axis=1)
        operands = [x, w, bias]
    else:
        parts = [draw.reals((tokens, hidden)) for _ in range(3)]
        operands = [*parts, bias]
        if draw.flag(0.3):
            operands[:3] = [np.stack([p.reshape(tokens, heads, features) for p in parts], 2), None, None]
        parts = [p + bias[j * hidden:(j + 1) * hidden] for j, p in enumerate(parts)]
    rows = []
    for b, n in enumerate(lengths):
        own = [p[ends[b]:ends[b] + n].reshape(n, heads, features) for p in parts]
        extra = 0 if added is None else added[min(b, len(added) - 1), :, :n, :n]
        rows.append(attend(*own, extra))
    return Case(name, [*operands, offsets, ends, added], {"num_heads": heads}, expected=[np.concatenate(rows)])


@operator("RemovePadding", "RestorePadding")
def padding(draw, name):
    most, hidden = draw.extent(1, 5), draw.extent(1, 4)
    lengths = [draw.extent(1, most) for _ in range(draw.extent(1, 3))]
    offsets, ends = packed(lengths, most)
    x = draw.reals((len(lengths), most, hidden))
    tokens = np.concatenate([x[b, :n] for b, n in enumerate(lengths)])
    if name == "RemovePadding":
        return Case(name, [x, np.array(lengths, np.int32)], outputs=4,
                    expected=[tokens, offsets, ends, np.array([max(lengths)], np.int32)])
    restored = np.zeros_like(x)
    for b, n in enumerate(lengths):
        restored[b, :n] = x[b, :n]
    return Case(name, [tokens, offsets], expected=[restored])


@operator("RelativePositionBias")
def relative_position_bias(draw, name):
    buckets, heads, length, both, most = draw.choice(8, 32), draw.extent(1, 3), draw.extent(1, 40), draw.choice(0, 1), 20
    table = draw.reals((heads, buckets))  # Lies so in memory; its shape says otherwise.
    distance = np.arange(length)[None] - np.arange(length)[:, None]
    count = buckets // 2 if both else buckets
    first = np.where(distance > 0, count, 0) if both else 0
    distance = np.abs(distance) if both else np.maximum(-distance, 0)
    exact = count // 2
    steps = np.log(np.maximum(distance, 1).astype(np.float32) / exact) / np.log(np.float32(most / exact)) * (count - exact)
    bucket = first + np.where(distance < exact, distance, np.minimum(exact + steps.astype(int), count - 1))
    lengths = [np.array([length], np.int64)] * 2
    return Case(name, [table.reshape(buckets, heads), *lengths], {"is_bidirectional": both, "max_distance": most},
                expected=[table[:, bucket][None]])


@operator("GatedRelativePositionBias")
def gated_relative_position_bias(draw, name):
    batch, heads, features, length, width = draw.extent(1, 3), draw.extent(1, 3), 4, draw.extent(1, 5), 2 * draw.extent(1, 4)
    query, query_bias = draw.reals((batch, length, heads * features)), draw.reals((heads * features,))
    place, weight, bias = draw.reals((1, heads, length, length)), draw.reals((features, width)), draw.reals((width,))
    eco = draw.reals((1, heads, 1, 1))
    q = (query + query_bias).reshape(batch, length, heads, features).transpose(0, 2, 1, 3)
    u, r = np.split(1 / (1 + np.exp(-(q @ weight + bias).reshape(batch, heads, length, 2, -1).sum(-1))), 2, axis=-1)
    return Case(name, [query, query_bias, place, weight, bias, eco], {"num_heads": heads},
                expected=[((u * (r * eco - 1) + 2) * place).astype(np.float32)])


@operator("LongformerAttention")
def longformer_attention(draw, name):
    """By the schema's text: in ONNX Runtime only CUDA has a kernel."""
    batch, length, heads, size, window = draw.extent(1, 2), draw.extent(1, 9), draw.extent(1, 3), 4, draw.extent(1, 3)
    hidden = heads * size
    x = draw.reals((batch, length, hidden))
    weights, biases = ([draw.reals(shape, 0.4) for _ in range(2)] for shape in ((hidden, 3 * hidden), (3 * hidden,)))
    mask = np.where(draw.ints(0, 3, (batch, length)) == 0, -10000, 0).astype(np.float32)
    mask[:, 0] = 0  # No token is alone, with nothing to attend to.
    special = draw.ints(0, 1, (batch, length), np.int32)
    special[:, 0] = 1
    near = np.abs(np.arange(length)[:, None] - np.arange(length)) <= window
    results = []
    for weight, bias, sees in zip(weights, biases, (near | (special[:, None] > 0), True)):
        q, k, v = (part.reshape(batch, length, heads, size) for part in np.split(x @ weight + bias, 3, axis=-1))
        scores = np.einsum("bsnd,btnd->bnst", q, k) / np.sqrt(size)
        scores = np.where(((mask >= 0)[:, None] & sees)[:, None], scores, -np.inf)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        results.append(np.einsum("bnst,btnd->bsnd", shares / shares.sum(-1, keepdims=True), v))
    y = np.where(special[..., None, None] > 0, results[1], results[0]).reshape(x.shape).astype(np.float32)
    return Case(name, [x, weights[0], biases[0], mask, weights[1], biases[1], special], {"num_heads": heads, "window": window},
                expected=[y])


@operator("GemmaRotaryEmbedding")
def gemma_rotary_embedding(draw, name):
    """By the function in the schema's text."""
    batch, length, heads, size = draw.extent(1, 3), draw.extent(1, 5), draw.extent(1, 3), draw.choice(4, 6)
    angles = draw.reals((batch, length, size))
    states = [draw.reals((batch, heads, length, size), dtype=np.float16) for _ in range(4)]
    cosine, sine = (f(angles).astype(np.float16)[:, None] for f in (np.cos, np.sin))
    return Case(name, [angles, *states], outputs=2,
                expected=[x * cosine + turned * sine for x, turned in (states[:2], states[2:])])
