//===- choices.h - The readings of constants that were tried ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/error.h"
#include "frontend/onnx/reopen/extents.h"

#include <map>
#include <string>
#include <vector>

namespace landfall::frontend {

/// A baked constant that has several readings as sizes, and which was taken.
/// Outlives the module in which the sizes are: readings are compared by their
/// texts and by their values at the probes.
struct Question {
  std::string key; ///< The same in every import.
  ModelNode node;
  std::string what; ///< "its operand 'shape' [1, 12, 12]".
  std::vector<std::string> readings;
  size_t taken = 0;
  /// By reading and probe: the values of its sizes.
  std::vector<std::vector<std::vector<std::optional<int64_t>>>> values;

  /// The probes at which two readings differ.
  Extents::Probes difference(size_t a, size_t b) const;
};

/// What an import is told of the readings, by the questions' keys.
struct Interpretation {
  std::map<std::string, std::string> taken; ///< Absent: the first.
  /// Readings that no proof excludes and that differ from the taken one at odd
  /// sizes only: runs are required to be where they agree.
  std::map<std::string, std::vector<std::string>> agreeing;
  /// Whether the model has tables of positions that are divided by extents.
  bool has_positions = false;
};

std::string text_of(const Shape &sizes);

/// Makes a question of readings, with the answer given for it.
Question question(const Extents &extents, const Interpretation &interpretation,
                  const std::string &place, const ModelNode &node,
                  const std::string &what, const std::vector<Shape> &readings);

} // namespace landfall::frontend
