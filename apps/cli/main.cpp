//===- main.cpp - landfall ------------------------------------------------===//
//
// Part of Landfall, under the Apache License v2.0.
//
//===----------------------------------------------------------------------===//
#include "apps/cli/commands/commands.h"

int main(int argc, char **argv) {
  return landfall::cli::run_program(argc, argv);
}
