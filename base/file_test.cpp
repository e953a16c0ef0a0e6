//===- file_test.cpp - Mapping, reading, replacing ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/file.h"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace landfall {
namespace {

class File : public testing::Test {
protected:
  File() : directory_(testing::TempDir() + "landfall_file_test") {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directory(directory_);
  }
  ~File() override { std::filesystem::remove_all(directory_); }
  std::string path(const char *name) const { return directory_ + "/" + name; }
  Status write(const char *name) {
    return write_file(path(name), std::vector<uint8_t>{1});
  }
  mode_t mode_of(const char *name) const {
    struct stat status;
    return stat(path(name).c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
  }
  ptrdiff_t file_count() const {
    auto files = std::filesystem::directory_iterator(directory_);
    return std::distance(begin(files), end(files));
  }
  std::string directory_;
};

TEST_F(File, ReplacesWithoutTouchingTheOldMapping) {
  std::vector<uint8_t> first = {1, 2, 3}, second(100000, 7);
  ASSERT_TRUE(write_file(path("a"), first).ok());
  Result<Bytes> old = map_file(path("a"));
  ASSERT_TRUE(old.ok());
  ASSERT_TRUE(write_file(path("a"), second).ok());
  EXPECT_TRUE(std::ranges::equal(old->data, first));
  Result<std::vector<uint8_t>> read = read_file(path("a"));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, second);
  EXPECT_EQ(file_count(), 1);
}

TEST_F(File, KeepsThePermissionsOfWhatItReplaces) {
  mode_t umask_before = umask(022);
  ASSERT_TRUE(write("a").ok());
  EXPECT_EQ(mode_of("a"), 0644u);
  for (mode_t mode : {0600, 0444, 0755, 0666}) {
    ASSERT_EQ(chmod(path("a").c_str(), mode), 0);
    ASSERT_TRUE(write("a").ok());
    EXPECT_EQ(mode_of("a"), mode);
  }
  umask(umask_before);
}

TEST_F(File, ReplacesWhatALinkLeadsTo) {
  ASSERT_TRUE(write_file(path("a"), std::vector<uint8_t>{7, 8}).ok());
  std::filesystem::create_symlink("a", path("link"));
  ASSERT_TRUE(write("link").ok());
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(*read_file(path("a")), std::vector<uint8_t>{1});
}

TEST_F(File, LeavesNothingBehindThatIsHalfWritten) {
  ASSERT_TRUE(write("a").ok());
  struct rlimit before, small;
  getrlimit(RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = 4096;
  auto handler = signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  for (const char *name : {"a", "new"})
    EXPECT_EQ(write_file(path(name), std::vector<uint8_t>(5000)).error().code,
              ErrorCode::io);
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  EXPECT_EQ(file_count(), 1);
  EXPECT_EQ(*read_file(path("a")), std::vector<uint8_t>{1});
}

TEST_F(File, RemovesWhatAnotherWriterHasLeftBehind) {
  std::ofstream(path("a.tmp-landfall-0")) << "stale";
  std::ofstream(path("a.tmp-landfall-1")) << "in use";
  int used = open(path("a.tmp-landfall-1").c_str(), O_RDONLY);
  ASSERT_EQ(flock(used, LOCK_EX | LOCK_NB), 0);
  ASSERT_TRUE(write("a").ok());
  ASSERT_TRUE(write("a").ok()); // A replacement passes through such a name.
  EXPECT_FALSE(std::filesystem::exists(path("a.tmp-landfall-0")));
  EXPECT_TRUE(std::filesystem::exists(path("a.tmp-landfall-1")));
  close(used);
}

TEST_F(File, RefusesToWriteWhereItReads) {
  ASSERT_TRUE(write("a").ok());
  ASSERT_TRUE(write("b").ok());
  std::filesystem::create_symlink(path("a"), path("soft"));
  std::filesystem::create_hard_link(path("a"), path("hard"));
  std::vector<std::string> read = {path("none"), path("a")};
  for (const char *name : {"a", "soft", "hard", "../landfall_file_test/a"}) {
    Status status = check_not_read(path(name), read);
    ASSERT_FALSE(status.ok()) << name;
    EXPECT_EQ(status.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(status.error().place.file, path(name));
  }
  for (const char *name : {"b", "none", "new"})
    EXPECT_TRUE(check_not_read(path(name), read).ok()) << name;
}

TEST_F(File, ReadsRegularFilesOnlyAndNeverWaits) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  for (const std::string &name :
       {path("pipe"), std::string("/dev/null"), directory_})
    for (const Error &error :
         {map_file(name).error(), load_file(name).error(),
          read_file(name).error(), read_beginning(name, 8).error()}) {
      EXPECT_EQ(error.code, ErrorCode::io);
      EXPECT_EQ(error.place.file, name);
      EXPECT_NE(error.message.find("not a regular file"), std::string::npos);
    }
}

TEST_F(File, RefusesPathsThatAreNone) {
  ASSERT_TRUE(write("a").ok());
  for (const std::string &name : {std::string(), path("a") + '\0' + "b"}) {
    EXPECT_EQ(map_file(name).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(write_file(name, std::vector<uint8_t>{2}).error().code,
              ErrorCode::invalid_argument);
  }
  EXPECT_EQ(*read_file(path("a")), std::vector<uint8_t>{1});
}

TEST_F(File, LoadsWhatNobodyChangesLater) {
  ASSERT_TRUE(write_file(path("a"), std::vector<uint8_t>(10000, 7)).ok());
  Result<Bytes> bytes = load_file(path("a"));
  ASSERT_TRUE(bytes.ok());
  std::ofstream(path("a")) << "other";
  EXPECT_TRUE(std::ranges::equal(bytes->data, std::vector<uint8_t>(10000, 7)));
  EXPECT_EQ(read_beginning(path("a"), 2)->size(), 2u);
  EXPECT_EQ(read_beginning(path("a"), 20)->size(), 5u);
}

TEST_F(File, ReplacesRegularFilesOnly) {
  std::filesystem::create_directory(path("folder"));
  Status written = write_file(path("folder"), std::vector<uint8_t>{1});
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, ErrorCode::io);
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_FALSE(write_file(path("pipe"), std::vector<uint8_t>{1}).ok());
  EXPECT_TRUE(std::filesystem::is_fifo(path("pipe")));
}

/// Pages of mapped files in this process's memory.
size_t file_pages() {
  size_t total, resident, shared;
  std::ifstream("/proc/self/statm") >> total >> resident >> shared;
  return shared;
}

TEST_F(File, PagesOfAMappedFileAreGivenBackAndReadAgain) {
  std::vector<uint8_t> content(1 << 22);
  for (size_t k = 0; k < content.size(); ++k)
    content[k] = uint8_t(k * k >> 7);
  ASSERT_TRUE(write_file(path("a"), content).ok());
  Result<Bytes> mapped = map_file(path("a"));
  ASSERT_TRUE(mapped.ok());
  ASSERT_TRUE(std::ranges::equal(mapped->data, content));
  size_t before = file_pages();
  drop_pages({mapped->owner, mapped->data.subspan(1)});
  EXPECT_LE(file_pages() + 1000, before);
  EXPECT_TRUE(std::ranges::equal(mapped->data, content));
  // What cannot be read again stays.
  Bytes own = share_bytes(content);
  drop_pages(own);
  EXPECT_TRUE(std::ranges::equal(own.data, content));
  Result<Bytes> loaded = load_file(path("a"));
  ASSERT_TRUE(loaded.ok());
  drop_pages(*loaded);
  EXPECT_TRUE(std::ranges::equal(loaded->data, content));
}

TEST_F(File, HandlesEmptyFiles) {
  ASSERT_TRUE(write_file(path("empty"), std::vector<uint8_t>()).ok());
  EXPECT_TRUE(map_file(path("empty"))->data.empty());
  EXPECT_TRUE(read_file(path("empty"))->empty());
}

TEST_F(File, NamesThePathAndTheReason) {
  for (const Error &error :
       {map_file(path("none")).error(), read_file(path("none")).error(),
        write_file(path("none/a"), std::vector<uint8_t>()).error()}) {
    EXPECT_EQ(error.code, ErrorCode::io);
    EXPECT_TRUE(error.place.file.starts_with(path("none")));
    EXPECT_NE(error.message.find("No such file"), std::string::npos);
  }
  EXPECT_FALSE(map_file(directory_).ok());
  EXPECT_FALSE(read_file(directory_).ok());
}

} // namespace
} // namespace landfall
