//===- run_for_test.h - Kernels executed ------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/interpreter.h"
#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall::analysis {

/// Interprets a kernel of i32 operands that have so many elements each, filled
/// with 1, 2, 3, ... through all of them. The last operand is the result.
inline std::vector<int32_t> run(const Kernel &kernel,
                                std::vector<int64_t> sizes,
                                const std::vector<size_t> &counts) {
  std::vector<std::vector<int32_t>> buffers;
  std::vector<void *> pointers;
  int32_t next = 1;
  for (size_t count : counts) {
    buffers.emplace_back(count);
    for (int32_t &element : buffers.back())
      element = next++;
  }
  for (auto &buffer : buffers)
    pointers.push_back(buffer.data());
  Status ran = interpret(kernel, {pointers, sizes});
  EXPECT_TRUE(ran.ok()) << (ran ? "" : ran.error().message);
  return buffers.back();
}

/// How many nodes of a kind a block has, not counting those of inner blocks.
inline size_t count_kind(const Kernel &kernel, const Block &block,
                         NodeKind kind) {
  size_t count = 0;
  for (NodeId id : block.nodes)
    count += kernel.nodes[id].kind == kind;
  return count;
}

/// The sum over size 1 of x[row, ...], for i32.
inline NodeId row_sum(KernelMaker &k, uint32_t x, NodeId row) {
  NodeId loop =
      k.nest(NodeKind::loop,
             {k.literal(0), k.size(1), k.literal(0, DType::i32)}, {[&] {
               NodeId i = k.param(DType::i64), sum = k.param(DType::i32);
               k.yield({k.scalar(ScalarOp::add, DType::i32,
                                 {sum, k.load(x, {row, i})})});
             }});
  return k.result(loop, 0, DType::i32);
}

} // namespace landfall::analysis
