//===- prepared_inputs.cpp - Inputs ready for a run -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/tensors/prepared_inputs.h"

#include "apps/cli/tensors/made_tensor.h"
#include "apps/cli/tensors/tensor_file.h"
#include "apps/cli/tensors/tensor_summary.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace landfall::cli {

namespace {

template <typename... Args>
Error invalid(fmt::format_string<Args...> format, Args &&...args) {
  return {ErrorCode::invalid_argument,
          fmt::format(format, std::forward<Args>(args)...)};
}

/// The input's element type; one that this program does not know (it is older
/// than the library) is text, which nothing can be made of.
DType dtype_of(const lf::Port &input) {
  return dtype_from_onnx(input.dtype()).value_or(DType::string);
}

class Preparation {
public:
  Preparation(const lf::Entry &entry, const InputRequest &request)
      : inputs_(entry.inputs()), request_(request), extents_(request.dims) {}

  Result<PreparedInputs> run() {
    TRY(settle_names());
    TRY(check_dims_known());
    TRY(read_files());
    bind_shapes();
    for (size_t i = 0; i < inputs_.size(); ++i)
      TRY(make(i));
    return std::move(result_);
  }

private:
  std::string known_inputs() const {
    std::string text;
    for (const lf::Port &input : inputs_)
      text += fmt::format("{}'{}' ({})", text.empty() ? "" : ", ", input.name(),
                          input.text());
    return text.empty() ? "none" : text;
  }

  /// Gives the entries without a name their input's, and refuses names that
  /// the model does not have.
  template <typename Entries>
  Status settle(Entries &entries, std::string_view option) {
    if (auto unnamed = entries.extract("")) {
      if (inputs_.size() != 1)
        return invalid("{}: name the input, as in {} x=...; the model's are: "
                       "{}",
                       option, option, known_inputs());
      unnamed.key() = inputs_[0].name();
      entries.insert(std::move(unnamed));
    }
    for (const auto &[name, value] : entries)
      if (std::ranges::none_of(
              inputs_, [&](const auto &input) { return input.name() == name; }))
        return invalid("{}: the model has no input '{}'; its inputs are: {}",
                       option, name, known_inputs());
    return {};
  }

  Status settle_names() {
    auto all = request_.sources.find("");
    if (all != request_.sources.end() &&
        std::holds_alternative<FromFile>(all->second)) {
      InputSource source = all->second;
      request_.sources.erase(all);
      for (const lf::Port &input : inputs_)
        request_.sources.emplace(input.name(), source);
    }
    TRY(settle(request_.sources, "--input"));
    return settle(request_.shapes, "--shape");
  }

  Status check_dims_known() const {
    for (const auto &[name, extent] : request_.dims) {
      std::string known;
      bool found = false;
      for (const lf::Port &input : inputs_)
        for (int d = 0; d < input.rank(); ++d) {
          std::string symbol = input.symbol(d);
          if (input.extent(d) >= 0 || symbol.empty())
            continue;
          found |= symbol == name;
          if (known.find("'" + symbol + "'") == std::string::npos)
            known += (known.empty() ? "'" : ", '") + symbol + "'";
        }
      if (!found)
        return invalid("--dim {}={}: the model has no free dimension of that "
                       "name; it has {}",
                       name, extent, known.empty() ? "none" : known);
    }
    return {};
  }

  Status read_files() {
    for (const lf::Port &input : inputs_) {
      auto source = request_.sources.find(input.name());
      if (source == request_.sources.end())
        continue;
      auto *file = std::get_if<FromFile>(&source->second);
      if (!file)
        continue;
      if (request_.shapes.contains(input.name()))
        return invalid("--shape {0}: the shape of '{0}' is its file's, '{1}'",
                       input.name(), file->path);
      auto add_file = [&](const std::string &path) {
        result_.files.push_back(path);
      };
      add_file(file->path);
      Tensor tensor = TRY(read_tensor_file(file->path, input.name(),
                                           dtype_of(input), add_file));
      bind(input, tensor.dims);
      files_.emplace(input.name(), std::move(tensor));
    }
    return {};
  }

  void bind_shapes() {
    for (const lf::Port &input : inputs_)
      if (auto shape = request_.shapes.find(input.name());
          shape != request_.shapes.end())
        bind(input, shape->second);
  }

