//===- errors.cpp - Errors and the version in C ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/objects.h"

#include <fmt/format.h>
#include <system_error>

namespace landfall::c_api {

lf_status report(lf_error **error, Error failure) noexcept {
  auto status = static_cast<lf_status>(failure.code);
  if (!error)
    return status;
  auto nodes = [](const std::vector<ModelNode> &list) {
    std::vector<lf_node> result;
    for (const ModelNode &node : list)
      result.push_back({&node});
    return result;
  };
  try {
    std::string text = render(failure);
    // Vectors keep their elements where they are when they are moved.
    const Place &place = failure.place;
    auto enclosing = nodes(place.around), fused_with = nodes(place.fused_with);
    *error = new lf_error{std::move(failure), std::move(text),
                          std::move(enclosing), std::move(fused_with)};
  } catch (const std::bad_alloc &) {
    *error = nullptr;
  }
  return status;
}

namespace {

Error current_exception(const char *needed) {
  try {
    throw;
  } catch (const runtime::NoMemory &missing) {
    return {ErrorCode::out_of_memory, missing.what()};
  } catch (const std::bad_alloc &) {
    return {ErrorCode::out_of_memory,
            fmt::format("there is not enough memory for the {}", needed)};
  } catch (const std::system_error &refused) { // No thread, no lock.
    return {ErrorCode::out_of_memory,
            fmt::format("the system lacks something for the {}: {}", needed,
                        refused.what())};
  } catch (const std::exception &unexpected) {
    return {ErrorCode::internal, unexpected.what()};
  }
}

} // namespace

lf_status report_exception(lf_error **error, const char *needed) noexcept {
  try {
    return report(error, current_exception(needed));
  } catch (const std::bad_alloc &) {
    return LF_OUT_OF_MEMORY;
  }
}

Status check_count(const char *argument, size_t count) {
  constexpr size_t limit = size_t(1) << 47; // An address space has no more.
  if (count <= limit)
    return {};
  return Error{ErrorCode::invalid_argument,
               fmt::format("the argument '{}' is {}, more than there can be",
                           argument, count)};
}

Error missing(const char *argument) {
  return {ErrorCode::invalid_argument,
          std::string("the argument '") + argument + "' must not be NULL"};
}

} // namespace landfall::c_api

namespace {

/// Memory may have been too short even for the error itself.
constexpr const char *no_error = "no error, or out of memory";

/// NULL if it is not known.
const char *known(const std::string &text) {
  return text.empty() ? nullptr : text.c_str();
}

const landfall::NamedSize *size_at(const lf_error *error, size_t number) {
  bool exists = error && number < error->error.sizes.size();
  return exists ? &error->error.sizes[number] : nullptr;
}

} // namespace

extern "C" {

const char *lf_version(void) { return LF_VERSION; }

lf_status lf_error_status(const lf_error *error) {
  return error ? static_cast<lf_status>(error->error.code) : LF_OK;
}

const char *lf_status_name(lf_status status) {
  if (status == LF_OK)
    return "ok";
  return landfall::name(static_cast<landfall::ErrorCode>(status)).data();
}

const char *lf_error_message(const lf_error *error) {
  return error ? error->text.c_str() : no_error;
}

const char *lf_error_reason(const lf_error *error) {
  return error ? error->error.message.c_str() : no_error;
}

const char *lf_error_file(const lf_error *error) {
  return error ? known(error->error.place.file) : nullptr;
}

const char *lf_error_node(const lf_error *error) {
  return error ? known(error->error.place.node.name) : nullptr;
}

int lf_error_node_is_output(const lf_error *error) {
  return error && error->error.place.node.named_by_output;
}

const char *lf_error_operator(const lf_error *error) {
  return error ? known(error->error.place.node.op) : nullptr;
}

int lf_error_opset(const lf_error *error) {
  return error ? error->error.place.node.opset : 0;
}

size_t lf_error_enclosing_count(const lf_error *error) {
  return error ? error->enclosing.size() : 0;
}

const lf_node *lf_error_enclosing(const lf_error *error, size_t number) {
  bool exists = number < lf_error_enclosing_count(error);
  return exists ? &error->enclosing[number] : nullptr;
}

size_t lf_error_fused_count(const lf_error *error) {
  return error ? error->fused_with.size() : 0;
}

const lf_node *lf_error_fused(const lf_error *error, size_t number) {
  bool exists = number < lf_error_fused_count(error);
  return exists ? &error->fused_with[number] : nullptr;
}

const char *lf_node_name(const lf_node *node) {
  return node ? known(node->node->name) : nullptr;
}

int lf_node_is_output(const lf_node *node) {
  return node && node->node->named_by_output;
}

const char *lf_node_operator(const lf_node *node) {
  return node ? known(node->node->op) : nullptr;
}

int lf_node_opset(const lf_node *node) { return node ? node->node->opset : 0; }

size_t lf_error_size_count(const lf_error *error) {
  return error ? error->error.sizes.size() : 0;
}

const char *lf_error_size_name(const lf_error *error, size_t number) {
  const landfall::NamedSize *size = size_at(error, number);
  return size ? size->name.c_str() : nullptr;
}

int64_t lf_error_size_value(const lf_error *error, size_t number) {
  const landfall::NamedSize *size = size_at(error, number);
  return size ? size->value : 0;
}

void lf_error_free(lf_error *error) { delete error; }
}
