//===- file.cpp - Reading whole files -------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/file.h"

#include "base/open_file.h"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

namespace landfall {
namespace {

struct Unmap {
  size_t size;
  bool is_file; ///< Pages can be read again.

  void operator()(const void *memory) const {
    munmap(const_cast<void *>(memory), size);
  }
};

Bytes mapping(void *start, Unmap unmap) {
  std::shared_ptr<const void> owner(start, unmap);
  return {std::move(owner), {static_cast<const uint8_t *>(start), unmap.size}};
}

/// Reads until the bytes are full or the file ends; the number read, or -1.
ssize_t read_fully(int descriptor, std::span<uint8_t> bytes) {
  size_t used = 0;
  while (used < bytes.size()) {
    ssize_t got = ::read(descriptor, bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    used += size_t(got);
  }
  return ssize_t(used);
}

} // namespace

Result<Bytes> map_file(const std::string &path) {
  return map_open_file(TRY(open_regular(path)), path);
}

Result<Bytes> map_open_file(const OpenFile &file, const std::string &path) {
  if (file.size() == 0)
    return Bytes{};
  void *start = mmap(nullptr, file.size(), PROT_READ, MAP_PRIVATE,
                     file.descriptor.number(), 0);
  if (start == MAP_FAILED)
    return system_error("map", path);
  return mapping(start, {file.size(), true});
}

void drop_pages(const Bytes &bytes) {
  auto *unmap = std::get_deleter<Unmap>(bytes.owner);
  if (!unmap || !unmap->is_file)
    return;
  // Only pages that hold nothing else.
  auto page = uintptr_t(sysconf(_SC_PAGESIZE));
  auto start = reinterpret_cast<uintptr_t>(bytes.data.data());
  uintptr_t first = (start + page - 1) / page * page;
  uintptr_t last = (start + bytes.data.size()) / page * page;
  if (first < last)
    madvise(reinterpret_cast<void *>(first), last - first, MADV_DONTNEED);
}

Result<Bytes> load_file(const std::string &path) {
  OpenFile file = TRY(open_regular(path));
  size_t size = file.size();
  if (size == 0)
    return Bytes{};
  void *start = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) {
    Error error{ErrorCode::out_of_memory,
                fmt::format("no memory for its {} bytes", size)};
    return error.in_file(path);
  }
  Bytes bytes = mapping(start, {size, false});
  // A page fault every 4 KiB takes longer than reading.
  madvise(start, size, MADV_HUGEPAGE);
  ssize_t got = read_fully(file.descriptor.number(),
                           {static_cast<uint8_t *>(start), size});
  if (got < 0)
    return system_error("read", path);
  mprotect(start, size, PROT_READ);
  bytes.data = bytes.data.first(size_t(got)); // It may have been cut meanwhile.
  return bytes;
}

Result<std::vector<uint8_t>> read_file(const std::string &path) {
  OpenFile file = TRY(open_regular(path));
  // Files of /proc have contents, and the size 0.
  std::vector<uint8_t> bytes(file.size() + 1);
  size_t used = 0;
  while (true) {
    ssize_t got =
        read_fully(file.descriptor.number(), std::span(bytes).subspan(used));
    if (got < 0)
      return system_error("read", path);
    used += size_t(got);
    if (used < bytes.size())
      break;
    bytes.resize(std::max<size_t>(65536, bytes.size() * 2));
  }
  bytes.resize(used);
  return bytes;
}

Result<std::vector<uint8_t>> read_beginning(const std::string &path,
                                            size_t count) {
  OpenFile file = TRY(open_regular(path));
  std::vector<uint8_t> bytes(count);
  ssize_t got = read_fully(file.descriptor.number(), bytes);
  if (got < 0)
    return system_error("read", path);
  bytes.resize(size_t(got));
  return bytes;
}

Status check_not_read(const std::string &path,
                      std::span<const std::string> read) {
  struct stat target, input;
  if (stat(path.c_str(), &target) != 0)
    return {};
  for (const std::string &file : read) {
    if (stat(file.c_str(), &input) != 0 || input.st_dev != target.st_dev ||
        input.st_ino != target.st_ino)
      continue;
    Error error{ErrorCode::invalid_argument,
                fmt::format("cannot write: it would overwrite '{}', which is "
                            "read; give another path",
                            file)};
    return error.in_file(path);
  }
  return {};
}

} // namespace landfall
