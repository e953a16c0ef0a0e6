"""Operators on sequences that stand one after another, and what replays their states."""

import numpy as np

from draw import Case, operator


def sequences(draw):
    """(ends with a leading 0, tokens, batch)"""
    lengths = [draw.extent(1, 5) for _ in range(draw.extent(1, 3))]
    return np.cumsum([0, *lengths]).astype(np.int32), sum(lengths), len(lengths)


def captures(draw, batch):
    """(capacity, counts or None)"""
    if draw.flag():
        return 0, None
    return draw.extent(1, 4), draw.ints(-1, 5, (batch,), np.int32)


@operator("VarlenCausalConvWithState")
def varlen_causal_conv_with_state(draw, name):
    ends, tokens, batch = sequences(draw)
    channels, taps, dilation = draw.extent(1, 4), draw.extent(2, 4), draw.choice(1, 1, 2)
    capacity, counts = captures(draw, batch)
    operands = [draw.reals((tokens, channels)), draw.reals((channels, 1, taps)), ends, draw.maybe(draw.reals((channels,))),
                draw.reals((batch, channels, (taps - 1) * dilation)), counts]
    attributes = {"activation": draw.choice("none", "silu", "swish"), "dilation": dilation,
                  "state_update_capacity": capacity}
    return Case(name, operands, attributes, outputs=3 if capacity else 2)


@operator("VarlenNGramHashMapping")
def varlen_n_gram_hash_mapping(draw, name):
    dtype = draw.choice(np.int32, np.int64)
    ends, tokens, batch = sequences(draw)
    longest, heads = draw.extent(2, 4), draw.extent(1, 3)
    count = (longest - 1) * heads
    capacity, counts = captures(draw, batch)
    attributes = {"pad_id": 1, "max_ngram_size": longest, "n_head_per_ngram": heads, "reset_on_eos": draw.choice(0, 1),
                  "state_update_capacity": capacity}
    with_segments = draw.flag(0.4)
    segments = np.cumsum(draw.ints(0, 3, (tokens,)) == 0).astype(np.int32) if with_segments else None
    past = draw.maybe(draw.ints(0, 9, (batch, longest - 1), dtype))
    past_segments = draw.ints(0, 1, (batch, longest - 1), np.int32) if with_segments and draw.flag() else None
    operands = [draw.ints(0, 9, (tokens,), dtype), draw.ints(1, 2000, (longest,), dtype) | 1, draw.ints(3, 97, (count,), dtype),
                ends, past, draw.maybe(draw.ints(0, 500, (count,), dtype)), draw.maybe(np.array(2, dtype)), segments,
                past_segments, counts]
    unspecified = () if with_segments else (2,)
    return Case(name, operands, attributes, outputs=4 if capacity else 3, unspecified=unspecified)


