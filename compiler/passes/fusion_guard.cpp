//===- fusion_guard.cpp - Native and other work kept apart ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/passes/fusion_guard.h"

#include "compiler/passes/fold_placement.h"
#include "ir/describe/compute.h"

using namespace mlir;

namespace landfall::compiler {

namespace {

void erase(Operation *op, ir::Module::Impl &module) {
  module.forget(op);
  op->erase();
}

/// Copies of a map and of the contractions that it reads, also through
/// reshapes, just before it.
class EpilogueCopy {
public:
  EpilogueCopy(lf::MapOp map, ir::Module::Impl &module)
      : module_(module), builder_(map), before_(map->getPrevNode()),
        behind_(map) {
    SmallVector<Value> tensors;
    map->walk([&](lf::LoadOp load) { tensors.push_back(load.getTensor()); });
    for (Value tensor : tensors)
      copy_producer(tensor);
    map_ = cast<lf::MapOp>(builder_.clone(*map, mapping_));
  }
  EpilogueCopy(const EpilogueCopy &) = delete;
  EpilogueCopy &operator=(const EpilogueCopy &) = delete;

  /// Erases what is left of the copies. Computations of sizes stay: the module
  /// knows them, and later ones use them.
  ~EpilogueCopy() {
    Operation *op = behind_->getPrevNode();
    while (op != before_) {
      Operation *previous = op->getPrevNode();
      if ((ir::is_compute(op) || isa<lf::ReshapeOp>(op)) && op->use_empty())
        erase(op, module_);
      op = previous;
    }
  }

  lf::MapOp map() const { return map_; }
  ArrayRef<lf::ContractOp> originals() const { return originals_; }

private:
  void copy_producer(Value tensor) {
    if (mapping_.contains(tensor))
      return;
    auto reshape = tensor.getDefiningOp<lf::ReshapeOp>();
    auto contract = reshape
                        ? reshape.getTensor().getDefiningOp<lf::ContractOp>()
                        : tensor.getDefiningOp<lf::ContractOp>();
    if (!contract)
      return;
    if (!mapping_.contains(contract->getResult(0))) {
      builder_.clone(*contract, mapping_);
      originals_.push_back(contract);
    }
    if (reshape)
      builder_.clone(*reshape, mapping_);
  }

  ir::Module::Impl &module_;
  OpBuilder builder_;
  Operation *before_;
  Operation *behind_;
  IRMapping mapping_;
  SmallVector<lf::ContractOp> originals_;
  lf::MapOp map_;
};

} // namespace

bool FusionGuard::allows(lf::MapOp producer, ArrayRef<lf::LoadOp> loads,
                         llvm::function_ref<void(lf::LoadOp)> inline_at) const {
  if (!is_native_)
    return true;
  bool producer_is_native = is_native_(producer);
  llvm::SetVector<Operation *> consumers;
  for (lf::LoadOp load : loads)
    consumers.insert(ir::compute_of(load));
  for (Operation *consumer : consumers) {
    if (!producer_is_native && !is_native_(consumer))
      continue; // Both fall back anyway; one launch copies less than two.
    OpBuilder builder(consumer);
    Operation *copy = builder.clone(*consumer);
    SmallVector<lf::LoadOp> copied;
    copy->walk([&](lf::LoadOp load) {
      if (load.getTensor() == producer.getResult(0))
        copied.push_back(load);
    });
    for (lf::LoadOp load : copied)
      inline_at(load);
    bool stays = is_native_(copy);
    erase(copy, module_);
    if (!stays)
      return false;
  }
  return true;
}

bool FusionGuard::allows_epilogue(
    lf::MapOp map, llvm::function_ref<lf::ContractOp(lf::MapOp)> fuse) const {
  if (!is_native_)
    return true;
  EpilogueCopy copy(map, module_);
  lf::ContractOp fused = fuse(copy.map());
  if (!fused)
    return false;
  if (is_native_(fused))
    return true;
  return !is_native_(map) &&
         llvm::none_of(copy.originals(), [&](lf::ContractOp contract) {
           return is_native_(contract);
         });
}

} // namespace landfall::compiler
