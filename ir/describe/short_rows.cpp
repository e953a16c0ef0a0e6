//===- short_rows.cpp - Innermost extents that are constants --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/describe/short_rows.h"

#include "ir/describe/describe.h"

using namespace mlir;

namespace landfall::ir {

Value short_row_index(Module::Impl &module, Operation *compute) {
  auto map = dyn_cast<lf::MapOp>(compute);
  if (!map || map.getDims().empty())
    return {};
  Value last = map.getBody().front().getArguments().back();
  Size extent = module.size_of(map.getDims().back());
  if (!extent.is_constant() || *extent.constant() > longest_fixed_row)
    return {};
  bool apart = false;
  map.walk([&](lf::LoadOp load) {
    apart |= !load.getIndices().empty() && load.getIndices().back() != last;
  });
  return apart ? last : Value();
}

} // namespace landfall::ir
