//===- tasks.cpp - Work of the usual units --------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/tasks.h"

#include <algorithm>
#include <cstring>

namespace landfall::sim_kit {

namespace {

uint8_t *at(Memories memories, const MemoryPlace &place) {
  return memories[place.space] + place.offset;
}

//===--- Copies -----------------------------------------------------------===//

void touch(const CopyTask &task, Memories, Footprint &bytes) {
  std::vector<Stride> dims = strides_of(task.loops, task.to_operand);
  bytes.writes(task.to.space, task.to.offset, task.element_bytes, dims);
  if (task.constant)
    return;
  dims = strides_of(task.loops, task.from_operand);
  for (size_t d = 0; d < dims.size(); ++d)
    dims[d].count = task.loops.list[d].count; // Padding is not read.
  bytes.reads(task.from.space, task.from.offset, task.element_bytes, dims);
}

void perform(const CopyTask &task, Memories memories) {
  CopySide to = {memories[task.to.space], task.to.offset, task.to_operand};
  if (task.constant)
    return fill_elements(to, task.element_bytes, *task.constant, task.loops);
  copy_elements(
      to, {memories[task.from.space], task.from.offset, task.from_operand},
      task.element_bytes, task.loops);
}

Traffic traffic(const CopyTask &task) {
  // The runs do not depend on the place.
  auto box = ByteBox::make(int64_t(1) << 62, task.element_bytes,
                           strides_of(task.loops, task.timed), INT64_MAX);
  return {box->runs(), box->run_bytes(),
          points(task.loops) * task.element_bytes};
}

//===--- Gathers ----------------------------------------------------------===//

std::vector<int32_t> indices_of(const GatherTask &task, Memories memories) {
  std::vector<int32_t> list(task.count);
  std::memcpy(list.data(), at(memories, task.indices),
              task.count * sizeof(int32_t));
  return list;
}

void touch(const GatherTask &task, Memories memories, Footprint &bytes) {
  bytes.reads(task.indices.space, task.indices.offset,
              task.count * sizeof(int32_t), {});
  bytes.writes(task.to.space, task.to.offset, task.count * task.block_bytes,
               {});
  if (bytes.outside() || task.count == 0)
    return; // There are no indices.
  auto [low, high] = std::ranges::minmax(indices_of(task, memories));
  Stride blocks = {uint64_t(int64_t(high) - low + 1), task.distance};
  bytes.reads(task.from.space, task.from.offset + low * task.distance,
              task.block_bytes, {&blocks, 1});
}

void perform(const GatherTask &task, Memories memories) {
  uint8_t *to = at(memories, task.to);
  for (int32_t index : indices_of(task, memories)) {
    std::memcpy(to, at(memories, task.from) + index * task.distance,
                task.block_bytes);
    to += task.block_bytes;
  }
}

Traffic traffic(const GatherTask &task) {
  return {task.count, task.block_bytes, task.count * task.block_bytes};
}

//===--- Products ---------------------------------------------------------===//

void touch(const ProductTask &task, Memories, Footprint &bytes) {
  const MatrixProduct &product = task.product;
  auto row = [](uint64_t count, DType type) { return count * size_of(type); };
  Stride left = {product.rows, product.left.stride};
  Stride right = {product.depth, product.right.stride};
  Stride sums = {product.rows, product.sums.stride};
  bytes.reads(task.left.space, task.left.offset,
              row(product.depth, product.left.type), {&left, 1});
  bytes.reads(task.right.space, task.right.offset,
              row(product.columns, product.right.type), {&right, 1});
  bytes.writes(task.sums.space, task.sums.offset,
               row(product.columns, product.sums.type), {&sums, 1});
}

void perform(const ProductTask &task, Memories memories) {
  MatrixProduct product = task.product;
  product.left.address = at(memories, task.left);
  product.right.address = at(memories, task.right);
  product.sums.address = at(memories, task.sums);
  multiply(product);
}

Traffic traffic(const ProductTask &) { return {}; }

//===--- Elements ---------------------------------------------------------===//

void touch(const ElementTask &task, Memories, Footprint &bytes) {
  size_t sources = task.is_reduction ? 1 : task.operation.sources();
  for (size_t k = 1; k <= sources; ++k)
    bytes.reads(task.space, task.places[k],
                size_of(task.operation.source_type(k)),
                strides_of(task.loops, k));
  Loops loops = task.loops;
  bytes.writes(task.space, task.places[0], size_of(task.operation.result),
               strides_of(loops.first(loops.size() - task.is_reduction), 0));
}

void perform(const ElementTask &task, Memories memories) {
  auto apply = task.is_reduction ? reduce_elements : compute_elements;
  apply(task.operation, memories[task.space], task.places, task.loops);
}

Traffic traffic(const ElementTask &) { return {}; }

void touch(const RampTask &task, Memories, Footprint &bytes) {
  bytes.writes(task.to.space, task.to.offset, task.count * sizeof(int32_t), {});
}

void perform(const RampTask &task, Memories memories) {
  for (uint64_t k = 0; k < task.count; ++k) {
    auto value = int32_t(task.first + int64_t(k) * task.step);
    std::memcpy(at(memories, task.to) + k * sizeof(value), &value,
                sizeof(value));
  }
}

Traffic traffic(const RampTask &) { return {}; }

/// Work on a task: `touch`, `perform` and `traffic` are overloaded for each.
template <typename Task> class TaskWork final : public Work {
public:
  TaskWork(const Task &task, Memories memories, Duration duration)
      : task_(task), memories_(memories), duration_(std::move(duration)) {}

  void footprint(Footprint &bytes) const override {
    touch(task_, memories_, bytes);
  }
  Timing execute(uint64_t start) override {
    perform(task_, memories_);
    return duration_(start, traffic(task_));
  }

private:
  Task task_;
  Memories memories_;
  Duration duration_;
};

} // namespace

template <typename Task>
std::unique_ptr<Work> make_task(const Task &task, Memories memories,
                                Duration duration) {
  return std::make_unique<TaskWork<Task>>(task, memories, std::move(duration));
}
template std::unique_ptr<Work> make_task(const CopyTask &, Memories, Duration);
template std::unique_ptr<Work> make_task(const GatherTask &, Memories,
                                         Duration);
template std::unique_ptr<Work> make_task(const ProductTask &, Memories,
                                         Duration);
template std::unique_ptr<Work> make_task(const ElementTask &, Memories,
                                         Duration);
template std::unique_ptr<Work> make_task(const RampTask &, Memories, Duration);

} // namespace landfall::sim_kit
