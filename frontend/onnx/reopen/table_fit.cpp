//===- table_fit.cpp - Functions that tables are made by ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/table_fit.h"

#include "frontend/onnx/reopen/size_numbers.h"
#include "frontend/onnx/reopen/table_cell.h"
#include "frontend/onnx/reopen/table_elements.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace landfall::frontend {

namespace {

bool is_constant(const TableCell &cell) {
  return !cell.below && std::ranges::all_of(cell.terms, [](const TableTerm &t) {
    return t.scale == 0 && t.step == 0;
  });
}

/// Numbers that are constant at every position, by what else they depend on:
/// the indices along constant extents.
using Columns = std::map<int64_t, std::vector<TableCell *>>;

Columns columns_of(const std::vector<TableRun> &runs,
                   std::vector<TablePart> &parts) {
  Columns columns;
  for (size_t k = 0; k < runs.size(); ++k)
    for (size_t cell = 0; cell < parts[k].cells.size(); ++cell)
      if (is_constant(parts[k].cells[cell]))
        columns[runs[k].column(static_cast<int64_t>(cell))].push_back(
            &parts[k].cells[cell]);
  return columns;
}

bool is_fraction(double value) { return value != std::round(value); }

bool are_pixels(const std::vector<TableCell *> &column, int64_t extent) {
  constexpr double tolerance = 1e-3; // Of an f32 times an extent.
  return std::ranges::all_of(column, [&](const TableCell *cell) {
    double pixels = cell->base * static_cast<double>(extent);
    return std::abs(pixels - std::round(pixels)) < tolerance &&
           std::abs(pixels) > 0.5;
  });
}

/// Reads a column of fractions as pixels of the one input extent of which all
/// are whole numbers. False: there is none, or several.
bool divide_column(const Extents &extents,
                   const std::vector<TableCell *> &column, TableFit &fit) {
  std::set<double> different;
  for (const TableCell *cell : column)
    different.insert(cell->base);
  std::vector<Size> divisors;
  for (Size symbol : extents.free_symbols())
    if (*extents.exported(symbol) > 1 &&
        are_pixels(column, *extents.exported(symbol)))
      divisors.push_back(symbol);
  if (divisors.size() != 1 || different.size() < 2)
    return false;
  int64_t most = 0;
  for (TableCell *cell : column) {
    cell->pixels = std::round(
        cell->base * static_cast<double>(*extents.exported(divisors[0])));
    cell->base = 0;
    cell->over = divisors[0];
    most = std::max(most, static_cast<int64_t>(std::abs(cell->pixels)));
  }
  // Such tables are often limited to 1.
  fit.conditions.push_back(Size(1) - less(divisors[0], most));
  return true;
}

/// Whether two sizes have the same values at all probes.
bool agree(const Extents &extents, Size a, Size b) {
  for (int probe = 0; probe < Extents::probes; ++probe)
    if (extents.at(probe, a) != extents.at(probe, b))
      return false;
  return true;
}

/// Positions may have been divided by the number of them, or multiplied by a
/// stride and divided by the input's extent. These are equal where the stride
/// divides the extent.
void require_whole_strides(const Extents &extents, Size count, TableFit &fit) {
  int64_t value = *extents.exported(count);
  for (Size symbol : extents.free_symbols()) {
    int64_t whole = *extents.exported(symbol);
    if (value == 0 || whole % value != 0)
      continue;
    Size stride = whole / value;
    if (agree(extents, count, ceildiv(symbol, stride)))
      fit.conditions.push_back(equal(count * stride, symbol));
  }
}

void see_positions(const Extents &extents, const TableRun &run,
                   const TableCell &cell, TableFit &fit) {
  for (size_t r = 0; r < cell.terms.size(); ++r) {
    if (cell.terms[r].scale == 0)
      continue;
    fit.has_positions = true;
    if (cell.terms[r].less == 0)
      require_whole_strides(extents, run.free[r].index.extent, fit);
  }
}

/// Whether steps along free indices count elements of a table with free
/// extents: what one index adds is the extent of another times what that adds.
bool is_flat_index(const TableRun &run, const TableCell &cell) {
  for (size_t r = 0; r < cell.terms.size(); ++r)
    for (size_t k = 0; k < cell.terms.size(); ++k) {
      double whole =
          cell.terms[k].step * static_cast<double>(run.free[k].index.value);
      if (k != r && cell.terms[k].step != 0 && whole == cell.terms[r].step)
        return true;
    }
  return false;
}

/// Equal elements over two indices of the same extent: a band may be so at the
/// exported size only.
bool is_square_constant(const TableRun &run, const TableCell &cell) {
  if (!is_constant(cell))
    return false;
  for (size_t r = 0; r < run.free.size(); ++r)
    for (size_t k = 0; k < r; ++k)
      if (run.free[r].index.extent == run.free[k].index.extent)
        return true;
  return false;
}

/// A number of the cell that may depend on the size. Fractions of a feature's
/// extent are left: they may be fractions of the image, which is known when all
/// tables are.
std::optional<double> number_of_size(const SizeNumbers &numbers,
                                     const TableRun &run,
                                     const TableCell &cell) {
  auto is_doubtful = [&](double value) {
    return numbers.is_of_input(value) ||
           (value == std::round(value) && !numbers.is_stride(value) &&
            numbers.may_be(value));
  };
  if (cell.below && is_doubtful(*cell.below))
    return cell.below;
  if (is_doubtful(cell.base))
    return cell.base;
  for (const TableTerm &term : cell.terms)
    if (is_doubtful(term.step))
      return term.step;
  if (is_flat_index(run, cell))
    return cell.terms[0].step;
  if (is_square_constant(run, cell))
    return cell.base;
  return std::nullopt;
}

/// Fractions that are left as constants and may be parts of a free extent.
std::optional<double> doubtful_fraction(const SizeNumbers &numbers,
                                        const TableFit &fit) {
  for (const TablePart &part : fit.parts)
    for (const TableCell &cell : part.cells)
      for (double value : {cell.base, cell.below.value_or(0)})
        if (is_fraction(value) && !numbers.is_stride(value) &&
            numbers.may_be(value))
          return value;
  return std::nullopt;
}

} // namespace

std::optional<TableFit> fit_table(const Extents &extents,
                                  const ConstantData &data,
                                  const TableLayout &layout, bool divided) {
  auto elements = table_elements(data);
  if (!elements)
    return std::nullopt;
  TableFit fit;
  SizeNumbers numbers(extents);
  std::vector<TableRun> runs = table_runs(layout);
  for (const TableRun &run : runs) {
    TablePart &part = fit.parts.emplace_back();
    for (int64_t cell = 0; cell < run.cell_count(); ++cell) {
      auto fitted = fit_cell(run.free_extents(), run.values(*elements, cell));
      if (!fitted)
        return std::nullopt;
      if (number_of_size(numbers, run, *fitted))
        return std::nullopt;
      see_positions(extents, run, *fitted, fit);
      part.cells.push_back(std::move(*fitted));
    }
  }
  fit.doubtful = doubtful_fraction(numbers, fit);
  if (!divided && !fit.has_positions)
    return fit;
  for (const auto &[number, column] : columns_of(runs, fit.parts)) {
    bool has_fractions = std::ranges::any_of(
        column, [](const TableCell *cell) { return is_fraction(cell->base); });
    if (has_fractions && !divide_column(extents, column, fit))
      return std::nullopt;
  }
  fit.doubtful = doubtful_fraction(numbers, fit);
  return fit;
}

} // namespace landfall::frontend
