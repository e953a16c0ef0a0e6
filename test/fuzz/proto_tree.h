//===- proto_tree.h - Any protobuf message as a tree -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "test/fuzz/fuzz_target.h"

#include <string>

namespace landfall::fuzz {

/// A field of a message whose type is not known: a length-delimited field is
/// taken for a message if it can be decoded as one.
struct ProtoField {
  uint32_t number = 0;
  uint32_t wire = 0;  ///< protobuf's wire type: 0, 1, 2 or 5.
  uint64_t value = 0; ///< Wire types 0, 1 and 5.
  Bytes bytes = {};   ///< Wire type 2, unless `is_message`.
  bool is_message = false;
  std::vector<ProtoField> fields = {}; ///< If `is_message`.
};

using ProtoFields = std::vector<ProtoField>;

/// Decodes a message; false: it is malformed, or nested deeper than a limit.
bool decode(std::span<const uint8_t> bytes, ProtoFields &fields, int depth = 0);
/// Appends the encoded fields, with the lengths that they have.
void encode(const ProtoFields &fields, Bytes &bytes);

} // namespace landfall::fuzz
