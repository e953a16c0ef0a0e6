//===- matrix_tile.cpp - Blocks of sums in a matrix unit ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/matrix_tile.h"
#include "compiler/kernels/contraction/contraction_code.h"
#include "compiler/kernels/frame/loop_builder.h"
#include "compiler/kernels/frame/shared_function.h"

#include "llvm/IR/IntrinsicsX86.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

constexpr unsigned tiles = 8, tile_row_bytes = 64;

/// The operand of ldtilecfg: all registers are of the whole size.
llvm::Constant *configuration(llvm::LLVMContext &context) {
  std::array<uint8_t, 64> bytes = {};
  constexpr size_t palette = 0, row_bytes = 16, rows = 48;
  bytes[palette] = 1;
  for (size_t tile = 0; tile < tiles; ++tile) {
    bytes[row_bytes + 2 * tile] = tile_row_bytes; // Of 16 bits each.
    bytes[rows + tile] = uint8_t(tile_edge);
  }
  return llvm::ConstantDataArray::get(context, bytes);
}

llvm::Intrinsic::ID product_of(const WordForm &form) {
  if (form.is_bf16)
    return llvm::Intrinsic::x86_tdpbf16ps;
  if (form.rows_signed)
    return form.points_signed ? llvm::Intrinsic::x86_tdpbssd
                              : llvm::Intrinsic::x86_tdpbsud;
  return form.points_signed ? llvm::Intrinsic::x86_tdpbusd
                            : llvm::Intrinsic::x86_tdpbuud;
}

/// Emits the body of a block function.
class MatrixTile {
public:
  MatrixTile(KernelFrame &frame, const TileShape &shape, const TileBlock &block,
             int64_t panel, const PanelTileArguments &arguments, Value *tail)
      : frame_(frame), b_(frame.b), shape_(shape), block_(block), panel_(panel),
        arguments_(arguments), tail_(tail),
        row_stride_(
            b_.CreateMul(arguments.row_stride, index(size_of(shape.type)))),
        sum_stride_(
            b_.CreateMul(arguments.sums_stride, index(size_of(shape.type)))) {}

  void emit() {
    emit_if(
        frame_, arguments_.continues,
        [&] {
          for_sums([&](unsigned tile, Value *sums) {
            load(tile, sums, sum_stride_);
          });
          return Values();
        },
        [&] {
          for_sums([&](unsigned tile, Value *) {
            call(llvm::Intrinsic::x86_tilezero, {number(tile)});
          });
          return Values();
        });
    if (!arguments_.taps) {
      emit_steps(arguments_.rows, index(0));
    } else {
      emit_for(frame_, index(0), arguments_.taps, [&](Value *tap) {
        Value *offset =
            b_.CreateLoad(b_.getInt64Ty(), element(b_, b_.getInt64Ty(),
                                                   arguments_.offsets, tap));
        emit_steps(at(arguments_.rows, offset),
                   b_.CreateMul(tap, arguments_.k));
      });
    }
    for_sums([&](unsigned tile, Value *sums) {
      call(llvm::Intrinsic::x86_tilestored64,
           {number(tile), sums, sum_stride_});
    });
  }

private:
  /// All steps of K, or of a tap, of which `first` is the first. Steps beyond
  /// the last, in its tile, are zero in rows; in the panels they are of the
  /// next taps, or behind all: then the tail is read.
  void emit_steps(Value *rows, Value *first) {
    Value *edge = index(tile_edge);
    Value *panel_bytes = index(panel_ * size_of(shape_.type));
    Value *panels = at(arguments_.panels, b_.CreateMul(first, index(panel_)));
    Values carried =
        emit_for(frame_, index(0), b_.CreateUDiv(arguments_.k, edge), index(1),
                 {rows, panels}, [&](Value *, llvm::ArrayRef<Value *> now) {
                   add_products(
                       now[0], [&](unsigned v) { return points(now[1], v); },
                       panel_bytes);
                   return Values{at(now[0], edge),
                                 at(now[1], index(tile_edge * panel_))};
                 });
    Value *left = b_.CreateURem(arguments_.k, edge);
    emit_if(frame_, b_.CreateICmpNE(left, index(0)), [&] {
      Value *steps = arguments_.taps
                         ? b_.CreateMul(arguments_.taps, arguments_.k)
                         : arguments_.k;
      Value *step = b_.CreateSub(b_.CreateAdd(first, arguments_.k), left);
      Value *in_tail = b_.CreateSub(step, first_in_tail(b_, frame_, steps));
      Value *is_behind = b_.CreateICmpSGT(b_.CreateAdd(step, edge), steps);
      add_products(
          carried[0],
          [&](unsigned v) {
            Value *place = b_.CreateAdd(index(v * tail_steps * tile_edge),
                                        b_.CreateMul(in_tail, edge));
            return b_.CreateSelect(is_behind, at(tail_, place),
                                   points(carried[1], v));
          },
          b_.CreateSelect(is_behind, index(tile_row_bytes), panel_bytes));
    });
  }

