//===- errors.cpp - Errors and the version in C ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/objects.h"

namespace landfall::c_api {

lf_status report(lf_error **error, Error failure) noexcept {
  auto status = static_cast<lf_status>(failure.code);
  if (error)
    *error = new (std::nothrow) lf_error{std::move(failure)};
  return status;
}

Error missing(const char *argument) {
  return {ErrorCode::invalid_argument,
          std::string("The argument '") + argument + "' must not be NULL."};
}

} // namespace landfall::c_api

extern "C" {

const char *lf_version(void) { return LANDFALL_VERSION; }

lf_status lf_error_status(const lf_error *error) {
  return error ? static_cast<lf_status>(error->error.code) : LF_OK;
}

const char *lf_error_message(const lf_error *error) {
  // Memory may have been too short even for the error itself.
  return error ? error->error.message.c_str() : "no error, or out of memory";
}

void lf_error_free(lf_error *error) { delete error; }
}
