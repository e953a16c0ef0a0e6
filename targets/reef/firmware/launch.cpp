//===- launch.cpp - A kernel over the cores -------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Ranges of tasks are dealt in ascending order to whichever core is free, so
// that the lowest failing range is always among those that have been dealt when
// the first failure is seen: no range after it matters, all before it finish.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/firmware/launch.h"
#include "targets/reef/firmware/registers_access.h"

namespace landfall::reef {

namespace {

/// Ranges a core gets on average: enough to even out unequal tasks.
constexpr int64_t ranges_per_core = 4;
constexpr uint32_t most_cores = 64;

class Launch {
public:
  Launch(Cores &cores, const LaunchRecord &record, uint64_t code_version,
         Completion &completion)
      : cores_(cores), record_(record), code_version_(code_version),
        completion_(completion) {}

  bool plan(native::NativePlan &planned);
  void run(int64_t tasks);

private:
  WorkItem &prepare(uint32_t core, uint32_t slot);
  bool deal(uint32_t core);
  void wait();
  void done(uint32_t core, uint32_t code);
  void fault(uint32_t core);

  Cores &cores_;
  const LaunchRecord &record_;
  uint64_t code_version_;
  Completion &completion_;
  int64_t tasks_ = 0;
  int64_t grain_ = 1;
  int64_t next_ = 0;    ///< The first task that has not been dealt.
  int64_t failed_ = 0;  ///< Where the failed range began.
  uint32_t active_ = 0; ///< Ranges under way.
  /// Of each core: ranges under way, and the slot of the oldest.
  uint8_t pending_[most_cores + 1] = {};
  uint8_t oldest_[most_cores + 1] = {};
};

WorkItem &Launch::prepare(uint32_t core, uint32_t slot) {
  WorkItem &item = cores_.item(core, slot);
  item.code_version = code_version_;
  native::NativeCall &call = item.call;
  call.operands = reinterpret_cast<void *const *>(record_.operands);
  call.sizes = reinterpret_cast<const int64_t *>(record_.sizes);
  call.scratch = reinterpret_cast<void *>(record_.scratch +
                                          (core - 1) * record_.scratch_bytes);
  call.services = &cores_.services();
  call.failed_value = &item.failed_value;
  call.local = reinterpret_cast<void *>(scratchpad_base);
  call.local_bytes =
      static_cast<int64_t>(load_own(core_register::scratch_bytes));
  return item;
}

/// On a compute core, so that whatever a kernel does, management goes on.
bool Launch::plan(native::NativePlan &planned) {
  WorkItem &item = prepare(1, 0);
  item.plan = reinterpret_cast<PlanFunction>(record_.plan);
  item.run = nullptr;
  active_ = 1;
  pending_[1] = 1;
  cores_.send(1, item);
  wait();
  oldest_[1] = 0;
  planned = item.planned;
  return completion_.status == CommandStatus::ok;
}

void Launch::run(int64_t tasks) {
  tasks_ = tasks;
  grain_ = tasks / (static_cast<int64_t>(cores_.count()) * ranges_per_core);
  if (cores_.count() == 1)
    grain_ = tasks;
  if (grain_ < 1)
    grain_ = 1;
  for (uint32_t round = 0; round < Cores::slots; ++round)
    for (uint32_t core = 1; core <= cores_.count(); ++core)
      if (!deal(core))
        break;
  wait();
}

/// Hands the core the next range of tasks; false if none is left.
bool Launch::deal(uint32_t core) {
  if (next_ >= tasks_)
    return false;
  uint32_t slot = (oldest_[core] + pending_[core]) % Cores::slots;
  WorkItem &item = prepare(core, slot);
  item.plan = nullptr;
  item.run = reinterpret_cast<RunFunction>(record_.run);
  item.call.begin = next_;
  next_ = tasks_ - next_ > grain_ ? next_ + grain_ : tasks_;
  item.call.end = next_;
  ++pending_[core];
  ++active_;
  cores_.send(core, item);
  return true;
}

void Launch::wait() {
  while (active_ > 0) {
    Event event = cores_.take_event();
    if (event.kind == ChipEvent::done)
      done(event.core, event.value);
    else if (event.kind == ChipEvent::fault)
      fault(event.core);
  }
}

void Launch::done(uint32_t core, uint32_t code) {
  const WorkItem &item = cores_.item(core, oldest_[core]);
  oldest_[core] = (oldest_[core] + 1) % Cores::slots;
  --pending_[core];
  --active_;
  bool first = completion_.status == CommandStatus::ok ||
               (completion_.status == CommandStatus::check_failed &&
                item.call.begin < failed_);
  if (code != 0 && first) {
    completion_.status = CommandStatus::check_failed;
    completion_.detail = code - 1;
    completion_.value = item.failed_value;
    completion_.core = core;
    failed_ = item.call.begin;
    next_ = tasks_;
  }
  deal(core);
}

/// A fault outweighs failed checks: memory may be damaged.
void Launch::fault(uint32_t core) {
  Completion record = completion_;
  cores_.bury(core, record);
  if (completion_.status != CommandStatus::fault)
    completion_ = record;
  active_ -= pending_[core];
  pending_[core] = 0;
  oldest_[core] = 0;
  next_ = tasks_;
}

} // namespace

void launch(Cores &cores, const LaunchRecord &record, uint64_t code_version,
            Completion &completion) {
  Launch launch(cores, record, code_version, completion);
  native::NativePlan planned = {0, 0};
  if (!launch.plan(planned))
    return;
  if (planned.tasks > 0 &&
      planned.scratch_bytes > static_cast<int64_t>(record.scratch_bytes)) {
    completion.status = CommandStatus::needs_scratch;
    completion.value = planned.scratch_bytes;
    return;
  }
  if (planned.tasks > 0)
    launch.run(planned.tasks);
}

} // namespace landfall::reef
