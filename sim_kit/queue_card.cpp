//===- queue_card.cpp - The card of a chip of queues ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/queue_card.h"

#include <algorithm>
#include <atomic>
#include <bitset>
#include <cstring>

namespace landfall::sim_kit {

using namespace ring;

namespace {

/// Instructions between looks whether the host is still there.
constexpr uint64_t steps_between_looks = 64;

class QueueCard {
public:
  QueueCard(const QueueChip &chip, std::span<uint8_t> dram, int line)
      : chip_(chip), dram_(dram), line_(line),
        clock_(chip.dram_gb_per_s, chip.clock_mhz) {
    for (uint32_t core = 0; core < chip.cores; ++core)
      cores_.push_back(chip.make_core(dram, clock_));
  }

  /// Executes commands until there are none. False: the card cannot go on.
  bool serve();

private:
  template <typename T> T *at(uint64_t address) const {
    return reinterpret_cast<T *>(dram_.data() + address);
  }
  Control &control() const { return *at<Control>(queue_control); }
  bool in_heap(uint64_t address, uint64_t bytes) const {
    return address >= queue_heap && address <= dram_.size() &&
           bytes <= dram_.size() - address && address % 8 == 0;
  }
  /// An array of so many elements.
  template <typename T> bool is_array(uint64_t address, uint64_t count) const {
    return count <= dram_.size() && in_heap(address, count * sizeof(T));
  }

  bool is_unwanted(const Command &command) const {
    return command.sequence <
           std::atomic_ref(control().unwanted_below[command.queue])
               .load(std::memory_order_relaxed);
  }
  void execute(const Command &command, Completion &completion);
  void refuse(Completion &completion, BadField field) {
    completion.status = CommandStatus::bad_command;
    completion.detail = field;
  }
  void copy(const Command &command, Completion &completion);
  void count(const Command &command, Completion &completion);
  void launch(const Command &command, Completion &completion);
  bool is_legal(const QueueLaunch &record) const;
  Status run(const Command &command, const QueueLaunch &record);
  void tell(const QueueLaunch &record, const Error &error,
            Completion &completion);
  void complete(Completion &completion);
  void beat();

