//===- disk_cache_test.cpp - Results that later processes find again ------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/disk_cache.h"

#include "base/file.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>

namespace landfall {
namespace {

namespace fs = std::filesystem;
using Data = std::vector<uint8_t>;

class DiskCacheTest : public testing::Test {
protected:
  void SetUp() override {
    char name[] = "/tmp/landfall-cache-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    root_ = name;
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string folder() const { return root_ + "/deep/er/cache"; }

  /// The only file.
  std::string file() const {
    for (const auto &entry : fs::recursive_directory_iterator(folder()))
      if (entry.is_regular_file())
        return entry.path().string();
    return "";
  }

  std::string root_;
  const Data key_ = {1, 2, 3}, value_ = {4, 5, 6, 7, 8};
};

Data numbered(uint32_t number, size_t size = 4) {
  Data bytes(std::max<size_t>(size, 4));
  for (int k = 0; k < 4; ++k)
    bytes[k] = uint8_t(number >> (8 * k));
  return bytes;
}

TEST_F(DiskCacheTest, AnotherProcessFindsWhatIsKept) {
  DiskCache(folder()).keep(key_, value_);
  DiskCache other(folder());
  EXPECT_EQ(other.find(key_), value_);
  EXPECT_EQ(other.find(Data{1, 2}), std::nullopt);
  EXPECT_EQ(other.find({}), std::nullopt);
}

TEST_F(DiskCacheTest, EmptyKeysAndValues) {
  DiskCache cache(folder());
  cache.keep({}, {});
  EXPECT_EQ(cache.find({}), Data());
}

TEST_F(DiskCacheTest, NothingIsThereBeforeSomethingIsKept) {
  DiskCache cache(folder());
  EXPECT_EQ(cache.find(key_), std::nullopt);
  EXPECT_EQ(cache.contents().files, 0u);
  EXPECT_TRUE(cache.clear());
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(DiskCacheTest, DamagedFilesAreNotBelieved) {
  DiskCache cache(folder());
  cache.keep(key_, value_);
  Data good = *read_file(file());
  for (size_t k = 0; k < good.size(); ++k) {
    Data bad = good;
    bad[k] ^= 1;
    ASSERT_TRUE(write_file(file(), bad));
    EXPECT_EQ(cache.find(key_), std::nullopt) << "byte " << k;
    bad.assign(good.begin(), good.begin() + int64_t(k));
    ASSERT_TRUE(write_file(file(), bad));
    EXPECT_EQ(cache.find(key_), std::nullopt) << k << " bytes";
  }
  cache.keep(key_, value_);
  EXPECT_EQ(cache.find(key_), value_);
}

TEST_F(DiskCacheTest, WhatOthersMayWriteIsNotUsed) {
  DiskCache cache(folder());
  cache.keep(key_, value_);
  ASSERT_EQ(chmod(folder().c_str(), 0777), 0);
  EXPECT_EQ(cache.find(key_), std::nullopt);
  cache.keep(numbered(9), value_);
  ASSERT_EQ(chmod(folder().c_str(), 0700), 0);
  EXPECT_EQ(cache.find(key_), value_);
  EXPECT_EQ(cache.contents().files, 1u);
}

TEST_F(DiskCacheTest, NorIsAPartThatOthersMayWrite) {
  DiskCache cache(folder());
  cache.keep(key_, value_);
  std::string part = fs::path(file()).parent_path();
  ASSERT_EQ(chmod(part.c_str(), 0777), 0);
  EXPECT_EQ(cache.find(key_), std::nullopt);
  fs::rename(part, root_ + "/elsewhere");
  fs::create_directory_symlink(root_ + "/elsewhere", part);
  EXPECT_EQ(cache.find(key_), std::nullopt);
  EXPECT_TRUE(cache.clear());
  EXPECT_FALSE(fs::is_empty(root_ + "/elsewhere"));
}

TEST_F(DiskCacheTest, AHugeFileIsNotRead) {
  DiskCache cache(folder());
  cache.keep(key_, value_);
  fs::resize_file(file(), uint64_t(1) << 40);
  EXPECT_EQ(cache.find(key_), std::nullopt);
}

TEST_F(DiskCacheTest, ASlashAtTheEnd) {
  mode_t mask = umask(002);
  DiskCache(folder() + "//").keep(key_, value_);
  umask(mask);
  EXPECT_EQ(DiskCache(folder()).find(key_), value_);
}

TEST_F(DiskCacheTest, AFileInPlaceOfTheFolder) {
  ASSERT_TRUE(write_file(root_ + "/file", value_));
  DiskCache cache(root_ + "/file");
  cache.keep(key_, value_);
  EXPECT_EQ(cache.find(key_), std::nullopt);
  EXPECT_EQ(*read_file(root_ + "/file"), value_);
}

TEST_F(DiskCacheTest, ItStaysBelowItsLimit) {
  constexpr uint64_t limit = 1 << 20;
  DiskCache cache(folder(), limit);
  for (uint32_t k = 0; k < 4000; ++k)
    cache.keep(numbered(k), numbered(k, 1000));
  EXPECT_LE(cache.contents().bytes, limit);
  EXPECT_GE(cache.contents().bytes, limit / 2);
  EXPECT_EQ(cache.find(numbered(3999)), numbered(3999, 1000));
}

TEST_F(DiskCacheTest, WhatIsUsedStaysLonger) {
  DiskCache cache(folder(), 1 << 20);
  for (uint32_t k = 0; k < 8000; ++k) {
    cache.keep(numbered(k), numbered(k, 1000));
    EXPECT_TRUE(cache.find(numbered(0))) << k;
  }
}

TEST_F(DiskCacheTest, ClearRemovesItsFilesOnly) {
  DiskCache cache(folder());
  for (uint32_t k = 0; k < 100; ++k)
    cache.keep(numbered(k), value_);
  ASSERT_TRUE(write_file(folder() + "/notes.txt", value_));
  EXPECT_EQ(cache.contents().files, 100u);
  EXPECT_TRUE(cache.clear());
  EXPECT_EQ(cache.contents().files, 0u);
  EXPECT_EQ(*read_file(folder() + "/notes.txt"), value_);
}

TEST_F(DiskCacheTest, ManyAtOnceSeeWholeValues) {
  std::atomic<int> wrong = 0;
  auto work = [&](uint32_t seed) {
    DiskCache cache(folder(), 1 << 18);
    for (uint32_t k = 0; k < 2000; ++k) {
      Data key = numbered((k * 7 + seed) % 50), value = key;
      value.resize(3000, key[0]);
      if (auto found = cache.find(key); found && *found != value)
        ++wrong;
      cache.keep(key, value);
      if (k % 500 == 0 && !cache.clear())
        ++wrong;
    }
  };
  std::vector<std::thread> threads;
  for (uint32_t seed = 0; seed < 4; ++seed)
    threads.emplace_back(work, seed);
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(DiskCache, TheUsersFolder) {
  setenv("LANDFALL_CACHE", "off", 1);
  EXPECT_EQ(DiskCache::user_folder(), "");
  setenv("LANDFALL_CACHE", "/somewhere", 1);
  EXPECT_EQ(DiskCache::user_folder(), "/somewhere");
  unsetenv("LANDFALL_CACHE");
  setenv("XDG_CACHE_HOME", "/caches", 1);
  EXPECT_EQ(DiskCache::user_folder(), "/caches/landfall");
  unsetenv("XDG_CACHE_HOME");
  setenv("HOME", "/home/someone", 1);
  EXPECT_EQ(DiskCache::user_folder(), "/home/someone/.cache/landfall");
  unsetenv("HOME");
  EXPECT_EQ(DiskCache::user_folder(), "");
}

} // namespace
} // namespace landfall
