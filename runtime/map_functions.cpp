//===- map_functions.cpp - What the host does with maps -------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/map_functions.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace landfall::runtime {

namespace {

using Arguments = std::span<const HostValue *const>;
using MapKey = std::variant<int64_t, std::string>;

Error misuse(std::string_view what) {
  return {ErrorCode::internal,
          fmt::format("the compiled program misuses a map: {}; this is a bug "
                      "in Landfall, please report it",
                      what)};
}

Result<const HostMap *> map_in(Arguments arguments) {
  if (!arguments.empty())
    if (auto *map = std::get_if<HostMap>(&arguments[0]->value))
      return map;
  return misuse("expected a map");
}

Result<DType> dtype_in(std::span<const uint32_t> extra) {
  if (extra.empty() || extra[0] >= static_cast<uint32_t>(dtype_count()))
    return misuse("no element type");
  return static_cast<DType>(extra[0]);
}

/// Writes the map's value as an element of the tensor.
Status set_element(HostTensor &tensor, size_t number, const HostTensor &value) {
  if (value.dtype != tensor.dtype || value.element_count() != 1)
    return Error{ErrorCode::run_failed,
                 fmt::format("the values of the map must be single elements of "
                             "{}; one is a {} tensor of {} elements",
                             name(tensor.dtype), name(value.dtype),
                             value.element_count())};
  if (tensor.dtype == DType::string) {
    tensor.strings[number] = value.strings[0];
    return {};
  }
  size_t size = value.bytes.data.size();
  std::memcpy(const_cast<uint8_t *>(tensor.bytes.data.data()) + number * size,
              value.bytes.data.data(), size);
  return {};
}

Result<HostValue> values(Arguments arguments, std::span<const uint32_t> extra) {
  const HostMap &map = *TRY(map_in(arguments));
  auto count = static_cast<int64_t>(map.entries.size());
  HostTensor result = make_tensor(TRY(dtype_in(extra)), {count});
  std::vector<const std::pair<MapKey, HostTensor> *> ordered;
  for (const auto &entry : map.entries)
    ordered.push_back(&entry);
  std::ranges::sort(ordered, {}, [](auto *entry) { return entry->first; });
  for (size_t k = 0; k < ordered.size(); ++k)
    TRY(set_element(result, k, ordered[k]->second));
  return HostValue{std::move(result)};
}

/// The keys of a tensor, and where each is.
Result<std::map<MapKey, size_t>> positions_of_keys(Arguments arguments) {
  auto *keys = arguments.size() == 2
                   ? std::get_if<HostTensor>(&arguments[1]->value)
                   : nullptr;
  if (!keys || (keys->dtype != DType::string && keys->dtype != DType::i64))
    return misuse("expected keys");
  std::map<MapKey, size_t> positions;
  auto count = static_cast<size_t>(keys->element_count());
  for (size_t k = 0; k < count; ++k) {
    int64_t number = 0;
    if (keys->dtype == DType::string) {
      positions[keys->strings[k]] = k;
      continue;
    }
    std::memcpy(&number, keys->bytes.data.data() + k * sizeof number,
                sizeof number);
    positions[number] = k;
  }
  return positions;
}

std::string key_text(const MapKey &key) {
  if (auto *text = std::get_if<std::string>(&key))
    return "'" + *text + "'";
  return std::to_string(std::get<int64_t>(key));
}

Result<HostValue> lookup(Arguments arguments, std::span<const uint32_t> extra) {
  const HostMap &map = *TRY(map_in(arguments));
  std::map<MapKey, size_t> positions = TRY(positions_of_keys(arguments));
  bool may_have_others = extra.size() == 2 && extra[1] != 0;
  HostTensor result = make_tensor(TRY(dtype_in(extra)),
                                  {static_cast<int64_t>(positions.size())});
  for (const auto &[key, value] : map.entries) {
    auto found = positions.find(key);
    if (found != positions.end())
      TRY(set_element(result, found->second, value));
    else if (!may_have_others)
      return Error{ErrorCode::run_failed,
                   fmt::format("the map has the key {}, which is none of the "
                               "{} that there may be",
                               key_text(key), positions.size())};
  }
  return HostValue{std::move(result)};
}

} // namespace

std::optional<Result<HostValue>>
apply_map_function(BoxFunction function, Arguments arguments,
                   std::span<const uint32_t> extra) {
  switch (function) {
  case BoxFunction::map_values:
    return values(arguments, extra);
  case BoxFunction::map_lookup:
    return lookup(arguments, extra);
  default:
    return std::nullopt;
  }
}

} // namespace landfall::runtime