  /// Learns named extents; contradictions are found when the model runs.
  void bind(const lf::Port &input, const std::vector<int64_t> &dims) {
    int rank = std::min(int(dims.size()), input.rank());
    for (int d = 0; d < rank; ++d)
      if (input.extent(d) < 0 && !input.symbol(d).empty())
        extents_.emplace(input.symbol(d), dims[size_t(d)]);
  }

  Result<std::vector<int64_t>> shape_of(const lf::Port &input) {
    if (auto given = request_.shapes.find(input.name());
        given != request_.shapes.end())
      return given->second;
    if (input.rank() < 0)
      return invalid("the input '{0}' may have any rank: give its shape, as in "
                     "--shape {0}=1x3",
                     input.name());
    std::vector<int64_t> dims;
    for (int d = 0; d < input.rank(); ++d)
      dims.push_back(extent_of(input, d));
    return dims;
  }

  int64_t extent_of(const lf::Port &input, int d) {
    if (input.extent(d) >= 0)
      return input.extent(d);
    std::string symbol = input.symbol(d);
    if (!symbol.empty())
      if (auto known = extents_.find(symbol); known != extents_.end())
        return known->second;
    result_.assumed.push_back(
        symbol.empty() ? fmt::format("dimension {} of '{}'", d, input.name())
                       : symbol);
    if (!symbol.empty())
      extents_.emplace(symbol, 1);
    return 1;
  }

  Status make(size_t number) {
    const lf::Port &input = inputs_[number];
    auto file = files_.find(input.name());
    if (file != files_.end()) {
      auto &path = std::get<FromFile>(request_.sources[input.name()]).path;
      return add(input, std::move(file->second), path);
    }
    bool is_asked_for = request_.sources.contains(input.name()) ||
                        request_.shapes.contains(input.name());
    if (!is_asked_for && (input.kind() == LF_OPTIONAL || input.has_default())) {
      result_.values.emplace_back();
      result_.tensors.emplace_back();
      result_.notes.push_back({input.name(),
                               input.has_default() ? input.text() : "optional",
                               input.has_default() ? "default" : "absent"});
      return {};
    }
    if (input.kind() != LF_TENSOR)
      return Error{ErrorCode::unsupported,
                   fmt::format("the input '{}' is {}, which the command line "
                               "cannot make; use the Python module",
                               input.name(), input.text())};
    InputSource source; // Random, seed 0.
    if (auto given = request_.sources.find(input.name());
        given != request_.sources.end())
      source = given->second;
    std::vector<int64_t> dims = TRY(shape_of(input));
    if (auto *filled = std::get_if<FromNumber>(&source))
      return add(input,
                 TRY(filled_tensor(dtype_of(input), dims, filled->value)),
                 fmt::format("all {}", filled->value));
    uint64_t seed = std::get<FromSeed>(source).seed;
    // Inputs of equal shape must not be equal.
    return add(
        input,
        TRY(random_tensor(dtype_of(input), dims, seed * 1000003 + number)),
        fmt::format("random, seed {}", seed));
  }

  Status add(const lf::Port &input, Tensor tensor, std::string source) {
    std::string type =
        fmt::format("{} {}", name(tensor.dtype), shape_text(tensor.dims));
    result_.notes.push_back({input.name(), std::move(type), std::move(source)});
    result_.values.push_back(TRY(to_value(tensor)));
    result_.tensors.push_back(std::move(tensor));
    return {};
  }

  std::vector<lf::Port> inputs_;
  InputRequest request_;
  std::map<std::string, int64_t> extents_;
  std::map<std::string, Tensor> files_;
  PreparedInputs result_;
};

} // namespace

Result<PreparedInputs> prepare_inputs(const lf::Entry &entry,
                                      const InputRequest &request) {
  return Preparation(entry, request).run();
}

std::vector<const lf_value *> pointers(const PreparedInputs &inputs) {
  std::vector<const lf_value *> list;
  for (const lf::Value &value : inputs.values)
    list.push_back(value.get());
  return list;
}

std::string assumption_text(const PreparedInputs &inputs) {
  const std::vector<std::string> &names = inputs.assumed;
  std::string text;
  for (size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  if (!text.empty())
    text += names.size() == 1 ? " was taken as 1 (--dim or --shape sets it)"
                              : " were taken as 1 (--dim or --shape sets them)";
  return text;
}

} // namespace landfall::cli
