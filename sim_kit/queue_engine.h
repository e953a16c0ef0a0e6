//===- queue_engine.h - In-order queues ordered by flags -------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// The model of a decoupled access/execute core: a control unit dispatches the
// instructions of one stream, in order, to queues; each queue is a unit that
// executes its instructions in order; queues are ordered with each other by
// event flags alone. The engine gives every instruction its start and finish,
// and refuses programs that would be wrong on some chip of this kind, whatever
// the timing of this one: two queues that touch the same bytes, of which one
// writes, must be ordered by flags (a happens-before relation, kept as a vector
// clock in each queue and each flag).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "base/result.h"
#include "sim_kit/byte_box.h"

#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace landfall::sim_kit {

struct MemorySpace {
  std::string name; ///< "L1".
  uint64_t bytes = 0;
  uint32_t queues = 0; ///< Bit q: queue number q can address it.
};

/// The bytes that an instruction reads and writes.
class Footprint {
public:
  explicit Footprint(std::span<const MemorySpace> spaces) : spaces_(spaces) {}

  void reads(size_t space, int64_t address, uint64_t run_bytes,
             std::span<const Stride> dimensions) {
    add(space, false, address, run_bytes, dimensions);
  }
  void writes(size_t space, int64_t address, uint64_t run_bytes,
              std::span<const Stride> dimensions) {
    add(space, true, address, run_bytes, dimensions);
  }

  struct Access {
    size_t space = 0;
    bool is_write = false;
    ByteBox bytes;
  };
  std::span<const Access> accesses() const { return {list_.data(), count_}; }
  /// A space that an access is outside of; none: all bytes exist.
  std::optional<size_t> outside() const { return outside_; }

private:
  void add(size_t space, bool is_write, int64_t address, uint64_t run_bytes,
           std::span<const Stride> dimensions);

  std::span<const MemorySpace> spaces_;
  std::array<Access, 5> list_; ///< At most four sources and a destination.
  size_t count_ = 0;
  std::optional<size_t> outside_;
};

/// When an instruction has been executed.
struct Timing {
  uint64_t next = 0; ///< The cycle at which its unit can start the next one.
  uint64_t done = 0; ///< The cycle from which its results can be used.
};

/// What an instruction of a queue does.
class Work {
public:
  virtual ~Work() = default;
  /// Called when all earlier instructions that it is ordered after have been
  /// executed.
  virtual void footprint(Footprint &bytes) const = 0;
  /// Called directly after `footprint`, unless that was refused.
  virtual Timing execute(uint64_t start) = 0;
};

struct Instruction {
  std::string_view name; ///< "load", for errors; static.
  uint64_t number = 0;   ///< Its place in the stream, for errors; ascending.
  /// Cycles that the control unit takes to fetch and dispatch it, and what it
  /// has executed itself since the last one.
  uint64_t dispatch_cycles = 1;
  size_t queue = 0;
  enum class Kind : uint8_t {
    work,
    set,  ///< Adds 1 to the flag once all earlier work of the queue is done.
    wait, ///< Waits until the flag is not 0, then takes 1.
  };
  Kind kind = Kind::work;
  size_t flag = 0;            ///< Of set and wait.
  std::unique_ptr<Work> work; ///< Of work.
};

/// Decodes the next instruction of a stream; nothing at its end. An error ends
/// the run.
using Fetch = std::function<Result<std::optional<Instruction>>()>;

struct QueueLayout {
  std::vector<std::string> queues; ///< Names; at most 32.
  std::vector<MemorySpace> spaces;
  std::vector<std::string> flags; ///< Names: "load to vector".
  uint32_t flag_limit = 15;       ///< The most that a flag counts.
  size_t queue_depth = 16; ///< Instructions that wait in front of a queue.
};

/// Cycles and counts of one queue since the engine was made.
struct QueueCounters {
  uint64_t instructions = 0; ///< Of all kinds.
  uint64_t busy = 0;
  uint64_t stalled = 0; ///< Waited for flags.
};

/// The queues of one core. For one thread.
class QueueEngine {
public:
  static constexpr uint64_t never = std::numeric_limits<uint64_t>::max();

