//===- operator_schema.h - What ONNX says of an operator's nodes *- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The rows of onnx_schema.def, which tools/onnx_schema.py generates from the
// schemas of ONNX and ONNX Runtime.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <string_view>

namespace landfall::frontend {

/// Lists of words, separated by spaces. Empty `operands`: nothing is known.
struct OperatorSchema {
  /// NAME:TYPE for each operand, then "->" and the largest number of results,
  /// "*" for any: "X:T lengths:I? rest:T* -> 2". TYPE is a variable or a set of
  /// types. It ends in ? if the operand may be absent, in * or + if it stands
  /// for any number of operands (+: at least one); these have one type each if
  /// a ~ is before it.
  std::string_view operands;
  /// VARIABLE=SET: operands of one variable have one type out of the set. SET
  /// is a number (an ONNX_TYPES of onnx_schema.def) or types with commas
  /// between: "T=float16,float32 I=12".
  std::string_view types;
  /// NAME:TYPE with ONNX's names of attribute types, and ! if it is required:
  /// "axis:int! shape:ints".
  std::string_view attributes;
};

/// The schema of the operator's highest version that is not above `version`;
/// null if there is none.
const OperatorSchema *find_schema(std::string_view domain,
                                  std::string_view type, int version);

/// The lowest version above `version` whose schema differs; 0: there is none.
int next_schema_version(std::string_view domain, std::string_view type,
                        int version);

/// The types of an ONNX_TYPES, with spaces between.
std::string_view onnx_types(int number);

} // namespace landfall::frontend
