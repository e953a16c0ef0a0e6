//===- dynamic_input.cpp - Parsing which extents are free -----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/dynamic_input.h"

#include <algorithm>
#include <charconv>

namespace landfall::frontend {

namespace {

Error refusal(const std::string &input, const std::string &dims,
              const std::string &why) {
  return {ErrorCode::invalid_argument,
          "dynamic: '" + input + "=" + dims + "' " + why +
              "; give each extent as a number or ?, as in " + input +
              "=?x3x?x?, or with commas and names, as in " + input +
              "=batch,3,?,?"};
}

bool is_name(const std::string &text) {
  auto is_word = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !text.empty() && std::ranges::all_of(text, is_word) &&
         !std::isdigit(static_cast<unsigned char>(text[0]));
}

std::optional<int64_t> number(const std::string &text) {
  int64_t value = 0;
  const char *end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value < 1)
    return std::nullopt;
  return value;
}

std::vector<std::string> split(const std::string &text, char separator) {
  std::vector<std::string> parts(1);
  for (char c : text)
    if (c == separator)
      parts.emplace_back();
    else if (c != ' ')
      parts.back() += c;
  return parts;
}

} // namespace

Result<std::vector<DynamicInput>>
parse_dynamic(std::span<const std::pair<std::string, std::string>> inputs) {
  std::vector<DynamicInput> result;
  for (const auto &[name, text] : inputs) {
    for (const DynamicInput &other : result)
      if (other.name == name)
        return refusal(name, text, "is a second shape for this input");
    DynamicInput &input = result.emplace_back();
    input.name = name;
    bool names = text.find(',') != text.npos || is_name(text);
    for (const std::string &part : split(text, names ? ',' : 'x')) {
      DynamicDim &dim = input.dims.emplace_back();
      dim.fixed = number(part);
      if (dim.fixed || part == "?")
        continue;
      if (!names || !is_name(part))
        return refusal(name, text, "has the extent '" + part + "'");
      dim.name = part;
    }
  }
  return result;
}

} // namespace landfall::frontend
