//===- parsed_json.h - JSON that is read -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace landfall {

/// A JSON text, parsed. The destructor of nlohmann's containers allocates, and
/// ends the process if there is no memory; here they are emptied from the
/// leaves up first, which needs none.
class ParsedJson {
public:
  /// A text that is malformed or nested too deep gives a value of no kind.
  /// Throws nothing but std::bad_alloc.
  explicit ParsedJson(std::string_view text);
  ~ParsedJson() { take_apart(json_); }
  ParsedJson(const ParsedJson &) = delete;
  ParsedJson &operator=(const ParsedJson &) = delete;

  const nlohmann::json &operator*() const { return json_; }
  const nlohmann::json *operator->() const { return &json_; }

private:
  static void take_apart(nlohmann::json &json);

  nlohmann::json json_;
};

} // namespace landfall
