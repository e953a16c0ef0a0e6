//===- fuse_epilogue.cpp - Maps into the contractions that they read ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/passes/fuse_epilogue.h"

#include "compiler/passes/body_queries.h"
#include "compiler/passes/fold_placement.h"

using namespace mlir;

namespace landfall::compiler {

namespace {

using ir::Shape;
using ir::Size;

/// Whether the map reads the tensor at its own point only, and is its only
/// user.
bool reads_pointwise(lf::MapOp map, Value tensor, ir::Module::Impl &module) {
  for (Operation *user : tensor.getUsers()) {
    auto load = dyn_cast<lf::LoadOp>(user);
    if (!load || load.getGuard() || load->getParentOp() != map)
      return false;
    for (auto [k, index] : llvm::enumerate(load.getIndices()))
      if (loop_number(index, map) != (int)k &&
          module.shape_of(tensor)[k] != Size(1))
        return false;
  }
  Shape space;
  for (Value dim : map.getDims())
    space.push_back(module.size_of(dim));
  return module.shape_of(tensor) == space;
}

/// The map's body becomes the end of the contraction's epilogue; the new
/// contraction stands where the map stood.
lf::ContractOp append_epilogue(lf::ContractOp contract, lf::MapOp map,
                               ir::Module::Impl &module) {
  OpBuilder builder(map);
  auto fused =
      lf::ContractOp::create(builder, both(contract, map), map.getResultTypes(),
                             contract.getDims(), contract.getReduce());
  fused.getFactors().takeBody(contract.getFactors());
  fused.getEpilogue().takeBody(contract.getEpilogue());
  mlir::Block &epilogue = fused.getEpilogue().front();
  Operation *yield = epilogue.getTerminator();
  Value value = yield->getOperand(0);
  for (lf::LoadOp load : loads_of(contract.getResult(0))) {
    load.getValue().replaceAllUsesWith(value);
    load.erase();
  }
  mlir::Block &body = map.getBody().front();
  for (auto [from, to] :
       llvm::zip(body.getArguments(), epilogue.getArguments()))
    from.replaceAllUsesWith(to);
  yield->erase();
  epilogue.getOperations().splice(epilogue.end(), body.getOperations());
  map->replaceAllUsesWith(fused->getResults());
  module.forget(map);
  map.erase();
  module.forget(contract);
  contract.erase();
  return fused;
}

/// For each index of `to` its expression over the indices of `from`, where the
/// shapes have the same elements and every extent of `to` is a product of
/// consecutive extents of `from`; else false.
///   from [N, G, M, H, W]  to [N, C, H, W], C = G * M:  c = g * M + m
bool merged_indices(const Shape &from, const Shape &to,
                    SmallVector<SmallVector<unsigned>> &groups) {
  size_t next = 0;
  for (const Size &extent : to) {
    SmallVector<unsigned> group;
    Size covered = 1;
    while (covered != extent && next < from.size()) {
      group.push_back(next);
      covered = covered * from[next++];
    }
    if (covered != extent)
      return false;
    groups.push_back(group);
  }
  for (; next < from.size(); ++next)
    if (from[next] != Size(1))
      return false;
  return true;
}

/// Rewrites a map over `reshape(contract)` as a map over the contraction's own
/// shape, reshaped afterwards; the new map, or null if the shapes do not fit.
lf::MapOp move_before_reshape(lf::MapOp map, lf::ReshapeOp reshape,
                              ir::Module::Impl &module) {
  const Shape from = module.shape_of(reshape.getTensor());
  const Shape to = module.shape_of(reshape.getValue());
  SmallVector<SmallVector<unsigned>> groups;
  if (!merged_indices(from, to, groups))
    return {};
  OpBuilder builder(map);
  Location loc = map.getLoc();
  SmallVector<Type> types;
  for (Value result : map.getResults())
    types.push_back(module.tensor_type(lf::dtype_of(result), from));
  auto moved = lf::MapOp::create(builder, loc, types,
                                 module.materialize(builder, loc, from), false);
  SmallVector<Value> extents(moved.getDims());
  SmallVector<Type> indices(from.size(), builder.getI64Type());
  SmallVector<Location> locations(from.size(), loc);
  mlir::Block *block =
      builder.createBlock(&moved.getBody(), {}, indices, locations);
  auto binary = [&](ScalarOp op, Value a, Value b) -> Value {
    return lf::ScalarOp::create(builder, loc, builder.getI64Type(), op,
                                ValueRange{a, b});
  };
  IRMapping mapping;
  mlir::Block &body = map.getBody().front();
  for (auto [k, group] : llvm::enumerate(groups)) {
    Value index;
    for (unsigned d : group) {
      Value part = block->getArgument(d);
      bool single = from[d] == Size(1);
      if (!index)
        index = part;
      else if (!single)
        index = binary(ScalarOp::add, binary(ScalarOp::mul, index, extents[d]),
                       part);
    }
    if (!index)
      index = lf::LiteralOp::create(builder, loc, builder.getI64Type(),
                                    builder.getI64IntegerAttr(0));
    mapping.map(body.getArgument(k), index);
  }
  for (Operation &op : body) {
    auto load = dyn_cast<lf::LoadOp>(op);
    if (!load || load.getTensor() != reshape.getValue()) {
      builder.clone(op, mapping);
      continue;
    }
    Value value = lf::LoadOp::create(
        builder, loc, load.getValue().getType(), reshape.getTensor(),
        ValueRange(block->getArguments()), Value(), Value());
    mapping.map(load.getValue(), value);
  }
  builder.setInsertionPointAfter(moved);
  for (auto [old_result, new_result] :
       llvm::zip(map.getResults(), moved.getResults())) {
    Value back = lf::ReshapeOp::create(builder, loc, old_result.getType(),
                                       new_result, map.getDims());
    old_result.replaceAllUsesWith(back);
  }
  module.forget(map);
  map.erase();
  module.forget(reshape);
  reshape.erase();
  return moved;
}

/// A contraction whose epilogue the map can end, and what the map reads of it.
struct Found {
  lf::ContractOp contract;
  lf::ReshapeOp reshape; ///< Null if it reads the result itself.
};

bool fits(lf::ContractOp contract, lf::MapOp map) {
  return contract && contract->getNumResults() == 1 &&
         contract->getBlock() == map->getBlock();
}

/// All that may be fused, in the order of the map's loads.
SmallVector<Found> contractions_of(lf::MapOp map, ir::Module::Impl &module) {
  // An epilogue runs for each element, a map's folds for each of their values.
  if (has_folds(map, module))
    return {};
  SmallVector<Found> found;
  map->walk([&](lf::LoadOp load) {
    Value tensor = load.getTensor();
    auto reshape = tensor.getDefiningOp<lf::ReshapeOp>();
    Value product = reshape ? reshape.getTensor() : tensor;
    auto contract = product.getDefiningOp<lf::ContractOp>();
    if (fits(contract, map) && reads_pointwise(map, tensor, module) &&
        (!reshape || product.hasOneUse()))
      found.push_back({contract, reshape});
  });
  return found;
}

} // namespace

Value product_of(lf::MapOp map, ir::Module::Impl &module) {
  SmallVector<Found> found = contractions_of(map, module);
  return found.empty() ? Value() : found[0].contract->getResult(0);
}

lf::ContractOp fuse_epilogue(lf::MapOp map, ir::Module::Impl &module) {
  for (const Found &found : contractions_of(map, module)) {
    if (!found.reshape)
      return append_epilogue(found.contract, map, module);
    if (lf::MapOp moved = move_before_reshape(map, found.reshape, module))
      return append_epilogue(found.contract, moved, module);
  }
  return {};
}

} // namespace landfall::compiler
