//===- package.hpp - Compiled models in C++ --------------------*- C++ -*-===//
//
// Part of Landfall, under the Apache License v2.0.
//
// A part of landfall.hpp, which is the one to include.
//
//===----------------------------------------------------------------------===//
#ifndef LANDFALL_PACKAGE_HPP
#define LANDFALL_PACKAGE_HPP

#include <landfall/call.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace lf {

/// An input or output. Lives as long as the package or model that it is of.
class Port {
public:
  explicit Port(const lf_port *port) : port_(port) {}

  std::string name() const { return lf_port_name(port_); }
  lf_kind kind() const { return lf_port_kind(port_); }
  lf_dtype dtype() const { return lf_port_dtype(port_); }
  /// -1: not a tensor, or one of any rank.
  int rank() const { return lf_port_rank(port_); }
  /// -1: free.
  int64_t extent(int dimension) const {
    return lf_port_extent(port_, dimension);
  }
  std::string symbol(int dimension) const {
    return lf_port_symbol(port_, dimension);
  }
  /// "float32 1x3xHxW".
  std::string text() const { return lf_port_text(port_); }
  /// Whether a run may give it none (Value()).
  bool has_default() const { return lf_port_has_default(port_) != 0; }

private:
  const lf_port *port_;
};

/// A way to run a package. Lives as long as the package or model.
class Entry {
public:
  /// Throws if there is none (`entry` NULL).
  explicit Entry(const lf_entry *entry) : entry_(entry) {
    if (!entry)
      throw Error(LF_INVALID_ARGUMENT, "there is no such entry point");
  }

  std::string name() const { return lf_entry_name(entry_); }
  std::vector<Port> inputs() const {
    std::vector<Port> list;
    for (size_t i = 0; i < lf_entry_input_count(entry_); ++i)
      list.emplace_back(lf_entry_input(entry_, i));
    return list;
  }
  std::vector<Port> outputs() const {
    std::vector<Port> list;
    for (size_t i = 0; i < lf_entry_output_count(entry_); ++i)
      list.emplace_back(lf_entry_output(entry_, i));
    return list;
  }

private:
  const lf_entry *entry_;
};

/// Called when a step of a compilation has ended, or with its IR.
using Progress =
    std::function<void(const char *step, double milliseconds, const char *ir)>;

/// A compiled model.
class Package {
public:
  static Package open(const std::string &path) {
    return Package(
        detail::made<lf_package>(lf_package_open, detail::c_text(path)));
  }
  /// `options` is JSON: {"map": true} maps the file, whatever its size.
  static Package open(const std::string &path, const std::string &options) {
    return Package(detail::made<lf_package>(
        lf_package_open_with, detail::c_text(path), detail::c_text(options)));
  }
  static Package from_bytes(const void *bytes, size_t size) {
    return Package(
        detail::made<lf_package>(lf_package_from_bytes, bytes, size));
  }
  /// `options` is JSON, like {"device": "cpu"}. `progress` must not throw.
  static Package compile(const std::string &path,
                         const std::string &options = "{}",
                         const Progress &progress = nullptr) {
    return Package(detail::made<lf_package>(
        lf_compile_file, detail::c_text(path), detail::c_text(options),
        relay(progress), const_cast<Progress *>(&progress)));
  }
  /// A serialised ModelProto; `directory` is where external data lies.
  static Package compile_bytes(const void *bytes, size_t size,
                               const std::string &directory = "",
                               const std::string &options = "{}",
                               const Progress &progress = nullptr) {
    return Package(detail::made<lf_package>(
        lf_compile_bytes, bytes, size, detail::or_null(directory),
        detail::c_text(options), relay(progress),
        const_cast<Progress *>(&progress)));
  }

  void save(const std::string &path) const {
    detail::call(lf_package_save, get(), detail::c_text(path));
  }
  std::string bytes() const { return detail::text(lf_package_bytes, get()); }
  /// The files that it was compiled from; none if it was opened.
  std::vector<std::string> sources() const {
    std::vector<std::string> list;
    for (size_t i = 0; i < lf_package_source_count(get()); ++i)
      list.emplace_back(lf_package_source(get(), i));
    return list;
  }
  /// `what`: "summary" (JSON), "program" or "kernels".
  std::string describe(const char *what) const {
    return detail::text(lf_package_describe, get(), what);
  }
  /// Throws if weights or code are not what was saved.
  void check() const { detail::call(lf_package_check, get()); }
  /// Throws if a device of this name (empty: the package's own) cannot load it.
  void verify(const std::string &device = "",
              const std::string &options = "{}") const {
    detail::call(lf_package_verify, get(), detail::or_null(device),
                 detail::c_text(options));
  }
  std::vector<Entry> entries() const {
    std::vector<Entry> list;
    for (size_t i = 0; i < lf_package_entry_count(get()); ++i)
      list.emplace_back(lf_package_entry(get(), i));
    return list;
  }
  Entry entry(const char *name = nullptr) const {
    return Entry(lf_package_find_entry(get(), name));
  }
  const lf_package *get() const { return package_.get(); }

private:
  explicit Package(lf_package *owned) : package_(owned) {}
  static lf_progress relay(const Progress &progress) {
    if (!progress)
      return nullptr;
    return [](void *user, const char *step, double ms, const char *ir) {
      (*static_cast<const Progress *>(user))(step, ms, ir);
    };
  }
  detail::Owner<lf_package, lf_package_free> package_;
};

} // namespace lf

#endif // LANDFALL_PACKAGE_HPP
