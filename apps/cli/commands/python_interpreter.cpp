//===- python_interpreter.cpp - Python for optional features --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/python_interpreter.h"

#include <cstdlib>
#include <filesystem>

namespace landfall::cli {

namespace {

/// Where the program lies, through links.
std::filesystem::path program_folder() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
}

bool has_package(const std::filesystem::path &folder) {
  std::error_code ignored;
  return std::filesystem::exists(folder / "landfall/__init__.py", ignored);
}

} // namespace

std::vector<std::string> python_interpreters(const std::string &chosen) {
  if (!chosen.empty())
    return {chosen};
  std::vector<std::string> list;
  std::error_code ignored;
  // Set by the package's own script: the interpreter that it is installed for.
  if (const char *own = std::getenv("LANDFALL_PYTHON"); own && *own)
    list.emplace_back(own);
  for (const std::filesystem::path &folder :
       {program_folder() / "../..", std::filesystem::path(".")}) {
    auto python = folder / ".venv/bin/python";
    if (std::filesystem::exists(python, ignored))
      list.push_back(python.lexically_normal().string());
  }
  list.push_back("python3");
  return list;
}

std::string python_package_folder() {
  std::filesystem::path root = program_folder().parent_path();
  if (has_package(root / "python"))
    return (root / "python").string();
  // In a wheel, the program is in a folder of the package.
  if (has_package(root.parent_path()) && root.filename() == "landfall")
    return root.parent_path().string();
  std::error_code error;
  std::filesystem::directory_iterator entries(root / "lib", error), end;
  for (; !error && entries != end; entries.increment(error)) {
    std::filesystem::path folder = entries->path() / "site-packages";
    if (has_package(folder))
      return folder.string();
  }
  return {};
}

} // namespace landfall::cli
