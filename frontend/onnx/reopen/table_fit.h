//===- table_fit.h - Functions that baked tables are made by ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/constant_data.h"
#include "frontend/onnx/reopen/table_layout.h"

namespace landfall::frontend {

/// What one free index i of extent n adds to an element:
/// step * i + scale * (i + offset) / (n - less).
struct TableTerm {
  double step = 0;
  double scale = 0, offset = 0;
  int64_t less = 0;
};

/// An element for fixed constant indices: base + the terms of the free ones;
/// or, if there are two free indices (i, j), `below` where j <= i + diagonal
/// and `base` elsewhere.
struct TableCell {
  double base = 0;
  double pixels = 0;            ///< Adds pixels / `over`.
  Size over = 1;                ///< A free extent of an input.
  std::vector<TableTerm> terms; ///< By free index.
  std::optional<double> below;
  int64_t diagonal = 0;
};

/// One piece (of the axis that has several) as functions: a cell for each
/// combination of the constant indices, row-major, axes and their indices in
/// order.
struct TablePart {
  std::vector<TableCell> cells;
};

/// A table as functions.
struct TableFit {
  std::vector<TablePart> parts; ///< By piece.
  bool has_positions = false;   ///< Positions divided by their extent.
  /// What a run must fulfil (0 or 1): where it does not, other readings of the
  /// table would give other elements.
  std::vector<Size> conditions;
  /// A constant fraction that may be a part of a feature's extent, unless other
  /// tables show that it is one of the image.
  std::optional<double> doubtful;
};

/// Finds for each piece the function that gives exactly these elements.
/// Recognised are, along a free index: nothing (constant), whole steps
/// (positions, strides), positions divided by the extent (`(i + 0.5) / n`,
/// `i / (n - 1)`, in [0, 1] or [-1, 1]), and a triangle over two free indices.
/// A step needs three elements to be one.
///
/// `divided`: the model has positions that are divided by extents. Then the
/// fractions that a table has as constants (sizes of anchors) are divided too:
/// they are whole numbers of pixels of one input extent, and of no other.
///
/// nullopt if some elements are none of these, or if a constant or step among
/// them may depend on the size (size_numbers.h). A stride of the model is no
/// such step, but the number of elements in a row is.
std::optional<TableFit> fit_table(const Extents &extents,
                                  const ConstantData &data,
                                  const TableLayout &layout, bool divided);

} // namespace landfall::frontend
