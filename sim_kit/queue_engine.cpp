//===- queue_engine.cpp - In-order queues ordered by flags ----------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/queue_engine.h"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>
#include <ranges>

namespace landfall::sim_kit {

using Kind = Instruction::Kind;

void Footprint::add(size_t space, bool is_write, int64_t address,
                    uint64_t run_bytes, std::span<const Stride> dimensions) {
  assert(count_ < list_.size());
  auto bytes =
      ByteBox::make(address, run_bytes, dimensions, spaces_[space].bytes);
  if (!bytes)
    outside_ = space;
  else if (!bytes->empty())
    list_[count_++] = {space, is_write, *bytes};
}

QueueEngine::QueueEngine(QueueLayout layout)
    : layout_(std::move(layout)), counters_(layout_.queues.size()) {
  start(nullptr, 0);
  has_ended_ = true;
}

void QueueEngine::start(Fetch fetch, uint64_t now) {
  fetch_ = std::move(fetch);
  has_ended_ = false;
  undispatched_.reset();
  dispatch_cycle_ = now;
  queues_ = std::vector<Queue>(layout_.queues.size());
  for (Queue &queue : queues_) {
    queue.next = queue.done = queue.last_start = now;
    queue.clock.assign(layout_.queues.size(), 0);
  }
  flags_.assign(layout_.flags.size(), {});
  histories_.assign(layout_.queues.size() * layout_.spaces.size(), {});
}

/// Sends instructions to their queues until one's queue is full. An instruction
/// that finds its queue full is sent when the queue's first one starts.
Status QueueEngine::dispatch() {
  while (!has_ended_) {
    if (!undispatched_) {
      std::optional<Instruction> fetched = TRY(fetch_());
      if (!fetched) {
        has_ended_ = true;
        return {};
      }
      dispatch_cycle_ += fetched->dispatch_cycles;
      undispatched_ = Pending{std::move(*fetched)};
    }
    Queue &queue = queues_[undispatched_->instruction.queue];
    if (queue.pending.size() >= layout_.queue_depth)
      return {};
    if (queue.pending.size() + 1 == layout_.queue_depth)
      dispatch_cycle_ = std::max(dispatch_cycle_, queue.last_start);
    undispatched_->dispatched = dispatch_cycle_;
    queue.pending.push_back(std::move(*undispatched_));
    undispatched_.reset();
  }
  return {};
}

/// The cycle at which the queue's first instruction starts.
uint64_t QueueEngine::start_of(const Queue &queue) const {
  if (queue.pending.empty())
    return never;
  const Pending &first = queue.pending.front();
  uint64_t ready = std::max(queue.next, first.dispatched);
  if (first.instruction.kind != Kind::wait)
    return ready;
  const std::deque<Signal> &flag = flags_[first.instruction.flag];
  return flag.empty() ? never : std::max(ready, flag.front().time);
}

uint64_t QueueEngine::next_start() const {
  uint64_t first = never;
  for (const Queue &queue : queues_)
    first = std::min(first, start_of(queue));
  return first;
}

uint64_t QueueEngine::done() const {
  uint64_t done = 0;
  for (const Queue &queue : queues_)
    done = std::max(done, queue.done);
  return done;
}

Result<bool> QueueEngine::step() {
  TRY(dispatch());
  size_t number = 0;
  uint64_t start = never;
  bool has_work = undispatched_.has_value();
  for (size_t q = 0; q < queues_.size(); ++q) {
    has_work |= !queues_[q].pending.empty();
    if (uint64_t ready = start_of(queues_[q]); ready < start) {
      start = ready;
      number = q;
    }
  }
  if (start == never) {
    if (has_work)
      return deadlock();
    TRY(at_end());
    return false;
  }
  Queue &queue = queues_[number];
  Pending pending = std::move(queue.pending.front());
  queue.pending.pop_front();
  ++counters_[number].instructions;
  counters_[number].stalled += start - std::max(queue.next, pending.dispatched);
  queue.last_start = start;
  TRY(execute(number, pending, start));
  return true;
}

Status QueueEngine::execute(size_t number, Pending &pending, uint64_t start) {
  Queue &queue = queues_[number];
  queue.next = start + 1;
  queue.done = std::max(queue.done, start + 1);
  if (pending.instruction.kind == Kind::set)
    return set(queue, pending, start);
  if (pending.instruction.kind == Kind::wait) {
    wait(queue, pending);
    return {};
  }
  Footprint footprint(layout_.spaces);
  pending.instruction.work->footprint(footprint);
  if (auto outside = footprint.outside())
    return wrong(pending, number,
                 fmt::format("touches bytes outside of {} ({} bytes)",
                             layout_.spaces[*outside].name,
                             layout_.spaces[*outside].bytes));
  // Numbers begin at 1 in clocks, which say 0 of queues that did nothing.
  queue.clock[number] = pending.instruction.number + 1;
  for (const Footprint::Access &access : footprint.accesses())
    TRY(check(number, pending, access));
  Timing timing = pending.instruction.work->execute(start);
  counters_[number].busy += timing.next - start;
  queue.next = std::max(queue.next, timing.next);
  queue.done = std::max(queue.done, timing.done);
  return {};
}

Status QueueEngine::set(Queue &queue, const Pending &pending, uint64_t start) {
  size_t number = pending.instruction.flag;
  std::deque<Signal> &flag = flags_[number];
  if (flag.size() >= layout_.flag_limit)
    return wrong(pending, pending.instruction.queue,
                 fmt::format("sets the flag '{}' above {}",
                             layout_.flags[number], layout_.flag_limit));
  flag.push_back({std::max(start, queue.done), queue.clock});
  return {};
}

void QueueEngine::wait(Queue &queue, const Pending &pending) {
  std::deque<Signal> &flag = flags_[pending.instruction.flag];
  for (size_t q = 0; q < queues_.size(); ++q)
    queue.clock[q] = std::max(queue.clock[q], flag.front().clock[q]);
  flag.pop_front();
}

/// Compares with the accesses of other queues, and remembers this one.
Status QueueEngine::check(size_t queue, const Pending &pending,
                          const Footprint::Access &access) {
  const MemorySpace &space = layout_.spaces[access.space];
  if (!(space.queues >> queue & 1))
    return wrong(pending, queue, fmt::format("cannot address {}", space.name));
  for (size_t other = 0; other < queues_.size(); ++other) {
    if (other == queue)
      continue;
    TRY(check_against(other, true, queue, pending, access));
    if (access.is_write)
      TRY(check_against(other, false, queue, pending, access));
  }
  remember(queue, pending, access);
  return {};
}

/// Fails if one of the writes (or reads) of the queue `other` touches the same
/// bytes and is not ordered before.
Status QueueEngine::check_against(size_t other, bool is_write, size_t queue,
                                  const Pending &pending,
                                  const Footprint::Access &access) const {
  const History &history =
      histories_[other * layout_.spaces.size() + access.space];
  const std::vector<Past> &list = is_write ? history.writes : history.reads;
  uint64_t ordered = queues_[queue].clock[other];
  for (const Past &past : std::views::reverse(list)) {
    if (past.number + 1 <= ordered)
      break; // So are all earlier ones.
    if (overlaps(past.bytes, access.bytes))
      return wrong(
          pending, queue,
          fmt::format("{} bytes of {} ({} to {}) that instruction {} ({}) of "
                      "the queue '{}' {}, and no flag orders them",
                      access.is_write ? "writes" : "reads",
                      layout_.spaces[access.space].name, access.bytes.begin(),
                      access.bytes.end(), past.number, past.name,
                      layout_.queues[other], is_write ? "writes" : "reads"));
  }
  return {};
}

void QueueEngine::remember(size_t queue, const Pending &pending,
                           const Footprint::Access &access) {
  // Buffers are used in turn: the later of equal accesses stands for both.
  constexpr size_t searched = 16;
  History &own = histories_[queue * layout_.spaces.size() + access.space];
  std::vector<Past> &list = access.is_write ? own.writes : own.reads;
  for (size_t k = 1; k <= std::min(searched, list.size()); ++k)
    if (auto at = list.end() - k; at->bytes == access.bytes) {
      list.erase(at);
      break;
    }
  list.push_back(
      {pending.instruction.number, pending.instruction.name, access.bytes});
  if (own.reads.size() + own.writes.size() >= own.prune_at)
    prune(queue, access.space);
}

/// Drops the queue's accesses that every other queue which can address the
/// space is ordered after: nothing later can race with them.
void QueueEngine::prune(size_t queue, size_t space) {
  uint64_t seen = never;
  for (size_t other = 0; other < queues_.size(); ++other)
    if (other != queue && layout_.spaces[space].queues >> other & 1)
      seen = std::min(seen, queues_[other].clock[queue]);
  History &own = histories_[queue * layout_.spaces.size() + space];
  auto is_seen = [&](const Past &past) { return past.number + 1 <= seen; };
  std::erase_if(own.reads, is_seen);
  std::erase_if(own.writes, is_seen);
  own.prune_at =
      std::max<size_t>(64, 2 * (own.reads.size() + own.writes.size()));
}

Error QueueEngine::wrong(const Pending &pending, size_t queue,
                         const std::string &reason) const {
  return {ErrorCode::device,
          fmt::format("instruction {} ({}) of the queue '{}' {}",
                      pending.instruction.number, pending.instruction.name,
                      layout_.queues[queue], reason)};
}

Error QueueEngine::deadlock() const {
  std::string waits;
  for (size_t q = 0; q < queues_.size(); ++q) {
    if (queues_[q].pending.empty())
      continue;
    const Pending &first = queues_[q].pending.front();
    waits += fmt::format("{}'{}' at instruction {} for '{}'",
                         waits.empty() ? "" : ", ", layout_.queues[q],
                         first.instruction.number,
                         layout_.flags[first.instruction.flag]);
  }
  std::string blocked;
  if (undispatched_)
    blocked = fmt::format("; instruction {} waits for room in the queue '{}'",
                          undispatched_->instruction.number,
                          layout_.queues[undispatched_->instruction.queue]);
  return {ErrorCode::device,
          fmt::format("deadlock: queues wait for flags that nothing sets: {}{}",
                      waits, blocked)};
}

/// A flag that is not 0 would let a later stream go on too early.
Status QueueEngine::at_end() const {
  for (size_t flag = 0; flag < flags_.size(); ++flag)
    if (!flags_[flag].empty())
      return Error{ErrorCode::device,
                   fmt::format("the stream ends with the flag '{}' at {}; "
                               "expected 0",
                               layout_.flags[flag], flags_[flag].size())};
  return {};
}

Status run_together(std::vector<QueueEngine *> engines, uint64_t end,
                    const std::function<bool()> &is_stopped) {
  while (!engines.empty()) {
    if (is_stopped())
      return Error{ErrorCode::cancelled, "the run was stopped"};
    // An engine that has nothing to start says why when it is stepped: nothing
    // has been dispatched yet, all is done, or queues wait for each other.
    auto next = std::ranges::min_element(engines, {}, [](const auto *engine) {
      uint64_t start = engine->next_start();
      return start == QueueEngine::never ? 0 : start;
    });
    bool stepped = TRY((*next)->step());
    if ((*next)->done() > end)
      return Error{ErrorCode::device,
                   fmt::format("it does not end before cycle {}", end)};
    if (!stepped)
      engines.erase(next);
  }
  return {};
}

} // namespace landfall::sim_kit
