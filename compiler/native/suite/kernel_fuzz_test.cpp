//===- kernel_fuzz_test.cpp - Random kernels ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Another seed: --gtest_random_seed=N; more kernels: --gtest_repeat.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/suite/native_suite_for_test.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace landfall::native {
namespace {

constexpr DType i64 = DType::i64, boolean = DType::boolean;
const std::vector<DType> value_types = {DType::i32, DType::f32, DType::u8,
                                        DType::i64, DType::i16, DType::f16,
                                        DType::f64, DType::i4};

/// Writes one kernel. All indices in scope are known with their extents; a load
/// uses them where they fit and is guarded everywhere else.
class RandomKernel {
public:
  RandomKernel(uint32_t seed, bool imperative)
      : random_(seed), k_(fmt::format("random_{}", seed),
                          imperative ? KernelClass::loops : KernelClass::map) {}

  Kernel make();

private:
  uint32_t below(uint32_t n) { return random_() % n; }
  template <typename T> T pick(const std::vector<T> &choices) {
    return choices[below(uint32_t(choices.size()))];
  }
  DType type_of(NodeId id) { return k_.kernel.nodes[id].type; }
  Extent extent() {
    return below(3) ? sized(below(3)) : fixed(1 + below(6) * below(3));
  }
  NodeId extent_node(const Extent &e) {
    return e.constant ? k_.literal(e.value) : k_.size(uint32_t(e.value));
  }
  NodeId op(ScalarOp op, NodeId a, NodeId b) {
    bool tests = info(op).signature == ScalarSignature::test;
    return k_.scalar(op, tests ? boolean : type_of(a), {a, b});
  }
  NodeId literal(DType type);
  NodeId index(int depth);
  NodeId load(DType type, int depth);
  NodeId condition(int depth);
  NodeId fold(DType type, int depth);
  NodeId branch(DType type, int depth);
  NodeId countdown(DType type, int depth);
  NodeId value(DType type, int depth);
  void stores(const std::vector<uint32_t> &outputs);

