//===- reopening.cpp - An import with free extents ------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/reopen/reopening.h"

#include "frontend/onnx/reopen/rules.h"
#include "frontend/onnx/reopen/table.h"
#include "onnx_format/tensor_data.h"

#include <algorithm>

namespace landfall::frontend {

static Error baked_error(const std::string &what, const std::string &why) {
  return {ErrorCode::unsupported,
          what + " " + why +
              "; the extents cannot be free: export the model with dynamic "
              "axes"};
}

Reopening::Reopening(Builder &b, std::span<const DynamicInput> inputs,
                     const Interpretation &interpretation)
    : b_(b), inputs_(inputs), interpretation_(interpretation),
      found_(inputs.size()) {
  b.observe_requirements([this](Size condition, const std::string &message) {
    see_requirement(condition, message);
  });
}

std::optional<std::string> Reopening::unknown_input() const {
  for (size_t k = 0; k < found_.size(); ++k)
    if (!found_[k])
      return inputs_[k].name;
  return std::nullopt;
}

//===--- Inputs -----------------------------------------------------------===//

static BuildError wrong_input(const std::string &name, const std::string &why) {
  return {ErrorCode::invalid_argument,
          "dynamic: the model's input '" + name + "' " + why};
}

static void free_dim(const std::string &name, size_t axis, SignatureDim &dim,
                     const DynamicDim &wanted) {
  std::string place = "dimension " + std::to_string(axis);
  if (wanted.fixed) {
    if (dim.fixed >= 0 && dim.fixed != *wanted.fixed)
      throw wrong_input(name, "has the extent " + std::to_string(dim.fixed) +
                                  " in " + place + ", not " +
                                  std::to_string(*wanted.fixed));
    if (dim.fixed < 0)
      throw wrong_input(name, "is free in " + place +
                                  " and cannot be given the extent " +
                                  std::to_string(*wanted.fixed) + "; give ?");
    return;
  }
  if (dim.fixed < 0)
    return; // It is free, and has its name.
  dim.fixed = -1;
  dim.symbol = wanted.name;
}

void Reopening::declare(SignatureValue &input) {
  for (size_t k = 0; k < inputs_.size(); ++k) {
    const DynamicInput &wanted = inputs_[k];
    if (!wanted.name.empty() && wanted.name != input.name)
      continue;
    if (found_[k])
      throw BuildError(ErrorCode::invalid_argument,
                       "dynamic: the model has several inputs; name the one "
                       "that the extents belong to");
    found_[k] = true;
    if (wanted.dims.size() != input.dims.size())
      throw wrong_input(input.name, "has " + std::to_string(input.dims.size()) +
                                        " dimensions, not " +
                                        std::to_string(wanted.dims.size()));
    exported_.clear();
    for (size_t d = 0; d < input.dims.size(); ++d) {
      exported_.push_back(wanted.dims[d].fixed ? -1 : input.dims[d].fixed);
      free_dim(input.name, d, input.dims[d], wanted.dims[d]);
    }
    return;
  }
}

void Reopening::bind(const SignatureValue &input, Tensor value) {
  for (size_t d = 0; d < exported_.size(); ++d) {
    if (exported_[d] < 0)
      continue;
    Size symbol = value.dim(static_cast<int>(d));
    if (extents.exported(symbol).value_or(exported_[d]) != exported_[d])
      throw wrong_input(input.name,
                        "has the extent " + std::to_string(exported_[d]) +
                            " in dimension " + std::to_string(d) +
                            ", but another extent with the name '" +
                            input.dims[d].symbol + "' is " +
                            std::to_string(*extents.exported(symbol)));
    extents.open(symbol, exported_[d]);
  }
  exported_.clear();
}

//===--- Nodes ------------------------------------------------------------===//

void Reopening::before(NodeState &node) {
  constants_ = constants_text(node);
  node_ = onnx::model_node(node.proto);
  node_.opset = node.version;
  check_attributes(*this, node);
  auto operands = [&] {
    std::vector<void *> list;
    for (const Any &input : node.inputs)
      list.push_back(input.tensor ? input.tensor.opaque() : nullptr);
    return list;
  };
  auto before = operands();
  apply_rule(*this, node);
  readings_ += operands() != before;
}

void Reopening::after(NodeState &node) {
  note_results(*this, node);
  size_t known = extents.met_count();
  for (const Any &output : node.outputs)
    if (output.tensor)
      extents.see(output.tensor.shape());
  if (extents.met_count() != known || node.type == "Reshape" ||
      node.type == "Flatten")
    numbers_.reset();
}

void Reopening::see_requirement(Size condition, const std::string &message) {
  Extents::Probes broken;
  for (int probe = 0; probe < Extents::probes; ++probe)
    broken[static_cast<size_t>(probe)] = extents.at(probe, condition) == 0;
  for (size_t probe = 0; probe < depths_.size(); ++probe)
    if (broken[probe] && !failures_[probe])
      depths_[probe] = questions_.size();
  failures_ |= broken;
  // What holds at no multiple of the exported size pins the size; what holds at
  // some is left to the run, which checks it.
  if ((broken & Extents::all_multiples()) != Extents::all_multiples())
    return;
  std::string who =
      constants_.empty() ? "" : " with its constant " + constants_;
  throw BuildError(ErrorCode::unsupported,
                   message + ", which" + who +
                       " holds at the exported size only; the extents cannot "
                       "be free: export the model with dynamic axes");
}

//===--- For the rules ----------------------------------------------------===//

static BuildError undecided(const Question &question) {
  std::string list;
  for (const std::string &reading : question.readings)
    list += (list.empty() ? "" : " or ") + reading;
  return {ErrorCode::unsupported, question.what + " may stand for " + list};
}

Shape Reopening::choose(const NodeState &node, const std::string &what,
                        std::vector<Shape> readings) {
  std::vector<Shape> distinct;
  for (Shape &reading : readings)
    if (std::ranges::find(distinct, reading) == distinct.end())
      distinct.push_back(std::move(reading));
  if (distinct.size() == 1)
    return distinct[0];
  const onnx::NodeProto &proto = node.proto;
  std::string place = proto.output.empty() ? "" : std::string(proto.output[0]);
  ModelNode model_node = onnx::model_node(proto);
  model_node.opset = node.version;
  Question asked = question(extents, interpretation_, place + " " + what,
                            model_node, what, distinct);
  constexpr size_t most_readings = 12;
  if (distinct.size() > most_readings)
    throw undecided(asked);
  const Shape &taken = distinct[asked.taken];
  auto agreeing = interpretation_.agreeing.find(asked.key);
  for (size_t k = 0;
       agreeing != interpretation_.agreeing.end() && k < distinct.size(); ++k) {
    if (std::ranges::find(agreeing->second, asked.readings[k]) ==
        agreeing->second.end())
      continue;
    for (size_t d = 0; d < taken.size(); ++d)
      b_.require(equal(taken[d], distinct[k][d]),
                 what + " may stand for " + asked.readings[asked.taken] +
                     " or " + asked.readings[k] +
                     ", which differ at this size");
  }
  bool is_known = std::ranges::any_of(
      questions_, [&](const Question &q) { return q.key == asked.key; });
  if (!is_known)
    questions_.push_back(asked);
  return taken;
}

Size Reopening::choose(const NodeState &node, const std::string &what,
                       const std::vector<Size> &readings) {
  std::vector<Shape> shapes;
  for (Size reading : readings)
    shapes.push_back({reading});
  return choose(node, what, std::move(shapes))[0];
}

std::optional<std::vector<Size>> Reopening::sizes_of(const NodeState &node,
                                                     size_t position) const {
  if (position >= node.inputs.size() || !node.inputs[position].tensor)
    return std::nullopt;
  return b_.contents(node.inputs[position].tensor);
}

bool Reopening::is_table(Tensor constant, const Shape &target) const {
  return table_fit(extents, constant, target, interpretation_.has_positions)
      .has_value();
}

Tensor Reopening::reopened_table(Tensor constant, const Shape &target) {
  auto fit =
      table_fit(extents, constant, target, interpretation_.has_positions);
  if (!fit)
    return {};
  has_positions_ |= fit->has_positions;
  for (Size condition : fit->conditions)
    b_.require(condition, "a table of positions that was computed from the "
                          "exported size has several readings, which differ "
                          "at this size");
  if (fit->doubtful)
    doubt("a constant of shape " + to_string(constant.shape()),
          "holds " + std::to_string(*fit->doubtful) +
              ", which may be a part of a free extent");
  return table_of(extents, constant, target, *fit);
}

void Reopening::note_sum(Tensor sum, int64_t count) {
  sums_[sum.opaque()].insert(count);
}

std::set<int64_t> Reopening::summed(Tensor x) const {
  auto found = sums_.find(x.opaque());
  return found == sums_.end() ? std::set<int64_t>() : found->second;
}

const SizeNumbers &Reopening::numbers() {
  if (!numbers_)
    numbers_.emplace(extents);
  return *numbers_;
}

void Reopening::set_text(NodeState &node, const char *name, const char *value) {
  onnx::AttributeProto &attribute = attributes_.emplace_back();
  attribute.name = name;
  attribute.type = onnx::AttributeProto::Type::string;
  attribute.s = value;
  std::erase_if(node.attributes, [&](const ResolvedAttribute &other) {
    return other.name == attribute.name;
  });
  node.attributes.push_back({attribute.name, &attribute, &node.scope});
}

void Reopening::require_same_padding(const NodeState &node, Size condition) {
  ModelNode place = onnx::model_node(node.proto);
  place.opset = node.version;
  paddings_.push_back({place, condition});
}

void Reopening::doubt(const std::string &what, const std::string &why) {
  if (doubt_)
    return;
  doubt_ = baked_error(what, why);
  doubt_->at(node_);
}

void Reopening::finish() {
  if (explicit_padding_)
    return;
  for (const Padding &padding : paddings_) {
    b_.set_origin(padding.node);
    b_.require(padding.condition,
               "its padding may have been computed from the exported size, and "
               "would be another at this size");
  }
}

void refuse_baked(const NodeState &node, const std::string &what,
                  const std::string &why) {
  (void)node;
  throw BuildError(baked_error(what, why));
}

std::string constants_text(const NodeState &node) {
  std::string text;
  for (size_t k = 0; k < node.inputs.size(); ++k) {
    Tensor tensor = node.inputs[k].tensor;
    if (!tensor || !node.context.b.constant_data(tensor))
      continue;
    text += (text.empty() ? "'" : ", '") + std::string(node.proto.input[k]) +
            "' of shape " + to_string(tensor.shape());
  }
  return text;
}

} // namespace landfall::frontend
