//===- device_test.cpp - Finding drivers ----------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/device.h"

#include <gtest/gtest.h>

namespace landfall::runtime {
namespace {

TEST(FindDriver, KnowsEveryDeviceOfEveryDriver) {
  for (const Driver &driver : drivers()) {
    ASSERT_FALSE(driver.devices().empty()) << driver.name;
    for (const std::string &name : driver.devices()) {
      auto found = find_driver(name);
      ASSERT_TRUE(found.ok()) << found.error().message;
      EXPECT_EQ(*found, &driver) << name;
    }
  }
}

TEST(FindDriver, TakesATargetOrAnArgument) {
  EXPECT_EQ((*find_driver("cpu"))->name, "cpu");
  // Where it is built: a runtime may have the processor's driver alone.
  if (find_driver("reef").ok())
    EXPECT_EQ((*find_driver("reef:anything"))->name, "reef");
  EXPECT_FALSE(find_driver("cpux:anything").ok());
  EXPECT_FALSE(find_driver("").ok());
}

TEST(FindDriver, RefusesAnArgumentThatNobodyReads) {
  for (const char *device : {"cpu:anything", "null:", "cpu:"}) {
    auto driver = find_driver(device);
    ASSERT_FALSE(driver.ok()) << device;
    EXPECT_EQ(driver.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(driver.error().message.find("takes no description"),
              std::string::npos);
  }
}

TEST(CreateDevice, ListsTheKnownOnes) {
  auto device = create_device("abacus", {});
  ASSERT_FALSE(device.ok());
  EXPECT_NE(device.error().message.find("'null'"), std::string::npos);
}

} // namespace
} // namespace landfall::runtime
