//===- contents_test.cpp - Elements that are known as sizes ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "ir/builder.h"
#include "ir/module/module.h"

#include <gtest/gtest.h>

namespace landfall::ir {
namespace {

using Known = std::optional<std::vector<Size>>;

class ContentsTest : public testing::Test {
protected:
  Module module;
  Builder b{module};
  Tensor x = b.input(
      {"x", ValueKind::tensor, DType::f32, {{-1, "n"}, {-1, "m"}, {3, ""}}});
  Size n = x.dim(0), m = x.dim(1);
  Tensor shape = b.from_sizes(x.shape());

  static Known sizes(std::vector<Size> list) { return list; }
};

TEST_F(ContentsTest, AShapeIsKnownWithoutRunning) {
  EXPECT_EQ(b.contents(shape), sizes({n, m, 3}));
  EXPECT_EQ(b.read(shape, 1), m) << "no read at run time";
  EXPECT_EQ(module.print().find("lf.read"), std::string::npos);
}

TEST_F(ContentsTest, GatherAndArithmetic) {
  Tensor reversed = b.map(
      {3}, DType::i64, [&](auto i) { return shape.at({b.index(2) - i[0]}); });
  EXPECT_EQ(b.contents(reversed), sizes({3, m, n}));
  Tensor halves = b.elementwise(
      {reversed}, [](auto e) { return (e[0] + 1) / e[0].builder().index(2); });
  EXPECT_EQ(b.contents(halves),
            sizes({2, floordiv(m + 1, 2), floordiv(n + 1, 2)}));
}

TEST_F(ContentsTest, NumbersWrapAsInKernels) {
  Tensor two = b.from_sizes(std::array{Size(2), Size(3)});
  auto elements = [&](const ElementBody &body) {
    return b.contents(b.elementwise({two}, body));
  };
  auto number = [&](DType type, int64_t value) {
    return b.literal_int(type, value);
  };
  EXPECT_EQ(
      elements([&](auto e) { return e[0] * number(DType::i64, INT64_MAX); }),
      sizes({-2, INT64_MAX - 2}));
  EXPECT_EQ(elements([&](auto e) {
              return cast(e[0], DType::i32) * number(DType::i32, 1 << 30);
            }),
            sizes({INT32_MIN, -(1 << 30)}));
  EXPECT_EQ(
      elements([&](auto e) { return e[0] - number(DType::i64, INT64_MIN); }),
      sizes({INT64_MIN + 2, INT64_MIN + 3}));
  EXPECT_EQ(elements([&](auto e) {
              return (cast(e[0], DType::u64) * number(DType::u64, -1)) % 10.0;
            }),
            sizes({4, 3}))
      << "not the remainder of a negative number";
}

TEST_F(ContentsTest, ASumOverTheElements) {
  Tensor total = b.map({}, DType::i64, [&](auto) {
    return sum(b, {3}, DType::i64, [&](auto k) { return shape.at({k[0]}); });
  });
  EXPECT_EQ(b.contents(total), sizes({n + m + 3}));
}

TEST_F(ContentsTest, ComparisonsAndChoices) {
  Tensor same = b.elementwise({shape}, [](auto e) { return e[0] == 3.0; });
  EXPECT_EQ(b.contents(same), sizes({equal(n, 3), equal(m, 3), 1}));
  Tensor chosen = b.elementwise({shape, same}, [](auto e) {
    return select(e[1], e[0].builder().index(-1), e[0]);
  });
  EXPECT_EQ((*b.contents(chosen))[2], Size(-1));
}

TEST_F(ContentsTest, ElementsOutsideAreNotRead) {
  Tensor shifted = b.map({4}, DType::i64, [&](auto i) {
    Scalar source = i[0] - b.index(1);
    return shape.at_or(std::array{source}, source >= 0.0, b.index(7));
  });
  EXPECT_EQ(b.contents(shifted), sizes({7, n, m, 3}));
}

TEST_F(ContentsTest, NarrowIntegersWrap) {
  Tensor wide = b.from_sizes(std::array{Size(300), Size(-1)});
  Tensor narrow =
      b.elementwise({wide}, [](auto e) { return cast(e[0], DType::u8); });
  EXPECT_EQ(b.contents(narrow), sizes({44, 255}));
}

TEST_F(ContentsTest, NoElementsAreAllKnown) {
  Tensor none =
      b.map({0}, DType::i64, [&](auto i) { return shape.at({i[0]}); });
  EXPECT_EQ(b.contents(none), sizes({}));
}

TEST_F(ContentsTest, DataIsNotKnown) {
  Tensor data = b.map({2}, DType::i64, [&](auto i) {
    return cast(x.at({i[0], b.index(0), b.index(0)}), DType::i64);
  });
  EXPECT_EQ(b.contents(data), std::nullopt);
  EXPECT_NE(b.read(data, 0), b.read(data, 1)) << "symbols of their own";
}

TEST_F(ContentsTest, RealsAndLargeTensorsAreData) {
  Tensor real =
      b.elementwise({shape}, [](auto e) { return cast(e[0], DType::f32); });
  EXPECT_EQ(b.contents(real), std::nullopt);
  auto iota = [&](int64_t count) {
    return b.map({Size(count)}, DType::i64,
                 [&](auto i) { return i[0] * shape.at({b.index(0)}); });
  };
  EXPECT_TRUE(b.contents(iota(64)));
  EXPECT_FALSE(b.contents(iota(65)));
}

TEST_F(ContentsTest, UnknownDivisorsAreNotDividedBy) {
  Tensor quotient = b.map({}, DType::i64, [&](auto) {
    return b.index(12) / shape.at({b.index(0)});
  });
  EXPECT_EQ(b.contents(quotient), std::nullopt) << "n may be 0";
}

} // namespace
} // namespace landfall::ir
