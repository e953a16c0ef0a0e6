//===- table.cpp - Constants that are functions of indices ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/table.h"

#include "base/owned_constant.h"
#include "frontend/onnx/reopen/table_elements.h"

#include <algorithm>

namespace landfall::frontend {

namespace {

using ir::Builder;
using ir::Scalar;
using ir::Scalars;
using ir::Tensor;

/// One number of each cell: a literal if all are equal, else a small table.
class PerCell {
public:
  PerCell(Builder &b, DType type, const std::vector<double> &values)
      : b_(b), type_(type), values_(values) {
    if (is_one())
      return;
    std::vector<int64_t> dims{static_cast<int64_t>(values.size())};
    if (type == DType::i64) {
      std::vector<int64_t> integers(values.begin(), values.end());
      table_ = b.constant(owned_constant<int64_t>(type, dims, integers));
    } else {
      std::vector<float> reals(values.begin(), values.end());
      table_ = b.constant(owned_constant<float>(type, dims, reals));
    }
  }

  bool is_zero() const { return is_one() && values_[0] == 0; }
  Scalar at(Scalar cell) const {
    if (table_)
      return table_.at({cell});
    return type_ == DType::i64
               ? b_.literal_int(type_, static_cast<int64_t>(values_[0]))
               : b_.literal(type_, values_[0]);
  }

private:
  bool is_one() const {
    return std::ranges::all_of(values_,
                               [&](double v) { return v == values_[0]; });
  }
  Builder &b_;
  DType type_;
  std::vector<double> values_;
  Tensor table_;
};

/// The function of one run of elements (table_elements.h).
class RunFunction {
public:
  /// `type`: what is computed in, f32 or i64.
  RunFunction(Builder &b, DType type, const TableRun &run,
              const TablePart &part)
      : b_(b), type_(type), run_(run), part_(part),
        base_(per_cell([](const TableCell &c) { return c.base; })),
        below_(per_cell(
            [](const TableCell &c) { return c.below.value_or(c.base); })),
        has_triangle_(
            std::ranges::any_of(part.cells, [](const TableCell &cell) {
              return cell.below.has_value();
            })) {
    for (size_t r = 0; r < run.free.size(); ++r) {
      auto term = [&](auto member) {
        return per_cell(
            [&](const TableCell &c) { return double(c.terms[r].*member); });
      };
      steps_.push_back(term(&TableTerm::step));
      scales_.push_back(term(&TableTerm::scale));
      offsets_.push_back(term(&TableTerm::offset));
      less_.push_back(term(&TableTerm::less));
    }
    for (const TableCell &cell : part.cells)
      if (cell.pixels != 0 &&
          std::ranges::find(divisors_, cell.over) == divisors_.end()) {
        divisors_.push_back(cell.over);
        pixels_.push_back(per_cell([&](const TableCell &c) {
          return c.over == cell.over ? c.pixels : 0;
        }));
      }
    diagonal_.push_back(PerCell(b, DType::i64, numbers([](const TableCell &c) {
                                  return double(c.diagonal);
                                })));
  }

  /// Inside a body: the element at these indices of the table.
  Scalar at(std::span<const Scalar> indices) const {
    Scalars free;
    Scalar cell = b_.index(0);
    for (size_t axis = 0; axis < run_.pieces.size(); ++axis)
      take_apart(*run_.pieces[axis], indices[axis], free, cell);
    Scalar value = base_.at(cell);
    if (has_triangle_)
      value = select(free[1] <= free[0] + diagonal_[0].at(cell),
                     below_.at(cell), value);
    for (size_t d = 0; d < divisors_.size(); ++d)
      value =
          value + pixels_[d].at(cell) / cast(b_.scalar(divisors_[d]), type_);
    for (size_t r = 0; r < free.size(); ++r) {
      Scalar i = cast(free[r], type_);
      if (!steps_[r].is_zero())
        value = value + steps_[r].at(cell) * i;
      if (!scales_[r].is_zero()) {
        Scalar extent = cast(b_.scalar(run_.free[r].index.extent), type_);
        Scalar divisor = maximum(extent - less_[r].at(cell), 1);
        value =
            value + scales_[r].at(cell) * (i + offsets_[r].at(cell)) / divisor;
      }
    }
    return value;
  }

private:
  template <typename Get> std::vector<double> numbers(const Get &get) const {
    std::vector<double> values;
    for (const TableCell &cell : part_.cells)
      values.push_back(get(cell));
    return values;
  }
  template <typename Get> PerCell per_cell(const Get &get) const {
    return {b_, type_, numbers(get)};
  }

  /// The indices that an index along one axis consists of: the free ones are
  /// appended, the constant ones counted into the cell's number.
  void take_apart(const TablePiece &piece, Scalar index, Scalars &free,
                  Scalar &cell) const {
    if (piece.begin != Size(0))
      index = index - b_.scalar(piece.begin);
    Scalars digits(piece.indices.size());
    for (size_t k = piece.indices.size(); k-- > 0;) {
      Size extent = piece.indices[k].extent;
      digits[k] = k == 0 ? index : index % b_.scalar(extent);
      if (k > 0)
        index = floor_quotient(index, digits[k], extent);
    }
    for (size_t k = 0; k < digits.size(); ++k)
      if (piece.indices[k].is_free())
        free.push_back(digits[k]);
      else if (piece.indices[k].value != 1)
        cell = cell * b_.index(piece.indices[k].value) + digits[k];
  }
  Scalar floor_quotient(Scalar index, Scalar remainder, Size extent) const {
    return (index - remainder) / b_.scalar(extent);
  }

  Builder &b_;
  DType type_;
  const TableRun &run_;
  const TablePart &part_;
  PerCell base_, below_;
  bool has_triangle_;
  std::vector<Size> divisors_;
  std::vector<PerCell> steps_, scales_, offsets_, less_, diagonal_, pixels_;
};

} // namespace

std::optional<TableFit> table_fit(const Extents &extents, Tensor constant,
                                  const Shape &target, bool divided) {
  auto data = constant.builder().constant_data(constant);
  auto layout = table_layout(extents, target);
  if (!data || !layout)
    return std::nullopt;
  for (size_t d = 0; d < target.size(); ++d)
    if (extents.exported(target[d]) != data->dims[d])
      return std::nullopt;
  return fit_table(extents, *data, *layout, divided);
}

Tensor table_of(const Extents &extents, Tensor constant, const Shape &target,
                const TableFit &fit) {
  Builder &b = constant.builder();
  DType dtype = constant.dtype();
  DType type =
      is_integer(dtype) || dtype == DType::boolean ? DType::i64 : DType::f32;
  TableLayout layout = *table_layout(extents, target);
  std::vector<TableRun> runs = table_runs(layout);
  std::vector<RunFunction> functions;
  for (size_t k = 0; k < runs.size(); ++k)
    functions.emplace_back(b, type, runs[k], fit.parts[k]);
  size_t several = 0;
  while (several < layout.size() && layout[several].size() == 1)
    ++several;
  return b.map(target, dtype, [&](std::span<const Scalar> indices) {
    Scalar value = functions[0].at(indices);
    for (size_t k = 1; k < functions.size(); ++k) {
      Scalar begin = b.scalar(layout[several][k].begin);
      value = select(indices[several] < begin, value, functions[k].at(indices));
    }
    return cast(value, dtype);
  });
}

} // namespace landfall::frontend
