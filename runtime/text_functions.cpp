//===- text_functions.cpp - What the host does with characters ------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/text_functions.h"

#include "runtime/regular_expression.h"
#include "runtime/tokenize.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <numeric>

namespace landfall::runtime {

namespace {

using Arguments = std::span<const HostValue *const>;

Error misuse(std::string_view what) {
  return {ErrorCode::internal,
          fmt::format("the compiled program misuses a function of texts: {}; "
                      "this is a bug in Landfall, please report it",
                      what)};
}

Result<const HostTensor *> tensor_in(Arguments arguments, size_t number) {
  if (number < arguments.size())
    if (auto *tensor = std::get_if<HostTensor>(&arguments[number]->value))
      return tensor;
  return misuse("expected a tensor");
}

Result<const HostTensor *> texts_in(Arguments arguments, size_t number) {
  const HostTensor *tensor = TRY(tensor_in(arguments, number));
  if (tensor->dtype == DType::string)
    return tensor;
  return misuse("expected strings");
}

/// A tensor of one text.
Result<std::string_view> text_in(Arguments arguments, size_t number) {
  const HostTensor *tensor = TRY(texts_in(arguments, number));
  if (tensor->strings.size() == 1)
    return std::string_view(tensor->strings[0]);
  return misuse("expected one text");
}

HostTensor tensor_of(DType dtype, const std::vector<int64_t> &dims,
                     const void *elements) {
  HostTensor result = make_tensor(dtype, dims);
  if (!result.bytes.data.empty())
    std::memcpy(const_cast<uint8_t *>(result.bytes.data.data()), elements,
                result.bytes.data.size());
  return result;
}

//===--- StringConcat -----------------------------------------------------===//

/// How far to go in an operand of a broadcast for a step along each axis.
std::vector<int64_t> broadcast_strides(std::span<const int64_t> dims,
                                       size_t rank) {
  std::vector<int64_t> strides(rank, 0);
  int64_t stride = 1;
  for (size_t k = 0; k < dims.size(); ++k) {
    size_t axis = dims.size() - 1 - k;
    strides[rank - 1 - k] = dims[axis] == 1 ? 0 : stride;
    stride *= dims[axis];
  }
  return strides;
}

Result<HostValue> concat(Arguments arguments) {
  const HostTensor &a = *TRY(texts_in(arguments, 0));
  const HostTensor &b = *TRY(texts_in(arguments, 1));
  auto dims = broadcast_dims(a.dims, b.dims);
  if (!dims)
    return misuse("shapes that do not broadcast");
  HostTensor result = make_tensor(DType::string, *dims);
  std::vector<int64_t> at(dims->size(), 0);
  std::vector<int64_t> step_a = broadcast_strides(a.dims, dims->size());
  std::vector<int64_t> step_b = broadcast_strides(b.dims, dims->size());
  auto offset = [&](const std::vector<int64_t> &strides) {
    return size_t(
        std::inner_product(at.begin(), at.end(), strides.begin(), int64_t(0)));
  };
  for (std::string &text : result.strings) {
    text = a.strings[offset(step_a)] + b.strings[offset(step_b)];
    for (size_t axis = at.size(); axis-- > 0;) {
      if (++at[axis] < (*dims)[axis])
        break;
      at[axis] = 0;
    }
  }
  return HostValue{std::move(result)};
}

//===--- StringSplit ------------------------------------------------------===//

constexpr std::string_view white_space = " \t\n\v\f\r";

using Pieces = std::vector<std::string_view>;

/// Between runs of white space, at most `limit` times; what remains is the last
/// piece. No piece begins or ends with white space.
Pieces split_at_white_space(std::string_view text, size_t limit) {
  Pieces pieces;
  text = text.substr(0, text.find_last_not_of(white_space) + 1);
  while (!text.empty()) {
    text.remove_prefix(text.find_first_not_of(white_space));
    size_t end = std::min(text.find_first_of(white_space), text.size());
    if (pieces.size() == limit)
      end = text.size();
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return pieces;
}

Pieces split_at(std::string_view text, std::string_view delimiter,
                size_t limit) {
  Pieces pieces;
  while (pieces.size() < limit) {
    size_t end = text.find(delimiter);
    if (end == std::string_view::npos)
      break;
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end + delimiter.size());
  }
  pieces.push_back(text);
  return pieces;
}

/// `extra` is the greatest number of splits, in two words; negative: any.
/// The sequence of the pieces, filled up with empty texts, and their numbers.
Result<HostValue> split(Arguments arguments, std::span<const uint32_t> extra) {
  const HostTensor &x = *TRY(texts_in(arguments, 0));
  std::string_view delimiter = TRY(text_in(arguments, 1));
  if (extra.size() != 2)
    return misuse("no number of splits");
  auto most = int64_t(extra[0] | uint64_t(extra[1]) << 32);
  size_t limit = most < 0 ? SIZE_MAX : size_t(most);
  std::vector<Pieces> all;
  std::vector<int64_t> counts;
  for (const std::string &text : x.strings) {
    all.push_back(delimiter.empty() ? split_at_white_space(text, limit)
                                    : split_at(text, delimiter, limit));
    counts.push_back(int64_t(all.back().size()));
  }
  int64_t longest =
      counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  std::vector<int64_t> dims = x.dims;
  dims.push_back(longest);
  HostTensor pieces = make_tensor(DType::string, dims);
  for (size_t i = 0; i < all.size(); ++i)
    std::copy(all[i].begin(), all[i].end(),
              pieces.strings.begin() + int64_t(i) * longest);
  HostTensor lengths = tensor_of(DType::i64, x.dims, counts.data());
  return HostValue{HostSequence{{std::move(pieces)}, {std::move(lengths)}}};
}

//===--- RegexFullMatch ---------------------------------------------------===//

Result<HostValue> match(Arguments arguments) {
  const HostTensor &x = *TRY(texts_in(arguments, 0));
  std::string_view pattern = TRY(text_in(arguments, 1));
  RegularExpression expression = TRY(RegularExpression::compile(pattern));
  std::vector<uint8_t> matches;
  for (const std::string &text : x.strings)
    matches.push_back(expression.matches_all(text));
  return HostValue{tensor_of(DType::boolean, x.dims, matches.data())};
}

//===--- Unique -----------------------------------------------------------===//

/// The place of each text among the different ones, ordered by their bytes.
Result<HostValue> rank(Arguments arguments) {
  const HostTensor &x = *TRY(texts_in(arguments, 0));
  std::vector<std::string_view> sorted(x.strings.begin(), x.strings.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<int64_t> places;
  for (const std::string &text : x.strings)
    places.push_back(std::lower_bound(sorted.begin(), sorted.end(), text) -
                     sorted.begin());
  return HostValue{tensor_of(DType::i64, x.dims, places.data())};
}

//===--- Others -----------------------------------------------------------===//

/// `extra` is the case and whether stop words are case-sensitive.
Result<HostValue> normalize(Arguments arguments,
                            std::span<const uint32_t> extra) {
  const HostTensor &x = *TRY(texts_in(arguments, 0));
  const HostTensor &stop_words = *TRY(texts_in(arguments, 1));
  if (extra.size() != 2 || extra[0] > uint32_t(CaseChange::upper))
    return misuse("no case to change to");
  if (x.dims.empty())
    return misuse("expected a list");
  return HostValue{
      normalized(x, stop_words.strings, CaseChange(extra[0]), extra[1] != 0)};
}

Result<HostValue> print(Arguments arguments) {
  const HostTensor &x = *TRY(tensor_in(arguments, 0));
  DTypeKind kind = info(x.dtype).kind;
  if (kind == DTypeKind::complex || kind == DTypeKind::text)
    return misuse("expected numbers");
  return HostValue{texts_of_numbers(x)};
}

Result<HostValue> parse(Arguments arguments, std::span<const uint32_t> extra) {
  const HostTensor &x = *TRY(texts_in(arguments, 0));
  if (extra.size() != 1 || extra[0] >= uint32_t(dtype_count()))
    return misuse("no type to convert to");
  return HostValue{TRY(numbers_of_texts(x, DType(extra[0])))};
}

/// `extra` is the mode, whether rows are marked and the least characters.
Result<HostValue> tokenize(Arguments arguments,
                           std::span<const uint32_t> extra) {
  const HostTensor &x = *TRY(texts_in(arguments, 0));
  const HostTensor &patterns = *TRY(texts_in(arguments, 1));
  if (extra.size() != 3 || extra[0] > uint32_t(TokenMode::tokens) ||
      patterns.strings.empty())
    return misuse("no rule for tokens");
  TokenRule rule{TokenMode(extra[0]), extra[1] != 0, extra[2],
                 patterns.strings.back()};
  std::span<const std::string> all = patterns.strings;
  return HostValue{TRY(tokenized(x, all.first(all.size() - 1), rule))};
}

} // namespace

std::optional<std::vector<int64_t>> broadcast_dims(std::span<const int64_t> a,
                                                   std::span<const int64_t> b) {
  std::vector<int64_t> dims(std::max(a.size(), b.size()), 1);
  for (std::span<const int64_t> shape : {a, b})
    for (size_t k = 0; k < shape.size(); ++k) {
      int64_t &wide = dims[dims.size() - 1 - k];
      int64_t extent = shape[shape.size() - 1 - k];
      if (extent != 1 && wide != 1 && extent != wide)
        return std::nullopt;
      wide = wide == 1 ? extent : wide;
    }
  return dims;
}

std::optional<Result<HostValue>>
apply_text_function(BoxFunction function, Arguments arguments,
                    std::span<const uint32_t> extra) {
  switch (function) {
  case BoxFunction::text_concat:
    return concat(arguments);
  case BoxFunction::text_split:
    return split(arguments, extra);
  case BoxFunction::text_normalize:
    return normalize(arguments, extra);
  case BoxFunction::text_match:
    return match(arguments);
  case BoxFunction::text_rank:
    return rank(arguments);
  case BoxFunction::text_print:
    return print(arguments);
  case BoxFunction::text_parse:
    return parse(arguments, extra);
  case BoxFunction::text_tokenize:
    return tokenize(arguments, extra);
  default:
    return std::nullopt;
  }
}

} // namespace landfall::runtime
