//===- matrix_unit.cpp - The matrix unit's instructions -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix/matrix_unit.h"

#include "targets/reef/chip/registers.h"

#include "llvm/IR/IntrinsicsRISCV.h"

namespace landfall::reef {

using llvm::Value;

namespace {

constexpr uint64_t log2_bits = 5; ///< Of operands and sums: e32.
constexpr uint64_t widening = 1;  ///< Sums are as wide as operands: w1.

/// 32-bit sums of tile number t live in mt(4 t).
uint64_t register_of(unsigned tile) { return uint64_t(tile) * 4; }

} // namespace

Value *read_core_register(kernels::KernelFrame &frame, uint64_t offset) {
  llvm::IRBuilderBase &b = frame.b;
  Value *address =
      b.CreateIntToPtr(b.getInt64(core_registers + offset), b.getPtrTy());
  return b.CreateLoad(b.getInt64Ty(), address, /*isVolatile=*/true);
}

Value *stack_in(kernels::KernelFrame &frame, Value *scratch_bytes) {
  llvm::IRBuilderBase &b = frame.b;
  // As stack_in_scratchpad says.
  Value *bits = read_core_register(frame, core_register::vector_bits);
  Value *stack = b.CreateBinaryIntrinsic(
      llvm::Intrinsic::umax, b.CreateMul(bits, b.getInt64(stack_bytes_per_bit)),
      b.getInt64(min_stack_bytes));
  Value *least = b.CreateMul(stack, b.getInt64(stacks_in_scratchpad));
  return b.CreateSelect(b.CreateICmpUGE(scratch_bytes, least), stack,
                        b.getInt64(0));
}

MatrixUnit::MatrixUnit(kernels::KernelFrame &frame, Value *edge)
    : b(frame.b), edge_(edge) {}

void MatrixUnit::zero(unsigned tile) {
  b.CreateIntrinsic(llvm::Intrinsic::riscv_sf_vtzero_t, {b.getInt64Ty()},
                    {b.getInt64(register_of(tile)), edge_, edge_,
                     b.getInt64(log2_bits), b.getInt64(widening)});
}

/// A row or column of a tile, encoded as the instructions take it.
Value *MatrixUnit::part(unsigned tile, Subset subset, Value *index) {
  uint64_t where = register_of(tile) << 27 | uint64_t(subset) << 24;
  return b.CreateOr(index, b.getInt64(where));
}

void MatrixUnit::store(unsigned tile, Subset subset, Value *index,
                       Value *address) {
  b.CreateIntrinsic(llvm::Intrinsic::riscv_sf_vste32, {b.getInt64Ty()},
                    {part(tile, subset, index), address, edge_});
}

void MatrixUnit::store_row(unsigned tile, Value *index, Value *address) {
  store(tile, Subset::row, index, address);
}

void MatrixUnit::store_column(unsigned tile, Value *index, Value *address) {
  store(tile, Subset::column, index, address);
}

} // namespace landfall::reef
