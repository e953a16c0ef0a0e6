"""Attention over caches that are cut into blocks, or of which only some blocks are seen."""

import numpy as np
import onnxruntime

from attention_cases import rotation_caches
from draw import Case, operator
from nodes import node_model

HALF = np.float16


def rotate(x, cosine, sine, interleaved):
    """x [tokens, heads, features] by the angles [tokens, pairs]; features beyond the pairs stay."""
    pairs = cosine.shape[1]
    turned, rest = x[..., :2 * pairs], x[..., 2 * pairs:]
    a, b = (turned[..., ::2], turned[..., 1::2]) if interleaved else np.split(turned, 2, axis=-1)
    c, s = cosine[:, None], sine[:, None]
    parts = [c * a - s * b, s * a + c * b]
    y = np.stack(parts, -1).reshape(turned.shape) if interleaved else np.concatenate(parts, -1)
    return np.concatenate([y, rest], -1)


def shares_of(scores, sink):
    """The softmax of rows; `sink`, a score of nothing for each head, takes its part."""
    top = scores.max(-1, keepdims=True)
    if sink is not None:
        top = np.maximum(top, sink[:, None, None])
    top = np.where(np.isneginf(top), 0, top)
    e = np.exp(scores - top)
    total = e.sum(-1, keepdims=True) + (0 if sink is None else np.exp(sink[:, None, None] - top))
    return e / np.where(total == 0, 1, total)


