//===- fuse.cpp - Producers and consumers into one kernel ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/passes/fuse.h"

#include "compiler/passes/body_queries.h"
#include "compiler/passes/canonicalize.h"
#include "compiler/passes/fold_placement.h"
#include "compiler/passes/fuse_epilogue.h"
#include "ir/describe/compute.h"
#include "package/scalar_op.h"

using namespace mlir;

namespace landfall::compiler {

namespace {

using ir::Shape;
using ir::Size;

//===--- What a body costs ------------------------------------------------===//

enum class Cost {
  free,   ///< Moves data: loads, indices, literals, casts, selects.
  cheap,  ///< A few arithmetic operations.
  costly, ///< Long computations (is_costly), loops, long bodies.
};

/// Whether it is worth a store and a load. Integers are indices, mostly: what
/// moves data is never kept from its readers for its index arithmetic.
bool is_costly(lf::ScalarOp op) {
  Type type = op.getResult().getType();
  return !type.isInteger() &&
         landfall::is_costly(op.getOp(), lf::from_mlir(type));
}

/// Index arithmetic is free, whatever it is made of.
Cost body_cost(lf::MapOp map) {
  int arithmetic = 0;
  bool costly = false;
  map->walk([&](Operation *op) {
    if (isa<lf::ForOp, lf::WhileOp, lf::BranchOp>(op))
      costly = true;
    auto scalar = dyn_cast<lf::ScalarOp>(op);
    if (!scalar)
      return;
    bool moves = scalar.getResult().getType().isInteger() ||
                 scalar.getOp() == ScalarOp::select ||
                 scalar.getOp() == ScalarOp::cast;
    costly |= is_costly(scalar);
    arithmetic += !moves;
  });
  if (costly || arithmetic > 8)
    return Cost::costly;
  return arithmetic == 0 ? Cost::free : Cost::cheap;
}

/// Kernels beyond this gain nothing from one more step, and compile ever more
/// slowly: a chain of thousands of operators becomes several kernels.
constexpr int largest_body = 500;

/// About how much code a compute operation's bodies make; of large ones, more
/// than largest_body.
int body_size(Operation *compute) {
  int size = 0;
  compute->walk([&](Operation *op) {
    auto scalar = dyn_cast<lf::ScalarOp>(op);
    size += scalar && is_costly(scalar) ? 20 : 1;
    return size > largest_body ? WalkResult::interrupt()
                               : WalkResult::advance();
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
    site.inside_fold |= isa<lf::ForOp, lf::WhileOp>(site.compute);
    site.compute = site.compute->getParentOp();
  }
  if (auto contract = dyn_cast<lf::ContractOp>(site.compute))
    site.in_factors = contract.getFactors().isAncestor(load->getParentRegion());
  return site;
}

/// Whether different points of the consumer load different elements, so that
/// nothing is computed twice: each loop that is longer than 1 is an index.
bool loads_each_once(LoadSite site, ir::Module::Impl &module) {
  if (site.inside_fold || site.in_factors || isa<lf::ParallelOp>(site.compute))
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
    auto fold = dyn_cast<lf::ForOp>(parent);
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

/// Restricts a load to where the condition holds; elsewhere it is zero.
void add_guard(OpBuilder &builder, lf::LoadOp load, Value condition) {
  Location loc = load.getLoc();
  if (Value guard = load.getGuard()) {
    Value joint =
        lf::ScalarOp::create(builder, loc, builder.getI1Type(),
                             ScalarOp::bit_and, ValueRange{guard, condition});
    load.getGuardMutable().assign(joint);
    joint.getDefiningOp()->moveBefore(load);
    return;
  }
  builder.setInsertionPoint(load);
  Value other = zero_literal(builder, loc, load.getValue().getType());
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
        builder, load.getLoc(), value.getType(), ScalarOp::select,
        ValueRange{load.getGuard(), value, load.getOther()});
    for (lf::LoadOp inner : copied)
      add_guard(builder, inner, load.getGuard());
  }
  Operation *compute = site_of(load).compute;
  compute->setLoc(both(producer, compute));
  load.getValue().replaceAllUsesWith(value);
  load.erase();
}

/// A body that is one load at a permutation of the indices and nothing else:
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
    if (isa<lf::ParallelOp>(site.compute))
      return false;
    if (!folds_run_once(producer, load, module))
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

/// Whether the map can become the end of a contraction's epilogue, which then
/// stores narrower elements. Inside of what reads it, say the sum of two
/// quantised products, it would leave that contraction with its wide sums.
bool narrows_contraction(lf::MapOp map, ir::Module::Impl &module) {
  if (map->getNumResults() != 1)
    return false;
  int64_t bits = info(lf::dtype_of(map.getResult(0))).bits;
  Value product = product_of(map, module);
  return product && bits < info(lf::dtype_of(product)).bits;
}

/// Inlines a map into all its consumers, if every use of it is a load that
/// pays; true if it did.
bool inline_producer(lf::MapOp producer, ir::Module::Impl &module,
                     const FusionGuard &guard) {
  if (producer.getNumResults() != 1 || producer->use_empty() ||
      producer.getMaterialize())
    return false;
  Value result = producer.getResult(0);
  SmallVector<lf::LoadOp> loads = loads_of(result);
  size_t uses = std::distance(result.use_begin(), result.use_end());
  if (loads.size() != uses || !may_inline(producer, loads, module))
    return false;
  if (!guard.allows(producer, loads,
                    [&](lf::LoadOp load) { inline_at(load, producer, 0); }))
    return false;
  for (lf::LoadOp load : loads)
    inline_at(load, producer, 0);
  module.forget(producer);
  producer.erase();
  return true;
}

/// Makes a map part of a contraction's epilogue where that is possible; true if
/// it did.
bool append_to_epilogue(lf::MapOp map, ir::Module::Impl &module,
                        const FusionGuard &guard) {
  auto fuse = [&](lf::MapOp each) { return fuse_epilogue(each, module); };
  return guard.allows_epilogue(map, fuse) && fuse(map);
}

/// Applies a rule to every map until it changes nothing more.
template <typename Rule>
bool to_fixpoint(ir::Module::Impl &module, const FusionGuard &guard,
                 Rule rule) {
  bool any = false;
  for (bool changed = true; changed;) {
    changed = false;
    SmallVector<lf::MapOp> maps;
    module.module->walk([&](lf::MapOp map) { maps.push_back(map); });
    for (lf::MapOp map : maps)
      changed |= rule(map, module, guard);
    any |= changed;
  }
  return any;
}

} // namespace

void fuse(ir::Module::Impl &module, const SkippedSteps &skipped) {
  fuse(module, skipped, FusionGuard(module, {}));
}

void fuse(ir::Module::Impl &module, const SkippedSteps &skipped,
          const FusionGuard &guard) {
  bool has_epilogues = skipped.has("fuse_epilogue");
  auto inline_other = [&](lf::MapOp map, ir::Module::Impl &of_map,
                          const FusionGuard &its_guard) {
    bool waits = !has_epilogues && narrows_contraction(map, of_map);
    return !waits && inline_producer(map, of_map, its_guard);
  };
  auto inline_producers = [&] {
    if (!skipped.has("inline_producer"))
      to_fixpoint(module, guard, inline_other);
    if (!skipped.has("hoist_folds"))
      hoist_folds(module);
    canonicalize(module, skipped);
  };
  inline_producers();
  if (!has_epilogues)
    to_fixpoint(module, guard, append_to_epilogue);
  has_epilogues = true;
  canonicalize(module, skipped);
  inline_producers();
}

} // namespace landfall::compiler
