"""Random operators by the distribution of what they draw.

    distribution_test.py [--device D]

What an implementation draws is its own; which share of the draws falls where is
not. Seeds are fixed and the generators are Landfall's own, so a result is the same
in every run: a bound of six standard deviations fails where the formula is wrong.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

import landfall

sys.path.insert(0, str(Path(__file__).parent.parent / "microsoft"))

from draw import Draw  # noqa: E402
from generation_cases import VOCABULARY, decoder  # noqa: E402

COUNT = 200_000
BOUND = 6  # Standard deviations.


def run(device, operator_type, inputs, outputs=1, domain="", **attributes):
    names = [f"x{k}" for k in range(len(inputs))]
    feeds = {name: x for name, x in zip(names, inputs) if x is not None}
    infos = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape) for name, x in feeds.items()]
    results = [f"y{k}" for k in range(outputs)]
    node = helper.make_node(operator_type, [n if n in feeds else "" for n in names], results, "n", domain=domain, **attributes)
    graph = helper.make_graph([node], "g", infos, [helper.make_empty_tensor_value_info(name) for name in results])
    opsets = [helper.make_opsetid("", 22), helper.make_opsetid("com.microsoft", 1)]
    model = landfall.compile(helper.make_model(graph, opset_imports=opsets, ir_version=10), device=device)
    return [np.asarray(y) for y in model.run(feeds).values()]


def near(value, expected, deviation, what):
    """Fails unless a mean of COUNT draws of this standard deviation is as it must be."""
    if not abs(value - expected) <= BOUND * deviation / np.sqrt(COUNT):
        raise AssertionError(f"{what}: {value} instead of {expected}")


def shares_near(drawn, shares, what):
    counts = np.bincount(drawn.reshape(-1), minlength=len(shares)) / drawn.size
    for k, (count, share) in enumerate(zip(counts, shares)):
        deviation = np.sqrt(share * (1 - share) / drawn.size)
        if abs(count - share) > BOUND * deviation:
            raise AssertionError(f"{what}: a share of {count} instead of {share} for {k}")


def moments_near(x, mean, deviation, fourth, what):
    """`fourth`: the mean of the fourth power of (x - mean) / deviation."""
    z = (x.astype(np.float64).reshape(-1) - mean) / deviation
    near(z.mean(), 0, 1, f"{what}: mean")
    near((z**2).mean(), 1, np.sqrt(fourth - 1), f"{what}: variance")
    near((z[1:] * z[:-1]).mean(), 0, 1, f"{what}: neighbours")


def uniform(device):
    like = np.zeros(COUNT, np.float32)
    for dtype in (TensorProto.FLOAT, TensorProto.DOUBLE):
        for x in (run(device, "RandomUniform", [], shape=[COUNT], low=-1.0, high=3.0, seed=5.0, dtype=dtype)[0],
                  run(device, "RandomUniformLike", [like], low=-1.0, high=3.0, seed=6.0, dtype=dtype)[0]):
            assert x.min() >= -1 and x.max() < 3
            moments_near(x, 1, 4 / np.sqrt(12), 1.8, "uniform")


def normal(device):
    like = np.zeros(COUNT, np.float32)
    for dtype in (TensorProto.FLOAT, TensorProto.DOUBLE):
        for x in (run(device, "RandomNormal", [], shape=[COUNT], mean=2.0, scale=3.0, seed=5.0, dtype=dtype)[0],
                  run(device, "RandomNormalLike", [like], mean=2.0, scale=3.0, seed=6.0, dtype=dtype)[0]):
            moments_near(x, 2, 3, 3, "normal")


def bernoulli(device):
    for share in (0.0, 0.1, 0.75, 1.0):
        x = run(device, "Bernoulli", [np.full(COUNT, share, np.float32)], dtype=TensorProto.INT32, seed=4.0)[0]
        shares_near(x, [1 - share, share], "Bernoulli")


def dropout(device):
    x = np.full(COUNT, 3, np.float32)
    y, mask = run(device, "Dropout", [x, np.array(0.3, np.float32), np.array(True)], outputs=2, seed=7)
    shares_near(mask.astype(np.int64), [0.3, 0.7], "Dropout")
    np.testing.assert_allclose(y, np.where(mask, x / np.float32(0.7), 0), rtol=1e-6)


def multinomial(device):
    odds = np.log(np.array([[0.1, 0.2, 0.3, 0.4], [0.97, 0.01, 0.01, 0.01]], np.float32))
    x = run(device, "Multinomial", [odds], sample_size=COUNT, seed=9.0)[0]
    for row, own in zip(x, np.exp(odds)):
        shares_near(row, own / own.sum(), "Multinomial")


def next_scores(device, graph, ids):
    """What the decoder makes of prompts: the logits of the last token."""
    feeds = {"input_ids": ids, "position_ids": np.cumsum(np.ones_like(ids), 1, dtype=np.int32) - 1,
             "attention_mask": np.ones_like(ids), "past_0": np.zeros((2, len(ids), 2, 0, 3), np.float32)}
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    return np.asarray(landfall.compile(model, device=device).run(feeds)["logits"])[:, -1]


def kept(scores, top_p, custom, least):
    """The shares of tokens that are left to be drawn from, by the definition."""
    order = np.argsort(-scores if custom else scores, kind="stable")
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    cumulated = np.cumsum(shares[order])
    if custom:
        dropped = order[1:][cumulated[:-1] > top_p]
    else:
        below = cumulated <= 1 - top_p
        below[len(scores) - least:] = False
        dropped = order[below]
    shares[dropped] = 0
    return shares / shares.sum()


def sampling(device):
    rows = 20_000
    for number, (custom, top_p, least, penalty) in enumerate([(0, 0.7, 0, 0.0), (0, 0.2, 3, 0.0), (1, 0.6, 0, 1.5), (0, 1.0, 0, 0.8)]):
        draw = Draw([1, number])
        graph = decoder(draw)
        ids = np.tile(draw.ints(0, VOCABULARY - 1, (1, 3), np.int32), (rows, 1))
        present = draw.ints(0, 1, (VOCABULARY,), np.int32)
        scores = next_scores(device, graph, ids[:1])[0].astype(np.float64) - penalty * present
        shares = kept(scores, top_p, custom, least)
        operands = [ids, np.array([4], np.int32), *[None] * 5, np.tile(present, (rows, 1)), np.array([number], np.int32)]
        sequences = run(device, "Sampling", operands, domain="com.microsoft", decoder=graph, eos_token_id=VOCABULARY,
                        pad_token_id=VOCABULARY, top_p=top_p, custom=custom, min_tokens_to_keep=least,
                        presence_penalty=penalty)[0]
        shares_near(sequences[:, 3], shares, "Sampling")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    device = parser.parse_args().device
    for test in (uniform, normal, bernoulli, dropout, multinomial, sampling):
        test(device)
        print(f"{test.__name__}: right")


if __name__ == "__main__":
    main()
