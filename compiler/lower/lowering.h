//===- lowering.h - One entry point as code --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/lower/code_emitter.h"
#include "compiler/lower/memory_plan.h"
#include "compiler/lower/shared_parts.h"
#include "compiler/lower/size_registers.h"
#include "ir/module/module_impl.h"
#include "package/package.h"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace landfall::compiler {

/// What a loop collects of its iterations: a tensor with room for all of them,
/// if their number and extents are known when it begins, else a sequence.
struct LoopStack {
  uint32_t value; ///< Register of the tensor or the sequence.
  bool is_tensor = false;
  /// The element, if the operation that computes it writes to the tensor.
  mlir::Value in_place = {};
};

/// The registers of a loop.
struct LoopCode {
  std::optional<uint32_t> trips;
  /// Absent: the condition always holds.
  std::optional<uint32_t> proceed;
  uint32_t iteration;
  std::vector<LoopStack> stacks;
};

/// Lowers the graph of a module, operation by operation, to code of the
/// package's program. Module and package must outlive it. What is wrong with
/// the module is thrown as BuildError.
class Lowering {
public:
  /// Without `share_memory`, each planned tensor has memory of its own.
  Lowering(ir::Module::Impl &module, Package &package, bool share_memory);

  /// Adds the entry point. To be called once.
  void run();

private:
  using Args = CodeEmitter::Args;

  // lower.cpp
  EntryPoint entry_point();
  void prologue(mlir::Block &block);
  void lay_out_arena();
  void lower_block(mlir::Block &block);
  void drop_dead(mlir::Operation &op);

  // lower_operations.cpp
  void lower_op(mlir::Operation &op);
  /// A new value register, which holds the value from here on.
  uint32_t define_value(mlir::Value value);
  void lower_leaf(Op op, mlir::Value size, mlir::Value tensor,
                  int64_t position);
  void lower_rank(lf::RankOp rank);
  void lower_retype(lf::RetypeOp retype);
  void expect_type(uint32_t number, mlir::Value value);
  void read_extents(mlir::Value tensor);
  void lower_require(lf::RequireOp require);
  void lower_reshape(lf::ReshapeOp reshape);
  void allocate(mlir::Value value);
  void lower_compute(mlir::Operation &op);
  void lower_box(lf::BoxOp box);

  // lower_control.cpp
  void share(std::span<const std::pair<uint32_t, mlir::Value>> values,
             mlir::Operation *op);
  uint32_t condition_of(lf::IfOp branch);
  void lower_if(lf::IfOp branch);
  void lower_branch(mlir::Region &region, std::span<const uint32_t> results);
  void lower_loop(lf::GraphLoopOp loop);
  void begin_stacks(lf::GraphLoopOp loop, LoopCode &code);
  std::optional<LoopStack> stack_of_known_size(lf::GraphLoopOp loop, uint64_t k,
                                               const LoopCode &code);
  void lower_loop_body(mlir::Block &body, const LoopCode &code);
  void define_iteration(mlir::BlockArgument argument, uint32_t iteration);
  void collect(mlir::Value element, const LoopStack &stack,
               const LoopCode &code);
  void carry_on(mlir::Block &body);
  void finish_loop(lf::GraphLoopOp loop, const LoopCode &code);
  void finish_stack(mlir::Value result, const LoopStack &stack);

  ir::Module::Impl &module_;
  Package &package_;
  MemoryPlan plan_;
  CodeEmitter code_;
  SizeRegisters sizes_;
  SharedParts parts_;
  /// The registers with the offsets in bytes of the plan's slots.
  std::vector<uint32_t> slot_offsets_;
  llvm::DenseMap<mlir::Value, uint32_t> values_; ///< Their registers.
  /// Results whose place is a part of a tensor: its register, and that of the
  /// part's number.
  llvm::DenseMap<mlir::Value, std::pair<uint32_t, uint32_t>> part_of_;
  /// Operations that the prologue has lowered ahead of their turn, and those
  /// that have had it.
  llvm::DenseSet<mlir::Operation *> done_;
};

} // namespace landfall::compiler
