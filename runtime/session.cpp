//===- session.cpp - One user's runs of a model ---------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/session.h"
#include "runtime/executor.h"
#include "runtime/input_check.h"
#include "runtime/time_limit.h"

#include <fmt/format.h>
#include <mutex>

namespace landfall::runtime {

struct Session::State {
  explicit State(std::shared_ptr<LoadedModel> loaded)
      : model(std::move(loaded)), executor(*model->parts_, cancelled) {}

  std::shared_ptr<LoadedModel> model;
  std::atomic<unsigned> runs = 0;      ///< Calls of run() that have not ended.
  std::atomic<bool> cancelled = false; ///< The one that executes shall end.
  Executor executor;
  std::mutex running;
  std::atomic<bool> has_warned = false; ///< Of names; RunOptions::on_warning.
};
static_assert(std::atomic<bool>::is_always_lock_free &&
                  std::atomic<unsigned>::is_always_lock_free,
              "for signal handlers");

namespace {

/// A call of run(): from its beginning it can be cancelled.
class UnderWay {
public:
  UnderWay(std::atomic<unsigned> &runs, std::atomic<bool> &cancelled)
      : runs_(runs) {
    if (runs_.fetch_add(1) == 0)
      cancelled = false;
  }
  ~UnderWay() { --runs_; }
  UnderWay(const UnderWay &) = delete;
  UnderWay &operator=(const UnderWay &) = delete;

private:
  std::atomic<unsigned> &runs_;
};

/// What is wrong with the inputs' names, if the entry does not ask.
std::string names_conflict(const EntryPoint &entry,
                           std::span<const HostValue> inputs) {
  if (entry.names_bind)
    return "";
  EntryPoint strict = entry;
  strict.names_bind = true;
  Status fits = check_inputs(strict, inputs);
  return fits ? "" : fits.error().message;
}

} // namespace

Session::Session(std::shared_ptr<LoadedModel> model)
    : state_(std::make_unique<State>(std::move(model))) {}
Session::~Session() = default;

Result<std::vector<HostValue>> Session::run(std::span<const HostValue> inputs,
                                            const RunOptions &options) {
  const Package &package = state_->model->package();
  UnderWay under_way(state_->runs, state_->cancelled);
  auto attempt = [&]() -> Result<std::vector<HostValue>> {
    if (package.watch)
      TRY(package.watch->check_unchanged());
    const EntryPoint &entry =
        *TRY(choose_entry(package.program, options.entry, inputs));
    std::string conflict = names_conflict(entry, inputs);
    if (!conflict.empty() && options.on_warning &&
        !state_->has_warned.exchange(true))
      options.on_warning(conflict + "; the model runs all the same, as if the "
                                    "dimensions had different names");
    std::lock_guard lock(state_->running);
    TimeLimit limit(options.time_limit, state_->cancelled);
    TRY(limit.start());
    auto outputs = state_->executor.run(entry, inputs, options);
    bool time_is_up = limit.stop();
    state_->cancelled = false; // It was not for the call that waits.
    if (!outputs && outputs.error().code == ErrorCode::cancelled && time_is_up)
      return limit.error();
    if (outputs || conflict.empty())
      return outputs;
    Error error = outputs.take_error();
    error.message += "; perhaps because " + conflict;
    return error;
  };
  Result<std::vector<HostValue>> outputs = attempt();
  if (!outputs)
    return outputs.take_error().in_file(package.model_name);
  return outputs;
}

void Session::cancel() {
  if (state_->runs > 0)
    state_->cancelled = true;
}

} // namespace landfall::runtime
