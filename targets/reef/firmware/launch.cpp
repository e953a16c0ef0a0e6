//===- launch.cpp - Running a kernel on the cores -------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Ranges of tasks are assigned in ascending order to the cores as they become
// free. When the first failure is seen, the lowest failing range has already
// been assigned: no further range is needed, and all earlier ones are
// completed.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/firmware/launch.h"
#include "targets/reef/firmware/registers_access.h"

namespace landfall::reef {

namespace {

class Launch {
public:
  Launch(Cores &cores, Completion &completion)
      : cores_(cores), completion_(completion) {}

  void run(const LaunchRecord &record);

private:
  void deal(uint32_t core);
  void deal_to_all();
  void answered(uint32_t core, int32_t code);
  void done(uint32_t core, int32_t code);
  void lose(uint32_t core, CommandStatus why);
  void check_time(uint64_t cycle_limit);

  Cores &cores_;
  Completion &completion_;
  bool planned_ = false;
  int64_t tasks_ = 0; ///< Once planned; 0 again when no more are dealt.
  int64_t range_tasks_ = 0;
  int64_t begin_ = 0;   ///< The first task that has not been dealt.
  uint64_t next_ = 1;   ///< The range that begins there.
  uint64_t failed_ = 0; ///< The range that failed.
  uint32_t active_ = 1; ///< Ranges under way.
};

void Launch::run(const LaunchRecord &record) {
  cores_.open(record);
  while (active_ > 0) {
    Event event = cores_.take_event();
    if (event.kind == ChipEvent::done)
      answered(event.core, static_cast<int32_t>(event.value));
    else if (event.kind == ChipEvent::fault)
      lose(event.core, CommandStatus::fault);
    else if (event.kind == ChipEvent::tick)
      check_time(record.cycle_limit);
  }
  const NativePlan &planned = shared().planned;
  if (!planned_ && completion_.status == CommandStatus::ok &&
      planned.tasks > 0) {
    completion_.status = CommandStatus::needs_scratch;
    completion_.value = planned.scratch_bytes;
  }
}

void Launch::answered(uint32_t core, int32_t code) {
  if (planned_ || code != has_planned)
    done(core, code);
  else
    deal_to_all();
}

/// Core 1 has the first range already.
void Launch::deal_to_all() {
  planned_ = true;
  tasks_ = shared().planned.tasks;
  begin_ = range_tasks_ = shared().range_tasks;
  for (uint32_t core = 2; core <= cores_.count(); ++core)
    deal(core);
  for (uint32_t core = 1; core <= cores_.count(); ++core)
    deal(core);
}

/// Assigns the next range, if there is one, to the core.
void Launch::deal(uint32_t core) {
  if (begin_ >= tasks_)
    return;
  begin_ += range_tasks_;
  ++active_;
  cores_.deal(core, next_++);
}

void Launch::done(uint32_t core, int32_t code) {
  const Failure &failure = cores_.end_range(core);
  --active_;
  bool first = completion_.status == CommandStatus::ok ||
               (completion_.status == CommandStatus::check_failed &&
                failure.range < failed_);
  if (code != 0 && first) {
    completion_.status = CommandStatus::check_failed;
    completion_.detail = static_cast<uint32_t>(code) - 1;
    completion_.value = failure.value;
    completion_.core = core;
    failed_ = failure.range;
    tasks_ = 0;
  }
  deal(core);
}

/// Restarts a core after a fault. A fault takes precedence over failed checks,
/// as memory may be corrupt; of several faults the first is reported.
void Launch::lose(uint32_t core, CommandStatus why) {
  active_ -= cores_.pending(core);
  Completion record = completion_;
  cores_.report_and_restart(core, why, record);
  if (completion_.status != CommandStatus::fault &&
      completion_.status != CommandStatus::timed_out)
    completion_ = record;
  tasks_ = 0;
}

/// If the cycle limit is exceeded, restarts all cores that are still working.
void Launch::check_time(uint64_t cycle_limit) {
  uint64_t taken = load_own(core_register::cycle) - completion_.begin;
  if (cycle_limit == 0 || taken < cycle_limit)
    return;
  for (uint32_t core = 1; core <= cores_.count(); ++core)
    if (cores_.pending(core) > 0)
      lose(core, CommandStatus::timed_out);
}

} // namespace

void launch(Cores &cores, const LaunchRecord &record, Completion &completion) {
  Launch(cores, completion).run(record);
}

} // namespace landfall::reef
