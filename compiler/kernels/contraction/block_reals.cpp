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
    if (problem.weights.zero)
      sum_rows(rows.count);
  }

  Lines emit(Value *block, const IndexValues &indices,
             llvm::ArrayRef<BlockLane> points, unsigned rows) override {
    Lines carried = {b().CreateMul(block, cut.in_block)};
    carried.append(rows * points.size(),
                   llvm::Constant::getNullValue(lanes.vector_type(type())));
    IndexValues at_step = indices;
    Lines result =
        emit_loop(problem.weights.outer, points, rows, at_step, carried);
    return Lines(result.begin() + 1, result.end());
  }

private:
  DType type() const { return problem.base.type; }
  llvm::Align align() const { return llvm::Align(uint64_t(size_of(type()))); }
  void sum_rows(Value *rows);
  Lines emit_loop(size_t loop, llvm::ArrayRef<BlockLane> points, unsigned rows,
                  IndexValues &indices, const Lines &carried);
  Lines emit_step(llvm::ArrayRef<BlockLane> points, unsigned rows,
                  const IndexValues &indices, const Lines &carried);

  Packer packer_;
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

/// The loops of K from number `loop` on. What is carried: the number of the
/// step, then the products.
Lines RealProducts::emit_loop(size_t loop, llvm::ArrayRef<BlockLane> points,
                              unsigned rows, IndexValues &indices,
                              const Lines &carried) {
  const analysis::ContractionRoles &roles = problem.base.roles;
  if (loop == roles.k_loops.size())
    return emit_step(points, rows, indices, carried);
  uint32_t variable = roles.k_loops[loop];
  const Extent &extent = roles.space.extents[variable];
  if (problem.is_unrolled(loop)) {
    Lines now = carried;
    for (int64_t k = 0; k < extent.value; ++k) {
      indices[variable] = index(k);
      now = emit_loop(loop + 1, points, rows, indices, now);
    }
    return now;
  }
  Values result = emit_for(frame(), index(0), frame().extent(extent), index(1),
                           carried, [&](Value *k, llvm::ArrayRef<Value *> now) {
                             indices[variable] = k;
                             Lines next =
                                 emit_loop(loop + 1, points, rows, indices,
                                           Lines(now.begin(), now.end()));
                             return Values(next.begin(), next.end());
                           });
  indices.erase(variable);
  return Lines(result.begin(), result.end());
}

Lines RealProducts::emit_step(llvm::ArrayRef<BlockLane> points, unsigned rows,
                              const IndexValues &indices,
                              const Lines &carried) {
  Lines next = carried;
  next[0] = b().CreateAdd(carried[0], index(1));
  llvm::SmallVector<Value *, 4> elements;
  for (const BlockLane &lane : points)
    elements.push_back(element_at(lane, indices));
  for (unsigned row = 0; row < rows; ++row) {
    Value *place =
        b().CreateAdd(b().CreateMul(index(row), cut.row_stride), carried[0]);
    Value *x = lanes.splat(
        b().CreateLoad(lanes.scalar_type(type()), at(index(0), type(), place)));
    for (size_t v = 0; v < points.size(); ++v) {
      Value *&sum = next[1 + row * points.size() + v];
      sum = multiply_add(b(), x, elements[v], sum);
    }
  }
  return next;
}

} // namespace

std::unique_ptr<BlockProducts> real_products(SizeCode &sizes,
                                             const BlockProblem &problem,
                                             const BlockCut &cut) {
  return std::make_unique<RealProducts>(sizes, problem, cut);
}

} // namespace landfall::kernels
