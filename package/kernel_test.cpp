//===- kernel_test.cpp - Verifying, printing, storing kernels -------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/kernel_for_test.h"

#include <gtest/gtest.h>

namespace landfall {
namespace {

std::vector<Kernel> examples() {
  return {add_relu_kernel(), matmul_kernel(), scan_kernel()};
}

/// What the verifier says about scan_kernel after `damage`.
template <typename Damage> std::string complaint(const Damage &damage) {
  Kernel kernel = scan_kernel();
  damage(kernel);
  Status status = verify(kernel);
  return status.ok() ? "" : status.error().message;
}

Node &first(Kernel &kernel, NodeKind kind) {
  for (Node &node : kernel.nodes)
    if (node.kind == kind)
      return node;
  ADD_FAILURE();
  return kernel.nodes[0];
}

TEST(KernelVerify, AcceptsTheExamples) {
  for (const Kernel &kernel : examples()) {
    Status status = verify(kernel);
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
  }
}

TEST(KernelVerify, NamesTheFault) {
  auto has = [](const std::string &text, const char *part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  has(complaint([](Kernel &k) { k.name = "a b"; }), "characters");
  has(complaint([](Kernel &k) { k.loops[0].value = 2; }), "illegal extent");
  has(complaint([](Kernel &k) { first(k, NodeKind::load).index = 9; }),
      "no such operand");
  has(complaint([](Kernel &k) { first(k, NodeKind::store).index = 0; }),
      "may be stored");
  has(complaint([](Kernel &k) { first(k, NodeKind::scalar).args.pop_back(); }),
      "takes 2");
  has(complaint([](Kernel &k) { first(k, NodeKind::scalar).type = DType::i8; }),
      "cannot make");
  has(complaint([](Kernel &k) { k.body.nodes.pop_back(); }), "in no block");
  has(complaint([](Kernel &k) { k.body.nodes.push_back(k.body.nodes[0]); }),
      "two places");
  has(complaint(
          [](Kernel &k) { std::swap(k.body.nodes[0], k.body.nodes.back()); }),
      "no value here");
  has(complaint([](Kernel &k) { first(k, NodeKind::result).index = 7; }),
      "does not have");
  has(complaint(
          [](Kernel &k) { first(k, NodeKind::constant).bits = 1ull << 40; }),
      "illegal payload");
  has(complaint([](Kernel &k) { k.nodes[0].type = DType(99); }), "unknown");
}

TEST(KernelVerify, RefusesABlockInsideItself) {
  std::string text = complaint([](Kernel &k) {
    NodeId id = 0;
    while (k.nodes[id].kind != NodeKind::loop)
      ++id;
    k.nodes[id].blocks[0].nodes.push_back(id);
  });
  EXPECT_NE(text.find("two places"), std::string::npos) << text;
}

TEST(KernelPrint, ReadsWell) {
  EXPECT_EQ(print(add_relu_kernel()), "kernel add_relu: map over [s0]\n"
                                      "  in 0: float32[s0]\n"
                                      "  in 1: float32[s0]\n"
                                      "  out 2: float32[s0]\n"
                                      "  from Add_0, Relu_1\n"
                                      "  body(%0: int64):\n"
                                      "    %1 = load 0[%0] : float32\n"
                                      "    %2 = load 1[%0] : float32\n"
                                      "    %3 = add %1, %2 : float32\n"
                                      "    %4 = 0 : float32\n"
                                      "    %5 = max %3, %4 : float32\n"
                                      "    yield %5\n");
  std::string text = print(scan_kernel());
  EXPECT_NE(text.find("load 0[%0, %7] if %9 else %1 : int32"),
            std::string::npos)
      << text;
}

TEST(KernelSerialize, RoundTrips) {
  for (const Kernel &kernel : examples()) {
    std::vector<uint8_t> bytes = serialize(kernel);
    Result<Kernel> read = deserialize_kernel(bytes);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(print(*read), print(kernel));
    EXPECT_EQ(serialize(*read), bytes);
    EXPECT_EQ(structural_key(*read), structural_key(kernel));
  }
}

TEST(KernelSerialize, RefusesEveryTruncationAndSurvivesEveryFlip) {
  for (const Kernel &kernel : examples()) {
    std::vector<uint8_t> bytes = serialize(kernel);
    for (size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(deserialize_kernel({bytes.data(), size}).ok());
    for (size_t i = 0; i < bytes.size(); ++i)
      for (uint8_t flip : {1, 2, 4, 128, 255}) {
        bytes[i] ^= flip;
        Result<Kernel> read = deserialize_kernel(bytes);
        if (read.ok())
          print(*read);
        bytes[i] ^= flip;
      }
  }
}

TEST(KernelHash, IgnoresNamesAndWhereOperandsComeFrom) {
  Kernel kernel = scan_kernel();
  std::string key = structural_key(kernel);
  kernel.name = "other";
  kernel.origins = {{"Other_1", false, "Other"}};
  kernel.checks[0].message = "other";
  kernel.checks[0].value_name = "other";
  kernel.checks[0].node = {"Other_1", false, "Other"};
  kernel.operands[0].constant ^= true;
  EXPECT_EQ(structural_key(kernel), key);
  kernel.operands[0].dims[0] = fixed(4);
  EXPECT_NE(structural_key(kernel), key);
}

} // namespace
} // namespace landfall
