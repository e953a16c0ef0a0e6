"""Models whose ranks, types, extents or inputs only the run decides.

    ranks_test.py [Test.test_name...]

One artefact of each model runs on inputs of several ranks and shapes; ONNX
Runtime is the judge.
"""

import unittest
import warnings

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, parser

import landfall

HEAD = '<ir_version: 10, opset_import: ["" : 21]>\n'


def floats(*shape):
    return np.random.default_rng(len(shape) + sum(shape)).standard_normal(shape).astype(np.float32)


def ints(*values):
    return np.array(values, np.int64)


def said(value):
    return value.tolist() if value.size < 4 else value.shape


def as_lists(value):
    """Sequences as lists of arrays, so that they compare."""
    return [np.asarray(element) for element in value] if isinstance(value, list) else np.asarray(value)


class Ranks(unittest.TestCase):
    def setUp(self):
        onnxruntime.set_default_logger_severity(4)

    def assert_same(self, ours, theirs):
        if isinstance(theirs, list):
            self.assertEqual(len(ours), len(theirs))
            for a, b in zip(ours, theirs):
                self.assert_same(a, b)
            return
        self.assertEqual(ours.shape, theirs.shape)
        self.assertEqual(ours.dtype, theirs.dtype)
        np.testing.assert_allclose(ours, theirs, 1e-4, 1e-5)

    def check(self, text, *runs, **options):
        """Each run is a dictionary of inputs. Returns the model."""
        proto = parser.parse_model(HEAD + text)
        rival = onnxruntime.InferenceSession(proto.SerializeToString())
        model = landfall.compile(proto, **options)
        for inputs in runs:
            with self.subTest({name: said(value) for name, value in inputs.items() if not isinstance(value, list)}):
                expected = rival.run(None, inputs)
                outputs = model.run(inputs)
                for value, name in zip(expected, (output.name for output in proto.graph.output)):
                    self.assert_same(as_lists(outputs[name]), as_lists(value))
        return model

    def refused(self, model, inputs, words):
        with self.assertRaisesRegex(landfall.Error, words):
            model.run(inputs)

    # Inputs without a shape.

    def test_a_model_takes_any_rank(self):
        model = self.check("""g (float[] x) => (float[] y) { s = Sigmoid(x)  y = Mul(x, s) }""",
                           *({"x": floats(*range(2, 2 + rank))} for rank in range(7)))
        self.refused(model, {"x": floats(*[1] * 7)}, "rank of operand X .* none of those")

    def test_ranks_of_two_inputs_are_free(self):
        self.check("""g (float[] x, float[] a) => (float[] y) { y = Add(x, a) }""",
                   *({"x": x, "a": a} for x in (floats(), floats(3), floats(2, 3)) for a in (floats(), floats(1), floats(4, 2, 3))))

    def test_a_rank_that_a_node_cannot_take_fails_the_run(self):
        model = self.check("""g (float[] x) => (float[] y) <float[2,3,1,1] w = {1,2,3,4,5,6}> { y = Conv(x, w) }""",
                           {"x": floats(1, 3, 4, 5)})
        self.refused(model, {"x": floats(3, 4)}, "rank of operand X .* is 2 in this run")

    def test_what_is_known_of_a_rank_holds_in_functions_and_subgraphs(self):
        self.check("""g (float[] x, bool c) => (float[] y) {
                        r = Relu(x)
                        y = If(c) <then_branch = t () => (float[] a) { a = Add(r, x) },
                                   else_branch = e () => (float[] b) { b = Mul(x, x) }> }""",
                   *({"x": floats(*shape), "c": np.array(c)} for shape in ((), (3,), (2, 3)) for c in (True, False)))

    def test_a_list_whose_length_decides_the_rank(self):
        self.check("""g (float[N] x, int64[R] s) => (float[] y) { y = Reshape(x, s) }""",
                   *({"x": floats(12), "s": s} for s in (ints(3, 4), ints(2, -1, 3), ints(12), ints(1, 2, 3, 2, 1))))
        self.check("""g (int64[R] s) => (float[] y) { y = ConstantOfShape(s) }""",
                   *({"s": s} for s in (ints(), ints(2), ints(2, 0, 3))))
        self.check("""g (float[N] x, int64[R] s) => (float[] y) { e = Expand(x, s)  y = Neg(e) }""",
                   *({"x": floats(3), "s": s} for s in (ints(3), ints(2, 1), ints(2, 2, 3))))

    def test_any_number_of_axes(self):
        for keep in (0, 1):
            self.check(f"""g (float[a,b,c] x, int64[K] axes) => (float[] y) {{ y = ReduceMax<keepdims = {keep}>(x, axes) }}""",
                       *({"x": floats(2, 3, 4), "axes": axes} for axes in (ints(1), ints(0, -1), ints(2, 0, 1), ints())))
        self.check("""g (float[a,b,c] x, int64[K] axes) => (float[] y) { y = Unsqueeze(x, axes) }""",
                   *({"x": floats(2, 3, 4), "axes": axes} for axes in (ints(0), ints(-1, 1))))
        self.check("""g (float[a,b,c] x, int64[K] axes) => (float[] y) { y = Squeeze(x, axes) }""",
                   *({"x": floats(1, 3, 1), "axes": axes} for axes in (ints(0), ints(-1, 0))))
        self.check("""g (float[a,b] x, int64[K] from, int64[L] to, int64[M] axes) => (float[] y) {
                        y = Slice(x, from, to, axes) }""",
                   {"x": floats(5, 6), "from": ints(1), "to": ints(-1), "axes": ints(1)},
                   {"x": floats(5, 6), "from": ints(1, 2), "to": ints(4, 9), "axes": ints(1, 0)})

    def test_any_width_of_index_tuples(self):
        self.check("""g (float[a,b] x, int64[n,w] i) => (float[] y) { y = GatherND(x, i) }""",
                   {"x": floats(3, 4), "i": ints([1], [0])}, {"x": floats(3, 4), "i": ints([1, 2], [0, 3])})
        self.check("""g (float[a,b] x, int64[n,w] i, float[] u) => (float[] y) { y = ScatterND(x, i, u) }""",
                   {"x": floats(3, 4), "i": ints([1], [0]), "u": floats(2, 4)},
                   {"x": floats(3, 4), "i": ints([1, 2], [0, 3]), "u": floats(2)})

    # Extents that may be 1.

    def test_squeeze_without_axes(self):
        self.check("""g (float[N,3,H,W] x) => (float[] y) { p = GlobalAveragePool(x)  q = Squeeze(p)  y = Relu(q) }""",
                   {"x": floats(2, 3, 4, 4)}, {"x": floats(1, 3, 4, 4)}, {"x": floats(0, 3, 4, 4)})
        self.check("""g (float[a,b] x) => (float[] y, float[] z) { s = Squeeze(x)  y = Exp(s)  t = Squeeze(x)  z = Add(s, t) }""",
                   *({"x": floats(*shape)} for shape in ((1, 1), (1, 3), (2, 1), (2, 3))))

    def test_extents_known_to_be_1_among_free_ones(self):
        self.check("""g (float[a,b] x) => (float[] y) <int64[1] front = {0}> { u = Unsqueeze(x, front)  y = Squeeze(u) }""",
                   *({"x": floats(*shape)} for shape in ((2, 3), (1, 3), (2, 1), (1, 1))))

    def test_a_value_that_a_loop_starts_from_and_reads(self):
        self.check("""g (float[] x, int64 n) => (float[] y) {
                        true = Constant<value = bool {1}>()
                        z = Loop(n, true, x) <body = b (int64 i, bool c, float[] v) => (bool co, float[] w) {
                          w = Add(v, x)
                          co = Identity(c) }>
                        y = Neg(z) }""",
                   *({"x": floats(*shape), "n": np.array(2, np.int64)} for shape in ((), (3,), (2, 3))))

    def test_squeeze_inside_of_loops_and_branches(self):
        self.check("""g (float[N,T,K] x, int64 n) => (float[] s, float[] last) {
                        zero = Constant<value_floats = [0.0]>()
                        true = Constant<value = bool {1}>()
                        last, s = Loop(n, true, zero) <body = b (int64 i, bool c, float[] sum) => (bool co, float[] next, float[] row) {
                          row0 = Gather<axis = 1>(x, i)
                          row = Squeeze(row0)
                          next = Add(sum, row)
                          co = Identity(c) }> }""",
                   *({"x": floats(*shape), "n": np.array(2, np.int64)} for shape in ((2, 3, 4), (1, 3, 4), (1, 3, 1))))

    # Branches of different types.

    IF = """g (float[N,C,T] x) => (float[] y) <int64 one = {1}, int64[1] axis = {1}> {
              s = Shape(x)  d = Gather(s, one)  c = Equal(d, one)
              r = If(c) <then_branch = t () => (float[] a) { a = Squeeze(x, axis) },
                         else_branch = e () => (float[] b) { b = Identity(x) }>
              """

    def test_branches_of_different_ranks(self):
        runs = {"x": floats(2, 1, 3)}, {"x": floats(2, 4, 3)}
        self.check(self.IF + "y = Relu(r) }", *runs)
        self.check(self.IF + "y = Identity(r) }", *runs)
        # The rest fits one of them only.
        model = self.check(self.IF + "z = MaxPool<kernel_shape = [2]>(r)  y = Relu(z) }", runs[1])
        self.refused(model, runs[0], "operand cond .* is 1 in this run.*MaxPool")

    def test_branches_by_data(self):
        self.check("""g (float[N,M] x, bool c, bool d) => (float[] y) <int64[1] flat = {-1}> {
                        r = If(c) <then_branch = t () => (float[] a) { a = Reshape(x, flat) },
                                   else_branch = e () => (float[] b) { b = Neg(x) }>
                        q = If(d) <then_branch = t2 () => (float[] a2) { a2 = ReduceSum<keepdims = 0>(r) },
                                   else_branch = e2 () => (float[] b2) { b2 = Exp(r) }>
                        y = Abs(q) }""",
                   *({"x": floats(2, 3), "c": np.array(c), "d": np.array(d)} for c in (True, False) for d in (True, False)))

    # Carried values that change rank.

    def test_a_branch_that_can_only_fail(self):
        text = """g (float[2, 3] x, bool c) => (float[] y) <int64[2] wrong = {5, 5}> {
                    z = Abs(x)
                    r = If(c) <then_branch = t () => (float[] a) { a = Reshape(z, wrong) },
                               else_branch = e () => (float[] b) { b = Neg(z) }>
                    y = Exp(r) }"""
        model = self.check(text, {"x": floats(2, 3), "c": np.array(False)})
        self.refused(model, {"x": floats(2, 3), "c": np.array(True)}, "cond .* is 1 in this run")
        with self.assertRaisesRegex(landfall.Error, "Reshape"):
            landfall.compile(parser.parse_model(HEAD + text.replace("Neg(z)", "Reshape(z, wrong)")))

    def test_scans_whose_states_may_not_keep_their_rank(self):
        """Two results, of which some ranks give the second alone."""
        model = self.check("""g (seq(float[]) s, float[N,M,3] x) => (float[A,B,C] u, float[] v) {
                        c = ConcatFromSequence<axis = 0, new_axis = 1>(s)
                        u, v = Scan<num_scan_inputs = 1, body = b (float[P,Q,R] p, float[] q) => (float[P,Q,R] y, float[] z) {
                            y = Max(p, q)  z = Sigmoid(y) }>(x, c) }""",
                           {"s": [floats(2, 3), floats(2, 3)], "x": floats(4, 2, 3)})
        self.refused(model, {"s": [floats(4, 1, 1, 1)], "x": floats(4, 2, 3)}, "the body changes the rank of state 0")

    def test_a_branch_that_can_only_fail_in_a_loop(self):
        model = self.check("""g (float[2, 3] x, int64 n) => (float[] y) <int64[2] wrong = {5, 5}, int64 seven = {7}> {
                    y = Loop(n, , x) <body = l (int64 k, bool go, float[] z) => (bool on, float[] w) {
                        on = Identity(go)
                        c = Less(k, seven)
                        w = If(c) <then_branch = t () => (float[] a) { a = Neg(x) },
                                   else_branch = e () => (float[] b) { b = Reshape(x, wrong) }> }> }""",
                           *({"x": floats(2, 3), "n": np.array(n)} for n in (0, 1, 7)))
        self.refused(model, {"x": floats(2, 3), "n": np.array(8)}, "in this run")

    def test_a_loop_that_changes_the_rank(self):
        self.check("""g (float[N] x, int64 n) => (float[] y) <int64[1] front = {0}> {
                        true = Constant<value = bool {1}>()
                        z = Loop(n, true, x) <body = b (int64 i, bool c, float[] v) => (bool co, float[] w) {
                          w = Unsqueeze(v, front)
                          co = Identity(c) }>
                        y = Neg(z) }""",
                   *({"x": floats(3), "n": np.array(n, np.int64)} for n in (0, 1, 3)))

    # Sequences.

    LIST = """g (int64 M, float[T,K] x) => (float[] y) {
                empty = SequenceEmpty()
                q = Loop(M, "", empty) <body = b (int64 i, bool c, seq(float[]) s) => (bool co, seq(float[]) t) {
                  row = Gather<axis = 0>(x, i)
                  square = Mul(row, row)
                  t = SequenceInsert(s, square)
                  co = Identity(c) }>
                """

    def test_a_list_made_in_a_loop(self):
        runs = [{"M": np.array(m, np.int64), "x": floats(5, 3)} for m in (5, 2, 1)]
        for new_axis in (0, 1):
            self.check(self.LIST + f"y = ConcatFromSequence<axis = 0, new_axis = {new_axis}>(q) }}", *runs)
        self.check(self.LIST + "zero = Constant<value_int = 0>()  e = SequenceAt(q, zero)  y = Relu(e) }", *runs)

    def test_a_list_read_and_written_in_a_loop(self):
        self.check("""g (int64 M, float[K] x) => (float[] y) {
                        first = SequenceConstruct(x)
                        minus = Constant<value_int = -1>()
                        q = Loop(M, "", first) <body = b (int64 i, bool c, seq(float[]) s) => (bool co, seq(float[]) t) {
                          last = SequenceAt(s, minus)
                          two = Constant<value_float = 2.0>()
                          next = Mul(last, two)
                          t = SequenceInsert(s, next)
                          co = Identity(c) }>
                        y = ConcatFromSequence<axis = 0, new_axis = 1>(q) }""",
                   *({"M": np.array(m, np.int64), "x": floats(3)} for m in (0, 1, 4)))

    def test_pieces_of_any_number(self):
        self.check("""g (float[N,M] x, int64[K] sizes) => (float[] p, float[] y) <int64 one = {1}> {
                        s = SplitToSequence<axis = 1>(x, sizes)
                        p = SequenceAt(s, one)
                        y = ConcatFromSequence<axis = -1>(s) }""",
                   {"x": floats(2, 6), "sizes": ints(1, 3, 2)}, {"x": floats(1, 6), "sizes": ints(6, 0)})

    def test_elements_of_different_ranks(self):
        self.check("""g (float[N,M] x, float[K] v, int64 i) => (float[] y) {
                        s = SequenceConstruct(x, v, x)
                        e = SequenceAt(s, i)
                        y = Sin(e) }""",
                   *({"x": floats(2, 3), "v": floats(4), "i": np.array(i, np.int64)} for i in (0, 1, -1)))

    def test_elements_of_different_ranks_are_not_joined(self):
        for new_axis, axis in ((0, 0), (1, -1), (1, 0)):
            for y in ("float[2, 3]", "float[2, 3, 4, 5]"):
                proto = parser.parse_model(HEAD + f"""g (float[2, 3, 4] x, {y} y) => (float[] z) {{
                    s = SequenceConstruct(x, y)  z = ConcatFromSequence<axis={axis}, new_axis={new_axis}>(s) }}""")
                with self.assertRaisesRegex(landfall.Error, "elements differ in rank"):
                    landfall.compile(proto)

    def test_a_list_as_an_input(self):
        self.check("""g (seq(float[]) s, int64 i) => (float[] y) { e = SequenceAt(s, i)  y = Cos(e) }""",
                   *({"s": [floats(2), floats(2, 3), floats(1, 1, 2)], "i": np.array(i, np.int64)} for i in range(3)))
        self.check("""g (seq(float[]) s) => (float[] y) { y = ConcatFromSequence<axis = -1>(s) }""",
                   {"s": [floats(2), floats(3)]}, {"s": [floats(2, 3), floats(2, 1), floats(2, 2)]})

    def test_a_map_over_a_list_of_different_ranks(self):
        self.check("""g (seq(float[]) s) => (seq(float[]) t) {
                        t = SequenceMap(s) <body = b (float[] a) => (float[] c) { d = Exp(a)  c = Neg(d) }> }""",
                   {"s": [floats(2), floats(2, 3), floats()]}, {"s": []})

    # Names of dimensions.

    NAMES = """g (float[batch,seq,4] new, float[batch,seq,4] past, float[batch,seq,1] mask) => (float[batch,seq,4] y)
                 <int64[1] axis = {1}> {
                 all = Concat<axis = 1>(past, new)
                 s = ReduceSum<keepdims = 1>(all, axis)
                 masked = Mul(all, mask)
                 y = Sub(masked, s) }"""

    @staticmethod
    def named(batch, new, past, mask):
        return {"new": floats(batch, new, 4), "past": floats(batch, past, 4), "mask": floats(batch, mask, 1)}

    def test_a_name_of_several_extents_is_a_warning_once(self):
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            model = self.check(self.NAMES, self.named(2, 1, 1, 1))
            self.assertEqual(heard, [])
            model.run(self.named(2, 1, 6, 7))
            model.run(self.named(2, 1, 2, 3))
            self.assertEqual(len(heard), 1)
            self.assertIn("'seq' is already 1 in input 'new'", str(heard[0].message))
            self.check(self.NAMES, self.named(1, 1, 6, 7), self.named(3, 2, 2, 4), self.named(2, 1, 4, 1))

    def test_a_name_of_several_extents_may_be_an_error(self):
        model = self.check(self.NAMES, self.named(2, 1, 1, 1), strict_names=True)
        self.refused(model, self.named(2, 1, 6, 7), "'seq' is already 1 in input 'new'")

    def test_what_then_fails_names_the_dimension(self):
        model = landfall.compile(parser.parse_model(HEAD + "g (float[n] x, float[n] a) => (float[n] y) { y = Add(x, a) }"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.refused(model, {"x": floats(2), "a": floats(3)}, "perhaps because input 'a'.*'n' is already 2")

    # Inputs with a default value.

    def test_an_input_with_a_default_value(self):
        model = self.check("""g (float[N] x, float[1] scale) => (float[N] y) <float[1] scale = {2}> { y = Mul(x, scale) }""",
                           {"x": floats(3)}, {"x": floats(3), "scale": floats(1)})
        self.assertEqual([value.has_default for value in model.inputs], [False, True])
        self.refused(model, {"x": floats(3), "scale": floats(2)}, "'scale' must be float32 1")
        self.refused(model, {"x": floats(3), "bias": floats(1)}, "no input 'bias'; its inputs are: 'x', 'scale'")

    def test_default_values_that_are_shapes(self):
        self.check("""g (float[N] x, int64[R] s, int64[1] axes) => (float[] y)
                        <int64[2] s = {3, -1}, int64[1] axes = {0}> { r = Reshape(x, s)  y = ReduceSum<keepdims = 0>(r, axes) }""",
                   {"x": floats(12)}, {"x": floats(12), "s": ints(2, 3, 2)}, {"x": floats(12), "axes": ints(1)},
                   {"x": floats(12), "s": ints(1, 12), "axes": ints(-1)})

    def test_initializers_of_old_files_are_constant(self):
        proto = parser.parse_model('''<ir_version: 3, opset_import: ["" : 8]>
            g (float[N] x, float[1] w) => (float[N] y) <float[1] w = {2}> { y = Mul(x, w) }''')
        model = landfall.compile(proto)
        self.refused(model, {"x": floats(3), "w": floats(1)}, "no input 'w'; its inputs are: 'x'")

    # Declarations of values that are not inputs.

    def test_wrong_declarations_are_warnings(self):
        text = """g (float[2,3] x) => (float[7] y) <float[2,4] h, float[3] w = {1, 2, 3}> { h = Mul(x, w)  y = Neg(h) }"""
        proto = parser.parse_model(HEAD + text)
        proto.graph.value_info.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [9, 9]))
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            model = landfall.compile(proto)
        self.assertEqual(model.run({"x": floats(2, 3)})["y"].shape, (2, 3))
        texts = "".join(str(warning.message) for warning in heard)
        for expected in ("'y' is declared with the shape [7]", "'h'", "'w'"):
            self.assertIn(expected, texts)


if __name__ == "__main__":
    unittest.main()
