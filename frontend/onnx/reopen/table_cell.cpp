//===- table_cell.cpp - The function of a few elements --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/table_cell.h"

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
    TableCell cell;
    cell.base = values_[0];
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
      // 0.25 * i is i / 4 too, if there are 4.
      double step = form.scale / static_cast<double>(n - form.less);
      constexpr double round = 80; // 1 / 16 and 1 / 20 are round.
      bool may_be_step = form.base == 0 && form.offset == 0 &&
                         step * round == std::round(step * round);
      bool fits = !may_be_step;
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
    TableCell cell;
    cell.base = above;
    cell.terms.resize(2);
    cell.below = below;
    cell.diagonal = diagonal;
    return cell;
  }

  std::vector<int64_t> extents_;
  std::vector<double> values_;
};

} // namespace

std::optional<TableCell> fit_cell(std::vector<int64_t> extents,
                                  std::vector<double> values) {
  return Cell(std::move(extents), std::move(values)).fit();
}

} // namespace landfall::frontend
