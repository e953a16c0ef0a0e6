//===- byte_windows.cpp - Weighted sums of windows of bytes ---------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "compiler/kernels/windows/byte_windows.h"
#include "compiler/kernels/contraction/word_product.h"

#include "llvm/ADT/STLExtras.h"

namespace landfall::kernels {

using analysis::Affine;
using analysis::WindowAxis;

namespace {

/// Words that are unrolled for each row of the result.
constexpr int64_t most_unrolled = 16;
/// Words of a channel where channels are lanes: they are held in registers.
constexpr int64_t most_held = 49;
/// The bytes that a word is shuffled from, for four lanes.
constexpr int64_t part_bytes = 16, part_lanes = 4;

Error refuse(const std::string &reason) {
  return {ErrorCode::unsupported, reason};
}

bool is_byte(DType type) { return is_integer(type) && info(type).bits <= 8; }

class Finder {
public:
  explicit Finder(const WindowProblem &problem)
      : problem_(problem), affine_(problem.kernel, problem.sum.space) {}

  Result<ByteWindows> run() {
    TRY(check_machine());
    found_.data = TRY(read_factor(problem_.sum.data));
    found_.weight = TRY(read_factor(problem_.sum.weight));
    TRY(read_data());
    choose_words();
    TRY(check_axes());
    return std::move(found_);
  }

private:
  const Node &at(NodeId id) const { return problem_.kernel.nodes[id]; }
  const Node *cast_of_byte(NodeId id) const {
    const Node &node = at(id);
    bool is_cast = node.kind == NodeKind::scalar && node.op == ScalarOp::cast &&
                   is_byte(at(node.args[0]).type);
    return is_cast ? &node : nullptr;
  }
  Status check_machine() const {
    if (problem_.machine.vector.byte_products == ByteProducts::none)
      return refuse("the machine has no products of bytes");
    if (problem_.sum.type != DType::i32 && problem_.sum.type != DType::u32)
      return refuse("it does not sum integers of 32 bits");
    if (!problem_.column.loop)
      return refuse("its columns are not contiguous");
    if (!problem_.sum.has_weights())
      return refuse("it has no weights");
    return {};
  }
  bool depends_only_on(NodeId id, std::optional<uint32_t> variable) const;
  Result<ByteFactor> read_factor(const analysis::WindowFactor &factor) const;
  Status read_data();
  void choose_words();
  Status check_axes() const;
  Status check_order() const;

