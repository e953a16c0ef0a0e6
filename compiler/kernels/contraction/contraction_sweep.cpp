//===- contraction_sweep.cpp - Few rows of sums at memory speed -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_sweep.h"
#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/shared_function.h"

#include <algorithm>

namespace landfall::kernels {

using llvm::Value;

namespace {

/// The most steps of K that are read side by side: more streams than that,
/// and memory does not read all of them ahead.
constexpr unsigned most_steps = 8;

/// As many steps as there are registers for: the M side's elements, a vector of
/// the N side for each step, and a sum.
unsigned steps_of(const TileShape &shape, unsigned rows) {
  return std::clamp((shape.registers - 1) / (rows + 1), 1u, most_steps);
}

/// Emits the body of the function for `rows` rows of sums.
class SweepFunction {
public:
  SweepFunction(KernelFrame &frame, const TileShape &shape, unsigned rows,
                const SweepArguments &arguments)
      : frame_(frame), shape_(shape), rows_(rows), arguments_(arguments),
        b_(frame.b), scalar_(arguments_type(shape.type)),
        vector_(llvm::FixedVectorType::get(scalar_, shape.width)) {
    Value *width = index(shape.width);
    whole_ = b_.CreateMul(b_.CreateUDiv(arguments.lanes, width), width);
    llvm::Type *wide = llvm::FixedVectorType::get(b_.getInt64Ty(), shape.width);
    mask_ = b_.CreateICmpULT(
        b_.CreateStepVector(wide),
        b_.CreateVectorSplat(shape.width,
                             b_.CreateSub(arguments.lanes, whole_)));
  }

  void emit() {
    emit_if(frame_, b_.CreateNot(arguments_.continues), [&] { clear(); });
    unsigned steps = steps_of(shape_, rows_);
    Value *blocks =
        b_.CreateMul(b_.CreateUDiv(arguments_.k, index(steps)), index(steps));
    auto sweeps = [&](Value *low, Value *high, unsigned count) {
      emit_for(frame_, low, high, index(count), {},
               [&](Value *k, llvm::ArrayRef<Value *>) {
                 sweep(k, count);
                 return Values();
               });
    };
    sweeps(index(0), blocks, steps);
    if (steps > 1)
      sweeps(blocks, arguments_.k, 1);
  }

private:
  llvm::Type *arguments_type(DType type) {
    if (type == DType::f32)
      return frame_.b.getFloatTy();
    if (type == DType::f64)
      return frame_.b.getDoubleTy();
    return frame_.b.getIntNTy(unsigned(info(type).bits));
  }
  Value *index(int64_t value) { return frame_.index(value); }
  Value *at(Value *pointer, Value *offset) {
    return b_.CreateGEP(scalar_, pointer, offset);
  }
  llvm::Align scalar_align() const {
    return llvm::Align(uint64_t(size_of(shape_.type)));
  }
  Value *sum_at(unsigned row, Value *lane) {
    return at(
        arguments_.sums,
        b_.CreateAdd(b_.CreateMul(arguments_.sums_stride, index(row)), lane));
  }

  /// Executes `body` for each vector of lanes; the last one may be a part only.
  void for_vectors(const std::function<void(Value *lane, bool part)> &body) {
    emit_for(frame_, index(0), whole_, index(shape_.width), {},
             [&](Value *lane, llvm::ArrayRef<Value *>) {
               body(lane, false);
               return Values();
             });
    emit_if(frame_, b_.CreateICmpSLT(whole_, arguments_.lanes),
            [&] { body(whole_, true); });
  }

  void clear() {
    for_vectors([&](Value *lane, bool) {
      for (unsigned row = 0; row < rows_; ++row)
        b_.CreateAlignedStore(llvm::Constant::getNullValue(vector_),
                              sum_at(row, lane), scalar_align());
    });
  }

  /// Adds the products of `count` steps of K to all sums.
  void sweep(Value *k, unsigned count) {
    std::vector<Values> elements(count); // By step, then by row.
    Values lines;                        // The N side, by step.
    for (unsigned step = 0; step < count; ++step) {
      Value *number = b_.CreateAdd(k, index(step));
      for (unsigned row = 0; row < rows_; ++row)
        elements[step].push_back(spread(row, number));
      lines.push_back(
          at(arguments_.n_side, b_.CreateMul(number, arguments_.n_stride)));
    }
    for_vectors([&](Value *lane, bool part) {
      Values vectors;
      for (Value *line : lines)
        vectors.push_back(load(at(line, lane), part));
      for (unsigned row = 0; row < rows_; ++row) {
        Value *address = sum_at(row, lane);
        Value *sum = b_.CreateAlignedLoad(vector_, address, scalar_align());
        for (unsigned step = 0; step < count; ++step)
          sum = multiply_add(b_, elements[step][row], vectors[step], sum);
        b_.CreateAlignedStore(sum, address, scalar_align());
      }
    });
  }

  /// The M side's element of a row and a step, in all lanes.
  Value *spread(unsigned row, Value *step) {
    Value *offset =
        b_.CreateAdd(step, index(int64_t(row) * shape_.m_side_stride()));
    return b_.CreateVectorSplat(
        shape_.width, b_.CreateLoad(scalar_, at(arguments_.m_side, offset)));
  }

  Value *load(Value *address, bool part) {
    if (part)
      return b_.CreateMaskedLoad(vector_, address, scalar_align(), mask_,
                                 llvm::Constant::getNullValue(vector_));
    return b_.CreateAlignedLoad(vector_, address, scalar_align());
  }

  KernelFrame &frame_;
  const TileShape &shape_;
  unsigned rows_;
  SweepArguments arguments_;
  llvm::IRBuilderBase &b_;
  llvm::Type *scalar_;
  llvm::FixedVectorType *vector_;
  Value *whole_; ///< Lanes in whole vectors.
  Value *mask_;  ///< Of the lanes in the last vector.
};

} // namespace

void call_sweep(KernelFrame &frame, const TileShape &shape, unsigned rows,
                const SweepArguments &a) {
  std::string symbol =
      "sweep_" + std::string(name(shape.type)) + "_" + std::to_string(rows);
  call_shared(frame, symbol,
              {a.m_side, a.n_side, a.n_stride, a.k, a.lanes, a.sums,
               a.sums_stride, a.continues},
              [&](llvm::ArrayRef<Value *> v) {
                SweepFunction(frame, shape, rows,
                              {v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]})
                    .emit();
              });
}

} // namespace landfall::kernels
