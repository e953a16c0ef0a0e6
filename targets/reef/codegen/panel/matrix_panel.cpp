//===- matrix_panel.cpp - Packing panels for the matrix unit --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/codegen/panel/matrix_panel.h"

#include "compiler/kernels/frame/loop_builder.h"
#include "targets/reef/codegen/matrix/matrix_functions.h"

namespace landfall::reef {

using llvm::Value;

namespace {

DType loaded_type(const Kernel &kernel, const kernels::PackSide &side) {
  return kernel.nodes[side.factor.loads[0].node].type;
}

/// Whether the factor is a function of one load that is contiguous along the
/// lanes, of an element type of 1, 2 or 4 bytes.
bool is_converted(const Kernel &kernel, const kernels::PackSide &side) {
  if (!side.is_dense() || side.rows.size() != 1 ||
      side.factor.loads.size() != 1 ||
      !(side.lane_step(side.factor.loads[0].offset) ==
        analysis::SizePolynomial(1)))
    return false;
  int bits = info(loaded_type(kernel, side)).bits;
  return bits >= 8 && bits <= 32;
}

} // namespace

PanelDesign::PanelDesign(const Kernel &kernel, const PanelFactor &factor,
                         const analysis::IndexSpace &space,
                         const std::vector<uint32_t> &depth,
                         const std::vector<uint32_t> &edges)
    : type(factor.type), by_depth(factor.elements, space, depth, edges),
      by_edge(factor.elements, space, edges, depth),
      element_bytes(by_edge.factor.loads.empty()
                        ? 0
                        : size_of(loaded_type(kernel, by_edge))),
      way(by_depth.is_plain(kernel, type)  ? Way::in_place
          : by_edge.is_plain(kernel, type) ? Way::transposed
          : type == DType::f32 && is_converted(kernel, by_edge)
              ? Way::converted
              : Way::evaluated) {
  if (factor.zero)
    zero.emplace(*factor.zero, space, std::vector<uint32_t>(), edges);
}

PanelType PanelDesign::panel() const {
  return {type, size_of(type) == 1 && way == Way::transposed};
}

PanelLoader::PanelLoader(kernels::SizeCode &sizes, kernels::Lanes &lanes,
                         const PanelDesign &design, const MatrixTiling &tiling)
    : sizes_(sizes), b(sizes.b()), design_(design), tiling_(tiling),
      by_depth_(sizes, lanes, design.by_depth, design.type),
      by_edge_(sizes, lanes, design.by_edge, design.type),
      ticket_(sizes.frame().stack_slot(b.getInt64Ty())) {
  if (design.zero)
    zero_.emplace(sizes, lanes, *design.zero, DType::i32);
}

void PanelLoader::begin(const kernels::IndexValues &batch) {
  by_depth_.begin(batch);
  by_edge_.begin(batch);
  if (zero_)
    zero_->begin(batch);
}

void PanelLoader::emit_zeros(const kernels::Interval &edges, Value *zeros) {
  if (!zero_)
    return;
  PanelTarget target{};
  target.depth = {index(0), index(1)};
  target.edges = edges;
  target.address = zeros;
  evaluate_panel(*zero_, target, tiling_.pitch, {});
}

/// The transfer of a rectangle of the operand; without its destination.
Transfer PanelLoader::rows_of(const kernels::PackSide &side,
                              kernels::Packer &packer,
                              const kernels::Interval &rows,
                              const kernels::Interval &columns) {
  const analysis::Affine &form = side.factor.loads[0].offset;
  Value *stride = sizes_.value(side.row_step(form));
  Value *first =
      b.CreateAdd(packer.bases[0].offset,
                  b.CreateAdd(b.CreateMul(stride, rows.begin), columns.begin));
  Value *operand = sizes_.frame().operands[packer.node(0).index];
  return {fetched_at(operand, first),   nullptr,
          fetched_bytes(columns.count), rows.count,
          fetched_bytes(stride),        nullptr};
}

void PanelLoader::fetch(const PanelTarget &target) {
  if (design_.way != PanelDesign::Way::evaluated)
    fetch_pieces(target);
  else if (has_window())
    fetch_window(part(target, index(0)));
}

/// The transfer of some steps: in place to the panel, else to the staging area.
Transfer PanelLoader::transfer(const PanelTarget &target,
                               const kernels::Interval &steps) {
  kernels::Interval depth{b.CreateAdd(target.depth.begin, steps.begin),
                          steps.count};
  if (design_.way == PanelDesign::Way::in_place) {
    Transfer rows = rows_of(design_.by_depth, by_depth_, depth, target.edges);
    rows.destination =
        at(target.address, b.CreateMul(steps.begin, tiling_.pitch));
    rows.destination_stride = bytes(tiling_.pitch);
    return rows;
  }
  Transfer rows = rows_of(design_.by_edge, by_edge_, target.edges, depth);
  rows.destination = fetched_at(target.stage, steps.begin);
  rows.destination_stride = stage_row_bytes(target);
  return rows;
}

/// Bytes are transposed in pairs.
Value *PanelLoader::stage_row_bytes(const PanelTarget &target) {
  return kernels::round_up(b, fetched_bytes(target.depth.count), index(2));
}

PanelArrival PanelLoader::arrival(const PanelTarget &target) {
  Value *square = b.CreateShl(tiling_.edge, design_.panel().pairs ? 1 : 0);
  auto last = [&](Value *of) { return b.CreateSub(of, index(1)); };
  Value *wanted = b.CreateShl(index(1), target.log2_pieces);
  Value *steps = b.CreateLShr(b.CreateAdd(target.depth.count, last(wanted)),
                              target.log2_pieces);
  steps = b.CreateAnd(b.CreateAdd(steps, last(square)), b.CreateNeg(square));
  // Pieces that begin before the end, counted without a (slow) division.
  Value *pieces = index(1);
  for (int64_t k = 1; k < 1 << log2_max_pieces; ++k)
    pieces = b.CreateAdd(
        pieces, b.CreateZExt(b.CreateICmpSLT(b.CreateMul(steps, index(k)),
                                             target.depth.count),
                             b.getInt64Ty()));
  return {b.CreateLoad(b.getInt64Ty(), ticket_), steps, pieces};
}

kernels::Interval PanelLoader::piece(const PanelTarget &target,
                                     const PanelArrival &arrival,
                                     Value *number) {
  Value *begin = b.CreateMul(number, arrival.steps);
  return {begin, kernels::smaller(b, arrival.steps,
                                  b.CreateSub(target.depth.count, begin))};
}

void PanelLoader::await(const PanelTarget &target, const PanelArrival &arrival,
                        Value *piece) {
  Value *later = b.CreateSub(b.CreateSub(arrival.pieces, index(1)), piece);
  Value *ticket =
      kernels::larger(b, b.CreateSub(arrival.ticket, later), index(0));
  Dma(sizes_.frame(), target.channel).wait(ticket);
}

void PanelLoader::fetch_pieces(const PanelTarget &target) {
  PanelArrival all = arrival(target);
  Dma channel(sizes_.frame(), target.channel);
  kernels::emit_for(sizes_.frame(), index(0), all.pieces, [&](Value *number) {
    channel.start(transfer(target, piece(target, all, number)));
  });
  b.CreateStore(channel.last_ticket(), ticket_);
}

void PanelLoader::fetch_with(const PanelTarget &target, PanelLoader &other,
                             const PanelTarget &others) {
  PanelArrival all = arrival(target);
  Dma channel(sizes_.frame(), target.channel);
  Dma other_channel(sizes_.frame(), others.channel);
  kernels::emit_for(sizes_.frame(), index(0), all.pieces, [&](Value *number) {
    kernels::Interval steps = piece(target, all, number);
    channel.start(transfer(target, steps));
    b.CreateStore(channel.last_ticket(), ticket_);
    other_channel.start(other.transfer(others, steps));
    b.CreateStore(other_channel.last_ticket(), other.ticket_);
  });
}

void PanelLoader::finish(const PanelTarget &target,
                         const std::function<void()> &meanwhile) {
  if (design_.way == PanelDesign::Way::transposed ||
      design_.way == PanelDesign::Way::converted)
    return transpose(target, meanwhile);
  if (design_.way != PanelDesign::Way::evaluated || has_window())
    Dma(sizes_.frame(), target.channel).wait();
  meanwhile();
  if (design_.way == PanelDesign::Way::evaluated)
    evaluate_parts(target);
}

void PanelLoader::transpose(const PanelTarget &target,
                            const std::function<void()> &meanwhile) {
  PanelArrival all = arrival(target);
  await(target, all, index(0));
  meanwhile();
  kernels::emit_for(sizes_.frame(), index(0), all.pieces, [&](Value *number) {
    await(target, all, number);
    kernels::Interval steps = piece(target, all, number);
    if (design_.way == PanelDesign::Way::transposed)
      transpose_piece(target, steps);
    else
      convert_piece(target, steps);
  });
}

void PanelLoader::transpose_piece(const PanelTarget &target,
                                  const kernels::Interval &steps) {
  call_transpose(sizes_.frame(),
                 {design_.type, tiling_.edge, tiling_.pitch,
                  at(target.stage, steps.begin), stage_row_bytes(target),
                  steps.count,
                  at(target.address, b.CreateMul(steps.begin, tiling_.pitch))});
}

/// A square's rows take as much memory as the steps that they become.
void PanelLoader::convert_piece(const PanelTarget &target,
                                const kernels::Interval &steps) {
  Value *row =
      b.CreateUDiv(stage_row_bytes(target), index(design_.element_bytes));
  Value *before =
      b.CreateAdd(b.CreateAdd(by_edge_.bases[0].offset, target.depth.begin),
                  b.CreateMul(target.edges.begin, row));
  Relocation stage{target.stage, b.CreateNeg(before), row};
  kernels::emit_for(
      sizes_.frame(), index(0), steps.count, tiling_.edge, {},
      [&](Value *done, llvm::ArrayRef<Value *>) {
        Value *count =
            kernels::smaller(b, tiling_.edge, b.CreateSub(steps.count, done));
        Value *first = b.CreateAdd(steps.begin, done);
        Value *square = at(target.address, b.CreateMul(first, tiling_.pitch));
        PanelTarget rows = target;
        rows.depth = target.edges;
        rows.edges = {b.CreateAdd(target.depth.begin, first), count};
        rows.address = square;
        evaluate_panel(by_edge_, rows, count, stage);
        call_transpose(sizes_.frame(),
                       {design_.type, tiling_.edge, tiling_.pitch, square,
                        bytes(count), count, square});
        return kernels::Values();
      });
}

/// The first part has been fetched.
void PanelLoader::evaluate_parts(const PanelTarget &target) {
  if (!has_window())
    return evaluate(target);
  kernels::emit_while(
      sizes_.frame(), {index(0)}, [&](llvm::ArrayRef<Value *> now) {
        PanelTarget here = part(target, now[0]);
        kernels::emit_if(sizes_.frame(), b.CreateICmpSGT(now[0], index(0)),
                         [&] {
                           fetch_window(here);
                           Dma(sizes_.frame(), target.channel).wait();
                         });
        evaluate(here);
        Value *done = b.CreateAdd(now[0], here.depth.count);
        return kernels::Values{b.CreateICmpSLT(done, target.depth.count), done};
      });
}

void PanelLoader::evaluate(const PanelTarget &target) {
  const analysis::Affine &form = by_depth_.loads()[0].offset;
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
