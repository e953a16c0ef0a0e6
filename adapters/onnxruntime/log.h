//===- log.h - Lines in ONNX Runtime's log ----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "adapters/onnxruntime/ort_api.h"

#include <string>

namespace landfall::onnxruntime {

/// Writes to the log of one ONNX Runtime session, as long as that lives. May be
/// used from any thread.
class Log {
public:
  Log(const Api &api, const OrtLogger *logger) : api_(&api), logger_(logger) {}

  /// Whether lines of this severity are shown; if not, none needs to be made.
  bool shows(Severity severity) const {
    int least = 0;
    if (OrtStatus *status =
            api_->Logger_GetLoggingSeverityLevel(logger_, &least)) {
      api_->ReleaseStatus(status);
      return false;
    }
    return severity >= least;
  }

  /// What goes wrong while logging is ignored.
  void write(Severity severity, const std::string &line) const {
    if (!shows(severity))
      return;
    std::string text = "Landfall: " + line;
    if (OrtStatus *status = api_->Logger_LogMessage(
            logger_, severity, text.c_str(), "landfall", 0, "provider"))
      api_->ReleaseStatus(status);
  }

private:
  const Api *api_;
  const OrtLogger *logger_;
};

} // namespace landfall::onnxruntime
