//===- input_check_test.cpp -----------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/input_check.h"

#include <gtest/gtest.h>

namespace landfall::runtime {
namespace {

HostValue zeros(DType dtype, std::vector<int64_t> dims) {
  return {make_tensor(dtype, std::move(dims))};
}

EntryPoint two_images() {
  EntryPoint entry;
  SignatureValue image{"image",
                       ValueKind::tensor,
                       DType::f32,
                       {{1, ""}, {3, ""}, {-1, "H"}, {-1, "W"}}};
  SignatureValue mask{
      "mask", ValueKind::tensor, DType::u8, {{-1, "H"}, {-1, ""}}};
  entry.inputs = {image, mask};
  return entry;
}

std::string message(const EntryPoint &entry, std::vector<HostValue> inputs) {
  Status status = check_inputs(entry, inputs);
  if (status.ok())
    return "";
  EXPECT_EQ(status.error().code, ErrorCode::invalid_argument);
  return status.error().message;
}

TEST(InputCheck, AcceptsEveryLegalShape) {
  EXPECT_EQ(message(two_images(), {zeros(DType::f32, {1, 3, 5, 7}),
                                   zeros(DType::u8, {5, 9})}),
            "");
  EXPECT_EQ(message(two_images(), {zeros(DType::f32, {1, 3, 0, 7}),
                                   zeros(DType::u8, {0, 0})}),
            "");
}

TEST(InputCheck, ListsTheInputsWhenTheirNumberIsWrong) {
  EXPECT_EQ(message(two_images(), {}),
            "the model takes 2 inputs, and 0 were given; they are image: "
            "float32 1x3xHxW, mask: uint8 Hx?");
}

TEST(InputCheck, NamesTheInputAndBothSides) {
  HostValue mask = zeros(DType::u8, {5, 9});
  EXPECT_EQ(message(two_images(), {zeros(DType::f64, {1, 3, 5, 7}), mask}),
            "input 'image' must be float32 1x3xHxW, and a float64 tensor was "
            "given; convert it first");
  EXPECT_EQ(message(two_images(), {zeros(DType::f32, {3, 5, 7}), mask}),
            "input 'image' must be float32 1x3xHxW (rank 4); shape 3x5x7 (rank "
            "3) was given");
  EXPECT_EQ(message(two_images(), {zeros(DType::f32, {1, 4, 5, 7}), mask}),
            "input 'image' must be float32 1x3xHxW, but dimension 1 of the "
            "given shape 1x4x5x7 is 4, not 3");
  EXPECT_EQ(message(two_images(), {zeros(DType::f32, {1, 3, 6, 7}), mask}),
            "input 'mask' must be uint8 Hx?: dimension 0 is 5, but 'H' is "
            "already 6 in input 'image'");
  EXPECT_EQ(message(two_images(), {HostValue{HostSequence{}}, mask}),
            "input 'image' must be float32 1x3xHxW; a sequence was given");
}

TEST(InputCheck, CountsTheBytes) {
  HostTensor tensor = make_tensor(DType::f32, {1, 3, 5, 7});
  tensor.bytes.data = tensor.bytes.data.first(100);
  EXPECT_EQ(message(two_images(), {{tensor}, zeros(DType::u8, {5, 9})}),
            "input 'image' of shape 1x3x5x7 (float32) must have 420 bytes; 100 "
            "were given");
  tensor.dims = {1, 3, -5, 7};
  EXPECT_NE(message(two_images(), {{tensor}, zeros(DType::u8, {5, 9})}), "");
}

TEST(InputCheck, LooksIntoSequences) {
  EntryPoint entry;
  entry.inputs = {{"list", ValueKind::sequence, DType::f32, {}}};
  HostSequence list = {zeros(DType::f32, {2}), zeros(DType::i64, {2})};
  EXPECT_EQ(message(entry, {{list}}),
            "input 'list' must be a sequence of float32; a int64 tensor was "
            "given inside");
  list.pop_back();
  EXPECT_EQ(message(entry, {{list}}), "");
}

TEST(InputCheck, TheFirstEntryPointThatFitsIsChosen) {
  Program program;
  program.entries = {two_images(), two_images()};
  program.entries[1].names_bind = false;
  HostValue mask = zeros(DType::u8, {5, 9});
  auto chosen = [&](const HostValue &image) {
    std::vector<HostValue> inputs = {image, mask};
    auto entry = choose_entry(program, program.entries[0].name, inputs);
    return entry ? int(*entry - program.entries.data()) : -1;
  };
  EXPECT_EQ(chosen(zeros(DType::f32, {1, 3, 5, 7})), 0);
  EXPECT_EQ(chosen(zeros(DType::f32, {1, 3, 6, 7})), 1) << "H is 5 and 6";
  EXPECT_EQ(chosen(zeros(DType::f32, {1, 4, 5, 7})), -1);
}

TEST(InputCheck, InputsWithADefaultMayBeAbsent) {
  EntryPoint entry;
  entry.inputs = {{"w", ValueKind::tensor, DType::f32, {{2, ""}}}};
  HostValue given = zeros(DType::f32, {2});
  EXPECT_NE(message(entry, {HostValue{}}), "");
  entry.inputs[0].presence = Presence::defaulted;
  EXPECT_EQ(message(entry, {HostValue{}}), "");
  EXPECT_EQ(message(entry, {given}), "");
  entry.inputs[0].presence = Presence::absent;
  EXPECT_EQ(message(entry, {HostValue{}}), "");
  EXPECT_NE(message(entry, {given}), "");
}

TEST(InputCheck, AcceptsAnAbsentOptional) {
  EntryPoint entry;
  entry.inputs = {{"maybe", ValueKind::optional, DType::f32, {}}};
  EXPECT_EQ(message(entry, {HostValue{}}), "");
  EXPECT_EQ(message(entry, {zeros(DType::f32, {2})}), "");
}

} // namespace
} // namespace landfall::runtime
