//===- input_check.cpp - Inputs against the signature ---------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/input_check.h"
#include "runtime/run_value.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace landfall::runtime {

namespace {

/// The extent of a named dimension in this run, and the input that determined
/// it.
struct Binding {
  int64_t extent;
  const std::string *input;
};
using Bindings = std::map<std::string_view, Binding>;

template <typename... Args>
Error invalid(fmt::format_string<Args...> text, Args &&...args) {
  return {ErrorCode::invalid_argument,
          fmt::format(text, std::forward<Args>(args)...)};
}

std::string_view kind_text(const HostValue &value) {
  static constexpr std::string_view texts[] = {"nothing", "a tensor",
                                               "a sequence", "a map"};
  return texts[value.value.index()];
}

bool kind_matches(ValueKind kind, const HostValue &value) {
  switch (kind) {
  case ValueKind::tensor:
  case ValueKind::unknown_rank:
    return std::holds_alternative<HostTensor>(value.value);
  case ValueKind::sequence:
    return std::holds_alternative<HostSequence>(value.value);
  case ValueKind::map:
    return std::holds_alternative<HostMap>(value.value);
  case ValueKind::optional:
    return true;
  }
  return false;
}

Status check_size(const std::string &name, const HostTensor &tensor) {
  Result<size_t> bytes = tensor_bytes(tensor.dtype, tensor.dims);
  if (!bytes)
    return invalid("input '{}': {}", name, bytes.error().message);
  bool is_text = tensor.dtype == DType::string;
  size_t expected =
      is_text ? static_cast<size_t>(tensor.element_count()) : *bytes;
  size_t given = is_text ? tensor.strings.size() : tensor.bytes.data.size();
  if (given != expected)
    return invalid("input '{}' of shape {} ({}) must have {} {}; {} were given",
                   name, dims_text(tensor.dims), landfall::name(tensor.dtype),
                   expected, is_text ? "strings" : "bytes", given);
  return {};
}

Status check_dims(const SignatureValue &expected, const HostTensor &given,
                  bool names_bind, Bindings &bindings) {
  for (size_t d = 0; d < expected.dims.size(); ++d) {
    const SignatureDim &dim = expected.dims[d];
    int64_t extent = given.dims[d];
    if (dim.fixed >= 0 && extent != dim.fixed)
      return invalid("input '{}' must be {}, but dimension {} of the given "
                     "shape {} is {}, not {}",
                     expected.name, signature_text(expected), d,
                     dims_text(given.dims), extent, dim.fixed);
    if (dim.fixed >= 0 || dim.symbol.empty() || !names_bind)
      continue;
    auto [known, is_new] =
        bindings.try_emplace(dim.symbol, Binding{extent, &expected.name});
    if (!is_new && known->second.extent != extent)
      return invalid("input '{}' must be {}: dimension {} is {}, but '{}' is "
                     "already {} in input '{}'",
                     expected.name, signature_text(expected), d, extent,
                     dim.symbol, known->second.extent, *known->second.input);
  }
  return {};
}

Status check_tensor(const SignatureValue &expected, const HostTensor &given,
                    bool names_bind, Bindings &bindings) {
  if (given.dtype != expected.dtype)
    return invalid("input '{}' must be {}, and a {} tensor was given; convert "
                   "it first",
                   expected.name, signature_text(expected), name(given.dtype));
  if (expected.kind == ValueKind::tensor) {
    if (given.dims.size() != expected.dims.size())
      return invalid("input '{}' must be {} (rank {}); shape {} (rank {}) was "
                     "given",
                     expected.name, signature_text(expected),
                     expected.dims.size(), dims_text(given.dims),
                     given.dims.size());
    TRY(check_dims(expected, given, names_bind, bindings));
  }
  return check_size(expected.name, given);
}

/// Tensors anywhere inside a boxed value must be of the signature's dtype and
/// as long as they say.
Status check_nested(const SignatureValue &expected, const HostValue &value) {
  if (auto *tensor = std::get_if<HostTensor>(&value.value)) {
    if (tensor->dtype != expected.dtype)
      return invalid("input '{}' must be {}; a {} tensor was given inside",
                     expected.name, signature_text(expected),
                     name(tensor->dtype));
    return check_size(expected.name, *tensor);
  }
  if (auto *sequence = std::get_if<HostSequence>(&value.value))
    for (const HostValue &element : *sequence)
      TRY(check_nested(expected, element));
  if (auto *map = std::get_if<HostMap>(&value.value))
    for (const auto &entry : map->entries)
      TRY(check_size(expected.name, entry.second));
  return {};
}

} // namespace

