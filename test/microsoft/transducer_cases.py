"""Operators that run an encoder once and a decoder token after token."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from draw import Case, operator
from generation_cases import HEADS, SIZE, VOCABULARY, rules, to_the_last_step

HIDDEN = HEADS * SIZE
STATES = ["key_self_0", "value_self_0", "key_cross_0", "value_cross_0"]


class Graph:
    """Nodes and weights of one graph; weights of one name are the same in all graphs of a model."""

    def __init__(self, draw, weights):
        self.draw, self.weights, self.used, self.nodes = draw, weights, {}, []

    def weight(self, name, value):
        if name not in self.weights:
            self.weights[name] = np.asarray(value(), None)
        self.used[name] = numpy_helper.from_array(self.weights[name], name)
        return name

    def matrix(self, name, *shape):
        return self.weight(name, lambda: self.draw.reals(shape))

    def add(self, operator_type, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator_type, inputs, [output], **attributes))
        return output

    def heads(self, x, name):
        """[B, S, hidden] times a weight as [B, heads, S, size]."""
        flat = self.add("MatMul", [x, self.matrix(f"w_{name}", HIDDEN, HIDDEN)], f"{name}_flat")
        split = self.add("Reshape", [flat, self.weight("split", lambda: [0, 0, HEADS, SIZE])], f"{name}_split")
        return self.add("Transpose", [split], f"{name}_heads", perm=[0, 2, 1, 3])

    def attend(self, query, keys, values, residual, name, mask=None):
        scale = self.weight("scale", lambda: np.float32(SIZE**-0.5))
        turned = self.add("Transpose", [keys], f"{name}_turned", perm=[0, 1, 3, 2])
        products = self.add("MatMul", [query, turned], f"{name}_products")
        scores = self.add("Mul", [products, scale], f"{name}_scores")
        if mask:
            real = self.add("Cast", [mask], f"{name}_real", to=TensorProto.FLOAT)
            hidden = self.add("Sub", [self.weight("one", lambda: np.float32(1)), real], f"{name}_hidden")
            offsets = self.add("Mul", [hidden, self.weight("low", lambda: np.float32(-1e4))], f"{name}_offsets")
            wide = self.add("Unsqueeze", [offsets, self.weight("inner", lambda: [1, 2])], f"{name}_wide")
            scores = self.add("Add", [scores, wide], f"{name}_masked")
        shares = self.add("Softmax", [scores], f"{name}_shares", axis=-1)
        mixed = self.add("MatMul", [shares, values], f"{name}_mixed")
        back = self.add("Transpose", [mixed], f"{name}_back", perm=[0, 2, 1, 3])
        joined = self.add("Reshape", [back, self.weight("join", lambda: [0, 0, HIDDEN])], f"{name}_joined")
        return self.add("Add", [joined, residual], f"{name}_sum")

    def decode(self, ids, mask, past, presents):
        """Logits of `ids`; past: the states by name; presents: what the own states are called."""
        x = self.add("Gather", [self.matrix("words", VOCABULARY, HIDDEN), ids], "decoder_words")
        q, k, v = (self.heads(x, f"{name}_own") for name in "qkv")
        for fresh, name in ((k, "key_self_0"), (v, "value_self_0")):
            operands = [past[name], fresh] if name in past else [fresh]
            self.add("Concat", operands, presents[name], axis=2)
        y = self.attend(q, presents["key_self_0"], presents["value_self_0"], x, "own")
        y = self.attend(self.heads(y, "q_cross"), past["key_cross_0"], past["value_cross_0"], y, "cross", mask)
        self.add("MatMul", [y, self.matrix("head", HIDDEN, VOCABULARY)], "logits")

    def finish(self, name, inputs, outputs):
        return helper.make_graph(self.nodes, name, inputs, outputs, list(self.used.values()))


def state(name, length):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["b", HEADS, length, SIZE])


def encoder_graph(draw, weights, sound, first_step):
    graph = Graph(draw, weights)
    info, integer, real = helper.make_tensor_value_info, TensorProto.INT32, TensorProto.FLOAT
    if sound:
        turned = graph.add("Transpose", ["encoder_input_ids"], "turned", perm=[0, 2, 1])
        x = graph.add("MatMul", [turned, graph.matrix("sounds", sound, HIDDEN)], "encoder_hidden_states")
        inputs, mask = [info("encoder_input_ids", real, ["b", sound, "s"])], None
    else:
        x = graph.add("Gather", [graph.matrix("words", VOCABULARY, HIDDEN), "encoder_input_ids"], "encoder_hidden_states")
        inputs = [info(name, integer, ["b", "s"]) for name in ("encoder_input_ids", "encoder_attention_mask")]
        mask = "encoder_attention_mask"
    for kind in ("key", "value"):
        graph.add("Identity", [graph.heads(x, f"{kind}_cross")], f"present_{kind}_cross_0")
    crosses = [state(f"present_{name}", "s") for name in STATES[2:]]
    if not first_step:
        return graph.finish("encoder", inputs, crosses)
    past = {name: f"present_{name}" for name in STATES[2:]}
    graph.decode("decoder_input_ids", mask, past, {name: f"present_{name}" for name in STATES[:2]})
    outputs = [info("logits", real, ["b", "p", VOCABULARY]), info("encoder_hidden_states", real, ["b", "s", HIDDEN]),
               *(state(f"present_{name}", "p") for name in STATES[:2]), *crosses]
    return graph.finish("encoder", [*inputs, info("decoder_input_ids", integer, ["b", "p"])], outputs)


def decoder_graph(draw, weights, sound, hidden):
    graph = Graph(draw, weights)
    info, integer, real = helper.make_tensor_value_info, TensorProto.INT32, TensorProto.FLOAT
    inputs = [info("input_ids", integer, ["b", 1])]
    if not sound:
        inputs.append(info("encoder_attention_mask", integer, ["b", "s"]))
    if hidden:
        inputs.append(info("encoder_hidden_states", real, ["b", "s", HIDDEN]))
    inputs += [state(f"past_{name}", "t" if "self" in name else "s") for name in STATES]
    graph.decode("input_ids", None if sound else "encoder_attention_mask", {name: f"past_{name}" for name in STATES},
                 {name: f"present_{name}" for name in STATES[:2]})
    outputs = [info("logits", real, ["b", 1, VOCABULARY]), *(state(f"present_{name}", "u") for name in STATES[:2])]
    return graph.finish("decoder", inputs, outputs)


def graphs(draw, sound, hidden, first_step):
    weights = {}
    return {"encoder": encoder_graph(draw, weights, sound, first_step), "decoder": decoder_graph(draw, weights, sound, hidden)}


def search_operands(draw, first, prompt, length):
    beams = draw.extent(1, 4)
    most = prompt + draw.extent(2, length)
    least = draw.extent(0, most - 1)
    penalties = rules(draw, first, min(VOCABULARY, 2 * beams + 1))
    return [first, np.array([most], np.int32), np.array([least], np.int32), np.array([beams], np.int32),
            np.array([draw.extent(1, beams)], np.int32), np.array([draw.choice(0.5, 1, 2)], np.float32), *penalties]


@operator("BeamSearch of text")
def beam_search_of_text(draw, name):
    pad = draw.choice(0, 9)
    batch, length = draw.extent(1, 3), draw.extent(1, 5)
    attributes = {"model_type": 1, "eos_token_id": draw.extent(1, 4), "pad_token_id": pad, "decoder_start_token_id": pad,
                  "early_stopping": draw.choice(0, 1)}
    if draw.flag(0.3):
        attributes["no_repeat_ngram_size"] = draw.extent(1, 3)
    if not attributes["early_stopping"]:
        batch = 1  # ONNX Runtime compares scores that are in part another entry's.
    ids = draw.ints(0, VOCABULARY - 1, (batch, length), np.int32)
    first_step = draw.flag(0.6)
    attributes |= graphs(draw, 0, first_step and draw.flag(), first_step)
    mask = draw.ints(0, 1, ids.shape, np.int32)
    mask[:, -1] = 1
    operands = [*search_operands(draw, ids, 1, 6), draw.maybe(mask)]
    outputs = draw.extent(1, 3)
    if outputs == 3:
        to_the_last_step(operands)
    return Case("BeamSearch", operands, attributes, outputs=outputs)


@operator("WhisperBeamSearch")
def whisper_beam_search(draw, name):
    features, frames = 4, draw.extent(1, 5)
    early = draw.choice(0, 1)
    batch = draw.extent(1, 3) if early else 1
    sound = draw.reals((batch, features, frames))
    prompt = draw.ints(0, VOCABULARY - 1, (batch, draw.extent(1, 3)), np.int32)
    forced = draw.flag(0.7)
    attributes = {"model_type": 2, "eos_token_id": draw.extent(1, 3), "pad_token_id": draw.choice(0, 9),
                  "decoder_start_token_id": 5, "early_stopping": early}
    attributes |= graphs(draw, features, draw.flag(), True)
    operands = search_operands(draw, sound, prompt.shape[1] if forced else 1, 6)
    operands += [None, prompt if forced else None]
    if draw.flag(0.4):
        attributes |= {"translate_token_id": 4, "transcribe_token_id": 5, "start_of_lm_token_id": 6, "no_timestamps_token_id": 7,
                       "beginning_timestamp_token_id": 8}
        operands += [np.array([1], np.int32)]
        operands[7:9] = [None, None]
    else:
        operands += [None]
    operands += [None, None, draw.maybe(np.array([0.7], np.float32))]
    outputs = draw.extent(1, 3)
    if outputs == 3:
        to_the_last_step(operands)
    return Case(name, operands, attributes, outputs=outputs)
