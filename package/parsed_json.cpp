//===- parsed_json.cpp - JSON that is read --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/parsed_json.h"

namespace landfall {

namespace {

using Json = nlohmann::json;

/// Builds the value, as nlohmann's parser does, up to a depth.
class Builder : public nlohmann::detail::json_sax_dom_parser<Json> {
public:
  explicit Builder(Json &root) : json_sax_dom_parser(root, false) {}

  // NOLINTBEGIN(bugprone-derived-method-shadowing-base-method): sax_parse is a
  // template that calls those of this class.
  bool start_object(size_t elements) {
    return ++depth_ <= depth_limit &&
           json_sax_dom_parser::start_object(elements);
  }
  bool end_object() {
    --depth_;
    return json_sax_dom_parser::end_object();
  }
  bool start_array(size_t elements) {
    return ++depth_ <= depth_limit &&
           json_sax_dom_parser::start_array(elements);
  }
  bool end_array() {
    --depth_;
    return json_sax_dom_parser::end_array();
  }
  // NOLINTEND(bugprone-derived-method-shadowing-base-method)

private:
  static constexpr int depth_limit = 64; // Far above that of any we write.
  int depth_ = 0;
};

} // namespace

ParsedJson::ParsedJson(std::string_view text) {
  // Not in the initializer: an exception must find the destructor's work done.
  try {
    Builder builder(json_);
    if (Json::sax_parse(text, &builder))
      return;
  } catch (...) {
    take_apart(json_);
    throw;
  }
  take_apart(json_);
  json_ = Json(Json::value_t::discarded);
}

void ParsedJson::take_apart(Json &json) {
  if (!json.is_structured())
    return;
  for (Json &element : json)
    take_apart(element);
  json.clear();
}

} // namespace landfall
