"""Operators that read and make the characters of texts.

    characters_test.py [unittest's options]
"""

import unittest

import numpy as np
from onnx import TensorProto, helper

import landfall

from text_case import TextCase, model, some_texts, texts


class Characters(TextCase):
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


if __name__ == "__main__":
    unittest.main()
