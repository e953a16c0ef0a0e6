//===- size_text.cpp - Sizes as text and back ------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
//   size    = ["{" sum {";" sum} "}"] sum
//   sum     = ["-"] term {("+" | "-") term}
//   term    = factor {"*" factor}
//   factor  = number | symbol | function "(" sum "," sum ")" | "(" sum ")"
//           | "$" number
//   symbol  = identifier, or any text between double quotes with \ as escape
//
// $n is the n-th of the shared expressions in braces, which may use those
// before it. Long texts name what they mention more than once, so that the
// length stays linear in the number of distinct expressions.
//
//===----------------------------------------------------------------------===//
#include "base/build_error.h"
#include "ir/size/size_node.h"

#include <algorithm>
#include <cctype>

namespace landfall::ir {

namespace {

struct Function {
  SizeKind kind;
  std::string_view name;
  Size (*make)(Size, Size);
};

std::span<const Function> functions() {
  static constexpr Function list[] = {
      {SizeKind::floordiv, "floordiv", floordiv},
      {SizeKind::mod, "mod", mod},
      {SizeKind::min, "min", min},
      {SizeKind::max, "max", max},
      {SizeKind::broadcast, "broadcast", broadcast},
      {SizeKind::equal, "equal", equal},
      {SizeKind::less, "less", less},
  };
  return list;
}

bool starts_identifier(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_';
}
bool continues_identifier(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.';
}

bool is_plain_name(std::string_view name) {
  if (name.empty() || !starts_identifier(name[0]))
    return false;
  for (char c : name)
    if (!continues_identifier(c))
      return false;
  for (const Function &function : functions())
    if (function.name == name)
      return false;
  return true;
}

void print_name(std::string_view name, std::string &out) {
  if (is_plain_name(name)) {
    out += name;
    return;
  }
  out += '"';
  for (char c : name) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  out += '"';
}

/// Which function atoms of an expression to print once, in front.
class SharedAtoms {
public:
  explicit SharedAtoms(Size size) {
    visit(size);
    for (const SizeNode *atom : order_)
      if (length_ > longest_plain && is_shared(atom)) {
        number_.emplace(atom, int(list_.size()));
        list_.push_back(atom);
      }
  }

  /// Users stand behind what they use.
  const std::vector<const SizeNode *> &list() const { return list_; }
  /// The number of a shared atom, or -1.
  int number(const SizeNode *atom) const {
    auto found = number_.find(atom);
    return found == number_.end() ? -1 : found->second;
  }

private:
  static constexpr double longest_plain = 64;
  static constexpr int deepest_plain = 32;

  struct Use {
    int count = 0;
    int depth = 1;     ///< Function atoms on the way down, shared ones cut.
    double length = 1; ///< Function atoms in the plain text.
  };

  bool is_shared(const SizeNode *atom) const {
    const Use &use = uses_.at(atom);
    return use.count > 1 || use.depth % deepest_plain == 0;
  }

  /// The use of everything below `size`, which is added to the tables.
  Use visit(Size size) {
    Use total{.count = 0, .depth = 0, .length = 0};
    for (const Term &term : polynomial_of(size).terms)
      for (const SizeNode *atom : term.atoms) {
        if (atom->kind == SizeKind::symbol)
          continue;
        const Use &use = visit_atom(atom);
        total.depth = std::max(total.depth, use.depth);
        total.length += use.length;
      }
    length_ = total.length;
    return total;
  }

  const Use &visit_atom(const SizeNode *atom) {
    if (auto found = uses_.find(atom); found != uses_.end()) {
      ++found->second.count;
      return found->second;
    }
    Use a = visit(atom->args[0]), b = visit(atom->args[1]);
    order_.push_back(atom);
    return uses_[atom] = {.count = 1,
                          .depth = 1 + std::max(a.depth, b.depth),
                          .length = 1 + a.length + b.length};
  }

  std::unordered_map<const SizeNode *, Use> uses_;
  std::vector<const SizeNode *> order_;
  double length_ = 0;
  std::vector<const SizeNode *> list_;
  std::unordered_map<const SizeNode *, int> number_;
};

class SizePrinter {
public:
  std::string run(Size size) {
    SharedAtoms shared(size);
    for (const SizeNode *atom : shared.list()) {
      out_ += out_.empty() ? "{" : "; ";
      print_function(*atom);
      names_.emplace(atom, shared.number(atom));
    }
    if (!out_.empty())
      out_ += "} ";
    print(size);
    return std::move(out_);
  }

private:
  void print(Size size) {
    if (auto value = size.constant()) {
      out_ += std::to_string(*value);
      return;
    }
    if (size.node()->is_atom())
      return print_atom(*size.node());
    bool is_first = true;
    for (const Term &term : size.node()->polynomial.terms) {
      print_term(term, is_first);
      is_first = false;
    }
  }

  void print_atom(const SizeNode &atom) {
    if (atom.kind == SizeKind::symbol)
      print_name(atom.name, out_);
    else if (auto found = names_.find(&atom); found != names_.end())
      out_ += "$" + std::to_string(found->second);
    else
      print_function(atom);
  }

  void print_function(const SizeNode &atom) {
    bool is_opaque = atom.kind == SizeKind::polynomial;
    for (const Function &function : functions())
      if (function.kind == atom.kind)
        out_ += function.name;
    out_ += is_opaque ? "((" : "(";
    print(atom.args[0]);
    out_ += !is_opaque                             ? ", "
            : atom.opaque == SizeNode::Opaque::sum ? ") + ("
                                                   : ") * (";
    print(atom.args[1]);
    out_ += is_opaque ? "))" : ")";
  }

