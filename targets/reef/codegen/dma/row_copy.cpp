//===- row_copy.cpp - Vector copies into a panel --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/dma/row_copy.h"

#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/shared_function.h"

#include "llvm/IR/IntrinsicsRISCV.h"

namespace landfall::reef {

using llvm::Value;

namespace {

using Arguments = llvm::ArrayRef<Value *>;

/// Several rows at a time, to hide the latency of loads.
constexpr int64_t copied_at_once = 4;
/// Elements of a row's vector at vscale 1.
constexpr unsigned row_units = 8;

/// Several rows at a time; vectors have `units` * vscale elements. The
/// function's arguments are the fields of RowCopy in order, without the type.
class RowLoop {
protected:
  RowLoop(kernels::KernelFrame &frame, llvm::Type *type, Arguments v,
          unsigned units)
      : RowLoop(frame, type, type, v, units) {}
  RowLoop(kernels::KernelFrame &frame, llvm::Type *from, llvm::Type *to,
          Arguments v, unsigned units)
      : frame_(frame), b(frame.b), v_(v.begin(), v.end()), type_(from),
        vector_(llvm::ScalableVectorType::get(from, units)), stored_(to),
        stored_vector_(llvm::ScalableVectorType::get(to, units)) {}

  /// read(address) for each row, then change(what was read), then the stores.
  template <typename Read, typename Change>
  kernels::Values rows(Value *first, Value *last, int64_t count,
                       Arguments start, Read read, Change change) {
    return kernels::emit_for(frame_, first, last, frame_.index(count), start,
                             [&](Value *, Arguments now) {
                               kernels::Values at(now.begin(), now.end()),
                                   lanes;
                               for (int64_t k = 0; k < count; ++k) {
                                 lanes.push_back(read(at[0]));
                                 at[0] = b.CreateGEP(type_, at[0], v_[2]);
                               }
                               for (Value *&row : lanes)
                                 row = change(row);
                               for (Value *row : lanes) {
                                 store(row, at[1]);
                                 at[1] = b.CreateGEP(stored_, at[1], v_[4]);
                               }
                               return at;
                             });
  }
  Value *load(Value *address, Value *count) {
    return b.CreateIntrinsic(llvm::Intrinsic::riscv_vle,
                             {vector_, b.getPtrTy(), b.getInt64Ty()},
                             {llvm::PoisonValue::get(vector_), address, count});
  }
  /// One row. Argument 7 is the mask, if any, argument 8 the value of masked
  /// lanes.
  Value *load_lanes(Value *address) {
    if (v_.size() <= 7)
      return load(address, v_[5]);
    Value *others = b.CreateVectorSplat(vector_->getElementCount(), v_[8]);
    Value *all = b.getInt64(0); // Lanes that are left out keep `others`.
    return b.CreateIntrinsic(llvm::Intrinsic::riscv_vle_mask,
                             {vector_, b.getPtrTy(), b.getInt64Ty()},
                             {others, address, v_[7], v_[5], all});
  }

  kernels::KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  kernels::Values v_;
  llvm::Type *type_; ///< What is read.
  llvm::VectorType *vector_;
  llvm::Type *stored_; ///< What is stored.
  llvm::VectorType *stored_vector_;

private:
  void store(Value *value, Value *address) {
    b.CreateIntrinsic(llvm::Intrinsic::riscv_vse,
                      {stored_vector_, b.getPtrTy(), b.getInt64Ty()},
                      {value, address, v_[5]});
  }
};

/// Loads and stores of vectors of four registers (LMUL 4).
class CopyLoop : RowLoop {
public:
  CopyLoop(kernels::KernelFrame &frame, llvm::Type *type, Arguments v)
      : RowLoop(frame, type, v, row_units) {}

  void emit() {
    Value *whole = b.CreateAnd(v_[6], frame_.index(-copied_at_once));
    kernels::Values at =
        copy(frame_.index(0), whole, copied_at_once, {v_[0], v_[3]});
    copy(whole, v_[6], 1, {at[0], at[1]});
  }

private:
  kernels::Values copy(Value *first, Value *last, int64_t count,
                       Arguments start) {
    return rows(
        first, last, count, start,
        [&](Value *address) { return read(address); },
        [](Value *row) { return row; });
  }
  Value *bytes(Value *elements) {
    return b.CreateMul(elements, b.getInt64(type_->getScalarSizeInBits() / 8));
  }
  /// Whether lanes are contiguous in memory.
  bool walks() {
    auto *step = llvm::dyn_cast<llvm::ConstantInt>(v_[1]);
    return step && step->isOne();
  }
  Value *read(Value *address) {
    if (walks())
      return load_lanes(address);
    return b.CreateIntrinsic(
        llvm::Intrinsic::riscv_vlse, {vector_, b.getPtrTy(), b.getInt64Ty()},
        {llvm::PoisonValue::get(vector_), address, bytes(v_[1]), v_[5]});
  }
};

/// A narrow real to f32, with the same bits as narrow_real.h, but in fewer
/// instructions.
class ConvertLoop : RowLoop {
public:
  ConvertLoop(kernels::KernelFrame &frame, DType from, Arguments v)
      : RowLoop(frame, frame.b.getInt16Ty(), frame.b.getFloatTy(), v,
                row_units),
        words_(llvm::ScalableVectorType::get(b.getInt32Ty(), row_units)),
        from_(from) {}

