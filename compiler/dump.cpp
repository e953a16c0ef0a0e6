//===- dump.cpp - A folder that shows how code is made --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/dump.h"

#include "base/file.h"
#include "base/open_file.h"

#include <filesystem>
#include <fmt/format.h>

namespace landfall::compiler {

Result<DumpFile> open_dump(const std::string &directory,
                           const std::vector<std::string> &sources) {
  TRY(check_path(directory));
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem)
    return Error{ErrorCode::io,
                 fmt::format("cannot make the directory '{}': {}", directory,
                             problem.message())};
  return DumpFile([directory, &sources](std::string_view file,
                                        std::string_view text) -> Status {
    std::string path = (std::filesystem::path(directory) / file).string();
    TRY(check_not_read(path, sources));
    return write_file(
        path, {reinterpret_cast<const uint8_t *>(text.data()), text.size()});
  });
}

} // namespace landfall::compiler
