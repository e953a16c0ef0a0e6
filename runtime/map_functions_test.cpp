//===- map_functions_test.cpp - What the host does with maps --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/map_functions.h"

#include "runtime/package_for_test.h"

namespace landfall::runtime {
namespace {

HostValue list(std::vector<std::string> strings) {
  HostTensor tensor = make_tensor(DType::string, {int64_t(strings.size())});
  tensor.strings = std::move(strings);
  return {std::move(tensor)};
}

template <typename Key>
HostValue map_of(std::vector<std::pair<Key, float>> entries) {
  HostMap map;
  for (auto &[key, value] : entries) {
    HostValue element = host_tensor<float>(DType::f32, {}, {value});
    map.entries.emplace_back(key, std::get<HostTensor>(element.value));
  }
  return {std::move(map)};
}

Result<HostValue> apply(BoxFunction function,
                        const std::vector<HostValue> &operands,
                        const std::vector<uint32_t> &extra) {
  std::vector<const HostValue *> pointers;
  for (const HostValue &operand : operands)
    pointers.push_back(&operand);
  return *apply_map_function(function, pointers, extra);
}

constexpr auto f32 = static_cast<uint32_t>(DType::f32);

TEST(MapFunctions, ValuesComeInTheOrderOfKeys) {
  auto result =
      apply(BoxFunction::map_values,
            {map_of<int64_t>({{7, 1.f}, {-2, 2.f}, {0, 3.f}})}, {f32});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(elements<float>(*result), (std::vector<float>{2, 3, 1}));
}

TEST(MapFunctions, LookupGivesZeroForAbsentKeys) {
  HostValue map = map_of<std::string>({{"b", 2.f}, {"z", 9.f}, {"a", 1.f}});
  auto result = apply(BoxFunction::map_lookup,
                      {map, list({"a", "absent", "b"})}, {f32, 1});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(elements<float>(*result), (std::vector<float>{1, 0, 2}));
  result = apply(BoxFunction::map_lookup, {map, list({"a", "b"})}, {f32, 0});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "the map has the key 'z', which is none of "
                                    "the 2 that there may be");
}

TEST(MapFunctions, ValuesOfAnotherTypeAreRefused) {
  HostValue map = map_of<int64_t>({{0, 1.f}});
  uint32_t other = static_cast<uint32_t>(DType::string);
  EXPECT_EQ(apply(BoxFunction::map_values, {map}, {other}).error().code,
            ErrorCode::run_failed);
}

} // namespace
} // namespace landfall::runtime
