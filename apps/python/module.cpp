//===- module.cpp - The Python module ------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//

#include "apps/python/values.h"
#include "base/file.h"
#include "runtime/compiler_library.h"
#include "runtime/session.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <fmt/format.h>

namespace nb = nanobind;

namespace landfall::python {

namespace {

/// A str; bytes that are not UTF-8 (a message may quote a damaged file) are
/// replaced.
nb::object to_str(const std::string &text) {
  PyObject *made = PyUnicode_DecodeUTF8(text.data(), text.size(), "replace");
  return made ? nb::steal(made) : nb::none();
}

/// None where it is not known.
nb::object known(const std::string &text) {
  return text.empty() ? nb::none() : to_str(text);
}

/// Raises landfall.Error.
[[noreturn]] void raise(const Error &error) {
  nb::object type = nb::module_::import_("landfall").attr("Error");
  const Place &place = error.place;
  nb::list enclosing;
  for (const ModelNode &node : place.around)
    enclosing.append(to_str(node.name));
  nb::dict sizes;
  for (const NamedSize &size : error.sizes)
    sizes[to_str(size.name)] = size.value;
  nb::object exception =
      type(to_str(std::string(name(error.code))), to_str(render(error)),
           nb::arg("reason") = to_str(error.message),
           nb::arg("file") = known(place.file),
           nb::arg("node") = known(place.node.name),
           nb::arg("operator") = known(place.node.op),
           nb::arg("enclosing") = enclosing, nb::arg("sizes") = sizes);
  PyErr_SetObject(type.ptr(), exception.ptr());
  throw nb::python_error();
}

template <typename T> T unwrap(Result<T> result) {
  if (!result)
    raise(result.error());
  return result.take();
}

/// A compiled model on a device: what `compile` and `load` give.
class Model {
public:
  /// An empty `device` is the default of what the package was compiled for.
  Model(std::shared_ptr<const Package> package, const std::string &device,
        const runtime::DeviceOptions &options)
      : package_(std::move(package)) {
    std::shared_ptr<runtime::Device> made = unwrap(runtime::create_device(
        device.empty() ? package_->target : device, options));
    model_ = unwrap(runtime::LoadedModel::load(package_, made));
    session_ = std::make_unique<runtime::Session>(model_);
  }

  const EntryPoint &entry() const { return package_->program.entries[0]; }

  nb::dict run(nb::dict inputs) {
    std::vector<runtime::HostValue> values = ordered(inputs);
    Result<std::vector<runtime::HostValue>> results = [&] {
      nb::gil_scoped_release release;
      return session_->run(values);
    }();
    std::vector<runtime::HostValue> outputs = unwrap(std::move(results));
    nb::dict named;
    for (size_t k = 0; k < outputs.size(); ++k)
      named[entry().outputs[k].name.c_str()] = to_python(outputs[k]);
    return named;
  }

  /// Runs `count` times and gives each run's milliseconds.
  std::vector<double> time(nb::dict inputs, int count) {
    std::vector<runtime::HostValue> values = ordered(inputs);
    std::vector<double> times;
    for (int k = 0; k < count; ++k) {
      runtime::RunStatistics statistics;
      runtime::RunOptions options;
      options.statistics = &statistics;
      unwrap(session_->run(values, options));
      times.push_back(statistics.total_ms);
    }
    return times;
  }

  /// {total_ms, planning_ms, arena_bytes, launches} of one run.
  nb::dict statistics(nb::dict inputs) {
    runtime::RunStatistics statistics;
    runtime::RunOptions options;
    options.statistics = &statistics;
    unwrap(session_->run(ordered(inputs), options));
    nb::dict result;
    result["total_ms"] = statistics.total_ms;
    result["planning_ms"] = statistics.planning_ms;
    result["arena_bytes"] = statistics.arena_bytes;
    result["launches"] = statistics.launches;
    return result;
  }

  void save(const std::string &path) const {
    unwrap_status(write_package(*package_, path));
  }

  std::string target() const { return package_->target; }

private:
  static void unwrap_status(Status status) {
    if (!status)
      raise(status.error());
  }

