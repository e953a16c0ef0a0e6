//===- containers.cpp - Sequences, maps and none in C ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/objects.h"

using namespace landfall;
using namespace landfall::c_api;

std::unique_ptr<lf_value> lf_value::wrap(runtime::HostValue value) {
  auto wrapped = std::make_unique<lf_value>();
  wrapped->value = std::move(value);
  if (auto *list = std::get_if<runtime::HostSequence>(&wrapped->value.value))
    for (const runtime::HostValue &element : *list)
      wrapped->elements.push_back(wrap(element));
  if (auto *map = std::get_if<runtime::HostMap>(&wrapped->value.value))
    for (const auto &entry : map->entries)
      wrapped->elements.push_back(wrap({entry.second}));
  return wrapped;
}

namespace {

using Key = std::variant<int64_t, std::string>;

/// The caller's keys: of two lists, one is there.
struct Keys {
  const char *const *texts;
  const size_t *sizes;
  const int64_t *integers;

  Result<Key> at(size_t number) const {
    if (integers)
      return Key(integers[number]);
    if (!texts[number])
      return missing("text_keys[i]");
    return Key(sizes ? std::string(texts[number], sizes[number])
                     : std::string(texts[number]));
  }
};

Result<runtime::HostMap> make_map(const Keys &keys,
                                  const lf_value *const *values, size_t count) {
  TRY(check_count("count", count));
  if (count > 0 && (keys.texts != nullptr) == (keys.integers != nullptr))
    return Error{ErrorCode::invalid_argument,
                 "a map's keys are given as texts or as integers, one of the "
                 "two"};
  if (!values && count > 0)
    return missing("values");
  runtime::HostMap map;
  for (size_t i = 0; i < count; ++i) {
    if (!values[i] || !values[i]->tensor())
      return Error{ErrorCode::invalid_argument,
                   "the values of a map are tensors"};
    map.entries.emplace_back(TRY(keys.at(i)), *values[i]->tensor());
  }
  return map;
}

const Key *map_key(const lf_value *value, size_t number) {
  auto *map =
      value ? std::get_if<runtime::HostMap>(&value->value.value) : nullptr;
  return map && number < map->entries.size() ? &map->entries[number].first
                                             : nullptr;
}

const std::string *text_key(const lf_value *value, size_t number) {
  const Key *key = map_key(value, number);
  return key ? std::get_if<std::string>(key) : nullptr;
}

} // namespace

extern "C" {

lf_status lf_sequence_create(const lf_value *const *elements, size_t count,
                             lf_value **value, lf_error **error) {
  return make("value", value, error, [&]() -> MadeValue {
    TRY(check_count("count", count));
    if (!elements && count > 0)
      return missing("elements");
    runtime::HostSequence list;
    for (size_t i = 0; i < count; ++i) {
      if (!elements[i])
        return missing("elements[i]");
      list.push_back(elements[i]->value);
    }
    return lf_value::wrap({std::move(list)});
  });
}

lf_status lf_map_create(const char *const *text_keys, const size_t *key_sizes,
                        const int64_t *integer_keys,
                        const lf_value *const *values, size_t count,
                        lf_value **value, lf_error **error) {
  return make("value", value, error, [&]() -> MadeValue {
    Keys keys = {text_keys, key_sizes, integer_keys};
    return lf_value::wrap({TRY(make_map(keys, values, count))});
  });
}

lf_status lf_none_create(lf_value **value, lf_error **error) {
  return make("value", value, error,
              []() -> MadeValue { return std::make_unique<lf_value>(); });
}

size_t lf_value_count(const lf_value *value) {
  return value ? value->elements.size() : 0;
}

const lf_value *lf_value_element(const lf_value *value, size_t number) {
  return number < lf_value_count(value) ? value->elements[number].get()
                                        : nullptr;
}

const char *lf_map_text_key(const lf_value *value, size_t number) {
  const std::string *text = text_key(value, number);
  return text ? text->c_str() : nullptr;
}

size_t lf_map_text_key_size(const lf_value *value, size_t number) {
  const std::string *text = text_key(value, number);
  return text ? text->size() : 0;
}

int64_t lf_map_integer_key(const lf_value *value, size_t number) {
  const Key *key = map_key(value, number);
  auto *integer = key ? std::get_if<int64_t>(key) : nullptr;
  return integer ? *integer : 0;
}
}