  const QueueChip &chip_;
  std::span<uint8_t> dram_;
  int line_;
  DramClock clock_;
  std::vector<std::unique_ptr<QueueCore>> cores_;
  uint64_t now_ = 0;  ///< Cycles in which there was work.
  uint64_t head_ = 0; ///< Commands done.
  uint64_t beats_ = 0;
  bool is_alone_ = false; ///< The host has closed the line.
  std::bitset<queue_limit> failed_;
};

void QueueCard::beat() {
  std::atomic_ref(control().heartbeat)
      .store(++beats_, std::memory_order_relaxed);
}

bool QueueCard::serve() {
  while (!is_alone_) {
    uint64_t tail =
        std::atomic_ref(control().command_tail).load(std::memory_order_acquire);
    if (tail == head_)
      return true;
    Command command =
        at<Command>(queue_control + commands_offset)[head_ % ring_entries];
    if (RingDamage found = damage_of(head_, tail, command)) {
      std::atomic_ref(control().damage).store(found, std::memory_order_release);
      send_message(line_, {});
      return true;
    }
    Completion completion = {};
    completion.sequence = static_cast<uint32_t>(head_);
    completion.begin = now_;
    execute(command, completion);
    completion.end = now_;
    ++head_;
    complete(completion);
  }
  return false;
}

void QueueCard::complete(Completion &completion) {
  completion.check = checksum(completion);
  at<Completion>(queue_control +
                 completions_offset)[completion.sequence % ring_entries] =
      completion;
  std::atomic_ref(control().completion_tail)
      .store(head_, std::memory_order_release);
  beat();
  send_message(line_, {});
}

void QueueCard::execute(const Command &command, Completion &completion) {
  if (command.queue >= queue_limit)
    return refuse(completion, bad_queue);
  if (command.operation == Operation::revive) {
    failed_[command.queue] = false;
    return;
  }
  if (failed_[command.queue] || is_unwanted(command)) {
    completion.status = CommandStatus::skipped;
    return;
  }
  switch (command.operation) {
  case Operation::barrier:
    break;
  case Operation::launch:
    launch(command, completion);
    break;
  case Operation::copy:
    copy(command, completion);
    break;
  case Operation::count:
    count(command, completion);
    break;
  default:
    refuse(completion, bad_operation);
  }
  if (completion.status != CommandStatus::ok &&
      completion.status != CommandStatus::skipped)
    failed_[command.queue] = true;
}

void QueueCard::copy(const Command &command, Completion &completion) {
  auto is_inside = [&](uint64_t address) {
    return address >= queue_heap && address <= dram_.size() &&
           command.bytes <= dram_.size() - address;
  };
  if (!is_inside(command.address) || !is_inside(command.source))
    return refuse(completion, bad_address);
  if (command.bytes > 0)
    std::memmove(dram_.data() + command.address, dram_.data() + command.source,
                 command.bytes);
}

void QueueCard::count(const Command &command, Completion &completion) {
  if (command.bytes < counters_bytes ||
      !in_heap(command.address, counters_bytes))
    return refuse(completion, bad_address);
  completion.value = static_cast<int64_t>(now_);
  auto &all = *at<CounterRecord>(command.address);
  auto *engines = at<EngineRecord>(command.address + sizeof(all));
  all = {now_, 0, 0, clock_.bytes(), 0, {}};
  auto engine = [&](std::string_view name, uint64_t units) -> EngineRecord & {
    EngineRecord &added = engines[all.engines++] = {};
    std::copy_n(name.begin(), std::min(name.size(), sizeof(added.name) - 1),
                added.name);
    added.units = units;
    return added;
  };
  std::span<const std::string> names = cores_[0]->queues().names();
  for (size_t q = 0; q < names.size(); ++q) {
    EngineRecord &activity = engine(names[q], cores_.size());
    for (const auto &core : cores_) {
      const QueueCounters &queue = core->queues().counters()[q];
      all.instructions += queue.instructions;
      activity.busy += queue.busy;
      activity.stalled += queue.stalled;
    }
  }
  for (const auto &core : cores_)
    all.multiply_adds += core->multiply_adds();
  EngineRecord &dram = engine("dram", 1);
  dram.busy = clock_.busy();
  dram.stalled = clock_.stalled();
}

/// Programs are checked by the cores that execute them.
bool QueueCard::is_legal(const QueueLaunch &record) const {
  if (record.cores != cores_.size() ||
      record.operand_count > chip_.most_operands ||
      !is_array<QueueProgram>(record.programs, record.cores) ||
      !is_array<uint64_t>(record.operands, record.operand_count) ||
      !in_heap(record.text, record.text_bytes))
    return false;
  auto *programs = at<const QueueProgram>(record.programs);
  return std::all_of(programs, programs + record.cores,
                     [&](const QueueProgram &program) {
                       return in_heap(program.address, program.bytes);
                     });
}

void QueueCard::launch(const Command &command, Completion &completion) {
  if (!in_heap(command.address, sizeof(QueueLaunch)))
    return refuse(completion, bad_address);
  QueueLaunch record = *at<const QueueLaunch>(command.address);
  if (!is_legal(record))
    return refuse(completion, bad_record);
  Status status = run(command, record);
  if (status)
    return;
  if (status.error().code == ErrorCode::cancelled)
    completion.status = CommandStatus::skipped;
  else
    tell(record, status.error(), completion);
}

Status QueueCard::run(const Command &command, const QueueLaunch &record) {
  auto *programs = at<const QueueProgram>(record.programs);
  std::span operands(at<const uint64_t>(record.operands), record.operand_count);
  std::vector<QueueEngine *> queues;
  for (size_t k = 0; k < cores_.size(); ++k) {
    cores_[k]->start(programs[k].address, programs[k].bytes, operands, now_);
    queues.push_back(&cores_[k]->queues());
  }
  uint64_t steps = 0;
  auto is_stopped = [&] {
    beat();
    is_alone_ = steps++ % steps_between_looks == 0 && host_is_gone(line_);
    return is_alone_ || is_unwanted(command);
  };
  Status status = run_together(queues, now_ + record.cycle_limit, is_stopped);
  for (QueueEngine *engine : queues)
    now_ = std::max(now_, engine->done());
  return status;
}

void QueueCard::tell(const QueueLaunch &record, const Error &error,
                     Completion &completion) {
  size_t length = std::min<size_t>(error.message.size(), record.text_bytes);
  std::memcpy(dram_.data() + record.text, error.message.data(), length);
  completion.value = static_cast<int64_t>(length);
  completion.status = CommandStatus::fault;
}

} // namespace

void run_queue_card(const QueueChip &chip, std::span<uint8_t> dram, int line) {
  QueueCard card(chip, dram, line);
  while (card.serve() && wait_for_doorbell(line)) {
  }
}

} // namespace landfall::sim_kit
