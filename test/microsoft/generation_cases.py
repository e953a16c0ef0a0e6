"""Operators that run a decoder as a subgraph, token after token."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from draw import Case, operator

HEADS, SIZE, VOCABULARY = 2, 3, 11


def constants(draw, hidden):
    """The decoder's weights, and what its nodes need."""
    shapes = {"words": (VOCABULARY, hidden), "places": (64, hidden), "wq": (hidden, hidden), "wk": (hidden, hidden),
              "wv": (hidden, hidden), "head": (hidden, VOCABULARY)}
    values = {name: draw.reals(shape) for name, shape in shapes.items()}
    values.update({name: np.float32(value) for name, value in [("low", -1e4), ("one", 1), ("scale", SIZE**-0.5)]})
    values.update(split=np.array([0, 0, HEADS, SIZE]), join=np.array([0, 0, hidden]), first=np.array(0), second=np.array(1),
                  front=np.array([0]), inner=np.array([1, 2]))
    return [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()]


def decoder(draw):
    """One layer of attention, as GPT-2's decoders have inputs and outputs."""
    node, nodes = helper.make_node, []

    def add(operator_type, inputs, output, **attributes):
        nodes.append(node(operator_type, inputs.split(), [output], **attributes))

    add("Gather", "words input_ids", "w")
    add("Gather", "places position_ids", "p")
    add("Add", "w p", "x")
    for name in "qkv":
        add("MatMul", f"x w{name}", f"{name}_flat")
        add("Reshape", f"{name}_flat split", f"{name}_split")
        add("Transpose", f"{name}_split", name, perm=[0, 2, 1, 3])
    add("Unsqueeze", "k front", "k_state")
    add("Unsqueeze", "v front", "v_state")
    add("Concat", "k_state v_state", "state", axis=0)
    add("Concat", "past_0 state", "present_0", axis=3)
    add("Gather", "present_0 first", "keys", axis=0)
    add("Gather", "present_0 second", "values", axis=0)
    add("Transpose", "keys", "keys_last", perm=[0, 1, 3, 2])
    add("MatMul", "q keys_last", "products")
    add("Mul", "products scale", "scaled")
    add("Cast", "attention_mask", "mask", to=TensorProto.FLOAT)
    add("Sub", "one mask", "hidden")
    add("Mul", "hidden low", "offsets")
    add("Unsqueeze", "offsets inner", "offsets_4d")
    add("Add", "scaled offsets_4d", "scores")
    add("Softmax", "scores", "shares", axis=-1)
    add("MatMul", "shares values", "mixed")
    add("Transpose", "mixed", "mixed_last", perm=[0, 2, 1, 3])
    add("Reshape", "mixed_last join", "attended")
    add("Add", "attended x", "y")
    add("MatMul", "y head", "logits")
    info, integer, real = helper.make_tensor_value_info, TensorProto.INT32, TensorProto.FLOAT
    inputs = [info("input_ids", integer, ["b", "s"]), info("position_ids", integer, ["b", "s"]),
              info("attention_mask", integer, ["b", "t"]), info("past_0", real, [2, "b", HEADS, "p", SIZE])]
    outputs = [info("logits", real, ["b", "s", VOCABULARY]), info("present_0", real, [2, "b", HEADS, "t", SIZE])]
    return helper.make_graph(nodes, "decoder", inputs, outputs, constants(draw, HEADS * SIZE))


def prompts(draw, pad):
    """Padded in front, by what is not a token elsewhere."""
    batch, length = draw.extent(1, 3), draw.extent(1, 4)
    ids = draw.ints(1, VOCABULARY - 1, (batch, length), np.int32)
    ids[ids == pad] = pad - 1
    for row in ids:
        row[:draw.extent(0, length - 1)] = pad
    return ids


