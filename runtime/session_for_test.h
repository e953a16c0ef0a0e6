//===- session_for_test.h - Sessions on every device ------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/package_for_test.h"

namespace landfall::runtime {

/// Tests that run once for each device; skipped where the build has no machine
/// code of the test kernels for it.
class SessionTest : public testing::TestWithParam<TestDevice> {
protected:
  using Values = std::vector<HostValue>;

  void SetUp() override {
    if (!GetParam().is_usable())
      GTEST_SKIP() << "this build has no machine code for the test kernels";
  }

  static Result<std::shared_ptr<LoadedModel>> load(Package package) {
    std::shared_ptr<Device> device =
        TRY(create_device(GetParam().name, {.threads = 2}));
    return LoadedModel::load(
        std::make_shared<Package>(GetParam().adapt(std::move(package))),
        std::move(device));
  }
  static Result<Values> run(const TestProgram &source, const Values &inputs,
                            const RunOptions &options = {}) {
    Session session(TRY(load(test_package(source.program))));
    return session.run(inputs, options);
  }
  static std::string message(const Result<Values> &result) {
    return result.ok() ? "no error" : render(result.error());
  }
};

} // namespace landfall::runtime
