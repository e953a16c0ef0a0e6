//===- string_split.cpp - Cuts texts into pieces ----------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/support/boxed.h"
#include "frontend/onnx/support/text_operand.h"

namespace landfall::frontend {
namespace {

Facts tensor_facts(DType dtype, int rank) {
  BoxFacts facts;
  facts.kind = ValueKind::tensor;
  facts.dtype = dtype;
  facts.rank = rank;
  return std::make_shared<BoxFacts>(facts);
}

/// The element of the host function's sequence.
Tensor result(Builder &b, const Any &sequence, int64_t number, DType dtype,
              int rank) {
  Any arguments[] = {sequence, b.from_size(number)};
  return unbox(b, BoxFunction::sequence_at, arguments,
               tensor_facts(dtype, rank))
      .tensor;
}

// Y[..., k] = the k-th piece of X[...] between occurrences of `delimiter`, or
// between white space without one; Z = how many X[...] has. The rest of X is
// one piece after `maxsplit` of them. Shorter rows end with empty texts.
void string_split(Node &node) {
  Builder &b = node.b();
  Tensor x = node.input(0, "X");
  int64_t most = node.int_attr("maxsplit", -1);
  Any arguments[] = {x, constant_text(b, node.string_attr("delimiter", ""))};
  int64_t extra[] = {most & 0xffffffff, (most >> 32) & 0xffffffff};
  SignatureValue type;
  type.kind = ValueKind::sequence;
  Any both = b.box(BoxFunction::text_split, arguments, {&type, 1}, extra)[0];
  Tensor pieces = result(b, both, 0, DType::string, x.rank() + 1);
  Shape shape = x.shape();
  shape.push_back(pieces.dim(-1));
  node.output(0, b.reshape(pieces, shape));
  Tensor counts = result(b, both, 1, DType::i64, x.rank());
  node.output(1, b.reshape(counts, x.shape()));
}

} // namespace

LANDFALL_ONNX(string_split, {"StringSplit", 20, string_split})

} // namespace landfall::frontend