  struct Index {
    NodeId node;
    Extent extent;
  };
  std::mt19937 random_;
  KernelMaker k_;
  std::vector<Index> indices_;
  std::vector<uint32_t> inputs_;
};

NodeId RandomKernel::literal(DType type) {
  if (!is_real(type))
    return k_.literal(int64_t(below(7)) - (is_signed_integer(type) ? 3 : 0),
                      type);
  float v = float(int(below(9)) - 4) / 2;
  NodeId wide = k_.real(v);
  return type == DType::f32 ? wide : k_.scalar(ScalarOp::cast, type, {wide});
}

/// Any small number: linear in the indices, more often than not.
NodeId RandomKernel::index(int depth) {
  if (indices_.empty() || depth <= 0)
    return k_.literal(int64_t(below(4)));
  NodeId i = pick(indices_).node;
  switch (below(7)) {
  case 0:
    return op(ScalarOp::add, i, k_.literal(int64_t(below(5)) - 2));
  case 1:
    return op(ScalarOp::mul, i, k_.literal(int64_t(below(5)) - 1));
  case 2:
    return op(ScalarOp::div, i, k_.literal(int64_t(below(4)) + 1));
  case 3:
    return op(ScalarOp::mod, op(ScalarOp::add, i, index(depth - 1)),
              k_.literal(int64_t(below(6)) + 1));
  case 4:
    return op(ScalarOp::mul, i, k_.size(3)); // 0 or 1
  case 5:
    return k_.scalar(ScalarOp::cast, i64, {value(DType::u8, depth - 1)});
  default:
    return i;
  }
}

NodeId RandomKernel::load(DType type, int depth) {
  std::vector<uint32_t> fitting;
  for (uint32_t input : inputs_)
    if (k_.kernel.operands[input].dtype == type)
      fitting.push_back(input);
  if (fitting.empty())
    return literal(type);
  uint32_t operand = pick(fitting);
  std::vector<NodeId> args, bounds;
  for (Extent dim : k_.kernel.operands[operand].dims) {
    std::vector<NodeId> direct;
    for (const Index &i : indices_)
      if (i.extent == dim)
        direct.push_back(i.node);
    if (!direct.empty() && below(4)) {
      args.push_back(pick(direct));
      continue;
    }
    NodeId at = index(depth);
    args.push_back(at);
    bounds.push_back(op(ScalarOp::le, k_.literal(0), at));
    bounds.push_back(op(ScalarOp::lt, at, extent_node(dim)));
  }
  if (bounds.empty())
    return k_.load(operand, args);
  NodeId guard = bounds[0];
  for (NodeId bound : std::span(bounds).subspan(1))
    guard = op(ScalarOp::bit_and, guard, bound);
  args.push_back(guard);
  args.push_back(literal(type));
  return k_.load(operand, args);
}

NodeId RandomKernel::condition(int depth) {
  DType type = pick(value_types);
  return op(pick<ScalarOp>({ScalarOp::lt, ScalarOp::le, ScalarOp::eq}),
            value(type, depth - 1), value(type, depth - 1));
}

NodeId RandomKernel::fold(DType type, int depth) {
  Extent e = extent();
  bool spans = below(4);
  NodeId high = spans ? extent_node(e) : index(1);
  NodeId init = literal(type);
  NodeId loop = k_.nest(
      NodeKind::loop, {k_.literal(0), high, init}, {[&] {
        NodeId i = k_.param(i64), carried = k_.param(type);
        indices_.push_back({i, spans ? e : fixed(-1)});
        // A sum of reals would round differently in another order.
        ScalarOp join =
            is_real(type) ? pick<ScalarOp>({ScalarOp::max, ScalarOp::min})
                          : pick<ScalarOp>({ScalarOp::add, ScalarOp::sub,
                                            ScalarOp::max, ScalarOp::bit_xor});
        NodeId element =
            below(5) ? value(type, depth - 1) : fold(type, depth - 1);
        NodeId next = op(join, carried, element);
        if (below(5) == 0) // Not a plain reduction.
          next =
              k_.scalar(ScalarOp::select, type, {condition(0), carried, next});
        indices_.pop_back();
        k_.yield({next});
      }});
  return k_.result(loop, 0, type);
}

NodeId RandomKernel::branch(DType type, int depth) {
  NodeId when = condition(depth);
  NodeId node = k_.nest(NodeKind::branch, {when},
                        {[&] { k_.yield({value(type, depth - 1)}); },
                         [&] { k_.yield({value(type, depth - 1)}); }});
  return k_.result(node, 0, type);
}

NodeId RandomKernel::countdown(DType type, int depth) {
  NodeId start = k_.scalar(ScalarOp::cast, i64, {value(DType::u8, 0)});
  NodeId node =
      k_.nest(NodeKind::loop_while, {start, value(type, depth - 1)}, {[&] {
                NodeId left = k_.param(i64), v = k_.param(type);
                NodeId next = op(ScalarOp::max, v, value(type, depth - 1));
                NodeId half = op(ScalarOp::div, left, k_.literal(2));
                k_.yield({op(ScalarOp::lt, k_.literal(0), half), half, next});
              }});
  return k_.result(node, 1, type);
}

NodeId RandomKernel::value(DType type, int depth) {
  if (depth <= 0)
    return below(4) ? load(type, 1) : literal(type);
  switch (below(12)) {
  case 0:
    return fold(type, depth);
  case 1:
    return branch(type, depth);
  case 2:
    return countdown(type, depth);
  case 3:
    return k_.scalar(
        ScalarOp::select, type,
        {condition(depth), value(type, depth - 1), value(type, depth - 1)});
  case 4:
  case 5: {
    DType from = pick(value_types);
    return k_.scalar(ScalarOp::cast, type, {value(from, depth - 1)});
  }
  case 6:
  case 7:
    return load(type, depth);
  default: {
    ScalarOp o = pick<ScalarOp>({ScalarOp::add, ScalarOp::sub, ScalarOp::mul,
                                 ScalarOp::min, ScalarOp::max});
    if (!is_real(type) && below(4) == 0)
      o = pick<ScalarOp>({ScalarOp::div, ScalarOp::mod, ScalarOp::bit_and,
                          ScalarOp::shl, ScalarOp::shr});
    return op(o, value(type, depth - 1), value(type, depth - 1));
  }
  }
}

/// At the parallel index itself, and once more over a loop of its own.
void RandomKernel::stores(const std::vector<uint32_t> &outputs) {
  std::vector<NodeId> at;
  for (const Index &i : indices_)
    at.push_back(i.node);
  for (uint32_t output : outputs) {
    DType type = k_.kernel.operands[output].dtype;
    std::vector<NodeId> args = at;
    args.push_back(value(type, 3));
    if (below(2))
      args.push_back(condition(1));
    k_.store(output, args);
    std::vector<NodeId> again = at;
    NodeId old = k_.load(output, at);
    again.push_back(op(ScalarOp::add, old, value(type, 1)));
    k_.store(output, again);
  }
}

Kernel RandomKernel::make() {
  k_.kernel.size_count = 4;
  for (uint32_t n = below(4); n > 0; --n)
    k_.kernel.loops.push_back(extent());
  for (uint32_t n = 2 + below(4); n > 0; --n) {
    std::vector<Extent> dims;
    for (const Extent &loop : k_.kernel.loops)
      if (below(4))
        dims.push_back(loop);
    if (below(2))
      dims.push_back(extent());
    inputs_.push_back(k_.input(pick(value_types), dims));
  }
  std::vector<uint32_t> outputs;
  bool imperative = k_.kernel.kind == KernelClass::loops;
  for (uint32_t n = 1 + below(2); n > 0; --n)
    outputs.push_back(
        k_.add_operand({pick(value_types), k_.kernel.loops, true, imperative}));
  for (const Extent &loop : k_.kernel.loops)
    indices_.push_back({k_.param(i64), loop});
  if (imperative) {
    stores(outputs);
  } else {
    std::vector<NodeId> results;
    for (uint32_t output : outputs)
      results.push_back(value(k_.kernel.operands[output].dtype, 4));
    k_.yield(results);
  }
  return std::move(k_.kernel);
}

/// Nodes that a block executes at most, by its loops' literal and size bounds.
double steps_of(const Kernel &kernel, const Block &block,
                const std::vector<int64_t> &sizes) {
  constexpr double of_others = 40; // As many as the longest extent.
  double steps = 0;
  for (NodeId id : block.nodes) {
    const Node &node = kernel.nodes[id];
    double trips = 1;
    if (node.kind == NodeKind::loop) {
      const Node &high = kernel.nodes[node.args[1]];
      trips = high.kind == NodeKind::size       ? double(sizes[high.index])
              : high.kind == NodeKind::constant ? double(high.bits)
                                                : of_others;
    } else if (node.kind == NodeKind::loop_while) {
      trips = 8; // A byte, halved.
    }
    ++steps;
    for (const Block &inner : node.blocks)
      steps += trips * steps_of(kernel, inner, sizes);
  }
  return steps;
}

/// Of no more work than simulated chips do in a moment.
std::vector<int64_t> random_sizes(const Kernel &kernel, std::mt19937 &random) {
  constexpr double max_steps = 4e6;
  std::vector<int64_t> lengths = {0, 1, 2, 3, 7, 16, 19, 40};
  for (;;) {
    std::vector<int64_t> sizes;
    for (int s = 0; s < 3; ++s)
      sizes.push_back(lengths[random() % lengths.size()]);
    sizes.push_back(random() % 2);
    double points = double(element_count(kernel.loops, sizes));
    double steps = points * steps_of(kernel, kernel.body, sizes);
    if (steps <= max_steps || lengths.size() == 2)
      return sizes;
    lengths.pop_back();
  }
}

TEST(KernelFuzz, randomKernels) {
  uint32_t seed =
      uint32_t(testing::UnitTest::GetInstance()->random_seed()) * 1000;
  std::vector<Case> cases;
  for (uint32_t n = 0; n < 60; ++n) {
    Case test{RandomKernel(seed + n, n % 4 == 3).make(), {}, {}};
    std::mt19937 random(seed + n);
    for (int launch = 0; launch < 4; ++launch)
      test.launches.push_back(random_launch(
          test.kernel, random_sizes(test.kernel, random), random));
    cases.push_back(std::move(test));
  }
  check_cases(cases);
}

} // namespace
} // namespace landfall::native
