//===- check_node.cpp -----------------------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "frontend/onnx/importer/check_node.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <tuple>

namespace landfall::frontend {

namespace {

[[noreturn]] void refuse(const std::string &message) {
  throw BuildError(ErrorCode::invalid_model, message);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    size_t end = std::min(text.find(separator), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::pair<std::string_view, std::string_view> halves(std::string_view word,
                                                     char separator) {
  size_t middle = word.find(separator);
  return {word.substr(0, middle), word.substr(middle + 1)};
}

int number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

//===--- Types ------------------------------------------------------------===//

/// "float32", "seq(int64)"; without its end as far as it is not known.
struct TypeText {
  std::string text;
  bool complete = true;

  bool is_one_of(std::span<const std::string_view> types) const {
    return std::any_of(types.begin(), types.end(), [&](auto type) {
      return complete ? type == text : type.starts_with(text);
    });
  }
};

TypeText type_text(const BoxFacts *facts) {
  if (!facts)
    return {"", false};
  auto around = [&](const char *head) -> TypeText {
    TypeText inner = type_text(facts->element.get());
    return {head + inner.text + (inner.complete ? ")" : ""), inner.complete};
  };
  switch (facts->kind) {
  case ValueKind::tensor:
  case ValueKind::unknown_rank:
    return facts->dtype ? TypeText{std::string(name(*facts->dtype))}
                        : TypeText{"", false};
  case ValueKind::sequence:
    return around("seq(");
  case ValueKind::optional:
    return around("optional(");
  case ValueKind::map:
    return {"map"};
  default:
    return {"", false};
  }
}

TypeText type_text(const Any &value) {
  if (value.tensor)
    return {std::string(name(value.tensor.dtype()))};
  return type_text(value.box.facts.get());
}

std::string listed(std::span<const std::string_view> words) {
  std::string text;
  for (size_t k = 0; k < words.size(); ++k)
    text += (k == 0                 ? ""
             : k + 1 < words.size() ? ", "
                                    : " or ") +
            std::string(words[k]);
  return text;
}

//===--- Operands ---------------------------------------------------------===//

struct Formal {
  std::string_view name, type;
  bool optional, repeated, mixed;

  explicit Formal(std::string_view word) {
    std::tie(name, type) = halves(word, ':');
    char last = type.back();
    optional = last == '?' || last == '*';
    repeated = last == '*' || last == '+';
    mixed = type.front() == '~';
    if (optional || repeated)
      type.remove_suffix(1);
    if (mixed)
      type.remove_prefix(1);
  }
};

class OperandCheck {
public:
  OperandCheck(const NodeState &state, const OperatorSchema &schema)
      : state_(state), variables_(split(schema.types, ' ')) {
    auto words = split(schema.operands, ' ');
    auto arrow = std::find(words.begin(), words.end(), "->");
    for (auto word = words.begin(); word != arrow; ++word)
      formals_.emplace_back(*word);
    if (words.back() != "*")
      most_results_ = size_t(number(words.back()));
  }

  void run() {
    check_results();
    size_t count = state_.inputs.size();
    while (count > 0 && !state_.inputs[count - 1])
      --count;
    bool open = !formals_.empty() && formals_.back().repeated;
    if (count > formals_.size() && !open)
      refuse("the node has " + std::to_string(count) + " operands, but " +
             state_.type + " has at most " + std::to_string(formals_.size()));
    for (size_t k = 0; k < std::max(count, formals_.size()); ++k) {
      const Formal &formal = formals_[std::min(k, formals_.size() - 1)];
      bool given = k < count && state_.inputs[k];
      if (given)
        check_type(formal, k);
      else if (!formal.optional)
        refuse(operand(formal, k) + " is required, but the node has none");
    }
  }

private:
  static std::string operand(const Formal &formal, size_t position) {
    return "operand " + std::string(formal.name) + " (number " +
           std::to_string(position) + ")";
  }

  void check_results() const {
    size_t count = state_.proto.output.size();
    while (count > 0 && state_.proto.output[count - 1].empty())
      --count;
    if (count > most_results_)
      refuse("the node has " + std::to_string(count) + " results, but " +
             state_.type + " has at most " + std::to_string(most_results_));
  }

  std::vector<std::string_view> types_of(std::string_view type) const {
    for (std::string_view variable : variables_)
      if (auto [name, set] = halves(variable, '='); name == type)
        type = set;
    bool by_number = type.front() >= '0' && type.front() <= '9';
    return by_number ? split(onnx_types(number(type)), ' ') : split(type, ',');
  }

  void check_type(const Formal &formal, size_t position) {
    TypeText type = type_text(state_.inputs[position]);
    std::vector<std::string_view> types = types_of(formal.type);
    if (!type.is_one_of(types))
      refuse(operand(formal, position) + " is of type " + type.text +
             "; it must be " + listed(types) + later_version(type, position));
    if (formal.mixed || !type.complete)
      return;
    for (const Bound &other : bound_)
      if (other.variable == formal.type && other.type != type.text)
        refuse(operand(formal, position) + " is of type " + type.text +
               ", operand " + std::string(other.operand) + " of type " +
               other.type + "; they must have one type");
    if (types.size() > 1)
      bound_.push_back({formal.type, formal.name, type.text});
  }

  /// Which version of the operator reads such an operand, as the end of a
  /// message: exporters write types that the opset they name lacks.
  std::string later_version(const TypeText &type, size_t position) const {
    std::string_view domain = onnx::canonical_domain(state_.proto.domain);
    int version = next_schema_version(domain, state_.type, state_.version);
    for (; version != 0;
         version = next_schema_version(domain, state_.type, version)) {
      OperandCheck later(state_, *find_schema(domain, state_.type, version));
      if (position < later.formals_.size() &&
          type.is_one_of(later.types_of(later.formals_[position].type)))
        return "; " + state_.type + " of opset " + std::to_string(version) +
               " reads it: export the model at that opset or a later one";
    }
    return "";
  }

  /// A type variable and the first operand that it has a type by.
  struct Bound {
    std::string_view variable, operand;
    std::string type;
  };

  const NodeState &state_;
  std::vector<std::string_view> variables_;
  std::vector<Formal> formals_;
  size_t most_results_ = SIZE_MAX;
  std::vector<Bound> bound_;
};

//===--- Attributes -------------------------------------------------------===//

/// By the number of AttributeProto::Type.
constexpr std::string_view attribute_types[] = {
    "undefined",      "float",      "int",        "string",
    "tensor",         "graph",      "floats",     "ints",
    "strings",        "tensors",    "graphs",     "sparse_tensor",
    "sparse_tensors", "type_proto", "type_protos"};

void check_attribute(const NodeState &state, const ResolvedAttribute &attribute,
                     std::span<const std::string_view> declared) {
  std::string_view name = attribute.name;
  if (name.starts_with("__"))
    return; // A tool's own, by ONNX's convention.
  for (std::string_view word : declared) {
    auto [known, type] = halves(word, ':');
    if (known != name)
      continue;
    if (type.ends_with('!'))
      type.remove_suffix(1);
    auto given = size_t(attribute.proto->type);
    // Files older than the field leave the type undefined.
    if (given != 0 &&
        (given >= std::size(attribute_types) || attribute_types[given] != type))
      refuse("attribute '" + std::string(name) + "' must be of the type " +
             std::string(type));
    return;
  }
  refuse("attribute '" + std::string(name) + "' is none of " + state.type +
         " in this version; export the model again");
}

void check_attributes(const NodeState &state, const OperatorSchema &schema) {
  auto declared = split(schema.attributes, ' ');
  for (const ResolvedAttribute &attribute : state.attributes)
    check_attribute(state, attribute, declared);
  for (std::string_view word : declared) {
    auto [name, type] = halves(word, ':');
    bool given =
        std::any_of(state.attributes.begin(), state.attributes.end(),
                    [&, name = name](const auto &a) { return a.name == name; });
    if (type.ends_with('!') && !given)
      refuse("attribute '" + std::string(name) +
             "' is required, but the node does not have it");
  }
}

} // namespace

void check_node(const NodeState &state, const OperatorSchema &schema) {
  OperandCheck(state, schema).run();
  check_attributes(state, schema);
}

} // namespace landfall::frontend
