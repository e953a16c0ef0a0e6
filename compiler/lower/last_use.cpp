//===- last_use.cpp - Where a value is used last --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/lower/last_use.h"

#include "ir/dialect/lf.h"

namespace landfall::compiler {

using namespace mlir;

bool is_last_use(Value value, Operation *op) {
  for (Operation *user : value.getUsers())
    if (op->isProperAncestor(user))
      return false; // The operation's own graphs read it later.
  for (mlir::Block *block = op->getBlock();; block = op->getBlock()) {
    for (Operation *user : value.getUsers())
      if (Operation *here = block->findAncestorOpInBlock(*user);
          here && op->isBeforeInBlock(here))
        return false;
    if (block == value.getParentBlock())
      return true;
    op = block->getParentOp();
    if (!isa<lf::IfOp>(op))
      return false;
  }
}

bool is_dead_after(Value value, Operation &op) {
  for (Operation *user : value.getUsers()) {
    Operation *top = op.getBlock()->findAncestorOpInBlock(*user);
    if (op.isBeforeInBlock(top) || isa<lf::YieldOp>(top))
      return false;
  }
  return true;
}

} // namespace landfall::compiler
