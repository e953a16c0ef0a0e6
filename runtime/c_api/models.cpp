//===- models.cpp - Models, ports and sessions in C -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/device_options.h"
#include "runtime/c_api/objects.h"

#include <fmt/format.h>

using namespace landfall;
using namespace landfall::c_api;

namespace {

std::vector<lf_port> ports(const std::vector<SignatureValue> &values) {
  std::vector<lf_port> list;
  for (const SignatureValue &value : values)
    list.push_back({&value});
  return list;
}

const SignatureDim *dimension(const lf_port *port, int number) {
  bool exists =
      number >= 0 && static_cast<size_t>(number) < port->value->dims.size();
  return exists ? &port->value->dims[number] : nullptr;
}

/// The main entry point, which is the one that the C interface runs.
Result<const EntryPoint *> main_entry(const Package &package) {
  for (const EntryPoint &entry : package.program.entries)
    if (entry.name == "main")
      return &entry;
  return Error{ErrorCode::invalid_package,
               "the package has no entry point 'main'"};
}

Result<lf_model *> load(const lf_package &package, const char *device,
                        const runtime::DeviceOptions &options) {
  const EntryPoint &entry = *TRY(main_entry(*package.package));
  std::shared_ptr<runtime::Device> made = TRY(runtime::create_device(
      device ? device : package.package->target, options));
  auto loaded =
      TRY(runtime::LoadedModel::load(package.package, std::move(made)));
  return new lf_model{std::move(loaded), ports(entry.inputs),
                      ports(entry.outputs)};
}

} // namespace

extern "C" {

lf_status lf_model_load(const lf_package *package, const char *device,
                        int threads, lf_model **model, lf_error **error) {
  *model = nullptr;
  return guard(error, [&]() -> Status {
    if (!package)
      return missing("package");
    runtime::DeviceOptions options;
    options.threads = threads;
    *model = TRY(load(*package, device, options));
    return {};
  });
}

lf_status lf_model_load_with(const lf_package *package, const char *device,
                             const char *options, lf_model **model,
                             lf_error **error) {
  *model = nullptr;
  return guard(error, [&]() -> Status {
    if (!package)
      return missing("package");
    *model = TRY(load(*package, device,
                      TRY(parse_device_options(options ? options : ""))));
    return {};
  });
}

void lf_model_free(lf_model *model) { delete model; }

size_t lf_model_input_count(const lf_model *model) {
  return model->inputs.size();
}
size_t lf_model_output_count(const lf_model *model) {
  return model->outputs.size();
}
const lf_port *lf_model_input(const lf_model *model, size_t number) {
  return number < model->inputs.size() ? &model->inputs[number] : nullptr;
}
const lf_port *lf_model_output(const lf_model *model, size_t number) {
  return number < model->outputs.size() ? &model->outputs[number] : nullptr;
}

const char *lf_port_name(const lf_port *port) {
  return port->value->name.c_str();
}

lf_kind lf_port_kind(const lf_port *port) {
  switch (port->value->kind) {
  case ValueKind::tensor:
  case ValueKind::unknown_rank:
    return LF_TENSOR;
  case ValueKind::sequence:
    return LF_SEQUENCE;
  case ValueKind::optional:
    return LF_OPTIONAL;
  case ValueKind::map:
    return LF_MAP;
  }
  return LF_NONE;
}

lf_dtype lf_port_dtype(const lf_port *port) {
  return static_cast<lf_dtype>(info(port->value->dtype).onnx);
}

int lf_port_rank(const lf_port *port) {
  return port->value->kind == ValueKind::tensor
             ? static_cast<int>(port->value->dims.size())
             : -1;
}

int64_t lf_port_extent(const lf_port *port, int number) {
  const SignatureDim *dim = dimension(port, number);
  return dim ? dim->fixed : -1;
}

const char *lf_port_symbol(const lf_port *port, int number) {
  const SignatureDim *dim = dimension(port, number);
  return dim ? dim->symbol.c_str() : "";
}

lf_status lf_session_create(const lf_model *model, lf_session **session,
                            lf_error **error) {
  *session = nullptr;
  return guard(error, [&]() -> Status {
    if (!model)
      return missing("model");
    *session = new lf_session{runtime::Session(model->loaded)};
    return {};
  });
}

void lf_session_free(lf_session *session) { delete session; }

lf_status lf_session_run(lf_session *session, const lf_value *const *inputs,
                         size_t input_count, lf_value **outputs,
                         size_t output_count, lf_error **error) {
  for (size_t i = 0; i < output_count; ++i)
    outputs[i] = nullptr;
  return guard(error, [&]() -> Status {
    if (!session)
      return missing("session");
    std::vector<runtime::HostValue> values;
    for (size_t i = 0; i < input_count; ++i) {
      if (!inputs[i])
        return missing("inputs[i]");
      values.push_back(inputs[i]->value);
    }
    std::vector<runtime::HostValue> results = TRY(session->session.run(values));
    if (results.size() != output_count)
      return Error{ErrorCode::invalid_argument,
                   fmt::format("the model has {} outputs; there is room for "
                               "{}",
                               results.size(), output_count)};
    std::vector<std::unique_ptr<lf_value>> wrapped;
    for (runtime::HostValue &result : results)
      wrapped.push_back(lf_value::wrap(std::move(result)));
    for (size_t i = 0; i < output_count; ++i)
      outputs[i] = wrapped[i].release();
    return {};
  });
}
}
