#pragma once

/// What every program's main() shares: --version, one catch for everything, exit codes.

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <new>

#include "pixelsail/error.h"
#include "pixelsail/version.h"

namespace pixelsail {

/// Parses the command line with `app` and runs `body`. Returns the exit code: 0, 2 usage or configuration, 3
/// data, 4 run time.
inline int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& body) {
  app.set_version_flag("--version", std::string(kVersion));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    body();
    std::cout.flush();
    if (!std::cout) throw RunError("standard output could not be written");
    return 0;
  } catch (const Error& error) {
    std::cerr << app.get_name() << ": " << error.what() << '\n';
    return error.exit_code();
  } catch (const std::bad_alloc&) {
    std::cerr << app.get_name() << ": out of memory\n";
  } catch (const std::exception& error) {
    std::cerr << app.get_name() << ": " << error.what() << '\n';
  }
  return 4;
}

}  // namespace pixelsail
