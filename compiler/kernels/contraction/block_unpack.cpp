//===- block_unpack.cpp - Unpacking weights for many rows -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_unpack.h"
#include "compiler/kernels/contraction/block_products.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Unpacks a vector of points over one block.
class BlockUnpacker {
public:
  BlockUnpacker(BlockProducts &products, const BlockLane &lane)
      : p_(products), lane_(lane) {}

  /// The weights of step s go to `address` + s * `width`, counted from the
  /// block's first step.
  void emit(const IndexValues &indices, Value *address, int64_t width) {
    const analysis::ScaledFactor &weights = p_.problem.weights;
    auto value = [&](const std::optional<analysis::Factor> &factor) {
      return factor ? p_.value_of(*factor, lane_, indices) : nullptr;
    };
    scale_ = value(weights.scale);
    zero_ = value(weights.zero);
    (void)p_.for_steps(
        indices, p_.index(0), {}, most_unrolled,
        [&](const IndexValues &at_step, Value *step, const Lines &) {
          Value *place = p_.b().CreateMul(step, p_.index(width));
          store(at_step,
                element(p_.b(), p_.lanes.scalar_type(p_.problem.base.type),
                        address, place));
          return Lines();
        });
  }

private:
  llvm::IRBuilderBase &b() { return p_.b(); }

  void store(const IndexValues &indices, Value *address) {
    DType type = p_.problem.base.type;
    Value *weight = p_.element_at(lane_, indices);
    if (zero_)
      weight = b().CreateFSub(weight, zero_);
    if (scale_)
      weight = b().CreateFMul(weight, scale_);
    b().CreateAlignedStore(weight, address,
                           llvm::Align(uint64_t(size_of(type))));
  }

  BlockProducts &p_;
  BlockLane lane_;
  Value *scale_ = nullptr, *zero_ = nullptr;
};

} // namespace

void emit_unpacked(BlockProducts &p, const Interval &run,
                   const Interval &points, const IndexValues &batch,
                   const UnpackTarget &target) {
  const analysis::ContractionRoles &roles = p.problem.base.roles;
  llvm::IRBuilderBase &b = p.b();
  std::vector<uint32_t> outer(roles.k_loops.begin(),
                              roles.k_loops.begin() +
                                  int64_t(p.problem.weights.outer));
  llvm::Type *type = p.lanes.scalar_type(p.problem.base.type);
  Value *width = p.index(target.width);
  Value *in_block = larger(b, p.cut.in_block, p.index(1));
  emit_for(
      p.frame(), p.index(0), points.count, p.lanes.step(), {},
      [&](Value *first, llvm::ArrayRef<Value *>) {
        BlockUnpacker unpacker(
            p, p.lane_at(b.CreateAdd(points.begin, first), batch));
        Value *place =
            b.CreateAdd(b.CreateMul(b.CreateUDiv(first, width), target.stride),
                        b.CreateURem(first, width));
        emit_for(p.frame(), p.index(0), b.CreateUDiv(run.count, in_block),
                 [&](Value *number) {
                   IndexValues indices = batch;
                   Value *block =
                       b.CreateAdd(b.CreateUDiv(run.begin, in_block), number);
                   split_index(p.sizes, roles.space, outer, block, indices);
                   Value *step = b.CreateMul(number, in_block);
                   unpacker.emit(
                       indices,
                       element(b, type, target.panels,
                               b.CreateAdd(place, b.CreateMul(step, width))),
                       target.width);
                 });
        return Values();
      });
}

} // namespace landfall::kernels
