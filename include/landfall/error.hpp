//===- error.hpp - Failures in C++ -----------------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A part of landfall.hpp, which is the one to include.
//
//===----------------------------------------------------------------------===//
#ifndef LANDFALL_ERROR_HPP
#define LANDFALL_ERROR_HPP

#include <landfall/landfall.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace lf {

/// A failure: its kind, what() for a person, and the same as data. Texts are
/// empty where they are not known; landfall.h says what each means.
class Error : public std::runtime_error {
public:
  struct Node {
    std::string name;
    bool is_output = false; ///< The name is its first output's.
    std::string op;
    int opset = 0; ///< 0: not known.
  };
  struct Size {
    std::string name;
    int64_t value;
  };

  Error(lf_status status, const char *message)
      : std::runtime_error(message), status_(status),
        details_(std::make_shared<Details>(message)) {}
  /// Copies what it needs of `error`, which may be NULL.
  Error(lf_status status, const lf_error *error)
      : std::runtime_error(lf_error_message(error)), status_(status),
        details_(std::make_shared<Details>(error)) {}

  lf_status status() const { return status_; }
  const std::string &reason() const { return details_->reason; }
  const std::string &file() const { return details_->file; }
  /// The innermost node.
  const Node &node() const { return details_->node; }
  const std::vector<Node> &enclosing() const { return details_->enclosing; }
  const std::vector<Node> &fused_with() const { return details_->fused_with; }
  const std::vector<Size> &sizes() const { return details_->sizes; }

private:
  struct Details {
    explicit Details(const char *message) : reason(message) {}
    explicit Details(const lf_error *error)
        : reason(text(lf_error_reason(error))),
          file(text(lf_error_file(error))),
          node{text(lf_error_node(error)), lf_error_node_is_output(error) != 0,
               text(lf_error_operator(error)), lf_error_opset(error)} {
      for (size_t i = 0; i < lf_error_enclosing_count(error); ++i)
        enclosing.push_back(copy(lf_error_enclosing(error, i)));
      for (size_t i = 0; i < lf_error_fused_count(error); ++i)
        fused_with.push_back(copy(lf_error_fused(error, i)));
      for (size_t i = 0; i < lf_error_size_count(error); ++i)
        sizes.push_back(
            {lf_error_size_name(error, i), lf_error_size_value(error, i)});
    }
    static std::string text(const char *known) { return known ? known : ""; }
    static Node copy(const lf_node *node) {
      return {text(lf_node_name(node)), lf_node_is_output(node) != 0,
              text(lf_node_operator(node)), lf_node_opset(node)};
    }

    std::string reason, file;
    Node node;
    std::vector<Node> enclosing, fused_with;
    std::vector<Size> sizes;
  };

  lf_status status_;
  std::shared_ptr<const Details> details_; // Copying an exception throws none.
};

} // namespace lf

#endif // LANDFALL_ERROR_HPP