  void print_term(const Term &term, bool is_first) {
    bool is_negative = term.coefficient < 0;
    out_ += is_first ? (is_negative ? "-" : "") : (is_negative ? " - " : " + ");
    uint64_t magnitude =
        is_negative ? -uint64_t(term.coefficient) : uint64_t(term.coefficient);
    bool needs_star = false;
    if (magnitude != 1 || term.atoms.empty()) {
      out_ += std::to_string(magnitude);
      needs_star = true;
    }
    for (const SizeNode *atom : term.atoms) {
      if (needs_star)
        out_ += '*';
      print_atom(*atom);
      needs_star = true;
    }
  }

  std::string out_;
  std::unordered_map<const SizeNode *, int> names_;
};

/// Recursive descent; every function gives nullopt on bad text.
class SizeParser {
public:
  SizeParser(const SizeArena &arena, std::string_view text)
      : arena_(arena), text_(text) {}

  std::optional<Size> parse_all() {
    if (accept('{') && !parse_shared())
      return std::nullopt;
    auto size = parse_sum();
    return size && peek() == '\0' && text_.empty() ? size : std::nullopt;
  }

private:
  static constexpr int deepest = 1000;

  char peek() {
    while (!text_.empty() && text_[0] == ' ')
      text_.remove_prefix(1);
    return text_.empty() ? '\0' : text_[0];
  }

  bool accept(char c) {
    if (peek() != c || text_.empty())
      return false;
    text_.remove_prefix(1);
    return true;
  }

  bool parse_shared() {
    do {
      auto size = parse_sum();
      if (!size)
        return false;
      shared_.push_back(*size);
    } while (accept(';'));
    return accept('}');
  }

  std::optional<Size> parse_sum() {
    if (++depth_ > deepest)
      return std::nullopt;
    auto sum = parse_term(accept('-'));
    while (sum) {
      bool is_minus = peek() == '-';
      if (!accept('+') && !accept('-'))
        break;
      auto term = parse_term(is_minus);
      sum = term ? std::optional(*sum + *term) : std::nullopt;
    }
    --depth_;
    return sum;
  }

  std::optional<Size> parse_term(bool is_negative) {
    bool is_number = std::isdigit(static_cast<unsigned char>(peek()));
    auto term = is_number ? parse_number(is_negative) : parse_factor();
    if (term && is_negative && !is_number)
      term = *term * -1;
    while (term && accept('*')) {
      auto factor = parse_factor();
      term = factor ? std::optional(*term * *factor) : std::nullopt;
    }
    return term;
  }

  std::optional<Size> parse_number(bool is_negative) {
    int64_t value = 0;
    while (!text_.empty() &&
           std::isdigit(static_cast<unsigned char>(text_[0]))) {
      int digit = is_negative ? '0' - text_[0] : text_[0] - '0';
      if (__builtin_mul_overflow(value, 10, &value) ||
          __builtin_add_overflow(value, digit, &value))
        return std::nullopt;
      text_.remove_prefix(1);
    }
    return value;
  }

  std::optional<Size> parse_factor() {
    char c = peek();
    if (std::isdigit(static_cast<unsigned char>(c)))
      return parse_number(false);
    if (accept('(')) {
      auto inner = parse_sum();
      return accept(')') ? inner : std::nullopt;
    }
    if (accept('$')) {
      auto number = parse_number(false);
      bool is_known = number && *number->constant() < int64_t(shared_.size());
      return is_known ? std::optional(shared_[size_t(*number->constant())])
                      : std::nullopt;
    }
    if (c == '"')
      return parse_quoted();
    if (!starts_identifier(c))
      return std::nullopt;
    size_t length = 1;
    while (length < text_.size() && continues_identifier(text_[length]))
      ++length;
    std::string_view word = text_.substr(0, length);
    text_.remove_prefix(length);
    for (const Function &function : functions())
      if (function.name == word)
        return parse_call(function);
    return arena_.find_symbol(word);
  }

  std::optional<Size> parse_call(const Function &function) {
    if (!accept('('))
      return std::nullopt;
    auto a = parse_sum();
    if (!a || !accept(','))
      return std::nullopt;
    auto b = parse_sum();
    if (!b || !accept(')'))
      return std::nullopt;
    return function.make(*a, *b);
  }

  std::optional<Size> parse_quoted() {
    std::string name;
    for (size_t i = 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        text_.remove_prefix(i + 1);
        return arena_.find_symbol(name);
      }
      if (text_[i] == '\\')
        ++i;
      if (i == text_.size())
        break;
      name += text_[i];
    }
    return std::nullopt;
  }

  const SizeArena &arena_;
  std::string_view text_;
  std::vector<Size> shared_;
  int depth_ = 0;
};

} // namespace

std::string Size::str() const { return SizePrinter().run(*this); }

std::string to_string(const Shape &shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i)
    out += (i ? ", " : "") + shape[i].str();
  return out + "]";
}

std::optional<Size> SizeContext::parse(std::string_view text) {
  try {
    return SizeParser(*arena_, text).parse_all();
  } catch (const BuildError &) { // Overflow or division by zero.
    return std::nullopt;
  }
}

} // namespace landfall::ir
