//===- mapped_file.cpp - A mapped file that is watched --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "base/mapped_file.h"

namespace landfall {

Status FileWatch::check_unchanged() const {
  struct stat now;
  const struct stat &then = file_.status;
  if (fstat(file_.descriptor.number(), &now) != 0)
    return system_error("read", path_);
  if (now.st_size == then.st_size &&
      now.st_mtim.tv_sec == then.st_mtim.tv_sec &&
      now.st_mtim.tv_nsec == then.st_mtim.tv_nsec)
    return {};
  Error error{ErrorCode::io,
              "it was written to while it was in use; load it again, and "
              "replace such a file by renaming a new one"};
  return error.in_file(path_);
}

Result<MappedFile> map_watched_file(const std::string &path) {
  OpenFile file = TRY(open_regular(path));
  Bytes bytes = TRY(map_open_file(file, path));
  return MappedFile{std::move(bytes),
                    std::make_shared<FileWatch>(std::move(file), path)};
}

} // namespace landfall
