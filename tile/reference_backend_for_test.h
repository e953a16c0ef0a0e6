//===- reference_backend_for_test.h - Calls on host memory -----*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// For tests only. Executes calls on host memory by sim_kit's queues, each of
// which takes a random time, so that queues are interleaved in a random order
// that the flags allow. The engine finds races, deadlocks, and bytes outside of
// memories; this adds that each call keeps the limits in Capabilities and reads
// what has been written.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "sim_kit/tasks.h"
#include "tile/call_list.h"

#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <random>
#include <set>

namespace landfall::tile {

class ReferenceBackend : public EngineBackend {
public:
  ReferenceBackend(const Capabilities &capabilities,
                   std::vector<std::vector<uint8_t>> &operands, uint32_t seed)
      : capabilities_(capabilities), random_(seed) {
    for (int64_t bytes : capabilities.bytes)
      on_chip_.emplace_back(size_t(bytes), 0xa5);
    for (std::vector<uint8_t> &memory : on_chip_)
      memories_.push_back(memory.data());
    for (const std::vector<uint8_t> &memory : on_chip_)
      written_.emplace_back(memory.size());
    for (std::vector<uint8_t> &memory : operands)
      memories_.push_back(memory.data());
    make_layout(operands);
  }

  void load(const LoadCall &call) override {
    require(call.destination.space != Space::accumulator, "load's space");
    add(call, copy(at(call.source), at(call.destination), call.box));
  }
  void store(const StoreCall &call) override {
    require(call.source.space == Space::vector, "store's space");
    add(call, copy(at(call.source), at(call.destination), call.box));
  }
  void move(const MoveCall &call) override {
    using S = Space;
    std::set<std::pair<S, S>> paths = {{S::staging, S::left},
                                       {S::staging, S::right},
                                       {S::accumulator, S::vector},
                                       {S::vector, S::vector},
                                       {S::vector, S::staging}};
    if (capabilities_.bytes_of(S::staging) == 0)
      paths.insert({{S::vector, S::left}, {S::vector, S::right}});
    require(paths.contains({call.source.space, call.destination.space}),
            "there is no such path");
    add(call, copy(at(call.source), at(call.destination), call.box));
  }
  void fill(const FillCall &call) override {
    sim_kit::CopyTask task = copy({}, at(call.destination), call.box);
    task.constant = call.bits;
    add(call, task);
  }
  void multiply(const MultiplyCall &call) override;
  void vector(const VectorCall &call) override;
  void reduce(const ReduceCall &call) override;
  void ramp(const RampCall &call) override {
    add(call, sim_kit::RampTask{at(call.destination), call.first, call.step,
                                uint64_t(call.count)});
  }
  void gather(const GatherCall &call) override {
    require(capabilities_.indexed_loads, "indexed loads");
    require(call.destination.space == Space::vector &&
                call.indices.space == Space::vector,
            "gather's spaces");
    add(call,
        sim_kit::GatherTask{at(call.destination), at(call.source),
                            at(call.indices), uint64_t(call.count),
                            uint64_t(call.block_bytes), call.index_bytes});
  }
  void set(uint8_t from, uint8_t to) override {
    add_flag(from, to, from, sim_kit::Instruction::Kind::set);
  }
  void wait(uint8_t from, uint8_t to) override {
    add_flag(from, to, to, sim_kit::Instruction::Kind::wait);
  }

  /// Executes everything; the first violation, or "".
  std::string run() {
    sim_kit::QueueEngine engine(layout_);
    engine.start([this] { return fetch(); }, 0);
    while (error_.empty()) {
      Result<bool> stepped = engine.step();
      if (!stepped)
        return stepped.error().message;
      if (!*stepped)
        break;
    }
    return error_;
  }

  size_t calls() const { return calls_; }
  /// Multiply-adds, and those with sides rounded up to the edge.
  double useful = 0, padded = 0;

private:
  using Counts = std::array<int64_t, max_dimensions>;

  /// A call, which takes a random time.
  class CheckedWork final : public sim_kit::Work {
  public:
    CheckedWork(ReferenceBackend &backend, std::unique_ptr<Work> work)
        : backend_(backend), work_(std::move(work)) {}
    void footprint(sim_kit::Footprint &bytes) const override {
      work_->footprint(bytes);
    }
    sim_kit::Timing execute(uint64_t start) override {
      sim_kit::Footprint bytes(backend_.layout_.spaces);
      work_->footprint(bytes);
      backend_.note(bytes);
      return work_->execute(start);
    }

  private:
    ReferenceBackend &backend_;
    std::unique_ptr<Work> work_;
  };

