//===- kernel_for_test.h - Small kernels, written by hand ------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only: appends nodes to the innermost open block.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "package/kernel.h"

#include <bit>
#include <functional>

namespace landfall {

inline Extent fixed(int64_t value) { return {true, value}; }
inline Extent sized(int64_t parameter) { return {false, parameter}; }

class KernelMaker {
public:
  Kernel kernel;

  KernelMaker(std::string name, KernelClass kind) {
    kernel.name = std::move(name);
    kernel.kind = kind;
    open_ = &kernel.body;
  }

  uint32_t input(DType dtype, std::vector<Extent> dims) {
    return add_operand({dtype, std::move(dims), false, true});
  }
  uint32_t output(DType dtype, std::vector<Extent> dims) {
    return add_operand({dtype, std::move(dims), true, false});
  }
  uint32_t add_operand(KernelOperand operand) {
    kernel.operands.push_back(std::move(operand));
    return uint32_t(kernel.operands.size() - 1);
  }

  NodeId param(DType type) {
    NodeId id = push({.kind = NodeKind::param, .type = type});
    open_->params.push_back(id);
    return id;
  }
  NodeId literal(int64_t value, DType type = DType::i64) {
    return append({.type = type, .bits = uint64_t(value)});
  }
  NodeId real(float value) {
    return append({.type = DType::f32, .bits = std::bit_cast<uint32_t>(value)});
  }
  NodeId size(uint32_t parameter) {
    return append({.kind = NodeKind::size, .index = parameter});
  }
  NodeId scalar(ScalarOp op, DType type, std::vector<NodeId> args) {
    return append({.kind = NodeKind::scalar,
                   .op = op,
                   .type = type,
                   .args = std::move(args)});
  }
  NodeId load(uint32_t operand, std::vector<NodeId> args) {
    return append({.kind = NodeKind::load,
                   .type = kernel.operands[operand].dtype,
                   .index = operand,
                   .args = std::move(args)});
  }
  void store(uint32_t operand, std::vector<NodeId> args) {
    append(
        {.kind = NodeKind::store, .index = operand, .args = std::move(args)});
  }
  /// Reports args[1], if it is there, as "value".
  NodeId check(std::vector<NodeId> args, std::string message,
               ModelNode node = {}) {
    kernel.checks.push_back({ErrorCode::run_failed, std::move(message),
                             args.size() > 1 ? "value" : "", std::move(node)});
    return append({.kind = NodeKind::check,
                   .index = uint32_t(kernel.checks.size() - 1),
                   .args = std::move(args)});
  }
  /// A loop, loop_while or branch whose blocks are built by the `fill`
  /// callbacks.
  NodeId nest(NodeKind kind, std::vector<NodeId> args,
              const std::vector<std::function<void()>> &fill) {
    Node node{.kind = kind, .args = std::move(args)};
    Block *outer = open_;
    for (const auto &fill_block : fill) {
      Block block;
      open_ = &block;
      fill_block();
      node.blocks.push_back(std::move(block));
    }
    open_ = outer;
    return append(std::move(node));
  }
  NodeId result(NodeId owner, uint32_t index, DType type) {
    return append({.kind = NodeKind::result,
                   .type = type,
                   .index = index,
                   .args = {owner}});
  }
  void yield(std::vector<NodeId> values) { open_->yields = std::move(values); }
  /// Continues in the factors block of a contraction, or back in the body.
  void in_factors() { open_ = &kernel.factors; }
  void in_body() { open_ = &kernel.body; }

private:
  NodeId push(Node node) {
    kernel.nodes.push_back(std::move(node));
    return NodeId(kernel.nodes.size() - 1);
  }
  NodeId append(Node node) {
    NodeId id = push(std::move(node));
    open_->nodes.push_back(id);
    return id;
  }

  Block *open_;
};

/// out[i] = x[i], after a loop that never ends.
inline Kernel endless_kernel() {
  KernelMaker k("endless", KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::f32, {sized(0)});
  k.output(DType::f32, {sized(0)});
  NodeId i = k.param(DType::i64);
  k.nest(NodeKind::loop_while, {},
         {[&] { k.yield({k.literal(1, DType::boolean)}); }});
  k.yield({k.load(x, {i})});
  k.kernel.origins = {{"Loop_0", false, "Loop"}};
  return std::move(k.kernel);
}

/// out[i] = max(x[i] + y[i], 0) over a run-time extent.
inline Kernel add_relu_kernel() {
  KernelMaker k("add_relu", KernelClass::map);
  k.kernel.size_count = 1;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::f32, {sized(0)});
  uint32_t y = k.input(DType::f32, {sized(0)});
  k.output(DType::f32, {sized(0)});
  NodeId i = k.param(DType::i64);
  NodeId sum =
      k.scalar(ScalarOp::add, DType::f32, {k.load(x, {i}), k.load(y, {i})});
  k.yield({k.scalar(ScalarOp::max, DType::f32, {sum, k.real(0)})});
  k.kernel.origins = {{"Add_0", false, "Add"}, {"Relu_1", false, "Relu"}};
  return std::move(k.kernel);
}

