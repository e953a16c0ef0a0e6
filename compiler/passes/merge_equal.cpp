//===- merge_equal.cpp - Common subexpressions ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "compiler/passes/merge_equal.h"

#include "compiler/passes/body_queries.h"

#include <unordered_set>
#include <vector>

using namespace mlir;

namespace landfall::compiler {

namespace {

/// A hash that equal operations share: of the name, the attributes, the types,
/// the operands and the regions. Values that are defined inside count by their
/// number, others by their identity.
class Hasher {
public:
  llvm::hash_code operator()(Operation *op) {
    local_.clear();
    return of(op);
  }

private:
  llvm::hash_code of(Value value) {
    auto found = local_.find(value);
    return found == local_.end() ? llvm::hash_value(value.getAsOpaquePointer())
                                 : llvm::hash_value(found->second);
  }

  llvm::hash_code of(Operation *op) {
    llvm::hash_code hash =
        llvm::hash_combine(op->getName(), op->getDiscardableAttrDictionary(),
                           op->hashProperties(), op->getResultTypes());
    for (Value operand : op->getOperands())
      hash = llvm::hash_combine(hash, of(operand));
    for (Region &region : op->getRegions())
      for (mlir::Block &block : region) {
        define(block.getArguments());
        for (Operation &inner : block) {
          hash = llvm::hash_combine(hash, of(&inner));
          define(inner.getResults());
        }
      }
    return hash;
  }

  void define(ValueRange values) {
    for (Value value : values)
      local_.try_emplace(value, local_.size());
  }

  llvm::DenseMap<Value, unsigned> local_;
};

/// An operation with its hash: a key that is hashed once.
struct Hashed {
  Operation *op;
  unsigned hash;
};

struct HashOf {
  size_t operator()(const Hashed &key) const { return key.hash; }
};

struct AreEqual {
  bool operator()(const Hashed &a, const Hashed &b) const {
    return a.op == b.op ||
           (a.hash == b.hash &&
            OperationEquivalence::isEquivalentTo(
                a.op, b.op, OperationEquivalence::IgnoreLocations));
  }
};

class Merger {
public:
  explicit Merger(ir::Module::Impl &module) : module_(module) {}

  /// Operations that are equal to one of an enclosing region are merged too.
  void visit(Region &region) {
    for (mlir::Block &block : region) {
      std::vector<Hashed> found;
      for (Operation &op : llvm::make_early_inc_range(block))
        visit(&op, found);
      for (const Hashed &key : found)
        known_.erase(key);
    }
  }

private:
  // Not LLVM's scoped table: it ends the process where memory does.
  using Known = std::unordered_set<Hashed, HashOf, AreEqual>;

  /// Adds what is known in the operation's block from here on to `found`.
  void visit(Operation *op, std::vector<Hashed> &found) {
    for (Region &region : op->getRegions())
      visit(region);
    if (!is_pure(op))
      return;
    Hashed key{op, unsigned(size_t(hash_(op)))};
    auto [first, is_new] = known_.insert(key);
    if (is_new) {
      found.push_back(key);
      return;
    }
    op->replaceAllUsesWith(first->op);
    module_.forget(op);
    op->erase();
  }

  /// Whether its results depend on nothing but what the operation shows.
  static bool is_pure(Operation *op) {
    if (op->hasTrait<OpTrait::IsTerminator>())
      return false;
    if (auto load = dyn_cast<lf::LoadOp>(op))
      return !reads_buffer(load);
    if (!isa<lf::ForOp, lf::WhileOp, lf::BranchOp>(op))
      return isMemoryEffectFree(op);
    for (Region &region : op->getRegions())
      for (mlir::Block &block : region)
        for (Operation &inner : block.without_terminator())
          if (!is_pure(&inner))
            return false;
    return true;
  }

  ir::Module::Impl &module_;
  Hasher hash_;
  Known known_;
};

} // namespace

void merge_equal(ir::Module::Impl &module) {
  Merger(module).visit(module.entry.getBody());
}

} // namespace landfall::compiler
