//===- kernel_code.cpp - The instructions of a model's kernels ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/kernel_code.h"
#include "base/file.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>

namespace landfall::cli {

namespace fs = std::filesystem;

namespace {

/// Of one kernel; a page with all of a large model's code would not open.
constexpr size_t longest_code = size_t(64) << 10;

std::string shortened(std::vector<uint8_t> code) {
  std::string text(code.begin(), code.end());
  if (text.size() <= longest_code)
    return text;
  return fmt::format("{}\n... {} bytes in all; landfall compile --dump-dir "
                     "writes them\n",
                     text.substr(0, longest_code), text.size());
}

} // namespace

DumpFolder::DumpFolder() {
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / "landfall-XXXXXX");
  if (!error && mkdtemp(name.data()))
    path_ = name;
}

DumpFolder::~DumpFolder() {
  std::error_code ignored;
  if (!path_.empty())
    fs::remove_all(path_, ignored);
}

Json DumpFolder::instructions() const {
  Json found = Json::object();
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator at(path_, error), end; !error && at != end;
       at.increment(error))
    if (at->path().extension() == ".s")
      files.push_back(at->path());
  std::ranges::sort(files);
  // "007_name.VARIANT.s"; one variant, since the code is for one machine.
  for (const fs::path &file : files)
    if (auto code = read_file(file.string()))
      found[std::to_string(std::strtol(file.filename().c_str(), nullptr, 10))] =
          shortened(std::move(*code));
  return found;
}

} // namespace landfall::cli
