//===- lane_gather.cpp - Elements at any offsets --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Indices that a model computes are often near each other: a row resized or
// padded by reflection, a slice. If those of a register's lanes lie within as
// many elements as it has lanes, one load and one permutation get them all; if
// within twice as many (a row halved), two of each.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/lanes/lane_access.h"

#include "llvm/IR/IntrinsicsX86.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

unsigned lanes_of(Value *vector) {
  return llvm::cast<llvm::FixedVectorType>(vector->getType())->getNumElements();
}

/// x86's permutation of a vector of this size by one of indices; nothing: none.
llvm::Intrinsic::ID permutation(unsigned element_bits, unsigned lanes) {
  if (element_bits == 32 && lanes == 16)
    return llvm::Intrinsic::x86_avx512_permvar_si_512;
  if (element_bits == 32 && lanes == 8)
    return llvm::Intrinsic::x86_avx2_permd;
  if (element_bits == 64 && lanes == 8)
    return llvm::Intrinsic::x86_avx512_permvar_di_512;
  return llvm::Intrinsic::not_intrinsic;
}

/// Lanes [first, first + count).
Value *part(llvm::IRBuilderBase &b, Value *vector, unsigned first,
            unsigned count) {
  if (!vector || count == lanes_of(vector))
    return vector;
  llvm::SmallVector<int, 64> lanes;
  for (unsigned k = 0; k < count; ++k)
    lanes.push_back(int(first + k));
  return b.CreateShuffleVector(vector, lanes);
}

} // namespace

Value *LaneAccess::gather(Value *offsets, Value *mask) {
  if (lanes_.is_scalable())
    return scalable().gather(offsets, mask);
  unsigned bits = stored_->getIntegerBitWidth();
  unsigned width = lanes_.fixed_width();
  unsigned group =
      std::min(width, unsigned(frame_.machine.vector.register_bits) / bits);
  if (!room_.after || !frame_.machine.vector.permutes_lanes ||
      permutation(bits, group) == llvm::Intrinsic::not_intrinsic)
    return gather_each(offsets, mask);
  Value *result = llvm::PoisonValue::get(vector_);
  for (unsigned first = 0; first < width; first += group) {
    Value *piece = gather_near(part(b, offsets, first, group),
                               part(b, mask, first, group));
    result = group == width ? piece
                            : b.CreateInsertVector(vector_, result, piece,
                                                   uint64_t(first));
  }
  return result;
}

/// The lanes' offsets begin at the least of the first and the last, or end at
/// the greatest: that covers steps up and down, and a turn. Masked lanes may
/// have any offset.
Value *LaneAccess::gather_near(Value *offsets, Value *mask) {
  unsigned lanes = lanes_of(offsets);
  auto distances = [&](Value *base) {
    Value *apart = b.CreateSub(offsets, b.CreateVectorSplat(lanes, base));
    Value *none = llvm::Constant::getNullValue(apart->getType());
    return mask ? b.CreateSelect(mask, apart, none) : apart;
  };
  auto all_below = [&](Value *apart, unsigned limit) {
    return b.CreateAndReduce(b.CreateICmpULT(
        apart, llvm::ConstantInt::get(apart->getType(), limit)));
  };
  Value *first = b.CreateExtractElement(offsets, uint64_t(0));
  Value *last =
      mask ? first : b.CreateExtractElement(offsets, uint64_t(lanes - 1));
  Value *low = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, first, last);
  Value *high = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, first, last);
  Value *base = b.CreateSelect(all_below(distances(low), 2 * lanes), low,
                               b.CreateSub(high, frame_.index(lanes - 1)));
  Value *apart = distances(base);
  Value *exists = b.CreateAnd(
      b.CreateICmpSGE(base, b.CreateNeg(room_.before)),
      b.CreateICmpSLE(base, b.CreateSub(room_.after, frame_.index(lanes))));
  auto one_or_two = [&] {
    return emit_if(
        frame_, all_below(apart, lanes),
        [&] { return Values{permuted(base, apart)}; },
        [&] { return Values{permuted_twice(offsets, base, apart)}; });
  };
  return emit_if(frame_, b.CreateAnd(exists, all_below(apart, 2 * lanes)),
                 one_or_two,
                 [&] { return Values{gather_each(offsets, mask)}; })[0];
}

/// Elements of the row at `base`: the permutation takes the low bits of
/// `apart`.
Value *LaneAccess::permuted(Value *base, Value *apart) {
  unsigned lanes = lanes_of(apart), bits = stored_->getIntegerBitWidth();
  llvm::Type *type = llvm::FixedVectorType::get(stored_, lanes);
  Value *args[] = {load_from(type, address(base)), b.CreateTrunc(apart, type)};
  return b.CreateIntrinsic(permutation(bits, lanes), args);
}

/// Of that row and the next, which ends where the operand does, if not before.
Value *LaneAccess::permuted_twice(Value *offsets, Value *base, Value *apart) {
  unsigned lanes = lanes_of(offsets);
  Value *length = frame_.index(lanes);
  Value *next =
      b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, b.CreateAdd(base, length),
                              b.CreateSub(room_.after, length));
  Value *beyond = b.CreateSub(offsets, b.CreateVectorSplat(lanes, next));
  Value *in_first = b.CreateICmpULT(apart, b.CreateVectorSplat(lanes, length));
  return b.CreateSelect(in_first, permuted(base, apart),
                        permuted(next, beyond));
}

/// Masked lanes read a stack slot instead.
Value *LaneAccess::gather_each(Value *offsets, Value *mask) {
  unsigned lanes = lanes_of(offsets);
  Value *addresses = b.CreateGEP(stored_, pointer_, offsets);
  if (mask) {
    llvm::AllocaInst *nowhere = frame_.stack_slot(b.getInt64Ty());
    addresses =
        b.CreateSelect(mask, addresses, b.CreateVectorSplat(lanes, nowhere));
  }
  Value *result =
      llvm::PoisonValue::get(llvm::FixedVectorType::get(stored_, lanes));
  for (unsigned lane = 0; lane < lanes; ++lane) {
    Value *address = b.CreateExtractElement(addresses, lane);
    Value *element = b.CreateAlignedLoad(stored_, address, align_);
    result = b.CreateInsertElement(result, b.CreateFreeze(element), lane);
  }
  return result;
}

} // namespace landfall::kernels