def rules(draw, ids, least):
    """repetition_penalty, vocab_mask, prefix_vocab_mask: the last ones can be absent."""
    allowed = draw.ints(0, 3, (VOCABULARY,), np.int32).clip(0, 1)
    allowed[:least] = 1
    prefix = draw.ints(0, 3, (len(ids), VOCABULARY), np.int32).clip(0, 1)
    prefix[:, :least] = 1
    return [draw.maybe(np.array([1.3], np.float32)), draw.maybe(allowed, 0.3), draw.maybe(prefix, 0.3)]


def attributes_of(draw, pad):
    attributes = {"decoder": decoder(draw), "eos_token_id": draw.extent(1, 4), "pad_token_id": pad}
    if draw.flag(0.3):
        attributes["no_repeat_ngram_size"] = draw.extent(1, 3)
    if draw.flag(0.2):
        attributes["init_decoder"] = attributes["decoder"]
    return attributes


def lengths(draw, ids):
    length = ids.shape[1] + draw.extent(1, 6)
    return np.array([length], np.int32), np.array([draw.extent(0, length - 1)], np.int32)


def until_all_ended(prompt, pad):
    """ONNX Runtime leaves any numbers behind the step in which the last sequence ended."""
    def select(results):
        ended = np.flatnonzero((results[0][:, prompt:] == pad).all(0))
        return [results[0][:, :prompt + ended[0] + 1] if len(ended) else results[0]]
    return select


@operator("GreedySearch")
def greedy_search(draw, name):
    pad = draw.choice(0, 9)
    ids = prompts(draw, pad)
    most, least = lengths(draw, ids)
    mask = (ids != pad).astype(np.int32)
    return Case(name, [ids, most, draw.maybe(least), *rules(draw, ids, 1), draw.maybe(mask, 0.3)], attributes_of(draw, pad),
                select=until_all_ended(ids.shape[1], pad))


@operator("Sampling")
def sampling(draw, name):
    """Of tokens so few that only one is left: which of several is drawn, is up to chance. Without presence_mask,
    of which ONNX Runtime subtracts all from the first score; test/distributions has it."""
    pad = draw.choice(0, 9)
    ids = prompts(draw, pad)
    most, least = lengths(draw, ids)
    attributes = attributes_of(draw, pad)
    custom = draw.choice(0, 1)
    attributes |= {"custom": custom, "top_p": 0.0 if custom else 1e-4, "temperature": draw.choice(0.5, 1.0, 2.0)}
    if not custom and draw.flag():
        attributes["min_tokens_to_keep"] = 1
    mask = (ids != pad).astype(np.int32)
    operands = [ids, most, draw.maybe(least), *rules(draw, ids, 1), draw.maybe(mask, 0.3), None,
                draw.maybe(np.array([draw.extent(0, 99)], np.int32))]
    return Case(name, operands, attributes, select=until_all_ended(ids.shape[1], pad))


def to_the_last_step(operands):
    """No sequence ends earlier: ONNX Runtime leaves any numbers in the scores of steps that were not made."""
    operands[2] = operands[1] - 1


@operator("BeamSearch")
def beam_search(draw, name):
    pad = draw.choice(0, 9)
    ids = prompts(draw, pad)
    most, least = lengths(draw, ids)
    beams = draw.extent(1, 4)
    with_scores = draw.extent(1, 3)
    mask = (ids != pad).astype(np.int32)
    attributes = attributes_of(draw, pad)
    if draw.flag():
        attributes["early_stopping"] = 1
    else:
        # Whether an entry can still improve, ONNX Runtime asks of scores that are in part another entry's.
        ids = ids[:1]
    mask = mask[:len(ids)]
    least_tokens = min(VOCABULARY, 2 * beams + 1)
    operands = [ids, most, least, np.array([beams], np.int32), np.array([draw.extent(1, beams)], np.int32),
                np.array([draw.choice(0.5, 1, 2)], np.float32), *rules(draw, ids, least_tokens), draw.maybe(mask, 0.3)]
    if with_scores == 3:
        to_the_last_step(operands)
    return Case(name, operands, attributes, outputs=with_scores)