  void emit() {
    Value *whole = b.CreateAnd(v_[6], frame_.index(-at_once));
    kernels::Values at =
        convert(frame_.index(0), whole, at_once, {v_[0], v_[3]});
    convert(whole, v_[6], 1, {at[0], at[1]});
  }

private:
  static constexpr int64_t at_once = 2;

  kernels::Values convert(Value *first, Value *last, int64_t count,
                          Arguments start) {
    return rows(
        first, last, count, start,
        [&](Value *address) { return load_lanes(address); },
        [&](Value *row) {
          return b.CreateBitCast(from_ == DType::bf16 ? from_bf16(row)
                                                      : from_f16(row),
                                 stored_vector_);
        });
  }
  Value *all(uint32_t bits) { return llvm::ConstantInt::get(words_, bits); }
  Value *from_bf16(Value *x) {
    return b.CreateShl(b.CreateZExt(x, words_), all(16));
  }
  /// Shifts sign, exponent and mantissa to their places in f32; a
  /// multiplication by a power of two corrects the exponent bias, also of
  /// subnormals. Infinities and NaNs get f32's largest exponent.
  Value *from_f16(Value *x) {
    Value *fields = b.CreateAnd(b.CreateShl(b.CreateSExt(x, words_), all(13)),
                                all(0x8fffe000));
    Value *scale = llvm::ConstantFP::get(stored_vector_, 0x1p112);
    Value *finite = b.CreateBitCast(
        b.CreateFMul(b.CreateBitCast(fields, stored_vector_), scale), words_);
    Value *greatest = llvm::ConstantInt::get(vector_, 0x7c00);
    Value *is_finite = b.CreateICmpNE(b.CreateAnd(x, greatest), greatest);
    return b.CreateSelect(is_finite, finite,
                          b.CreateOr(fields, all(0x7f800000)));
  }

  llvm::VectorType *words_;
  DType from_;
};

/// Strided lanes by contiguous loads and vrgather: a strided load takes a cycle
/// per element. Vectors have `units` * vscale elements; `at_once` rows fit the
/// registers.
class GatherLoop : RowLoop {
public:
  GatherLoop(kernels::KernelFrame &frame, llvm::Type *type, Arguments v,
             unsigned units, int64_t at_once)
      : RowLoop(frame, type, v, units), at_once_(at_once),
        distance_(b.CreateMul(v[1], b.CreateSub(v[5], b.getInt64(1)))) {}

  /// i1: whether a vector spans all lanes, and the stride is not negative.
  Value *fits() {
    Value *most =
        b.CreateElementCount(b.getInt64Ty(), vector_->getElementCount());
    return b.CreateAnd(b.CreateICmpSGE(v_[1], frame_.index(0)),
                       b.CreateICmpSLT(distance_, most));
  }
  void emit() {
    auto *integers =
        llvm::VectorType::get(b.getInt16Ty(), vector_->getElementCount());
    Value *step = b.CreateVectorSplat(integers->getElementCount(),
                                      b.CreateTrunc(v_[1], b.getInt16Ty()));
    indices_ = b.CreateMul(b.CreateStepVector(integers), step);
    Value *most = frame_.index(at_once_);
    Value *whole = b.CreateSub(v_[6], b.CreateURem(v_[6], most));
    kernels::Values at =
        gather_rows(frame_.index(0), whole, at_once_, {v_[0], v_[3]});
    gather_rows(whole, v_[6], 1, {at[0], at[1]});
  }

private:
  kernels::Values gather_rows(Value *first, Value *last, int64_t count,
                              Arguments start) {
    Value *elements = b.CreateAdd(distance_, frame_.index(1));
    return rows(
        first, last, count, start,
        [&](Value *address) { return load(address, elements); },
        [&](Value *row) { return gather(row); });
  }
  Value *gather(Value *from) {
    return b.CreateIntrinsic(
        llvm::Intrinsic::riscv_vrgatherei16_vv, {vector_, b.getInt64Ty()},
        {llvm::PoisonValue::get(vector_), from, indices_, v_[5]});
  }

