//===- input_request.cpp - The command line's input options ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/input_request.h"

#include <charconv>
#include <fmt/format.h>

namespace landfall::cli {

namespace {

template <typename... Args>
Error invalid(fmt::format_string<Args...> format, Args &&...args) {
  return {ErrorCode::invalid_argument,
          fmt::format(format, std::forward<Args>(args)...)};
}

template <typename T> std::optional<T> number(std::string_view text) {
  T value = {};
  const char *begin = text.data(), *end = begin + text.size();
  auto [stop, problem] = std::from_chars(begin, end, value);
  if (problem != std::errc() || stop != end)
    return std::nullopt;
  return value;
}

struct Assignment {
  std::string name; ///< "" if there is no '='.
  std::string value;
};

/// Names may hold '=' and so may paths: a file's begins with "=@".
Assignment split(const std::string &text) {
  size_t at = text.starts_with("@") ? std::string::npos : text.find("=@");
  if (at == std::string::npos && !text.starts_with("@"))
    at = text.rfind('=');
  if (at == std::string::npos)
    return {"", text};
  return {text.substr(0, at), text.substr(at + 1)};
}

Result<std::vector<int64_t>> parse_shape(std::string_view text,
                                         const std::string &option) {
  std::vector<int64_t> dims;
  if (text.empty() || text == "scalar")
    return dims;
  while (true) {
    size_t end = text.find_first_of("x,");
    auto dim = number<int64_t>(text.substr(0, end));
    if (!dim || *dim < 0)
      return invalid("--shape {}: write the extents with 'x' between, as in "
                     "--shape image=1x3x224x224",
                     option);
    dims.push_back(*dim);
    if (end == std::string_view::npos)
      return dims;
    text.remove_prefix(end + 1);
  }
}

Result<InputSource> parse_source(const std::string &value,
                                 const std::string &option) {
  if (value.starts_with("@") && value.size() > 1)
    return InputSource(FromFile{value.substr(1)});
  if (value == "random")
    return InputSource(FromSeed{});
  if (value.starts_with("random:"))
    if (auto seed = number<uint64_t>(value.substr(7)))
      return InputSource(FromSeed{*seed});
  if (auto filled = number<double>(value))
    return InputSource(FromNumber{*filled});
  return invalid("--input {}: give a file (x=@x.npy, .npz or .pb), "
                 "x=random:SEED, or a number for all elements (x=16000)",
                 option);
}

} // namespace

Result<InputRequest> parse_input_options(const InputOptions &options) {
  InputRequest request;
  for (const std::string &option : options.shapes) {
    Assignment part = split(option);
    auto dims = TRY(parse_shape(part.value, option));
    if (!request.shapes.emplace(part.name, std::move(dims)).second)
      return invalid("--shape {}: the shape of '{}' is given twice", option,
                     part.name);
  }
  for (const std::string &option : options.dims) {
    Assignment part = split(option);
    auto extent = number<int64_t>(part.value);
    if (part.name.empty() || !extent || *extent < 0)
      return invalid("--dim {}: write it as --dim N=4", option);
    request.dims[part.name] = *extent;
  }
  for (const std::string &option : options.inputs) {
    Assignment part = split(option);
    InputSource source = TRY(parse_source(part.value, option));
    if (!request.sources.emplace(part.name, std::move(source)).second)
      return invalid("--input {}: the input '{}' is given twice", option,
                     part.name);
  }
  return request;
}

} // namespace landfall::cli
