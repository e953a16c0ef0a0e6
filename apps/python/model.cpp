//===- model.cpp - landfall.Model -----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/python/model.h"

#include "apps/python/errors.h"
#include "apps/python/interrupt.h"
#include "apps/python/tensors.h"
#include "apps/python/warnings.h"

#include <nanobind/stl/string.h>

namespace nb = nanobind;

namespace landfall::python {

namespace {

std::string kind_name(lf_kind kind) {
  static constexpr const char *names[] = {"none", "tensor", "sequence", "map",
                                          "optional"};
  return names[kind];
}

std::vector<Port> ports(const std::vector<lf::Port> &list) {
  std::vector<Port> result;
  for (const lf::Port &port : list)
    result.emplace_back(port);
  return result;
}

/// What the action gives; lf::Error becomes landfall.Error.
template <typename Action> auto raising(const Action &action) {
  try {
    return action();
  } catch (const lf::Error &error) {
    raise(error);
  }
}

nb::object from_json(const std::string &text) {
  return nb::module_::import_("json").attr("loads")(nb::str(text.c_str()));
}

} // namespace

Port::Port(const lf::Port &port)
    : name(port.name()), kind(kind_name(port.kind())),
      dtype(lf_dtype_name(port.dtype())), text(port.text()), rank(port.rank()),
      has_default(port.has_default()) {
  for (int d = 0; d < rank; ++d) {
    extents.push_back(port.extent(d));
    symbols.push_back(port.symbol(d));
  }
}

nb::list Port::shape() const {
  nb::list shape;
  for (size_t d = 0; d < extents.size(); ++d) {
    if (extents[d] >= 0)
      shape.append(extents[d]);
    else
      shape.append(nb::str(symbols[d].c_str()));
  }
  return shape;
}

Model::Model(lf::Package package, const std::string &device,
             const std::string &options)
    : package_(std::move(package)), model_(raising([&] {
        return without_gil(
            [&] { return lf::Model(package_, device, options); });
      })),
      session_(model_.session()), inputs_(ports(package_.entry().inputs())),
      outputs_(ports(package_.entry().outputs())) {}

/// Runs the action, which uses the session, without the GIL; Ctrl-C ends it as
/// Python wants.
template <typename Action> auto Model::attempt(const Action &action) {
  try {
    return without_gil([&] {
      Interruptible interruptible(session_.get());
      return action();
    });
  } catch (const lf::Error &error) {
    if (error.status() == LF_CANCELLED && PyErr_CheckSignals() != 0)
      throw nb::python_error();
    raise(error);
  }
}

nb::dict Model::run(const nb::dict &inputs, std::optional<double> time_limit,
                    std::optional<uint64_t> memory_limit,
                    std::optional<uint64_t> step_limit) {
  Arguments arguments = ordered(inputs);
  lf::RunOptions options;
  raising([&] { options.set_time_limit(time_limit.value_or(0)); });
  options.set_memory_limit(memory_limit.value_or(0));
  options.set_step_limit(step_limit.value_or(0));
  Warnings warnings;
  warnings.listen(options);
  std::vector<lf::Value> values =
      attempt([&] { return session_.run(arguments.list, &options); });
  warnings.tell();
  nb::dict named;
  for (size_t k = 0; k < values.size(); ++k)
    named[outputs_[k].name.c_str()] = to_python(std::move(values[k]));
  return named;
}

nb::list Model::run_torch(const nb::list &inputs) {
  if (inputs.size() != inputs_.size())
    raise(lf::Error(LF_INVALID_ARGUMENT,
                    ("the model has " + std::to_string(inputs_.size()) +
                     " inputs, not " + std::to_string(inputs.size()))
                        .c_str()));
  Arguments arguments;
  for (nb::handle input : inputs) {
    arguments.owned.push_back(raising([&] { return from_tensor(input); }));
    arguments.list.push_back(arguments.owned.back().value.get());
  }
  lf::RunOptions options;
  Warnings warnings;
  warnings.listen(options);
  std::vector<lf::Value> values =
      attempt([&] { return session_.run(arguments.list, &options); });
  warnings.tell();
  nb::list results;
  for (lf::Value &value : values)
    results.append(raising([&] { return to_torch(std::move(value)); }));
  return results;
}

std::vector<double> Model::time(const nb::dict &inputs, int count) {
  Arguments arguments = ordered(inputs);
  lf_statistics statistics = {};
  lf::RunOptions options;
  options.set_statistics(statistics);
  return attempt([&] {
    std::vector<double> times;
    for (int k = 0; k < count; ++k) {
      if (Interruptible::was_interrupted())
        throw lf::Error(LF_CANCELLED, "the runs were cancelled");
      session_.run(arguments.list, &options);
      times.push_back(statistics.total_ms);
    }
    return times;
  });
}

nb::dict Model::statistics(const nb::dict &inputs) {
  Arguments arguments = ordered(inputs);
  lf_statistics statistics = {};
  lf::RunOptions options;
  options.set_statistics(statistics);
  attempt([&] { session_.run(arguments.list, &options); });
  nb::dict result;
  result["total_ms"] = statistics.total_ms;
  result["planning_ms"] = statistics.planning_ms;
  result["arena_bytes"] = statistics.arena_bytes;
  result["launches"] = statistics.launches;
  return result;
}

nb::object Model::profile(const nb::dict &inputs, int repeat) {
  Arguments arguments = ordered(inputs);
  return from_json(
      attempt([&] { return session_.profile(arguments.list, repeat); }));
}

void Model::save(const std::string &path) const {
  raising([&] { without_gil([&] { package_.save(path); }); });
}

nb::bytes Model::to_bytes() const {
  std::string bytes =
      raising([&] { return without_gil([&] { return package_.bytes(); }); });
  return nb::bytes(bytes.data(), bytes.size());
}

std::string Model::describe(const std::string &what) const {
  return raising([&] { return package_.describe(what.c_str()); });
}

std::string Model::device() const {
  std::string about = raising([&] { return model_.describe_device(); });
  return nb::cast<std::string>(nb::str(from_json(about)["name"]));
}

std::string Model::input_names() const {
  std::string names;
  for (const Port &input : inputs_)
    names += (names.empty() ? "'" : ", '") + input.name + "'";
  return names;
}

Model::Arguments Model::ordered(const nb::dict &inputs) const {
  Arguments arguments;
  size_t known = 0;
  for (const Port &input : inputs_) {
    nb::str key(input.name.c_str());
    bool is_given = inputs.contains(key);
    if (!is_given && input.kind != "optional" && !input.has_default)
      raise(lf::Error(LF_INVALID_ARGUMENT,
                      ("input '" + input.name +
                       "' is missing; the model's inputs are: " + input_names())
                          .c_str()));
    known += is_given;
    arguments.owned.push_back(
        is_given ? raising([&] { return from_python(inputs[key]); })
                 : Argument());
    arguments.list.push_back(arguments.owned.back().value.get());
  }
  if (known == inputs.size())
    return arguments;
  for (auto [key, value] : inputs) {
    std::string name = nb::cast<std::string>(nb::str(key));
    bool found = false;
    for (const Port &input : inputs_)
      found |= input.name == name;
    if (!found)
      raise(
          lf::Error(LF_INVALID_ARGUMENT, ("the model has no input '" + name +
                                          "'; its inputs are: " + input_names())
                                             .c_str()));
  }
  return arguments;
}

} // namespace landfall::python
