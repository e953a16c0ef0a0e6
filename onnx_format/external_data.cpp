//===- external_data.cpp - Tensor data in files beside the model ----------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/external_data.h"

#include "base/file.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace landfall::onnx {

namespace fs = std::filesystem;

namespace {

Error invalid(const std::string &what) {
  return {ErrorCode::invalid_model, what};
}

struct Range {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

Result<uint64_t> parse_number(Text key, Text value) {
  uint64_t number = 0;
  auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size())
    return invalid("its external data has the " + std::string(key) + " '" +
                   std::string(value) + "', which is not a number");
  return number;
}

Result<Range> parse_range(const std::vector<StringStringEntry> &entries) {
  Range range;
  for (const auto &[key, value] : entries) {
    if (key == "location")
      range.location = std::string(value);
    else if (key == "offset")
      range.offset = TRY(parse_number(key, value));
    else if (key == "length")
      range.length = TRY(parse_number(key, value));
  }
  if (range.location.empty())
    return invalid("its external data has no location");
  return range;
}

bool is_inside(const fs::path &path, const fs::path &directory) {
  auto [end, rest] = std::mismatch(directory.begin(), directory.end(),
                                   path.begin(), path.end());
  return end == directory.end();
}

/// The path of the file to read, with all symbolic links resolved. Fails if it
/// is outside the model's directory.
Result<std::string> resolve(const std::string &directory,
                            const std::string &location) {
  fs::path relative(location);
  bool climbs =
      std::find(relative.begin(), relative.end(), "..") != relative.end();
  if (relative.is_absolute() || climbs ||
      location.find('\0') != std::string::npos)
    return invalid("its external data is at '" + location +
                   "'; only files in the model's own directory are read");
  std::error_code error;
  fs::path root = fs::canonical(directory, error);
  fs::path path = error ? fs::path() : fs::canonical(root / relative, error);
  if (error)
    return Error{ErrorCode::io, "its external data file '" + location +
                                    "' cannot be found in '" + directory +
                                    "': " + error.message() +
                                    "; put it beside the model"};
  if (!is_inside(path, root))
    return invalid("its external data file '" + location +
                   "' is a link that leads out of the model's directory");
  return path.string();
}

} // namespace

Result<Bytes> ModelStore::map(const std::string &location) {
  if (directory_.empty())
    return Error{ErrorCode::invalid_argument,
                 "its data lies in the file '" + location +
                     "', but the model came without a directory; pass the "
                     "model's path instead of its bytes"};
  if (auto found = mapped_.find(location); found != mapped_.end())
    return found->second;
  std::string path = TRY(resolve(directory_, location));
  Bytes bytes = TRY(map_file(path));
  if (on_file_)
    on_file_(path);
  mapped_.emplace(location, bytes);
  return bytes;
}

Result<Bytes>
ModelStore::external(const std::vector<StringStringEntry> &entries) {
  Range range = TRY(parse_range(entries));
  Bytes file = TRY(map(range.location));
  uint64_t size = file.data.size();
  uint64_t length = range.length.value_or(size - std::min(range.offset, size));
  if (range.offset > size || length > size - range.offset)
    return invalid("its external data (offset " + std::to_string(range.offset) +
                   ", " + std::to_string(length) + " bytes) lies outside '" +
                   range.location + "', which has " + std::to_string(size) +
                   " bytes");
  return Bytes{file.owner, file.data.subspan(range.offset, length)};
}

} // namespace landfall::onnx
