//===- input_request_test.cpp ---------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/prepared_inputs.h"
#include "package/package.h"

#include <gtest/gtest.h>

namespace landfall::cli {
namespace {

using Dims = std::vector<int64_t>;

/// A package with these inputs, which computes nothing.
lf::Package package_of(std::vector<SignatureValue> inputs) {
  Package package;
  package.target = "null";
  package.producer = "test";
  package.program.code = {{Op::stop, {}}};
  EntryPoint entry;
  entry.inputs = std::move(inputs);
  package.program.entries = {entry};
  std::vector<uint8_t> bytes = serialize(package);
  return lf::Package::from_bytes(bytes.data(), bytes.size());
}

SignatureValue tensor(const char *name, DType type,
                      std::vector<SignatureDim> dims) {
  return {name, ValueKind::tensor, type, std::move(dims)};
}

/// x: float32 N x 3; y: int64 N x ?.
lf::Package two_inputs() {
  return package_of({tensor("x", DType::f32, {{-1, "N"}, {3, ""}}),
                     tensor("y", DType::i64, {{-1, "N"}, {-1, ""}})});
}

Result<PreparedInputs> prepare(const InputOptions &options,
                               const lf::Package &package = two_inputs()) {
  return prepare_inputs(package.entry(), TRY(parse_input_options(options)));
}

Dims dims_of(const PreparedInputs &inputs, size_t number) {
  return inputs.tensors[number]->dims;
}

TEST(InputRequest, NamesMayHoldEqualSigns) {
  auto request = parse_input_options({{"a=b=1x2"}, {}, {"a=b=@dir=1/f.npy"}});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->shapes.at("a=b"), (Dims{1, 2}));
  EXPECT_EQ(std::get<FromFile>(request->sources.at("a=b")).path, "dir=1/f.npy");
}

TEST(InputRequest, WrongOptionsAreRefused) {
  EXPECT_FALSE(parse_input_options({{"x=1xtwo"}, {}, {}}));
  EXPECT_FALSE(parse_input_options({{"x=-1"}, {}, {}}));
  EXPECT_FALSE(parse_input_options({{"x=1", "x=2"}, {}, {}}));
  EXPECT_FALSE(parse_input_options({{}, {"N"}, {}}));
  EXPECT_FALSE(parse_input_options({{}, {"N=99999999999999999999"}, {}}));
  EXPECT_FALSE(parse_input_options({{}, {}, {"x=@"}}));
  EXPECT_FALSE(parse_input_options({{}, {}, {"x=random:-1"}}));
}

TEST(PreparedInputs, FreeDimensionsAreOneAndSaySo) {
  auto inputs = prepare({});
  ASSERT_TRUE(inputs);
  EXPECT_EQ(dims_of(*inputs, 0), (Dims{1, 3}));
  EXPECT_EQ(dims_of(*inputs, 1), (Dims{1, 1}));
  EXPECT_EQ(assumption_text(*inputs),
            "N and dimension 1 of 'y' were taken as 1 (--dim or --shape sets "
            "them)");
}

TEST(PreparedInputs, ANameIsOneExtentEverywhere) {
  auto by_name = prepare({{}, {"N=4"}, {}});
  ASSERT_TRUE(by_name);
  EXPECT_EQ(dims_of(*by_name, 1), (Dims{4, 1}));
  auto by_shape = prepare({{"y=5x2"}, {}, {}});
  ASSERT_TRUE(by_shape);
  EXPECT_EQ(dims_of(*by_shape, 0), (Dims{5, 3}));
  EXPECT_TRUE(by_shape->assumed.empty());
}

TEST(PreparedInputs, WhatTheModelLacksIsRefused) {
  EXPECT_FALSE(prepare({{"z=1"}, {}, {}}));
  EXPECT_FALSE(prepare({{"1x2"}, {}, {}})); // Of which input?
  EXPECT_FALSE(prepare({{}, {"M=1"}, {}}));
  EXPECT_FALSE(prepare({{}, {}, {"z=1"}}));
  auto huge = prepare({{"x=4294967296x4294967296"}, {}, {}});
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().code, ErrorCode::out_of_memory);
}

TEST(PreparedInputs, EveryTypeCanBeMade) {
  for (int number = 0; number < dtype_count(); ++number) {
    lf::Package package =
        package_of({tensor("x", static_cast<DType>(number), {})});
    EXPECT_TRUE(prepare({{}, {}, {}}, package));
    EXPECT_TRUE(prepare({{}, {}, {"x=1e300"}}, package));
    EXPECT_TRUE(prepare({{}, {}, {"x=nan"}}, package));
  }
}

TEST(PreparedInputs, TheSameSeedGivesTheSameElements) {
  auto elements = [](const char *source) {
    auto inputs = prepare({{}, {"N=9"}, {source}});
    auto data = inputs->tensors[0]->bytes.data;
    return std::vector<uint8_t>(data.begin(), data.end());
  };
  EXPECT_EQ(elements("x=random:1"), elements("x=random:1"));
  EXPECT_NE(elements("x=random:1"), elements("x=random:2"));
}

} // namespace
} // namespace landfall::cli
