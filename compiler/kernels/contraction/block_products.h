//===- block_products.h - What is summed in a block of K -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/contraction/block_problem.h"
#include "compiler/kernels/contraction/contraction_code.h"

#include <functional>
#include <memory>

namespace landfall::kernels {

/// A vector of points: the first, and where the panels have it, in elements
/// (i64), without the terms of K.
struct BlockLane {
  llvm::Value *point, *offset;
};
using Lines = llvm::SmallVector<llvm::Value *, 32>;
/// What is emitted for a step of a block, or for a word of steps: it gets the
/// indices of the loops of K, the number of the step (i64) and the carried
/// values, and returns the latter's next ones.
using StepBody = std::function<Lines(const IndexValues &indices,
                                     llvm::Value *step, Lines carried)>;

/// Steps, and words of four, that BlockProducts::for_steps may unroll.
inline constexpr int64_t most_unrolled = 16, most_words_unrolled = 32;

/// Emits the sums of products of a task's rows with the elements of weights,
/// unpacked, over one block of K. All references must outlive it.
class BlockProducts {
public:
  BlockProducts(SizeCode &sizes, const BlockProblem &problem,
                const BlockCut &cut)
      : sizes(sizes), problem(problem), cut(cut),
        lanes(sizes.frame(), problem.base.shape.width) {}
  virtual ~BlockProducts() = default;

  /// Packs rows to the beginning of scratch memory.
  virtual void pack(const Interval &rows, const IndexValues &batch) = 0;
  /// The sums, as vectors of f32, by row and then by lane; `indices` are those
  /// of the batch loops and of the loops of K that number blocks.
  virtual Lines emit(llvm::Value *block, const IndexValues &indices,
                     llvm::ArrayRef<BlockLane> lanes, unsigned rows) = 0;

  /// Emits `body` for the steps of a block along the loops of K that have no
  /// entry in `indices`: long loops first, short ones unrolled inside of them,
  /// up to `most_bodies`; before all those that walk the bits of what is loaded
  /// once. `step` is the number of the first step; others follow in the order
  /// of the loops.
  Lines for_steps(const IndexValues &indices, llvm::Value *step, Lines carried,
                  int64_t most_bodies, const StepBody &body);
  /// The elements of the weights at a vector of points, in the accumulator's
  /// type.
  llvm::Value *element_at(const BlockLane &lane, const IndexValues &indices);
  /// The four bytes of the weights' word at each of a vector of points, i32.
  /// The weights are bits of what is loaded (BlockProblem::has_bit_fields).
  llvm::Value *word_at(const BlockLane &lane, const IndexValues &indices);
  /// A vector of points of the task: where the panels have it.
  BlockLane lane_at(llvm::Value *point, const IndexValues &batch);
  /// The value of a factor, or of a node of it, at a vector of points.
  llvm::Value *value_of(const analysis::Factor &factor, const BlockLane &lane,
                        const IndexValues &indices);
  /// Asks for what `value_of` reads at as many points behind these.
  void prefetch(const analysis::Factor &factor,
                llvm::ArrayRef<BlockLane> points, const IndexValues &indices);
  /// The same for all points (a scalar); null if it differs between them.
  llvm::Value *uniform_value(const analysis::Factor &factor, NodeId node,
                             const BlockLane &lane, const IndexValues &indices);
  /// The address of an element of an area of scratch memory.
  llvm::Value *at(llvm::Value *area, DType type, llvm::Value *number);

  llvm::IRBuilderBase &b() { return sizes.b(); }
  KernelFrame &frame() { return sizes.frame(); }
  llvm::Value *index(int64_t value) { return frame().index(value); }

  SizeCode &sizes;
  const BlockProblem &problem;
  const BlockCut &cut;
  Lanes lanes;

private:
  /// What the load from panels yields at a vector of points.
  LaneValue loaded(const analysis::FactorLoad &load, const BlockLane &lane,
                   const IndexValues &indices);
  llvm::Value *bit_field(NodeId value, const BlockLane &lane,
                         const IndexValues &indices);
  llvm::Value *word_bits(NodeId value, const BlockLane &lane,
                         const IndexValues &indices);
  /// The words of the load from panels, i32.
  llvm::Value *loaded_words(const BlockLane &lane, IndexValues indices);
  /// What the loops of K add to the offset of the load from panels.
  llvm::Value *panel_offset(const BlockLane &lane, const IndexValues &indices);
};

/// In f32, a step of K at a time; and in words of bytes.
std::unique_ptr<BlockProducts> real_products(SizeCode &sizes,
                                             const BlockProblem &problem,
                                             const BlockCut &cut);
std::unique_ptr<BlockProducts> word_products(SizeCode &sizes,
                                             const BlockProblem &problem,
                                             const BlockCut &cut);

} // namespace landfall::kernels
