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

constexpr uint32_t most_cores = 64;

class Launch {
public:
  Launch(Cores &cores, const LaunchRecord &record, uint64_t code_version,
         Completion &completion)
      : cores_(cores), record_(record), code_version_(code_version),
        completion_(completion) {}

  void run();

private:
  WorkItem &prepare(uint32_t core, uint32_t slot);
  bool deal(uint32_t core);
  void deal_to_all(const WorkItem &first);
  void answered(uint32_t core, int32_t code);
  void done(uint32_t core, int32_t code);
  void lose(uint32_t core, CommandStatus why);
  void check_time();

  Cores &cores_;
  const LaunchRecord &record_;
  uint64_t code_version_;
  Completion &completion_;
  bool planned_ = false;
  int64_t tasks_ = 0;   ///< Once planned.
  int64_t range_ = 1;   ///< Tasks dealt at once.
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
  item.scratch_bytes = static_cast<int64_t>(record_.scratch_bytes);
  item.cores = cores_.count();
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

/// A compute core plans, so that whatever a kernel does, management goes on.
void Launch::run() {
  WorkItem &first = prepare(1, 0);
  first.plan = reinterpret_cast<PlanFunction>(record_.plan);
  first.run = reinterpret_cast<RunFunction>(record_.run);
  active_ = pending_[1] = 1;
  cores_.send(1, first);
  while (active_ > 0) {
    Event event = cores_.take_event();
    if (event.kind == ChipEvent::done)
      answered(event.core, static_cast<int32_t>(event.value));
    else if (event.kind == ChipEvent::fault)
      lose(event.core, CommandStatus::fault);
    else if (event.kind == ChipEvent::tick)
      check_time();
  }
  if (!planned_ && completion_.status == CommandStatus::ok &&
      first.planned.tasks > 0) {
    completion_.status = CommandStatus::needs_scratch;
    completion_.value = first.planned.scratch_bytes;
  }
}

void Launch::answered(uint32_t core, int32_t code) {
  if (planned_ || code != has_planned)
    done(core, code);
  else
    deal_to_all(cores_.item(core, 0));
}

/// The planning core has the first range already.
void Launch::deal_to_all(const WorkItem &first) {
  planned_ = true;
  tasks_ = first.planned.tasks;
  next_ = range_ = range_of(tasks_, cores_.count());
  for (uint32_t core = 2; core <= cores_.count(); ++core)
    deal(core);
  for (uint32_t core = 1; core <= cores_.count(); ++core)
    deal(core);
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
  next_ = tasks_ - next_ > range_ ? next_ + range_ : tasks_;
  item.call.end = next_;
  ++pending_[core];
  ++active_;
  cores_.send(core, item);
  return true;
}

void Launch::done(uint32_t core, int32_t code) {
  const WorkItem &item = cores_.item(core, oldest_[core]);
  oldest_[core] = (oldest_[core] + 1) % Cores::slots;
  --pending_[core];
  --active_;
  bool first = completion_.status == CommandStatus::ok ||
               (completion_.status == CommandStatus::check_failed &&
                item.call.begin < failed_);
  if (code != 0 && first) {
    completion_.status = CommandStatus::check_failed;
    completion_.detail = static_cast<uint32_t>(code) - 1;
    completion_.value = item.failed_value;
    completion_.core = core;
    failed_ = item.call.begin;
    next_ = tasks_;
  }
  deal(core);
}

/// Restarts a core. That outweighs failed checks: memory may be damaged. Of
/// several the first is told.
void Launch::lose(uint32_t core, CommandStatus why) {
  Completion record = completion_;
  cores_.bury(core, why, record);
  if (completion_.status != CommandStatus::fault &&
      completion_.status != CommandStatus::timed_out)
    completion_ = record;
  active_ -= pending_[core];
  pending_[core] = 0;
  oldest_[core] = 0;
  next_ = tasks_;
}

/// No core that is still at work when time is up will ever answer, for all that
/// is known.
void Launch::check_time() {
  uint64_t taken = load_own(core_register::cycle) - completion_.begin;
  if (record_.cycle_limit == 0 || taken < record_.cycle_limit)
    return;
  for (uint32_t core = 1; core <= cores_.count(); ++core)
    if (pending_[core] > 0)
      lose(core, CommandStatus::timed_out);
}

} // namespace

void launch(Cores &cores, const LaunchRecord &record, uint64_t code_version,
            Completion &completion) {
  Launch(cores, record, code_version, completion).run();
}

} // namespace landfall::reef
