//===- sessions.cpp - Sessions and runs in C ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/profile.h"
#include "runtime/c_api/runs.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

using namespace landfall;
using namespace landfall::c_api;

namespace {

Error wrong_output(const SignatureValue &port, const std::string &what) {
  return {ErrorCode::invalid_argument,
          fmt::format("output '{}' {}", port.name, what)};
}

/// Whether the result fits what the caller has made for it.
Status check_room(const SignatureValue &port, const lf_value &output,
                  DType dtype, size_t bytes) {
  if (output.tensor()->dtype != dtype)
    return wrong_output(port,
                        fmt::format("is {}, the reserved tensor {}",
                                    name(dtype), name(output.tensor()->dtype)));
  if (output.room->size() < bytes)
    return wrong_output(
        port, fmt::format("needs {} bytes, the reserved tensor has {}", bytes,
                          output.room->size()));
  return {};
}

/// Gives the output the result's shape; its bytes are there already unless the
/// result was made on the host.
Status settle(const SignatureValue &port, lf_value &output,
              const runtime::HostValue &result) {
  auto *tensor = std::get_if<runtime::HostTensor>(&result.value);
  if (!tensor || tensor->dtype == DType::string)
    return wrong_output(port, "is no tensor of numbers; lf_session_run gives "
                              "such results");
  std::span<const uint8_t> bytes = tensor->bytes.data;
  TRY(check_room(port, output, tensor->dtype, bytes.size()));
  if (!bytes.empty() && bytes.data() != output.room->data())
    std::memcpy(output.room->data(), bytes.data(), bytes.size());
  runtime::HostTensor settled;
  settled.dtype = tensor->dtype;
  settled.dims = tensor->dims;
  settled.bytes.data = output.room->first(bytes.size());
  output.value = {std::move(settled)};
  return {};
}

/// How many outputs a run can have: a caller who says more has not that many.
size_t most_outputs(const lf_session *session) {
  size_t most = 0;
  if (session)
    for (const lf_entry &entry : session->contents->entries)
      most = std::max(most, entry.outputs.size());
  return most;
}

void clear(lf_value **outputs, size_t count) {
  for (size_t i = 0; outputs && i < count; ++i)
    outputs[i] = nullptr;
}

Status check_outputs(const EntryPoint &entry, lf_value *const *outputs,
                     size_t count) {
  TRY(check_output_count(entry, count));
  if (!outputs && count > 0)
    return missing("outputs");
  for (size_t k = 0; k < count; ++k) {
    if (!outputs[k])
      return missing("outputs[i]");
    if (!outputs[k]->room)
      return wrong_output(entry.outputs[k],
                          "needs a value that lf_tensor_reserve has made");
  }
  return {};
}

} // namespace

extern "C" {

lf_status lf_session_create(const lf_model *model, lf_session **session,
                            lf_error **error) {
  return make("session", session, error,
              [&]() -> Result<std::unique_ptr<lf_session>> {
                if (!model)
                  return missing("model");
                return std::make_unique<lf_session>(*model);
              });
}

void lf_session_free(lf_session *session) { delete session; }

lf_status lf_session_run(lf_session *session, const lf_run_options *options,
                         const lf_value *const *inputs, size_t input_count,
                         lf_value **outputs, size_t output_count,
                         lf_error **error) {
  return guard(error, "run of the model", [&]() -> Status {
    clear(outputs, std::min(output_count, most_outputs(session)));
    PreparedRun run = TRY(prepare(session, options, inputs, input_count));
    TRY(check_output_count(*run.entry, output_count));
    if (!outputs && output_count > 0)
      return missing("outputs");
    if (options && options->output_memory)
      run.options.output_memory = [options](size_t output, DType dtype,
                                            std::span<const int64_t> dims,
                                            size_t bytes) -> Result<uint8_t *> {
        return static_cast<uint8_t *>(options->output_memory(
            options->output_memory_user, output, info(dtype).onnx, dims.data(),
            dims.size(), bytes));
      };
    std::vector<runtime::HostValue> results = TRY(run.perform(options));
    std::vector<std::unique_ptr<lf_value>> wrapped;
    for (runtime::HostValue &result : results)
      wrapped.push_back(lf_value::wrap(std::move(result)));
    for (size_t i = 0; i < output_count; ++i)
      outputs[i] = wrapped[i].release();
    return {};
  });
}

lf_status lf_session_run_into(lf_session *session,
                              const lf_run_options *options,
                              const lf_value *const *inputs, size_t input_count,
                              lf_value *const *outputs, size_t output_count,
                              lf_error **error) {
  return guard(error, "run of the model", [&]() -> Status {
    PreparedRun run = TRY(prepare(session, options, inputs, input_count));
    TRY(check_outputs(*run.entry, outputs, output_count));
    const auto &ports = run.entry->outputs;
    run.options.output_memory = [&](size_t k, DType dtype,
                                    std::span<const int64_t>,
                                    size_t bytes) -> Result<uint8_t *> {
      TRY(check_room(ports[k], *outputs[k], dtype, bytes));
      return outputs[k]->room->data();
    };
    std::vector<runtime::HostValue> results = TRY(run.perform(options));
    for (size_t k = 0; k < output_count; ++k)
      TRY(settle(ports[k], *outputs[k], results[k]));
    return {};
  });
}

void lf_session_cancel(lf_session *session) {
  if (session)
    session->session.cancel();
}

lf_status lf_session_profile(lf_session *session, const lf_run_options *options,
                             const lf_value *const *inputs, size_t input_count,
                             int repeat, lf_buffer **json, lf_error **error) {
  return make("json", json, error, [&]() -> MadeBuffer {
    PreparedRun run = TRY(prepare(session, options, inputs, input_count));
    if (repeat < 1)
      return Error{ErrorCode::invalid_argument,
                   "a profile needs at least one run"};
    return text_buffer(TRY(profile(run, repeat)));
  });
}
}
