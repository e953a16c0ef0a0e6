//===- contraction_pack_dense.cpp - Packing by plain vector copies --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/contraction_pack.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// The rows of a part are far apart in memory and short, so that they are not
/// read ahead by themselves: each is asked for so many rows before it is
/// packed.
constexpr int64_t rows_ahead = 4;

/// A row to pack: its address in the target, and for each load of the factor
/// the offset at lane 0.
struct DenseRow {
  Value *address;
  llvm::SmallVector<Value *, 4> offsets;
  /// What leads from there to a row that is packed soon.
  llvm::SmallVector<Value *, 4> ahead;
};

void pack_vector(Packer &p, const DenseRow &row, Value *lane, Value *address) {
  FactorCode code(p.lanes, p.side.factor);
  for (size_t l = 0; l < p.loads().size(); ++l) {
    analysis::SizePolynomial step = p.side.lane_step(p.loads()[l].offset);
    Value *offset =
        step.is_zero() ? row.offsets[l] : p.b().CreateAdd(row.offsets[l], lane);
    code.set(p.loads()[l].node, p.load(l, offset, step));
    if (!step.is_zero())
      p.prefetch(l, p.b().CreateAdd(offset, row.ahead[l]));
  }
  p.store(code, address);
}

/// Packs lanes [first, last) to `address`: whole vectors, then one with fewer
/// active lanes.
void pack_lanes(Packer &p, const DenseRow &row, Value *first, Value *last,
                Value *address) {
  llvm::IRBuilderBase &b = p.b();
  Value *step = p.lanes.step(), *count = b.CreateSub(last, first);
  Value *whole = b.CreateSub(count, b.CreateURem(count, step));
  auto vector = [&](Value *lane) {
    pack_vector(p, row, b.CreateAdd(first, lane),
                element(b, p.stored_type(), address, lane));
  };
  emit_for(p.frame(), p.frame().index(0), whole, step, {},
           [&](Value *lane, llvm::ArrayRef<Value *>) {
             vector(lane);
             return Values();
           });
  emit_if(p.frame(), b.CreateICmpSLT(whole, count), [&] {
    p.lanes.set_active(b.CreateSub(count, whole));
    vector(whole);
    p.lanes.set_active(nullptr);
  });
}

/// A panel. Its width is a constant: full panels are packed without a loop.
void pack_panel(Packer &p, const PackTarget &target, const DenseRow &row,
                Value *first, Value *address) {
  llvm::IRBuilderBase &b = p.b();
  Value *end = b.CreateAdd(first, target.panel_lanes);
  emit_if(
      p.frame(), b.CreateICmpSLE(end, target.lanes.count),
      [&] {
        auto lanes = llvm::cast<llvm::ConstantInt>(target.panel_lanes);
        for (int64_t lane = 0; lane < lanes->getSExtValue();
             lane += p.lanes.fixed_width())
          pack_vector(
              p, row, b.CreateAdd(first, p.frame().index(lane)),
              element(b, p.stored_type(), address, p.frame().index(lane)));
        return Values();
      },
      [&] {
        pack_lanes(p, row, first, target.lanes.count, address);
        return Values();
      });
}

void pack_row(Packer &p, const PackTarget &target, const DenseRow &row) {
  Value *zero = p.frame().index(0);
  if (!target.panel_lanes)
    return pack_lanes(p, row, zero, target.lanes.count, row.address);
  llvm::Type *type = p.stored_type();
  emit_for(p.frame(), zero, target.lanes.count, target.panel_lanes,
           {row.address}, [&](Value *first, llvm::ArrayRef<Value *> at) {
             pack_panel(p, target, row, first, at[0]);
             return Values{element(p.b(), type, at[0], target.panel_stride)};
           });
}

} // namespace

void pack_dense(Packer &p, const PackTarget &target) {
  llvm::IRBuilderBase &b = p.b();
  p.walk.emit(p.sizes, target.rows, [&](const RowWalk::Run &run) {
    llvm::SmallVector<Value *, 4> offsets;
    for (size_t l = 0; l < p.loads().size(); ++l) {
      const analysis::Affine &form = p.loads()[l].offset;
      Value *offset = p.sizes.add_terms(p.bases[l].offset, form, run.indices);
      Value *step = p.sizes.value(p.side.lane_step(form));
      offsets.push_back(
          b.CreateAdd(offset, b.CreateMul(step, target.lanes.begin)));
    }
    Value *first = b.CreateSub(run.first, target.rows.begin);
    emit_for(p.frame(), run.begin, run.end, [&](Value *position) {
      Value *number = b.CreateAdd(first, b.CreateMul(position, run.step));
      DenseRow row{element(b, p.stored_type(), target.target,
                           b.CreateMul(number, target.stride)),
                   {},
                   {}};
      for (size_t l = 0; l < p.loads().size(); ++l) {
        Value *step =
            p.sizes.value(p.walk.stream_coefficient(p.loads()[l].offset));
        row.offsets.push_back(
            b.CreateAdd(offsets[l], b.CreateMul(step, position)));
        row.ahead.push_back(b.CreateMul(step, p.frame().index(rows_ahead)));
      }
      pack_row(p, target, row);
    });
  });
}

} // namespace landfall::kernels
