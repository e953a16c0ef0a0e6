//===- table_fit.cpp - Functions that tables are made by ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/table_fit.h"

#include "frontend/onnx/reopen/table_elements.h"

#include <algorithm>
#include <cmath>

namespace landfall::frontend {

namespace {

constexpr int64_t least_for_step = 3;

/// The elements of one cell along its free indices.
class Cell {
public:
  Cell(std::vector<int64_t> extents, std::vector<double> values)
      : extents_(std::move(extents)), values_(std::move(values)) {}

  std::optional<TableCell> fit() const {
    if (auto sum = fit_sum())
      return sum;
    return fit_triangle();
  }

private:
  int64_t stride(size_t r) const {
    int64_t result = 1;
    for (size_t k = r + 1; k < extents_.size(); ++k)
      result *= extents_[k];
    return result;
  }
  double along(size_t r, int64_t i) const {
    return values_[static_cast<size_t>(i * stride(r))];
  }

  std::optional<TableCell> fit_sum() const {
    TableCell cell{values_[0], {}, std::nullopt, 0};
    size_t changing = 0;
    for (size_t r = 0; r < extents_.size(); ++r) {
      bool changes = false;
      for (int64_t i = 1; i < extents_[r]; ++i)
        changes |= along(r, i) != values_[0];
      changing += changes;
    }
    for (size_t r = 0; r < extents_.size(); ++r) {
      auto term = fit_term(r, changing == 1, cell.base);
      if (!term)
        return std::nullopt;
      cell.terms.push_back(*term);
    }
    return is_sum() ? std::optional(cell) : std::nullopt;
  }

  /// Whether each element is the sum of what its indices add.
  bool is_sum() const {
    for (size_t k = 0; k < values_.size(); ++k) {
      double expected = values_[0];
      for (size_t r = 0; r < extents_.size(); ++r)
        expected +=
            along(r, static_cast<int64_t>(k) / stride(r) % extents_[r]) -
            values_[0];
      if (expected != values_[k])
        return false;
    }
    return true;
  }

  std::optional<TableTerm> fit_term(size_t r, bool is_only,
                                    double &base) const {
    int64_t n = extents_[r];
    double step = n > 1 ? along(r, 1) - values_[0] : 0;
    bool is_even = true;
    for (int64_t i = 0; i < n; ++i)
      is_even &= along(r, i) == values_[0] + step * static_cast<double>(i);
    if (is_even && step == 0)
      return TableTerm{};
    if (n < least_for_step)
      return std::nullopt;
    if (is_even && step == std::round(step))
      return TableTerm{step, 0, 0, 0};
    return is_only ? fit_position(r, base) : std::nullopt;
  }

  /// A position divided by the extent.
  std::optional<TableTerm> fit_position(size_t r, double &base) const {
    struct Form {
      double scale, offset, base;
      int64_t less;
    };
    static constexpr Form forms[] = {{1, 0.5, 0, 0}, {1, 0, 0, 0},
                                     {1, 0, 0, 1},   {2, 0.5, -1, 0},
                                     {2, 0, -1, 0},  {2, 0, -1, 1}};
    // A few units in the last place of an f32 in [-1, 1].
    constexpr double tolerance = 4e-7;
    for (const Form &form : forms) {
      int64_t n = extents_[r];
      auto differs = [&](int64_t i) {
        double expected = form.scale * (static_cast<double>(i) + form.offset) /
                              static_cast<double>(n - form.less) +
                          form.base;
        return std::abs(expected - along(r, i)) > tolerance;
      };
      bool fits = true;
      for (int64_t i = 0; i < n; ++i)
        fits &= !differs(i);
      if (!fits)
        continue;
      base = form.base;
      return TableTerm{0, form.scale, form.offset, form.less};
    }
    return std::nullopt;
  }

  /// Two values, on both sides of a diagonal of a square.
  std::optional<TableCell> fit_triangle() const {
    if (extents_.size() != 2 || extents_[0] != extents_[1] ||
        extents_[0] < least_for_step)
      return std::nullopt;
    int64_t n = extents_[0];
    double above = values_[static_cast<size_t>(n - 1)];
    double below = values_[static_cast<size_t>(n * (n - 1))];
    int64_t diagonal = values_[0] == below ? 0 : -1;
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j)
        if (values_[static_cast<size_t>(i * n + j)] !=
            (j <= i + diagonal ? below : above))
          return std::nullopt;
    return TableCell{above, std::vector<TableTerm>(2), below, diagonal};
  }

  std::vector<int64_t> extents_;
  std::vector<double> values_;
};

bool is_position(const TableCell &cell) {
  return std::ranges::any_of(cell.terms,
                             [](const TableTerm &t) { return t.scale != 0; });
}

bool is_constant(const TableCell &cell) {
  return !cell.below && std::ranges::all_of(cell.terms, [](const TableTerm &t) {
    return t.scale == 0 && t.step == 0;
  });
}

/// Beside positions that are divided by the extent, other numbers may be
/// divided too: heights and widths of anchors.
bool may_be_divided(const std::vector<TableCell> &cells) {
  return std::ranges::any_of(cells, is_position) &&
         std::ranges::any_of(cells, [](const TableCell &cell) {
           return is_constant(cell) && std::abs(cell.base) != 1 &&
                  cell.base != 0;
         });
}

} // namespace

bool may_depend_on_size(const Extents &extents, double value) {
  std::vector<double> sizes;
  constexpr int64_t least = 8; // Smaller ones are everywhere.
  for (int64_t extent : extents.opened())
    if (extent >= least)
      for (int64_t size : {extent, extent - 1})
        sizes.push_back(static_cast<double>(size));
  for (int64_t product : extents.products())
    sizes.push_back(static_cast<double>(product));
  auto equals = [&](double a, double b) {
    return std::abs(a - b) <= 1e-6 * std::abs(b);
  };
  return std::ranges::any_of(sizes, [&](double size) {
    return equals(std::abs(value), size) || equals(std::abs(value), 1 / size) ||
           equals(std::abs(value), 2 / size);
  });
}

std::optional<std::vector<TablePart>> fit_table(const Extents &extents,
                                                const ConstantData &data,
                                                const TableLayout &layout) {
  auto elements = table_elements(data);
  if (!elements)
    return std::nullopt;
  std::vector<TablePart> parts;
  for (const TableRun &run : table_runs(layout)) {
    TablePart &part = parts.emplace_back();
    for (int64_t cell = 0; cell < run.cell_count(); ++cell) {
      auto fitted = Cell(run.free_extents(), run.values(*elements, cell)).fit();
      if (!fitted)
        return std::nullopt;
      if (is_constant(*fitted) && may_depend_on_size(extents, fitted->base))
        return std::nullopt;
      part.cells.push_back(std::move(*fitted));
    }
    if (may_be_divided(part.cells))
      return std::nullopt;
  }
  return parts;
}

} // namespace landfall::frontend
