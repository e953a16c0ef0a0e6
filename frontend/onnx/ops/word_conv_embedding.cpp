//===- word_conv_embedding.cpp - Vectors of words from their cha-*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/checked_index.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

// Y[w, f] = max over t of tanh(B[f] + sum over k, e of W[f, 0, k, e] *
// C[Sequence[w, t + k], e]) over the windows of size k of a word's characters,
// of which there are as many as positive ones in its row; a shorter word has
// one window. 0 for a word whose first character is none.
static void word_conv_embedding(Node &node) {
  Builder &b = node.b();
  Tensor words = node.input(0, "Sequence", 2), w = node.input(1, "W", 4);
  Tensor bias = node.input(2, "B"), c = node.input(3, "C", 2);
  Size filters = w.dim(0), width = w.dim(2), features = c.dim(1);
  Size windows = words.dim(1) - width + 1, characters = c.dim(0);
  require_list(node, bias, "B", filters);
  require_equal(b, w.dim(1), 1, "W needs one channel");
  require_equal(b, w.dim(3), features, "W does not fit C's vectors");
  b.require(less(0, windows), "a word is shorter than the window");
  for (auto [name, extent] : {std::pair("embedding_size", filters),
                              {"conv_window_size", width},
                              {"char_embedding_size", features}})
    if (int64_t given = node.int_attr(name, -1); given != -1)
      require_equal(b, extent, given,
                    std::string(name) + " differs from the operands");
  CheckedIndex character(node, words, {&characters, 1},
                         CheckedIndex::Negative::refused);
  Contraction convolution;
  convolution.shape = {words.dim(0), windows, filters};
  convolution.reduce = {width, features};
  convolution.factors = [&](std::span<const Scalar> p,
                            std::span<const Scalar> k) {
    Scalar at = character.at(std::array{p[0], p[1] + k[0]});
    return std::pair(c.at({at, k[1]}), w.at({p[2], b.index(0), k[0], k[1]}));
  };
  convolution.epilogue = [&](std::span<const Scalar> p, Scalar sum) {
    return tanh(sum + bias.at({p[2]}));
  };
  Tensor y = b.contract(convolution);
  Tensor count =
      b.map({words.dim(0)}, DType::i64, [&](std::span<const Scalar> p) {
        Scalar length =
            sum(b, {words.dim(1)}, DType::i64, [&](std::span<const Scalar> i) {
              return cast(words.at({p[0], i[0]}) > 0, DType::i64);
            });
        Scalar some = words.at({p[0], b.index(0)}) > 0;
        Scalar width_of_all = b.scalar(width);
        return select(some, maximum(length, width_of_all) - width_of_all + 1,
                      b.index(0));
      });
  node.output(b.map(
      {words.dim(0), filters}, DType::f32, [&](std::span<const Scalar> p) {
        Scalar best =
            max_of(b, {windows}, DType::f32, [&](std::span<const Scalar> t) {
              return select(t[0] < count.at({p[0]}), y.at({p[0], t[0], p[1]}),
                            b.literal(DType::f32, -2));
            });
        return select(count.at({p[0]}) > 0, best, b.literal(DType::f32, 0));
      }));
}

LANDFALL_ONNX(word_conv_embedding,
              {"WordConvEmbedding", 1, word_conv_embedding, "com.microsoft"})

} // namespace landfall::frontend