  void make_layout(const std::vector<std::vector<uint8_t>> &operands) {
    auto queues = [&](std::initializer_list<Queue> list) {
      uint32_t mask = 0;
      for (Queue queue : list)
        mask |= uint32_t(1) << number_of(queue);
      return mask;
    };
    using enum Queue;
    uint32_t by_space[] = {queues({load, store, move, Queue::vector}),
                           queues({load, move}), queues({load, move, matrix}),
                           queues({load, move, matrix}),
                           queues({move, matrix})};
    for (size_t s = 0; s < space_count; ++s)
      layout_.spaces.push_back({fmt::format("space {}", s),
                                uint64_t(capabilities_.bytes[s]), by_space[s]});
    for (size_t k = 0; k < operands.size(); ++k)
      layout_.spaces.push_back({fmt::format("operand {}", k),
                                operands[k].size(), queues({load, store})});
    for (size_t q = 0; q < queue_count; ++q)
      layout_.queues.push_back(fmt::format("queue {}", q));
    for (size_t pair = 0; pair < queue_count * queue_count; ++pair)
      layout_.flags.push_back(
          fmt::format("{} to {}", pair / queue_count, pair % queue_count));
    layout_.flag_limit = uint32_t(capabilities_.flag_limit);
    layout_.queue_depth = SIZE_MAX; // Any order that the flags allow.
  }

  /// Without flags, calls are executed one by one.
  uint8_t number_of(Queue queue) const {
    return capabilities_.flag_limit > 0 ? capabilities_.queues[size_t(queue)]
                                        : 0;
  }

  sim_kit::MemoryPlace at(Place place) const {
    return {size_t(place.space), place.offset};
  }
  sim_kit::MemoryPlace at(DevicePlace place) const {
    return {space_count + place.operand, place.offset};
  }

  template <typename Task> void add(const Call &call, const Task &task) {
    ++calls_;
    sim_kit::Duration duration = [this](uint64_t start, const auto &) {
      uint64_t next = start + 1 + random_() % 100;
      return sim_kit::Timing{next, next + random_() % 100};
    };
    sim_kit::Instruction instruction = next_instruction();
    instruction.queue = number_of(queue_of(call));
    instruction.work = std::make_unique<CheckedWork>(
        *this, sim_kit::make_task(task, memories_, std::move(duration)));
    program_.push_back(std::move(instruction));
  }

  void add_flag(uint8_t from, uint8_t to, uint8_t queue,
                sim_kit::Instruction::Kind kind) {
    sim_kit::Instruction instruction = next_instruction();
    instruction.queue = queue;
    instruction.kind = kind;
    instruction.flag = from * queue_count + to;
    program_.push_back(std::move(instruction));
  }

  sim_kit::Instruction next_instruction() {
    sim_kit::Instruction instruction;
    instruction.name = "call";
    instruction.number = number_++;
    instruction.dispatch_cycles = 0;
    return instruction;
  }

  Result<std::optional<sim_kit::Instruction>> fetch() {
    std::optional<sim_kit::Instruction> next;
    if (!program_.empty()) {
      next = std::move(program_.front());
      program_.pop_front();
    }
    return next;
  }

  void require(bool holds, const char *what) {
    if (!holds && error_.empty())
      error_ = what;
  }

  /// What is read has been written; what is written may be read.
  void note(const sim_kit::Footprint &bytes) {
    for (bool writes : {false, true})
      for (const sim_kit::Footprint::Access &access : bytes.accesses()) {
        if (access.is_write != writes || access.space >= space_count)
          continue;
        std::vector<bool> &written = written_[access.space];
        access.bytes.for_each_run([&](uint64_t begin, uint64_t end) {
          auto first = written.begin() + ptrdiff_t(begin);
          auto last = written.begin() + ptrdiff_t(end);
          if (writes)
            std::fill(first, last, true);
          else
            require(std::find(first, last, false) == last,
                    "bytes are read, never written");
        });
      }
  }

  void check_shape(int rank, int max_rank, int64_t limit,
                   const Counts &counts) {
    require(rank <= std::min(max_rank, max_dimensions), "too many dimensions");
    for (int d = 0; d < rank; ++d)
      require(counts[size_t(d)] >= 1 &&
                  (limit == 0 || counts[size_t(d)] <= limit),
              "a count is out of range");
  }
  void check_vector(int rank, const Counts &counts) {
    check_shape(rank, capabilities_.vector_dimensions,
                capabilities_.vector_limit, counts);
  }
  /// Elements on the chip begin at multiples of their size.
  void check_aligned(int64_t offset, std::span<const int64_t> strides,
                     int64_t bytes) {
    for (int64_t stride : strides)
      require(stride % bytes == 0, "an element is not aligned");
    require(offset % bytes == 0, "an element is not aligned");
  }

  sim_kit::CopyTask copy(sim_kit::MemoryPlace from, sim_kit::MemoryPlace to,
                         const Box &box) {
    sim_kit::CopyTask task;
    task.from = from;
    task.to = to;
    task.element_bytes = size_t(box.element_bytes);
    task.loops.rank = size_t(box.rank);
    Counts totals = {};
    for (size_t d = 0; d < size_t(box.rank); ++d) {
      const BoxDimension &dim = box.dimensions[d];
      require(capabilities_.zero_padding || (!dim.before && !dim.after),
              "padding");
      totals[d] = dim.before + dim.count + dim.after;
      task.loops.list[d] = {uint64_t(dim.count),
                            {dim.destination_stride, dim.source_stride},
                            uint64_t(dim.before),
                            uint64_t(dim.after)};
      check_aligned(0, std::array{dim.destination_stride, dim.source_stride},
                    box.element_bytes);
    }
    check_aligned(from.offset, {}, box.element_bytes);
    check_aligned(to.offset, {}, box.element_bytes);
    check_shape(box.rank, capabilities_.box_dimensions, capabilities_.box_limit,
                totals);
    return task;
  }

