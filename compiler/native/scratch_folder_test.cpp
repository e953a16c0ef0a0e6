//===- scratch_folder_test.cpp - What is left behind and what is not ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/scratch_folder.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace landfall::native {
namespace {

TEST(ScratchFolder, RemovesItselfAndWhatAKilledProcessHasLeft) {
  std::string parent = testing::TempDir() + "landfall_scratch_test";
  std::filesystem::remove_all(parent);
  std::filesystem::create_directories(parent + "/landfall-link-abandoned");
  std::ofstream(parent + "/landfall-link-abandoned/0.o") << "code";
  std::filesystem::create_directories(parent + "/other");
  {
    auto first = ScratchFolder::create_in(parent);
    ASSERT_TRUE(first.ok()) << first.error().message;
    std::ofstream(first->file("0.o")) << "code";
    auto second = ScratchFolder::create_in(parent);
    ASSERT_TRUE(second.ok());
    EXPECT_FALSE(std::filesystem::exists(parent + "/landfall-link-abandoned"));
    EXPECT_TRUE(std::filesystem::exists(first->file("0.o")));
    EXPECT_NE(first->path(), second->path());
  }
  EXPECT_TRUE(std::filesystem::exists(parent + "/other"));
  auto files = std::filesystem::directory_iterator(parent);
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
  std::filesystem::remove_all(parent);
  EXPECT_EQ(ScratchFolder::create_in(parent).error().code, ErrorCode::io);
}

} // namespace
} // namespace landfall::native
