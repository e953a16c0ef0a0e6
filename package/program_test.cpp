//===- program_test.cpp - Verifying, printing, storing programs -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/kernel_for_test.h"
#include "package/program_for_test.h"

#include <gtest/gtest.h>

namespace landfall {
namespace {

Status check(const Program &program) {
  Kernel kernel = add_relu_kernel();
  return verify(program, {&kernel, 1}, 1);
}

template <typename Damage> std::string complaint(const Damage &damage) {
  Program program = add_relu_program();
  damage(program);
  Status status = check(program);
  return status.ok() ? "" : status.error().message;
}

TEST(ProgramVerify, AcceptsTheExample) {
  Status status = check(add_relu_program());
  EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
}

TEST(ProgramVerify, NamesTheFault) {
  auto has = [](const std::string &text, const char *part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  has(complaint([](Program &p) { p.code[0].args = {3, 0}; }),
      "operand 'v' 3 at 0 (input)");
  has(complaint([](Program &p) { p.code[0].args = {0, 1}; }), "takes input 1");
  has(complaint([](Program &p) { p.code[8].args = {1, 2}; }), "gives output 1");
  has(complaint([](Program &p) { p.code[1].args = {0, 0}; }),
      "wrong number of operands at 1");
  has(complaint([](Program &p) { p.code[6].args[2] = 9; }),
      "wrong number of operands at 6");
  has(complaint(
          [](Program &p) { p.code[6].args[1] = uint32_t(dtype_count()); }),
      "illegal operand 'd'");
  has(complaint([](Program &p) { p.code[7].args = {0, 2, 0, 1, 1, 0}; }),
      "with 2 operands and 1 sizes instead of 3 and 1");
  has(complaint([](Program &p) { p.code[9] = {Op::jump, {10}}; }),
      "operand 't' 10");
  has(complaint([](Program &p) { p.code[9] = {Op::drop, {0}}; }),
      "runs off its end");
  has(complaint([](Program &p) { p.code[3].op = Op(200); }),
      "unknown instruction");
  EXPECT_EQ(complaint([](Program &p) { p.entries.push_back(p.entries[0]); }),
            "")
      << "an alternative";
  has(complaint([](Program &p) {
        p.entries.push_back(p.entries[0]);
        p.entries[1].inputs[0].name = "other";
      }),
      "two entry points");
  has(complaint([](Program &p) { p.value_registers = UINT32_MAX; }),
      "too many registers");
  has(complaint([](Program &p) { p.origins.pop_back(); }), "an origin");
  has(complaint([](Program &p) { p.requirements[0].sizes = {"n", "m"}; }),
      "lists 1 sizes at 4 for a requirement that names 2");
}

TEST(ProgramPrint, ReadsWell) {
  EXPECT_EQ(print(add_relu_program()),
            "entry main @0\n"
            "  in x: float32[n]\n"
            "  out y: float32[n]\n"
            "# Add_0\n"
            "    0 input v0 in0\n"
            "    1 dim r0 v0 0\n"
            "    2 constant r1 4\n"
            "    3 equal r2 r0 r1\n"
            "    4 require r2 \"x must have 4 elements\" (r0)\n"
            "    5 weight v1 w0\n"
            "    6 alloc v2 float32 (r0)\n"
            "# Relu_1\n"
            "    7 launch k0 (v0, v1, v2) (r0)\n"
            "    8 output out0 v2\n"
            "    9 stop\n");
}

TEST(ProgramSerialize, RoundTrips) {
  std::vector<uint8_t> bytes = serialize(add_relu_program());
  Result<Program> read = deserialize_program(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(print(*read), print(add_relu_program()));
  EXPECT_EQ(serialize(*read), bytes);
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(deserialize_program({bytes.data(), size}).ok());
}

} // namespace
} // namespace landfall
