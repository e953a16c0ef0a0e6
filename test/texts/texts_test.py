"""Tensors of strings, against NumPy and ONNX Runtime.

    texts_test.py [unittest's options]
"""

import unittest
import warnings

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import landfall

onnxruntime.set_default_logger_severity(4)
TARGETS = ("null", "cpu")
WORDS = ["", "a", "b", "ä", "日本", "a b", "B", "𝄞", "aa", " a"]


def texts(values, shape=None):
    array = np.array(values, dtype=object)
    return array if shape is None else array.reshape(shape)


def some_texts(random, *shape):
    return texts([WORDS[k] for k in random.integers(0, len(WORDS), int(np.prod(shape)))], shape)


def value_info(name, value, symbolic=False):
    shape = [f"{name}{k}" if symbolic else extent for k, extent in enumerate(value.shape)]
    return helper.make_tensor_value_info(name, element_type(value), shape)


def element_type(value):
    return TensorProto.STRING if value.dtype == object else helper.np_dtype_to_tensor_dtype(value.dtype)


def tensor(name, value):
    if value.dtype == object:
        return helper.make_tensor(name, TensorProto.STRING, value.shape,
                                  [text.encode() for text in value.ravel()])
    return helper.make_tensor(name, element_type(value), value.shape, value.ravel().tolist())


def model(nodes, inputs, outputs, initializers=(), symbolic=False, opset=21, ml=4):
    graph = helper.make_graph(nodes, "g", [value_info(name, value, symbolic) for name, value in inputs.items()],
                              [helper.make_empty_tensor_value_info(name) for name in outputs],
                              [tensor(name, value) for name, value in dict(initializers).items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", ml),
                                                   helper.make_opsetid("com.microsoft", 1)],
                             ir_version=10)


def rival(proto, feeds):
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


class Texts(unittest.TestCase):
    def check(self, proto, feeds, expected, message=""):
        for target in TARGETS:
            result = landfall.compile(proto, device=target, require_target=True).run(feeds)
            for got, want in zip(result.values(), expected, strict=True):
                want = np.asarray(want)
                self.assertEqual(got.shape, want.shape, f"{target} {message}")
                self.assertEqual(got.dtype == object, want.dtype == object, f"{target} {message}")
                if want.dtype.kind == "f":
                    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6, err_msg=f"{target} {message}")
                else:
                    self.assertEqual(got.tolist(), want.tolist(), f"{target} {message}")

    def one(self, op, operands, expected=None, outputs=1, domain="", constants=(), opset=21, ml=4, **attributes):
        """A node on operands, some of them initializers, of known extents and of any; expected: ONNX Runtime's."""
        names = [f"y{k}" for k in range(outputs)]
        node = helper.make_node(op, list(operands), names, "n", domain=domain, **attributes)
        inputs = {name: value for name, value in operands.items() if name not in constants}
        initializers = {name: operands[name] for name in constants}
        if expected is None:
            expected = rival(model([node], inputs, names, initializers, opset=opset, ml=ml), inputs)
        for symbolic in (False, True):
            proto = model([node], inputs, names, initializers, symbolic, opset, ml)
            self.check(proto, inputs, expected, f"{op} {attributes}")


