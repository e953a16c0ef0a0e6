//===- event_planner.cpp - Who waits for whom between queues --------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/event_planner.h"

#include <algorithm>

namespace landfall::tile {

namespace {

/// By queue: how many of its calls are known to be complete.
using Clock = std::array<uint32_t, queue_count>;

/// The last accesses of a block.
struct Block {
  uint8_t writer = 0;
  uint32_t write = 0; ///< The number, from 1, of the writer's call; 0: none.
  Clock reads = {};   ///< By queue: the number of the last call that reads.
};

class Planner {
public:
  Planner(const CallList &calls, const Capabilities &capabilities)
      : calls_(calls), capabilities_(capabilities), flags_(calls.size()) {
    for (size_t s = 0; s < space_count; ++s)
      blocks_[s].resize(size_t(capabilities.bytes[s] / watched_bytes + 1));
  }

  std::vector<CallFlags> plan() {
    for (size_t c = 0; c < calls_.size(); ++c) {
      uint8_t queue = capabilities_.queues[size_t(queue_of(calls_[c]))];
      std::vector<Access> accesses = accesses_of(calls_[c]);
      Clock needed = {};
      for (const Access &access : accesses)
        add_needs(access, queue, needed);
      wait(c, queue, needed);
      numbers_[queue].push_back(c);
      uint32_t number = uint32_t(numbers_[queue].size());
      known_[queue][queue] = number;
      history_[queue].push_back(known_[queue]);
      for (const Access &access : accesses)
        note(access, queue, number);
    }
    return std::move(flags_);
  }

private:
  std::span<Block> blocks(const Access &access) {
    int64_t first = access.begin / watched_bytes;
    int64_t last = (access.end - 1) / watched_bytes;
    return std::span(blocks_[size_t(access.space)])
        .subspan(size_t(first), size_t(last - first + 1));
  }

  /// The calls of other queues that must be complete before this access.
  void add_needs(const Access &access, uint8_t queue, Clock &needed) {
    for (const Block &block : blocks(access)) {
      if (block.write > 0 && block.writer != queue)
        needed[block.writer] = std::max(needed[block.writer], block.write);
      if (!access.writes)
        continue;
      for (uint8_t q = 0; q < queue_count; ++q)
        if (q != queue)
          needed[q] = std::max(needed[q], block.reads[q]);
    }
  }

  void note(const Access &access, uint8_t queue, uint32_t number) {
    for (Block &block : blocks(access)) {
      if (access.writes) {
        block.writer = queue;
        block.write = number;
      } else {
        block.reads[queue] = number;
      }
    }
  }

  /// Waits for what is needed and not known yet: what one flag teaches may make
  /// the next one needless, so the one that teaches the most comes first.
  void wait(size_t call, uint8_t queue, Clock needed) {
    for (uint8_t q = 0; q < queue_count; ++q)
      if (needed[q] > known_[queue][q] && is_full(q, needed[q], queue) &&
          (!give_back(q, needed[q], queue) || is_full(q, needed[q], queue)))
        meet();
    raise(needed, meeting_);
    std::array<uint8_t, queue_count> order;
    for (uint8_t q = 0; q < queue_count; ++q)
      order[q] = q;
    std::ranges::sort(order, std::greater(), [&](uint8_t q) {
      return needed[q] == 0 ? 0 : numbers_[q][needed[q] - 1] + 1;
    });
    for (uint8_t q : order)
      if (q != queue && needed[q] > known_[queue][q])
        add_flag(q, needed[q], call, queue);
  }

  /// The queue learns that call `number` of queue `from` is complete.
  void add_flag(uint8_t from, uint32_t number, size_t call, uint8_t to) {
    flags_[numbers_[from][number - 1]].sets.push_back({from, to});
    flags_[call].waits.push_back({from, to});
    raise(known_[to], history_[from][number - 1]);
    pairs_[from][to].takers.push_back(uint32_t(numbers_[to].size() + 1));
  }

  /// Whether a flag behind call `number` of `from` could make the counter too
  /// high: what is known there to be complete has taken its flag.
  bool is_full(uint8_t from, uint32_t number, uint8_t to) {
    Pair &pair = pairs_[from][to];
    uint32_t complete = history_[from][number - 1][to];
    while (pair.taken < pair.takers.size() &&
           pair.takers[pair.taken] <= complete)
      ++pair.taken;
    return pair.count() >= capabilities_.flag_limit;
  }

  /// Has `from` wait, before its call `number`, until `to` has taken the older
  /// half of the flags. False: that would not keep the calls' order, or that of
  /// flags.
  bool give_back(uint8_t from, uint32_t number, uint8_t to) {
    const Pair &pair = pairs_[from][to];
    uint32_t taker = pair.takers[pair.taken + size_t(pair.count() - 1) / 2];
    size_t set = numbers_[to][taker - 1], wait = numbers_[from][number - 1];
    const std::vector<uint32_t> &others = pairs_[to][from].takers;
    if (set > wait || (!others.empty() && others.back() > number) ||
        is_full(to, taker, from))
      return false;
    flags_[set].sets.push_back({to, from});
    flags_[wait].waits.push_back({to, from});
    pairs_[to][from].takers.push_back(number);
    const Clock &learnt = history_[to][taker - 1];
    for (size_t k = number - 1; k < history_[from].size(); ++k)
      raise(history_[from][k], learnt);
    raise(known_[from], learnt);
    return true;
  }

  /// From here on, each queue's next call begins after all calls so far. A
  /// counter then counts no flag of before, but for the meeting's own.
  void meet() {
    for (uint8_t q = 0; q < queue_count; ++q)
      meeting_[q] = uint32_t(numbers_[q].size());
  }

  static void raise(Clock &clock, const Clock &other) {
    for (uint8_t q = 0; q < queue_count; ++q)
      clock[q] = std::max(clock[q], other[q]);
  }

  const CallList &calls_;
  const Capabilities &capabilities_;
  std::vector<CallFlags> flags_;
  std::array<std::vector<Block>, space_count> blocks_;
  std::array<std::vector<size_t>, queue_count> numbers_; ///< Calls by number.
  std::array<std::vector<Clock>, queue_count> history_;  ///< Known at each.
  std::array<Clock, queue_count> known_ = {};
  Clock meeting_ = {}; ///< What each call needs since the last meeting.
  /// Flags from one queue to another, in order.
  struct Pair {
    std::vector<uint32_t> takers; ///< Numbers of the calls that wait for each.
    size_t taken = 0;             ///< So many are known to have been taken.
    /// The most that the counter can be with one flag more.
    int64_t count() const { return int64_t(takers.size() - taken) + 1; }
  };
  std::array<std::array<Pair, queue_count>, queue_count> pairs_;
};

} // namespace

std::vector<CallFlags> plan_events(const CallList &calls,
                                   const Capabilities &capabilities) {
  return Planner(calls, capabilities).plan();
}

void emit_all(const CallList &calls, const Capabilities &capabilities,
              EngineBackend &backend) {
  std::vector<CallFlags> flags(calls.size());
  if (capabilities.flag_limit > 0)
    flags = plan_events(calls, capabilities);
  for (size_t c = 0; c < calls.size(); ++c) {
    for (Flag flag : flags[c].waits)
      backend.wait(flag.from, flag.to);
    emit(calls[c], backend);
    for (Flag flag : flags[c].sets)
      backend.set(flag.from, flag.to);
  }
}

} // namespace landfall::tile
