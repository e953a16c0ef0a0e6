//===- file.cpp - Reading and writing whole files -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace landfall {
namespace {

Error system_error(const char *action, const std::string &path) {
  Error error{ErrorCode::io,
              fmt::format("cannot {}: {}", action, strerror(errno))};
  return error.in_file(path);
}

class Descriptor {
public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0)
      close(number_);
  }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

private:
  int number_;
};

/// Deletes a temporary file unless it got its final name.
class Temporary {
public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  ~Temporary() {
    if (!path_.empty())
      unlink(path_.c_str());
  }
  Temporary(const Temporary &) = delete;
  Temporary &operator=(const Temporary &) = delete;
  const std::string &path() const { return path_; }
  void keep() { path_.clear(); }

private:
  std::string path_;
};

bool write_all(int descriptor, std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return false;
    bytes = bytes.subspan(size_t(written));
  }
  return true;
}

/// Opens a new file under a name that no one else uses, which it puts in
/// `name`. (mkstemp would ignore the user's umask.)
int create_beside(const std::string &path, std::string &name) {
  constexpr int attempts = 1000;
  for (int i = 0; i < attempts; ++i) {
    name = fmt::format("{}.tmp{}-{}", path, getpid(), i);
    int file =
        open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0 || errno != EEXIST)
      return file;
  }
  return -1;
}

std::string directory_of(const std::string &path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

} // namespace

Result<Bytes> map_file(const std::string &path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
    return system_error("open", path);
  struct stat status;
  if (fstat(file.number(), &status) != 0)
    return system_error("read", path);
  if (S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    return system_error("open", path);
  }
  size_t size = size_t(status.st_size);
  if (size == 0)
    return Bytes{};
  void *start = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (start == MAP_FAILED)
    return system_error("map", path);
  std::shared_ptr<const void> owner(start, [size](const void *mapping) {
    munmap(const_cast<void *>(mapping), size);
  });
  return Bytes{std::move(owner), {static_cast<const uint8_t *>(start), size}};
}

Result<std::vector<uint8_t>> read_file(const std::string &path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
    return system_error("open", path);
  struct stat status;
  std::vector<uint8_t> bytes;
  if (fstat(file.number(), &status) == 0 && status.st_size > 0)
    bytes.reserve(size_t(status.st_size) + 1);
  size_t used = 0;
  while (true) {
    bytes.resize(std::max(bytes.capacity(), used + 65536));
    ssize_t got =
        ::read(file.number(), bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return system_error("read", path);
    if (got == 0)
      break;
    used += size_t(got);
  }
  bytes.resize(used);
  return bytes;
}

Status write_file(const std::string &path,
                  std::span<const std::span<const uint8_t>> parts) {
  struct stat status;
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    return Error{ErrorCode::io,
                 "cannot write: it exists and is not a regular file; give the "
                 "path of a file to make or replace"}
        .in_file(path);
  std::string name;
  Descriptor file(create_beside(path, name));
  if (!file)
    return system_error("create a file beside it", path);
  Temporary temporary(name);
  for (std::span<const uint8_t> part : parts)
    if (!write_all(file.number(), part))
      return system_error("write", path);
  if (fsync(file.number()) != 0 ||
      rename(temporary.path().c_str(), path.c_str()) != 0)
    return system_error("write", path);
  temporary.keep();
  // The rename itself reaches the disk with the directory; a file system that
  // cannot sync one (some network ones) has still renamed.
  Descriptor directory(open(directory_of(path).c_str(), O_RDONLY | O_CLOEXEC));
  if (directory)
    fsync(directory.number());
  return {};
}

Status write_file(const std::string &path, std::span<const uint8_t> bytes) {
  return write_file(path, std::span(&bytes, 1));
}

} // namespace landfall
