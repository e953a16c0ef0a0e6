//===- block_words.cpp - Products of a block in words of bytes ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_products.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

namespace {

/// Lanes of rows that are not dense.
constexpr unsigned lanes_of_rows = 16;

class WordProducts : public BlockProducts {
public:
  WordProducts(SizeCode &sizes, const BlockProblem &problem,
               const BlockCut &cut)
      : BlockProducts(sizes, problem, cut),
        bytes_(problem.rows->element, roles().space, roles().m_loops,
               roles().k_loops),
        scales_(*problem.rows->scale, roles().space, roles().m_loops,
                {roles().k_loops.begin(),
                 roles().k_loops.begin() + int64_t(problem.weights.outer)}),
        row_lanes_(sizes.frame(),
                   bytes_.is_dense()
                       ? Lanes::natural_width(sizes.frame().machine, DType::u8)
                       : lanes_of_rows),
        bytes_packer_(sizes, row_lanes_, bytes_, DType::u8),
        scales_packer_(sizes, lanes, scales_, problem.base.type) {}

  void pack(const Interval &rows, const IndexValues &batch) override {
    bytes_packer_.begin(batch);
    bytes_packer_.pack(
        {rows, {index(0), cut.k}, frame().scratch, cut.row_stride});
    scales_packer_.begin(batch);
    scales_packer_.pack({rows,
                         {index(0), cut.blocks},
                         at(cut.row_scales_at, DType::u8, index(0)),
                         cut.scales_stride});
    if (problem.weights.zero)
      sum_rows(rows.count);
  }

  Lines emit(Value *block, const IndexValues &indices,
             llvm::ArrayRef<BlockLane> points, unsigned rows) override {
    Value *zero =
        llvm::Constant::getNullValue(lanes.vector_of(b().getInt32Ty()));
    IndexValues at_word = indices;
    at_word[*problem.step_loop] = index(0);
    Lines sums =
        for_steps(at_word, b().CreateMul(block, cut.in_block),
                  Lines(rows * points.size(), zero), most_words_unrolled,
                  [&](const IndexValues &word, Value *step, Lines now) {
                    return emit_word(points, rows, word, step, std::move(now));
                  });
    Lines result;
    for (size_t k = 0; k < sums.size(); ++k)
      result.push_back(
          b().CreateSIToFP(sums[k], lanes.vector_type(problem.base.type)));
    return result;
  }

private:
  const analysis::ContractionRoles &roles() const { return problem.base.roles; }
  void sum_rows(Value *rows);
  Lines emit_word(llvm::ArrayRef<BlockLane> points, unsigned rows,
                  const IndexValues &indices, Value *step, Lines sums);

  PackSide bytes_, scales_;
  Lanes row_lanes_;
  Packer bytes_packer_, scales_packer_;
};

/// The sums of each row's bytes over a block: [row][block].
void WordProducts::sum_rows(Value *rows) {
  llvm::Type *word = b().getInt32Ty();
  llvm::Type *vector = lanes.vector_of(word);
  Value *ones = lanes.splat(b().getInt32(four_ones));
  int64_t bytes = steps_of_word * problem.base.shape.width;
  Value *whole =
      b().CreateSub(cut.in_block, b().CreateURem(cut.in_block, index(bytes)));
  Value *in_words =
      b().CreateUDiv(b().CreateSub(cut.in_block, whole), index(steps_of_word));
  Value *is_inside =
      b().CreateICmpSLT(lanes.lane_numbers(64), lanes.splat(in_words));
  emit_for(frame(), index(0), rows, [&](Value *row) {
    emit_for(frame(), index(0), cut.blocks, [&](Value *block) {
      Value *start = b().CreateAdd(b().CreateMul(row, cut.row_stride),
                                   b().CreateMul(block, cut.in_block));
      auto words = [&](Value *step) {
        return b().CreateAlignedLoad(
            vector, at(index(0), DType::u8, b().CreateAdd(start, step)),
            llvm::Align(1));
      };
      auto add = [&](Value *values, Value *sum) {
        return multiply_add_words(frame(), problem.form, values, ones, sum);
      };
      Values total = emit_for(frame(), index(0), whole, index(bytes),
                              {llvm::Constant::getNullValue(vector)},
                              [&](Value *step, llvm::ArrayRef<Value *> now) {
                                return Values{add(words(step), now[0])};
                              });
      // A packed row may be read a vector beyond its end.
      Value *last = b().CreateSelect(is_inside, words(whole),
                                     llvm::Constant::getNullValue(vector));
      Value *sum = lanes.reduce(ScalarOp::add, DType::i32, add(last, total[0]));
      Value *place = b().CreateAdd(b().CreateMul(row, cut.blocks), block);
      DType type = problem.base.type;
      b().CreateStore(b().CreateSIToFP(sum, lanes.scalar_type(type)),
                      at(cut.row_sums_at, type, place));
    });
  });
}

Lines WordProducts::emit_word(llvm::ArrayRef<BlockLane> points, unsigned rows,
                              const IndexValues &indices, Value *step,
                              Lines sums) {
  llvm::SmallVector<Value *, 4> words;
  for (const BlockLane &lane : points)
    words.push_back(word_at(lane, indices));
  for (unsigned row = 0; row < rows; ++row) {
    Value *place =
        b().CreateAdd(b().CreateMul(index(row), cut.row_stride), step);
    Value *x = lanes.splat(b().CreateAlignedLoad(
        b().getInt32Ty(), at(index(0), DType::u8, place), llvm::Align(4)));
    for (size_t v = 0; v < points.size(); ++v) {
      Value *&sum = sums[row * points.size() + v];
      sum = multiply_add_words(frame(), problem.form, x, words[v], sum);
    }
  }
  return sums;
}

} // namespace

std::unique_ptr<BlockProducts> word_products(SizeCode &sizes,
                                             const BlockProblem &problem,
                                             const BlockCut &cut) {
  return std::make_unique<WordProducts>(sizes, problem, cut);
}

} // namespace landfall::kernels
