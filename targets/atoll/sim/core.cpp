//===- core.cpp - A core of atoll -----------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "targets/atoll/sim/core.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace landfall::atoll::sim {

namespace {

constexpr uint32_t load = 1 << uint32_t(tile::Queue::load),
                   store = 1 << uint32_t(tile::Queue::store),
                   move = 1 << uint32_t(tile::Queue::move),
                   matrix = 1 << uint32_t(tile::Queue::matrix),
                   vector = 1 << uint32_t(tile::Queue::vector);
constexpr std::string_view queue_names[] = {"load", "store", "move", "matrix",
                                            "vector"};

constexpr std::string_view opcode_names[] = {
    "dimension", "padding", "load",   "gather", "store", "move", "fill",
    "multiply",  "vector",  "reduce", "ramp",   "set",   "wait"};
/// Which queues execute each.
constexpr uint32_t opcode_queues[] = {
    ~0U,    ~0U,    load,   load,   store, move, move | vector,
    matrix, vector, vector, vector, ~0U,   ~0U};
static_assert(std::size(opcode_names) == size_t(Opcode::count) &&
              std::size(opcode_queues) == size_t(Opcode::count));

constexpr std::string_view space_names[] = {
    "the vector buffer", "L1", "L0A", "L0B", "L0C", "DRAM"};
/// Which queues address each: compute units address no DRAM.
constexpr uint32_t space_queues[] = {
    load | store | move | vector, load | move,   load | move | matrix,
    load | move | matrix,         move | matrix, load | store};

sim_kit::QueueLayout layout(const ChipDescription &chip,
                            const tile::Capabilities &can) {
  sim_kit::QueueLayout layout;
  layout.queues.assign(std::begin(queue_names), std::end(queue_names));
  for (size_t space = 0; space <= dram_space; ++space)
    layout.spaces.push_back(
        {std::string(space_names[space]),
         space == dram_space ? chip.dram_bytes() : uint64_t(can.bytes[space]),
         space_queues[space]});
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
  dimensions_ = {};
  queues_.start([this] { return fetch(); }, now);
}

Error Core::wrong(std::string_view what) const {
  return {ErrorCode::device,
          fmt::format("instruction {} is illegal: {}", next_ - 1, what)};
}

/// The next instruction of a queue; the control unit executes those before it.
Result<std::optional<sim_kit::Instruction>> Core::fetch() {
  uint64_t before = next_;
  while (next_ < count_) {
    Instruction fields;
    uint64_t address = program_ + next_++ * sizeof(fields);
    if (address % sizeof(fields) || address > dram_.size() - sizeof(fields))
      return wrong(fmt::format("its address is {}", address));
    std::memcpy(&fields, dram_.data() + address, sizeof(fields));
    if (fields.opcode >= Opcode::count || fields.queue >= queue_count ||
        !(opcode_queues[size_t(fields.opcode)] >> fields.queue & 1))
      return wrong("there is no such operation of the queue");
    if (fields.opcode <= Opcode::padding) {
      TRY(set_register(fields));
      continue;
    }
    sim_kit::Instruction instruction;
    instruction.name = opcode_names[size_t(fields.opcode)];
    instruction.number = next_ - 1;
    instruction.dispatch_cycles = next_ - before;
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
          {fields, dimensions_[fields.queue],
           int64_t(uint64_t(fields.wide) + addresses_[fields.address])},
          units_);
    } else {
      return wrong("there is no such operation with these operands");
    }
    return std::optional(std::move(instruction));
  }
  return std::optional<sim_kit::Instruction>();
}

Status Core::set_register(const Instruction &fields) {
  auto [a, b, c, count] = fields.places;
  bool is_padding = fields.opcode == Opcode::padding;
  if (fields.rank >= dimension_registers ||
      (is_padding ? a < 0 || b < 0 : count < 0))
    return wrong("there is no such register, or a count is negative");
  sim_kit::Loop &loop = dimensions_[fields.queue][fields.rank];
  if (is_padding) {
    loop.before = a;
    loop.after = b;
  } else {
    loop.count = count;
    loop.strides = {fields.wide, a, b, c};
  }
  return {};
}

/// Whether the operation has such operands.
bool Core::is_legal(const Instruction &fields) const {
  ScalarOp op = ScalarOp(fields.operation);
  DType type = DType(fields.type), result = DType(fields.result);
  if (fields.rank > dimension_registers || fields.address >= address_registers)
    return false;
  switch (fields.opcode) {
  case Opcode::multiply:
    return size_t(fields.operation & ~adds_bit) < units_.can.products.size();
  case Opcode::vector:
    return units_.can.has(op, type, result);
  case Opcode::reduce:
    return fields.rank && type == result && units_.can.reduces(op, type);
  case Opcode::ramp:
    return fields.rank == 1;
  case Opcode::gather:
    return true;
  default: // Copies have spaces and bytes of an element.
    return fields.type < tile::space_count &&
           fields.result < tile::space_count &&
           fields.operation <= sizeof(fields.wide);
  }
}

} // namespace landfall::atoll::sim
