//===- worker.cpp - What a compute core does ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/firmware/registers_access.h"
#include "targets/reef/firmware/work_item.h"

namespace landfall::reef {

namespace {

void answer(int32_t code) {
  order();
  store_register(core_registers + core_register::mail_done,
                 static_cast<uint32_t>(code));
}

/// Plans, and takes the first range of tasks. False: nothing can run.
bool plan(WorkItem &item) {
  item.plan(item.call.sizes, &item.planned);
  if (!can_run(item))
    return false;
  item.call.begin = 0;
  item.call.end = range_of(item.planned.tasks, item.cores);
  answer(has_planned);
  return true;
}

} // namespace

/// Never returns: takes work items and answers each.
extern "C" [[noreturn]] void reef_work() {
  uint64_t code_version = 0;
  for (;;) {
    auto *item =
        reinterpret_cast<WorkItem *>(load_own(core_register::mail_take));
    if (item->code_version != code_version) {
      code_version = item->code_version;
      asm volatile("fence.i" ::: "memory");
    }
    int32_t code = 0;
    if (!item->plan || plan(*item))
      code = item->run(&item->call);
    answer(code);
  }
}

} // namespace landfall::reef
