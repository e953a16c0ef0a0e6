//===- n_gram_repeat_block.cpp - ONNX Runtime's NGramRepeatBlock ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// scores_out[b] = scores[b], but -inf for each token that follows an earlier
// occurrence of the last ngram_size - 1 tokens of input_ids[b]
//
//===----------------------------------------------------------------------===//

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

static void n_gram_repeat_block(Node &node) {
  Builder &b = node.b();
  Tensor ids = node.input(0, "input_ids", 2);
  Tensor scores = node.input(1, "scores", 2);
  int64_t before = node.int_attr("ngram_size") - 1;
  node.expect(before >= 0, "ngram_size must be positive");
  require_equal(b, ids.dim(0), scores.dim(0),
                "input_ids and scores differ in batch");
  Size length = ids.dim(1);
  LoopsResult result{scores.dtype(), scores.shape(), scores};
  auto repeats = [&](Scalar batch, Scalar start) {
    return sum(b, {before}, DType::i64, [&](std::span<const Scalar> k) {
             Scalar last = b.scalar(length - before) + k[0];
             Scalar differs =
                 ids.at({batch, start + k[0]}) != ids.at({batch, last});
             return cast(differs, DType::i64);
           }) == 0;
  };
  auto body = [&](std::span<const Scalar> at, std::span<const Buffer> out) {
    b.fold({max(length - before, 0)}, {},
           [&](std::span<const Scalar> start, std::span<const Scalar>) {
             Scalar token = ids.at({at[0], start[0] + double(before)});
             Scalar known =
                 logical_and(token >= 0, token < b.scalar(scores.dim(1)));
             b.check(known, "NGramRepeatBlock met a token without a score",
                     "token", token);
             b.branch(
                 repeats(at[0], start[0]),
                 [&] {
                   out[0].store({at[0], token}, lowest(b, scores.dtype()));
                   return Scalars();
                 },
                 [&] { return Scalars(); });
             return Scalars();
           });
  };
  node.output(b.loops({ids.dim(0)}, {&result, 1}, body)[0]);
}

LANDFALL_ONNX(n_gram_repeat_block,
              {"NGramRepeatBlock", 1, n_gram_repeat_block, "com.microsoft"})

} // namespace landfall::frontend