@operator("PagedAttention")
def paged_attention(draw, name):
    """By the schema's text: in ONNX Runtime only CUDA has a kernel. What is stored as float16 is rounded to it."""
    kv_heads, group, features = draw.extent(1, 3), draw.extent(1, 3), draw.choice(8, 16)
    heads, size = kv_heads * group, draw.extent(1, 4)
    new = [draw.extent(0, 4) for _ in range(draw.extent(1, 3))]
    past = [draw.extent(0, 6) for _ in new]
    totals = [p + n for p, n in zip(past, new)]
    tokens, pages = sum(new), max(1, max(-(-t // size) for t in totals)) + draw.extent(0, 1)
    blocks = sum(-(-t // size) for t in totals) + draw.extent(1, 3)
    free = draw.permutation(blocks)
    table = np.full((len(new), pages), -1, np.int32)
    for b, total in enumerate(totals):
        for page in range(-(-total // size)):
            table[b, page] = free.pop()
    query, key, value = (draw.reals((tokens, count, features), dtype=HALF) for count in (heads, kv_heads, kv_heads))
    caches = [draw.reals((blocks, size, kv_heads, features), dtype=HALF) for _ in range(2)]
    attributes = {"num_heads": heads, "kv_num_heads": kv_heads}
    operands = [query, key, value]
    if draw.flag(0.3):
        operands = [np.concatenate(operands, 1), None, None]
    operands = [None if x is None else x.reshape(tokens, x.shape[1] * features) for x in operands]
    ends = np.concatenate([[0], np.cumsum(new)]).astype(np.int32)
    owner = np.repeat(np.arange(len(new)), new)
    places = np.array([past[b] + i - ends[b] for i, b in enumerate(owner)], int)
    norms = [draw.reals((features,), dtype=HALF) for _ in range(2)] if draw.flag(0.3) else [None, None]
    if norms[0] is not None:
        query, key = ((wide / np.sqrt((wide * wide).mean(-1, keepdims=True) + 1e-6) * w).astype(HALF)
                      for wide, w in zip((query.astype(np.float32), key.astype(np.float32)), norms))
    cosine = sine = None
    if draw.flag():
        cosine, sine = (x.astype(HALF) for x in rotation_caches(draw, draw.choice(features, 8), 12))
        interleaved = draw.choice(0, 1)
        attributes.update(do_rotary=1, rotary_interleaved=interleaved)
        query, key = (rotate(x.astype(np.float32), cosine[places], sine[places], interleaved).astype(HALF) for x in (query, key))
    for attribute, drawn in [("local_window_size", draw.extent(1, 4)), ("softcap", 2.0), ("scale", 0.2), ("is_causal", 0)]:
        if draw.flag(0.3):
            attributes[attribute] = drawn
    sink = draw.reals((heads,), dtype=HALF) if draw.flag(0.3) else None
    slots = np.array([table[b, p // size] * size + p % size for b, p in zip(owner, places)], np.int32).reshape(-1)
    if draw.flag(0.3) and tokens:
        mapping = slots.copy()
        mapping[draw.extent(0, tokens - 1)] = -1
    else:
        mapping = None
    presents = []
    for cache, x in zip(caches, (key, value)):
        present = cache.copy().reshape(blocks * size, kv_heads, features)
        for i, slot in enumerate(slots if mapping is None else mapping):
            if slot >= 0:
                present[slot] = x[i]
        presents.append(present)
    y = np.zeros((tokens, heads, features), np.float32)
    for b, total in enumerate(totals):
        rows = [table[b, t // size] * size + t % size for t in range(total)]
        if not new[b]:
            continue
        k, v = (np.repeat(present[rows], group, 1).astype(np.float32) for present in presents)
        scores = np.einsum("snd,tnd->nst", query[ends[b]:ends[b + 1]].astype(np.float32), k) * attributes.get("scale", features**-0.5)
        if "softcap" in attributes:
            scores = np.tanh(scores / 2) * 2
        here, there = np.arange(past[b], total)[:, None], np.arange(total)[None]
        seen = there <= here if attributes.get("is_causal", 1) else there < total
        if "local_window_size" in attributes:
            seen = seen & (here - there < attributes["local_window_size"])
        shares = shares_of(np.where(seen, scores, -np.inf), sink)
        y[ends[b]:ends[b + 1]] = np.einsum("nst,tnd->snd", shares, v)
    expected = [y.astype(HALF).reshape(tokens, heads * features), *(present.reshape(caches[0].shape) for present in presents)]
    operands += [*caches, ends, np.array(past, np.int32), table, cosine, sine, mapping, sink, *norms]
    return Case(name, operands, attributes, outputs=3, expected=expected, scale=2)


def compressed(layouts):
    """The rows and columns of the blocks in layouts [L, R, R], padded with -1."""
    rows = np.concatenate([np.zeros((len(layouts), 1)), np.cumsum(layouts.sum(2), 1)], 1).astype(np.int32)
    columns = np.full((len(layouts), rows[:, -1].max()), -1, np.int32)
    for own, layout in zip(columns, layouts):
        found = np.nonzero(layout)[1]
        own[:len(found)] = found
    return rows, columns


def in_one_buffer(case):
    """What ONNX Runtime answers: it wants each cache to be its present too."""
    model, feeds = node_model(case, set(), False, [case.operands[0]] * case.outputs)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    buffers = [feeds[name].copy() for name in ("x3", "x4")]  # An OrtValue has no memory of its own.
    caches = [onnxruntime.OrtValue.ortvalue_from_numpy(buffer) for buffer in buffers]
    for name, value in feeds.items():
        if name not in ("x3", "x4"):
            binding.bind_cpu_input(name, value)
    binding.bind_output("y0")
    for k, cache in enumerate(caches):
        binding.bind_ortvalue_input(f"x{k + 3}", cache)
        binding.bind_ortvalue_output(f"y{k + 1}", cache)
    session.run_with_iobinding(binding)
    return [binding.get_outputs()[0].numpy(), *buffers]


@operator("SparseAttention")
def sparse_attention(draw, name):
    kv_heads, group, features, size = draw.extent(1, 2), draw.extent(1, 2), draw.choice(16, 32), 16
    heads, blocks = kv_heads * group, draw.extent(1, 4)
    room = blocks * size
    batch, first = draw.extent(1, 2), draw.flag()
    total = draw.extent(1, room)
    length = total if first else 1
    lengths = np.full(batch, total, np.int32)
    count = draw.choice(1, heads)
    layouts = np.tril(draw.ints(0, 1, (count, blocks, blocks)) | np.eye(blocks, dtype=int))
    rows, columns = compressed(layouts)
    packed = draw.flag(0.4)
    width = (heads + 2 * kv_heads if packed else heads) * features
    query = draw.reals((batch, length, width))
    key, value = (None if packed else draw.reals((batch, length, kv_heads * features)) for _ in range(2))
    caches = [draw.reals((batch, kv_heads, room, features)) for _ in range(2)]
    attributes = {"num_heads": heads, "kv_num_heads": kv_heads, "sparse_block_size": size, "scale": draw.choice(0.2, 0.3)}
    cosine = sine = None
    if draw.flag():
        cosine, sine = rotation_caches(draw, features, room)
        attributes.update(do_rotary=1, rotary_interleaved=draw.choice(0, 1))
    operands = [query, key, value, *caches, rows, columns, np.array(total, np.int32), lengths, cosine, sine]

    case = Case(name, operands, attributes, outputs=3, select=lambda results: [results[0], *(x[:, :, :total] for x in results[1:])])
    case.expected = lambda: in_one_buffer(case)
    return case