std::string signature_text(const SignatureValue &value) {
  static constexpr std::string_view kinds[] = {
      "a tensor", "a sequence", "an optional", "a map", "a tensor"};
  std::string text{name(value.dtype)};
  if (value.kind == ValueKind::unknown_rank)
    return text + " of any rank";
  if (value.kind != ValueKind::tensor)
    return fmt::format("{} of {}", kinds[static_cast<size_t>(value.kind)],
                       text);
  text += value.dims.empty() ? " scalar" : " ";
  for (size_t d = 0; d < value.dims.size(); ++d) {
    const SignatureDim &dim = value.dims[d];
    text += d == 0 ? "" : "x";
    text += dim.fixed >= 0       ? std::to_string(dim.fixed)
            : dim.symbol.empty() ? "?"
                                 : dim.symbol;
  }
  return text;
}

Status check_input_count(const EntryPoint &entry, size_t count) {
  auto may_be_left_out = [](const SignatureValue &input) {
    return input.presence != Presence::required;
  };
  if (count <= entry.inputs.size() &&
      std::all_of(entry.inputs.begin() + static_cast<std::ptrdiff_t>(count),
                  entry.inputs.end(), may_be_left_out))
    return {};
  std::string names;
  for (const SignatureValue &input : entry.inputs)
    names += fmt::format("{}{}: {}", names.empty() ? "" : ", ", input.name,
                         signature_text(input));
  return invalid("the model takes {} inputs, and {} were given; they are {}",
                 entry.inputs.size(), count, names);
}

Status check_inputs(const EntryPoint &entry,
                    std::span<const HostValue> inputs) {
  TRY(check_input_count(entry, inputs.size()));
  Bindings bindings;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const SignatureValue &expected = entry.inputs[i];
    bool is_given = !std::holds_alternative<std::monostate>(inputs[i].value);
    if (!is_given && expected.presence != Presence::required)
      continue;
    if (is_given && expected.presence == Presence::absent)
      return invalid("input '{}' cannot be given: the model was compiled for "
                     "its default value, and cannot be compiled without",
                     expected.name);
    if (!kind_matches(expected.kind, inputs[i]))
      return invalid("input '{}' must be {}; {} was given", expected.name,
                     signature_text(expected), kind_text(inputs[i]));
    auto *tensor = std::get_if<HostTensor>(&inputs[i].value);
    if (tensor && expected.kind != ValueKind::optional)
      TRY(check_tensor(expected, *tensor, entry.names_bind, bindings));
    else
      TRY(check_nested(expected, inputs[i]));
  }
  return {};
}

Result<const EntryPoint *> choose_entry(const Program &program,
                                        const std::string &name,
                                        std::span<const HostValue> inputs) {
  std::optional<Error> misfit;
  for (const EntryPoint &entry : program.entries) {
    if (entry.name != name)
      continue;
    Status fits = check_inputs(entry, inputs);
    if (fits)
      return &entry;
    misfit = fits.take_error();
  }
  if (misfit)
    return std::move(*misfit);
  std::string known;
  for (const EntryPoint &entry : program.entries)
    known += fmt::format("{}'{}'", known.empty() ? "" : ", ", entry.name);
  return Error{ErrorCode::invalid_argument,
               fmt::format("the model has no entry point '{}'; it has {}", name,
                           known.empty() ? "none" : known)};
}

} // namespace landfall::runtime
