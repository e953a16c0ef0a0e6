//===- matrix_functions.cpp - The loops around the matrix unit ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix_functions.h"

#include "compiler/kernels/contraction_code.h"
#include "compiler/kernels/loop_builder.h"
#include "targets/reef/codegen/multiply_loop.h"
#include "targets/reef/codegen/shared_function.h"

#include "llvm/IR/IntrinsicsRISCV.h"

namespace landfall::reef {

using llvm::Value;

namespace {

using Arguments = llvm::ArrayRef<Value *>;

/// Loops whose addresses walk along.
class Walk {
public:
  Walk(KernelFrame &frame, llvm::Type *type, Value *edge)
      : frame_(frame), type_(type), b(frame.b), unit(frame, edge), edge(edge),
        panel(b.CreateShl(edge, 1)) {}

  Value *index(int64_t value) { return frame_.index(value); }
  Value *at(Value *pointer, Value *elements) {
    return b.CreateGEP(type_, pointer, elements);
  }
  /// body(number, address) for [0, count), addresses `step` elements apart.
  void along(Value *count, Value *start, Value *step,
             const std::function<void(Value *, Value *)> &body) {
    turns(index(0), count, 1, start, step, body);
  }
  /// The same, several at a time.
  void along_fast(Value *count, Value *start, Value *step,
                  const std::function<void(Value *, Value *)> &body) {
    constexpr int64_t at_once = 4;
    Value *whole = b.CreateAnd(count, index(-at_once));
    Value *rest = turns(index(0), whole, at_once, start, step, body);
    turns(whole, count, 1, rest, step, body);
  }

private:
  Value *turns(Value *first, Value *last, int64_t at_once, Value *start,
               Value *step, const std::function<void(Value *, Value *)> &body) {
    return emit_for(frame_, first, last, index(at_once), {start},
                    [&](Value *number, Arguments now) {
                      Value *address = now[0];
                      for (int64_t k = 0; k < at_once; ++k) {
                        body(b.CreateAdd(number, index(k)), address);
                        address = at(address, step);
                      }
                      return Values{address};
                    })[0];
  }

  KernelFrame &frame_;
  llvm::Type *type_;

public:
  llvm::IRBuilderBase &b;
  MatrixUnit unit;
  Value *edge, *panel;
};

/// Arguments: edge, rows, lanes, how many of each, depth, pitch.
void emit_multiply(KernelFrame &frame, PanelTypes types, Arguments v) {
  llvm::IRBuilderBase &b = frame.b;
  auto used = [&](Value *count, int half) {
    Value *rest = half ? b.CreateSub(count, v[0]) : count;
    return larger(b, smaller(b, rest, v[0]), frame.index(0));
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

/// Every row of every tile, with its place in a block of sums.
void for_tile_rows(
    KernelFrame &frame, Arguments v,
    const std::function<void(MatrixUnit &, unsigned, Value *, Value *)> &body) {
  Walk w(frame, frame.b.getInt32Ty(), v[0]);
  Value *down = w.b.CreateMul(w.edge, w.panel);
  w.along(w.edge, v[1], w.panel, [&](Value *row, Value *upper) {
    Value *lower = w.at(upper, down);
    for (unsigned tile = 0; tile < MatrixUnit::tiles; ++tile) {
      Value *left = tile / 2 ? lower : upper;
      body(w.unit, tile, row, tile % 2 ? w.at(left, w.edge) : left);
    }
  });
}

/// Square by square, the two halves of the panel's width side by side.
void emit_turn(KernelFrame &frame, bool bytes, Arguments v) {
  llvm::IRBuilderBase &b = frame.b;
  Walk w(frame, bytes ? b.getInt8Ty() : b.getInt32Ty(), v[0]);
  auto load = [&](unsigned tile, Value *row, Value *address) {
    bytes ? w.unit.load_byte_row(tile, row, address)
          : w.unit.load_row(tile, row, address);
  };
  auto store = [&](unsigned tile, Value *column, Value *address) {
    bytes ? w.unit.store_byte_column(tile, column, address)
          : w.unit.store_column(tile, column, address);
  };
  Value *rows = v[1], *length = v[2], *panel = v[3], *pitch = v[4];
  Value *half_rows = w.b.CreateMul(w.edge, length);
  emit_for(frame, w.index(0), length, w.edge, {}, [&](Value *depth, Arguments) {
    w.along_fast(w.edge, w.at(rows, depth), length,
                 [&](Value *row, Value *from) {
                   load(0, row, from);
                   load(1, row, w.at(from, half_rows));
                 });
    Value *count = w.b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, w.edge,
                                             w.b.CreateSub(length, depth));
    Value *to = w.at(panel, w.b.CreateMul(depth, pitch));
    w.along_fast(count, to, pitch, [&](Value *column, Value *address) {
      store(0, column, address);
      store(1, column, w.at(address, w.edge));
    });
    return Values();
  });
}

} // namespace

void call_multiply(KernelFrame &frame, Value *edge, const PanelProduct &p) {
  call_shared(
      frame, "multiply_panels_" + p.types.suffix(),
      {edge, p.rows, p.lanes, p.row_count, p.lane_count, p.depth, p.pitch},
      [&](Arguments v) { emit_multiply(frame, p.types, v); });
}

void call_zero_tiles(KernelFrame &frame, Value *edge) {
  call_shared(frame, "zero_tiles", {edge}, [&](Arguments v) {
    MatrixUnit unit(frame, v[0]);
    for (unsigned tile = 0; tile < MatrixUnit::tiles; ++tile)
      unit.zero(tile);
  });
}

void call_load_tiles(KernelFrame &frame, Value *edge, Value *sums) {
  call_shared(frame, "load_tiles", {edge, sums}, [&](Arguments v) {
    for_tile_rows(frame, v,
                  [](MatrixUnit &unit, unsigned tile, Value *row,
                     Value *address) { unit.load_row(tile, row, address); });
  });
}

void call_store_tiles(KernelFrame &frame, Value *edge, Value *sums) {
  call_shared(frame, "store_tiles", {edge, sums}, [&](Arguments v) {
    for_tile_rows(frame, v,
                  [](MatrixUnit &unit, unsigned tile, Value *row,
                     Value *address) { unit.store_row(tile, row, address); });
  });
}

void call_turn(KernelFrame &frame, const PanelTurn &turn) {
  bool bytes = turn.type != DType::f32;
  call_shared(frame, bytes ? "turn_bytes" : "turn_rows",
              {turn.edge, turn.rows, turn.length, turn.panel, turn.pitch},
              [&](Arguments v) { emit_turn(frame, bytes, v); });
}

void call_sum(KernelFrame &frame, const SumLoop &panel, Value *sums) {
  call_zero_tiles(frame, panel.edge);
  bool of_rows = panel.side == PanelSide::rows;
  std::string symbol = std::string("sum_") + (of_rows ? "rows_" : "lanes_") +
                       std::string(name(panel.type));
  call_shared(
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
