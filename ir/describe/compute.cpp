//===- compute.cpp - The operations that become kernels -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/describe/compute.h"

using namespace mlir;

namespace landfall::ir {

bool is_compute(Operation *op) {
  return isa<lf::MapOp, lf::ContractOp, lf::ParallelOp>(op);
}

Operation *compute_of(lf::LoadOp load) {
  Operation *op = load->getParentOp();
  while (!is_compute(op))
    op = op->getParentOp();
  return op;
}

bool reads_iteration(lf::LoadOp load) {
  return is_iteration(load.getTensor()) && !load.getGuard();
}

bool is_weight(Value tensor) {
  while (auto reshape = tensor.getDefiningOp<lf::ReshapeOp>())
    tensor = reshape.getTensor();
  return tensor.getDefiningOp<lf::ConstantOp>() != nullptr;
}

} // namespace landfall::ir
