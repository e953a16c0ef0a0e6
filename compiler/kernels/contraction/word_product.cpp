//===- word_product.cpp - Products of words of narrow elements ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/word_product.h"

#include "llvm/IR/IntrinsicsX86.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

unsigned bits_of(Value *vector) {
  return unsigned(vector->getType()->getPrimitiveSizeInBits().getFixedValue());
}

llvm::Type *divided(llvm::IRBuilderBase &b, Value *vector, unsigned bits) {
  return llvm::FixedVectorType::get(b.getIntNTy(bits), bits_of(vector) / bits);
}

/// The even and the odd bytes of words, as 16-bit integers.
std::pair<Value *, Value *> split(llvm::IRBuilderBase &b, Value *words,
                                  bool is_signed) {
  Value *shorts = b.CreateBitCast(words, divided(b, words, 16));
  if (!is_signed)
    return {b.CreateAnd(shorts, 0xff), b.CreateLShr(shorts, 8)};
  return {b.CreateAShr(b.CreateShl(shorts, 8), 8), b.CreateAShr(shorts, 8)};
}

Value *by_shorts(llvm::IRBuilderBase &b, const WordForm &form, Value *rows,
                 Value *points, Value *sum) {
  auto [even_rows, odd_rows] = split(b, rows, form.rows_signed);
  auto [even_points, odd_points] = split(b, points, form.points_signed);
  sum = multiply_add_shorts(b, even_rows, even_points, sum);
  return multiply_add_shorts(b, odd_rows, odd_points, sum);
}

/// Pairs of products are added without saturation.
Value *by_pairs(llvm::IRBuilderBase &b, Value *rows, Value *points,
                Value *sum) {
  unsigned bits = bits_of(sum);
  llvm::Intrinsic::ID product =
      bits == 512   ? llvm::Intrinsic::x86_avx512_pmaddubs_w_512
      : bits == 256 ? llvm::Intrinsic::x86_avx2_pmadd_ub_sw
                    : llvm::Intrinsic::x86_ssse3_pmadd_ub_sw_128;
  auto bytes = [&](Value *words) {
    return b.CreateBitCast(words, divided(b, words, 8));
  };
  Value *pairs = b.CreateIntrinsic(product, {}, {bytes(points), bytes(rows)});
  Value *ones = llvm::ConstantInt::get(pairs->getType(), 1);
  return multiply_add_shorts(b, pairs, ones, sum);
}

Value *by_bytes(llvm::IRBuilderBase &b, const WordForm &form, Value *rows,
                Value *points, Value *sum) {
  llvm::Intrinsic::ID product = bits_of(sum) == 512
                                    ? llvm::Intrinsic::x86_avx512_vpdpbusd_512
                                    : llvm::Intrinsic::x86_avx512_vpdpbusd_256;
  auto bytes = [&](Value *words) {
    return b.CreateBitCast(words, divided(b, words, 8));
  };
  Value *with_sign = bytes(form.rows_signed ? rows : points);
  Value *without = bytes(form.rows_signed ? points : rows);
  return b.CreateIntrinsic(product, {}, {sum, without, with_sign});
}

Value *by_bf16(llvm::IRBuilderBase &b, Value *rows, Value *points, Value *sum) {
  auto reals = [&](Value *words) {
    return b.CreateBitCast(words, llvm::FixedVectorType::get(
                                      b.getBFloatTy(), bits_of(words) / 16));
  };
  return b.CreateIntrinsic(llvm::Intrinsic::x86_avx512bf16_dpbf16ps_512, {},
                           {sum, reals(rows), reals(points)});
}

} // namespace

WordForm WordForm::choose(const Machine &machine, bool rows_signed,
                          bool points_signed, bool can_flip_points) {
  WordForm form{rows_signed, points_signed, false, false, false, false};
  if (machine.matrix_tiles ||
      machine.vector.byte_products != ByteProducts::by_bytes ||
      rows_signed != points_signed)
    return form;
  (can_flip_points ? form.flips_points : form.flips_rows) = true;
  form.rows_signed ^= form.flips_rows;
  form.points_signed ^= form.flips_points;
  return form;
}

Value *multiply_add_shorts(llvm::IRBuilderBase &b, Value *x, Value *y,
                           Value *sum) {
  unsigned bits = bits_of(sum);
  llvm::Intrinsic::ID product =
      bits == 512   ? llvm::Intrinsic::x86_avx512_pmaddw_d_512
      : bits == 256 ? llvm::Intrinsic::x86_avx2_pmadd_wd
                    : llvm::Intrinsic::x86_sse2_pmadd_wd;
  auto shorts = [&](Value *words) {
    return b.CreateBitCast(words, divided(b, words, 16));
  };
  return b.CreateAdd(sum,
                     b.CreateIntrinsic(product, {}, {shorts(x), shorts(y)}));
}

Value *multiply_add_words(KernelFrame &frame, const WordForm &form, Value *rows,
                          Value *points, Value *sum) {
  if (form.is_bf16)
    return by_bf16(frame.b, rows, points, sum);
  if (frame.machine.vector.byte_products == ByteProducts::by_bytes)
    return by_bytes(frame.b, form, rows, points, sum);
  if (form.has_small_points)
    return by_pairs(frame.b, rows, points, sum);
  return by_shorts(frame.b, form, rows, points, sum);
}

} // namespace landfall::kernels
