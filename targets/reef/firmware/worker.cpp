//===- worker.cpp - What a compute core does ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A compute core's main loop. It calls a launch's run function before it has
// tasks, so that the code shared by all tasks runs while core 1 runs the plan
// function. The kernel then asks for one range after the other, and is left by
// a jump when the next launch begins.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/firmware/protocol.h"
#include "targets/reef/firmware/registers_access.h"
#include "targets/reef/firmware/work.h"

namespace landfall::reef {

namespace {

class alignas(16) Worker {
public:
  explicit Worker(uint64_t core);
  [[noreturn]] void loop();

private:
  /// The NativeCall of a kernel, with the state behind its `next`.
  struct Call : NativeCall {
    Worker *worker;
  };

  void open(const LaunchRecord &record);
  void plan(const LaunchRecord &record);
  void begin_range(uint64_t range);
  void end_range(int32_t code);
  void run();
  [[noreturn]] void leave_kernel(uint64_t mail);
  static int32_t next(NativeCall *call);

  uint64_t core_;
  uint64_t code_version_ = 0;
  uint32_t slot_ = 0;
  uint64_t mail_ = 0; ///< That a kernel has taken: the next launch.
  int64_t failed_value_ = 0;
  // The current launch.
  RunFunction run_ = nullptr;
  Call call_ = {};
  uint64_t range_ = 0;
  bool has_range_ = false; ///< It is to be answered.
};

void answer(int32_t code) {
  order();
  store_register(core_registers + core_register::mail_done,
                 static_cast<uint32_t>(code));
}

/// Tasks per range: each core gets several ranges, to balance unequal tasks.
int64_t range_of(int64_t tasks) {
  constexpr int64_t ranges_per_core = 4;
  auto cores = static_cast<int64_t>(load_own(core_register::cores));
  int64_t size = cores == 1 ? tasks : tasks / (cores * ranges_per_core);
  return size < 1 ? 1 : size;
}

/// Prefetches lines that kernels need. As a line replaces the one before it in
/// the line buffers, consecutive lines are fetched last one first.
void fetch_ahead(const LaunchRecord &record) {
  fetch(&shared().planned);
  for (uint64_t k = launch_lines; k-- > 0;)
    fetch(reinterpret_cast<const uint8_t *>(&record) + k * line_bytes);
}

Worker::Worker(uint64_t core) : core_(core) {
  call_.services = &shared().services;
  call_.failed_value = &failed_value_;
  call_.local = reinterpret_cast<void *>(scratchpad_base);
  uint64_t local = load_own(core_register::scratch_bytes);
  local -= stack_in_scratchpad(local, load_own(core_register::vector_bits));
  call_.local_bytes = static_cast<int64_t>(local);
  call_.next = next;
  call_.worker = this;
}

void Worker::loop() {
  for (;;) {
    uint64_t mail = mail_ != 0 ? mail_ : load_own(core_register::mail_take);
    mail_ = 0;
    if (!is_range(mail)) {
      open(*reinterpret_cast<const LaunchRecord *>(mail));
    } else {
      begin_range(range_of_mail(mail));
      run();
    }
  }
}

int32_t Worker::next(NativeCall *call) {
  Worker &worker = *static_cast<Call *>(call)->worker;
  if (worker.has_range_)
    worker.end_range(0);
  uint64_t mail = load_own(core_register::mail_take);
  if (!is_range(mail))
    worker.leave_kernel(mail);
  worker.begin_range(range_of_mail(mail));
  return 1;
}

/// Starts a launch while the previous kernel waits in `next`. That kernel's
/// stack frame is dropped by a jump: restoring its registers would be slow.
void Worker::leave_kernel(uint64_t mail) {
  mail_ = mail;
  asm volatile("mv sp, %0\n"
               "mv a0, %0\n"
               "j reef_go_on\n" ::"r"(this)
               : "memory");
  __builtin_unreachable();
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
  call_.begin = call_.end = 0;
  if (core_ == 1)
    plan(record);
  run();
}

/// Core 1 runs the plan function, so that a faulty kernel cannot stop the
/// management core. If there is nothing to run, its range 0 is empty.
void Worker::plan(const LaunchRecord &record) {
  NativePlan &planned = shared().planned;
  planned.threads = 0;
  reinterpret_cast<PlanFunction>(record.plan)(call_.sizes, &planned);
  has_range_ = true;
  if (planned.tasks <= 0 ||
      planned.scratch_bytes > static_cast<int64_t>(record.scratch_bytes))
    return;
  shared().range_tasks = range_of(planned.tasks);
  answer(has_planned);
  begin_range(0);
}

void Worker::begin_range(uint64_t range) {
  int64_t tasks = shared().planned.tasks;
  int64_t most = shared().range_tasks;
  call_.begin = static_cast<int64_t>(range) * most;
  call_.end = tasks - call_.begin > most ? call_.begin + most : tasks;
  range_ = range;
  has_range_ = true;
}

void Worker::end_range(int32_t code) {
  if (code != 0)
    shared().failures[core_][slot_] = {failed_value_, range_};
  slot_ = (slot_ + 1) % slots;
  has_range_ = false;
  answer(code);
}

/// Runs the kernel until no range is left. A kernel that does not call `next`
/// returns after its first range.
void Worker::run() {
  int32_t code = run_(&call_);
  if (has_range_)
    end_range(code);
}

extern "C" [[noreturn, gnu::used]] void reef_go_on(Worker *worker) {
  worker->loop();
}

} // namespace

/// The main loop, which handles mails. Does not return.
extern "C" [[noreturn]] void reef_work(uint64_t core) { Worker(core).loop(); }

} // namespace landfall::reef
