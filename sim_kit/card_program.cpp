//===- card_program.cpp - A simulated card as a thread or program ---------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "sim_kit/card_program.h"

#include <cerrno>
#include <cstdio>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace landfall::sim_kit {

int card_main(std::span<char *> arguments, RunCard run) {
  if (arguments.size() != 2) {
    std::fputs("this program is started by Landfall's drivers\n", stderr);
    return 2;
  }
  struct stat memory = {};
  void *dram = MAP_FAILED;
  if (fstat(ring::card_memory_descriptor, &memory) == 0 && memory.st_size > 0)
    dram = mmap(nullptr, size_t(memory.st_size), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_NORESERVE, ring::card_memory_descriptor, 0);
  if (dram == MAP_FAILED) {
    std::perror("the card's memory");
    return 2;
  }
  Status status =
      run(arguments[1], {static_cast<uint8_t *>(dram), size_t(memory.st_size)},
          ring::card_line_descriptor);
  if (!status)
    std::fprintf(stderr, "%s: %s\n", arguments[0],
                 status.error().message.c_str());
  return status ? 0 : 2;
}

void send_message(int line, const ring::CardMessage &message) {
  // If the line is full, the host has messages to read anyway.
  (void)send(line, &message, sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool host_is_gone(int line) {
  pollfd look = {line, POLLRDHUP, 0};
  return poll(&look, 1, 0) > 0;
}

bool wait_for_doorbell(int line) {
  pollfd look = {line, POLLIN, 0};
  while (poll(&look, 1, -1) < 0)
    if (errno != EINTR)
      return false;
  char byte;
  ssize_t got = recv(line, &byte, 1, 0);
  while (got > 0)
    if (recv(line, &byte, 1, MSG_DONTWAIT) <= 0)
      return true;
  return false;
}

} // namespace landfall::sim_kit
