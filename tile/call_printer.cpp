//===- call_printer.cpp - Calls on a backend as text ----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "tile/call_printer.h"

#include <fmt/format.h>
#include <iterator>

namespace landfall::tile {

namespace {

constexpr std::string_view space_names[] = {"vector", "staging", "left",
                                            "right", "accumulator"};
static_assert(std::size(space_names) == space_count);
constexpr std::string_view queue_names[] = {"load", "store", "move", "matrix",
                                            "vector"};
static_assert(std::size(queue_names) == queue_count);

std::string text(Place place) {
  return fmt::format("{}@{}", space_names[size_t(place.space)], place.offset);
}

std::string text(DevicePlace place) {
  return fmt::format("op{}+{}", place.operand, place.offset);
}

std::string text(const Box &box) {
  std::string result = fmt::format("{} bytes", box.element_bytes);
  for (int d = 0; d < box.rank; ++d) {
    const BoxDimension &dim = box.dimensions[d];
    std::string count = fmt::format("{}", dim.count);
    if (dim.before || dim.after)
      count = fmt::format("{}+{}+{}", dim.before, dim.count, dim.after);
    result += fmt::format(" [{}: {} -> {}]", count, dim.source_stride,
                          dim.destination_stride);
  }
  return result;
}

std::string text(const Matrix &matrix) {
  return fmt::format("{} (row {})", text(matrix.place), matrix.row_stride);
}

std::string text(const VectorOperand &operand, int rank) {
  std::string result = text(operand.place) + " [";
  for (int d = 0; d < rank; ++d)
    result += fmt::format("{}{}", d ? " " : "", operand.strides[d]);
  return result + "]";
}

std::string counts(const std::array<int64_t, max_dimensions> &list, int rank) {
  std::string result;
  for (int d = 0; d < rank; ++d)
    result += fmt::format("{}{}", d ? " x " : "", list[d]);
  return rank ? result : "1";
}

} // namespace

std::string CallPrinter::queue(uint8_t number) const {
  for (size_t q = 0; q < queue_count; ++q)
    if (capabilities_.queues[q] == number)
      return std::string(queue_names[q]);
  return fmt::format("queue {}", number);
}

void CallPrinter::load(const LoadCall &call) {
  text_ += fmt::format("load      {} -> {}: {}\n", text(call.source),
                       text(call.destination), text(call.box));
  encoder_.load(call);
}

void CallPrinter::store(const StoreCall &call) {
  text_ += fmt::format("store     {} -> {}: {}\n", text(call.source),
                       text(call.destination), text(call.box));
  encoder_.store(call);
}

void CallPrinter::move(const MoveCall &call) {
  text_ += fmt::format("move      {} -> {}: {}\n", text(call.source),
                       text(call.destination), text(call.box));
  encoder_.move(call);
}

void CallPrinter::fill(const FillCall &call) {
  text_ += fmt::format("fill      {:#x} -> {}: {}\n", call.bits,
                       text(call.destination), text(call.box));
  encoder_.fill(call);
}

void CallPrinter::multiply(const MultiplyCall &call) {
  text_ += fmt::format(
      "multiply  {} * {} -> {}: {} {} {}, {} x {} x {}{}\n", text(call.left),
      text(call.right), text(call.accumulator), name(call.product.left),
      name(call.product.right), name(call.product.accumulator), call.rows,
      call.columns, call.depth, call.adds ? ", adds" : "");
  encoder_.multiply(call);
}

void CallPrinter::vector(const VectorCall &call) {
  const VectorOperation &operation = call.operation;
  text_ += fmt::format("vector    {} {}", info(operation.op).text,
                       name(operation.type));
  if (operation.result != operation.type)
    text_ += fmt::format(" to {}", name(operation.result));
  text_ += ":";
  for (int s = 0; s < call.source_count; ++s)
    text_ += " " + text(call.sources[size_t(s)], call.rank);
  text_ += fmt::format(" -> {}; {}\n", text(call.destination, call.rank),
                       counts(call.counts, call.rank));
  encoder_.vector(call);
}

void CallPrinter::reduce(const ReduceCall &call) {
  text_ += fmt::format("reduce    {} {}: {} -> {}; {}\n", info(call.op).text,
                       name(call.type), text(call.source, call.rank),
                       text(call.destination, call.rank - 1),
                       counts(call.counts, call.rank));
  encoder_.reduce(call);
}

void CallPrinter::ramp(const RampCall &call) {
  text_ += fmt::format("ramp      {} by {} -> {}; {}\n", call.first, call.step,
                       text(call.destination), call.count);
  encoder_.ramp(call);
}

void CallPrinter::gather(const GatherCall &call) {
  text_ += fmt::format("gather    {} by {} * {} -> {}: {} blocks of {} bytes\n",
                       text(call.source), text(call.indices), call.index_bytes,
                       text(call.destination), call.count, call.block_bytes);
  encoder_.gather(call);
}

void CallPrinter::set(uint8_t from, uint8_t to) {
  text_ += fmt::format("set       {} -> {}\n", queue(from), queue(to));
  encoder_.set(from, to);
}

void CallPrinter::wait(uint8_t from, uint8_t to) {
  text_ += fmt::format("wait      {} -> {}\n", queue(from), queue(to));
  encoder_.wait(from, to);
}

} // namespace landfall::tile
