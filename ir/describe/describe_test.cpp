//===- describe_test.cpp - Operations as kernels --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/owned_constant.h"
#include "ir/builder_impl.h"
#include "ir/describe/describe.h"

#include <gtest/gtest.h>

namespace landfall::ir {
namespace {

class DescribeTest : public testing::Test {
protected:
  Module module;
  Builder b{module};

  Tensor input(std::vector<SignatureDim> dims, DType dtype = DType::f32) {
    return b.input({"x", ValueKind::tensor, dtype, std::move(dims)});
  }
  Description of(Tensor result) {
    Description d = describe(module.impl(), value_of(result).getDefiningOp());
    Status status = verify(d.kernel);
    EXPECT_TRUE(status) << status.error().message << print(d.kernel);
    EXPECT_EQ(d.kernel.size_count, d.sizes.size());
    return d;
  }
  static int count(const Kernel &kernel, NodeKind kind) {
    int found = 0;
    for (const Node &node : kernel.nodes)
      found += node.kind == kind;
    return found;
  }
};

const SignatureDim rows{-1, "rows"}, columns{-1, "columns"};

Tensor relu(Tensor x) {
  return x.builder().elementwise({x}, [](auto e) { return maximum(e[0], 0); });
}

Tensor row_sums(Tensor x) {
  Builder &b = x.builder();
  return b.map({x.dim(0)}, x.dtype(), [&](auto i) {
    return sum(b, {x.dim(1)}, x.dtype(),
               [&](auto k) { return x.at({i[0], k[0]}); });
  });
}

TEST_F(DescribeTest, AMap) {
  Tensor x = input({rows, columns});
  Description d = of(relu(x));
  EXPECT_EQ(d.kernel.kind, KernelClass::map);
  EXPECT_EQ(d.sizes, (std::vector<Size>{x.dim(0), x.dim(1)}));
  ASSERT_EQ(d.kernel.operands.size(), 2u);
  EXPECT_FALSE(d.kernel.operands[0].written);
  EXPECT_TRUE(d.kernel.operands[1].written);
  EXPECT_EQ(d.kernel.operands[0].dims, d.kernel.loops);
}

TEST_F(DescribeTest, KernelsOfDifferentShapesAreEqual) {
  Tensor symbolic = input({rows, columns});
  Tensor fixed = input({{64, ""}, {64, ""}});
  Tensor tall = input({{1000, ""}, {20, ""}});
  std::string key = structural_key(of(relu(symbolic)).kernel);
  EXPECT_EQ(structural_key(of(relu(fixed)).kernel), key)
      << "extents that are equal by accident are two parameters";
  EXPECT_EQ(structural_key(of(relu(tall)).kernel), key);
}

TEST_F(DescribeTest, AFoldSharesTheExtentOfTheAxisThatItReads) {
  for (const SignatureDim &length : {columns, SignatureDim{64, ""}}) {
    Description d = of(row_sums(input({rows, length})));
    const Extent &axis = d.kernel.operands[0].dims[1];
    ASSERT_EQ(count(d.kernel, NodeKind::size), 1);
    for (const Node &node : d.kernel.nodes)
      if (node.kind == NodeKind::size)
        EXPECT_EQ(int64_t(node.index), axis.value);
  }
}

TEST_F(DescribeTest, ExtentsOfZeroAndOneAreConstants) {
  Description d = of(relu(input({{1, ""}, rows, {0, ""}, {2, ""}})));
  const std::vector<Extent> &loops = d.kernel.loops;
  EXPECT_EQ(loops[0], (Extent{true, 1}));
  EXPECT_FALSE(loops[1].constant);
  EXPECT_EQ(loops[2], (Extent{true, 0}));
  EXPECT_FALSE(loops[3].constant);
}

/// Elementwise maps of all shapes are one kernel.
TEST_F(DescribeTest, ShortRowsOfWhatIsMovedAreConstants) {
  auto innermost = [&](int64_t extent, bool moved) {
    Tensor x = input({rows, {extent, ""}});
    Tensor y = b.map({x.dim(0), x.dim(1)}, DType::f32, [&](auto i) {
      return moved ? x.at({i[0], b.scalar(x.dim(1) - 1) - i[1]})
                   : x.at({i[0], i[1]});
    });
    return of(y).kernel.loops.back();
  };
  EXPECT_EQ(innermost(longest_fixed_row, true),
            (Extent{true, longest_fixed_row}));
  EXPECT_FALSE(innermost(longest_fixed_row, false).constant);
  EXPECT_FALSE(innermost(longest_fixed_row + 1, true).constant);
}

TEST_F(DescribeTest, AnIndexMakesItsExtentsOne) {
  Tensor x = input({rows, columns}), y = input({rows, columns});
  Description d = of(b.elementwise({x, y}, [](auto e) { return e[0] + e[1]; }));
  EXPECT_EQ(d.sizes.size(), 2u);
  EXPECT_EQ(d.kernel.operands[0].dims, d.kernel.operands[1].dims);
  Tensor moved = b.map({x.dim(0), x.dim(1)}, DType::f32, [&](auto i) {
    return x.at({i[0], minimum(i[1] + 1, b.scalar(x.dim(1) - 1))});
  });
  EXPECT_EQ(of(moved).sizes.size(), 4u)
      << "the operand's columns are another extent than the loop's, and there "
         "is the bound";
}

TEST_F(DescribeTest, OperandsAreListedOnce) {
  Tensor x = input({rows, columns});
  Description d = of(b.elementwise({x, x}, [](auto e) { return e[0] * e[1]; }));
  ASSERT_EQ(d.inputs.size(), 1u);
  EXPECT_EQ(d.inputs[0], value_of(x));
}

TEST_F(DescribeTest, ShortLoopsAreUnrollableAndLongOnesAreNot) {
  auto bound_of = [&](int64_t length) {
    Description d = of(row_sums(input({rows, {length, ""}})));
    for (const Node &node : d.kernel.nodes)
      if (node.kind == NodeKind::loop)
        return d.kernel.nodes[node.args[1]].kind;
    return NodeKind::check;
  };
  EXPECT_EQ(bound_of(1), NodeKind::constant);
  EXPECT_EQ(bound_of(largest_kernel_constant), NodeKind::constant);
  EXPECT_EQ(bound_of(largest_kernel_constant + 1), NodeKind::size);
}

TEST_F(DescribeTest, AFoldOverAnAxisUsesTheAxisExtent) {
  Tensor x = input({rows, {64, ""}});
  Description d = of(row_sums(x));
  EXPECT_EQ(d.sizes, (std::vector<Size>{x.dim(0), 64})) << print(d.kernel);
}

TEST_F(DescribeTest, AContraction) {
  Tensor x = input({rows, columns}), y = input({columns, {5, ""}});
  Contraction c;
  c.shape = {x.dim(0), 5};
  c.reduce = {x.dim(1)};
  c.factors = [=](auto i, auto k) {
    return std::pair(x.at({i[0], k[0]}), y.at({k[0], i[1]}));
  };
  c.epilogue = [](auto, Scalar s) { return cast(s, DType::f64); };
  Description d = of(b.contract(c));
  EXPECT_EQ(d.kernel.kind, KernelClass::contraction);
  EXPECT_EQ(d.kernel.accumulator, DType::f32);
  ASSERT_EQ(d.kernel.reduce.size(), 1u);
  EXPECT_EQ(d.kernel.reduce[0], d.kernel.operands[0].dims[1]);
  EXPECT_EQ(d.kernel.reduce[0], d.kernel.operands[1].dims[0]);
  EXPECT_EQ(d.kernel.operands[2].dtype, DType::f64);
}

TEST_F(DescribeTest, WindowsOfAContractionAreConstantsAndChannelsAreNot) {
  auto reduce_of = [&](int64_t taps) {
    Tensor x = input({{8, ""}, {100, ""}});
    Tensor w = input({{4, ""}, {8, ""}, {taps, ""}});
    Contraction c;
    c.shape = {4, 101 - taps};
    c.reduce = {8, taps};
    c.factors = [=](auto i, auto k) {
      return std::pair(x.at({k[0], i[1] + k[1]}), w.at({i[0], k[0], k[1]}));
    };
    c.epilogue = [](auto, Scalar s) { return s; };
    return of(b.contract(c)).kernel.reduce;
  };
  EXPECT_EQ(reduce_of(3)[1], (Extent{true, 3}));
  EXPECT_FALSE(reduce_of(3)[0].constant);
  EXPECT_FALSE(reduce_of(largest_kernel_constant + 1)[1].constant);
}

TEST_F(DescribeTest, BuffersOfLoopsAreReadIfTheyMayBe) {
  Tensor x = input({rows});
  LoopsResult results[] = {{DType::f32, x.shape(), {}},
                           {DType::f32, x.shape(), {}},
                           {DType::f32, x.shape(), x}};
  Tensors y = b.loops(x.shape(), results, [&](auto at, auto out) {
    out[0].store(at, x.at(at));
    out[1].store(at, x.at(at));
    out[1].store(at, out[1].at(at) + 1);
    out[2].store(at, x.at(at));
  });
  Description d = of(y[0]);
  EXPECT_EQ(d.kernel.kind, KernelClass::loops);
  ASSERT_EQ(d.kernel.operands.size(), 4u);
  EXPECT_FALSE(d.kernel.operands[1].read) << "only stored";
  EXPECT_TRUE(d.kernel.operands[2].read) << "loaded in the body";
  EXPECT_TRUE(d.kernel.operands[3].read) << "begins as a copy";
}

TEST_F(DescribeTest, GuardsChecksAndControlFlow) {
  Tensor x = input({rows});
  LoopsResult result{DType::f32, x.shape(), {}};
  Tensor y = b.loops(x.shape(), {&result, 1}, [&](auto at, auto out) {
    b.check(at[0] < b.index(9), "there are too many rows", "row", at[0]);
    Scalar value = x.at_or(at, at[0] > b.index(0), b.literal(DType::f32, 1));
    Scalars grown = b.fold_while({value}, [&](auto carried) {
      return std::pair(carried[0] < 8.0, Scalars{carried[0] * 2});
    });
    Scalars chosen = b.branch(
        grown[0] < 9.0, [&] { return Scalars{grown[0]}; },
        [&] { return Scalars{value}; });
    out[0].store(at, chosen[0]);
  })[0];
  Kernel kernel = of(y).kernel;
  for (NodeKind kind : {NodeKind::check, NodeKind::load, NodeKind::loop_while,
                        NodeKind::branch, NodeKind::store})
    EXPECT_EQ(count(kernel, kind), 1) << print(kernel);
  ASSERT_EQ(kernel.checks.size(), 1u);
  EXPECT_EQ(kernel.checks[0].message, "there are too many rows");
  EXPECT_EQ(kernel.checks[0].value_name, "row");
}

TEST_F(DescribeTest, OriginsNameTheKernel) {
  ModelNode node{"block/relu", false, "Relu"};
  b.set_origin(node);
  Kernel kernel = of(relu(input({rows}))).kernel;
  EXPECT_EQ(kernel.origins, std::vector<ModelNode>{node});
  EXPECT_EQ(kernel.name, "block_relu");
}

TEST_F(DescribeTest, KernelsSeeStringsAsNumbers) {
  Tensor x = input({rows}, DType::string), y = input({rows}, DType::string);
  Tensor result = b.elementwise({x, y}, [&](auto e) {
    return select(e[0] == e[1], b.text("same"), e[0]);
  });
  EXPECT_EQ(result.dtype(), DType::string);
  Description d = of(result);
  for (const KernelOperand &operand : d.kernel.operands)
    EXPECT_EQ(operand.dtype, DType::i64);
  Tensor numbers =
      b.elementwise({x}, [](auto e) { return bitcast(e[0], DType::i64) + 1; });
  for (const Node &node : of(numbers).kernel.nodes)
    EXPECT_NE(node.type, DType::string);
}

TEST_F(DescribeTest, OperandsThatAreWeightsAreMarked) {
  Tensor x = input({{2, ""}, {3, ""}});
  std::vector<float> values(6, 1.0f);
  auto weight = [&](std::vector<int64_t> dims) {
    return b.constant(
        owned_constant<float>(DType::f32, std::move(dims), values));
  };
  auto sum = [&](Tensor a) {
    Tensor y = b.elementwise({x, a}, [](auto e) { return e[0] + e[1]; });
    return of(y).kernel;
  };
  Kernel stored = sum(weight({2, 3}));
  Kernel reshaped = sum(b.reshape(weight({6}), {2, 3}));
  Kernel computed = sum(relu(x));
  for (const Kernel *kernel : {&stored, &reshaped}) {
    EXPECT_FALSE(kernel->operands[0].constant);
    EXPECT_TRUE(kernel->operands[1].constant);
    EXPECT_FALSE(kernel->operands[2].constant);
  }
  EXPECT_FALSE(computed.operands[1].constant);
  EXPECT_EQ(structural_key(computed), structural_key(stored));
}

TEST_F(DescribeTest, ConstantsOfStringsFold) {
  std::vector<std::string> words = {"a", "b", ""};
  Tensor x = b.constant(b.texts({3}, words));
  Tensor reversed =
      b.map({3}, DType::string, [&](auto i) { return x.at({2 - i[0]}); });
  auto data = b.constant_data(reversed);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->dtype, DType::string);
  EXPECT_EQ(b.strings_of(*data), (std::vector<std::string>{"", "b", "a"}));
}

} // namespace
} // namespace landfall::ir
