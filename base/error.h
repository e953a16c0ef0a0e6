//===- error.h - Errors with their place -----------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// An error is data: a code, the reason as text, the place in the model, and the
// values of the sizes involved. Code that knows a part of the place adds it as
// the error propagates: a message is for people. The whole text is made by
// `render`, only at the interfaces to users (C, Python, command line).
//
// A reason is one clause in LLVM's style: it starts in lower case, has no full
// stop, and puts what to do after a semicolon.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace landfall {

/// What kind of thing went wrong. The command line maps each to an exit code,
/// the C ABI to an `lf_status`; the numbers are part of both and never change.
enum class ErrorCode : int {
  invalid_argument = 1, ///< The caller's input, option or shape is wrong.
  invalid_model = 2,    ///< The model file breaks ONNX's rules.
  unsupported = 3,      ///< Legal, but nothing here implements it (yet).
  invalid_package = 4,  ///< The .lfm is damaged, truncated or too new.
  io = 5,               ///< The operating system refused a file operation.
  out_of_memory = 6,    ///< An allocation failed.
  run_failed = 7,       ///< A check inside the model failed on this input.
  device = 8,           ///< A device or its driver failed.
  internal = 9,         ///< Our own bug; the message asks for a report.
  cancelled = 10,       ///< By the caller, or a time limit of the run.
};

/// "invalid_argument": the enumerator's own name, for programs.
std::string_view name(ErrorCode code);

/// A node of a model, as its author can find it.
struct ModelNode {
  /// The node's name; the name of its first output if it has none.
  std::string name = {};
  bool named_by_output = false;
  /// The operator's type, after its domain where that is not ONNX's own:
  /// "Conv", "com.microsoft.Gelu".
  std::string op = {};
  int opset = 0; ///< The version of its domain; 0: not known, or a function.

  bool empty() const { return name.empty() && op.empty(); }
  friend bool operator==(const ModelNode &, const ModelNode &) = default;
};

/// "node 'conv1' (Conv, opset 13)", "the node giving 'y' (Conv)".
std::string describe(const ModelNode &node);

/// "node 'a' (Add)", "nodes 'a' (Add), 'b' (Relu)"; "" for no nodes.
std::string describe(std::span<const ModelNode> nodes);

/// Where in a model something failed. Empty members are not known or do not
/// apply.
struct Place {
  std::string file = {}; ///< The model's or package's, as it was given.
  ModelNode node = {};   ///< The innermost node.
  /// The nodes whose subgraphs, and the calls whose functions, contain it;
  /// innermost first.
  std::vector<ModelNode> around = {};
  /// Other nodes that one kernel computes together with `node`.
  std::vector<ModelNode> fused_with = {};

  // Out of line: every TRY has an Error to destroy.
  Place();
  Place(const Place &);
  Place(Place &&) noexcept;
  Place &operator=(const Place &);
  Place &operator=(Place &&) noexcept;
  ~Place();
  friend bool operator==(const Place &, const Place &) = default;
};

/// The value of a size mentioned in the reason, with its name there.
struct NamedSize {
  std::string name;
  int64_t value = 0;
  friend bool operator==(const NamedSize &, const NamedSize &) = default;
};

/// A failure.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message = {}; ///< The reason, without the place and the values.
  Place place = {};
  std::vector<NamedSize> sizes = {};

  /// Sets the node, unless one is set already: the innermost place is kept.
  Error &at(const ModelNode &node);
  /// The same for the nodes that one kernel computes.
  Error &at(std::span<const ModelNode> nodes);
  /// Sets the file, unless one is set already.
  Error &in_file(const std::string &file);
  /// Adds an enclosing node, of whose subgraph or function the error is; sets
  /// the node itself if none is set yet.
  Error &inside(const ModelNode &node);
};

/// The whole error for a person, in one line: the file, the enclosing nodes
/// from the outermost to the innermost, the reason, the values.
///   m.onnx: node 'p' (Pad): the pads cut more than there is; where N = 3
std::string render(const Error &error);

/// Serialises an error, to pass it through a C interface, and back. Malformed
/// bytes give nothing.
std::vector<uint8_t> serialize(const Error &error);
std::optional<Error> deserialize_error(std::span<const uint8_t> bytes);

} // namespace landfall
