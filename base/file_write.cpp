//===- file_write.cpp - Replacing whole files -----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The contents are written to a file without a name (O_TMPFILE), which ends
// with the process, and get their name at the very end. Where the file system
// has no such files, they are written to a temporary one that is locked: one
// that is not locked was left behind, and is removed.
//
//===----------------------------------------------------------------------===//
#include "base/file.h"

#include "base/open_file.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <sys/file.h>

namespace landfall {
namespace {

/// What is to be replaced, or made.
struct Destination {
  std::string path; ///< With symbolic links resolved.
  std::optional<struct stat> old;

  std::string directory() const {
    std::string parent = std::filesystem::path(path).parent_path().string();
    return parent.empty() ? "." : parent;
  }
  /// For the new file; private until the old one's are set.
  mode_t permissions() const { return old ? 0600 : 0666; }
};

Result<Destination> find_destination(const std::string &path) {
  TRY(check_path(path));
  struct stat status;
  if (stat(path.c_str(), &status) != 0)
    return Destination{path, std::nullopt};
  if (!S_ISREG(status.st_mode))
    return Error{ErrorCode::io,
                 "cannot write: it exists and is not a regular file; give the "
                 "path of a file to make or replace"}
        .in_file(path);
  std::error_code problem;
  auto resolved = std::filesystem::canonical(path, problem);
  return Destination{problem ? path : resolved.string(), status};
}

bool is_same_file(const std::string &name, int descriptor) {
  struct stat named, open;
  return lstat(name.c_str(), &named) == 0 && fstat(descriptor, &open) == 0 &&
         named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

/// Removes a temporary file that nobody writes any more.
void remove_stale(const std::string &name) {
  Descriptor file(open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
                                         O_NOCTTY | O_CLOEXEC));
  if (file && flock(file.number(), LOCK_EX | LOCK_NB) == 0 &&
      is_same_file(name, file.number()))
    unlink(name.c_str());
}

/// The contents until they have their name. They are locked as long as they are
/// open.
class NewFile {
public:
  NewFile() = default;
  NewFile(NewFile &&other) noexcept
      : descriptor_(std::move(other.descriptor_)),
        name_(std::exchange(other.name_, "")) {}
  ~NewFile() {
    if (!name_.empty())
      unlink(name_.c_str());
  }

  static Result<NewFile> create(const Destination &to) {
    NewFile file;
    // Without /proc, such a file could never get a name.
    if (access("/proc/self/fd", X_OK) == 0)
      file.descriptor_ =
          Descriptor(open(to.directory().c_str(),
                          O_TMPFILE | O_WRONLY | O_CLOEXEC, to.permissions()));
    if (!file.descriptor_ && !file.create_named(to))
      return system_error("create a file beside it", to.path);
    flock(file.descriptor_.number(), LOCK_EX | LOCK_NB);
    return file;
  }

  int number() const { return descriptor_.number(); }

  /// False: errno says why.
  bool publish(const Destination &to) {
    // Of what is not there yet, the first name can be the last one.
    if (name_.empty() && !to.old && link_as(to.path))
      return true;
    if (name_.empty() &&
        !take_name(to, [&](const std::string &name) { return link_as(name); }))
      return false;
    if (rename(name_.c_str(), to.path.c_str()) != 0)
      return false;
    name_.clear();
    return true;
  }

private:
  bool link_as(const std::string &name) {
    std::string self = fmt::format("/proc/self/fd/{}", number());
    return linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(),
                  AT_SYMLINK_FOLLOW) == 0;
  }

  bool create_named(const Destination &to) {
    return take_name(to, [&](const std::string &name) {
      descriptor_ =
          Descriptor(open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                          to.permissions()));
      if (!descriptor_)
        return false;
      flock(number(), LOCK_EX | LOCK_NB);
      // Another process may have removed it before it was locked.
      bool is_there = is_same_file(name, number());
      errno = EEXIST;
      return is_there;
    });
  }

  /// Finds a name that `take` can make; others are in use.
  template <typename Take> bool take_name(const Destination &to, Take take) {
    constexpr int attempts = 1000;
    for (int i = 0; i < attempts; ++i) {
      std::string name = fmt::format("{}.tmp-landfall-{}", to.path, i);
      remove_stale(name);
      if (take(name)) {
        name_ = name;
        return true;
      }
      if (errno != EEXIST)
        return false;
    }
    return false;
  }

  Descriptor descriptor_;
  std::string name_; ///< Temporary; "": none.
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

/// Gives the file the old one's owner and group, where that is allowed, and its
/// permissions, but none that others would have had.
bool take_over(int descriptor, const struct stat &old) {
  mode_t kept = 07777;
  if (fchown(descriptor, old.st_uid, old.st_gid) != 0)
    kept &= ~mode_t(S_ISUID);
  if (kept != 07777 && fchown(descriptor, uid_t(-1), old.st_gid) != 0)
    kept &= ~mode_t(S_ISGID | S_IRWXG);
  return fchmod(descriptor, old.st_mode & kept) == 0;
}

} // namespace

Status write_file(const std::string &path,
                  std::span<const std::span<const uint8_t>> parts,
                  Durable durable) {
  Destination to = TRY(find_destination(path));
  NewFile file = TRY(NewFile::create(to));
  for (std::span<const uint8_t> part : parts)
    if (!write_all(file.number(), part))
      return system_error("write", path);
  if ((to.old && !take_over(file.number(), *to.old)) ||
      (durable == Durable::yes && fsync(file.number()) != 0) ||
      !file.publish(to))
    return system_error("write", path);
  if (durable == Durable::no)
    return {};
  // The name itself reaches the disk with the directory; a file system that
  // cannot sync one (some network ones) has still renamed.
  Descriptor directory(open(to.directory().c_str(), O_RDONLY | O_CLOEXEC));
  if (directory)
    fsync(directory.number());
  return {};
}

Status write_file(const std::string &path, std::span<const uint8_t> bytes) {
  return write_file(path, std::span(&bytes, 1));
}

} // namespace landfall
