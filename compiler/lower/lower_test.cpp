//===- lower_test.cpp - What the program of a graph is --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/lower/lower.h"

#include "base/owned_constant.h"
#include "compiler/passes/pass_for_test.h"

namespace landfall::compiler {
namespace {

using namespace ir;

Tensor relu(Tensor x) {
  return x.builder().elementwise({x}, [](auto e) { return maximum(e[0], 0); });
}

class LowerTest : public testing::Test {
protected:
  Module module;
  Builder b{module};
  Tensor x = input(b); // [rows, columns]
  Package package;

  void run() {
    Status status = lower(module, package);
    ASSERT_TRUE(status) << status.error().message;
  }

  /// Where an instruction stands, in order.
  std::vector<size_t> places(Op op) {
    std::vector<size_t> result;
    for (size_t k = 0; k < package.program.code.size(); ++k)
      if (package.program.code[k].op == op)
        result.push_back(k);
    return result;
  }
  size_t count(Op op) { return places(op).size(); }
};

Tensor table(Builder &b, std::vector<float> values) {
  std::vector<int64_t> dims = {int64_t(values.size())};
  return b.constant(owned_constant<float>(DType::f32, std::move(dims), values));
}

TEST_F(LowerTest, ABoxThatALoopStartsFromAndReadsStays) {
  SignatureValue list;
  list.name = "list";
  list.kind = ValueKind::sequence;
  Box start = b.box_input(list);
  SignatureValue length;
  length.dtype = DType::i64;
  b.output("last", b.loop(b.from_size(2), {}, {start}, [&](const auto &state) {
    Any read = start;
    b.box(BoxFunction::sequence_length, {&read, 1}, {&length, 1});
    return Builder::LoopStep{{}, {state.carried[0]}, {}};
  })[0]);
  run();
  std::vector<size_t> boxes = places(Op::box);
  ASSERT_EQ(boxes.size(), 1u);
  uint32_t read = package.program.code[boxes[0]].args[4];
  for (size_t at : places(Op::drop))
    if (package.program.code[at].args[0] == read)
      EXPECT_GT(at, boxes[0]) << "dropped before the loop reads it";
}

/// Iterations whose number and extents are known write to one tensor; kernels
/// get the number of the iteration as a parameter, and nothing is read back.
TEST_F(LowerTest, ALoopOfKnownLengthCollectsInPlace) {
  Tensor start = table(b, std::vector<float>(16, 1.0f));
  auto step = [&](const Builder::LoopState &state) {
    Tensor last = state.carried[0].tensor;
    Tensor next = b.map(last.shape(), DType::f32, [&](auto i) {
      return last.at(i) + cast(state.iteration.at({}), DType::f32);
    });
    return Builder::LoopStep{{}, {next}, {next}};
  };
  bool holds[] = {true};
  Tensor always = b.constant(owned_constant<bool>(DType::boolean, {}, holds));
  b.output("y", b.loop(b.from_size(5), always, {start}, step)[1].tensor);
  run();
  EXPECT_EQ(count(Op::box), 0u);
  EXPECT_EQ(count(Op::part), 1u);
  EXPECT_EQ(count(Op::copy), 0u);
  size_t body = places(Op::part)[0];
  for (size_t at : places(Op::read))
    EXPECT_LT(at, body) << "waits for the device in every iteration";
  EXPECT_EQ(count(Op::launch), 1u);
}

/// What is computed elsewhere is copied.
TEST_F(LowerTest, ALoopCollectsWhatItDoesNotCompute) {
  Tensor fixed = relu(table(b, {1, 2, 3})), start = relu(x);
  auto step = [&](const Builder::LoopState &state) {
    return Builder::LoopStep{{}, {relu(state.carried[0].tensor)}, {fixed}};
  };
  b.output("y", b.loop(b.from_size(5), {}, {start}, step)[1].tensor);
  run();
  EXPECT_EQ(count(Op::box), 0u);
  ASSERT_EQ(count(Op::copy), 1u);
  EXPECT_LT(places(Op::part)[0], places(Op::copy)[0]);
}

/// Where a condition decides how many iterations there are, a sequence grows.
TEST_F(LowerTest, ALoopOfUnknownLengthCollectsASequence) {
  auto step = [&](const Builder::LoopState &state) {
    Tensor last = state.carried[0].tensor;
    Tensor small = b.map({}, DType::boolean,
                         [&](auto) { return last.at({b.index(0)}) < 3.0; });
    Tensor next = b.elementwise({last}, [](auto e) { return e[0] + 1.0; });
    return Builder::LoopStep{small, {next}, {next}};
  };
  Tensor start = table(b, {1, 2, 3});
  b.output("y", b.loop(b.from_size(5), {}, {start}, step)[1].tensor);
  run();
  EXPECT_EQ(count(Op::part), 0u);
  EXPECT_EQ(count(Op::box), 3u) << "empty, push, stack";
}

TEST_F(LowerTest, EntryPointsShareKernelsAndWeights) {
  b.output("y", b.elementwise({x, table(b, {1, 2, 3})},
                              [](auto e) { return e[0] * e[1]; }));
  run();
  size_t kernels = package.kernels.size(), first = package.program.code.size();
  Module other;
  Builder general(other);
  general.separate_names();
  general.output(
      "y", general.elementwise({input(general), table(general, {1, 2, 3})},
                               [](auto e) { return e[0] * e[1]; }));
  ASSERT_TRUE(lower(other, package));
  EXPECT_EQ(package.kernels.size(), kernels);
  EXPECT_EQ(package.weights.size(), 1u);
  ASSERT_EQ(package.program.entries.size(), 2u);
  EXPECT_EQ(package.program.entries[1].start, first);
  EXPECT_FALSE(package.program.entries[1].names_bind);
}

TEST_F(LowerTest, KernelsOfEqualStructureAreShared) {
  ModelNode first{"first", false, "Relu"}, second{"second", false, "Relu"};
  b.set_origin(first);
  Tensor a = relu(x);
  Tensor flipped = b.map({x.dim(1), x.dim(0)}, DType::f32,
                         [&](auto i) { return a.at({i[1], i[0]}); });
  b.set_origin(second);
  b.output("y", relu(flipped));
  run();
  EXPECT_EQ(package.kernels.size(), 2u);
  EXPECT_EQ(count(Op::launch), 3u);
  EXPECT_EQ(package.kernels[0].origins, (std::vector{first, second}));
}

TEST_F(LowerTest, KernelsWithChecksNameTheirNode) {
  for (const char *node : {"first", "second"}) {
    b.set_origin({node, false, "Op"});
    LoopsResult y{DType::f32, x.shape(), {}};
    b.output(node, b.loops(x.shape(), {&y, 1}, [&](auto at, auto results) {
      b.check(at[0] < b.index(100), "too many rows");
      results[0].store(at, x.at(at));
    })[0]);
  }
  run();
  EXPECT_EQ(package.kernels.size(), 2u) << "the messages differ";
}

TEST_F(LowerTest, AConstantIsOneWeight) {
  Tensor t = table(b, {1, 2, 3, 4});
  for (const char *name : {"y", "z"})
    b.output(name, b.map({x.dim(0), 4}, DType::f32, [&](auto i) {
      return t.at({i[1]}) + cast(i[0], DType::f32);
    }));
  run();
  ASSERT_EQ(package.weights.size(), 1u);
  EXPECT_EQ(package.weights[0].dims, std::vector<int64_t>{4});
}

TEST_F(LowerTest, RequirementsOnInputsFailBeforeAnyWork) {
  Tensor a = relu(x);
  b.output("y", relu(a));
  b.require(equal(x.dim(0), x.dim(1)), "x must be square");
  run();
  ASSERT_EQ(count(Op::require), 1u);
  EXPECT_LT(places(Op::require)[0], places(Op::launch)[0]);
  ASSERT_EQ(package.program.requirements.size(), 1u);
  EXPECT_EQ(package.program.requirements[0].message, "x must be square");
  EXPECT_EQ(package.program.requirements[0].sizes.size(), 2u);
}

TEST_F(LowerTest, ASizeIsComputedOnce) {
  for (const char *name : {"y", "z"})
    b.output(name, b.map({x.element_count()}, DType::f32,
                         [&](auto i) { return cast(i[0], DType::f32); }));
  run();
  EXPECT_EQ(count(Op::launch), 2u);
  EXPECT_EQ(count(Op::mul), 1u);
  EXPECT_EQ(count(Op::dim), 2u) << "rows and columns";
}

TEST_F(LowerTest, AReshapeMovesNothing) {
  b.output("y", b.reshape(relu(x), {x.element_count()}));
  run();
  EXPECT_EQ(count(Op::alias), 1u);
  EXPECT_EQ(count(Op::launch), 1u);
  EXPECT_EQ(count(Op::copy), 0u);
}

TEST_F(LowerTest, ResultsBeginAsCopiesOfTheirInitialValue) {
  LoopsResult y{DType::f32, x.shape(), x};
  Tensor result = b.loops({x.dim(0)}, {&y, 1}, [&](auto at, auto results) {
    results[0].store({at[0], b.index(0)}, b.literal(DType::f32, 1));
  })[0];
  b.output("y", result);
  run();
  ASSERT_EQ(count(Op::copy), 1u);
  EXPECT_LT(places(Op::copy)[0], places(Op::launch)[0]);
}

TEST_F(LowerTest, IntermediatesLiveInTheArena) {
  Tensor a = relu(x);
  b.output("y", relu(a));
  run();
  EXPECT_EQ(count(Op::arena), 1u);
  EXPECT_EQ(count(Op::place), 1u) << "a";
  EXPECT_EQ(count(Op::alloc), 1u) << "the output";
}

TEST_F(LowerTest, OneBranchRuns) {
  Tensor yes = b.map({}, DType::boolean, [&](auto) {
    return x.at({b.index(0), b.index(0)}) > 0.0;
  });
  auto results = b.if_else(
      yes, [&] { return std::vector<Any>{relu(x)}; },
      [&] { return std::vector<Any>{x}; });
  b.output("y", results[0]);
  run();
  ASSERT_EQ(count(Op::jump_ifnot), 1u);
  ASSERT_EQ(count(Op::jump), 1u);
  EXPECT_EQ(count(Op::share), 2u) << "each branch gives its value";
  size_t to_end = places(Op::jump)[0];
  const auto &code = package.program.code;
  EXPECT_EQ(code[places(Op::jump_ifnot)[0]].args[1], to_end + 1);
  EXPECT_GT(code[to_end].args[0], to_end + 1);
}

/// How often a function on boxes occurs in the program.
size_t boxes(const Program &program, BoxFunction function) {
  size_t count = 0;
  for (const Instruction &instruction : program.code)
    count +=
        instruction.op == Op::box && instruction.args[0] == uint32_t(function);
  return count;
}

TEST_F(LowerTest, AListThatALoopCarriesGrowsInPlace) {
  SignatureValue list;
  list.kind = ValueKind::sequence;
  int64_t f32 = int64_t(DType::f32);
  Any empty = b.box(BoxFunction::sequence_empty, {}, {&list, 1}, {&f32, 1})[0];
  auto insert = [&](const Any &into) {
    std::vector<Any> arguments = {into, x};
    return b.box(BoxFunction::sequence_insert, arguments, {&list, 1})[0];
  };
  auto results =
      b.loop(b.from_size(3), {}, {empty}, [&](const Builder::LoopState &state) {
        return Builder::LoopStep{{}, {insert(state.carried[0])}, {}};
      });
  insert(results[0]);
  b.output("y", insert(results[0]));
  run();
  EXPECT_EQ(boxes(package.program, BoxFunction::sequence_push), 2u)
      << "in the loop, and the last of the two after it";
  EXPECT_EQ(boxes(package.program, BoxFunction::sequence_insert), 1u);
}

TEST_F(LowerTest, LoopsJumpBackAndCountTheirIterations) {
  Tensor trips = b.from_size(3);
  auto results = b.loop(trips, {}, {x}, [&](const Builder::LoopState &state) {
    Tensor i = state.iteration, v = state.carried[0].tensor;
    Tensor next = b.elementwise(
        {v, i}, [](auto e) { return e[0] + cast(e[1], DType::f32); });
    return Builder::LoopStep{{}, {next}, {i}};
  });
  b.output("y", results[0]);
  b.output("iterations", results[1]);
  run();
  ASSERT_EQ(count(Op::jump), 1u);
  size_t back = places(Op::jump)[0];
  EXPECT_LT(package.program.code[back].args[0], back);
  bool counts = false;
  for (const Kernel &kernel : package.kernels)
    counts |= kernel.name == "iteration";
  EXPECT_TRUE(counts);
}

TEST(LowerRuns, ExtentsOfZeroAndOne) {
  BuildGraph build = [](Builder &b) { b.output("y", relu(input(b))); };
  EXPECT_TRUE(outcome(build, nullptr, 0, 4).values.empty());
  EXPECT_EQ(outcome(build, nullptr, 1, 1).values.size(), 1u);
}

} // namespace
} // namespace landfall::compiler
