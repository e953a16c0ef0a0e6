//===- worker.cpp - What a compute core does ------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/reef/firmware/registers_access.h"
#include "targets/reef/firmware/work_item.h"

namespace landfall::reef {

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
    if (item->plan)
      item->plan(item->call.sizes, &item->planned);
    else
      code = item->run(&item->call);
    publish();
    store_register(core_registers + core_register::mail_done,
                   static_cast<uint32_t>(code));
  }
}

} // namespace landfall::reef
