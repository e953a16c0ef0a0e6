//===- operand_stage.h - Rows of operands in local memory ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// What a row of a nest reads of an operand is a stretch of memory, if indices
// are simple. Where folds read it again and again, it is copied into local
// memory while the row before is worked on, with room behind, so that vectors
// may be loaded whole:
//
//   operand   ....|low          high|....
//   stage         |clipped| as is   | room
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/kernels/frame/local_memory.h"
#include "compiler/kernels/loops/index_span.h"
#include "compiler/kernels/loops/loop_plan.h"

namespace landfall::kernels {

class OperandStage {
public:
  /// `local` may be null: nothing is staged.
  OperandStage(KernelFrame &frame, const LoopPlan &plan,
               const LocalMemory *local);

  bool is_empty() const { return operands_.empty(); }

  /// What a row reads, all i64.
  struct Part {
    uint32_t operand;
    llvm::Value *low;           ///< The first element; guards may keep from it.
    llvm::Value *begin, *count; ///< The elements of them that exist.
    llvm::Value *place;         ///< Where `low` goes, in bytes.
  };
  struct Row {
    std::vector<Part> parts;
    llvm::Value *fits; ///< i1
  };
  /// `known` are the indices that the row has.
  Row row(const SpanCode::Known &known);

  /// Into one of two halves (i64, counted around), if it fits.
  void fetch(const Row &row, llvm::Value *half);
  /// Emits a body whose operands are where `fetch` has put them, once the copy
  /// with this ticket is done.
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