@operator("GatedDeltaNet")
def gated_delta_net(draw, name):
    ends, tokens, batch = sequences(draw)
    heads, shared = draw.extent(1, 3), draw.extent(1, 2)
    values, keys, features = heads * shared, draw.choice(2, 4), draw.choice(2, 3)
    rule = draw.choice("linear", "gated", "delta", "gated_delta")
    gated, delta = "gated" in rule, "delta" in rule
    uniform, leading = draw.flag(0.3), [tokens]
    if uniform:
        leading = [batch, draw.extent(1, 4)]
        tokens, ends = int(np.prod(leading)), None
        if draw.flag():
            leading = [tokens]
    attributes = {"update_rule": rule}
    q, k, v = (draw.reals([*leading, *shape]) for shape in ((heads, keys), (heads, keys), (values, features)))
    if draw.flag():
        attributes["qk_l2_norm"] = 1
    else:
        k /= np.linalg.norm(k, axis=-1, keepdims=True)
    if draw.flag(0.3):
        attributes["scale"] = 0.3
    wide = gated and draw.flag(0.4)
    decay = -draw.positive([*leading, values] + [keys] * wide, 0.1, 2) if gated else None
    rates = bias = None
    if gated and draw.flag():
        attributes["gate_activation"] = draw.choice("softplus", "qwen", "sigmoid", "kda")
        rates = draw.reals((values,), 0.5)
        bias = draw.reals(draw.choice((values, keys), (values * keys,)) if wide and draw.flag() else (values,))
    beta = draw.positive([*leading, values], 0.1, 0.9) if delta else None
    if delta and draw.flag():
        attributes["beta_activation"] = "sigmoid"
    state = draw.reals((batch, values, features, keys)) if uniform or draw.flag() else None
    packs = state is not None and len(leading) == 1 and draw.flag(0.3)
    operands = [q, k, v, ends, decay, beta, state, rates, bias]
    if packs:
        operands[:3] = [np.concatenate([x.reshape(tokens, -1) for x in (q, k, v)], 1), None, None]
    capacity, counts = captures(draw, batch)
    if not capacity:
        return Case(name, operands, attributes, outputs=2)
    attributes["state_update_capacity"] = capacity
    lengths = np.diff(ends) if ends is not None else np.full(batch, tokens // batch)
    active = draw.choice(None, 0, 1)
    operands += [counts, None if active is None else np.array([active], np.int32)]
    widths = [values * keys if wide else values, heads * keys, values * features]

    def captured(results):
        """Entries behind the captured ones are not specified."""
        update, parts, start = results[2], [], 0
        for width in widths:
            part = update[:, start:start + capacity * width].reshape(batch, capacity, width)
            start += capacity * width
            parts += [part[b, :max(0, min(counts[b], capacity, lengths[b]))] for b in range(batch)]
        return [*results[:2], *(parts if active != 0 else [update])]

    return Case(name, operands, attributes, outputs=3, select=captured)


@operator("GatedDeltaNetStateReplay")
def gated_delta_net_state_replay(draw, name):
    heads, shared, values, keys = draw.extent(1, 2), draw.extent(1, 2), draw.extent(1, 3), draw.extent(1, 3)
    key_heads, heads = heads, heads * shared
    capacity = draw.extent(1, 4)
    kept = draw.extent(1, capacity)
    width = draw.choice(1, keys)
    parts = [draw.positive((capacity, heads, width)), draw.reals((capacity, key_heads, keys)),
             draw.reals((capacity, heads, values))]
    state = draw.reals((heads, values, keys))
    before, after = draw.extent(0, 3), draw.extent(0, 3)
    destination = draw.reals((before + state.size + after,))
    capsule = np.concatenate([part.ravel() for part in parts])
    starts = np.cumsum([0, parts[0].size, parts[1].size])
    metadata = np.array([before, after, *starts, heads, values, keys, key_heads, capacity, kept])
    source = np.concatenate([draw.reals((before,)), state.ravel()])

    def expected():
        decay, key, delta = parts
        s = state.copy()
        for t in range(kept):
            s = s * decay[t][:, None, :] + key[t].repeat(heads // key_heads, 0)[:, None, :] * delta[t][:, :, None]
        result = destination.copy()
        result[after:after + s.size] = s.ravel()
        return [result]

    return Case(name, [source, capsule, destination, metadata], expected=expected)


@operator("ConvStateReplay")
def conv_state_replay(draw, name):
    dtype = draw.choice(np.float32, np.float16)
    size = np.dtype(dtype).itemsize
    batch, channels, history, capacity = draw.extent(1, 3), draw.extent(1, 3), draw.extent(0, 4), draw.extent(0, 4)
    kept = draw.extent(0, capacity)
    skips = [draw.extent(0, 3) for _ in range(3)]
    state, captured = draw.reals((batch, channels, history)), draw.reals((batch, capacity, channels))
    source, capture, destination = (np.concatenate([draw.reals((skip,)), x.ravel(), draw.reals((2,))]).astype(dtype)
                                    for skip, x in zip(skips, (state, captured, state)))
    metadata = np.array([skips[0] * size, skips[2] * size, skips[1] * size, batch, channels, history, capacity, kept])

    def expected():
        whole = np.concatenate([state, captured[:, :kept].transpose(0, 2, 1)], 2)
        result = destination.copy()
        result[skips[2]:skips[2] + state.size] = whole[:, :, kept:].astype(dtype).ravel()
        return [result]

    return Case(name, [source, capture, destination, metadata], expected=expected)


@operator("PackedSparseAttentionIndexerMerge")
def packed_sparse_attention_indexer_merge(draw, name):
    rows, columns, queries, most = draw.extent(1, 3), draw.extent(1, 4), draw.extent(1, 4), draw.extent(1, 9)
    base = draw.ints(0 if draw.flag(0.8) else -1, 6, (rows, columns), np.int32)
    counts = draw.ints(0, columns + draw.flag(0.1), (rows,), np.int32)
    chosen = draw.ints(0, rows - 1 + draw.flag(0.1), (queries,), np.int32)
    in_range = draw.flag()
    if in_range:
        starts = draw.ints(0, 5, (queries,), np.int32)
        ends = starts + draw.ints(-1 if draw.flag(0.1) else 0, 4, (queries,), np.int32)
        further = [starts, ends]
    else:
        added = draw.ints(0, 8, (queries, draw.extent(1, 4)), np.int32)
        further = [None, None, added, draw.ints(0, added.shape[1], (queries,), np.int32)]

    def of_query(n):
        row = chosen[n]
        if row >= rows or counts[row] > columns or (in_range and ends[n] < starts[n]):
            return None, 1
        entries = list(base[row, :counts[row]])
        entries += list(range(starts[n], ends[n])) if in_range else list(added[n, :further[3][n]])
        merged = []
        for entry in entries:
            if entry < 0:
                return None, 1
            if entry not in merged:
                merged.append(entry)
            if len(merged) > most:
                return None, 2
        return merged, 0

    def expected():
        selected = np.full((queries, most), -1, np.int32)
        found = [of_query(n) for n in range(queries)]
        for n, (merged, _) in enumerate(found):
            selected[n, :len(merged or [])] = merged or []
        return [selected, np.array([len(m or []) for m, _ in found], np.int32), np.array([s for _, s in found], np.int32)]

    return Case(name, [base, counts, chosen, *further],
                {"policy_mode": "append_range" if in_range else "append_indices", "max_output_entries": most}, outputs=3,
                expected=expected)
