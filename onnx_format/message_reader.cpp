//===- message_reader.cpp - ONNX's messages on the wire -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "onnx_format/message_reader.h"

#include "base/utf8.h"

namespace landfall::onnx {

namespace {

constexpr size_t deepest = 100;

struct TooDeep : std::exception {
  const char *what() const noexcept override {
    return "messages are nested more than 100 deep";
  }
};

struct NotText : std::exception {
  const char *what() const noexcept override {
    return "a name that is not UTF-8";
  }
};

} // namespace

Text raw_text(Reader &r) {
  auto view = r.get_view();
  return {view.data(), view.size()};
}

Text text(Reader &r) {
  Text result = raw_text(r);
  if (!is_utf8(result))
    throw NotText();
  return result;
}

Span span(Reader &r) {
  auto view = r.get_view();
  return {reinterpret_cast<const uint8_t *>(view.data()), view.size()};
}

void append_packed(Reader &r, std::vector<int64_t> &out) {
  for (int64_t value : r.get_packed_int64())
    out.push_back(value);
}

Error MessageReader::describe(const char *what, const std::string &file) const {
  std::string where;
  for (const char *field : path_)
    where += (where.empty() ? "" : ".") + std::string(field);
  Error error{ErrorCode::invalid_model,
              std::string("not a valid ONNX file: ") + what + " at byte " +
                  std::to_string(position_ - begin_) +
                  (where.empty() ? "" : " in field " + where) +
                  "; the file may be truncated or damaged, or not ONNX at "
                  "all"};
  return error.in_file(file);
}

bool MessageReader::next(Reader &r) {
  position_ = r.data().data();
  return r.next();
}

void MessageReader::enter(const char *field) {
  path_.push_back(field);
  if (path_.size() > deepest)
    throw TooDeep();
}

} // namespace landfall::onnx
