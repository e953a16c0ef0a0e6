//===- builder_test.cpp - What the facade builds and refuses --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/owned_constant.h"
#include "ir/box_facts.h"
#include "ir/builder.h"
#include "ir/module/module.h"
#include "ir/module/verify_core_ir.h"
#include "ir/table.h"

#include <gtest/gtest.h>

namespace landfall::ir {
namespace {

class BuilderTest : public testing::Test {
protected:
  Module module;
  Builder b{module};

  Tensor input(std::vector<SignatureDim> dims, DType dtype = DType::f32) {
    return b.input({"x", ValueKind::tensor, dtype, std::move(dims)});
  }
  int count(std::string_view what) {
    std::string text = module.print();
    int found = 0;
    for (size_t at = 0; (at = text.find(what, at)) != text.npos; ++at)
      ++found;
    return found;
  }
  /// Refused operations are left half built: the frontend gives such a module
  /// up.
  bool is_left_unfinished = false;
  void TearDown() override {
    if (is_left_unfinished)
      return;
    Status status = verify_core_ir(module);
    EXPECT_TRUE(status) << status.error().message;
  }
};

const SignatureDim rows{-1, "rows"}, columns{-1, "columns"};

template <typename F> ErrorCode refusal(F build) {
  try {
    build();
  } catch (const BuildError &error) {
    return error.error.code;
  }
  ADD_FAILURE() << "it was not refused";
  return ErrorCode::internal;
}

//===--- Shapes -----------------------------------------------------------===//

TEST_F(BuilderTest, EqualSymbolNamesAreOneSize) {
  Tensor a = input({rows, columns}), c = input({rows, {-1, ""}});
  EXPECT_EQ(a.dim(0), c.dim(0));
  EXPECT_NE(a.dim(1), c.dim(1));
  EXPECT_EQ(a.dim(-1), a.dim(1));
  EXPECT_EQ(refusal([&] { a.dim(2); }), ErrorCode::invalid_model);
}

TEST_F(BuilderTest, BroadcastOfKnownExtents) {
  Shape shapes[] = {{4, 1, 3}, {5, 1}};
  EXPECT_EQ(b.broadcast_shapes(shapes), (Shape{4, 5, 3}));
  EXPECT_EQ(count("lf.require"), 0);
  Shape wrong[] = {{4}, {3}};
  EXPECT_EQ(refusal([&] { b.broadcast_shapes(wrong); }),
            ErrorCode::invalid_model);
}

TEST_F(BuilderTest, BroadcastOfUnknownExtentsIsRequiredToBeLegal) {
  Tensor a = input({rows}), c = input({columns});
  Tensor y = b.elementwise({a, c}, [](auto e) { return e[0] + e[1]; });
  EXPECT_EQ(y.dim(0), broadcast(a.dim(0), c.dim(0)));
  EXPECT_EQ(count("lf.require"), 1);
  Tensor twice = b.elementwise({a, a}, [](auto e) { return e[0] + e[1]; });
  EXPECT_EQ(twice.dim(0), a.dim(0));
  EXPECT_EQ(count("lf.require"), 1) << "equal extents need no proof";
}

TEST_F(BuilderTest, ReshapesKeepTheElementCount) {
  Tensor x = input({rows, {4, ""}});
  EXPECT_EQ(b.reshape(x, x.shape()).opaque(), x.opaque());
  Tensor flat = b.reshape(x, {x.dim(0) * 4});
  EXPECT_EQ(count("lf.require"), 0) << "equal by proof";
  b.reshape(flat, {x.dim(0), 2, 2});
  EXPECT_EQ(count("lf.require"), 0);
  b.reshape(x, {8});
  EXPECT_EQ(count("lf.require"), 1) << "only the run knows";
  Tensor fixed = input({{2, ""}, {3, ""}});
  EXPECT_EQ(refusal([&] { b.reshape(fixed, {5}); }), ErrorCode::invalid_model);
}

TEST_F(BuilderTest, EmptyConstantsMayHaveAnyOtherExtents) {
  int64_t large = int64_t(1) << 40;
  for (const std::vector<int64_t> &dims :
       {std::vector<int64_t>{large, large, 0},
        {0, large, large},
        {large, 0, large}}) {
    Tensor empty = b.constant({DType::f32, dims, {}});
    EXPECT_EQ(empty.rank(), 3u);
  }
}

TEST_F(BuilderTest, RequirementsThatAreKnown) {
  b.require(1, "holds");
  EXPECT_EQ(count("lf.require"), 0);
  EXPECT_EQ(refusal([&] { b.require(0, "fails"); }), ErrorCode::invalid_model);
}

TEST_F(BuilderTest, ShapesStayWhereTheyAreAsOthersAreMade) {
  Tensor x = input({rows, columns});
  const Shape &shape = x.shape();
  for (int i = 0; i < 1000; ++i)
    input({rows});
  EXPECT_EQ(&shape, &x.shape());
}

TEST_F(BuilderTest, TensorsHaveALimitedRank) {
  EXPECT_EQ(refusal([&] { input(std::vector<SignatureDim>(65, rows)); }),
            ErrorCode::unsupported);
}

TEST_F(BuilderTest, ExtentsAreNotNegative) {
  auto zero = [&](auto) { return b.literal(DType::f32, 0); };
  EXPECT_EQ(refusal([&] { b.map({2, -3}, DType::f32, zero); }),
            ErrorCode::invalid_model);
}

TEST_F(BuilderTest, ValuesFromOutsideAreRequiredToBeInRange) {
  Tensor x = input({{2, ""}}, DType::i64);
  Size size = b.read_required(x, 1, {0, 9}, "none");
  EXPECT_EQ(count("lf.require"), 2);
  EXPECT_EQ(size.range().low, 0);
  EXPECT_EQ(size.range().high, 9);
  EXPECT_EQ(refusal([&] { b.read(x, 2); }), ErrorCode::invalid_model);
  b.read(input({rows}, DType::i64), 2);
  EXPECT_EQ(count("lf.require"), 3) << "whether it has that element";
}

//===--- Bodies -----------------------------------------------------------===//

TEST_F(BuilderTest, ShortSizesAreLiteralsInBodies) {
  Tensor x = input({rows});
  auto build = [&](Size size) {
    b.elementwise(
        {x}, [&](auto e) { return e[0] + cast(b.scalar(size), DType::f32); });
  };
  build(16);
  EXPECT_EQ(count("lf.size \"16\""), 0);
  EXPECT_EQ(count("lf.literal 16 : i64"), 1);
  build(17);
  EXPECT_EQ(count("lf.size \"17\""), 1);
  EXPECT_EQ(count("lf.literal 17"), 0);
}

TEST_F(BuilderTest, OperandTypesMustAgree) {
  Tensor x = input({rows}), i = input({rows}, DType::i32);
  auto build = [&](const ElementBody &body) {
    return refusal([&] { b.elementwise({x, i}, body); });
  };
  EXPECT_EQ(build([](auto e) { return e[0] + e[1]; }),
            ErrorCode::invalid_model);
  EXPECT_EQ(build([](auto e) { return exp(e[1]); }), ErrorCode::invalid_model);
  EXPECT_EQ(build([](auto e) { return e[0] & e[0]; }),
            ErrorCode::invalid_model);
  EXPECT_EQ(build([](auto e) { return select(e[1], e[0], e[0]); }),
            ErrorCode::invalid_model);
  is_left_unfinished = true;
}

TEST_F(BuilderTest, ATableIsNeverComputedAgain) {
  Tensor x = input({rows});
  Tensor y = table(b, {x.dim(0)}, DType::f32,
                   [&](auto i) { return exp(x.at({i[0]})); });
  EXPECT_EQ(y.shape(), x.shape());
  EXPECT_EQ(count("materialize"), 1);
}

TEST_F(BuilderTest, LoopsStartFromCopies) {
  Tensor x = input({rows, columns});
  LoopsResult results[] = {{DType::f32, x.shape(), x},
                           {DType::i64, {x.dim(0)}, {}}};
  Tensors y = b.loops({x.dim(0)}, results, [&](auto at, auto out) {
    out[0].store({at[0], b.index(0)}, out[0].at({at[0], b.index(0)}) * 2);
    out[1].store({at[0]}, at[0]);
  });
  EXPECT_EQ(y[0].shape(), x.shape());
  EXPECT_EQ(y[1].dtype(), DType::i64);
  EXPECT_EQ(count("lf.parallel"), 1);
}

//===--- Constants --------------------------------------------------------===//

TEST_F(BuilderTest, WhatIsComputedOfConstantsIsAConstant) {
  const float values[] = {1, 2, 3};
  Tensor c = b.constant(owned_constant<float>(DType::f32, {3}, values));
  Tensor y = b.elementwise({c}, [](auto e) { return e[0] * 2; });
  auto data = b.constant_data(y);
  ASSERT_TRUE(data);
  EXPECT_EQ(reinterpret_cast<const float *>(data->bytes.data.data())[2], 6);
  EXPECT_EQ(count("lf.map"), 0);
  EXPECT_FALSE(b.constant_data(y, 4)) << "more bytes than asked for";
  EXPECT_EQ(refusal([&] {
              b.constant(owned_constant<float>(DType::f32, {4}, values));
            }),
            ErrorCode::invalid_model)
      << "too few bytes";
}

TEST_F(BuilderTest, ExtentsOfZeroAndOne) {
  Tensor x = input({{0, ""}, {1, ""}});
  Tensor y =
      b.elementwise({x, input({columns})}, [](auto e) { return e[0] + e[1]; });
  EXPECT_EQ(y.dim(0), Size(0));
  EXPECT_EQ(y.element_count(), Size(0));
  EXPECT_EQ(b.reshape(x, {0}).rank(), 1);
}

//===--- Control flow -----------------------------------------------------===//

TEST_F(BuilderTest, BranchesMayDifferInExtents) {
  Tensor c = input({}, DType::boolean), x = input({rows, {2, ""}}),
         z = input({columns, {2, ""}});
  auto either = [&](Tensor a, Tensor d) {
    return b
        .if_else(
            c, [&] { return std::vector<Any>{a}; },
            [&] { return std::vector<Any>{d}; })[0]
        .tensor;
  };
  Tensor y = either(x, z);
  EXPECT_EQ(y.dim(1), Size(2));
  EXPECT_NE(y.dim(0), x.dim(0)) << "only the run knows which";
}

TEST_F(BuilderTest, BranchesThatDifferInRankGiveABox) {
  Tensor c = input({}, DType::boolean), x = input({rows}),
         z = input({{2, ""}, columns});
  Any y = b.if_else(
      c, [&] { return std::vector<Any>{x}; },
      [&] { return std::vector<Any>{z}; })[0];
  ASSERT_TRUE(y.box);
  EXPECT_EQ(y.box.facts->ranks, (std::vector<int>{1, 2}));
  EXPECT_EQ(y.box.facts->dtype, DType::f32);
  EXPECT_EQ(b.rank(y.box), b.rank(y.box));
  EXPECT_EQ(b.unboxed(y.box, DType::f32, 2).rank(), 2);
}

TEST_F(BuilderTest, TheRunChoosesAmongGraphs) {
  Tensor x = input({rows});
  Size n = x.dim(0);
  auto choose = [&](const std::vector<int64_t> &values, int64_t refused) {
    std::vector<Builder::Alternative> alternatives;
    for (int64_t value : values)
      alternatives.push_back({value, ""});
    auto result = b.choose(
        n, alternatives, "n is none of these",
        [&](Builder::Alternative &here) -> std::optional<std::vector<Any>> {
          if (here.value == refused) {
            here.refusal = "n must not be that";
            return std::nullopt;
          }
          return std::vector<Any>{
              b.reshape(x, Shape(size_t(here.value), Size(1)))};
        });
    return result ? (*result)[0] : Any();
  };
  Any two = choose({1, 2, 3}, 2);
  ASSERT_TRUE(two.box);
  EXPECT_EQ(two.box.facts->ranks, (std::vector<int>{1, 3}));
  Any one = choose({1, 2}, 2);
  EXPECT_EQ(one.tensor.rank(), 1) << "the only one is built in place";
  EXPECT_FALSE(choose({2}, 2));
}

TEST_F(BuilderTest, WhatWasBuiltCanBeTakenBack) {
  Tensor x = input({rows}), list = input({{2, ""}}, DType::i64);
  Builder::Mark mark = b.mark();
  Tensor doubled = b.elementwise({list}, [](auto e) { return e[0] + e[0]; });
  Size kept = b.read(doubled, 1);
  b.elementwise({x}, [](auto e) { return -e[0]; });
  b.read_all(list);
  b.discard_since(mark, kept);
  EXPECT_FALSE(b.contents(list)) << "its symbols are gone";
  std::string text = module.print();
  EXPECT_NE(text.find("lf.read"), text.npos);
  EXPECT_EQ(text.find("neg"), text.npos) << text;
}

TEST_F(BuilderTest, ALoopIsWidenedUntilItsBodyFits) {
  Tensor x = input({{2, ""}, {3, ""}}), more = input({}, DType::boolean);
  auto results = b.loop({}, {}, {x}, [&](const Builder::LoopState &state) {
    Tensor v = state.carried[0].tensor;
    Tensor longer = b.map({v.dim(0) + 1, 3}, DType::f32,
                          [&](auto i) { return x.at({b.index(0), i[1]}); });
    return Builder::LoopStep{more, {longer}, {}};
  });
  Tensor y = results[0].tensor;
  EXPECT_FALSE(y.dim(0).is_constant());
  EXPECT_EQ(y.dim(1), Size(3));
}

TEST_F(BuilderTest, ExtentsFromOutsideALoopAreNotFolded) {
  Tensor x = input({rows});
  auto results = b.loop({}, {}, {x}, [&](const Builder::LoopState &state) {
    Tensor zeros = b.map(x.shape(), DType::f32,
                         [&](auto) { return b.literal(DType::f32, 0); });
    EXPECT_EQ(zeros.dim(0), x.dim(0));
    return Builder::LoopStep{{}, {state.carried[0].tensor}, {zeros}};
  });
  EXPECT_EQ(results[1].tensor.rank(), 2);
}

TEST_F(BuilderTest, AFoldOverAConstantIsOneInALoopToo) {
  std::vector<float> ones(2 * 64, 1);
  Tensor c = b.constant(owned_constant<float>(DType::f32, {2, 64}, ones));
  Tensor x = input({rows});
  b.loop({}, {}, {x}, [&](const Builder::LoopState &state) {
    Tensor sums = b.map({c.dim(0)}, DType::f32, [&](auto i) {
      return sum(b, {c.dim(1)}, DType::f32,
                 [&](auto k) { return c.at({i[0], k[0]}); });
    });
    EXPECT_TRUE(b.constant_data(sums));
    return Builder::LoopStep{{}, {state.carried[0].tensor}, {sums}};
  });
}

TEST_F(BuilderTest, StringsAreComparedAndMovedOnly) {
  Tensor x = input({rows}, DType::string);
  auto refusal_of = [&](const ElementBody &body) -> std::string {
    try {
      b.elementwise({x}, body);
    } catch (BuildError &error) {
      return error.error.message;
    }
    return "";
  };
  EXPECT_EQ(refusal_of([](auto e) { return e[0] == e[0]; }), "");
  EXPECT_EQ(refusal_of([](auto e) { return e[0] != 0; }), "")
      << "0 is the empty text";
  EXPECT_EQ(refusal_of([](auto e) { return e[0] + e[0]; }),
            "the operation 'add' is not defined for string");
  EXPECT_EQ(refusal_of([](auto e) { return e[0] < e[0]; }),
            "the operation 'lt' is not defined for string");
  EXPECT_EQ(refusal_of([](auto e) { return cast(e[0], DType::f32); }),
            "the operation 'cast' is not defined for string");
  EXPECT_EQ(refusal_of([&](auto e) { return cast(b.index(1), e[0].dtype()); }),
            "the operation 'cast' is not defined for string");
  EXPECT_EQ(refusal_of([](auto e) { return e[0] == 1; }),
            "there is no arithmetic on string elements");
  is_left_unfinished = true;
}

} // namespace
} // namespace landfall::ir
