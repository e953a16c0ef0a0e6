//===- packages_test.cpp - Packages and devices in C ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/packages_for_test.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace {

using Json = nlohmann::json;
using landfall::c_api::open_fallback_package;
using landfall::c_api::open_package;

TEST(CPackages, HaveSignaturesBeforeTheyAreLoaded) {
  lf::Package package = open_package();
  ASSERT_EQ(package.entries().size(), 1u);
  lf::Entry entry = package.entry();
  EXPECT_EQ(entry.name(), "main");
  ASSERT_EQ(entry.inputs().size(), 2u);
  lf::Port y = entry.inputs()[1];
  EXPECT_EQ(y.name(), "y");
  EXPECT_EQ(y.text(), "float32 N");
  EXPECT_EQ(y.symbol(0), "N");
  EXPECT_EQ(entry.outputs()[0].dtype(), LF_FLOAT32);
  EXPECT_THROW(package.entry("other"), lf::Error);
}

TEST(CPackages, AreBytesBothWays) {
  lf::Package package = open_package();
  std::string bytes = package.bytes();
  lf::Package again = lf::Package::from_bytes(bytes.data(), bytes.size());
  EXPECT_EQ(again.bytes(), bytes);
  EXPECT_EQ(lf_package_recognize(bytes.data(), 8), 1);
  EXPECT_EQ(lf_package_recognize(bytes.data(), 7), 0);
  EXPECT_EQ(lf_package_recognize("ONNXONNX", 8), 0);
  bytes[bytes.size() / 2] ^= 1;
  bytes.resize(bytes.size() - 1);
  EXPECT_THROW(lf::Package::from_bytes(bytes.data(), bytes.size()), lf::Error);
}

TEST(CPackages, AreVerifiedForADevice) {
  lf::Package package = open_package();
  package.verify();
  package.verify("", R"({"require_target": true})");
  EXPECT_THROW(package.verify("cpu"), lf::Error);
  EXPECT_THROW(package.verify("", R"({"pace": 1})"), lf::Error);
}

TEST(CPackages, FallbacksAreToldAndCanBeForbidden) {
  lf::Package package = open_fallback_package();
  Json kernel = Json::parse(package.describe("summary"))["kernels"][0];
  EXPECT_EQ(kernel["fallback"]["reason"], "it is a test");
  EXPECT_EQ(kernel["fallback"]["host_code"], false);
  package.verify();
  lf::Model model(package, "cpu");
  for (bool load : {false, true})
    try {
      const char *options = R"({"require_target": true})";
      if (load)
        lf::Model(package, "cpu", options);
      else
        package.verify("cpu", options);
      ADD_FAILURE() << "it is not refused";
    } catch (const lf::Error &error) {
      EXPECT_EQ(error.status(), LF_UNSUPPORTED);
      EXPECT_NE(std::string(error.what()).find("'Add_0' (Add)"),
                std::string::npos)
          << error.what();
    }
}

TEST(CPackages, DescribeThemselves) {
  lf::Package package = open_package();
  Json summary = Json::parse(package.describe("summary"));
  EXPECT_EQ(summary["target"], "null");
  EXPECT_EQ(summary["launches"], 1);
  ASSERT_EQ(summary["kernels"].size(), 1u);
  EXPECT_EQ(summary["kernels"][0]["class"], "map");
  EXPECT_NE(package.describe("program").find("launch"), std::string::npos);
  EXPECT_NE(package.describe("kernels").find("Kernel 0"), std::string::npos);
  EXPECT_THROW(package.describe("weather"), lf::Error);
}

TEST(CPackages, AreCompiledForADevice) {
  EXPECT_THROW(lf::Package::compile("x.onnx", R"({"target": "cpu"})"),
               lf::Error);
  EXPECT_THROW(lf::Package::compile("x.onnx", R"({"device": "abacus"})"),
               lf::Error);
}