  sim_kit::TaskLoops
  loops_of(int rank, const Counts &counts,
           std::initializer_list<const VectorOperand *> operands) {
    sim_kit::TaskLoops loops;
    loops.rank = size_t(rank);
    for (size_t d = 0; d < size_t(rank); ++d) {
      loops.list[d].count = uint64_t(counts[d]);
      size_t k = 0;
      for (const VectorOperand *operand : operands)
        loops.list[d].strides[k++] = operand->strides[d];
    }
    return loops;
  }

  void check_operand(const VectorOperand &operand, int rank, DType type) {
    require(operand.place.space == Space::vector, "space");
    check_aligned(operand.place.offset,
                  std::span(operand.strides).first(size_t(rank)),
                  size_of(type));
  }

  const Capabilities &capabilities_;
  std::mt19937 random_;
  std::vector<std::vector<uint8_t>> on_chip_;
  std::vector<std::vector<bool>> written_; ///< By space and byte.
  std::vector<uint8_t *> memories_;
  sim_kit::QueueLayout layout_;
  std::deque<sim_kit::Instruction> program_;
  uint64_t number_ = 0;
  size_t calls_ = 0;
  std::string error_;
};

inline void ReferenceBackend::vector(const VectorCall &call) {
  const VectorOperation &o = call.operation;
  require(capabilities_.has(o.op, o.type, o.result),
          "the vector unit has no such operation");
  check_vector(call.rank, call.counts);
  check_operand(call.destination, call.rank, o.result);
  sim_kit::ElementTask task;
  task.operation = {o.op, o.type, o.result};
  require(size_t(call.source_count) == task.operation.sources(), "sources");
  for (int s = 0; s < call.source_count; ++s)
    check_operand(call.sources[size_t(s)], call.rank,
                  task.operation.source_type(size_t(s) + 1));
  task.space = size_t(Space::vector);
  task.places = {call.destination.place.offset, call.sources[0].place.offset,
                 call.sources[1].place.offset, call.sources[2].place.offset};
  task.loops = loops_of(call.rank, call.counts,
                        {&call.destination, &call.sources[0], &call.sources[1],
                         &call.sources[2]});
  add(call, task);
}

inline void ReferenceBackend::reduce(const ReduceCall &call) {
  require(capabilities_.reduces(call.op, call.type), "no such reduction");
  check_vector(call.rank, call.counts);
  check_operand(call.destination, call.rank - 1, call.type);
  check_operand(call.source, call.rank, call.type);
  sim_kit::ElementTask task;
  task.operation = {call.op, call.type, call.type};
  task.is_reduction = true;
  task.space = size_t(Space::vector);
  task.places = {call.destination.place.offset, call.source.place.offset};
  task.loops =
      loops_of(call.rank, call.counts, {&call.destination, &call.source});
  add(call, task);
}

inline void ReferenceBackend::multiply(const MultiplyCall &call) {
  const MatrixProduct &p = call.product;
  bool listed =
      std::ranges::any_of(capabilities_.products, [&](const auto &row) {
        return row.left == p.left && row.right == p.right &&
               row.accumulator == p.accumulator;
      });
  require(listed, "the matrix unit has no such product");
  require(call.left.place.space == Space::left &&
              call.right.place.space == Space::right &&
              call.accumulator.place.space == Space::accumulator,
          "multiply's spaces");
  require(call.rows >= 1 && call.columns >= 1 && call.depth >= 1, "sides");
  auto round_up = [&](int64_t n) {
    int64_t edge = capabilities_.matrix_edge;
    return double((n + edge - 1) / edge * edge);
  };
  useful += double(call.rows) * double(call.columns) * double(call.depth);
  padded += round_up(call.rows) * round_up(call.columns) * round_up(call.depth);
  auto operand = [&](const Matrix &matrix, DType type) {
    check_aligned(matrix.place.offset, std::array{matrix.row_stride},
                  size_of(type));
    return sim_kit::ProductOperand{type, nullptr, matrix.row_stride};
  };
  sim_kit::ProductTask task;
  task.product = {uint64_t(call.rows),
                  uint64_t(call.columns),
                  uint64_t(call.depth),
                  operand(call.left, p.left),
                  operand(call.right, p.right),
                  operand(call.accumulator, p.accumulator),
                  call.adds,
                  uint64_t(call.depth)};
  task.left = at(call.left.place);
  task.right = at(call.right.place);
  task.sums = at(call.accumulator.place);
  add(call, task);
}

} // namespace landfall::tile
