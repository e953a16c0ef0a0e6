//===- window_sum.cpp - Sums of windows, by channel -----------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "kernel_analysis/contraction/window_sum.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <set>

namespace landfall::analysis {

namespace {

Error refuse(const std::string &reason) {
  return {ErrorCode::unsupported, reason};
}

bool is_one(const Extent &extent) { return extent == Extent{true, 1}; }

class Finder {
public:
  explicit Finder(const Kernel &kernel) : kernel_(kernel) {}

  Result<WindowSum> run();

private:
  /// A factor, and the forms of all index expressions that it uses.
  struct Reading {
    WindowFactor factor;
    std::vector<Affine> forms;
    std::set<uint32_t> variables;
  };

  const Node &at(NodeId id) const { return kernel_.nodes[id]; }
  uint32_t rank() const { return uint32_t(kernel_.loops.size()); }
  Status find_fold();
  Status enter(NodeId loop, NodeId outer_carried);
  Status read_term(const Block &block, NodeId carried);
  Result<Reading> read(NodeId factor) const;
  Status visit(NodeId id, Reading &reading, std::set<NodeId> &seen) const;
  Status assign(Reading a, Reading b);
  Status assign_unweighted(Reading data);
  Status expect_all_loops(const Reading &data) const;
  Status pair_axes(const std::vector<Affine> &forms);
  Status pair(const Affine &form, std::vector<WindowAxis> &of_tap) const;
  bool keeps_to(const WindowAxis &axis, const Affine &form) const;

