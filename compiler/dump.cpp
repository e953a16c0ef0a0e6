//===- dump.cpp - A folder that shows how code is made --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/dump.h"

#include "base/file.h"

#include <filesystem>
#include <fmt/format.h>

namespace landfall::compiler {

Result<DumpFile> open_dump(const std::string &directory) {
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem)
    return Error{ErrorCode::io,
                 fmt::format("cannot make the directory '{}': {}", directory,
                             problem.message())};
  return DumpFile([directory](std::string_view file, std::string_view text) {
    auto path = std::filesystem::path(directory) / file;
    return write_file(
        path.string(),
        {reinterpret_cast<const uint8_t *>(text.data()), text.size()});
  });
}

} // namespace landfall::compiler