class Movement(Texts):
    def setUp(self):
        self.random = np.random.default_rng(5)
        self.x = some_texts(self.random, 3, 4)

    def test_operators_that_move_elements(self):
        x = self.x
        ints = lambda *values: np.array(values, np.int64)  # noqa: E731
        for op, operands, expected, attributes in [
                ("Identity", {}, x, {}),
                ("Transpose", {}, x.T, {}),
                ("Flatten", {}, x.reshape(1, 12), {"axis": 0}),
                ("Reshape", {"s": ints(2, 6)}, x.reshape(2, 6), {}),
                ("Unsqueeze", {"s": ints(1)}, x[:, None], {}),
                ("Gather", {"s": ints(2, 0, -1)}, x[[2, 0, -1]], {}),
                ("Slice", {"s": ints(1), "e": ints(3), "a": ints(1)}, x[:, 1:3], {}),
                ("Tile", {"s": ints(2, 1)}, np.tile(x, (2, 1)), {}),
                ("Expand", {"s": ints(2, 3, 4)}, np.broadcast_to(x, (2, 3, 4)), {}),
                ("Concat", {"s": x[:1]}, np.concatenate([x, x[:1]]), {"axis": 0}),
                ("GatherElements", {"s": np.ones((3, 4), np.int64)}, x[[1] * 3], {}),
                ("Pad", {"s": ints(0, 1, 0, 0)}, np.concatenate([texts([""] * 3, (3, 1)), x], 1), {}),
                ("Pad", {"s": ints(1, 0, 0, 0), "v": texts("ä")}, np.concatenate([texts(["ä"] * 4, (1, 4)), x]), {}),
                ("Trilu", {}, np.where(np.triu(np.ones((3, 4), bool)), x, ""), {}),
                ("Compress", {"s": np.array([True, False, True])}, x[[0, 2]], {"axis": 0}),
                ("ScatterElements", {"s": np.full((1, 4), 2), "u": texts(["p", "q", "r", "s"], (1, 4))},
                 np.concatenate([x[:2], texts(["p", "q", "r", "s"], (1, 4))]), {"axis": 0}),
                ("ReverseSequence", {"s": np.full(4, 3)}, x[::-1], {}),
        ]:
            with self.subTest(op=op):
                constants = [name for name in operands if op not in ("Concat", "Compress", "ScatterElements")]
                self.one(op, {"x": x, **operands}, [expected], constants=constants, **attributes)

    def test_operators_that_take_images_apart(self):
        x = texts(["a", "", "c", "d"], (1, 1, 2, 2))
        ints = lambda *values: np.array(values, np.int64)  # noqa: E731
        self.one("SpaceToDepth", {"x": x}, [x.reshape(1, 4, 1, 1)], blocksize=2)
        self.one("DepthToSpace", {"x": x.reshape(1, 4, 1, 1)}, [x], blocksize=2)
        self.one("CenterCropPad", {"x": x[0, 0], "s": ints(4, 1)}, [texts(["", "a", "c", ""], (4, 1))], constants=["s"])
        self.one("Resize", {"x": x, "s": np.array([1, 1, 2, 1], np.float32)}, [x.repeat(2, 2)], opset=10, constants=["s"],
                 mode="nearest")
        self.one("GridSample", {"x": x, "g": np.array([[[[-1, -1], [1, 1]]]], np.float32)}, [texts(["a", "d"], (1, 1, 1, 2))],
                 mode="nearest", align_corners=1)

    def test_operators_with_indices(self):
        x = texts(["a", "", "c", "d"])
        ints = lambda *values: np.array(values, np.int64)  # noqa: E731
        self.one("NonZero", {"x": x}, [ints(0, 2, 3)[None]])
        self.one("Size", {"x": x}, [np.array(4)])
        self.one("Split", {"x": x}, [x[:2], x[2:]], outputs=2, num_outputs=2)
        self.one("GatherND", {"x": x, "i": ints(3, 0)[:, None]}, [texts(["d", "a"])], constants=["i"])
        self.one("ScatterND", {"x": x, "i": ints(1)[:, None], "u": texts(["new"])}, [texts(["a", "new", "c", "d"])],
                 constants=["i"])
        self.one("OneHot", {"i": ints(1, 0), "n": np.array(2), "v": texts(["off", "on"])},
                 [texts([["off", "on"], ["on", "off"]])], constants=["n"])
        self.one("ArrayFeatureExtractor", {"x": x.reshape(2, 2), "i": ints(1)}, [texts([[""], ["d"]])], domain="ai.onnx.ml")

    def test_where_and_equal_broadcast(self):
        condition = np.array([[True], [False], [True]])
        other = some_texts(self.random, 4)
        self.one("Where", {"c": condition, "x": self.x, "o": other}, [np.where(condition, self.x, other)])
        self.one("Equal", {"x": self.x, "o": other}, [self.x == other])

    def test_shapes_without_elements_and_without_extents(self):
        self.one("Identity", {"x": texts([], (0, 3))}, [texts([], (0, 3))])
        self.one("Identity", {"x": texts("ä")}, [texts("ä")])
        self.one("Concat", {"x": texts([], (0,)), "o": texts(["a"])}, [texts(["a"])], axis=0)

    def test_any_bytes_pass(self):
        x = texts(["a\0b", "", "\0", "x" * 100000, "\0\0"])
        self.one("Identity", {"x": x}, [x])

    def test_constants(self):
        nodes = [helper.make_node("Constant", [], ["one"], value_string="x\0y"),
                 helper.make_node("Constant", [], ["list"], value_strings=["a", "", "ä"]),
                 helper.make_node("Constant", [], ["tensor"], value=tensor("t", texts(["p", "q"], (1, 2)))),
                 helper.make_node("Concat", ["list", "x"], ["all"], axis=0)]
        self.check(model(nodes, {"x": texts(["n"])}, ["one", "list", "tensor", "all"]), {"x": texts(["n"])},
                   [texts("x\0y"), texts(["a", "", "ä"]), texts(["p", "q"], (1, 2)), texts(["a", "", "ä", "n"])])

    def test_branches_loops_and_sequences(self):
        x = texts(["a", "b"])
        branch = lambda name: helper.make_graph(  # noqa: E731
            [helper.make_node("Identity", [name], [name + "1"])], name, [], [helper.make_empty_tensor_value_info(name + "1")])
        body = helper.make_graph(
            [helper.make_node("Concat", ["s", "x"], ["s1"], axis=0), helper.make_node("Identity", ["c"], ["c1"]),
             helper.make_node("Identity", ["x"], ["each"])], "body",
            [helper.make_tensor_value_info("i", TensorProto.INT64, []), helper.make_tensor_value_info("c", TensorProto.BOOL, []),
             helper.make_tensor_value_info("s", TensorProto.STRING, [None])],
            [helper.make_empty_tensor_value_info(name) for name in ("c1", "s1", "each")])
        nodes = [helper.make_node("If", ["yes"], ["chosen"], then_branch=branch("x"), else_branch=branch("o")),
                 helper.make_node("Loop", ["n", "", "o"], ["grown", "collected"], body=body),
                 helper.make_node("SequenceConstruct", ["x", "o"], ["list"]),
                 helper.make_node("SequenceAt", ["list", "one"], ["second"]),
                 helper.make_node("ConcatFromSequence", ["list"], ["joined"], axis=0)]
        feeds = {"x": x, "o": texts(["o"]), "yes": np.array(True), "n": np.array(2), "one": np.array(1)}
        self.check(model(nodes, feeds, ["chosen", "grown", "collected", "second", "joined"], symbolic=True), feeds,
                   [x, texts(["o", "a", "b", "a", "b"]), texts([["a", "b"]] * 2), texts(["o"]), texts(["a", "b", "o"])])

    def test_both_entry_points_of_a_package_mean_the_same_texts(self):
        # The default of d holds: only the general entry point has the other branch, and its texts come first.
        branches = {f"{name}_branch": helper.make_graph(
            [helper.make_node("Constant", [], [name], value_strings=[name])], name, [],
            [helper.make_tensor_value_info(name, TensorProto.STRING, [1])]) for name in ("then", "else")}
        nodes = [helper.make_node("If", ["d"], ["p"], **branches),
                 helper.make_node("Constant", [], ["last"], value_strings=["last"]),
                 helper.make_node("StringConcat", ["p", "x"], ["q"]), helper.make_node("StringConcat", ["q", "last"], ["y"]),
                 helper.make_node("Neg", ["z"], ["w"])]
        inputs = [helper.make_tensor_value_info(name, dtype, dims) for name, dtype, dims in (
            ("x", TensorProto.STRING, ["N"]), ("z", TensorProto.FLOAT, ["N"]), ("d", TensorProto.BOOL, []))]
        outputs = [helper.make_tensor_value_info("y", TensorProto.STRING, None),
                   helper.make_tensor_value_info("w", TensorProto.FLOAT, None)]
        graph = helper.make_graph(nodes, "graph", inputs, outputs, [numpy_helper.from_array(np.array(False), "d")])
        proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
        compiled = landfall.compile(proto, "null")
        x = texts(["A", "B"])
        for z, given, branch in ((2, None, "else"), (2, True, "then"), (3, True, "then"), (3, False, "else")):
            feeds = {"x": x, "z": np.zeros(z, np.float32)} | ({} if given is None else {"d": np.array(given)})
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                y = compiled.run(feeds)["y"]
            self.assertEqual(y.tolist(), [f"{branch}{text}last" for text in x])

    def test_what_has_no_meaning_is_refused(self):
        for op, operands in [("Add", {"x": self.x, "y": self.x}), ("Less", {"x": self.x, "y": self.x}),
                             ("ReduceMax", {"x": self.x}), ("TopK", {"x": self.x, "k": np.array([1])}),
                             ("Max", {"x": self.x})]:
            proto = model([helper.make_node(op, list(operands), ["y0", "y1"][:1 + (op == "TopK")], "n")], operands, ["y0"])
            with self.assertRaises(landfall.Error, msg=op) as refused:
                landfall.compile(proto, device="null")
            self.assertRegex(str(refused.exception), "string")

    def test_many_texts(self):
        proto = model([helper.make_node("Equal", ["x", "x"], ["y"]), helper.make_node("Identity", ["x"], ["z"])],
                      {"x": texts(["a"])}, ["y", "z"], symbolic=True)
        x = texts([f"text number {k}" for k in range(100000)])
        result = landfall.compile(proto, device="cpu").run({"x": x})
        self.assertTrue(result["y"].all())
        self.assertEqual(result["z"].tolist(), x.tolist())


