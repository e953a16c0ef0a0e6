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
  State(std::shared_ptr<LoadedModel> loaded, const LoadedParts &parts)
      : model(std::move(loaded)), executor(parts, cancelled) {}

  std::shared_ptr<LoadedModel> model;
  std::atomic<unsigned> runs = 0;      ///< Calls of run() that have not ended.
  std::atomic<bool> cancelled = false; ///< The one that executes shall end.
  Executor executor;
  std::mutex running;
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

Result<const EntryPoint *> find_entry(const Program &program,
                                      const std::string &name) {
  std::string known;
  for (const EntryPoint &entry : program.entries) {
    if (entry.name == name)
      return &entry;
    known += fmt::format("{}'{}'", known.empty() ? "" : ", ", entry.name);
  }
  return Error{ErrorCode::invalid_argument,
               fmt::format("the model has no entry point '{}'; it has {}", name,
                           known.empty() ? "none" : known)};
}

} // namespace

Session::Session(std::shared_ptr<LoadedModel> model)
    : state_(new State(model, *model->parts_)) {}
Session::~Session() = default;

Result<std::vector<HostValue>> Session::run(std::span<const HostValue> inputs,
                                            const RunOptions &options) {
  const Package &package = state_->model->package();
  UnderWay under_way(state_->runs, state_->cancelled);
  auto attempt = [&]() -> Result<std::vector<HostValue>> {
    if (package.watch)
      TRY(package.watch->check_unchanged());
    const EntryPoint &entry = *TRY(find_entry(package.program, options.entry));
    TRY(check_inputs(entry, inputs));
    std::lock_guard lock(state_->running);
    TimeLimit limit(options.time_limit, state_->cancelled);
    TRY(limit.start());
    auto outputs = state_->executor.run(entry, inputs, options);
    bool time_is_up = limit.stop();
    state_->cancelled = false; // It was not for the call that waits.
    if (!outputs && outputs.error().code == ErrorCode::cancelled && time_is_up)
      return limit.error();
    return outputs;
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
