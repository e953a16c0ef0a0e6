//===- launch_work.cpp - What a launch asks of the machine ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/launch_work.h"

#include <algorithm>

namespace landfall::c_api {

namespace {

class Counter {
public:
  Counter(const Kernel &kernel, std::span<const int64_t> sizes)
      : kernel_(kernel), sizes_(sizes) {}

  double points(std::span<const Extent> extents) const {
    double count = 1;
    for (const Extent &extent : extents)
      count *= double(extent.constant ? extent.value : sizes_[extent.value]);
    return count;
  }

  /// Multiply-adds of the folds in one execution of the block.
  double sums_in(const Block &block) const {
    double count = 0;
    for (NodeId id : block.nodes) {
      const Node &node = kernel_.nodes[id];
      if (node.kind == NodeKind::loop)
        count += trips(node) *
                 (products_summed(node.blocks[0]) + sums_in(node.blocks[0]));
      else if (node.kind == NodeKind::branch)
        count += std::max(sums_in(node.blocks[0]), sums_in(node.blocks[1]));
    }
    return count;
  }

private:
  /// Of a loop whose bounds are constants or sizes; 0 for others.
  double trips(const Node &loop) const {
    auto value = [&](NodeId id) -> double {
      const Node &node = kernel_.nodes[id];
      if (node.kind == NodeKind::constant)
        return double(int64_t(node.bits));
      return node.kind == NodeKind::size ? double(sizes_[node.index]) : 0;
    };
    return std::max(0.0, value(loop.args[1]) - value(loop.args[0]));
  }

  /// How many of the values that a loop carries are sums of products:
  /// next = carried + a * b.
  int products_summed(const Block &block) const {
    auto is_carried = [&](NodeId id) {
      return std::ranges::find(block.params, id) != block.params.end();
    };
    auto is_product = [&](NodeId id) {
      const Node &node = kernel_.nodes[id];
      return node.kind == NodeKind::scalar && node.op == ScalarOp::mul;
    };
    return int(std::ranges::count_if(block.yields, [&](NodeId id) {
      const Node &node = kernel_.nodes[id];
      return node.kind == NodeKind::scalar && node.op == ScalarOp::add &&
             std::ranges::any_of(node.args, is_carried) &&
             std::ranges::any_of(node.args, is_product);
    }));
  }

  const Kernel &kernel_;
  std::span<const int64_t> sizes_;
};

} // namespace

LaunchWork work_of_launch(const Kernel &kernel,
                          std::span<const int64_t> sizes) {
  Counter counter(kernel, sizes);
  LaunchWork work;
  work.multiply_adds =
      counter.points(kernel.loops) * (kernel.kind == KernelClass::contraction
                                          ? counter.points(kernel.reduce)
                                          : counter.sums_in(kernel.body));
  for (const KernelOperand &operand : kernel.operands)
    work.bytes += counter.points(operand.dims) * double(size_of(operand.dtype));
  return work;
}

} // namespace landfall::c_api
