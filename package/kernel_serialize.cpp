//===- kernel_serialize.cpp - Kernels as bytes ----------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Fields that a node's kind does not use are not written; they are read back as
// their defaults.
//
//===----------------------------------------------------------------------===//
#include "package/model_node_stream.h"
#include "package/node_rules.h"

#include <fmt/format.h>

namespace landfall {
namespace {

constexpr int node_kind_count = int(NodeKind::check) + 1;
constexpr int kernel_class_count = int(KernelClass::loops) + 1;

bool has_index(NodeKind kind) {
  return kind == NodeKind::size || kind == NodeKind::load ||
         kind == NodeKind::store || kind == NodeKind::result ||
         kind == NodeKind::check;
}

bool has_blocks(NodeKind kind) {
  return kind == NodeKind::loop || kind == NodeKind::loop_while ||
         kind == NodeKind::branch;
}

class Writer {
public:
  /// Without texts: everything that the generated code depends on.
  explicit Writer(bool with_texts) : with_texts_(with_texts) {}

  std::vector<uint8_t> write(const Kernel &kernel) {
    text(kernel.name);
    out_.u8(uint8_t(kernel.kind));
    out_.varint(kernel.size_count);
    out_.varint(kernel.operands.size());
    for (const KernelOperand &operand : kernel.operands) {
      out_.u8(uint8_t(operand.dtype));
      // Machine code is the same, wherever an operand comes from.
      bool is_weight = operand.constant && with_texts_;
      out_.u8(uint8_t(operand.written | operand.read << 1 | is_weight << 2));
      extents(operand.dims);
    }
    extents(kernel.loops);
    extents(kernel.reduce);
    out_.u8(uint8_t(kernel.accumulator));
    out_.varint(kernel.nodes.size());
    for (const Node &each : kernel.nodes)
      node(each);
    block(kernel.factors);
    block(kernel.body);
    out_.varint(kernel.checks.size());
    for (const KernelCheck &check : kernel.checks) {
      out_.u8(uint8_t(check.code));
      text(check.message);
      text(check.value_name);
      if (with_texts_)
        write_node(out_, check.node);
    }
    if (with_texts_)
      write_nodes(out_, kernel.origins);
    return out_.take();
  }

private:
  void text(const std::string &value) {
    if (with_texts_)
      out_.string(value);
  }

  void extents(const std::vector<Extent> &dims) {
    out_.varint(dims.size());
    for (const Extent &dim : dims) {
      out_.u8(dim.constant);
      out_.varint(uint64_t(dim.value));
    }
  }

  void ids(const std::vector<NodeId> &list) {
    out_.varint(list.size());
    for (NodeId id : list)
      out_.varint(id);
  }

  void block(const Block &block) {
    ids(block.params);
    ids(block.nodes);
    ids(block.yields);
  }

  void node(const Node &node) {
    out_.u8(uint8_t(node.kind));
    if (has_value(node.kind))
      out_.u8(uint8_t(node.type));
    if (node.kind == NodeKind::scalar)
      out_.u8(uint8_t(node.op));
    if (has_index(node.kind))
      out_.varint(node.index);
    if (node.kind == NodeKind::constant)
      out_.varint(node.bits);
    ids(node.args);
    if (!has_blocks(node.kind))
      return;
    out_.varint(node.blocks.size());
    for (const Block &each : node.blocks)
      block(each);
  }

  bool with_texts_;
  ByteWriter out_;
};

class Reader {
public:
  explicit Reader(std::span<const uint8_t> bytes) : in_(bytes) {}

  Kernel read() {
    Kernel kernel;
    kernel.name = in_.string();
    kernel.kind = in_.enumerator<KernelClass>(kernel_class_count);
    kernel.size_count = in_.varint32();
    kernel.operands.resize(in_.count(3));
    for (KernelOperand &operand : kernel.operands) {
      operand.dtype = in_.enumerator<DType>(dtype_count());
      uint8_t flags = in_.enumerator<uint8_t>(8);
      operand.written = flags & 1;
      operand.read = flags & 2;
      operand.constant = flags & 4;
      operand.dims = extents();
    }
    kernel.loops = extents();
    kernel.reduce = extents();
    kernel.accumulator = in_.enumerator<DType>(dtype_count());
    kernel.nodes.resize(in_.count(2));
    for (Node &each : kernel.nodes)
      node(each);
    kernel.factors = block();
    kernel.body = block();
    kernel.checks.resize(in_.count(6));
    for (KernelCheck &check : kernel.checks) {
      check.code = in_.enumerator<ErrorCode>(int(ErrorCode::internal) + 1);
      check.message = in_.string();
      check.value_name = in_.string();
      check.node = read_node(in_);
    }
    kernel.origins = read_nodes(in_);
    return kernel;
  }

  bool is_complete() const { return in_.ok() && in_.at_end(); }
  size_t position() const { return in_.position(); }

private:
  std::vector<Extent> extents() {
    std::vector<Extent> dims(in_.count(2));
    for (Extent &dim : dims) {
      dim.constant = in_.boolean();
      dim.value = int64_t(in_.varint());
    }
    return dims;
  }

  std::vector<NodeId> ids() {
    std::vector<NodeId> list(in_.count());
    for (NodeId &id : list)
      id = in_.varint32();
    return list;
  }

  Block block() {
    Block block;
    block.params = ids();
    block.nodes = ids();
    block.yields = ids();
    return block;
  }

  void node(Node &node) {
    node.kind = in_.enumerator<NodeKind>(node_kind_count);
    if (has_value(node.kind))
      node.type = in_.enumerator<DType>(dtype_count());
    if (node.kind == NodeKind::scalar)
      node.op = in_.enumerator<ScalarOp>(scalar_op_count());
    if (has_index(node.kind))
      node.index = in_.varint32();
    if (node.kind == NodeKind::constant)
      node.bits = in_.varint();
    node.args = ids();
    if (!has_blocks(node.kind))
      return;
    node.blocks.resize(in_.count(3));
    for (Block &each : node.blocks)
      each = block();
  }

  ByteReader in_;
};

} // namespace

std::vector<uint8_t> serialize(const Kernel &kernel) {
  return Writer(true).write(kernel);
}

Result<Kernel> deserialize_kernel(std::span<const uint8_t> bytes) {
  Reader reader(bytes);
  Kernel kernel = reader.read();
  if (!reader.is_complete())
    return Error{ErrorCode::invalid_package,
                 fmt::format("a kernel description is damaged (its {} bytes "
                             "do not end where it does)",
                             bytes.size())};
  TRY(verify(kernel));
  return kernel;
}

std::string structural_key(const Kernel &kernel) {
  std::vector<uint8_t> bytes = Writer(false).write(kernel);
  return {bytes.begin(), bytes.end()};
}

} // namespace landfall
