//===- packed_rows.h - Rows of numbers in packed formats --------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/indexing.h"

namespace landfall::frontend {

/// Rows of `depth` real numbers in bytes [rows, row bytes]. The formats are
/// those of GGUF files, whose numbers for them ONNX Runtime's operators use:
///   0 f32, 1 f16, 30 bf16: little endian
///   8 Q8_0: blocks of 32: a scale (f16), signed bytes
///   2 Q4_0, 20 IQ4_NL: blocks of 32: a scale; 16 bytes whose low halves are
///     the first 16 numbers q, whose high halves the others: q - 8, or entry q
///     of a table
///   6 Q5_0: the same, with 32 bits between them, the fifth of each q: q - 16
///   42 Q2_0: blocks of 64: a scale, 2 bits each: q - 1
///   13 Q5_K, 14 Q6_K, 23 IQ4_XS: blocks of 256, with scales for each 32 or 16
class PackedRows {
public:
  /// Refuses formats that it does not know. `name` is the operand's.
  PackedRows(const Node &node, Tensor bytes, const std::string &name,
             int64_t format, int64_t depth);

  Size rows() const { return bytes_.dim(0); }
  /// Inside a body: number `k` of a row, f32.
  Scalar at(Scalar row, Scalar k) const;

private:
  struct Block;
  Scalar plain(Scalar row, Scalar k) const;
  Scalar small(const Block &block) const;
  Scalar q5_k(const Block &block) const;
  Scalar q6_k(const Block &block) const;
  Scalar iq4_xs(const Block &block) const;

  Builder &b_;
  Tensor bytes_; ///< [rows, row bytes]
  int64_t format_;
  Tensor table_; ///< Of IQ4_NL and IQ4_XS.
};

} // namespace landfall::frontend
