//===- objects.h - What is behind the C interface's handles ----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/session.h"
#include <landfall/landfall.h>

#include <exception>
#include <new>

struct lf_error {
  landfall::Error error;
  std::string text; ///< The whole error, rendered.
};

struct lf_package {
  std::shared_ptr<const landfall::Package> package;
};

struct lf_port {
  const landfall::SignatureValue *value;
};

struct lf_model {
  std::shared_ptr<landfall::runtime::LoadedModel> loaded;
  std::vector<lf_port> inputs;
  std::vector<lf_port> outputs;
};

struct lf_session {
  landfall::runtime::Session session;
};

/// The elements of a sequence or map are wrapped when it is made, so that a
/// borrowed pointer to one can be handed out.
struct lf_value {
  landfall::runtime::HostValue value;
  std::vector<std::unique_ptr<lf_value>> elements;

  static std::unique_ptr<lf_value> wrap(landfall::runtime::HostValue value);
  const landfall::runtime::HostTensor *tensor() const {
    return std::get_if<landfall::runtime::HostTensor>(&value.value);
  }
};

namespace landfall::c_api {

lf_status report(lf_error **error, Error failure) noexcept;

/// Calls `body`, which returns a Status, and turns whatever goes wrong into a
/// status and an error object: nothing is ever thrown at a C caller.
template <typename Body> lf_status guard(lf_error **error, Body body) noexcept {
  if (error)
    *error = nullptr;
  try {
    Status status = body();
    return status ? LF_OK : report(error, status.take_error());
  } catch (const std::bad_alloc &) {
    return report(error, {ErrorCode::out_of_memory, "out of memory"});
  } catch (const std::exception &unexpected) {
    return report(error, {ErrorCode::internal, unexpected.what()});
  }
}

/// A required argument was NULL.
Error missing(const char *argument);

} // namespace landfall::c_api
