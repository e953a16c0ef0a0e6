//===- elf_link.cpp - Objects to one loadable image -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/native/elf_link.h"

#include "base/file.h"

#include "lld/Common/Driver.h"
#include "llvm/Support/raw_ostream.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <mutex>
#include <stdlib.h>

LLD_HAS_DRIVER(elf)

namespace landfall::native {

namespace {

Error internal(const std::string &what) {
  return {ErrorCode::internal,
          fmt::format("linking the kernels failed: {}; this is a bug in "
                      "Landfall, please report it",
                      what)};
}

/// A private temporary folder, on tmpfs if there is one; removed by the
/// destructor.
class ScratchFolder {
public:
  static Result<ScratchFolder> create() {
    std::error_code error;
    std::string base = "/dev/shm";
    if (!std::filesystem::is_directory(base, error))
      base = std::filesystem::temp_directory_path(error).string();
    for (const std::string &parent : {base, std::string("/tmp")}) {
      std::string path = parent + "/landfall-link-XXXXXX";
      if (mkdtemp(path.data()))
        return ScratchFolder(path);
    }
    return Error{ErrorCode::io,
                 "cannot create a temporary folder in /dev/shm or /tmp"};
  }
  ScratchFolder(ScratchFolder &&other) : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty())
      std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const std::string &name) const { return path_ + "/" + name; }

private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

Status run_linker(const std::vector<std::string> &arguments) {
  static std::mutex one_at_a_time;
  std::vector<const char *> raw;
  for (const std::string &argument : arguments)
    raw.push_back(argument.c_str());
  std::string messages;
  llvm::raw_string_ostream stream(messages);
  std::lock_guard guard(one_at_a_time);
  lld::Result result =
      lld::lldMain(raw, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    return internal(messages);
  return {};
}

} // namespace

Result<std::vector<uint8_t>>
link_image(std::span<const std::vector<uint8_t>> objects) {
  ScratchFolder folder = TRY(ScratchFolder::create());
  std::string output = folder.file("image.so");
  std::vector<std::string> arguments = {"ld.lld",
                                        "-shared",
                                        "--hash-style=sysv",
                                        "--build-id=none",
                                        "-Bsymbolic",
                                        "-z",
                                        "norelro",
                                        "--threads=1",
                                        "-z",
                                        "defs",
                                        "-o",
                                        output};
  for (size_t k = 0; k < objects.size(); ++k) {
    std::string input = folder.file(fmt::format("{}.o", k));
    std::ofstream file(input, std::ios::binary);
    file.write(reinterpret_cast<const char *>(objects[k].data()),
               std::streamsize(objects[k].size()));
    if (!file.flush())
      return Error{ErrorCode::io, fmt::format("cannot write {}", input)};
    arguments.push_back(input);
  }
  TRY(run_linker(arguments));
  return read_file(output);
}

} // namespace landfall::native