  const Kernel &kernel_;
  WindowSum sum_;
  /// The factors of the term; the second one is absent without weights.
  NodeId term_[2] = {no_node, no_node};
};

/// The body's only node with a block must be the fold.
Status Finder::find_fold() {
  for (NodeId id : kernel_.body.nodes) {
    const Node &node = at(id);
    if (node.kind == NodeKind::check)
      return refuse("it has checks");
    if (node.blocks.empty())
      continue;
    if (node.kind != NodeKind::loop || sum_.fold != no_node)
      return refuse("it has control flow besides one sum");
    sum_.fold = id;
  }
  if (sum_.fold == no_node)
    return refuse("it has no sum");
  return {};
}

/// One loop of the nest of folds.
Status Finder::enter(NodeId id, NodeId outer_carried) {
  const Node &loop = at(id);
  if (loop.kind != NodeKind::loop || loop.args.size() != 3)
    return refuse("it has no plain sum");
  const Node &low = at(loop.args[0]), &high = at(loop.args[1]);
  const Node &init = at(loop.args[2]);
  bool from_zero = low.kind == NodeKind::constant && low.bits == 0;
  bool plain = high.kind == NodeKind::constant || high.kind == NodeKind::size;
  if (!from_zero || !plain)
    return refuse("a sum's bounds are computed");
  bool continues = outer_carried == no_node ? init.kind == NodeKind::constant
                                            : loop.args[2] == outer_carried;
  if (!continues)
    return refuse("its sum does not begin at a constant");
  if (outer_carried == no_node)
    sum_.init = loop.args[2];
  const Block &block = loop.blocks[0];
  sum_.space.params.push_back(block.params[0]);
  sum_.space.extents.push_back(high.kind == NodeKind::constant
                                   ? Extent{true, int64_t(high.bits)}
                                   : Extent{false, int64_t(high.index)});
  const Node &yield = at(block.yields[0]);
  sum_.type = yield.type;
  if (yield.kind == NodeKind::result)
    return enter(yield.args[0], block.params[1]);
  return read_term(block, block.params[1]);
}

Status Finder::read_term(const Block &block, NodeId carried) {
  const Node &yield = at(block.yields[0]);
  if (yield.kind != NodeKind::scalar)
    return refuse("it is no sum");
  if (yield.op == ScalarOp::fma && yield.args[2] == carried) {
    term_[0] = yield.args[0], term_[1] = yield.args[1];
    return {};
  }
  if (yield.op != ScalarOp::add && yield.op != ScalarOp::min &&
      yield.op != ScalarOp::max)
    return refuse("it is no sum");
  size_t side = yield.args[0] == carried ? 0 : 1;
  if (yield.args[side] != carried)
    return refuse("it is no sum");
  sum_.join = yield.op;
  term_[0] = yield.args[1 - side];
  const Node &term = at(term_[0]);
  if (yield.op == ScalarOp::add && term.kind == NodeKind::scalar &&
      term.op == ScalarOp::mul)
    term_[0] = term.args[0], term_[1] = term.args[1];
  return {};
}

Result<Finder::Reading> Finder::read(NodeId factor) const {
  Reading reading;
  reading.factor.value = factor;
  std::set<NodeId> seen;
  TRY(visit(factor, reading, seen));
  for (const Affine &form : reading.forms)
    for (const auto &[variable, coefficient] : form.terms)
      reading.variables.insert(variable);
  return reading;
}

Status Finder::visit(NodeId id, Reading &reading,
                     std::set<NodeId> &seen) const {
  if (!seen.insert(id).second)
    return {};
  const Node &node = at(id);
  AffineReader affine(kernel_, sum_.space);
  if (std::optional<Affine> form = affine.read(id)) {
    reading.forms.push_back(*form);
    return {};
  }
  if (node.kind == NodeKind::constant || node.kind == NodeKind::size)
    return {};
  if (node.kind != NodeKind::scalar && node.kind != NodeKind::load)
    return refuse("a factor is more than an expression of indices");
  for (NodeId arg : node.args)
    TRY(visit(arg, reading, seen));
  if (node.kind == NodeKind::scalar)
    return {};
  WindowLoad load{id, {}, std::vector<Affine>{}, false};
  std::optional<Affine> offset = affine.offset(node);
  if (!offset)
    return refuse("a factor is loaded from an index that is not affine");
  load.offset = *offset;
  size_t dims = kernel_.operands[node.index].dims.size();
  load.guarded = node.args.size() > dims;
  if (load.guarded)
    load.conditions = affine.conditions(node.args[dims]);
  reading.factor.loads.push_back(std::move(load));
  return {};
}

/// Decides which factor is the weight: the one that, of the result's loops,
/// uses the channel alone.
Status Finder::assign(Reading a, Reading b) {
  auto loops = [&](const Reading &reading) {
    return std::count_if(reading.variables.begin(), reading.variables.end(),
                         [&](uint32_t v) { return v < rank(); });
  };
  if (loops(a) != 1)
    std::swap(a, b);
  if (loops(a) != 1 || loops(b) < 2)
    return refuse("no factor depends on one result loop alone, the channel");
  if (at(sum_.init).bits != 0)
    return refuse("its sum does not begin at 0");
  sum_.channel = *a.variables.begin();
  TRY(expect_all_loops(b));
  sum_.weight = std::move(a.factor);
  sum_.data = std::move(b.factor);
  return pair_axes(b.forms);
}

/// Unless windows move along the last loop and are guarded, plain loops with
/// that one in their lanes read all data as it lies.
Status Finder::assign_unweighted(Reading data) {
  TRY(expect_all_loops(data));
  if (std::none_of(data.factor.loads.begin(), data.factor.loads.end(),
                   [](const WindowLoad &load) { return load.guarded; }))
    return refuse("without weights or edges, its windows are read in place");
  auto slides = [&](uint32_t loop) {
    return std::any_of(
        data.forms.begin(), data.forms.end(), [&](const Affine &form) {
          return form.uses(loop) &&
                 std::any_of(sum_.taps.begin(), sum_.taps.end(),
                             [&](uint32_t tap) { return form.uses(tap); });
        });
  };
  uint32_t channel = rank();
  for (uint32_t v = 0; v < rank(); ++v)
    if (!is_one(sum_.space.extents[v]) && !slides(v))
      channel = v;
  if (rank() == 0 || channel >= rank() - 1 || !slides(rank() - 1))
    return refuse("without weights, its windows do not move along rows");
  sum_.channel = channel;
  sum_.data = std::move(data.factor);
  return pair_axes(data.forms);
}

Status Finder::expect_all_loops(const Reading &data) const {
  for (uint32_t v = 0; v < sum_.space.params.size(); ++v)
    if (!is_one(sum_.space.extents[v]) && !data.variables.contains(v))
      return refuse("the data does not depend on all loops");
  return {};
}

/// If the form is a position of one loop and one tap, sets the tap's axis.
Status Finder::pair(const Affine &form, std::vector<WindowAxis> &of_tap) const {
  std::optional<uint32_t> loop, tap;
  int loops = 0, taps = 0;
  for (const auto &[variable, coefficient] : form.terms) {
    if (variable == sum_.channel)
      continue;
    (variable < rank() ? loop : tap) = variable;
    ++(variable < rank() ? loops : taps);
  }
  if (loops != 1 || taps != 1)
    return {};
  auto number = std::find(sum_.taps.begin(), sum_.taps.end(), *tap);
  WindowAxis &axis = of_tap[size_t(number - sum_.taps.begin())];
  if (axis.loop)
    return {};
  std::optional<int64_t> stride = form.coefficient(*loop).constant();
  std::optional<int64_t> dilation = form.coefficient(*tap).constant();
  if (!stride || !dilation)
    return {};
  int64_t divisor = std::gcd(*stride, *dilation) * (*stride < 0 ? -1 : 1);
  axis.loop = loop;
  axis.stride = *stride / divisor;
  axis.dilation = *dilation / divisor;
  if (axis.stride != 1 && std::abs(axis.dilation) != 1)
    return refuse("a window has both a stride and a dilation");
  return {};
}

/// Whether the form depends on the axis through its position alone.
bool Finder::keeps_to(const WindowAxis &axis, const Affine &form) const {
  if (!axis.loop || !axis.tap)
    return true;
  return form.coefficient(*axis.loop) * SizePolynomial(axis.dilation) ==
         form.coefficient(sum_.taps[*axis.tap]) * SizePolynomial(axis.stride);
}

Status Finder::pair_axes(const std::vector<Affine> &forms) {
  std::vector<WindowAxis> of_tap(sum_.taps.size());
  for (uint32_t t = 0; t < of_tap.size(); ++t)
    of_tap[t].tap = t;
  for (const Affine &form : forms)
    TRY(pair(form, of_tap));
  for (uint32_t v = 0; v < rank(); ++v) {
    if (v == sum_.channel || is_one(sum_.space.extents[v]))
      continue;
    auto has_loop = [&](const WindowAxis &axis) { return axis.loop == v; };
    if (std::count_if(of_tap.begin(), of_tap.end(), has_loop) > 1)
      return refuse("two taps move along one loop");
    auto found = std::find_if(of_tap.begin(), of_tap.end(), has_loop);
    sum_.axes.push_back(found == of_tap.end() ? WindowAxis{v, {}, 1, 1}
                                              : *found);
  }
  for (const WindowAxis &axis : of_tap)
    if (!axis.loop)
      sum_.axes.push_back(axis);
  for (const Affine &form : forms)
    for (const WindowAxis &axis : sum_.axes)
      if (!keeps_to(axis, form))
        return refuse("the data depends on more than a window's position");
  return {};
}

Result<WindowSum> Finder::run() {
  if (kernel_.kind != KernelClass::map)
    return refuse("it is not a map");
  TRY(find_fold());
  sum_.space = {kernel_.body.params, kernel_.loops};
  TRY(enter(sum_.fold, no_node));
  for (uint32_t v = rank(); v < sum_.space.params.size(); ++v)
    if (!is_one(sum_.space.extents[v]))
      sum_.taps.push_back(v);
  if (sum_.taps.empty())
    return refuse("it sums one product");
  Reading first = TRY(read(term_[0]));
  if (term_[1] == no_node)
    TRY(assign_unweighted(std::move(first)));
  else
    TRY(assign(std::move(first), TRY(read(term_[1]))));
  return std::move(sum_);
}

} // namespace

Result<WindowSum> find_window_sum(const Kernel &kernel) {
  return Finder(kernel).run();
}

} // namespace landfall::analysis