/// out[m, n] = -(sum over k of a[m, k] * b[k, n]), with sizes m, n, k.
inline Kernel matmul_kernel() {
  KernelMaker k("matmul_neg", KernelClass::contraction);
  k.kernel.size_count = 3;
  k.kernel.loops = {sized(0), sized(1)};
  k.kernel.reduce = {sized(2)};
  uint32_t a = k.input(DType::f32, {sized(0), sized(2)});
  uint32_t b = k.input(DType::f32, {sized(2), sized(1)});
  k.output(DType::f32, {sized(0), sized(1)});
  k.in_factors();
  NodeId m = k.param(DType::i64), n = k.param(DType::i64);
  NodeId r = k.param(DType::i64);
  k.yield({k.load(a, {m, r}), k.load(b, {r, n})});
  k.in_body();
  k.param(DType::i64);
  k.param(DType::i64);
  NodeId sum = k.param(DType::f32);
  k.yield({k.scalar(ScalarOp::neg, DType::f32, {sum})});
  return std::move(k.kernel);
}

/// matmul_kernel, over i32.
inline Kernel integer_matmul() {
  Kernel matmul = matmul_kernel();
  for (Node &node : matmul.nodes)
    if (node.type == DType::f32)
      node.type = DType::i32;
  for (KernelOperand &operand : matmul.operands)
    operand.dtype = DType::i32;
  matmul.accumulator = DType::i32;
  return matmul;
}

/// Row by row: a running sum stored as it goes, a branch on its sign, a check
/// that it stays below 100, a guarded load beyond the end, a while loop.
inline Kernel scan_kernel() {
  KernelMaker k("scan", KernelClass::loops);
  k.kernel.size_count = 2;
  k.kernel.loops = {sized(0)};
  uint32_t x = k.input(DType::i32, {sized(0), sized(1)});
  uint32_t sums = k.output(DType::i32, {sized(0), sized(1)});
  uint32_t halvings = k.output(DType::i64, {sized(0)});
  NodeId row = k.param(DType::i64);
  NodeId zero = k.literal(0, DType::i32);
  NodeId loop = k.nest(
      NodeKind::loop, {k.literal(0), k.size(1), zero}, {[&] {
        NodeId i = k.param(DType::i64), sum = k.param(DType::i32);
        NodeId next = k.scalar(ScalarOp::add, DType::i64, {i, k.literal(1)});
        NodeId inside =
            k.scalar(ScalarOp::lt, DType::boolean, {next, k.size(1)});
        NodeId ahead = k.load(x, {row, next, inside, zero});
        NodeId here = k.load(x, {row, i});
        NodeId both = k.scalar(ScalarOp::add, DType::i32, {here, ahead});
        NodeId negative = k.scalar(ScalarOp::lt, DType::boolean, {both, zero});
        NodeId picked =
            k.nest(NodeKind::branch, {negative},
                   {[&] { k.yield({zero}); }, [&] { k.yield({both}); }});
        NodeId term = k.result(picked, 0, DType::i32);
        NodeId total = k.scalar(ScalarOp::add, DType::i32, {sum, term});
        k.store(sums, {row, i, total});
        k.yield({total});
      }});
  NodeId last =
      k.scalar(ScalarOp::cast, DType::i64, {k.result(loop, 0, DType::i32)});
  NodeId legal = k.scalar(ScalarOp::lt, DType::boolean, {last, k.literal(100)});
  k.check({legal, last}, "the sum is not below 100", {"Scan_3", false, "Scan"});
  NodeId count =
      k.nest(NodeKind::loop_while, {last, k.literal(0)}, {[&] {
               NodeId value = k.param(DType::i64), steps = k.param(DType::i64);
               NodeId half =
                   k.scalar(ScalarOp::div, DType::i64, {value, k.literal(2)});
               NodeId more =
                   k.scalar(ScalarOp::add, DType::i64, {steps, k.literal(1)});
               NodeId go =
                   k.scalar(ScalarOp::lt, DType::boolean, {k.literal(0), half});
               k.yield({go, half, more});
             }});
  k.store(halvings, {row, k.result(count, 1, DType::i64)});
  return std::move(k.kernel);
}

} // namespace landfall
