//===- row.h - The elements that one result folds over ----------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "frontend/onnx/support/compute_type.h"

namespace landfall::frontend {

/// Inside a body: the elements of a tensor with some indices fixed and the
/// others running. All folds convert the elements to the row's type first.
class Row {
public:
  using Term = std::function<Scalar(Scalar element)>;

  /// One entry a dimension: a fixed index, an extent to run over, or both (the
  /// index is then their sum).
  struct Axis {
    Scalar fixed;
    std::optional<Size> extent;
  };
  Row(Tensor x, std::vector<Axis> axes, DType type);

  DType type() const { return type_; }
  /// Sum of term(x) (default: x) over the row.
  Scalar sum(const Term &term = {}) const;
  Scalar product() const;
  /// NaN if an element is; -inf / +inf or the type's limit if there is none.
  Scalar max(const Term &term = {}) const;
  Scalar min() const;
  /// The number of elements, in the row's type.
  Scalar count() const;
  Scalar mean(const Term &term = {}) const { return sum(term) / count(); }
  /// Mean of (x - mean)^2: the second of two passes.
  Scalar variance(Scalar mean) const;
  /// Row-major position of the largest (or smallest) element in the row; of
  /// equal ones the first or the last. NaN beats everything.
  Scalar extreme_position(bool largest, bool last) const;

private:
  Builder &b() const { return x_.builder(); }
  Shape extents() const;
  Scalar element(std::span<const Scalar> running) const;

  Tensor x_;
  std::vector<Axis> axes_;
  DType type_;
};

/// A tensor seen as rows: `running[d]` is 1 where dimension d runs inside a
/// row, 0 where it numbers the rows; it may be known only at run time.
struct Rows {
  Tensor x;
  std::vector<Size> running;
  DType type; ///< What the folds compute in.

  /// The listed dimensions run; computes in x's compute type.
  static Rows along(Tensor x, std::span<const int> axes);
  /// Dimensions `first` to the last run.
  static Rows from_axis(Tensor x, int first);

  /// x's extents with 1 for what runs: one point a row.
  Shape kept() const;
  /// The row that the point `index` (of `kept()`, or of x itself if `running`
  /// is known) belongs to.
  Row at(std::span<const Scalar> index) const;
  /// Whether what runs is known and stands behind all that does not.
  bool trailing() const;
};

/// The values that `fold` computes for a row.
using RowFold = std::function<Scalars(const Row &row)>;

/// `fold`'s values for each row, as tensors of shape `rows.kept()`.
Tensors fold_rows(const Rows &rows, std::span<const DType> types,
                  const RowFold &fold);

/// One value for each element of rows.x from the element (in the row's type)
/// and what `fold` gave for its row, converted to `result`.
Tensor map_rows(
    const Rows &rows, std::span<const DType> types, const RowFold &fold,
    DType result,
    const std::function<Scalar(std::span<const Scalar> index, Scalar element,
                               const Scalars &folded)> &body);

} // namespace landfall::frontend
