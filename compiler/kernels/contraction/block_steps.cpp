//===- block_steps.cpp - The steps of a block of K ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_products.h"
#include "compiler/kernels/frame/loop_builder.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Loops of at most so many steps may be unrolled.
constexpr int64_t longest_unrolled = 8;

/// A loop of K.
struct StepLoop {
  uint32_t variable;
  const Extent *extent;
  Value *stride;   ///< Steps that one of its indices has.
  bool is_of_bits; ///< It indexes nothing that is loaded from panels.
  bool is_unrolled = false;
};

class StepWalk {
public:
  StepWalk(BlockProducts &products, const IndexValues &indices,
           const StepBody &body)
      : p_(products), indices_(indices), body_(body) {}

  Lines emit(int64_t most_bodies, Value *step, Lines carried) {
    find_loops();
    for (bool of_bits : {true, false})
      for (StepLoop &loop : llvm::reverse(loops_))
        if (loop.is_of_bits == of_bits)
          choose(loop, most_bodies);
    std::stable_partition(loops_.begin(), loops_.end(),
                          [](const StepLoop &l) { return !l.is_unrolled; });
    return emit_loop(0, step, std::move(carried));
  }

private:
  void find_loops() {
    const analysis::ContractionRoles &roles = p_.problem.base.roles;
    llvm::ArrayRef<uint32_t> variables = roles.k_loops;
    for (size_t k = p_.problem.weights.outer; k < variables.size(); ++k)
      if (!indices_.lookup(variables[k]))
        loops_.push_back(
            {variables[k], &roles.space.extents[variables[k]],
             p_.sizes.extent(roles.space,
                             {variables.begin() + k + 1, variables.end()}),
             p_.problem.walks_bits(variables[k])});
  }

  void choose(StepLoop &loop, int64_t most_bodies) {
    const Extent &extent = *loop.extent;
    loop.is_unrolled = extent.constant && extent.value <= longest_unrolled &&
                       bodies_ * extent.value <= most_bodies;
    if (loop.is_unrolled)
      bodies_ *= std::max<int64_t>(extent.value, 1);
  }

  Lines emit_loop(size_t number, Value *step, Lines carried) {
    if (number == loops_.size())
      return body_(indices_, step, std::move(carried));
    const StepLoop &loop = loops_[number];
    auto inside = [&](Value *k, Lines now) {
      indices_[loop.variable] = k;
      Value *at = p_.b().CreateAdd(step, p_.b().CreateMul(k, loop.stride));
      return emit_loop(number + 1, at, std::move(now));
    };
    if (loop.is_unrolled) {
      for (int64_t k = 0; k < loop.extent->value; ++k)
        carried = inside(p_.index(k), std::move(carried));
      return carried;
    }
    Values result = emit_for(
        p_.frame(), p_.index(0), p_.frame().extent(*loop.extent), p_.index(1),
        carried, [&](Value *k, llvm::ArrayRef<Value *> now) {
          Lines next = inside(k, Lines(now.begin(), now.end()));
          return Values(next.begin(), next.end());
        });
    return Lines(result.begin(), result.end());
  }

  BlockProducts &p_;
  IndexValues indices_;
  const StepBody &body_;
  llvm::SmallVector<StepLoop, 4> loops_;
  int64_t bodies_ = 1;
};

} // namespace

Lines BlockProducts::for_steps(const IndexValues &indices, Value *step,
                               Lines carried, int64_t most_bodies,
                               const StepBody &body) {
  return StepWalk(*this, indices, body)
      .emit(most_bodies, step, std::move(carried));
}

} // namespace landfall::kernels