  std::vector<runtime::HostValue> ordered(nb::dict inputs) {
    std::vector<runtime::HostValue> values;
    std::string names;
    for (const SignatureValue &input : entry().inputs)
      names += (names.empty() ? "'" : ", '") + input.name + "'";
    for (const SignatureValue &input : entry().inputs) {
      nb::str key(input.name.c_str());
      if (inputs.contains(key))
        values.push_back(unwrap(from_python(inputs[key])));
      else if (input.kind == ValueKind::optional)
        values.emplace_back();
      else
        raise({ErrorCode::invalid_argument,
               fmt::format("input '{}' is missing; the model's inputs are: {}",
                           input.name, names)});
    }
    for (auto [key, value] : inputs)
      check_known(nb::cast<std::string>(key), names);
    return values;
  }

  void check_known(const std::string &name, const std::string &names) {
    for (const SignatureValue &input : entry().inputs)
      if (input.name == name)
        return;
    raise({ErrorCode::invalid_argument,
           fmt::format("the model has no input '{}'; its inputs are: {}", name,
                       names)});
  }

  std::shared_ptr<const Package> package_;
  std::shared_ptr<runtime::LoadedModel> model_;
  std::unique_ptr<runtime::Session> session_;
};

Model *compile(const runtime::ModelSource &source, const std::string &options,
               const std::string &device,
               const runtime::DeviceOptions &device_options) {
  auto package = [&] {
    nb::gil_scoped_release release;
    return runtime::compile_model(source, options);
  }();
  return new Model(unwrap(std::move(package)), device, device_options);
}

nb::list shape_of(const SignatureValue &value) {
  nb::list shape;
  for (const SignatureDim &dim : value.dims) {
    if (dim.fixed >= 0)
      shape.append(dim.fixed);
    else
      shape.append(dim.symbol);
  }
  return shape;
}

std::string describe(const SignatureValue &value) {
  std::string dims;
  for (const SignatureDim &dim : value.dims)
    dims += (dims.empty() ? "" : ",") +
            (dim.fixed >= 0 ? std::to_string(dim.fixed) : dim.symbol);
  return fmt::format("Value({}: {}[{}])", value.name, name(value.dtype), dims);
}

} // namespace

NB_MODULE(_landfall, m) {
  nb::class_<SignatureValue>(m, "Value")
      .def_ro("name", &SignatureValue::name)
      .def_prop_ro(
          "dtype",
          [](const SignatureValue &v) { return std::string(name(v.dtype)); })
      .def_prop_ro("shape", &shape_of)
      .def("__repr__", &describe);
  nb::class_<Model>(m, "Model")
      .def("run", &Model::run, nb::arg("inputs"))
      .def("time", &Model::time, nb::arg("inputs"), nb::arg("count"))
      .def("statistics", &Model::statistics, nb::arg("inputs"))
      .def("save", &Model::save, nb::arg("path"))
      .def_prop_ro("target", &Model::target)
      .def_prop_ro("inputs", [](const Model &x) { return x.entry().inputs; })
      .def_prop_ro("outputs", [](const Model &x) { return x.entry().outputs; });
  nb::class_<runtime::DeviceOptions>(m, "DeviceOptions")
      .def("__init__", [](runtime::DeviceOptions *self, int threads,
                          bool own_process, int timeout_seconds) {
        new (self)
            runtime::DeviceOptions{threads, own_process, timeout_seconds};
      });
  m.def("compile_file", [](const std::string &path, const std::string &options,
                           const std::string &device,
                           const runtime::DeviceOptions &device_options) {
    return compile({path, {}, {}}, options, device, device_options);
  });
  m.def("compile_bytes",
        [](nb::bytes data, const std::string &directory,
           const std::string &options, const std::string &device,
           const runtime::DeviceOptions &device_options) {
          auto *bytes = reinterpret_cast<const uint8_t *>(data.c_str());
          return compile({{}, {bytes, data.size()}, directory}, options, device,
                         device_options);
        });
  m.def("load", [](const std::string &path, const std::string &device,
                   const runtime::DeviceOptions &device_options) {
    auto package = std::make_shared<Package>(unwrap(read_package(path)));
    return new Model(package, device, device_options);
  });
  m.def("target_of", [](const std::string &device) {
    return std::string(unwrap(runtime::find_driver(device))->name);
  });
  m.def("devices", [] {
    std::vector<std::string> names;
    for (const runtime::Driver &driver : runtime::drivers())
      for (std::string &name : driver.devices())
        names.push_back(std::move(name));
    return names;
  });
}

} // namespace landfall::python
