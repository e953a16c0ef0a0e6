//===- table_layout.cpp - Where the elements of a table stand -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/table_layout.h"

namespace landfall::frontend {

static std::optional<std::vector<TablePiece>> pieces_of(const Extents &extents,
                                                        Size extent) {
  std::vector<TablePiece> result;
  auto pieces = extents.pieces(extent);
  if (!pieces)
    return std::nullopt;
  Size begin = 0;
  int64_t first = 0;
  for (Size piece : *pieces) {
    auto factors = extents.factors(piece);
    auto count = extents.exported(piece);
    if (!factors || !count)
      return std::nullopt;
    TablePiece &next =
        result.emplace_back(TablePiece{begin, first, *count, {}});
    for (Size factor : *factors) {
      auto value = extents.exported(factor);
      if (!value)
        return std::nullopt;
      next.indices.push_back({factor, *value});
    }
    begin = begin + piece;
    first += *count;
  }
  return result;
}

std::optional<TableLayout> table_layout(const Extents &extents,
                                        const Shape &target) {
  TableLayout layout;
  int joined = 0;
  for (Size extent : target) {
    auto pieces = pieces_of(extents, extent);
    if (!pieces)
      return std::nullopt;
    joined += pieces->size() > 1;
    layout.push_back(std::move(*pieces));
  }
  if (joined > 1)
    return std::nullopt;
  return layout;
}

} // namespace landfall::frontend