  const WindowProblem &problem_;
  analysis::AffineReader affine_;
  ByteWindows found_;
};

/// Whether a node's value depends on no index, but perhaps on `variable`.
bool Finder::depends_only_on(NodeId id,
                             std::optional<uint32_t> variable) const {
  const Node &node = at(id);
  auto keeps_to = [&](const std::optional<Affine> &form) {
    return form && llvm::all_of(form->terms, [&](const auto &term) {
             return variable == term.first;
           });
  };
  if (node.kind == NodeKind::load)
    return node.args.size() == problem_.kernel.operands[node.index].dims.size()
               ? keeps_to(affine_.offset(node))
               : false;
  if (keeps_to(affine_.read(id)))
    return true;
  return (node.kind == NodeKind::scalar || node.kind == NodeKind::constant) &&
         llvm::all_of(node.args, [&](NodeId arg) {
           return depends_only_on(arg, variable);
         });
}

Result<ByteFactor>
Finder::read_factor(const analysis::WindowFactor &factor) const {
  const Node &value = at(factor.value);
  bool is_shifted = value.kind == NodeKind::scalar && value.op == ScalarOp::sub;
  const Node *cast = cast_of_byte(is_shifted ? value.args[0] : factor.value);
  if (!cast)
    return refuse("it is no sum of products of bytes");
  ByteFactor found{cast->args[0], is_signed_integer(at(cast->args[0]).type),
                   no_node};
  if (!is_shifted)
    return found;
  found.zero = value.args[1];
  if (!cast_of_byte(found.zero) ||
      !depends_only_on(found.zero, problem_.sum.channel))
    return refuse("a zero point is none of bytes, or differs in a window");
  return found;
}

Status Finder::read_data() {
  const Node &byte = at(found_.data.byte);
  if (byte.kind != NodeKind::load || info(byte.type).bits != 8)
    return refuse("its data is computed");
  for (const analysis::WindowLoad &load : problem_.sum.data.loads)
    if (load.node == found_.data.byte)
      found_.load = load;
  const Affine &offset = found_.load.offset;
  if ((problem_.channels_last ? offset.coefficient(problem_.sum.channel)
                              : problem_.step(offset, problem_.column)) !=
      analysis::SizePolynomial(1))
    return refuse("its data is not contiguous along the lanes");
  if (!found_.load.guarded)
    return {};
  found_.outside = byte.args.back();
  if (!depends_only_on(found_.outside, {}))
    return refuse("its data differs outside of the image");
  if (!found_.load.conditions)
    return refuse("its guards are no bounds");
  for (const Affine &condition : *found_.load.conditions) {
    int moving = 0;
    for (const WindowAxis *axis : {&problem_.row, &problem_.column}) {
      if (!axis->loop && !axis->tap)
        continue;
      std::optional<int64_t> step = problem_.step(condition, *axis).constant();
      if (!step || *step < -1 || *step > 1)
        return refuse("its guards are no bounds");
      moving += *step != 0;
    }
    if (moving > 1 || condition.uses(problem_.sum.channel))
      return refuse("its guards are no bounds");
  }
  return {};
}

void Finder::choose_words() {
  const VectorUnit &unit = problem_.machine.vector;
  bool as_bytes = unit.byte_products == ByteProducts::by_bytes &&
                  found_.weight.is_signed && found_.weight.zero == no_node;
  found_.steps = as_bytes ? 4 : 2;
  auto constant_taps = [&](const WindowAxis &axis) -> std::optional<int64_t> {
    if (!axis.tap)
      return 1;
    Extent taps = problem_.sum.space.extents[problem_.sum.taps[*axis.tap]];
    return taps.constant ? std::optional(taps.value) : std::nullopt;
  };
  found_.column_taps = constant_taps(problem_.column);
  found_.row_taps = constant_taps(problem_.row);
  if (problem_.channels_last)
    return;
  if (found_.column_taps && found_.words(*found_.column_taps) > most_unrolled)
    found_.column_taps.reset();
  bool is_short =
      found_.column_taps && found_.row_taps &&
      found_.words(*found_.column_taps) * *found_.row_taps <= most_unrolled;
  if (!is_short)
    found_.row_taps.reset();
  bool shares = is_short && *found_.row_taps > problem_.row.stride;
  found_.block_rows = !shares ? 1 : unit.registers >= 32 ? 4 : 2;
}

/// Four lanes read bytes that are close together; or lanes are channels, and
/// words are held in registers.
Status Finder::check_axes() const {
  const WindowAxis &column = problem_.column;
  if (problem_.channels_last) {
    if (!found_.row_taps || !found_.column_taps ||
        !problem_.outer_taps().empty() || *found_.row_taps < 1 ||
        *found_.column_taps < 1 ||
        found_.words(*found_.row_taps) * *found_.column_taps > most_held)
      return refuse("its windows are too large to hold their weights");
    return check_order();
  }
  int64_t reach = (part_lanes - 1) * column.stride +
                  (found_.steps - 1) * std::abs(column.dilation);
  if (reach >= part_bytes)
    return refuse("its columns reach too far");
  return check_order();
}

Status Finder::check_order() const {
  for (const WindowAxis *axis : {&problem_.row, &problem_.column})
    if (axis->dilation < 0)
      return refuse("its windows are reversed");
  return {};
}

} // namespace

Result<ByteWindows> find_byte_windows(const WindowProblem &problem) {
  return Finder(problem).run();
}

} // namespace landfall::kernels
