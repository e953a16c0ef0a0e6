//===- matrix_panel.cpp - Operands as the matrix unit reads them ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/matrix_panel.h"

#include "compiler/kernels/loop_builder.h"
#include "targets/reef/codegen/matrix_functions.h"

namespace landfall::reef {

using llvm::Value;

PanelDesign::PanelDesign(const Kernel &kernel, const PanelFactor &factor,
                         const IndexSpace &space,
                         const std::vector<uint32_t> &depth,
                         const std::vector<uint32_t> &edges)
    : type(factor.type), by_depth(factor.elements, space, depth, edges),
      by_edge(factor.elements, space, edges, depth),
      way(by_depth.is_plain(kernel, type)  ? Way::in_place
          : by_edge.is_plain(kernel, type) ? Way::turned
                                           : Way::evaluated) {
  if (factor.zero)
    zero.emplace(*factor.zero, space, std::vector<uint32_t>(), edges);
}

PanelType PanelDesign::panel() const {
  return {type, type != DType::f32 && way == Way::turned};
}

PanelLoader::PanelLoader(SizeCode &sizes, Lanes &lanes,
                         const PanelDesign &design, const MatrixTiling &tiling)
    : sizes_(sizes), b(sizes.b()), design_(design), tiling_(tiling),
      by_depth_(sizes, lanes, design.by_depth, design.type),
      by_edge_(sizes, lanes, design.by_edge, design.type) {
  if (design.zero)
    zero_.emplace(sizes, lanes, *design.zero, DType::i32);
}

void PanelLoader::begin(const IndexValues &batch) {
  by_depth_.begin(batch);
  by_edge_.begin(batch);
  if (zero_)
    zero_->begin(batch);
}

void PanelLoader::emit_zeros(const Interval &edges, Value *zeros) {
  if (!zero_)
    return;
  PanelTarget target{
      {index(0), index(1)}, edges, zeros, nullptr, nullptr, nullptr};
  evaluate_panel(*zero_, target, tiling_.pitch, {});
}

/// The rectangle of a plain side's operand; where to is left open.
Transfer PanelLoader::rows_of(const PackSide &side, Packer &packer,
                              const Interval &rows, const Interval &columns) {
  const Affine &form = side.factor.loads[0].offset;
  Value *stride = sizes_.value(side.row_step(form));
  Value *first =
      b.CreateAdd(packer.bases[0].offset,
                  b.CreateAdd(b.CreateMul(stride, rows.begin), columns.begin));
  Value *operand = sizes_.frame().operands[packer.node(0).index];
  return {at(operand, first), nullptr,       bytes(columns.count),
          rows.count,         bytes(stride), nullptr};
}

void PanelLoader::fetch(const PanelTarget &target) {
  switch (design_.way) {
  case PanelDesign::Way::in_place: {
    Transfer transfer =
        rows_of(design_.by_depth, by_depth_, target.depth, target.edges);
    transfer.destination = target.address;
    transfer.destination_stride = bytes(tiling_.pitch);
    return Dma(sizes_.frame(), target.channel).start(transfer);
  }
  case PanelDesign::Way::turned: {
    Transfer transfer =
        rows_of(design_.by_edge, by_edge_, target.edges, target.depth);
    transfer.destination = target.stage;
    // Bytes are turned in pairs.
    transfer.destination_stride = round_up(b, transfer.row_bytes, index(2));
    return Dma(sizes_.frame(), target.channel).start(transfer);
  }
  case PanelDesign::Way::evaluated:
    if (has_window())
      fetch_window(part(target, index(0)));
  }
}

void PanelLoader::finish(const PanelTarget &target,
                         const std::function<void()> &meanwhile) {
  if (design_.way != PanelDesign::Way::evaluated || has_window())
    Dma(sizes_.frame(), target.channel).wait();
  meanwhile();
  if (design_.way == PanelDesign::Way::turned)
    call_turn(sizes_.frame(),
              {design_.type, tiling_.edge, tiling_.pitch, target.stage,
               target.depth.count, target.address});
  if (design_.way == PanelDesign::Way::evaluated)
    evaluate_parts(target);
}

/// The first part has been fetched.
void PanelLoader::evaluate_parts(const PanelTarget &target) {
  if (!has_window())
    return evaluate(target);
  emit_while(sizes_.frame(), {index(0)}, [&](llvm::ArrayRef<Value *> now) {
    PanelTarget here = part(target, now[0]);
    emit_if(sizes_.frame(), b.CreateICmpSGT(now[0], index(0)), [&] {
      fetch_window(here);
      Dma(sizes_.frame(), target.channel).wait();
    });
    evaluate(here);
    Value *done = b.CreateAdd(now[0], here.depth.count);
    return Values{b.CreateICmpSLT(done, target.depth.count), done};
  });
}

void PanelLoader::evaluate(const PanelTarget &target) {
  const Affine &form = by_depth_.loads()[0].offset;
  Value *operand = sizes_.frame().operands[by_depth_.node(0).index];
  Value *stride = sizes_.value(by_depth_.walk.stream_coefficient(form));
  Relocation where{operand, index(0), stride};
  if (has_window()) {
    Window w = window(target);
    // offset + stride * p  becomes
    // offset + stride * first - begin + (p - first) * count.
    Value *shift = b.CreateSub(
        b.CreateMul(b.CreateSub(stride, w.count), w.first), w.begin);
    where.pointer = b.CreateSelect(w.fits, target.stage, where.pointer);
    where.shift = b.CreateSelect(w.fits, shift, where.shift);
    where.stride = b.CreateSelect(w.fits, w.count, where.stride);
  }
  evaluate_panel(by_depth_, target, tiling_.pitch, where);
}

} // namespace landfall::reef
