//===- size.h - Canonical symbolic integers --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// Every extent in a model is a `Size`: a constant or a canonical expression
// over symbols. Expressions that the normal form can prove equal are the same
// interned node, so that equality is a pointer comparison.
//
// Normal form: a polynomial, sum of integer coefficient x product of atoms,
// sorted; an atom is a symbol or one of floordiv, mod, min, max, broadcast,
// equal, less over normalised arguments. Arithmetic is over the mathematical
// integers; the run-time program computes in int64 and reports overflow.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace landfall::ir {

class SizeContext;
class SizeArena;
struct SizeNode;

/// The operation of a node. `broadcast(a, b)` is b if a is 1, else a (the
/// extent of a broadcast result; its legality is a separate requirement).
/// `equal` and `less` are 0 or 1. floordiv and mod round towards minus
/// infinity; whoever builds them requires the divisor to be non-zero.
enum class SizeKind : uint8_t {
  constant,
  symbol,
  polynomial,
  floordiv,
  mod,
  min,
  max,
  broadcast,
  equal,
  less,
};

/// An inclusive range; the absent bounds are INT64_MIN / INT64_MAX.
struct SizeRange {
  int64_t low;
  int64_t high;
};

/// A symbolic integer. Cheap to copy; valid while its SizeContext lives.
/// Constants need no context, so `Size n = 4` works anywhere.
class Size {
public:
  Size() = default;
  template <std::integral T>
  Size(T value) : value_(static_cast<int64_t>(value)) {}
  bool is_constant() const { return node_ == nullptr; }
  std::optional<int64_t> constant() const {
    return is_constant() ? std::optional(value_) : std::nullopt;
  }
  /// Same canonical expression. False means "not provably equal".
  friend bool operator==(const Size &a, const Size &b) = default;

  SizeKind kind() const;
  SizeRange range() const;
  /// Canonical text, e.g. "2*H + floordiv(W + 1, 2) - 1".
  std::string str() const;
  const SizeNode *node() const { return node_; }

private:
  friend class SizeArena;
  explicit Size(const SizeNode *node) : node_(node) {}
  const SizeNode *node_ = nullptr;
  int64_t value_ = 0;
};

// A constant result that int64 cannot hold and a division by the constant 0
// throw a BuildError (base/build_error.h); nothing else here throws. Symbolic
// results whose coefficients overflow are kept as unsimplified expressions.
Size operator+(Size a, Size b);
Size operator-(Size a, Size b);
Size operator*(Size a, Size b);
Size floordiv(Size a, Size b);
Size ceildiv(Size a, Size b);
Size mod(Size a, Size b);
Size min(Size a, Size b);
Size max(Size a, Size b);
Size broadcast(Size a, Size b);
Size equal(Size a, Size b);
Size less(Size a, Size b);
/// `condition` is 0 or 1.
Size select(Size condition, Size if_true, Size if_false);
/// ONNX integer division: towards zero.
Size truncdiv(Size a, Size b);
Size product(std::span<const Size> sizes);

bool known_equal(Size a, Size b);
/// Provably a >= b (from ranges and the normal form).
bool known_ge(Size a, Size b);
/// Provably different for every legal value of the symbols.
bool known_different(Size a, Size b);

/// Owns all nodes of one model. Not thread-safe: one per compilation.
class SizeContext {
public:
  SizeContext();
  ~SizeContext();
  SizeContext(const SizeContext &) = delete;
  SizeContext &operator=(const SizeContext &) = delete;

  /// A fresh symbol; `name` is made unique by a suffix if it is taken.
  Size symbol(std::string_view name, SizeRange range = {0, INT64_MAX});
  /// The symbol with exactly this name, or nullopt.
  std::optional<Size> find_symbol(std::string_view name) const;
  /// Parses what `str()` prints; nullopt on bad text or unknown symbols.
  std::optional<Size> parse(std::string_view text);

private:
  std::unique_ptr<SizeArena> arena_;
};

/// One step of an expression's evaluation, in dependency order: what the
/// program lowering turns into register instructions. `a` and `b` are step
/// numbers; leaves carry a constant or a symbol.
struct SizeStep {
  enum class Op : uint8_t {
    constant,
    symbol,
    add,
    mul,
    floordiv,
    mod,
    min,
    max,
    broadcast,
    equal,
    less
  };
  Op op;
  int a = -1;
  int b = -1;
  int64_t constant = 0;
  Size symbol = 0;
};
std::vector<SizeStep> steps(Size size);

/// The distinct symbols an expression mentions, in order of first mention.
std::vector<Size> symbols(Size size);

using Shape = std::vector<Size>;
/// A tensor has no more: those of a package's kernels, with room to spare.
inline constexpr size_t most_dimensions = 64;
std::string to_string(const Shape &shape);

} // namespace landfall::ir
