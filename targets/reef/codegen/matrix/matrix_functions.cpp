//===- matrix_functions.cpp - The loops around the matrix unit ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix/matrix_functions.h"

#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/shared_function.h"
#include "targets/reef/codegen/matrix/multiply_loop.h"
#include "targets/reef/codegen/matrix/tile_moves.h"

#include "llvm/IR/IntrinsicsRISCV.h"

namespace landfall::reef {

using llvm::Value;

namespace {

using Arguments = llvm::ArrayRef<Value *>;

/// Arguments: edge, rows, lanes, how many of each, depth, pitch.
void emit_multiply(kernels::KernelFrame &frame, PanelTypes types, Arguments v) {
  llvm::IRBuilderBase &b = frame.b;
  auto used = [&](Value *count, int half) {
    Value *rest = half ? b.CreateSub(count, v[0]) : count;
    return kernels::larger(b, kernels::smaller(b, rest, v[0]), frame.index(0));
  };
  emit_multiply_loop(frame, {types,
                             v[6],
                             v[0],
                             v[1],
                             v[2],
                             {used(v[3], 0), used(v[3], 1)},
                             {used(v[4], 0), used(v[4], 1)},
                             v[5]});
}

/// Transposes two tiles' worth of steps at a time, then one; each for both
/// halves of the panel's width.
/// Arguments: edge, rows, depth, panel, pitch, bytes from row to row.
void emit_turn(kernels::KernelFrame &frame, DType type, Arguments v) {
  llvm::IRBuilderBase &b = frame.b;
  bool pairs = size_of(type) == 1;
  int64_t size = pairs ? 2 : size_of(type);
  Value *edge = v[0], *element_bytes = frame.index(size);
  auto bytes = [&](Value *elements) {
    return b.CreateMul(elements, element_bytes);
  };
  auto at = [&](Value *pointer, Value *offset) {
    return b.CreateGEP(b.getInt8Ty(), pointer, offset);
  };
  // A pitch is of bytes, and for each of a pair.
  Value *length = pairs ? kernels::ceil_div(b, v[2], frame.index(2)) : v[2];
  Value *step = bytes(v[4]);
  auto turn = [&](unsigned squares, Value *column, Value *count) {
    emit_transpose_loop(
        frame, {unsigned(8 * size), squares, edge, at(v[1], bytes(column)),
                v[5], at(v[3], b.CreateMul(column, step)), step, count});
  };
  Value *two = b.CreateShl(edge, frame.index(1));
  Value *coupled = b.CreateAnd(length, b.CreateNeg(two));
  kernels::emit_for(frame, frame.index(0), coupled, two, {},
                    [&](Value *column, Arguments) {
                      turn(2, column, edge);
                      return kernels::Values();
                    });
  kernels::emit_for(
      frame, coupled, length, edge, {}, [&](Value *column, Arguments) {
        turn(1, column, kernels::smaller(b, edge, b.CreateSub(length, column)));
        return kernels::Values();
      });
}

} // namespace

void call_multiply(kernels::KernelFrame &frame, Value *edge,
                   const PanelProduct &p) {
  kernels::call_shared(
      frame, "multiply_" + p.types.name(),
      {edge, p.rows, p.lanes, p.row_count, p.lane_count, p.depth, p.pitch},
      [&](Arguments v) { emit_multiply(frame, p.types, v); });
}

void call_zero_tiles(kernels::KernelFrame &frame, Value *edge) {
  kernels::call_shared(frame, "zero_tiles", {edge}, [&](Arguments v) {
    MatrixUnit unit(frame, v[0]);
    for (unsigned tile = 0; tile < MatrixUnit::tiles; ++tile)
      unit.zero(tile);
  });
}

void call_load_tiles(kernels::KernelFrame &frame, Value *edge, Value *sums) {
  kernels::call_shared(frame, "load_tiles", {edge, sums}, [&](Arguments v) {
    emit_block_loop(frame, TileMove::load, v[0], v[1]);
  });
}

void call_store_tiles(kernels::KernelFrame &frame, Value *edge, Value *sums) {
  kernels::call_shared(frame, "store_tiles", {edge, sums}, [&](Arguments v) {
    emit_block_loop(frame, TileMove::store, v[0], v[1]);
  });
}

void call_transpose(kernels::KernelFrame &frame, const PanelTranspose &turn) {
  const char *symbols[] = {"transpose_pairs", "transpose_halves",
                           "transpose_rows"};
  kernels::call_shared(frame, symbols[size_of(turn.type) / 2],
                       {turn.edge, turn.rows, turn.depth, turn.panel,
                        turn.pitch, turn.row_bytes},
                       [&](Arguments v) { emit_turn(frame, turn.type, v); });
}

void call_sum(kernels::KernelFrame &frame, const SumLoop &panel, Value *sums) {
  call_zero_tiles(frame, panel.edge);
  bool of_rows = panel.side == PanelSide::rows;
  std::string symbol = std::string("sum_") + (of_rows ? "rows_" : "lanes_") +
                       PanelTypes{panel.type, panel.type}.name();
  kernels::call_shared(
      frame, symbol, {panel.edge, panel.panel, panel.depth, sums, panel.pitch},
      [&](Arguments v) {
        emit_sum_loop(frame, {panel.side, panel.type, v[0], v[4], v[1], v[2]});
        MatrixUnit unit(frame, v[0]);
        Value *first = frame.index(0);
        Value *second = frame.b.CreateGEP(frame.b.getInt32Ty(), v[3], v[0]);
        if (of_rows) {
          unit.store_column(0, first, v[3]);
          unit.store_column(2, first, second);
        } else {
          unit.store_row(0, first, v[3]);
          unit.store_row(1, first, second);
        }
      });
}

} // namespace landfall::reef
