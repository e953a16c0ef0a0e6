//===- runs.cpp - Run options in C, and what they mean --------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/c_api/runs.h"
#include "runtime/input_check.h"

#include <fmt/format.h>

namespace landfall::c_api {

namespace {

Result<const EntryPoint *> entry_of(const PackageContents &contents,
                                    const std::string &name) {
  if (const lf_entry *entry = contents.find(name.c_str()))
    return entry->entry;
  std::string known;
  for (const lf_entry &entry : contents.entries)
    known +=
        fmt::format("{}'{}'", known.empty() ? "" : ", ", entry.entry->name);
  return Error{ErrorCode::invalid_argument,
               fmt::format("the model has no entry point '{}'; it has {}", name,
                           known.empty() ? "none" : known)};
}

} // namespace

Result<std::vector<runtime::HostValue>>
PreparedRun::perform(const lf_run_options *wanted) const {
  if (!wanted || !wanted->statistics)
    return session->session.run(inputs, options);
  runtime::RunStatistics statistics;
  runtime::RunOptions counted = options;
  counted.statistics = &statistics;
  auto results = session->session.run(inputs, counted);
  *wanted->statistics = {statistics.total_ms, statistics.planning_ms,
                         statistics.arena_bytes, statistics.launches};
  return results;
}

Result<PreparedRun> prepare(lf_session *session, const lf_run_options *options,
                            const lf_value *const *inputs, size_t count) {
  if (!session)
    return missing("session");
  PreparedRun run{session, nullptr, {}, {}};
  if (options) {
    run.options.entry = options->entry;
    run.options.verify = options->verify;
    run.options.time_limit = options->time_limit;
    run.options.memory_limit = options->memory_limit;
    run.options.step_limit = options->step_limit;
    if (options->warning)
      run.options.on_warning = [options](const std::string &text) {
        options->warning(options->warning_user, text.c_str());
      };
  }
  run.entry = TRY(entry_of(*session->contents, run.options.entry));
  // Before the array is read: it is as long as the model has inputs at best.
  TRY(runtime::check_input_count(*run.entry, count));
  if (!inputs && count > 0)
    return missing("inputs");
  run.inputs.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    if (!inputs[i])
      return missing("inputs[i]");
    run.inputs.push_back(inputs[i]->value);
  }
  return run;
}

Status check_output_count(const EntryPoint &entry, size_t count) {
  if (entry.outputs.size() == count)
    return {};
  return Error{ErrorCode::invalid_argument,
               fmt::format("the model has {} outputs; there is room for {}",
                           entry.outputs.size(), count)};
}

} // namespace landfall::c_api

using namespace landfall::c_api;

extern "C" {

lf_status lf_run_options_create(lf_run_options **options, lf_error **error) {
  return make("options", options, error,
              []() -> landfall::Result<std::unique_ptr<lf_run_options>> {
                return std::make_unique<lf_run_options>();
              });
}

void lf_run_options_free(lf_run_options *options) { delete options; }

lf_status lf_run_options_set_entry(lf_run_options *options, const char *name,
                                   lf_error **error) {
  return guard(error, "option", [&]() -> landfall::Status {
    if (!options)
      return missing("options");
    options->entry = name ? name : "main";
    return {};
  });
}

void lf_run_options_set_verify(lf_run_options *options, int verify) {
  if (options)
    options->verify = verify != 0;
}

lf_status lf_run_options_set_time_limit(lf_run_options *options, double seconds,
                                        lf_error **error) {
  return guard(error, "option", [&]() -> landfall::Status {
    if (!options)
      return missing("options");
    if (!(seconds >= 0)) // Also what is no number.
      return landfall::Error{landfall::ErrorCode::invalid_argument,
                             fmt::format("a time limit of {} s was given; give "
                                         "a number that is not negative",
                                         seconds)};
    options->time_limit = seconds;
    return {};
  });
}

void lf_run_options_set_memory_limit(lf_run_options *options, uint64_t bytes) {
  if (options)
    options->memory_limit = bytes;
}

void lf_run_options_set_step_limit(lf_run_options *options, uint64_t steps) {
  if (options)
    options->step_limit = steps;
}

void lf_run_options_set_statistics(lf_run_options *options,
                                   lf_statistics *statistics) {
  if (options)
    options->statistics = statistics;
}

void lf_run_options_set_warning(lf_run_options *options, lf_warning warning,
                                void *user) {
  if (!options)
    return;
  options->warning = warning;
  options->warning_user = user;
}

void lf_run_options_set_output_memory(lf_run_options *options,
                                      lf_output_memory memory, void *user) {
  if (!options)
    return;
  options->output_memory = memory;
  options->output_memory_user = user;
}
}
