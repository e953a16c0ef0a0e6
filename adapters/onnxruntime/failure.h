//===- failure.h - Statuses as exceptions, and back -------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Inside this room failures are exceptions: lf::Error from Landfall, Failure
// from ONNX Runtime and from this code. Every function that ONNX Runtime calls
// is a `guarded` one, which turns them into a status.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/ort_api.h"

#include <landfall/landfall.hpp>

#include <stdexcept>
#include <string>

namespace landfall::onnxruntime {

class Failure : public std::runtime_error {
public:
  Failure(int code, const std::string &message)
      : std::runtime_error(message), code_(code) {}
  /// One of ErrorCode, or another of ONNX Runtime's.
  int code() const { return code_; }

private:
  int code_;
};

/// Releases a status; throws what it says if it is a failure.
inline void check(const Api &api, OrtStatus *status) {
  if (!status)
    return;
  Failure failure(api.GetErrorCode(status), api.GetErrorMessage(status));
  api.ReleaseStatus(status);
  throw failure;
}

/// The code that says the same as a status of Landfall. After ort_ep_fail, the
/// Python module of ONNX Runtime runs the model on its CPU provider instead, so
/// only a device that fails is that.
inline int code_of(lf_status status) {
  switch (status) {
  case LF_INVALID_ARGUMENT:
    return ort_invalid_argument;
  case LF_UNSUPPORTED:
    return ort_not_implemented;
  case LF_RUN_FAILED:
    return ort_runtime_exception;
  case LF_DEVICE:
    return ort_ep_fail;
  default:
    return ort_fail;
  }
}

/// Runs the action; what it throws becomes a status with a text that begins
/// with "Landfall". NULL: it has thrown nothing.
template <typename Action>
OrtStatus *guarded(const Api &api, const Action &action) noexcept {
  try {
    action();
    return nullptr;
  } catch (const Failure &failure) {
    return api.CreateStatus(failure.code(), failure.what());
  } catch (const lf::Error &error) {
    return api.CreateStatus(code_of(error.status()), error.what());
  } catch (const std::exception &exception) {
    return api.CreateStatus(ort_fail, exception.what());
  }
}

} // namespace landfall::onnxruntime
