//===- objects.h - What is behind the C interface's handles -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/session.h"
#include <landfall/landfall.h>

#include <exception>
#include <new>

struct lf_node {
  const landfall::ModelNode *node;
};

struct lf_error {
  landfall::Error error;
  std::string text;                           ///< The whole error, rendered.
  std::vector<lf_node> enclosing, fused_with; ///< Of `error`.
};

struct lf_buffer {
  std::string bytes; ///< With a NUL behind them.
};

struct lf_port {
  const landfall::SignatureValue *value;
  std::string text;
};

struct lf_entry {
  const landfall::EntryPoint *entry;
  std::vector<lf_port> inputs;
  std::vector<lf_port> outputs;
};

/// Shared by the handles of a package and of the models loaded from it.
struct PackageContents {
  explicit PackageContents(std::shared_ptr<const landfall::Package> package);
  const lf_entry *find(const char *name) const;

  std::shared_ptr<const landfall::Package> package;
  std::vector<lf_entry> entries;
};

struct lf_package {
  std::shared_ptr<const PackageContents> contents;
  std::vector<std::string> sources; ///< Which it was compiled from.
};

struct lf_model {
  std::shared_ptr<landfall::runtime::LoadedModel> loaded;
  std::shared_ptr<const PackageContents> contents;
  std::string device; ///< By which name it was made.
};

struct lf_session {
  explicit lf_session(const lf_model &model)
      : contents(model.contents), loaded(model.loaded), session(model.loaded) {}

  std::shared_ptr<const PackageContents> contents;
  std::shared_ptr<landfall::runtime::LoadedModel> loaded;
  landfall::runtime::Session session;
};

struct lf_run_options {
  std::string entry = "main";
  bool verify = false;
  double time_limit = 0;
  size_t memory_limit = 0;
  uint64_t step_limit = 0;
  lf_statistics *statistics = nullptr;
  lf_output_memory output_memory = nullptr;
  void *output_memory_user = nullptr;
  lf_warning warning = nullptr;
  void *warning_user = nullptr;
};

/// The elements of a sequence or map are wrapped when it is made, so that a
/// borrowed pointer to one can be handed out.
struct lf_value {
  landfall::runtime::HostValue value;
  std::vector<std::unique_ptr<lf_value>> elements = {};
  /// Where a result of run_into goes: the caller's memory.
  std::optional<std::span<uint8_t>> room = std::nullopt;

  static std::unique_ptr<lf_value> wrap(landfall::runtime::HostValue value);
  const landfall::runtime::HostTensor *tensor() const {
    return std::get_if<landfall::runtime::HostTensor>(&value.value);
  }
};

namespace landfall::c_api {

lf_status report(lf_error **error, Error failure) noexcept;
/// Reports the exception that is being handled. There may be no memory for the
/// error object: then the status says it alone.
lf_status report_exception(lf_error **error, const char *needed) noexcept;

/// Calls `body`, which returns a Status, and turns whatever goes wrong into a
/// status and an error object: nothing is ever thrown at a C caller.
/// `needed` completes "there is not enough memory for the ...".
template <typename Body>
lf_status guard(lf_error **error, const char *needed, Body body) noexcept {
  if (error)
    *error = nullptr;
  try {
    Status status = body();
    return status ? LF_OK : report(error, status.take_error());
  } catch (const std::exception &) {
    return report_exception(error, needed);
  }
}

/// A required argument was NULL.
Error missing(const char *argument);
/// Refuses a count of elements or bytes that no array in memory has.
Status check_count(const char *argument, size_t count);

/// The same for a function with a result, whose parameter is called `name`:
/// `body` returns a Result of a unique_ptr to it.
template <typename T, typename Body>
lf_status make(const char *name, T **result, lf_error **error,
               Body body) noexcept {
  if (result)
    *result = nullptr;
  return guard(error, name, [&]() -> Status {
    if (!result)
      return missing(name);
    *result = TRY(body()).release();
    return {};
  });
}

using MadeBuffer = Result<std::unique_ptr<lf_buffer>>;
using MadePackage = Result<std::unique_ptr<lf_package>>;
using MadeValue = Result<std::unique_ptr<lf_value>>;

inline std::unique_ptr<lf_buffer> text_buffer(std::string text) {
  return std::unique_ptr<lf_buffer>(new lf_buffer{std::move(text)});
}

/// A package behind a handle.
inline std::unique_ptr<lf_package> wrap(std::shared_ptr<const Package> package,
                                        std::vector<std::string> sources = {}) {
  return std::unique_ptr<lf_package>(
      new lf_package{std::make_shared<PackageContents>(std::move(package)),
                     std::move(sources)});
}

} // namespace landfall::c_api
