//===- box_functions.cpp - Sequences, optionals and maps ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/box_functions.h"
#include "package/interpreter.h"
#include "runtime/image_functions.h"
#include "runtime/map_functions.h"
#include "runtime/text_functions.h"

#include <cstring>
#include <fmt/format.h>

namespace landfall::runtime {

namespace {

using Arguments = std::span<const HostValue *const>;

Error misuse(std::string_view what) {
  return {ErrorCode::internal,
          fmt::format("the compiled program misuses a boxed value: {}; this "
                      "is a bug in Landfall, please report it",
                      what)};
}

template <typename T> HostValue scalar(DType dtype, T value) {
  HostTensor tensor = make_tensor(dtype, {});
  std::memcpy(const_cast<uint8_t *>(tensor.bytes.data.data()), &value,
              sizeof(value));
  return {tensor};
}

Result<const HostSequence *> sequence_in(Arguments arguments) {
  if (!arguments.empty())
    if (auto *list = std::get_if<HostSequence>(&arguments[0]->value))
      return list;
  return misuse("expected a sequence");
}

/// The integer in a one-element tensor; counts from the back if negative. It
/// must be below `limit`.
Result<size_t> position_in(const HostValue &value, size_t limit,
                           size_t length) {
  auto *tensor = std::get_if<HostTensor>(&value.value);
  if (!tensor || !is_integer(tensor->dtype) || tensor->bytes.data.empty())
    return misuse("expected an integer position");
  int64_t position = load_scalar(tensor->dtype, tensor->bytes.data.data()).i;
  int64_t from_front =
      position < 0 ? position + static_cast<int64_t>(length) : position;
  if (from_front < 0 || from_front >= static_cast<int64_t>(limit))
    return Error{ErrorCode::run_failed,
                 fmt::format("position {} is outside a sequence of length {}",
                             position, length)};
  return static_cast<size_t>(from_front);
}

HostValue construct(Arguments arguments) {
  HostSequence list;
  for (const HostValue *element : arguments)
    list.push_back(*element);
  return {std::move(list)};
}

Result<HostValue> insert(Arguments arguments) {
  if (arguments.size() < 2)
    return misuse("nothing to insert");
  HostValue list = *arguments[0];
  TRY(push(list, *arguments[1], arguments.size() > 2 ? arguments[2] : nullptr));
  return list;
}

Result<HostValue> at(Arguments arguments) {
  const HostSequence &list = *TRY(sequence_in(arguments));
  if (arguments.size() < 2)
    return misuse("no position");
  return list[TRY(position_in(*arguments[1], list.size(), list.size()))];
}

Result<HostValue> erase(Arguments arguments) {
  HostSequence list = *TRY(sequence_in(arguments));
  if (list.empty())
    return Error{ErrorCode::run_failed,
                 "there is nothing to erase from an empty sequence"};
  size_t position = list.size() - 1;
  if (arguments.size() > 1)
    position = TRY(position_in(*arguments[1], list.size(), list.size()));
  list.erase(list.begin() + static_cast<int64_t>(position));
  return HostValue{std::move(list)};
}

Result<HostValue> optional_get(Arguments arguments) {
  if (arguments.size() != 1)
    return misuse("expected one optional");
  if (std::holds_alternative<std::monostate>(arguments[0]->value))
    return Error{ErrorCode::run_failed,
                 "the optional is empty: there is no element to get"};
  return *arguments[0];
}

/// Joins equally shaped tensors along a new first dimension.
Result<HostValue> stack(Arguments arguments, std::span<const uint32_t> extra) {
  const HostSequence &list = *TRY(sequence_in(arguments));
  if (extra.empty() || extra[0] >= static_cast<uint32_t>(dtype_count()))
    return misuse("no element type to stack");
  std::vector<const HostTensor *> elements;
  for (const HostValue &value : list) {
    auto *element = std::get_if<HostTensor>(&value.value);
    if (!element || element->dtype != static_cast<DType>(extra[0]))
      return misuse("expected tensors of one type");
    if (element->dims != (elements.empty() ? *element : *elements[0]).dims)
      return Error{ErrorCode::run_failed,
                   "the tensors of a sequence that is to become one tensor "
                   "have different shapes"};
    elements.push_back(element);
  }
  std::vector<int64_t> dims(extra.begin() + 1, extra.end());
  if (!elements.empty())
    dims = elements[0]->dims;
  dims.insert(dims.begin(), static_cast<int64_t>(elements.size()));
  HostTensor result = make_tensor(static_cast<DType>(extra[0]), dims);
  auto *next = const_cast<uint8_t *>(result.bytes.data.data());
  for (size_t i = 0; i < elements.size(); ++i) {
    std::span<const uint8_t> bytes = elements[i]->bytes.data;
    next = std::copy(bytes.begin(), bytes.end(), next);
    const std::vector<std::string> &strings = elements[i]->strings;
    std::copy(strings.begin(), strings.end(),
              result.strings.begin() + i * strings.size());
  }
  return HostValue{std::move(result)};
}

using MapKey = std::variant<int64_t, std::string>;

/// A text, encoded as its length in bytes, then its bytes, four per word,
/// little-endian.
Result<std::string> take_text(std::span<const uint32_t> &words) {
  if (words.empty() || (words.size() - 1) * 4 < words[0])
    return misuse("a damaged key table");
  std::string text(words[0], '\0');
  for (size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>(words[1 + i / 4] >> (i % 4 * 8));
  words = words.subspan(1 + (text.size() + 3) / 4);
  return text;
}

/// `extra` is (0, low, high, low, high...) or (1, text, text...).
Result<std::vector<MapKey>> map_keys(std::span<const uint32_t> extra) {
  std::vector<MapKey> keys;
  if (extra.empty() || extra[0] > 1 || (extra[0] == 0 && extra.size() % 2 == 0))
    return misuse("a damaged key table");
  std::span<const uint32_t> words = extra.subspan(1);
  while (!words.empty()) {
    if (extra[0] == 1) {
      keys.emplace_back(TRY(take_text(words)));
      continue;
    }
    keys.emplace_back(
        static_cast<int64_t>(words[0] | uint64_t(words[1]) << 32));
    words = words.subspan(2);
  }
  return keys;
}

Result<HostValue> zip_map(Arguments arguments,
                          std::span<const uint32_t> extra) {
  auto *tensor = arguments.size() == 1
                     ? std::get_if<HostTensor>(&arguments[0]->value)
                     : nullptr;
  if (!tensor || tensor->dims.empty() || tensor->dims.size() > 2 ||
      tensor->dtype == DType::string)
    return misuse("expected numbers of rank 1 or 2");
  std::vector<MapKey> keys = TRY(map_keys(extra));
  if (tensor->dims.back() != static_cast<int64_t>(keys.size()))
    return Error{ErrorCode::run_failed,
                 fmt::format("ZipMap has {} keys for {} columns", keys.size(),
                             tensor->dims.back())};
  int64_t rows = tensor->dims.size() == 2 ? tensor->dims[0] : 1;
  size_t size = size_of(tensor->dtype), offset = 0;
  HostTensor all = make_tensor(tensor->dtype, tensor->dims);
  std::copy(tensor->bytes.data.begin(), tensor->bytes.data.end(),
            const_cast<uint8_t *>(all.bytes.data.data()));
  HostSequence list;
  list.reserve(rows);
  for (int64_t row = 0; row < rows; ++row) {
    HostMap map;
    map.entries.reserve(keys.size());
    for (const MapKey &key : keys) {
      HostTensor &value = map.entries.emplace_back(key, HostTensor()).second;
      value.dtype = tensor->dtype;
      value.bytes = {all.bytes.owner, all.bytes.data.subspan(offset, size)};
      offset += size;
    }
    list.push_back({std::move(map)});
  }
  return HostValue{std::move(list)};
}

} // namespace

Status push(HostValue &sequence, const HostValue &element,
            const HostValue *position) {
  auto *list = std::get_if<HostSequence>(&sequence.value);
  if (!list)
    return misuse("expected a sequence");
  size_t at = list->size();
  if (position)
    at = TRY(position_in(*position, list->size() + 1, list->size()));
  list->insert(list->begin() + static_cast<int64_t>(at), element);
  return {};
}

bool unboxes(BoxFunction function) {
  return function == BoxFunction::sequence_at ||
         function == BoxFunction::sequence_length ||
         function == BoxFunction::sequence_stack ||
         function == BoxFunction::optional_has ||
         function == BoxFunction::optional_get ||
         function == BoxFunction::text_concat ||
         function == BoxFunction::text_normalize ||
         function == BoxFunction::text_match ||
         function == BoxFunction::text_rank ||
         function == BoxFunction::text_print ||
         function == BoxFunction::text_parse ||
         function == BoxFunction::text_tokenize ||
         function == BoxFunction::map_values ||
         function == BoxFunction::map_lookup ||
         function == BoxFunction::image_decode;
}

Result<HostValue> apply_box_function(BoxFunction function, Arguments arguments,
                                     std::span<const uint32_t> extra) {
  switch (function) {
  case BoxFunction::sequence_empty:
    return HostValue{HostSequence{}};
  case BoxFunction::sequence_construct:
    return construct(arguments);
  case BoxFunction::sequence_insert:
    return insert(arguments);
  case BoxFunction::sequence_at:
    return at(arguments);
  case BoxFunction::sequence_erase:
    return erase(arguments);
  case BoxFunction::sequence_length:
    return scalar<int64_t>(DType::i64, TRY(sequence_in(arguments))->size());
  case BoxFunction::optional_empty:
    return HostValue{};
  case BoxFunction::optional_some:
    return arguments.size() == 1 ? Result(*arguments[0])
                                 : misuse("expected one value");
  case BoxFunction::optional_has:
    if (arguments.size() != 1)
      return misuse("expected one optional");
    return scalar<uint8_t>(
        DType::boolean,
        !std::holds_alternative<std::monostate>(arguments[0]->value));
  case BoxFunction::optional_get:
    return optional_get(arguments);
  case BoxFunction::sequence_stack:
    return stack(arguments, extra);
  case BoxFunction::zip_map:
    return zip_map(arguments, extra);
  default: // sequence_push needs the register.
    break;
  }
  if (auto result = apply_text_function(function, arguments, extra))
    return std::move(*result);
  if (auto result = apply_map_function(function, arguments, extra))
    return std::move(*result);
  if (auto result = apply_image_function(function, arguments, extra))
    return std::move(*result);
  return misuse("an unknown function");
}

} // namespace landfall::runtime
