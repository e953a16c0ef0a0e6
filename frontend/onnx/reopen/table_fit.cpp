//===- table_fit.cpp - Functions that tables are made by ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/table_fit.h"

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

} // namespace

bool may_depend_on_size(const Extents &extents, double value) {
  std::vector<double> sizes;
  constexpr int64_t least = 8; // Smaller ones are everywhere.
  for (int64_t extent : extents.opened())
    if (extent >= least)
      for (int64_t size : {extent, extent - 1})
        sizes.push_back(static_cast<double>(size));
  constexpr int64_t least_product = 100; // Strides are 64 and less.
  for (int64_t product : extents.products())
    if (product >= least_product)
      sizes.push_back(static_cast<double>(product));
  auto equals = [&](double a, double b) {
    return std::abs(a - b) <= 1e-6 * std::abs(b);
  };
  return std::ranges::any_of(sizes, [&](double size) {
    return equals(std::abs(value), size) || equals(std::abs(value), 1 / size) ||
           equals(std::abs(value), 2 / size);
  });
}

std::optional<TableFit> fit_table(const Extents &extents,
                                  const ConstantData &data,
                                  const TableLayout &layout, bool divided) {
  auto elements = table_elements(data);
  if (!elements)
    return std::nullopt;
  TableFit fit;
  std::vector<TableRun> runs = table_runs(layout);
  for (const TableRun &run : runs) {
    TablePart &part = fit.parts.emplace_back();
    for (int64_t cell = 0; cell < run.cell_count(); ++cell) {
      auto fitted = fit_cell(run.free_extents(), run.values(*elements, cell));
      if (!fitted)
        return std::nullopt;
      if (is_constant(*fitted) && may_depend_on_size(extents, fitted->base))
        return std::nullopt;
      see_positions(extents, run, *fitted, fit);
      part.cells.push_back(std::move(*fitted));
    }
  }
  if (!divided && !fit.has_positions)
    return fit;
  for (const auto &[number, column] : columns_of(runs, fit.parts)) {
    bool has_fractions = std::ranges::any_of(
        column, [](const TableCell *cell) { return is_fraction(cell->base); });
    if (has_fractions && !divide_column(extents, column, fit))
      return std::nullopt;
  }
  return fit;
}

} // namespace landfall::frontend
