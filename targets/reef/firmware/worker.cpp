//===- worker.cpp - What a compute core does ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/firmware/protocol.h"
#include "targets/reef/firmware/registers_access.h"
#include "targets/reef/firmware/work.h"

namespace landfall::reef {

namespace {

class Worker {
public:
  explicit Worker(uint64_t core);
  [[noreturn]] void loop();

private:
  void open(const LaunchRecord &record);
  void plan(const LaunchRecord &record);
  void run(uint64_t range);

  uint64_t core_;
  uint64_t code_version_ = 0;
  uint32_t slot_ = 0;
  int64_t failed_value_ = 0;
  // Of the launch under way.
  RunFunction run_ = nullptr;
  native::NativeCall call_ = {};
};

void answer(int32_t code) {
  order();
  store_register(core_registers + core_register::mail_done,
                 static_cast<uint32_t>(code));
}

/// Tasks of a range: a core gets some ranges, which evens out unequal tasks.
int64_t range_of(int64_t tasks) {
  constexpr int64_t ranges_per_core = 4;
  auto cores = static_cast<int64_t>(load_own(core_register::cores));
  int64_t size = cores == 1 ? tasks : tasks / (cores * ranges_per_core);
  return size < 1 ? 1 : size;
}

/// Lines that kernels will want. A line takes the place of the one before it,
/// so the last of those in a row comes first.
void fetch_ahead(const LaunchRecord &record) {
  fetch(&shared().planned);
  for (uint64_t k = launch_lines; k-- > 0;)
    fetch(reinterpret_cast<const uint8_t *>(&record) + k * line_bytes);
}

Worker::Worker(uint64_t core) : core_(core) {
  call_.services = &shared().services;
  call_.failed_value = &failed_value_;
  call_.local = reinterpret_cast<void *>(scratchpad_base);
  call_.local_bytes =
      static_cast<int64_t>(load_own(core_register::scratch_bytes));
}

void Worker::loop() {
  for (;;) {
    uint64_t mail = load_own(core_register::mail_take);
    if (is_range(mail))
      run(range_of_mail(mail));
    else
      open(*reinterpret_cast<const LaunchRecord *>(mail));
  }
}

void Worker::open(const LaunchRecord &record) {
  fetch_ahead(record);
  run_ = reinterpret_cast<RunFunction>(record.run);
  call_.operands = reinterpret_cast<void *const *>(record.operands);
  call_.sizes = reinterpret_cast<const int64_t *>(record.sizes);
  call_.scratch = reinterpret_cast<void *>(record.scratch +
                                           (core_ - 1) * record.scratch_bytes);
  if (record.code_version != code_version_) {
    code_version_ = record.code_version;
    asm volatile("fence.i" ::: "memory");
  }
  if (core_ == 1)
    plan(record);
}

/// A compute core plans, so that whatever a kernel does, management goes on.
void Worker::plan(const LaunchRecord &record) {
  native::NativePlan &planned = shared().planned;
  reinterpret_cast<PlanFunction>(record.plan)(call_.sizes, &planned);
  if (planned.tasks <= 0 ||
      planned.scratch_bytes > static_cast<int64_t>(record.scratch_bytes)) {
    answer(0);
    return;
  }
  shared().range_tasks = range_of(planned.tasks);
  answer(has_planned);
  run(0);
}

void Worker::run(uint64_t range) {
  int64_t tasks = shared().planned.tasks;
  int64_t most = shared().range_tasks;
  call_.begin = static_cast<int64_t>(range) * most;
  call_.end = tasks - call_.begin > most ? call_.begin + most : tasks;
  int32_t code = run_(&call_);
  if (code != 0)
    shared().failures[core_][slot_] = {failed_value_, range};
  slot_ = (slot_ + 1) % slots;
  answer(code);
}

} // namespace

/// Never returns: takes mails and does what they say.
extern "C" [[noreturn]] void reef_work(uint64_t core) { Worker(core).loop(); }

} // namespace landfall::reef
