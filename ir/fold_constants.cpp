//===- fold_constants.cpp - Compute operations on constants ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/fold_constants.h"
#include "base/element_count.h"
#include "ir/builder_impl.h"
#include "ir/describe/describe.h"
#include "package/interpreter.h"

using namespace mlir;

namespace landfall::ir {

namespace {

/// Folding is not worth more scalar steps than this (about a second).
constexpr double max_steps = 50e6;

/// The number of points that a kernel's loops visit, nested folds included,
/// times its nodes: what the interpreter will have to do.
double cost(const Description &d) {
  auto extent = [&](const Extent &e) {
    return double(e.constant ? e.value : *d.sizes[e.value].constant());
  };
  double points = double(d.kernel.nodes.size());
  for (const Extent &e : d.kernel.loops)
    points *= extent(e);
  for (const Extent &e : d.kernel.reduce)
    points *= extent(e);
  for (const Node &node : d.kernel.nodes) {
    if (node.kind != NodeKind::loop)
      continue;
    const Node &high = d.kernel.nodes[node.args[1]];
    if (high.kind == NodeKind::size)
      points *= double(*d.sizes[high.index].constant());
    else if (high.kind == NodeKind::constant)
      points *= double(int64_t(high.bits));
  }
  return points;
}

bool has_constant_inputs(Module::Impl &module, Operation *compute) {
  bool constant = true;
  auto check = [&](Value value) {
    if (is_inside(value, compute))
      return;
    // Sizes may come from outside the loop or branch that the operation is in.
    constant &= isa<RankedTensorType>(value.getType())
                    ? module.constant_of(value) != nullptr
                    : module.size_of(value).is_constant();
  };
  compute->walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      check(operand);
    constant &= !isa<lf::WhileOp>(op);
  });
  return constant;
}

ConstantData allocate(Module::Impl &module, Value result) {
  ConstantData data;
  data.dtype = lf::dtype_of(result);
  for (const Size &size : module.shape_of(result))
    data.dims.push_back(*size.constant());
  auto storage = std::make_shared<std::vector<uint8_t>>(
      size_of(data.dtype) * element_count(data.dims));
  data.bytes = {storage, {storage->data(), storage->size()}};
  return data;
}

/// The literal that every point of the map yields, if its body is nothing more:
/// filling is worth it at any size.
lf::LiteralOp splat(Operation *compute) {
  auto map = dyn_cast<lf::MapOp>(compute);
  if (!map || map.getNumResults() != 1)
    return {};
  Operation *yield = map.getBody().front().getTerminator();
  return yield->getOperand(0).getDefiningOp<lf::LiteralOp>();
}

void fill_with(ConstantData &data, lf::LiteralOp literal) {
  llvm::APInt bits;
  if (auto integer = dyn_cast<IntegerAttr>(literal.getValue()))
    bits = integer.getValue();
  else
    bits = cast<FloatAttr>(literal.getValue()).getValue().bitcastToAPInt();
  // Sub-byte integers take a whole byte, sign-extended.
  uint64_t word = is_signed_integer(data.dtype) ? uint64_t(bits.getSExtValue())
                                                : bits.getZExtValue();
  auto *to = const_cast<uint8_t *>(data.bytes.data.data());
  int64_t size = size_of(data.dtype);
  for (size_t at = 0; at < data.bytes.data.size(); at += size)
    std::memcpy(to + at, &word, size);
}

/// Fewer weights are folded at once.
constexpr int64_t many_weights = 4096;

} // namespace

bool dequantises_weights(Module::Impl &module, Operation *compute) {
  auto map = dyn_cast<lf::MapOp>(compute);
  if (!map || map.getNumResults() != 1 ||
      !is_real(lf::dtype_of(map.getResult(0))))
    return false;
  const ConstantData *largest = nullptr;
  bool is_plain = true;
  map->walk([&](Operation *op) {
    is_plain &= !isa<lf::ForOp, lf::WhileOp, lf::BranchOp>(op);
    auto load = dyn_cast<lf::LoadOp>(op);
    if (!load)
      return;
    const ConstantData *data = module.constant_of(load.getTensor());
    is_plain &= data != nullptr;
    if (data &&
        (!largest || data->bytes.data.size() > largest->bytes.data.size()))
      largest = data;
  });
  if (!is_plain || !largest || !is_integer(largest->dtype) ||
      info(largest->dtype).bits > 8)
    return false;
  std::optional<int64_t> count =
      product(module.shape_of(map.getResult(0))).constant();
  return count && *count >= many_weights &&
         *count == int64_t(largest->bytes.data.size());
}

std::optional<std::vector<ConstantData>> fold_constants(Module::Impl &module,
                                                        Operation *compute) {
  if (!has_constant_inputs(module, compute))
    return std::nullopt;
  if (lf::LiteralOp literal = splat(compute)) {
    std::vector<ConstantData> results{allocate(module, compute->getResult(0))};
    fill_with(results[0], literal);
    return results;
  }
  Description d = describe(module, compute);
  for (const Size &size : d.sizes)
    if (!size.is_constant())
      return std::nullopt;
  if (cost(d) > max_steps)
    return std::nullopt;
  std::vector<void *> operands;
  auto writable = [](const ConstantData &data) {
    return const_cast<uint8_t *>(data.bytes.data.data());
  };
  for (Value input : d.inputs)
    operands.push_back(writable(*module.constant_of(input)));
  std::vector<ConstantData> results;
  auto loops = dyn_cast<lf::ParallelOp>(compute);
  for (auto [k, result] : llvm::enumerate(compute->getResults())) {
    results.push_back(allocate(module, result));
    if (loops && loops.getInitialOf()[k] >= 0) {
      Value initial = loops.getInitial()[loops.getInitialOf()[k]];
      const ConstantData *data = module.constant_of(initial);
      std::copy(data->bytes.data.begin(), data->bytes.data.end(),
                writable(results.back()));
    }
    operands.push_back(writable(results.back()));
  }
  std::vector<int64_t> sizes;
  for (const Size &size : d.sizes)
    sizes.push_back(*size.constant());
  // A failing check stays in the program, where it is reported when it runs.
  if (!interpret(d.kernel, {operands, sizes}))
    return std::nullopt;
  return results;
}

} // namespace landfall::ir
