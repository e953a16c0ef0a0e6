"""The operators of ai.onnx.ml on texts.

    tables_test.py [unittest's options]
"""

import unittest

import numpy as np
from onnx import TensorProto, helper

import landfall

from text_case import TextCase, WORDS, model, some_texts, tensor, texts


class Tables(TextCase):
    """The operators of ai.onnx.ml with random attributes."""

    def setUp(self):
        self.random = np.random.default_rng(7)

    def words(self, count):
        return [str(word) for word in self.random.permutation(WORDS)[:count]]

    def ints(self, count):
        return [int(k) for k in self.random.permutation(20)[:count] - 5]

    def test_label_encoder(self):
        makers = {"strings": self.words, "int64s": self.ints, "floats": lambda n: [k / 2 for k in self.ints(n)]}
        operands = {"strings": lambda: some_texts(self.random, 2, 6), "int64s": lambda: self.random.integers(-6, 16, (2, 6)),
                    "floats": lambda: (self.random.integers(-6, 16, (2, 6)) / 2).astype(np.float32)}
        for keys in makers:
            for values in makers:
                for count in (1, 2, 7):
                    attributes = {f"keys_{keys}": makers[keys](count), f"values_{values}": makers[values](count)}
                    if self.random.random() < 0.5:
                        attributes |= {"default_string": "none", "default_int64": -7, "default_float": 2.5}
                    if keys == values:
                        attributes.pop("default_string", None)
                    self.one("LabelEncoder", {"x": operands[keys]()}, domain="ai.onnx.ml", ml=2, **attributes)

    def test_label_encoder_of_tensors(self):
        x = some_texts(self.random, 9)
        for values in (np.array([4, 5, 6], np.int64), np.array([1, 2, 3], np.int16), texts(["p", "", "ä"]),
                       np.array([1, 2, 3], np.float64)):
            default = values[:1] if values.dtype == object else values[:1] * 10
            self.one("LabelEncoder", {"x": x}, domain="ai.onnx.ml",
                     expected=[texts([dict(zip(["a", "", "𝄞"], values.tolist())).get(text, default[0]) for text in x]).astype(
                         values.dtype)],
                     keys_tensor=tensor("k", texts(["a", "", "𝄞"])), values_tensor=tensor("v", values),
                     default_tensor=tensor("d", default))

    def test_the_last_of_equal_keys_holds(self):
        self.one("LabelEncoder", {"x": texts(["a", "b"])}, [np.array([3, 2])], domain="ai.onnx.ml",
                 keys_strings=["a", "b", "a"], values_int64s=[1, 2, 3])

    def test_label_encoder_of_version_1(self):
        classes = self.words(4)
        self.one("LabelEncoder", {"x": some_texts(self.random, 8)}, domain="ai.onnx.ml", ml=1, classes_strings=classes)
        self.one("LabelEncoder", {"x": self.random.integers(-2, 6, 8)}, domain="ai.onnx.ml", ml=1, classes_strings=classes,
                 default_string="none")

    def test_category_mapper(self):
        table = {"cats_strings": self.words(5), "cats_int64s": self.ints(5)}
        self.one("CategoryMapper", {"x": some_texts(self.random, 3, 4)}, domain="ai.onnx.ml", default_int64=-9, **table)
        self.one("CategoryMapper", {"x": self.random.integers(-6, 16, (3, 4))}, domain="ai.onnx.ml", default_string="?", **table)

    def test_one_hot_encoder(self):
        x = some_texts(self.random, 2, 5)
        self.one("OneHotEncoder", {"x": x}, domain="ai.onnx.ml", cats_strings=self.words(4))
        self.one("OneHotEncoder", {"x": x}, domain="ai.onnx.ml", cats_strings=self.words(10), zeros=0)
        proto = model([helper.make_node("OneHotEncoder", ["x"], ["y"], "n", domain="ai.onnx.ml", cats_strings=["a"], zeros=0)],
                      {"x": texts(["a"])}, ["y"], symbolic=True)
        with self.assertRaisesRegex(landfall.Error, "node 'n'.* none of the categories"):
            landfall.compile(proto, device="null").run({"x": texts(["a", "b"])})

    def test_n_grams(self):
        for mode in ("TF", "IDF", "TFIDF"):
            for shape in ((12,), (3, 8)):
                pool = self.words(4) + self.words(6)
                self.one("TfIdfVectorizer", {"x": some_texts(self.random, *shape)}, mode=mode, min_gram_length=1,
                         max_gram_length=2, max_skip_count=2, ngram_counts=[0, 4], ngram_indexes=[0, 1, 2, 3, 4, 5, 6],
                         pool_strings=pool, weights=[float(k) / 4 for k in range(1, 8)])

    def classifier(self, op, labels, **attributes):
        x = self.random.normal(size=(6, 3)).astype(np.float32)
        names = ["ä", "", "cat", "dog"][:labels]
        self.one(op, {"x": x}, outputs=2, domain="ai.onnx.ml", ml=1, classlabels_strings=names, **attributes)

    def map_operator(self, op, value_type, x, expected, **attributes):
        """A node on a map; ONNX Runtime's Python cannot make tensors from these maps on all versions."""
        key_type = TensorProto.STRING if isinstance(next(iter(x)), str) else TensorProto.INT64
        element = helper.make_tensor_type_proto(value_type, [])
        given = helper.make_value_info("x", helper.make_map_type_proto(key_type, element))
        node = helper.make_node(op, ["x"], ["y"], "n", domain="ai.onnx.ml", **attributes)
        graph = helper.make_graph([node], "g", [given], [helper.make_empty_tensor_value_info("y")])
        proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", 1)],
                                  ir_version=10)
        self.check(proto, {"x": x}, [expected], op)

    def test_dict_vectorizer(self):
        self.map_operator("DictVectorizer", TensorProto.FLOAT, {"b": np.float32(2), "q": np.float32(9), "a": np.float32(1)},
                          np.array([[1, 0, 2]], np.float32), string_vocabulary=["a", "c", "b"])
        self.map_operator("DictVectorizer", TensorProto.STRING, {5: texts("five"), -1: texts("")}, texts([["", "five"]]),
                          int64_vocabulary=[7, 5])

    def test_cast_map(self):
        x = {7: np.float32(1.5), -2: np.float32(2), 0: np.float32(3)}
        self.map_operator("CastMap", TensorProto.FLOAT, x, np.array([[2, 3, 1.5]], np.float32))
        self.map_operator("CastMap", TensorProto.FLOAT, x, texts([["2", "3", "1.5"]]), cast_to="TO_STRING")
        self.map_operator("CastMap", TensorProto.STRING, {1: texts("4"), 3: texts("-1")}, np.array([[0, 4, 0, -1]]),
                          cast_to="TO_INT64", map_form="SPARSE", max_map=4)

    def test_feature_vectorizer(self):
        x = self.random.normal(size=(4, 3)).astype(np.float32)
        self.one("FeatureVectorizer", {"x": x, "y": x[:, :2]}, domain="ai.onnx.ml", ml=1, inputdimensions=[4, 1])
        self.one("FeatureVectorizer", {"x": x[0], "y": x[0, :2]}, domain="ai.onnx.ml", ml=1, inputdimensions=[3, 2])

    def floats(self, count):
        return [float(value) for value in self.random.normal(size=count).astype(np.float32)]

    def test_linear_classifier(self):
        for labels in (2, 3, 4):
            self.classifier("LinearClassifier", labels, coefficients=self.floats(3 * labels), intercepts=self.floats(labels),
                            multi_class=1)

    def test_svm_classifier(self):
        for labels in (2, 3):
            pairs = labels * (labels - 1) // 2
            self.classifier("SVMClassifier", labels, kernel_type="RBF", kernel_params=[0.5, 0.0, 3.0],
                            vectors_per_class=[2] * labels, support_vectors=self.floats(6 * labels),
                            coefficients=self.floats((labels - 1) * 2 * labels), rho=self.floats(pairs))

    def test_tree_ensemble_classifier(self):
        for labels in (3, 4):
            self.classifier(
                "TreeEnsembleClassifier", labels, nodes_treeids=[0] * 5, nodes_nodeids=[0, 1, 2, 3, 4],
                nodes_featureids=[0, 1, 0, 0, 0], nodes_values=[0.1, -0.2, 0.0, 0.0, 0.0],
                nodes_modes=["BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF"], nodes_truenodeids=[1, 3, 0, 0, 0],
                nodes_falsenodeids=[2, 4, 0, 0, 0], class_treeids=[0] * 3 * labels,
                class_nodeids=[node for node in (2, 3, 4) for _ in range(labels)],
                class_ids=list(range(labels)) * 3,
                class_weights=[float(w) for w in self.random.dirichlet(np.ones(labels), 3).astype(np.float32).ravel()])

    def test_forest_votes_for_both_of_two_classes(self):
        # Where leaves vote for both of two classes, ONNX Runtime gives the second one to every sample for which that
        # has a positive score, also where the first one's is larger (and undefined scores where a sample's leaves
        # vote for one of the two). ONNX says of neither; the class with most votes is Landfall's.
        scores = np.array([[0.75, 0.25], [0.125, 0.875], [0.0, 0.5]], np.float32)
        self.one("TreeEnsembleClassifier", {"x": np.array([[-2], [0], [2]], np.float32)}, [texts(["a", "b", "b"]), scores],
                 outputs=2, domain="ai.onnx.ml", ml=1, classlabels_strings=["a", "b"], nodes_treeids=[0] * 5,
                 nodes_nodeids=[0, 1, 2, 3, 4], nodes_featureids=[0] * 5, nodes_values=[1.0, -1.0, 0.0, 0.0, 0.0],
                 nodes_modes=["BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF"], nodes_truenodeids=[1, 3, 0, 0, 0],
                 nodes_falsenodeids=[2, 4, 0, 0, 0], class_treeids=[0] * 5, class_nodeids=[3, 3, 4, 4, 2],
                 class_ids=[0, 1, 0, 1, 1], class_weights=[0.75, 0.25, 0.125, 0.875, 0.5])



if __name__ == "__main__":
    unittest.main()