  Value *index(int64_t value) { return frame_.index(value); }
  Value *number(unsigned tile) { return b_.getInt8(uint8_t(tile)); }
  Value *at(Value *pointer, Value *words) {
    return element(b_, b_.getInt32Ty(), pointer, words);
  }
  void call(llvm::Intrinsic::ID intrinsic, llvm::ArrayRef<Value *> operands) {
    b_.CreateIntrinsic(b_.getVoidTy(), intrinsic, operands);
  }
  void load(unsigned tile, Value *address, Value *stride) {
    call(llvm::Intrinsic::x86_tileloadd64, {number(tile), address, stride});
  }
  /// Rows pass through the first-level cache once for each group of points,
  /// which stay there.
  void load_once(unsigned tile, Value *address, Value *stride) {
    call(llvm::Intrinsic::x86_tileloaddt164, {number(tile), address, stride});
  }

  unsigned row_tiles() const { return block_.m / unsigned(tile_edge); }
  // The registers: sums first, then rows, then points.
  unsigned sum_tile(unsigned row, unsigned v) const {
    return row * block_.vectors + v;
  }
  unsigned row_tile(unsigned row) const {
    return row_tiles() * block_.vectors + row;
  }
  unsigned point_tile(unsigned v) const {
    return row_tiles() * (block_.vectors + 1) + v;
  }

  template <typename Body> void for_sums(Body body) {
    for (unsigned row = 0; row < row_tiles(); ++row)
      for (unsigned v = 0; v < block_.vectors; ++v) {
        Value *first_row = b_.CreateMul(arguments_.sums_stride,
                                        index(int64_t(row) * tile_edge));
        body(sum_tile(row, v),
             at(arguments_.sums,
                b_.CreateAdd(first_row, index(int64_t(v) * tile_edge))));
      }
  }

  /// The address of a vector of points.
  Value *points(Value *panels, unsigned v) {
    int64_t point = int64_t(v) * tile_edge;
    return at(panels, b_.CreateAdd(b_.CreateMul(arguments_.panel_stride,
                                                index(point / panel_)),
                                   index(point % panel_)));
  }

  /// Adds the products of a tile of steps.
  template <typename Points>
  void add_products(Value *rows, Points points, Value *points_stride) {
    for (unsigned v = 0; v < block_.vectors; ++v)
      load(point_tile(v), points(v), points_stride);
    for (unsigned row = 0; row < row_tiles(); ++row) {
      Value *first_row =
          b_.CreateMul(arguments_.row_stride, index(int64_t(row) * tile_edge));
      load_once(row_tile(row), at(rows, first_row), row_stride_);
      for (unsigned v = 0; v < block_.vectors; ++v)
        call(product_of(*shape_.words),
             {number(sum_tile(row, v)), number(row_tile(row)),
              number(point_tile(v))});
    }
  }

  KernelFrame &frame_;
  llvm::IRBuilderBase &b_;
  const TileShape &shape_;
  TileBlock block_;
  int64_t panel_;
  PanelTileArguments arguments_;
  Value *tail_;
  Value *row_stride_, *sum_stride_; ///< In bytes.
};

} // namespace

Value *first_in_tail(llvm::IRBuilderBase &b, KernelFrame &frame, Value *steps) {
  return larger(b, b.CreateSub(steps, frame.index(tile_edge)), frame.index(0));
}

void begin_matrix_tiles(KernelFrame &frame) {
  constexpr const char *name = "tile_shapes";
  llvm::Module &module = *frame.b.GetInsertBlock()->getModule();
  llvm::GlobalVariable *shapes = module.getNamedGlobal(name);
  if (!shapes) {
    llvm::Constant *bytes = configuration(module.getContext());
    shapes = new llvm::GlobalVariable(module, bytes->getType(), true,
                                      llvm::GlobalValue::InternalLinkage, bytes,
                                      name);
  }
  frame.b.CreateIntrinsic(frame.b.getVoidTy(), llvm::Intrinsic::x86_ldtilecfg,
                          {shapes});
}

void end_matrix_tiles(KernelFrame &frame) {
  frame.b.CreateIntrinsic(frame.b.getVoidTy(), llvm::Intrinsic::x86_tilerelease,
                          {});
}

void call_matrix_tile(KernelFrame &frame, const TileShape &shape,
                      const TileBlock &block, int64_t panel,
                      const PanelTileArguments &a, Value *tail) {
  std::string symbol = (a.taps ? "window_tiles_" : "tiles_") +
                       std::to_string(block.m) + "x" +
                       std::to_string(block.vectors);
  Values arguments = {a.rows,         a.row_stride, a.panels,
                      a.panel_stride, a.k,          a.sums,
                      a.sums_stride,  a.continues,  tail};
  if (a.taps)
    arguments.append({a.taps, a.offsets});
  call_shared(frame, symbol, arguments, [&](llvm::ArrayRef<Value *> v) {
    PanelTileArguments inner{};
    inner.rows = v[0];
    inner.row_stride = v[1];
    inner.panels = v[2];
    inner.panel_stride = v[3];
    inner.k = v[4];
    inner.sums = v[5];
    inner.sums_stride = v[6];
    inner.continues = v[7];
    if (a.taps) {
      inner.taps = v[9];
      inner.offsets = v[10];
    }
    MatrixTile(frame, shape, block, panel, inner, v[8]).emit();
  });
}

} // namespace landfall::kernels
