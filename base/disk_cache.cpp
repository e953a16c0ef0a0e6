//===- disk_cache.cpp - Results that later processes find again -----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The folder has 256 parts, by the first two digits of the names; each is kept
// below its share of the limit by whoever adds to it, so nobody ever looks at
// all files. A file: the size of the key (8 bytes), the key, the value, and the
// hash of all that (8 bytes).
//
//===----------------------------------------------------------------------===//
#include "base/disk_cache.h"

#include "base/byte_stream.h"
#include "base/file.h"
#include "base/hash.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace landfall {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view suffix = ".cached";
constexpr uint64_t parts = 256;
/// A part may hold one large value, however small its share is.
constexpr size_t least_files = 4;

std::string name_of(std::span<const uint8_t> key) {
  return fmt::format("{:016x}{:016x}{}", hash_bytes(key, 1), hash_bytes(key, 2),
                     suffix);
}

/// The value, if the file's bytes are whole and of this key.
std::optional<std::vector<uint8_t>> value_in(std::span<const uint8_t> file,
                                             std::span<const uint8_t> key) {
  constexpr size_t hash_bytes_each = sizeof(uint64_t);
  if (file.size() < hash_bytes_each)
    return std::nullopt;
  auto hashed = file.first(file.size() - hash_bytes_each);
  ByteReader reader(hashed), end(file.last(hash_bytes_each));
  if (reader.u64() != key.size() ||
      !std::ranges::equal(reader.raw(key.size()), key) || !reader.ok() ||
      end.u64() != hash_bytes(hashed))
    return std::nullopt;
  auto value = reader.raw(reader.remaining());
  return std::vector<uint8_t>(value.begin(), value.end());
}

/// By a finer clock than that of new files, so that it counts as newer.
void note_use(const std::string &path) {
  timespec times[2];
  clock_gettime(CLOCK_REALTIME, &times[0]);
  times[1] = times[0];
  utimensat(AT_FDCWD, path.c_str(), times, 0);
}

bool is_own_folder(const struct stat &status) {
  return S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/// Not larger than whoever keeps values would have made it.
bool has_at_most(const std::string &path, uint64_t bytes) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0 && uint64_t(status.st_size) <= bytes;
}

struct File {
  std::string path;
  uint64_t bytes;
  int64_t used; ///< Nanoseconds since 1970.
};

/// The files of the cache in one of its parts.
std::vector<File> files_of(const fs::path &part) {
  std::vector<File> files;
  std::error_code stop;
  for (fs::directory_iterator at(part, stop), end; !stop && at != end;
       at.increment(stop)) {
    std::string path = at->path().string();
    struct stat status;
    if (path.ends_with(suffix) && lstat(path.c_str(), &status) == 0 &&
        S_ISREG(status.st_mode))
      files.push_back({path, uint64_t(status.st_size),
                       int64_t(status.st_mtim.tv_sec) * 1'000'000'000 +
                           status.st_mtim.tv_nsec});
  }
  return files;
}

/// Links are not followed: what they lead to is somebody's.
template <typename Action>
void for_each_part(const std::string &folder, Action action) {
  for (uint64_t k = 0; k < parts; ++k) {
    std::string part = fmt::format("{}/{:02x}", folder, k);
    struct stat status;
    if (lstat(part.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
      action(part);
  }
}

} // namespace

std::string DiskCache::user_folder() {
  auto variable = [](const char *name) -> std::string {
    const char *value = std::getenv(name);
    return value ? value : "";
  };
  if (std::string given = variable("LANDFALL_CACHE"); !given.empty())
    return given == "off" ? "" : given;
  if (std::string cache = variable("XDG_CACHE_HOME"); cache.starts_with('/'))
    return cache + "/landfall";
  std::string home = variable("HOME");
  return home.starts_with('/') ? home + "/.cache/landfall" : "";
}

DiskCache::DiskCache(std::string folder, uint64_t most_bytes)
    : folder_(std::move(folder)), most_bytes_(most_bytes) {
  // What creates the folder needs its parent's name.
  while (folder_.size() > 1 && folder_.ends_with('/'))
    folder_.pop_back();
}

bool DiskCache::is_private() const {
  struct stat status;
  return stat(folder_.c_str(), &status) == 0 && is_own_folder(status);
}

bool DiskCache::is_usable(const std::string &part) const {
  struct stat status;
  return is_private() && lstat(part.c_str(), &status) == 0 &&
         is_own_folder(status);
}

std::string DiskCache::part_of(std::string_view name) const {
  return fmt::format("{}/{}", folder_, name.substr(0, 2));
}

std::optional<std::vector<uint8_t>>
DiskCache::find(std::span<const uint8_t> key) const {
  std::string name = name_of(key), part = part_of(name);
  std::string path = part + "/" + name;
  if (is_usable(part) && has_at_most(path, most_bytes_))
    if (auto file = read_file(path))
      if (auto value = value_in(*file, key)) {
        note_use(path);
        return value;
      }
  return std::nullopt;
}

void DiskCache::keep(std::span<const uint8_t> key,
                     std::span<const uint8_t> value) const {
  std::string name = name_of(key), part = part_of(name);
  std::error_code ignored;
  fs::create_directories(fs::path(folder_).parent_path(), ignored);
  mkdir(folder_.c_str(), 0700);
  if (!is_private())
    return;
  mkdir(part.c_str(), 0700);
  if (!is_usable(part))
    return;
  ByteWriter writer;
  writer.u64(key.size());
  writer.raw(key);
  writer.raw(value);
  std::vector<uint8_t> file = writer.take();
  ByteWriter end;
  end.u64(hash_bytes(file));
  std::vector<uint8_t> hash = end.take();
  const std::span<const uint8_t> both[] = {file, hash};
  std::string path = part + "/" + name;
  if (write_file(path, both, Durable::no))
    make_room(part, path);
}

void DiskCache::make_room(const std::string &part,
                          const std::string &except) const {
  std::vector<File> files = files_of(part);
  uint64_t bytes = 0;
  for (const File &file : files)
    bytes += file.bytes;
  std::ranges::sort(files, {}, &File::used);
  size_t left = files.size();
  for (const File &file : files) {
    if (bytes <= most_bytes_ / parts || left <= least_files)
      return;
    if (file.path == except)
      continue;
    unlink(file.path.c_str());
    bytes -= file.bytes;
    --left;
  }
}

DiskCache::Contents DiskCache::contents() const {
  Contents all;
  for_each_part(folder_, [&](const std::string &part) {
    for (const File &file : files_of(part)) {
      ++all.files;
      all.bytes += file.bytes;
    }
  });
  return all;
}

Status DiskCache::clear() const {
  Status result;
  for_each_part(folder_, [&](const std::string &part) {
    std::vector<File> files = files_of(part);
    for (const File &file : files)
      if (unlink(file.path.c_str()) != 0 && errno != ENOENT && result)
        result = Error{ErrorCode::io,
                       fmt::format("cannot remove: {}", std::strerror(errno))}
                     .in_file(file.path);
    if (!files.empty())
      rmdir(part.c_str());
  });
  return result;
}

} // namespace landfall
