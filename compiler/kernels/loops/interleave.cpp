//===- interleave.cpp - Results that are read from different places -------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/loops/interleave.h"

#include "compiler/kernels/body/body_emitter.h"

#include <algorithm>
#include <map>
#include <set>

namespace landfall::kernels {

namespace {

/// The most vectors that are computed side by side.
constexpr int64_t most_parts = 8;

using analysis::Movement;

class Finder {
public:
  Finder(const Kernel &kernel, analysis::AccessAnalysis &access)
      : kernel_(kernel), access_(access) {
    collect(kernel.body);
  }

  bool last_loop_is_apart();
  unsigned phases();

private:
  const Node &at(NodeId id) const { return kernel_.nodes[id]; }
  void collect(const Block &block);
  bool suits(int64_t apart);

  const Kernel &kernel_;
  analysis::AccessAnalysis &access_;
  std::vector<NodeId> loads_;
  std::set<int64_t> divisors_;
  bool is_plain_ = true; ///< No control flow but folds, no checks.
};

void Finder::collect(const Block &block) {
  for (NodeId id : block.nodes) {
    const Node &node = at(id);
    if (node.kind == NodeKind::load)
      loads_.push_back(id);
    if (std::optional<int64_t> divisor = index_divisor(kernel_, id))
      divisors_.insert(*divisor);
    is_plain_ &= node.kind != NodeKind::check &&
                 node.kind != NodeKind::branch &&
                 node.kind != NodeKind::loop_while;
    for (const Block &inner : node.blocks)
      collect(inner);
  }
}

/// Whether all loads are contiguous or uniform along the last loop but one, and
/// not all along the last.
bool Finder::last_loop_is_apart() {
  size_t rank = kernel_.loops.size();
  const Extent &last = kernel_.loops[rank - 1];
  if (rank < 2 || !is_plain_ || !last.constant || last.value < 2 ||
      last.value > most_parts)
    return false;
  const Extent &lanes = kernel_.loops[rank - 2];
  if (lanes.constant && lanes.value <= last.value)
    return false;
  auto moves_well = [&](size_t loop) {
    return std::all_of(loads_.begin(), loads_.end(), [&](NodeId load) {
      Movement movement = access_.movement(load, kernel_.body.params[loop]);
      return movement == Movement::none || movement == Movement::unit;
    });
  };
  return moves_well(rank - 2) && !moves_well(rank - 1);
}

/// Whether lanes that are `apart` read neighbouring elements, or elements that
/// are as far apart, at least one load more than neighbouring lanes do.
bool Finder::suits(int64_t apart) {
  bool gains = false;
  for (NodeId load : loads_) {
    const Node &node = at(load);
    size_t rank = kernel_.operands[node.index].dims.size();
    for (size_t dim = 0; dim < rank; ++dim) {
      std::optional<int64_t> step =
          slope_of_phase(kernel_, access_, node.args[dim], apart);
      bool last = dim + 1 == rank;
      if (step != 0 && !(last && (step == 1 || step == apart)))
        return false;
    }
    gains |= access_.movement(load, kernel_.body.params.back()) ==
             Movement::irregular;
  }
  return gains;
}

/// How far apart lanes should be; 0: they should be neighbours.
unsigned Finder::phases() {
  if (!is_plain_)
    return 0;
  for (int64_t divisor : divisors_)
    if (divisor >= 2 && divisor <= most_parts && suits(divisor))
      return unsigned(divisor);
  return 0;
}

} // namespace

namespace {

std::optional<int64_t> scalar_slope(const Kernel &kernel,
                                    analysis::AccessAnalysis &access, NodeId id,
                                    int64_t apart) {
  const Node &node = kernel.nodes[id];
  auto slope = [&](size_t argument) {
    return slope_of_phase(kernel, access, node.args[argument], apart);
  };
  std::optional<int64_t> a = slope(0);
  if (std::optional<int64_t> divisor = index_divisor(kernel, id)) {
    if (!a || *a % *divisor != 0)
      return std::nullopt;
    return node.op == ScalarOp::mod ? 0 : *a / *divisor;
  }
  if (node.args.size() != 2)
    return std::nullopt;
  std::optional<int64_t> c = slope(1);
  if (!a || !c)
    return std::nullopt;
  const Node &factor = kernel.nodes[node.args[1]];
  switch (node.op) {
  case ScalarOp::add:
    return *a + *c;
  case ScalarOp::sub:
    return *a - *c;
  case ScalarOp::mul:
    if (factor.kind == NodeKind::constant)
      return *a * int64_t(factor.bits);
    return std::nullopt;
  default:
    return std::nullopt;
  }
}

} // namespace

std::optional<int64_t> slope_of_phase(const Kernel &kernel,
                                      analysis::AccessAnalysis &access,
                                      NodeId id, int64_t apart) {
  NodeId index = kernel.body.params.back();
  if (id == index)
    return apart;
  if (!access.depends(id, index))
    return 0;
  const Node &node = kernel.nodes[id];
  if (node.kind != NodeKind::scalar || node.type != DType::i64)
    return std::nullopt;
  return scalar_slope(kernel, access, id, apart);
}

SideBySide find_side_by_side(const Kernel &kernel, const Machine &machine,
                             analysis::AccessAnalysis &access) {
  if (machine.vector.scalable || kernel.kind != KernelClass::map ||
      kernel.loops.empty())
    return {};
  Finder finder(kernel, access);
  if (finder.last_loop_is_apart())
    return {unsigned(kernel.loops.back().value), true};
  return {finder.phases(), false};
}

} // namespace landfall::kernels
