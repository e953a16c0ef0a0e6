"""Random LSTM, GRU and RNN nodes at many lengths and batches.

    recurrences.py [count] [--seed N]

Hidden extents that weights lie in panels for and others, some so large that
directions run one after the other; each direction, with
and without lengths, initial states and biases. One artefact a node runs at
steps and batches that are 0, 1, prime and more, and must give ONNX Runtime's
results (which has none for 0 steps), the same bits at one and at two threads.
"""

import argparse
import sys

import landfall
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
SHAPES = [(1, 1), (2, 3), (7, 1), (5, 8), (3, 17), (0, 2), (11, 5)]


def draw(random: np.random.Generator) -> tuple[bytes, dict]:
    """A model, and how to draw its inputs: for each, its shape by T and B."""
    operator = str(random.choice(list(GATES)))
    hidden = int(random.choice([5, 8, 16, 32, 33, 64, 96, 400, 400, 400]))
    inputs = int(random.choice([1, 3, 32, 40]))
    direction = str(random.choice(["forward", "reverse", "bidirectional"]))
    directions = 2 if direction == "bidirectional" else 1
    rows = GATES[operator] * hidden
    attributes = {"hidden_size": hidden, "direction": direction}
    if operator == "GRU":
        attributes["linear_before_reset"] = int(random.integers(2))

    # Larger sums would make states chaotic: every rounding then grows.
    scale = 0.3 if hidden < 100 else 0.05

    def weights(*shape: int) -> np.ndarray:
        return (random.standard_normal(shape) * scale).astype(np.float32)

    constants = {"w": weights(directions, rows, inputs),
                 "r": weights(directions, rows, hidden)}
    names = ["x", "w", "r", "", "", "", ""]
    drawn = {"x": lambda t, b: weights(t, b, inputs)}
    if random.integers(2):
        names[3] = "bias"
        constants["bias"] = weights(directions, 2 * rows)
    if random.integers(2):
        names[4] = "lengths"
        drawn["lengths"] = lambda t, b: random.integers(
            min(t, 1), t + 1, b).astype(np.int32)
    states = ["h", "c"] if operator == "LSTM" else ["h"]
    if random.integers(2):
        for number, state in enumerate(states):
            names[5 + number] = state
            drawn[state] = lambda t, b: weights(directions, b, hidden)
    while not names[-1]:
        names.pop()
    outputs = ["y"] + ["last_" + state for state in states]
    declared = {"x": ["T", "B", inputs], "lengths": ["B"],
                "h": [directions, "B", hidden], "c": [directions, "B", hidden]}
    graph = helper.make_graph(
        [helper.make_node(operator, names, outputs, **attributes)],
        f"{operator} {direction} {inputs} {hidden} {names}",
        [helper.make_tensor_value_info(
            name, TensorProto.INT32 if name == "lengths" else TensorProto.FLOAT,
            declared[name]) for name in drawn],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
         for name in outputs],
        [onnx.numpy_helper.from_array(value, name)
         for name, value in constants.items()])
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    return model.SerializeToString(), drawn


def differences(model: bytes, drawn: dict) -> list[str]:
    """What is wrong with the model's results, by shape."""
    single = landfall.compile(model, threads=1)
    double = landfall.compile(model, threads=2)
    session = onnxruntime.InferenceSession(
        model, providers=["CPUExecutionProvider"])
    wrong = []
    for steps, batch in SHAPES:
        feed = {name: make(steps, batch) for name, make in drawn.items()}
        results = single.run(feed)
        for name, value in double.run(feed).items():
            if value.tobytes() != results[name].tobytes():
                wrong.append(f"{name} at {steps} x {batch}: other bits at two "
                             "threads")
        if steps == 0:
            if results["y"].shape[0] != 0:
                wrong.append(f"y has {results['y'].shape} without steps")
            continue
        for output, expected in zip(session.get_outputs(),
                                    session.run(None, feed)):
            value = results[output.name]
            if value.shape != expected.shape or not np.allclose(
                    value, expected, rtol=1e-4, atol=2e-5):
                wrong.append(f"{output.name} at {steps} x {batch}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    onnxruntime.set_default_logger_severity(4)
    failures = 0
    for number in range(options.count):
        seed = options.seed + number
        model, drawn = draw(np.random.default_rng(seed))
        for line in differences(model, drawn):
            name = onnx.load_from_string(model).graph.name
            print(f"--seed {seed}: {name}: {line}")
            failures += 1
    print(f"{options.count} nodes, {failures} differences")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
