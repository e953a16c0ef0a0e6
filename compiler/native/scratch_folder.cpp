//===- scratch_folder.cpp - A temporary folder ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/scratch_folder.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>

namespace landfall::native {

namespace {

constexpr std::string_view prefix = "landfall-link-";

/// Empty if there is none, or if another process holds it.
Descriptor lock(const std::string &path) {
  Descriptor folder(
      open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  return folder && flock(folder.number(), LOCK_EX | LOCK_NB) == 0
             ? std::move(folder)
             : Descriptor();
}

/// Removes this user's folders that no process holds. (One that was just made
/// may be hit before it is locked: it is made again.)
void remove_stale(const std::string &parent) {
  std::error_code ignored;
  for (const auto &entry :
       std::filesystem::directory_iterator(parent, ignored)) {
    std::string path = entry.path().string();
    if (!entry.path().filename().string().starts_with(prefix))
      continue;
    struct stat status;
    Descriptor held = lock(path);
    if (held && fstat(held.number(), &status) == 0 &&
        status.st_uid == geteuid())
      std::filesystem::remove_all(path, ignored);
  }
}

} // namespace

Result<ScratchFolder> ScratchFolder::create_in(const std::string &parent) {
  remove_stale(parent);
  constexpr int attempts = 100;
  for (int i = 0; i < attempts; ++i) {
    std::string path = parent + "/" + std::string(prefix) + "XXXXXX";
    if (!mkdtemp(path.data()))
      return system_error("make a temporary folder", path);
    Descriptor held = lock(path);
    if (held && access(path.c_str(), F_OK) == 0)
      return ScratchFolder(std::move(path), std::move(held));
  }
  return Error{ErrorCode::io, "cannot make a temporary folder"}.in_file(parent);
}

Result<ScratchFolder> ScratchFolder::create() {
  std::error_code ignored;
  if (std::filesystem::is_directory("/dev/shm", ignored))
    if (auto folder = create_in("/dev/shm"))
      return folder;
  auto temporary = std::filesystem::temp_directory_path(ignored);
  return create_in(ignored ? "/tmp" : temporary.string());
}

ScratchFolder::~ScratchFolder() {
  if (path_.empty())
    return;
  try {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  } catch (const std::bad_alloc &) {
    // It walks the folder with memory that there may not be.
  }
}

} // namespace landfall::native