class Characters(Texts):
    def test_concat(self):
        random = np.random.default_rng(1)
        x, y = some_texts(random, 3, 1), some_texts(random, 1, 4)
        self.one("StringConcat", {"x": x, "y": y}, [x + y])
        self.one("StringConcat", {"x": texts("a\0"), "y": texts("")}, [texts("a\0")])
        self.one("StringConcat", {"x": texts([], (0, 4)), "y": y}, [texts([], (0, 4))])

    def test_split(self):
        x = texts(["a,b", "a,,b,", " a  b c ", "none"], (2, 2))
        for attributes in [{}, {"delimiter": ","}, {"delimiter": ",", "maxsplit": 1}, {"maxsplit": 1}, {"delimiter": ", "}]:
            self.one("StringSplit", {"x": x}, outputs=2, **attributes)

    def test_normalizer(self):
        x = texts(["Monday", "tuesday", "ÄRGER", "ж", ""])
        for action in ("NONE", "LOWER", "UPPER"):
            for sensitive in (0, 1):
                for stops in ([], ["monday"], ["Monday", "ж"]):
                    attributes = {"case_change_action": action, "is_case_sensitive": sensitive}
                    if stops:
                        attributes["stopwords"] = stops
                    change = {"NONE": str, "LOWER": str.lower, "UPPER": str.upper}[action]
                    compare = str if sensitive else str.lower
                    kept = [change(text) for text in x if compare(text) not in [compare(stop) for stop in stops]]
                    self.one("StringNormalizer", {"x": x}, [texts(kept)], **attributes)
                    self.one("StringNormalizer", {"x": x[None]}, [texts([kept])], **attributes)

    def test_tokenizer(self):
        x = texts(["ab cde  f", "é日本 x", "", " "])

        def tokens(x, mark=0, mincharnum=1, **attributes):
            self.one("Tokenizer", {"x": x}, domain="com.microsoft", mark=mark, mincharnum=mincharnum, pad_value="#", **attributes)

        for operand in (x, x.reshape(2, 2), x[2:], texts(["abcabcxabcab"])):
            for mark in (0, 1):
                tokens(operand, mark, separators=[""])
                tokens(operand, mark, tokenexp=".")
                for least in (1, 2, 3):
                    for separators in ([" "], ["c", "b "], ["[a-c]+", " "], ["a|ab"], ["bc", "ab"], ["x*"], [" +"]):
                        tokens(operand, mark, least, separators=separators)
                    for expression in ("[a-z]+", "a|ab", "x*", "..", "\\w"):
                        tokens(operand, mark, least, tokenexp=expression)

    def test_match(self):
        x = texts(["account@gmail.com", "account@hotmail.com", "not email", "ä@b.c", ""])
        self.one("RegexFullMatch", {"x": x}, pattern=r"(\W|^)[\w.\-]{0,25}@(yahoo|gmail)\.com(\W|$)")
        self.one("RegexFullMatch", {"x": x}, pattern=".*@.*")
        self.one("RegexFullMatch", {"x": x}, pattern="")

    def test_numbers_to_texts(self):
        # Where ONNX Runtime's eight digits are enough for float64 too.
        for x in [np.array([1, -0.5, 0.1, 314.15926, 1e-7, 1e10, 16777216, np.nan, np.inf, -np.inf], np.float32),
                  np.array([1, 0.1, 1e300, -1e-300], np.float64), np.array([-128, 127], np.int8),
                  np.array([2**63, 2**64 - 1], np.uint64), np.array([-2**63, 0], np.int64)]:
            self.one("Cast", {"x": x}, to=TensorProto.STRING)

    def test_texts_to_numbers(self):
        x = texts(["1", "-2", "0", "127"])
        for dtype in (np.int8, np.int32, np.int64, np.float32, np.float64):
            self.one("Cast", {"x": x}, [x.astype(dtype)], to=helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))
        x = texts(["3.14", "1e-5", "+INF", "-inf", "nan", "1E8"])
        self.one("Cast", {"x": x}, [np.array([3.14, 1e-5, np.inf, -np.inf, np.nan, 1e8], np.float32)], to=TensorProto.FLOAT)
        proto = model([helper.make_node("Cast", ["x"], ["y"], "n", to=TensorProto.FLOAT)], {"x": x}, ["y"])
        with self.assertRaisesRegex(landfall.Error, "the text 'Hello' cannot be converted to float32"):
            landfall.compile(proto, device="null").run({"x": texts(["1", "Hello"] * 3)})

    def test_unique(self):
        x = some_texts(np.random.default_rng(3), 4, 5)
        for is_sorted in (0, 1):
            self.one("Unique", {"x": x}, outputs=4, sorted=is_sorted)
            rows = np.concatenate([x, x[1:3]])
            values = rows.astype(np.str_)
            _, first, inverse, counts = np.unique(values, True, True, True, axis=0)
            if not is_sorted:
                order = np.argsort(first)
                place = np.argsort(order)
                first, inverse, counts = first[order], place[inverse.ravel()], counts[order]
            self.one("Unique", {"x": rows}, [rows[first], first, inverse.ravel(), counts], outputs=4, sorted=is_sorted, axis=0)


class Tables(Texts):
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
