//===- class_labels.h - The labels of a classifier --------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/attribute_table.h"

namespace landfall::frontend {

/// The attribute classlabels_strings, or that of integers with this name: a
/// constant of rank 1 with at least one element. Exactly one of them is given.
inline Tensor class_labels(const Node &node, const std::string &integers) {
  std::vector<std::string> texts = node.strings_attr("classlabels_strings");
  std::vector<int64_t> numbers = node.ints_attr(integers);
  node.expect(texts.empty() != numbers.empty(),
              "either `" + integers + "` or `classlabels_strings` is needed");
  return texts.empty() ? constant_table(node.b(), DType::i64, numbers)
                       : constant_table(node.b(), texts);
}

/// How many labels there are.
inline int64_t label_count(Tensor labels) {
  return labels.dim(0).constant().value();
}

} // namespace landfall::frontend
