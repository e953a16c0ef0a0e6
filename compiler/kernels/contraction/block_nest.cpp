//===- block_nest.cpp - Products with weights scaled by blocks ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/contraction/block_nest.h"
#include "compiler/kernels/frame/loop_builder.h"

namespace landfall::kernels {

using llvm::Value;

BlockNest::BlockNest(SizeCode &sizes, const BlockProblem &problem,
                     const BlockCut &cut)
    : sizes_(sizes), problem_(problem), cut_(cut),
      lanes_(sizes.frame(), problem.base.shape.width),
      products_(problem.rows ? word_products(sizes, problem, cut)
                             : real_products(sizes, problem, cut)),
      epilogue_(sizes, lanes_, problem.base.roles) {
  if (problem.has_digits())
    digits_.emplace(*products_);
}

void BlockNest::split(Value *number) {
  const analysis::ContractionRoles &roles = problem_.base.roles;
  // Tasks that follow each other share the weights.
  rows_ = take_part(b(), number, cut_.row_tasks, index(problem_.most_rows()),
                    cut_.rows);
  points_ =
      take_part(b(), number, cut_.point_tasks, cut_.task_points, cut_.points);
  split_index(sizes_, roles.space, roles.batch_loops, number, batch_);
}

llvm::SmallVector<unsigned, 4> BlockNest::heights() const {
  llvm::SmallVector<unsigned, 4> result;
  // One row of reals is rare where digits are possible.
  for (unsigned height : {1u, 4u})
    if (height < problem_.most_rows() && (height > 1 || !digits_))
      result.push_back(height);
  result.push_back(unsigned(problem_.most_rows()));
  return result;
}

void BlockNest::emit(Value *number) {
  split(number);
  Value *has_steps = b().CreateICmpSGT(cut_.k, index(0));
  emit_if(frame(), has_steps, [&] { products_->pack(rows_, batch_); });
  auto emit_reals = [&] {
    for_height(frame(), heights(), rows_.count,
               [&](unsigned rows) { emit_rows(rows); });
    return Values();
  };
  if (!digits_) {
    emit_reals();
    return;
  }
  Values in_digits = emit_if(
      frame(), digits_->suits(rows_.count),
      [&] { return Values{digits_->write(rows_.count)}; },
      [&] { return Values{b().getFalse()}; });
  emit_if(
      frame(), in_digits[0],
      [&] {
        emit_digits();
        return Values();
      },
      emit_reals);
}

/// Emits `body` for all points, some vectors at a time; what is left of them
/// by one.
void BlockNest::for_points(
    unsigned vectors,
    const std::function<void(Value *first, unsigned vectors)> &body) {
  int64_t width = shape().width;
  emit_for(frame(), index(0), points_.count, index(vectors * width), {},
           [&](Value *first, llvm::ArrayRef<Value *>) {
             Value *left = b().CreateSub(points_.count, first);
             emit_if(
                 frame(), b().CreateICmpSGT(left, index((vectors - 1) * width)),
                 [&] {
                   body(first, vectors);
                   return Values();
                 },
                 [&] {
                   emit_for(frame(), first, points_.count, index(width), {},
                            [&](Value *one, llvm::ArrayRef<Value *>) {
                              body(one, 1);
                              return Values();
                            });
                   return Values();
                 });
             return Values();
           });
}

void BlockNest::emit_rows(unsigned rows) {
  for_points(shape().vectors, [&](Value *first, unsigned vectors) {
    emit_points(first, vectors, rows);
  });
}

void BlockNest::emit_digits() {
  for_points(problem_.digit_vectors(), [&](Value *first, unsigned vectors) {
    emit_digit_points(first, vectors);
  });
}

Value *BlockNest::sum_address(Value *number) {
  return products_->at(cut_.sums_at, type(),
                       b().CreateMul(number, index(shape().width)));
}

/// Some vectors of points, from `first` on, counted from the task's.
llvm::SmallVector<BlockLane, 4> BlockNest::lanes_at(Value *first,
                                                    unsigned vectors) {
  llvm::SmallVector<BlockLane, 4> lanes;
  Value *start = b().CreateAdd(points_.begin, first);
  for (unsigned v = 0; v < vectors; ++v)
    lanes.push_back(products_->lane_at(
        b().CreateAdd(start, index(int64_t(v) * shape().width)), batch_));
  return lanes;
}

/// Computes some vectors of points for some rows.
void BlockNest::emit_points(Value *first, unsigned vectors, unsigned rows) {
  for (unsigned k = 0; k < rows * vectors; ++k)
    b().CreateAlignedStore(
        llvm::Constant::getNullValue(lanes_.vector_type(type())),
        sum_address(k), llvm::Align(uint64_t(size_of(type()))));
  emit_blocks(lanes_at(first, vectors), rows);
  finish_points(first, vectors);
}

/// The same for all rows, which are digits.
void BlockNest::emit_digit_points(Value *first, unsigned vectors) {
  llvm::SmallVector<BlockLane, 4> lanes = lanes_at(first, vectors);
  emit_for(frame(), index(0), rows_.count, [&](Value *row) {
    Lines sums = digits_->emit(row, batch_, lanes);
    Value *place = b().CreateMul(row, index(vectors));
    for (unsigned v = 0; v < vectors; ++v)
      b().CreateAlignedStore(sums[v],
                             sum_address(b().CreateAdd(place, index(v))),
                             llvm::Align(uint64_t(size_of(type()))));
  });
  finish_points(first, vectors);
}

/// The sums of some vectors of points become results.
void BlockNest::finish_points(Value *first, unsigned vectors) {
  Value *count = smaller(b(), index(int64_t(vectors) * shape().width),
                         b().CreateSub(points_.count, first));
  epilogue_.emit({sum_address(size_t(0)),
                  index(int64_t(vectors) * shape().width),
                  rows_,
                  {b().CreateAdd(points_.begin, first), count}},
                 batch_);
}

/// An element of an area [row][block] of scratch memory, in all lanes.
Value *BlockNest::of_row(Value *area, unsigned row, Value *stride,
                         Value *block) {
  Value *place = b().CreateAdd(b().CreateMul(index(row), stride), block);
  return lanes_.splat(b().CreateLoad(lanes_.scalar_type(type()),
                                     products_->at(area, type(), place)));
}

void BlockNest::emit_blocks(llvm::ArrayRef<BlockLane> lanes, unsigned rows) {
  const analysis::ContractionRoles &roles = problem_.base.roles;
  const analysis::ScaledFactor &weights = problem_.weights;
  llvm::Type *vector = lanes_.vector_type(type());
  llvm::Align align(uint64_t(size_of(type())));
  std::vector<uint32_t> outer(roles.k_loops.begin(),
                              roles.k_loops.begin() + int64_t(weights.outer));
  emit_for(frame(), index(0), cut_.blocks, [&](Value *block) {
    IndexValues indices = batch_;
    split_index(sizes_, roles.space, outer, block, indices);
    Lines products = products_->emit(block, indices, lanes, rows);
    for (size_t v = 0; v < lanes.size(); ++v) {
      auto value = [&](const std::optional<analysis::Factor> &factor) {
        return factor ? products_->value_of(*factor, lanes[v], indices)
                      : nullptr;
      };
      Value *scale = value(weights.scale);
      Value *zero = problem_.sums_rows() ? value(weights.zero) : nullptr;
      for (unsigned row = 0; row < rows; ++row) {
        size_t number = row * lanes.size() + v;
        Value *product = products[number];
        if (zero)
          product = multiply_add(
              b(), b().CreateFNeg(zero),
              of_row(cut_.row_sums_at, row, cut_.blocks, block), product);
        if (problem_.rows)
          product = b().CreateFMul(product, of_row(cut_.row_scales_at, row,
                                                   cut_.scales_stride, block));
        Value *address = sum_address(number);
        Value *before = b().CreateAlignedLoad(vector, address, align);
        b().CreateAlignedStore(scale ? multiply_add(b(), scale, product, before)
                                     : b().CreateFAdd(before, product),
                               address, align);
      }
    }
  });
}

} // namespace landfall::kernels
