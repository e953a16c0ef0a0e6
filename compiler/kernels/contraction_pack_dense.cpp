//===- contraction_pack_dense.cpp - Packing by plain vector copies --------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction_pack.h"
#include "compiler/kernels/loop_builder.h"

namespace landfall {

using llvm::Value;

namespace {

/// One row: its number in the target, and each load's offset at lane 0.
struct DenseRow {
  Value *number;
  llvm::SmallVector<Value *, 4> offsets;
};

void pack_vector(Packer &p, const PackTarget &target, const DenseRow &row,
                 Value *lane) {
  FactorCode code(p.lanes);
  for (size_t l = 0; l < p.loads().size(); ++l) {
    SizePolynomial step = p.side.lane_step(p.loads()[l].offset);
    Value *offset =
        step.is_zero() ? row.offsets[l] : p.b().CreateAdd(row.offsets[l], lane);
    code.set(p.loads()[l].node, p.load(l, offset, step));
  }
  p.store(target, code, row.number, lane);
}

/// Whole vectors, then the last lanes.
void pack_row(Packer &p, const PackTarget &target, const DenseRow &row) {
  llvm::IRBuilderBase &b = p.b();
  Value *count = target.lanes.count, *step = p.lanes.step();
  Value *whole = b.CreateSub(count, b.CreateURem(count, step));
  emit_for(p.frame(), p.frame().index(0), whole, step, {},
           [&](Value *lane, llvm::ArrayRef<Value *>) {
             pack_vector(p, target, row, lane);
             return Values();
           });
  emit_if(p.frame(), b.CreateICmpSLT(whole, count), [&] {
    p.lanes.set_active(b.CreateSub(count, whole));
    pack_vector(p, target, row, whole);
    p.lanes.set_active(nullptr);
  });
}

} // namespace

void pack_dense(Packer &p, const PackTarget &target) {
  llvm::IRBuilderBase &b = p.b();
  p.walk.emit(p.sizes, target.rows, [&](const RowWalk::Run &run) {
    llvm::SmallVector<Value *, 4> offsets;
    for (size_t l = 0; l < p.loads().size(); ++l) {
      const Affine &form = p.loads()[l].offset;
      Value *offset = p.sizes.add_terms(p.bases[l].offset, form, run.indices);
      Value *step = p.sizes.value(p.side.lane_step(form));
      offsets.push_back(
          b.CreateAdd(offset, b.CreateMul(step, target.lanes.begin)));
    }
    Value *first = b.CreateSub(run.first, target.rows.begin);
    emit_for(p.frame(), run.begin, run.end, [&](Value *position) {
      DenseRow row{b.CreateAdd(first, b.CreateMul(position, run.step)), {}};
      for (size_t l = 0; l < p.loads().size(); ++l) {
        Value *step =
            p.sizes.value(p.walk.stream_coefficient(p.loads()[l].offset));
        row.offsets.push_back(
            b.CreateAdd(offsets[l], b.CreateMul(step, position)));
      }
      pack_row(p, target, row);
    });
  });
}

} // namespace landfall