  int64_t at_once_;
  Value *distance_, *indices_ = nullptr;
};

/// Dispatches on the lanes' stride: the shortest vectors that suffice first.
void emit_gather(kernels::KernelFrame &frame, llvm::Type *type, Arguments v) {
  GatherLoop two(frame, type, v, 4, 4), four(frame, type, v, 8, 3);
  auto otherwise = [&](GatherLoop &loop, const std::function<void()> &other) {
    kernels::emit_if(
        frame, loop.fits(),
        [&] {
          loop.emit();
          return kernels::Values();
        },
        [&] {
          other();
          return kernels::Values();
        });
  };
  otherwise(two, [&] {
    otherwise(four, [&] {
      CopyLoop(frame, type, kernels::Values(v.begin(), v.end())).emit();
    });
  });
}

bool walks(const RowCopy &copy) {
  auto *step = llvm::dyn_cast<llvm::ConstantInt>(copy.lane_step);
  return step && step->isOne();
}

kernels::Values arguments_of(const RowCopy &c) {
  return {c.from, c.lane_step, c.from_step, c.to, c.to_step, c.lanes, c.rows};
}

/// Functions for each type.
std::string symbol_of(const char *name, const RowCopy &copy) {
  return name + std::to_string(copy.type->getScalarSizeInBits());
}

void copy_walking(kernels::KernelFrame &frame, const char *name,
                  const RowCopy &copy, Arguments more) {
  kernels::Values arguments = arguments_of(copy);
  arguments.append(more.begin(), more.end());
  kernels::call_shared(frame, symbol_of(name, copy), arguments,
                       [&](Arguments v) {
                         kernels::Values inner(v.begin(), v.end());
                         inner[1] = copy.lane_step;
                         CopyLoop(frame, copy.type, inner).emit();
                       });
}

/// The number of the first lane whose mask is true, and how many are.
kernels::Interval lanes_of(kernels::KernelFrame &frame, Value *mask,
                           Value *lanes) {
  llvm::IRBuilderBase &b = frame.b;
  auto ask = [&](llvm::Intrinsic::ID question) -> Value * {
    return b.CreateIntrinsic(question, {mask->getType(), b.getInt64Ty()},
                             {mask, lanes});
  };
  return {ask(llvm::Intrinsic::riscv_vfirst),
          ask(llvm::Intrinsic::riscv_vcpop)};
}

} // namespace

void call_copy(kernels::KernelFrame &frame, const RowCopy &copy) {
  if (walks(copy))
    return copy_walking(frame, "copy_rows", copy, {});
  kernels::call_shared(frame, symbol_of("gather_rows", copy),
                       arguments_of(copy),
                       [&](Arguments v) { emit_gather(frame, copy.type, v); });
}

void call_convert(kernels::KernelFrame &frame, DType from, const RowCopy &copy,
                  Value *mask, Value *other) {
  kernels::Values arguments = arguments_of(copy);
  if (mask)
    arguments.append({mask, other});
  std::string symbol = mask ? "convert_guarded_rows_" : "convert_rows_";
  kernels::call_shared(
      frame, symbol + std::string(name(from)), arguments,
      [&](Arguments v) { ConvertLoop(frame, from, v).emit(); });
}

void call_fill(kernels::KernelFrame &frame, const RowCopy &copy, Value *value) {
  kernels::Values arguments = {copy.to, copy.to_step, copy.lanes, copy.rows,
                               value};
  kernels::call_shared(
      frame, symbol_of("fill_rows", copy), arguments, [&](Arguments v) {
        llvm::IRBuilderBase &b = frame.b;
        auto *type = llvm::ScalableVectorType::get(copy.type, row_units);
        Value *values = b.CreateVectorSplat(type->getElementCount(), v[4]);
        kernels::emit_for(
            frame, frame.index(0), v[3], frame.index(1), {v[0]},
            [&](Value *, Arguments at) {
              b.CreateIntrinsic(llvm::Intrinsic::riscv_vse,
                                {type, b.getPtrTy(), b.getInt64Ty()},
                                {values, at[0], v[2]});
              return kernels::Values{b.CreateGEP(copy.type, at[0], v[1])};
            });
      });
}

void call_guarded_copy(kernels::KernelFrame &frame, const RowCopy &copy,
                       Value *mask, Value *other) {
  if (walks(copy))
    return copy_walking(frame, "copy_guarded_rows", copy, {mask, other});
  llvm::IRBuilderBase &b = frame.b;
  // Before the call: all vector registers are caller-saved.
  kernels::Interval held = lanes_of(frame, mask, copy.lanes);
  call_fill(frame, copy, other);
  kernels::emit_if(frame, b.CreateICmpSGT(held.count, frame.index(0)), [&] {
    RowCopy part = copy;
    Value *skipped = b.CreateMul(held.begin, copy.lane_step);
    part.from = kernels::element(b, copy.type, copy.from, skipped);
    part.to = kernels::element(b, copy.type, copy.to, held.begin);
    part.lanes = held.count;
    call_copy(frame, part);
  });
}

} // namespace landfall::reef
