//===- npy_header.cpp - The header of a .npy file -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/npy_header.h"

#include <algorithm>
#include <charconv>

namespace landfall::cli {

namespace {

/// Reads tokens of a literal; every `take` skips blanks before it.
class Literal {
public:
  explicit Literal(std::string_view text) : rest_(text) {}

  bool take(std::string_view token) {
    skip_blanks();
    if (!rest_.starts_with(token))
      return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  std::optional<std::string> string() {
    char quote = take("'") ? '\'' : take("\"") ? '"' : 0;
    size_t end = quote ? rest_.find(quote) : std::string_view::npos;
    if (end == std::string_view::npos)
      return std::nullopt;
    std::string result(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return result;
  }

  std::optional<int64_t> number() {
    skip_blanks();
    int64_t value = 0;
    auto [stop, problem] =
        std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (problem != std::errc())
      return std::nullopt;
    rest_.remove_prefix(static_cast<size_t>(stop - rest_.data()));
    take("L"); // As Python 2 wrote long integers.
    return value;
  }

  std::optional<std::vector<int64_t>> tuple() {
    std::vector<int64_t> items;
    if (!take("("))
      return std::nullopt;
    while (!take(")")) {
      auto item = number();
      if (!item || *item < 0)
        return std::nullopt;
      items.push_back(*item);
      if (!take(",") && !rest_.starts_with(")"))
        return std::nullopt;
    }
    return items;
  }

private:
  void skip_blanks() {
    size_t start = rest_.find_first_not_of(" \n\t");
    rest_.remove_prefix(std::min(start, rest_.size()));
  }

  std::string_view rest_;
};

} // namespace

std::optional<NpyHeader> parse_npy_header(std::string_view text) {
  Literal literal(text);
  NpyHeader header;
  bool has_descr = false, has_order = false, has_shape = false;
  if (!literal.take("{"))
    return std::nullopt;
  while (!literal.take("}")) {
    auto key = literal.string();
    if (!key || !literal.take(":"))
      return std::nullopt;
    if (*key == "descr") {
      auto descr = literal.string();
      if (!descr)
        return std::nullopt;
      header.descr = *descr;
      has_descr = true;
    } else if (*key == "fortran_order") {
      header.is_fortran = literal.take("True");
      has_order = header.is_fortran || literal.take("False");
    } else if (*key == "shape") {
      auto dims = literal.tuple();
      if (!dims)
        return std::nullopt;
      header.dims = *dims;
      has_shape = true;
    } else {
      return std::nullopt;
    }
    literal.take(",");
  }
  if (!has_descr || !has_order || !has_shape)
    return std::nullopt;
  return header;
}

std::string npy_header_text(const NpyHeader &header) {
  std::string shape = "(";
  for (int64_t dim : header.dims)
    shape += std::to_string(dim) + ", ";
  if (header.dims.size() > 1)
    shape.resize(shape.size() - 2);
  else if (header.dims.size() == 1)
    shape.pop_back(); // (3,)
  shape += ")";
  return "{'descr': '" + header.descr +
         "', 'fortran_order': " + (header.is_fortran ? "True" : "False") +
         ", 'shape': " + shape + ", }";
}

} // namespace landfall::cli
