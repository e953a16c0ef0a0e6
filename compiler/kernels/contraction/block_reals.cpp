//===- block_reals.cpp - Products of a block as reals ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_products.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

class RealProducts : public BlockProducts {
public:
  RealProducts(SizeCode &sizes, const BlockProblem &problem,
               const BlockCut &cut)
      : BlockProducts(sizes, problem, cut),
        packer_(sizes, lanes, problem.base.m_side, problem.base.type) {}

  void pack(const Interval &rows, const IndexValues &batch) override {
    packer_.begin(batch);
    packer_.pack({rows, {index(0), cut.k}, frame().scratch, cut.row_stride});
    if (problem.sums_rows())
      sum_rows(rows.count);
  }

  Lines emit(Value *block, const IndexValues &indices,
             llvm::ArrayRef<BlockLane> points, unsigned rows) override {
    zeros_.clear();
    if (problem.weights.zero && !problem.sums_rows())
      for (const BlockLane &lane : points)
        zeros_.push_back(value_of(*problem.weights.zero, lane, indices));
    Value *none = llvm::Constant::getNullValue(lanes.vector_type(type()));
    return for_steps(indices, b().CreateMul(block, cut.in_block),
                     Lines(rows * points.size(), none), most_unrolled,
                     [&](const IndexValues &at_step, Value *step, Lines sums) {
                       return emit_step(points, rows, at_step, step,
                                        std::move(sums));
                     });
  }

private:
  DType type() const { return problem.base.type; }
  llvm::Align align() const { return llvm::Align(uint64_t(size_of(type()))); }
  void sum_rows(Value *rows);
  Lines emit_step(llvm::ArrayRef<BlockLane> points, unsigned rows,
                  const IndexValues &indices, Value *step, Lines sums);

  Packer packer_;
  /// What is taken off each weight of a block, by lane; may be empty.
  Lines zeros_;
};

/// The sums of each row over the steps of a block: [row][block].
void RealProducts::sum_rows(Value *rows) {
  llvm::Type *scalar = lanes.scalar_type(type());
  llvm::Type *vector = lanes.vector_type(type());
  Value *width = lanes.step();
  Value *whole =
      b().CreateSub(cut.in_block, b().CreateURem(cut.in_block, width));
  emit_for(frame(), index(0), rows, [&](Value *row) {
    emit_for(frame(), index(0), cut.blocks, [&](Value *block) {
      Value *start = b().CreateAdd(b().CreateMul(row, cut.row_stride),
                                   b().CreateMul(block, cut.in_block));
      auto address = [&](Value *step) {
        return at(index(0), type(), b().CreateAdd(start, step));
      };
      Values vectors = emit_for(
          frame(), index(0), whole, width,
          {llvm::Constant::getNullValue(vector)},
          [&](Value *step, llvm::ArrayRef<Value *> now) {
            return Values{b().CreateFAdd(
                now[0], b().CreateAlignedLoad(vector, address(step), align()))};
          });
      Values total =
          emit_for(frame(), whole, cut.in_block, index(1),
                   {lanes.reduce(ScalarOp::add, type(), vectors[0])},
                   [&](Value *step, llvm::ArrayRef<Value *> now) {
                     return Values{b().CreateFAdd(
                         now[0], b().CreateLoad(scalar, address(step)))};
                   });
      Value *place = b().CreateAdd(b().CreateMul(row, cut.blocks), block);
      b().CreateStore(total[0], at(cut.row_sums_at, type(), place));
    });
  });
}

Lines RealProducts::emit_step(llvm::ArrayRef<BlockLane> points, unsigned rows,
                              const IndexValues &indices, Value *step,
                              Lines sums) {
  llvm::SmallVector<Value *, 4> elements;
  for (size_t v = 0; v < points.size(); ++v) {
    Value *value = element_at(points[v], indices);
    elements.push_back(zeros_.empty() ? value
                                      : b().CreateFSub(value, zeros_[v]));
  }
  for (unsigned row = 0; row < rows; ++row) {
    Value *place =
        b().CreateAdd(b().CreateMul(index(row), cut.row_stride), step);
    Value *x = lanes.splat(
        b().CreateLoad(lanes.scalar_type(type()), at(index(0), type(), place)));
    for (size_t v = 0; v < points.size(); ++v) {
      Value *&sum = sums[row * points.size() + v];
      sum = multiply_add(b(), x, elements[v], sum);
    }
  }
  return sums;
}

} // namespace

std::unique_ptr<BlockProducts> real_products(SizeCode &sizes,
                                             const BlockProblem &problem,
                                             const BlockCut &cut) {
  return std::make_unique<RealProducts>(sizes, problem, cut);
}

} // namespace landfall::kernels
