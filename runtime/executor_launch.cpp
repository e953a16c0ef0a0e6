//===- executor_launch.cpp - The launch instruction -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "runtime/executor_operands.h"
#include "runtime/launch_check.h"
#include "runtime/launch_verifier.h"

namespace landfall::runtime {

Status Executor::launch(uint32_t at) {
  Operands operands(program_.code[at]);
  uint32_t kernel = operands.next();
  launch_tensors_.clear();
  launch_spans_.clear();
  launch_sizes_.clear();
  for (uint32_t value : operands.list()) {
    launch_tensors_.push_back(TRY(tensor(value)));
    launch_spans_.push_back(launch_tensors_.back()->span);
  }
  for (uint32_t r : operands.list())
    launch_sizes_.push_back(ints_[r]);
  TRY(check_launch(parts_.package->kernels[kernel], launch_tensors_,
                   launch_sizes_));
  if (launches_++ == 0 && options_->statistics)
    first_launch_ = Clock::now();
  if (options_->verify || options_->on_launch)
    return launch_watched(kernel, at);
  Status launched =
      queue_->launch(*parts_.executable, kernel, launch_spans_, launch_sizes_);
  note_refusal(kernel);
  return launched;
}

void Executor::note_refusal(uint32_t kernel) {
  if (queue_->refusal().empty())
    return;
  Refusal &refusal = refusals_[kernel];
  if (refusal.launches++ == 0)
    refusal.reason = queue_->refusal();
}

/// A launch that is timed, compared with the interpreter, or both.
Status Executor::launch_watched(uint32_t kernel, uint32_t at) {
  const Kernel &description = parts_.package->kernels[kernel];
  TRY(queue_->finish());
  std::optional<LaunchVerifier> verifier;
  if (options_->verify)
    verifier = TRY(LaunchVerifier::begin(description, *queue_, launch_tensors_,
                                         launch_sizes_));
  auto before = parts_.device->counters();
  FallbackCount host = queue_->fallback_count();
  Clock::time_point start = Clock::now();
  Status launched =
      queue_->launch(*parts_.executable, kernel, launch_spans_, launch_sizes_);
  note_refusal(kernel);
  TRY(std::move(launched));
  TRY(queue_->finish());
  std::chrono::duration<double, std::milli> taken = Clock::now() - start;
  auto after = parts_.device->counters();
  if (options_->on_launch) {
    bool counted = before.ok() && after.ok();
    DeviceCounters launch =
        counted ? difference(*after, *before) : DeviceCounters();
    host = difference(queue_->fallback_count(), host);
    const std::string &refusal = queue_->refusal();
    LaunchPlace place = refusal.empty() ? parts_.executable->where(kernel)
                                        : LaunchPlace::interpreter;
    options_->on_launch({kernel, at, taken.count(), place, refusal,
                         host.bytes_read + host.bytes_written, launch_sizes_,
                         counted ? &launch : nullptr});
  }
  if (verifier)
    TRY(verifier->compare(*queue_, launch_tensors_));
  return {};
}

} // namespace landfall::runtime
