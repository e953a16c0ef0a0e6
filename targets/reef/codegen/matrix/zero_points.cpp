//===- zero_points.cpp - Zero points of a quantized product ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix/zero_points.h"

#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/shared_function.h"

#include "llvm/IR/IntrinsicsRISCV.h"

namespace landfall::reef {

using llvm::Value;

namespace {

using Arguments = llvm::ArrayRef<Value *>;

/// The loop over vectors of lanes is outside, so that their numbers are loaded
/// once.
class SubtractCode {
public:
  SubtractCode(kernels::KernelFrame &frame, const ProductBlock &block,
               const EdgeNumbers &rows, const EdgeNumbers &lanes)
      : frame_(frame), b(frame.b), block_(block), rows_(rows), lanes_(lanes),
        vector_(llvm::ScalableVectorType::get(b.getInt32Ty(), units)) {}

  void emit() {
    Value *step =
        b.CreateElementCount(b.getInt64Ty(), vector_->getElementCount());
    kernels::emit_for(frame_, frame_.index(0), block_.lanes, step, {},
                      [&](Value *lane, Arguments) {
                        count_ = kernels::smaller(
                            b, step, b.CreateSub(block_.lanes, lane));
                        emit_lanes(lane);
                        return kernels::Values();
                      });
  }

private:
  /// Four registers: a panel's width where a register holds sixteen edges'
  /// bits.
  static constexpr unsigned units = 8;

  Value *at(Value *pointer, Value *offset) {
    return kernels::element(b, b.getInt32Ty(), pointer, offset);
  }
  Value *number(Value *pointer, Value *row) {
    return b.CreateLoad(b.getInt32Ty(), at(pointer, row));
  }
  Value *load(Value *address) {
    return b.CreateIntrinsic(
        llvm::Intrinsic::riscv_vle, {vector_, b.getPtrTy(), b.getInt64Ty()},
        {llvm::PoisonValue::get(vector_), address, count_});
  }
  /// sums - factor * lanes
  Value *subtract(Value *sums, Value *factor, Value *lanes) {
    return b.CreateIntrinsic(llvm::Intrinsic::riscv_vnmsac,
                             {vector_, b.getInt32Ty(), b.getInt64Ty()},
                             {sums, factor, lanes, count_, b.getInt64(3)});
  }
  void emit_lanes(Value *lane) {
    Value *zeros = lanes_.zeros ? load(at(lanes_.zeros, lane)) : nullptr;
    Value *lane_sums = rows_.zeros ? load(at(lanes_.sums, lane)) : nullptr;
    Value *depth = b.CreateTrunc(block_.depth, b.getInt32Ty());
    kernels::emit_for(frame_, frame_.index(0), block_.rows, [&](Value *row) {
      Value *place =
          at(block_.sums, b.CreateAdd(b.CreateMul(row, block_.stride), lane));
      Value *sums = load(place);
      Value *zero = rows_.zeros ? number(rows_.zeros, row) : nullptr;
      if (zeros) {
        Value *sum = number(rows_.sums, row);
        if (zero)
          sum = b.CreateSub(sum, b.CreateMul(depth, zero));
        sums = subtract(sums, sum, zeros);
      }
      if (zero)
        sums = subtract(sums, zero, lane_sums);
      b.CreateIntrinsic(llvm::Intrinsic::riscv_vse,
                        {vector_, b.getPtrTy(), b.getInt64Ty()},
                        {sums, place, count_});
    });
  }

  kernels::KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  const ProductBlock &block_;
  const EdgeNumbers &rows_, &lanes_;
  llvm::VectorType *vector_;
  Value *count_ = nullptr;
};

} // namespace

void call_subtract_zeros(kernels::KernelFrame &frame, const ProductBlock &block,
                         const EdgeNumbers &rows, const EdgeNumbers &lanes) {
  if (!rows.zeros && !lanes.zeros)
    return;
  std::string symbol = "subtract_zeros_of";
  kernels::Values arguments = {block.sums, block.stride, block.rows,
                               block.lanes, block.depth};
  if (rows.zeros) {
    symbol += "_rows";
    arguments.append({rows.zeros, lanes.sums});
  }
  if (lanes.zeros) {
    symbol += "_lanes";
    arguments.append({lanes.zeros, rows.sums});
  }
  kernels::call_shared(frame, symbol, arguments, [&](Arguments v) {
    EdgeNumbers inner_rows, inner_lanes;
    size_t next = 5;
    if (rows.zeros) {
      inner_rows.zeros = v[next++];
      inner_lanes.sums = v[next++];
    }
    if (lanes.zeros) {
      inner_lanes.zeros = v[next++];
      inner_rows.sums = v[next++];
    }
    ProductBlock inner{v[0], v[1], v[2], v[3], v[4]};
    SubtractCode(frame, inner, inner_rows, inner_lanes).emit();
  });
}

} // namespace landfall::reef
