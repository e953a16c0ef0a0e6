//===- c_api_test.cpp - liblandfall.so as its users see it ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/packages_for_test.h"

#include <cstdio>
#include <dlfcn.h>
#include <fstream>
#include <gtest/gtest.h>
#include <link.h>

namespace {

using landfall::c_api::copy_package;
using landfall::c_api::open_package;

TEST(CApi, RunsAPackage) {
  lf::Model model(open_package());
  EXPECT_EQ(model.input_names(), (std::vector<std::string>{"x", "y"}));
  lf::Session session = model.session();
  std::vector<lf::Value> outputs =
      session.run({lf::Value::tensor<float>({3}, {1, -5, 3}),
                   lf::Value::tensor<float>({3}, {1, 2, 3})});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].dims(), std::vector<int64_t>{3});
  EXPECT_EQ(outputs[0].elements<float>(), (std::vector<float>{2, 0, 6}));
  EXPECT_THROW(outputs[0].data<double>(), lf::Error);
}

TEST(CApi, DescribesPorts) {
  lf::Model model(open_package());
  const lf_port *x = lf_model_input(model.get(), 0);
  EXPECT_STREQ(lf_port_name(x), "x");
  EXPECT_EQ(lf_port_kind(x), LF_TENSOR);
  EXPECT_EQ(lf_port_dtype(x), LF_FLOAT32);
  EXPECT_EQ(lf_port_rank(x), 1);
  EXPECT_EQ(lf_port_extent(x, 0), -1);
  EXPECT_STREQ(lf_port_symbol(x, 0), "N");
  EXPECT_STREQ(lf_port_symbol(x, 7), "");
  EXPECT_EQ(lf_model_input(model.get(), 2), nullptr);
}

TEST(CApi, ReportsErrors) {
  lf_package *package = nullptr;
  lf_error *error = nullptr;
  EXPECT_EQ(lf_package_open("/does/not/exist.lfm", &package, &error), LF_IO);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(lf_error_status(error), LF_IO);
  EXPECT_NE(std::string(lf_error_message(error)).find("exist.lfm"),
            std::string::npos);
  EXPECT_NE(std::string(lf_error_reason(error)), "");
  lf_error_free(error);
  EXPECT_EQ(lf_package_from_bytes("rubbish", 7, &package, nullptr),
            LF_INVALID_PACKAGE);
  EXPECT_EQ(package, nullptr);
  EXPECT_EQ(lf_package_open(nullptr, &package, nullptr), LF_INVALID_ARGUMENT);

  lf::Model model(open_package());
  try {
    model.session().run({lf::Value::tensor<float>({1}, {1})});
    FAIL() << "one input is missing";
  } catch (const lf::Error &failure) {
    EXPECT_EQ(failure.status(), LF_INVALID_ARGUMENT);
    EXPECT_NE(std::string(failure.what()).find("y: float32 N"),
              std::string::npos);
  }
  EXPECT_THROW(lf::Model(open_package(), "abacus"), lf::Error);
  float one = 1;
  EXPECT_THROW(lf::Value::borrow(LF_FLOAT32, {2}, &one, 4), lf::Error);
  EXPECT_THROW(lf::Value::tensor(lf_dtype(99), {1}, &one, 4), lf::Error);
}

TEST(CApi, ErrorsSayWhatIsNotKnown) {
  EXPECT_STREQ(lf_status_name(LF_OK), "ok");
  EXPECT_STREQ(lf_status_name(LF_RUN_FAILED), "run_failed");
  EXPECT_STREQ(lf_status_name(LF_CANCELLED), "cancelled");
  EXPECT_NE(lf_error_message(nullptr), nullptr);
  EXPECT_EQ(lf_error_node(nullptr), nullptr);
  lf_package *package = nullptr;
  lf_error *error = nullptr;
  ASSERT_NE(lf_package_open(nullptr, &package, &error), LF_OK);
  EXPECT_STREQ(lf_error_message(error), lf_error_reason(error));
  EXPECT_EQ(lf_error_file(error), nullptr);
  EXPECT_EQ(lf_error_node(error), nullptr);
  EXPECT_EQ(lf_error_operator(error), nullptr);
  EXPECT_EQ(lf_error_node_is_output(error), 0);
  EXPECT_EQ(lf_error_enclosing_count(error), 0u);
  EXPECT_EQ(lf_error_enclosing(error, 0), nullptr);
  EXPECT_EQ(lf_error_fused_count(error), 0u);
  EXPECT_EQ(lf_error_fused(error, 0), nullptr);
  EXPECT_EQ(lf_error_opset(error), 0);
  EXPECT_EQ(lf_error_size_count(error), 0u);
  EXPECT_EQ(lf_error_size_name(error, 0), nullptr);
  EXPECT_EQ(lf_error_size_value(error, 0), 0);
  lf_error_free(error);
}

