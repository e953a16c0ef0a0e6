//===- core.cpp - A core of newchip ---------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/newchip/sim/core.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace landfall::newchip::sim {

namespace {

constexpr uint32_t load = 1 << uint32_t(tile::Queue::load),
                   store = 1 << uint32_t(tile::Queue::store),
                   move = 1 << uint32_t(tile::Queue::move),
                   matrix = 1 << uint32_t(tile::Queue::matrix),
                   vector = 1 << uint32_t(tile::Queue::vector);
constexpr std::string_view queue_names[] = {"load", "store", "move", "matrix",
                                            "vector"};

struct OpcodeRow {
  std::string_view name;
  uint32_t queues; ///< Which execute it.
};
constexpr OpcodeRow opcodes[] = {{"load", load},
                                 {"gather", load},
                                 {"store", store},
                                 {"move", move},
                                 {"fill", move | vector},
                                 {"multiply", matrix},
                                 {"vector", vector},
                                 {"reduce", vector},
                                 {"ramp", vector},
                                 {"set", ~0U},
                                 {"wait", ~0U}};
static_assert(std::size(opcodes) == size_t(Opcode::count));

struct SpaceRow {
  std::string_view name;
  uint32_t queues; ///< Which address it: compute units address no DRAM.
};
constexpr SpaceRow spaces[] = {
    {"the vector memory", load | store | move | vector},
    {"the staging memory", load | move},
    {"the left memory", load | move | matrix},
    {"the right memory", load | move | matrix},
    {"the accumulators", move | matrix},
    {"DRAM", load | store}};

sim_kit::QueueLayout layout(const ChipDescription &chip,
                            const tile::Capabilities &can) {
  sim_kit::QueueLayout layout;
  layout.queues.assign(std::begin(queue_names), std::end(queue_names));
  for (size_t space = 0; space <= dram_space; ++space)
    layout.spaces.push_back(
        {std::string(spaces[space].name),
         space == dram_space ? chip.dram_bytes() : uint64_t(can.bytes[space]),
         spaces[space].queues});
  for (std::string_view from : queue_names)
    for (std::string_view to : queue_names)
      layout.flags.push_back(fmt::format("{} to {}", from, to));
  layout.flag_limit = flag_limit;
  layout.queue_depth = chip.queue_depth;
  return layout;
}

} // namespace

Core::Core(const ChipDescription &chip, std::span<uint8_t> dram,
           sim_kit::DramClock &clock)
    : units_{chip, capabilities(chip), {}, &clock}, dram_(dram),
      queues_(layout(chip, units_.can)) {
  for (size_t space = 0; space < tile::space_count; ++space) {
    on_chip_.emplace_back(units_.can.bytes[space]);
    units_.memories[space] = on_chip_.back().data();
  }
  units_.memories[dram_space] = dram.data();
}

void Core::start(uint64_t address, uint64_t bytes,
                 std::span<const uint64_t> operands, uint64_t now) {
  program_ = address;
  count_ = bytes / sizeof(Instruction);
  next_ = 0;
  std::copy(operands.begin(), operands.end(), addresses_.begin());
  queues_.start([this] { return fetch(); }, now);
}

Error Core::wrong(std::string_view what) const {
  return {ErrorCode::device,
          fmt::format("instruction {} is illegal: {}", next_ - 1, what)};
}

Result<std::optional<sim_kit::Instruction>> Core::fetch() {
  if (next_ == count_)
    return std::optional<sim_kit::Instruction>();
  Instruction fields;
  uint64_t address = program_ + next_++ * sizeof(fields);
  if (address > dram_.size() - sizeof(fields))
    return wrong(fmt::format("its address is {}", address));
  std::memcpy(&fields, dram_.data() + address, sizeof(fields));
  if (fields.opcode >= Opcode::count || fields.queue >= queue_count ||
      !(opcodes[size_t(fields.opcode)].queues >> fields.queue & 1))
    return wrong("there is no such operation of the queue");
  sim_kit::Instruction instruction;
  instruction.name = opcodes[size_t(fields.opcode)].name;
  instruction.number = next_ - 1;
  instruction.queue = fields.queue;
  if (fields.opcode == Opcode::set || fields.opcode == Opcode::wait) {
    bool is_set = fields.opcode == Opcode::set;
    if (fields.rank >= queue_count)
      return wrong("there is no such flag");
    instruction.kind = is_set ? sim_kit::Instruction::Kind::set
                              : sim_kit::Instruction::Kind::wait;
    instruction.flag = is_set ? fields.queue * queue_count + fields.rank
                              : fields.rank * queue_count + fields.queue;
  } else if (is_legal(fields)) {
    instruction.work = make_work(
        fields, int64_t(addresses_[fields.operand] + uint64_t(fields.wide)),
        units_);
  } else {
    return wrong("there is no such operation with these operands");
  }
  return std::optional(std::move(instruction));
}

/// Whether the operation has such operands.
bool Core::is_legal(const Instruction &fields) const {
  if (fields.rank > max_rank || fields.operand >= address_registers)
    return false;
  for (const Dimension &dimension : fields.dimensions)
    if (dimension.count < 0 || dimension.before < 0 || dimension.after < 0)
      return false;
  DType type = DType(fields.type), result = DType(fields.result);
  switch (fields.opcode) {
  case Opcode::multiply:
    return std::ranges::any_of(
        units_.can.products, [&](const tile::MatrixProduct &product) {
          return product.left == type && product.right == DType(fields.right) &&
                 product.accumulator == result;
        });
  case Opcode::vector:
    return units_.can.has(ScalarOp(fields.operation), type, result);
  case Opcode::reduce:
    return fields.rank && type == result &&
           units_.can.reduces(ScalarOp(fields.operation), type);
  case Opcode::ramp:
  case Opcode::gather:
    return true;
  default: // Copies have spaces and bytes of an element.
    return fields.type < tile::space_count &&
           fields.result < tile::space_count && fields.element_bytes <= 8;
  }
}

} // namespace landfall::newchip::sim
