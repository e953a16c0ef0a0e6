//===- lane_table.cpp - Bytes from a table in registers -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// AVX-512 picks words of 16 bits from two registers: four hold the table.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/lanes/lane_table.h"

#include "llvm/IR/IntrinsicsX86.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

constexpr unsigned register_words = 32;

} // namespace

Value *look_up(Lanes &lanes, Value *table, Value *numbers) {
  const VectorUnit &unit = lanes.frame().machine.vector;
  auto *type = llvm::dyn_cast<llvm::FixedVectorType>(numbers->getType());
  if (!type || type->getNumElements() > register_words ||
      !unit.permutes_lanes || unit.register_bits != 512)
    return nullptr;
  llvm::IRBuilderBase &b = lanes.b();
  auto *words = llvm::FixedVectorType::get(b.getInt16Ty(), register_words);
  auto splat = [&](uint64_t value) {
    return llvm::ConstantInt::get(words, value);
  };
  llvm::SmallVector<int, register_words> all;
  for (unsigned k = 0; k < register_words; ++k)
    all.push_back(int(k < type->getNumElements() ? k : 0));
  Value *wide = b.CreateZExt(b.CreateShuffleVector(numbers, all), words);
  Value *word = b.CreateLShr(wide, splat(1));
  auto part = [&](uint64_t number) {
    Value *from = b.CreateConstGEP1_64(words, table, number);
    return b.CreateAlignedLoad(words, from, llvm::Align(1));
  };
  auto half = [&](uint64_t number) {
    return b.CreateIntrinsic(llvm::Intrinsic::x86_avx512_vpermi2var_hi_512, {},
                             {part(2 * number), word, part(2 * number + 1)});
  };
  Value *found = b.CreateSelect(b.CreateICmpUGE(wide, splat(table_bytes / 2)),
                                half(1), half(0));
  Value *shift = b.CreateShl(b.CreateAnd(wide, splat(1)), splat(3));
  Value *bytes =
      b.CreateTrunc(b.CreateLShr(found, shift),
                    llvm::FixedVectorType::get(b.getInt8Ty(), register_words));
  all.resize(type->getNumElements());
  return b.CreateShuffleVector(bytes, all);
}

} // namespace landfall::kernels