TEST(CApi, DevicesTakeOptions) {
  lf::Model model(open_package(), "", R"({"threads": 1, "own_process": true})");
  EXPECT_EQ(model.session()
                .run({lf::Value::tensor<float>({1}, {1}),
                      lf::Value::tensor<float>({1}, {2})})[0]
                .elements<float>()[0],
            3);
  auto refusal = [](const char *device, const char *options) {
    try {
      lf::Model refused(open_package(), device, std::string(options));
    } catch (const lf::Error &failure) {
      EXPECT_EQ(failure.status(), LF_INVALID_ARGUMENT);
      return std::string(failure.what());
    }
    return std::string("none");
  };
  for (const char *wrong :
       {R"({"pace": 1})", R"({"own_process": 1})", R"({"threads": -1})",
        R"({"timeout_seconds": 4294967297})", R"({"timeout_seconds": 0.5})"})
    EXPECT_NE(refusal("", wrong).find("known: threads"), std::string::npos)
        << wrong;
  EXPECT_NE(refusal("", "[]").find("JSON object"), std::string::npos);
  // A card is the one to judge this, and has it only if it was passed on.
  EXPECT_NE(refusal("reef1", R"({"timeout_seconds": 0})").find("of 0 s"),
            std::string::npos);
}

/// The processes that this thread has started and that are not gone.
std::string children() {
  std::ifstream file("/proc/thread-self/children");
  std::string list;
  std::getline(file, list);
  return list;
}

TEST(CApi, ASimulatedDeviceMayHaveItsOwnProcess) {
  std::vector<uint8_t> bytes = copy_package();
  auto package = lf::Package::from_bytes(bytes.data(), bytes.size());
  for (bool own_process : {false, true}) {
    std::string before = children();
    lf::Model model(package, "",
                    own_process ? R"({"own_process": true})" : "{}");
    auto outputs = model.session().run({lf::Value::tensor<float>({2}, {1, 2})});
    EXPECT_EQ(outputs[0].elements<float>(), (std::vector<float>{1, 2}));
    EXPECT_EQ(children() != before, own_process);
  }
}

TEST(CApi, ObjectsMayBeFreedInAnyOrder) {
  auto package = std::make_unique<lf::Package>(open_package());
  auto model = std::make_unique<lf::Model>(*package);
  package.reset();
  auto session = std::make_unique<lf::Session>(model->session());
  model.reset();
  auto outputs = session->run(
      {lf::Value::tensor<float>({1}, {1}), lf::Value::tensor<float>({1}, {1})});
  session.reset();
  EXPECT_EQ(outputs[0].data<float>()[0], 2);
}

/// What the library pulls in: running a package needs no compiler.
TEST(CApi, NeedsNeitherLlvmNorMlir) {
  void *library = dlopen(LANDFALL_LIBRARY, RTLD_NOW | RTLD_NOLOAD);
  ASSERT_NE(library, nullptr) << dlerror();
  link_map *map = nullptr;
  ASSERT_EQ(dlinfo(library, RTLD_DI_LINKMAP, static_cast<void *>(&map)), 0);
  const char *names = nullptr;
  for (auto *entry = map->l_ld; entry->d_tag != DT_NULL; ++entry)
    if (entry->d_tag == DT_STRTAB)
      names = reinterpret_cast<const char *>(entry->d_un.d_ptr);
  ASSERT_NE(names, nullptr);
  for (auto *entry = map->l_ld; entry->d_tag != DT_NULL; ++entry)
    if (entry->d_tag == DT_NEEDED) {
      std::string needed = names + entry->d_un.d_val;
      for (const char *compiler : {"LLVM", "MLIR", "clang", "protobuf"})
        EXPECT_EQ(needed.find(compiler), std::string::npos) << needed;
    }
  // Nor does any library that those need in turn.
  while (map->l_prev)
    map = map->l_prev;
  for (; map; map = map->l_next)
    EXPECT_EQ(std::string(map->l_name).find("LLVM"), std::string::npos);
  EXPECT_EQ(dlsym(library, "_ZN8landfall7SessionD1Ev"), nullptr)
      << "only the C interface is visible";
  dlclose(library);
}

} // namespace
