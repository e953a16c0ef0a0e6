//===- card_process.cpp - A card in a process of its own ------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "card/line.h"
#include "card/owner_process.h"
#include "card/running_card.h"
#include "ring/card_line.h"

#include <csignal>
#include <dlfcn.h>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

namespace landfall::card {

namespace {

class CardProcess : public RunningCard {
public:
  CardProcess(pid_t process, Descriptor line)
      : process_(process), line_(std::move(line)) {}
  ~CardProcess() override { reap(); }
  /// Kills the process; the simulator needs no clean-up.
  void stop() override {
    if (!reaped_ && owner_.is_this())
      kill(process_, SIGKILL);
  }
  int socket() const override { return line_.number(); }
  int process() const override { return process_; }
  std::string how_it_ended() override {
    reap();
    if (WIFSIGNALED(status_))
      return fmt::format("was killed by signal {}", WTERMSIG(status_));
    return fmt::format("ended with status {}", WEXITSTATUS(status_));
  }

private:
  /// A process that has already ended keeps its own status.
  void reap() {
    if (reaped_ || !owner_.is_this())
      return;
    stop();
    while (waitpid(process_, &status_, 0) < 0 && errno == EINTR)
      ;
    reaped_ = true;
  }

  OwnerProcess owner_;
  pid_t process_;
  Descriptor line_;
  int status_ = 0;
  bool reaped_ = false;
};

/// The folder of the program or library that this function is in.
std::filesystem::path own_folder() {
  Dl_info info = {};
  std::error_code failed;
  std::filesystem::path self;
  if (dladdr(reinterpret_cast<void *>(&own_folder), &info) && info.dli_fname)
    self = info.dli_fname;
  // A program may be called by a relative name.
  if (!self.is_absolute())
    self = std::filesystem::read_symlink("/proc/self/exe", failed);
  return self.parent_path();
}

Result<std::string> find_program(std::string_view target) {
  std::string name = fmt::format("landfall-{}-card", target);
  std::filesystem::path folder = own_folder();
  for (const char *way : {".", "../bin", "../../bin"}) {
    std::filesystem::path program = folder / way / name;
    std::error_code failed;
    if (std::filesystem::exists(program, failed))
      return program.lexically_normal().string();
  }
  return Error{ErrorCode::device,
               fmt::format("a simulated card in a process of its own needs the "
                           "program {} beside '{}' or in ../bin, and it is not "
                           "there",
                           name, folder.string())};
}

/// Duplicates the descriptors to numbers above those that the card inherits, so
/// that dup2 to one cannot overwrite the other.
Descriptor moved_up(int descriptor) {
  constexpr int lowest = 16;
  return Descriptor(fcntl(descriptor, F_DUPFD_CLOEXEC, lowest));
}

} // namespace

Result<std::unique_ptr<RunningCard>>
start_process(const CardSimulator &simulator, const CardMemory &memory) {
  std::string program = TRY(find_program(simulator.target));
  Line line = TRY(Line::create());
  Descriptor card_line = moved_up(line.card.number());
  Descriptor card_memory = moved_up(memory.descriptor());
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, card_memory.number(),
                                   ring::card_memory_descriptor);
  posix_spawn_file_actions_adddup2(&actions, card_line.number(),
                                   ring::card_line_descriptor);
  std::string description = simulator.description;
  char *arguments[] = {program.data(), description.data(), nullptr};
  char *environment[] = {nullptr};
  pid_t process = 0;
  int failed = posix_spawn(&process, program.c_str(), &actions, nullptr,
                           arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return Error{ErrorCode::device,
                 fmt::format("'{}' cannot be started: {}", program,
                             std::strerror(failed))};
  return std::unique_ptr<RunningCard>(
      std::make_unique<CardProcess>(process, std::move(line.host)));
}

Result<std::unique_ptr<RunningCard>> start_card(const CardSimulator &simulator,
                                                const CardMemory &memory) {
  return simulator.own_process ? start_process(simulator, memory)
                               : start_thread(simulator, memory);
}

} // namespace landfall::card