TEST(CPackages, NullIsAnErrorOrNothing) {
  lf_package *package = nullptr;
  lf_buffer *buffer = nullptr;
  EXPECT_EQ(lf_package_open(nullptr, &package, nullptr), LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_package_open("x", nullptr, nullptr), LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_package_from_bytes(nullptr, 0, &package, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_package_from_bytes("x", SIZE_MAX, &package, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_compile_file("", nullptr, nullptr, nullptr, &package, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_package_open("", &package, nullptr), LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_package_source_count(nullptr), 0u);
  EXPECT_EQ(lf_package_source(nullptr, 0), nullptr);
  EXPECT_EQ(lf_package_save(nullptr, "x", nullptr), LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_package_bytes(nullptr, &buffer, nullptr), LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_package_verify(nullptr, nullptr, nullptr, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_package_describe(nullptr, "summary", &buffer, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(
      lf_compile_file(nullptr, nullptr, nullptr, nullptr, &package, nullptr),
      LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_compile_bytes(nullptr, 0, nullptr, nullptr, nullptr, nullptr,
                             &package, nullptr),
            LF_INVALID_ARGUMENT);
  EXPECT_EQ(lf_package_entry_count(nullptr), 0u);
  EXPECT_EQ(lf_package_entry(nullptr, 0), nullptr);
  EXPECT_EQ(lf_package_find_entry(nullptr, nullptr), nullptr);
  EXPECT_EQ(lf_entry_input(nullptr, 0), nullptr);
  EXPECT_STREQ(lf_entry_name(nullptr), "");
  EXPECT_EQ(lf_port_kind(nullptr), LF_NONE);
  EXPECT_EQ(lf_port_rank(nullptr), -1);
  EXPECT_STREQ(lf_port_symbol(nullptr, 0), "");
  EXPECT_EQ(lf_buffer_data(nullptr), nullptr);
}

TEST(CPackages, AreNotSavedAtAPathThatEndsEarly) {
  lf::Package package = open_package();
  std::string path = testing::TempDir() + "landfall_c_package.lfm";
  for (const std::string &wrong : {std::string(), path + '\0' + "x"}) {
    try {
      package.save(wrong);
      FAIL() << "there is no such path";
    } catch (const lf::Error &error) {
      EXPECT_EQ(error.status(), LF_INVALID_ARGUMENT);
    }
  }
  EXPECT_EQ(package.sources().size(), 0u);
  package.save(path);
  lf::Package::open(path).save(path); // Its own file may be replaced.
  std::filesystem::remove(path);
}

TEST(CPackages, AreCheckedForDamage) {
  lf::Package package = open_package();
  package.check();
  std::string path = testing::TempDir() + "landfall_c_damaged.lfm";
  package.save(path);
  lf::Package mapped = lf::Package::open(path, R"({"map": true})");
  mapped.check();
  lf::Model model(mapped);
  lf::Package::open(path, R"({"map": false})").check();
  EXPECT_THROW(lf::Package::open(path, R"({"map": 1})"), lf::Error);
  EXPECT_THROW(lf::Package::open(path, R"({"copy": true})"), lf::Error);
  std::filesystem::resize_file(path, 100);
  std::vector<lf::Value> inputs;
  for (int i = 0; i < 2; ++i)
    inputs.push_back(lf::Value::tensor<float>({1}, {1}));
  auto status_of = [](const auto &act) {
    try {
      act();
    } catch (const lf::Error &error) {
      return error.status();
    }
    return LF_OK;
  };
  auto run = [&] { model.session().run({inputs[0].get(), inputs[1].get()}); };
  EXPECT_EQ(status_of(run), LF_IO);
  EXPECT_EQ(status_of([&] { mapped.check(); }), LF_IO);
  EXPECT_EQ(status_of([&] { mapped.save(path); }), LF_IO);
  EXPECT_EQ(status_of([&] { mapped.bytes(); }), LF_IO);
  EXPECT_EQ(lf_package_check(nullptr, nullptr), LF_INVALID_ARGUMENT);
  std::filesystem::remove(path);
}

TEST(CDevices, AreListedAndDescribed) {
  std::vector<std::string> devices = lf::devices();
  EXPECT_NE(std::find(devices.begin(), devices.end(), "null"), devices.end());
  EXPECT_EQ(lf_device_name(devices.size()), nullptr);
  Json about = Json::parse(lf::describe_device("null"));
  EXPECT_EQ(about["name"], "null");
  EXPECT_EQ(about["target"], "null");
  EXPECT_GE(about["threads"], 1);
  EXPECT_THROW(lf::describe_device("abacus"), lf::Error);
}

TEST(CDevices, CountWhatTheyDo) {
  lf::Model model(open_package());
  EXPECT_EQ(Json::parse(model.describe_device())["name"], "null");
  EXPECT_EQ(Json::parse(model.counters())["instructions"], 0);
}

} // namespace
