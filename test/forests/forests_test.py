"""Random forests: what the operators of decision trees compute, by their definition.

Forests of few and of many leaves are computed in different ways, deep ones in a third;
the tests of nodes, features that are missing and numbers of samples vary.
"""

import unittest

import numpy as np
from onnx import TensorProto, helper

import landfall

FEATURES = 5
MODES = {"BRANCH_LEQ": np.less_equal, "BRANCH_LT": np.less, "BRANCH_GTE": np.greater_equal, "BRANCH_GT": np.greater,
         "BRANCH_EQ": np.equal, "BRANCH_NEQ": np.not_equal}


class Forest:
    """Nodes are (mode, feature, split, yes, no, missing tracks true) or lists of (target, weight)."""

    def __init__(self, random, trees, leaves, targets, modes, missing, is_chain):
        self.random, self.targets, self.modes, self.missing = random, targets, modes, missing
        self.trees = [[] for _ in range(trees)]
        for tree in self.trees:
            self.grow(tree, 1 + random.integers(leaves), is_chain)

    def grow(self, tree, leaves, is_chain):
        place = len(tree)
        tree.append(None)
        if leaves == 1:
            count = self.random.integers(self.targets + 1)
            voted = self.random.choice(self.targets, count, replace=False)
            tree[place] = [(int(target), float(np.float32(self.random.standard_normal()))) for target in voted]
            return place
        left = 1 if is_chain else 1 + self.random.integers(leaves - 1)
        yes, no = self.grow(tree, left, is_chain), self.grow(tree, leaves - left, is_chain)
        tree[place] = (str(self.random.choice(self.modes)), int(self.random.integers(FEATURES)),
                       float(self.random.integers(-3, 4)), yes, no, int(self.missing and self.random.integers(2)))
        return place

    def scores(self, samples, aggregate):
        result = np.zeros((len(samples), self.targets))
        for scores, sample in zip(result, samples):
            votes = [[] for _ in scores]
            for tree in self.trees:
                node = tree[0]
                while isinstance(node, tuple):
                    mode, feature, split, yes, no, missing = node
                    value = sample[feature]
                    node = tree[yes if MODES[mode](value, split) or (missing and np.isnan(value)) else no]
                for target, weight in node:
                    votes[target].append(weight)
            for target, weights in enumerate(votes):
                if aggregate == "AVERAGE":
                    scores[target] = sum(weights) / len(self.trees)
                elif weights:
                    scores[target] = {"SUM": sum, "MIN": min, "MAX": max}[aggregate](weights)
        return result

    def model(self, aggregate, dtype):
        rows = [(t, n, node) for t, tree in enumerate(self.trees) for n, node in enumerate(tree)]
        inner = [node if isinstance(node, tuple) else ("LEAF", 0, 0.0, 0, 0, 0) for _, _, node in rows]
        votes = [(t, n, *vote) for t, n, node in rows if isinstance(node, list) for vote in node]
        columns = list(zip(*votes)) or [()] * 4
        node = helper.make_node(
            "TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml", n_targets=self.targets,
            aggregate_function=aggregate, nodes_treeids=[t for t, _, _ in rows], nodes_nodeids=[n for _, n, _ in rows],
            nodes_modes=[n[0] for n in inner], nodes_featureids=[n[1] for n in inner],
            nodes_values=[n[2] for n in inner], nodes_truenodeids=[n[3] for n in inner],
            nodes_falsenodeids=[n[4] for n in inner], nodes_missing_value_tracks_true=[n[5] for n in inner],
            **{f"target_{name}": list(column) for name, column in zip(("treeids", "nodeids", "ids", "weights"), columns)
               if column})
        graph = helper.make_graph([node], "forest", [helper.make_tensor_value_info("x", dtype, ["n", FEATURES])],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
        return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17),
                                                                     helper.make_opsetid("ai.onnx.ml", 3)])


class Forests(unittest.TestCase):
    def check(self, seed, aggregate, dtype, **kind):
        random = np.random.default_rng(seed)
        forest = Forest(random, **kind)
        compiled = landfall.compile(forest.model(aggregate, helper.np_dtype_to_tensor_dtype(np.dtype(dtype))))
        for samples in (1, 7, 40):
            x = random.integers(-4, 5, (samples, FEATURES)).astype(dtype)
            x[random.random(x.shape) < .1] = np.nan
            np.testing.assert_allclose(compiled.run({"x": x})["y"], forest.scores(x, aggregate), rtol=1e-5, atol=1e-5,
                                       err_msg=f"{seed} {aggregate} {dtype} {kind} {samples}")

    def test_few_and_many_leaves(self):
        for seed, leaves in enumerate((1, 2, 20, 32, 33, 64, 65, 300)):
            for dtype in (np.float32, np.float64):
                self.check(seed, "SUM", dtype, trees=9, leaves=leaves, targets=3, modes=["BRANCH_LEQ"], missing=False,
                           is_chain=False)

    def test_deep_trees(self):
        for seed, leaves in enumerate((30, 64, 90)):
            self.check(seed, "SUM", np.float32, trees=4, leaves=leaves, targets=1, modes=["BRANCH_LT"], missing=True,
                       is_chain=True)

    def test_all_tests(self):
        for seed, leaves in enumerate((16, 100)):
            for mode in MODES:
                self.check(seed, "SUM", np.float32, trees=5, leaves=leaves, targets=2, modes=[mode], missing=seed == 0,
                           is_chain=False)
            self.check(seed, "SUM", np.float32, trees=5, leaves=leaves, targets=2, modes=list(MODES), missing=True,
                       is_chain=False)

    def test_aggregates_and_targets(self):
        for seed, aggregate in enumerate(("SUM", "AVERAGE", "MIN", "MAX")):
            for targets in (1, 5, 80):
                for leaves in (12, 120):
                    self.check(seed, aggregate, np.float32, trees=6, leaves=leaves, targets=targets,
                               modes=["BRANCH_LEQ"], missing=False, is_chain=False)


if __name__ == "__main__":
    unittest.main()
