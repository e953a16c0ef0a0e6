//===- varlen_n_gram_hash_mapping.cpp - Hashes in packed texts --*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/n_gram_hash.h"
#include "frontend/onnx/families/packed_sequences.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

/// Tokens x [T] of the sequences after operand `past`; none if x is absent.
static PastAndFresh tokens_of(const Node &node,
                              const PackedSequences &sequences, Tensor x,
                              Tensor past) {
  if (!x)
    return {};
  require_equal(node.b(), x.dim(0), sequences.tokens,
                "the operands differ in tokens");
  if (past)
    require_equal(node.b(), past.dim(0), sequences.batch,
                  "the past differs in batch");
  return {past, [sequences, x](Scalar sequence, Scalar t, Scalar inside) {
            Scalar at[] = {sequences.start(sequence) + t};
            return x.at_or(at, inside, x.builder().literal_int(x.dtype(), 0));
          }};
}

// hash_ids[t] = hashes of the ids of its sequence up to t
// (families/n_gram_hash.h); present_ids, present_segment_ids = the last of each
// sequence; state_update[b, j] = the last ids after its token j, for the first
// capture_count[b] ones, then pad_id
static void varlen_n_gram_hash_mapping(Node &node) {
  Builder &b = node.b();
  Tensor ids = node.input(0, "input_ids", 1);
  PackedSequences sequences =
      sequences_ending_at(node, node.input(3, "cumulative_sequence_length", 1),
                          "cumulative_sequence_length", ids.dim(0));
  PastAndFresh segments =
      tokens_of(node, sequences, node.optional_input(7, "segment_ids", 1),
                node.optional_input(8, "past_segment_ids", 2));
  NGramHash hash(
      node, ids.dtype(),
      tokens_of(node, sequences, ids, node.optional_input(4, "past_ids", 2)),
      segments, 5);
  node.output(0, hash.hashes(ids.shape(), [&](std::span<const Scalar> p) {
    Scalar own = sequences.owners.at({p[0]});
    return std::pair(own, p[0] - sequences.start(own));
  }));
  Shape present = {sequences.batch, hash.history()};
  node.output(1, b.map(present, ids.dtype(), [&](std::span<const Scalar> p) {
    return hash.id_before(p[0], sequences.length(p[0]), p[1]);
  }));
  if (node.wants_output(2))
    node.output(2, b.map(present, DType::i32, [&](std::span<const Scalar> p) {
      Scalar zero = b.literal_int(DType::i32, 0);
      Scalar t = sequences.length(p[0]) + p[1] - b.scalar(hash.history());
      // Without a past the first segment goes on backwards.
      if (!segments.past)
        t = maximum(t, 0);
      return segments.fresh ? segments.at(p[0], t, zero) : zero;
    }));
  Tensor counts = captured_counts(node, 9, sequences);
  if (!node.wants_output(3))
    return;
  node.expect(bool(counts), "state_update needs state_update_capacity");
  Shape update = {sequences.batch, node.int_attr("state_update_capacity"),
                  hash.history()};
  node.output(3, b.map(update, ids.dtype(), [&](std::span<const Scalar> p) {
    Scalar end = minimum(p[1] + 1, sequences.length(p[0]));
    return select(p[1] < counts.at({p[0]}), hash.id_before(p[0], end, p[2]),
                  hash.pad());
  }));
}

LANDFALL_ONNX(varlen_n_gram_hash_mapping,
              {"VarlenNGramHashMapping", 1, varlen_n_gram_hash_mapping,
               "com.microsoft"})

} // namespace landfall::frontend
