//===- fuse.cpp - Producers and consumers into one kernel ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/passes/fuse.h"

#include "compiler/passes/canonicalize.h"
#include "ir/describe/describe.h"

using namespace mlir;

namespace landfall::compiler {

namespace {

using ir::Shape;
using ir::Size;

//===--- What a body costs ------------------------------------------------===//

enum class Cost {
  free,   ///< Moves data: loads, indices, literals, casts, selects.
  cheap,  ///< A few arithmetic operations.
  costly, ///< Transcendental functions, folds, long bodies.
};

bool is_transcendental(llvm::StringRef op) {
  static constexpr llvm::StringRef cheap[] = {
      "add",   "sub",      "mul",     "min",   "max",  "neg",
      "abs",   "sign",     "and",     "or",    "xor",  "not",
      "shl",   "shr",      "eq",      "ne",    "lt",   "le",
      "cast",  "cast_sat", "bitcast", "floor", "ceil", "round",
      "trunc", "select",   "fma",     "div",   "sqrt"};
  return !llvm::is_contained(cheap, op);
}

/// Index arithmetic is free, whatever it is made of.
Cost body_cost(lf::MapOp map) {
  int arithmetic = 0;
  bool costly = false;
  map->walk([&](Operation *op) {
    if (isa<lf::FoldOp, lf::WhileOp, lf::BranchOp>(op))
      costly = true;
    auto scalar = dyn_cast<lf::ScalarOp>(op);
    if (!scalar)
      return;
    Type type = scalar.getResult().getType();
    bool moves = type.isInteger() || scalar.getOp() == "select" ||
                 scalar.getOp() == "cast";
    costly |= is_transcendental(scalar.getOp()) && !type.isInteger();
    arithmetic += !moves;
  });
  if (costly || arithmetic > 8)
    return Cost::costly;
  return arithmetic == 0 ? Cost::free : Cost::cheap;
}

/// Kernels beyond this gain nothing from one more step, and compile ever more
/// slowly: a chain of thousands of operators becomes several kernels.
constexpr int largest_body = 500;

/// About how much code a compute operation's bodies make.
int body_size(Operation *compute) {
  int size = 0;
  compute->walk([&](Operation *op) {
    auto scalar = dyn_cast<lf::ScalarOp>(op);
    bool is_long = scalar && is_transcendental(scalar.getOp()) &&
                   !scalar.getResult().getType().isInteger();
    size += is_long ? 20 : 1;
  });
  return size;
}

//===--- Where a load stands ----------------------------------------------===//

/// The loops around a load inside its compute operation.
struct LoadSite {
  lf::LoadOp load;
  Operation *compute;
  bool inside_fold = false;
  bool in_factors = false;
};

LoadSite site_of(lf::LoadOp load) {
  LoadSite site{load, load->getParentOp()};
  while (!ir::is_compute(site.compute)) {
    site.inside_fold |= isa<lf::FoldOp, lf::WhileOp>(site.compute);
    site.compute = site.compute->getParentOp();
  }
  if (auto contract = dyn_cast<lf::ContractOp>(site.compute))
    site.in_factors = contract.getFactors().isAncestor(load->getParentRegion());
  return site;
}

OperandRange space_of(Operation *compute) {
  if (auto map = dyn_cast<lf::MapOp>(compute))
    return map.getDims();
  if (auto contract = dyn_cast<lf::ContractOp>(compute))
    return contract.getDims();
  return cast<lf::LoopsOp>(compute).getParallel();
}

/// The loop of `compute` that the index is, or -1.
int loop_number(Value index, Operation *compute) {
  auto argument = dyn_cast<BlockArgument>(index);
  if (!argument || argument.getOwner()->getParentOp() != compute ||
      argument.getArgNumber() >= space_of(compute).size())
    return -1;
  return argument.getArgNumber();
}

/// Whether different points of the consumer load different elements, so that
/// nothing is computed twice: each loop that is longer than 1 is an index.
bool loads_each_once(LoadSite site, ir::Module::Impl &module) {
  if (site.inside_fold || site.in_factors || isa<lf::LoopsOp>(site.compute))
    return false;
  llvm::SmallDenseSet<int> used;
  for (Value index : site.load.getIndices())
    if (int loop = loop_number(index, site.compute); loop >= 0)
      used.insert(loop);
  for (auto [k, dim] : llvm::enumerate(space_of(site.compute)))
    if (!used.contains(k) && module.size_of(dim) != Size(1))
      return false;
  return true;
}

/// Whether a load in a fold visits each element once over the whole kernel: a
/// reduction whose every fold index and loop is an index of the load.
bool reduces_each_once(LoadSite site, ir::Module::Impl &module) {
  if (!isa<lf::MapOp>(site.compute) || !site.inside_fold)
    return false;
  llvm::SmallDenseSet<Value> indices(site.load.getIndices().begin(),
                                     site.load.getIndices().end());
  Operation *parent = site.load->getParentOp();
  for (; parent != site.compute; parent = parent->getParentOp()) {
    auto fold = dyn_cast<lf::FoldOp>(parent);
    if (!fold || !indices.contains(fold.getBody().getArgument(0)))
      return false;
  }
  for (auto [k, dim] : llvm::enumerate(space_of(site.compute)))
    if (!indices.contains(site.compute->getRegion(0).getArgument(k)) &&
        module.size_of(dim) != Size(1))
      return false;
  return true;
}

/// Whether a load depends on leading loops only, each once in order: the value
/// is computed once a row and hoisted out of the rest.
bool loads_each_row_once(LoadSite site, ir::Module::Impl &module) {
  if (site.inside_fold || site.in_factors || !isa<lf::MapOp>(site.compute))
    return false;
  int next = 0;
  const Shape &shape = module.shape_of(site.load.getTensor());
  for (auto [index, extent] : llvm::zip(site.load.getIndices(), shape)) {
    if (extent == Size(1))
      continue;
    int loop = loop_number(index, site.compute);
    if (loop < next || module.size_of(space_of(site.compute)[loop]) != extent)
      return false;
    for (int skipped = next; skipped < loop; ++skipped)
      if (module.size_of(space_of(site.compute)[skipped]) != Size(1))
        return false;
    next = loop + 1;
  }
  return true;
}

//===--- Producer into consumer -------------------------------------------===//

Location both(Operation *a, Operation *b) {
  return FusedLoc::get(a->getContext(), {a->getLoc(), b->getLoc()});
}

SmallVector<lf::LoadOp> loads_of(Value tensor) {
  SmallVector<lf::LoadOp> loads;
  for (Operation *user : tensor.getUsers())
    if (auto load = dyn_cast<lf::LoadOp>(user))
      loads.push_back(load);
  return loads;
}

/// Restricts a load to where the condition holds; elsewhere it is zero.
void add_guard(OpBuilder &builder, lf::LoadOp load, Value condition) {
  Location loc = load.getLoc();
  if (Value guard = load.getGuard()) {
    Value joint = lf::ScalarOp::create(builder, loc, builder.getI1Type(),
                                       builder.getStringAttr("and"),
                                       ValueRange{guard, condition});
    load.getGuardMutable().assign(joint);
    joint.getDefiningOp()->moveBefore(load);
    return;
  }
  Type type = load.getValue().getType();
  TypedAttr zero;
  if (auto real = dyn_cast<FloatType>(type))
    zero =
        FloatAttr::get(real, llvm::APFloat::getZero(real.getFloatSemantics()));
  else
    zero = IntegerAttr::get(type, llvm::APInt(type.getIntOrFloatBitWidth(), 0));
  builder.setInsertionPoint(load);
  Value other = lf::LiteralOp::create(builder, loc, type, zero);
  load.getGuardMutable().assign(condition);
  load.getOtherMutable().assign(other);
}

/// Replaces a load by the producer's body at the load's indices. A guarded load
/// keeps its guard on the loads of the body, and yields `other` by a select.
void inline_at(lf::LoadOp load, lf::MapOp producer, unsigned result) {
  OpBuilder builder(load);
  IRMapping mapping;
  mlir::Block &body = producer.getBody().front();
  mapping.map(body.getArguments(), load.getIndices());
  SmallVector<lf::LoadOp> copied;
  for (Operation &op : body.without_terminator()) {
    builder.clone(op, mapping)->walk([&](lf::LoadOp inner) {
      copied.push_back(inner);
    });
  }
  Value value =
      mapping.lookupOrDefault(body.getTerminator()->getOperand(result));
  if (load.getGuard()) {
    value = lf::ScalarOp::create(
        builder, load.getLoc(), value.getType(),
        builder.getStringAttr("select"),
        ValueRange{load.getGuard(), value, load.getOther()});
    for (lf::LoadOp inner : copied)
      add_guard(builder, inner, load.getGuard());
  }
  Operation *compute = site_of(load).compute;
  compute->setLoc(both(producer, compute));
  load.getValue().replaceAllUsesWith(value);
  load.erase();
}

/// A body that is one load at a permutation of the indices, or casts of it:
/// what a contraction's packing can read through.
bool is_permutation(lf::MapOp map) {
  int loads = 0;
  bool simple = true;
  llvm::SmallDenseSet<int> used;
  map->walk([&](Operation *op) {
    if (auto load = dyn_cast<lf::LoadOp>(op)) {
      ++loads;
      simple &= !load.getGuard();
      for (Value index : load.getIndices()) {
        int loop = loop_number(index, map);
        simple &= loop >= 0 && used.insert(loop).second;
      }
    } else if (!isa<lf::MapOp, lf::YieldOp>(op)) {
      simple = false;
    }
  });
  return simple && loads == 1;
}

bool may_inline(lf::MapOp producer, ArrayRef<lf::LoadOp> loads,
                ir::Module::Impl &module) {
  Cost cost = body_cost(producer);
  int body_loads = 0;
  producer->walk([&](lf::LoadOp) { ++body_loads; });
  if (cost == Cost::free && body_loads > 2)
    cost = Cost::cheap;
  llvm::SmallDenseSet<Operation *> consumers;
  int size = body_size(producer);
  for (lf::LoadOp load : loads) {
    LoadSite site = site_of(load);
    consumers.insert(site.compute);
    if (body_size(site.compute) + size * int(loads.size()) > largest_body)
      return false;
    if (site.in_factors) {
      if (!is_permutation(producer))
        return false;
      continue;
    }
    // Imperative bodies may load an element any number of times, and guard it
    // by control flow that the producer's own loads know nothing of.
    if (isa<lf::LoopsOp>(site.compute))
      return false;
    if (cost == Cost::free)
      continue;
    bool once = loads_each_once(site, module) ||
                loads_each_row_once(site, module) ||
                reduces_each_once(site, module);
    if (!once && (cost == Cost::costly || site.inside_fold || body_loads > 4))
      return false;
  }
  if (consumers.size() == 1)
    return cost != Cost::costly || loads.size() <= 2;
  return cost == Cost::free && body_loads <= 1;
}

/// Inlines a map into all its consumers, if every use of it is a load that
/// pays; true if it did.
bool inline_producer(lf::MapOp producer, ir::Module::Impl &module) {
  if (producer.getNumResults() != 1 || producer->use_empty())
    return false;
  Value result = producer.getResult(0);
  SmallVector<lf::LoadOp> loads = loads_of(result);
  size_t uses = std::distance(result.use_begin(), result.use_end());
  if (loads.size() != uses || !may_inline(producer, loads, module))
    return false;
  for (lf::LoadOp load : loads)
    inline_at(load, producer, 0);
  module.forget(producer);
  producer.erase();
  return true;
}

//===--- Epilogues --------------------------------------------------------===//

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
void append_epilogue(lf::ContractOp contract, lf::MapOp map,
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
                                 module.materialize(builder, loc, from));
  SmallVector<Value> extents(moved.getDims());
  SmallVector<Type> indices(from.size(), builder.getI64Type());
  SmallVector<Location> locations(from.size(), loc);
  mlir::Block *block =
      builder.createBlock(&moved.getBody(), {}, indices, locations);
  auto binary = [&](const char *op, Value a, Value b) -> Value {
    return lf::ScalarOp::create(builder, loc, builder.getI64Type(),
                                builder.getStringAttr(op), ValueRange{a, b});
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
        index = binary("add", binary("mul", index, extents[d]), part);
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

/// Fuses the map into a contraction that it reads pointwise; true if it did.
bool fuse_epilogue(lf::MapOp map, ir::Module::Impl &module) {
  SmallVector<Value> tensors;
  map->walk([&](lf::LoadOp load) { tensors.push_back(load.getTensor()); });
  for (Value tensor : tensors) {
    auto contract = tensor.getDefiningOp<lf::ContractOp>();
    if (contract && contract->getNumResults() == 1 &&
        contract->getBlock() == map->getBlock() &&
        reads_pointwise(map, tensor, module)) {
      append_epilogue(contract, map, module);
      return true;
    }
    auto reshape = tensor.getDefiningOp<lf::ReshapeOp>();
    if (!reshape || !reads_pointwise(map, tensor, module))
      continue;
    contract = reshape.getTensor().getDefiningOp<lf::ContractOp>();
    if (!contract || contract->getNumResults() != 1 ||
        !contract->getResult(0).hasOneUse() ||
        contract->getBlock() != map->getBlock())
      continue;
    if (lf::MapOp moved = move_before_reshape(map, reshape, module)) {
      append_epilogue(contract, moved, module);
      return true;
    }
  }
  return false;
}

/// Applies a rule to every map until it changes nothing more.
template <typename Rule> bool to_fixpoint(ir::Module::Impl &module, Rule rule) {
  bool any = false;
  for (bool changed = true; changed;) {
    changed = false;
    SmallVector<lf::MapOp> maps;
    module.module->walk([&](lf::MapOp map) { maps.push_back(map); });
    for (lf::MapOp map : maps)
      changed |= rule(map, module);
    any |= changed;
  }
  return any;
}

} // namespace

void fuse(ir::Module::Impl &module) {
  to_fixpoint(module, inline_producer);
  canonicalize(module);
  to_fixpoint(module, fuse_epilogue);
  canonicalize(module);
  to_fixpoint(module, inline_producer);
  canonicalize(module);
}

} // namespace landfall::compiler
