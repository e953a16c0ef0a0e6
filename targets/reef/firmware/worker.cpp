//===- worker.cpp - What a compute core does ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A core enters a launch's kernel before it has tasks, so that what all tasks
// share is computed while core 1 plans. The kernel asks for range after range,
// and is left by a jump when the next launch begins.
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
  /// What a kernel knows, and what it asks when it wants more tasks.
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
  // Of the launch under way.
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

/// A launch begins while the kernel of the one before waits for a range. Its
/// frame, below this object, holds nothing of worth: what it would restore is
/// slow to fetch.
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

/// A compute core plans, so that whatever a kernel does, management goes on.
/// Where nothing can run it has an empty range.
void Worker::plan(const LaunchRecord &record) {
  NativePlan &planned = shared().planned;
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

/// Until there is no range. A kernel that does not ask for more ends with its
/// first.
void Worker::run() {
  int32_t code = run_(&call_);
  if (has_range_)
    end_range(code);
}

extern "C" [[noreturn, gnu::used]] void reef_go_on(Worker *worker) {
  worker->loop();
}

} // namespace

/// Never returns: takes mails and does what they say.
extern "C" [[noreturn]] void reef_work(uint64_t core) { Worker(core).loop(); }

} // namespace landfall::reef
