//===- n_gram_hash_mapping.cpp - Hashes of the last tokens ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/families/n_gram_hash.h"
#include "frontend/onnx/support/indexing.h"
#include "frontend/onnx/support/parameter_shape.h"

namespace landfall::frontend {

/// Rows of x [B, S] after those of operand `past`; none if x is absent.
static PastAndFresh rows_of(Tensor x, Tensor past) {
  if (!x)
    return {};
  return {past, [x](Scalar row, Scalar t, Scalar inside) {
            Scalar at[] = {row, t};
            return x.at_or(at, inside, x.builder().literal_int(x.dtype(), 0));
          }};
}

// hash_ids[b, t] = hashes of input_ids[b, ..t] (families/n_gram_hash.h);
// present_ids = the last ids
static void n_gram_hash_mapping(Node &node) {
  Builder &b = node.b();
  Tensor ids = node.input(0, "input_ids", 2);
  Tensor past = node.optional_input(3, "past_ids", 2);
  Tensor segments = node.optional_input(6, "segment_ids", 2);
  if (segments)
    require_same_shape(node, segments, ids, "segment_ids and input_ids");
  if (past)
    require_equal(b, past.dim(0), ids.dim(0), "past_ids differ in batch");
  NGramHash hash(node, ids.dtype(), rows_of(ids, past), rows_of(segments, {}),
                 4);
  node.output(0, hash.hashes(ids.shape(), [](std::span<const Scalar> p) {
    return std::pair(p[0], p[1]);
  }));
  if (!node.wants_output(1))
    return;
  Shape shape = {ids.dim(0), hash.history()};
  node.output(1, b.map(shape, ids.dtype(), [&](std::span<const Scalar> p) {
    return hash.id_before(p[0], b.scalar(ids.dim(1)), p[1]);
  }));
}

LANDFALL_ONNX(n_gram_hash_mapping,
              {"NGramHashMapping", 1, n_gram_hash_mapping, "com.microsoft"})

} // namespace landfall::frontend
