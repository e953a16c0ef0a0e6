//===- panel_window.cpp - The part of an operand that a panel needs -------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/panel/matrix_panel.h"

namespace landfall::reef {

using llvm::Value;

namespace {

/// The least and the greatest value of a sum of terms.
struct Bounds {
  Value *low, *high;
};

class BoundsCode {
public:
  BoundsCode(kernels::SizeCode &sizes, const analysis::Affine &form,
             Value *base)
      : sizes_(sizes), b(sizes.b()), form_(form), bounds_{base, base} {}

  /// The variable runs from `first` to `last`; its factor's sign is unknown.
  void add(uint32_t variable, Value *first, Value *last) {
    Value *factor = sizes_.value(form_.coefficient(variable));
    Value *x = b.CreateMul(factor, first), *y = b.CreateMul(factor, last);
    bounds_.low = b.CreateAdd(bounds_.low, kernels::smaller(b, x, y));
    bounds_.high = b.CreateAdd(bounds_.high, kernels::larger(b, x, y));
  }
  Bounds bounds() const { return bounds_; }

private:
  kernels::SizeCode &sizes_;
  llvm::IRBuilderBase &b;
  const analysis::Affine &form_;
  Bounds bounds_;
};

} // namespace

/// One load, at most two loops along the edges, and a stream outermost.
bool PanelLoader::has_window() const {
  const kernels::PackSide &side = design_.by_depth;
  return side.factor.loads.size() == 1 && side.lanes.size() <= 2 &&
         !side.rows.empty() && by_depth_.walk.streams(side.rows[0].variable);
}

PanelLoader::Window PanelLoader::window(const PanelTarget &target) {
  const kernels::PackSide &side = design_.by_depth;
  const analysis::Affine &form = side.factor.loads[0].offset;
  Value *one = index(1);
  // Positions of the stream, each with all of the loops inside it.
  analysis::SizePolynomial inside(1);
  for (size_t s = 1; s < side.rows.size(); ++s)
    inside = inside * side.rows[s].extent;
  Value *position_steps = sizes_.value(inside);
  Window w;
  w.position_steps = position_steps;
  w.first = b.CreateUDiv(target.depth.begin, position_steps);
  Value *depth_end = b.CreateAdd(target.depth.begin, target.depth.count);
  w.positions =
      b.CreateSub(kernels::ceil_div(b, depth_end, position_steps), w.first);

  Value *stride = sizes_.value(by_depth_.walk.stream_coefficient(form));
  BoundsCode code(
      sizes_, form,
      b.CreateAdd(by_depth_.bases[0].offset, b.CreateMul(stride, w.first)));
  for (size_t s = 1; s < side.rows.size(); ++s)
    code.add(side.rows[s].variable, index(0),
             b.CreateSub(sizes_.value(side.rows[s].extent), one));
  Value *first = target.edges.begin;
  Value *last = b.CreateSub(b.CreateAdd(first, target.edges.count), one);
  if (side.lanes.size() == 2) {
    Value *extent = sizes_.value(side.lanes[1].extent);
    Value *outer_first = b.CreateUDiv(first, extent);
    Value *outer_last = b.CreateUDiv(last, extent);
    code.add(side.lanes[0].variable, outer_first, outer_last);
    Value *same = b.CreateICmpEQ(outer_first, outer_last);
    first = b.CreateSelect(
        same, b.CreateSub(first, b.CreateMul(outer_first, extent)), index(0));
    last =
        b.CreateSelect(same, b.CreateSub(last, b.CreateMul(outer_last, extent)),
                       b.CreateSub(extent, one));
  }
  if (!side.lanes.empty())
    code.add(side.lanes.back().variable, first, last);
  bound_window(w, code.bounds().low, code.bounds().high, stride,
               target.stage_bytes);
  return w;
}

/// Clips the window to the operand: elements outside are guarded, and DMA must
/// not read them either.
void PanelLoader::bound_window(Window &w, Value *low, Value *high,
                               Value *stride, Value *max_bytes) {
  const KernelOperand &operand =
      sizes_.frame().kernel.operands[by_depth_.node(0).index];
  Value *total = index(1);
  for (const Extent &dim : operand.dims)
    total = b.CreateMul(total, sizes_.frame().extent(dim));
  Value *walked = b.CreateMul(stride, b.CreateSub(w.positions, index(1)));
  Value *end = kernels::smaller(b, b.CreateAdd(high, index(1)),
                                b.CreateSub(total, walked));
  w.begin = kernels::larger(b, low, index(0));
  w.count = kernels::larger(b, b.CreateSub(end, w.begin), index(0));
  Value *whole = b.CreateSub(b.CreateAdd(high, index(1)), w.begin);
  Value *each = b.CreateMul(kernels::larger(b, whole, index(1)),
                            index(size_of(operand.dtype)));
  w.room = kernels::larger(b, b.CreateUDiv(max_bytes, each), index(1));
  Value *bytes = b.CreateMul(b.CreateMul(w.count, w.positions),
                             index(size_of(operand.dtype)));
  w.fits = b.CreateAnd(b.CreateICmpSLE(bytes, max_bytes),
                       b.CreateICmpSGE(stride, index(0)));
}

/// The steps after the first `done` ones, as many as fit the staging area.
PanelTarget PanelLoader::part(const PanelTarget &target, Value *done) {
  PanelTarget rest = target;
  rest.depth = {b.CreateAdd(target.depth.begin, done),
                b.CreateSub(target.depth.count, done)};
  rest.address = at(target.address, b.CreateMul(done, tiling_.pitch));
  Window w = window(rest);
  Value *end = b.CreateMul(b.CreateAdd(w.first, w.room), w.position_steps);
  rest.depth.count =
      kernels::smaller(b, rest.depth.count, b.CreateSub(end, rest.depth.begin));
  return rest;
}

void PanelLoader::fetch_window(const PanelTarget &target) {
  Window w = window(target);
  uint32_t number = by_depth_.node(0).index;
  const KernelOperand &operand = sizes_.frame().kernel.operands[number];
  const analysis::Affine &form = design_.by_depth.factor.loads[0].offset;
  Value *size = index(size_of(operand.dtype));
  Value *stride = sizes_.value(by_depth_.walk.stream_coefficient(form));
  Value *row_bytes = b.CreateMul(w.count, size);
  Value *source = b.CreateGEP(b.getInt8Ty(), sizes_.frame().operands[number],
                              b.CreateMul(w.begin, size));
  Dma(sizes_.frame(), target.channel)
      .start({source, target.stage, row_bytes,
              b.CreateSelect(w.fits, w.positions, index(0)),
              b.CreateMul(stride, size), row_bytes});
}

} // namespace landfall::reef
