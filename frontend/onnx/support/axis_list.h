//===- axis_list.h - Axes that may be run-time values -----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/importer/operator.h"

namespace landfall::frontend {

/// Which dimensions an `axes` operand names. The axes may be known only at run
/// time; the answers are then arithmetic on them.
class AxisList {
public:
  /// Whether an axis may name a dimension that another one names.
  enum class Repeated { refused, taken };

  /// `axes` in [-rank, rank): others, and repeated ones if those are not taken,
  /// are refused now or by a requirement.
  AxisList(const Node &node, std::span<const Size> axes, int rank,
           Repeated repeated = Repeated::refused);
  /// Dimensions 0 to count - 1, what absent axes mean for most operators.
  AxisList(int count, int rank);

  int count() const { return static_cast<int>(axes_.size()); }
  int rank() const { return rank_; }
  /// 1 if dimension `dim` is named, else 0.
  Size names(int dim) const;
  /// The entry of `values` (one an axis) that belongs to `dim`; `otherwise`
  /// where no axis names it.
  Size value_at(int dim, std::span<const Size> values, Size otherwise) const;
  /// The dimension that axis `position` names.
  Size dim_of(int position) const { return axes_[position]; }
  /// The dimensions named, if all are known now.
  std::optional<std::vector<int>> known() const;

private:
  std::vector<Size> axes_; ///< Not negative.
  Repeated repeated_ = Repeated::refused;
  int rank_;
};

/// The axes of attribute or operand `position` called "axes" (operands from
/// `operand_since` on; -1: always an attribute); nullopt if there are none.
/// `most`: how many there can be, if only the run decides.
std::optional<std::vector<Size>> axes_of(const Node &node, int position,
                                         int operand_since, int most = 6);

/// `axes` without what names a dimension again, where that is known.
std::vector<Size> without_repeated(std::span<const Size> axes, int rank);

/// The elements of an integer operand that must have `count` of them; their
/// number need not be known now.
std::vector<Size> sizes_operand(const Node &node, int position,
                                std::string_view name, int count);
/// The same of a tensor of rank 0 or 1 that is or comes from operand `name`.
std::vector<Size> read_list(const Node &node, Tensor x, std::string_view name,
                            int count);

/// `values` as Sizes.
std::vector<Size> to_sizes(std::span<const int64_t> values);

} // namespace landfall::frontend
