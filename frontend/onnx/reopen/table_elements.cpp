//===- table_elements.cpp - The elements of a table, in order -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/table_elements.h"

#include "onnx_format/tensor_data.h"

#include <algorithm>
#include <cstring>

namespace landfall::frontend {

namespace {

template <typename T> std::vector<double> copied(const ConstantData &data) {
  std::vector<T> values(data.bytes.data.size() / sizeof(T));
  if (!values.empty())
    std::memcpy(values.data(), data.bytes.data.data(),
                values.size() * sizeof(T));
  return {values.begin(), values.end()};
}

/// Calls `action` with the offset of each combination of the indices.
template <typename Action>
void for_each(std::span<const TableRun::Index> indices, int64_t offset,
              const Action &action) {
  if (indices.empty())
    return action(offset);
  for (int64_t i = 0; i < indices[0].index.value; ++i)
    for_each(indices.subspan(1), offset + i * indices[0].stride, action);
}

TableRun run_of(const TableLayout &layout, size_t several, size_t piece) {
  TableRun run;
  int64_t stride = 1;
  for (size_t axis = layout.size(); axis-- > 0;) {
    const auto &pieces = layout[axis];
    const TablePiece &taken = pieces[axis == several ? piece : 0];
    run.pieces.insert(run.pieces.begin(), &taken);
    run.first += taken.first * stride;
    int64_t inner = stride;
    for (size_t k = taken.indices.size(); k-- > 0;) {
      const TableIndex &index = taken.indices[k];
      auto &list = index.is_free() ? run.free : run.constant;
      bool is_axis = taken.indices.size() == 1 && !index.is_free();
      list.insert(list.begin(), {index, inner, is_axis});
      inner *= index.value;
    }
    stride *= pieces.back().first + pieces.back().count;
  }
  return run;
}

} // namespace

std::optional<std::vector<double>> table_elements(const ConstantData &data) {
  if (data.dtype == DType::f32)
    return copied<float>(data);
  if (data.dtype == DType::f64)
    return copied<double>(data);
  if (auto integers = onnx::integers(data))
    return std::vector<double>(integers->begin(), integers->end());
  return std::nullopt;
}

int64_t TableRun::cell_count() const {
  int64_t count = 1;
  for (const Index &index : constant)
    count *= index.index.value;
  return count;
}

std::vector<int64_t> TableRun::free_extents() const {
  std::vector<int64_t> extents;
  for (const Index &index : free)
    extents.push_back(index.index.value);
  return extents;
}

int64_t TableRun::column(int64_t cell) const {
  int64_t column = 0, scale = 1;
  for (size_t k = constant.size(); k-- > 0;) {
    int64_t extent = constant[k].index.value;
    if (constant[k].is_axis) {
      column += cell % extent * scale;
      scale *= extent;
    }
    cell /= extent;
  }
  return column;
}

std::vector<double> TableRun::values(const std::vector<double> &elements,
                                     int64_t cell) const {
  int64_t offset = first;
  for (size_t k = constant.size(); k-- > 0;) {
    offset += cell % constant[k].index.value * constant[k].stride;
    cell /= constant[k].index.value;
  }
  std::vector<double> result;
  for_each(std::span<const Index>(free), offset, [&](int64_t at) {
    result.push_back(elements[static_cast<size_t>(at)]);
  });
  return result;
}

std::vector<TableRun> table_runs(const TableLayout &layout) {
  auto several = std::ranges::find_if(
      layout, [](const auto &pieces) { return pieces.size() > 1; });
  auto axis = static_cast<size_t>(several - layout.begin());
  size_t count = several == layout.end() ? 1 : several->size();
  std::vector<TableRun> runs;
  for (size_t piece = 0; piece < count; ++piece)
    runs.push_back(run_of(layout, axis, piece));
  return runs;
}

} // namespace landfall::frontend
