//===- operand_stage.h - Rows of operands in local memory ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Double-buffered staging of operands in the core's scratchpad. If indices are
// simple (simple_indices.h), all that a row of the nest reads of an operand
// lies in one contiguous range. If folds read the range repeatedly, it is
// copied into the scratchpad while the previous row is computed. Memory behind
// the range stays readable, so that whole vectors may be loaded:
//
//   operand   ....|low              high|....
//   stage         |outside| copied  | slack
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/local_memory.h"
#include "compiler/kernels/loops/index_span.h"
#include "compiler/kernels/loops/loop_plan.h"

namespace landfall::kernels {

class OperandStage {
public:
  /// `local`: the scratchpad; null: nothing is staged.
  OperandStage(KernelFrame &frame, const LoopPlan &plan,
               const LocalMemory *local);

  bool is_empty() const { return operands_.empty(); }

  /// The range of an operand that a row reads. All values are i64; elements are
  /// counted from the operand's start.
  struct Part {
    uint32_t operand;
    /// The first element of the range; may be negative, as guarded loads count.
    llvm::Value *low;
    llvm::Value *begin, *count; ///< The elements of the range that exist.
    llvm::Value *place;         ///< Byte offset of `low` in the buffer.
  };
  struct Row {
    std::vector<Part> parts;
    llvm::Value *fits; ///< i1: all parts fit half of the scratchpad.
  };
  /// The parts of the row at which `known` fixes the outer indices.
  Row row(const SpanCode::Known &known);

  /// Starts copying the row into buffer `half` modulo 2 (i64), if it fits.
  void fetch(const Row &row, llvm::Value *half);
  /// Waits for the copy with this ticket, then emits `body` with the frame's
  /// operand pointers redirected to buffer `half`.
  void use(const Row &row, llvm::Value *half, llvm::Value *ticket,
           const std::function<void()> &body);
  llvm::Value *last_ticket() { return local_->last_ticket(frame_); }

private:
  const Node &at(NodeId id) const { return frame_.kernel.nodes[id]; }
  bool pays(uint32_t operand);
  void visit(const Block &block, bool folds, uint32_t operand, bool &pays);
  Part part(uint32_t operand, SpanCode &code, llvm::Value *&room);
  llvm::Value *half_bytes();
  llvm::Value *slack();
  llvm::Value *points();
  llvm::Value *address(const Part &part, llvm::Value *half,
                       llvm::Value *element);

  KernelFrame &frame_;
  llvm::IRBuilderBase &b;
  const LoopPlan &plan_;
  const LocalMemory *local_;
  analysis::SimpleIndices simple_;
  std::vector<uint32_t> operands_;
};

} // namespace landfall::kernels