  explicit QueueEngine(QueueLayout layout);

  /// Begins a stream at cycle `now`. An unfinished one is forgotten.
  void start(Fetch fetch, uint64_t now);
  /// The cycle at which the next instruction starts; `never`: the stream has
  /// ended, or nothing can start (`step` says why).
  uint64_t next_start() const;
  /// Executes one instruction, the one that starts first. False: the stream had
  /// ended. Errors (`device`) name instructions by their numbers: bytes outside
  /// a memory or in one that the queue cannot address, a race, a flag above its
  /// limit, a deadlock, a flag that is not 0 at the end.
  Result<bool> step();
  /// The cycle at which all work so far is done.
  uint64_t done() const;

  std::span<const std::string> names() const { return layout_.queues; }
  std::span<const QueueCounters> counters() const { return counters_; }

private:
  /// The number of the last instruction of each queue that is known to be done.
  using Clock = std::vector<uint64_t>;
  struct Pending {
    Instruction instruction;
    uint64_t dispatched = 0; ///< The cycle.
  };
  struct Queue {
    std::deque<Pending> pending;
    uint64_t next = 0;       ///< The cycle at which it can start.
    uint64_t done = 0;       ///< All executed work.
    uint64_t last_start = 0; ///< The cycle of the last one's start.
    Clock clock;
  };
  struct Signal {
    uint64_t time = 0;
    Clock clock;
  };
  /// An access that later ones may race with.
  struct Past {
    uint64_t number = 0; ///< The instruction's.
    std::string_view name;
    ByteBox bytes;
  };
  /// The accesses of one queue to one space, in the order of their numbers: so
  /// those that another queue is ordered after are the first ones.
  struct History {
    std::vector<Past> reads, writes;
    size_t prune_at = 64; ///< Accesses at which those seen by all are dropped.
  };

  Status dispatch();
  uint64_t start_of(const Queue &queue) const;
  Status execute(size_t number, Pending &pending, uint64_t start);
  Status set(Queue &queue, const Pending &pending, uint64_t start);
  void wait(Queue &queue, const Pending &pending);
  Status check(size_t queue, const Pending &pending,
               const Footprint::Access &access);
  void remember(size_t queue, const Pending &pending,
                const Footprint::Access &access);
  void prune(size_t queue, size_t space);
  Status at_end() const;
  Error deadlock() const;
  Status check_against(size_t other, bool is_write, size_t queue,
                       const Pending &pending,
                       const Footprint::Access &access) const;
  Error wrong(const Pending &pending, size_t queue,
              const std::string &reason) const;

  QueueLayout layout_;
  Fetch fetch_;
  bool has_ended_ = true;
  std::optional<Pending> undispatched_; ///< Its queue is full.
  uint64_t dispatch_cycle_ = 0;
  std::vector<Queue> queues_;
  std::vector<std::deque<Signal>> flags_;
  std::vector<History> histories_; ///< By queue, then by space.
  std::vector<QueueCounters> counters_;
};

/// A core: what fetches and decodes a program, and its queues.
class QueueCore {
public:
  QueueCore() = default;
  QueueCore(const QueueCore &) = delete;
  QueueCore &operator=(const QueueCore &) = delete;
  virtual ~QueueCore() = default;
  /// Begins a program in the chip's memory at cycle `now`; `operands` are
  /// addresses there.
  virtual void start(uint64_t address, uint64_t bytes,
                     std::span<const uint64_t> operands, uint64_t now) = 0;
  virtual QueueEngine &queues() = 0;
  virtual uint64_t multiply_adds() const = 0; ///< So far, without padding.
};

/// Runs the streams of all engines to their ends: of all next instructions, the
/// one that starts first is executed next. Fails with the error of `step`, with
/// `device` if one takes longer than cycle `end`, with `cancelled` once
/// `is_stopped`, which is asked before each instruction, is true.
Status run_together(std::vector<QueueEngine *> engines, uint64_t end,
                    const std::function<bool()> &is_stopped);

} // namespace landfall::sim_kit
