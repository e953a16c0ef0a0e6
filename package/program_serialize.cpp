//===- program_serialize.cpp - Programs as bytes --------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "package/model_node_stream.h"
#include "package/program.h"

namespace landfall {
namespace {

constexpr int value_kind_count = int(ValueKind::unknown_rank) + 1;
constexpr int presence_count = int(Presence::defaulted) + 1;

void write(ByteWriter &out, const std::vector<std::string> &texts) {
  out.varint(texts.size());
  for (const std::string &text : texts)
    out.string(text);
}

void write(ByteWriter &out, const std::vector<uint32_t> &numbers) {
  out.varint(numbers.size());
  for (uint32_t number : numbers)
    out.varint(number);
}

void write(ByteWriter &out, const std::vector<SignatureValue> &values) {
  out.varint(values.size());
  for (const SignatureValue &value : values) {
    out.string(value.name);
    out.u8(uint8_t(value.kind));
    out.u8(uint8_t(value.dtype));
    out.varint(value.dims.size());
    for (const SignatureDim &dim : value.dims) {
      out.signed_varint(dim.fixed);
      out.string(dim.symbol);
    }
    out.u8(uint8_t(value.presence));
    out.varint(value.default_weight);
  }
}

std::vector<std::string> read_texts(ByteReader &in) {
  std::vector<std::string> texts(in.count());
  for (std::string &text : texts)
    text = in.string();
  return texts;
}

std::vector<uint32_t> read_numbers(ByteReader &in) {
  std::vector<uint32_t> numbers(in.count());
  for (uint32_t &number : numbers)
    number = in.varint32();
  return numbers;
}

std::vector<SignatureValue> read_signature(ByteReader &in) {
  std::vector<SignatureValue> values(in.count(6));
  for (SignatureValue &value : values) {
    value.name = in.string();
    value.kind = in.enumerator<ValueKind>(value_kind_count);
    value.dtype = in.enumerator<DType>(dtype_count());
    value.dims.resize(in.count(2));
    for (SignatureDim &dim : value.dims) {
      dim.fixed = in.signed_varint();
      dim.symbol = in.string();
    }
    value.presence = in.enumerator<Presence>(presence_count);
    value.default_weight = in.varint32();
  }
  return values;
}

} // namespace

std::vector<uint8_t> serialize(const Program &program) {
  ByteWriter out;
  out.varint(program.int_registers);
  out.varint(program.value_registers);
  out.varint(program.code.size());
  for (const Instruction &instruction : program.code) {
    out.u8(uint8_t(instruction.op));
    write(out, instruction.args);
  }
  out.varint(program.requirements.size());
  for (const Requirement &requirement : program.requirements) {
    out.string(requirement.message);
    write(out, requirement.sizes);
  }
  write(out, program.origin_of);
  out.varint(program.origins.size());
  for (const std::vector<ModelNode> &nodes : program.origins)
    write_nodes(out, nodes);
  out.varint(program.entries.size());
  for (const EntryPoint &entry : program.entries) {
    out.string(entry.name);
    out.varint(entry.start);
    write(out, entry.inputs);
    write(out, entry.outputs);
    out.u8(entry.names_bind);
  }
  return out.take();
}

Result<Program> deserialize_program(std::span<const uint8_t> bytes) {
  ByteReader in(bytes);
  Program program;
  program.int_registers = in.varint32();
  program.value_registers = in.varint32();
  program.code.resize(in.count(2));
  for (Instruction &instruction : program.code) {
    instruction.op = in.enumerator<Op>(program_op_count());
    instruction.args = read_numbers(in);
  }
  program.requirements.resize(in.count(2));
  for (Requirement &requirement : program.requirements) {
    requirement.message = in.string();
    requirement.sizes = read_texts(in);
  }
  program.origin_of = read_numbers(in);
  program.origins.resize(in.count());
  for (std::vector<ModelNode> &nodes : program.origins)
    nodes = read_nodes(in);
  program.entries.resize(in.count(5));
  for (EntryPoint &entry : program.entries) {
    entry.name = in.string();
    entry.start = in.varint32();
    entry.inputs = read_signature(in);
    entry.outputs = read_signature(in);
    entry.names_bind = in.u8() != 0;
  }
  if (!in.ok() || !in.at_end())
    return Error{ErrorCode::invalid_package,
                 "the program's bytes do not end where it does"};
  return program;
}

} // namespace landfall
