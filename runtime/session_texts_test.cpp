//===- session_texts_test.cpp - Strings on every device -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/session_for_test.h"

namespace landfall::runtime {
namespace {

using namespace std::string_literals;
using Strings = std::vector<std::string>;

class SessionTexts : public SessionTest {
protected:
  /// Copies x through a kernel on int64 (numbers below 10), and gives a weight.
  static Package package(const std::vector<int64_t> &weight) {
    SignatureValue x = tensor_port("x", DType::string, {{-1, "N"}});
    TestProgram p({x}, {x, x});
    p.emit(Op::input, {0, 0});
    p.emit(Op::dim, {0, 0, 0});
    p.emit(Op::alloc, {1, uint32_t(DType::string), 1, 0});
    p.launch(below_ten, 0, 1, 0);
    p.emit(Op::output, {0, 1});
    p.emit(Op::weight, {2, 0});
    p.emit(Op::output, {1, 2});
    p.emit(Op::stop);
    Package result = test_package(p.program);
    result.texts = {"one", "two"};
    result.weights = {{"w", DType::string, {int64_t(weight.size())}, {}}};
    result.weights[0].bytes = bytes_of(weight);
    return result;
  }

  static HostValue texts(const Strings &strings) {
    HostTensor tensor = make_tensor(DType::string, {int64_t(strings.size())});
    tensor.strings = strings;
    return {std::move(tensor)};
  }
  static Strings strings(const HostValue &value) {
    return std::get<HostTensor>(value.value).strings;
  }
};

TEST_P(SessionTexts, KernelsSeeNumbersAndUsersTexts) {
  auto model = load(package({2, 0, 1}));
  ASSERT_TRUE(model.ok()) << model.error().message;
  Session session(*model);
  for (const Strings &given : {Strings{"two", "a\0b"s, "", "two", "\xc3\xa4"},
                               Strings{"a\0b"s, "one"}, Strings{}}) {
    auto outputs = session.run(std::vector{texts(given)});
    ASSERT_TRUE(outputs.ok()) << outputs.error().message;
    EXPECT_EQ(strings((*outputs)[0]), given);
    EXPECT_EQ(strings((*outputs)[1]), (Strings{"two", "", "one"}));
  }
}

TEST_P(SessionTexts, ARunForgetsItsTexts) {
  auto model = load(package({}));
  ASSERT_TRUE(model.ok());
  Session session(*model);
  // The kernel refuses numbers from 10 on.
  for (char c = 'a'; c <= 'z'; ++c) {
    Strings given = {"first "s + c, "second "s + c, "third "s + c};
    auto outputs = session.run(std::vector{texts(given)});
    ASSERT_TRUE(outputs.ok()) << outputs.error().message;
    EXPECT_EQ(strings((*outputs)[0]), given);
  }
}

TEST_P(SessionTexts, ANumberWithoutATextIsRefused) {
  for (int64_t number : {int64_t(3), int64_t(-1), INT64_MAX}) {
    auto model = load(package({1, number}));
    ASSERT_TRUE(model.ok());
    auto outputs = Session(*model).run(std::vector{texts({})});
    ASSERT_FALSE(outputs.ok());
    EXPECT_NE(outputs.error().message.find("which no text has"),
              std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, SessionTexts,
                         testing::ValuesIn(test_devices()),
                         [](const auto &info) { return info.param.text(); });

} // namespace
} // namespace landfall::runtime
