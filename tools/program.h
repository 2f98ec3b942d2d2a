#pragma once

/// What every program's main() shares: --version, one catch for everything, exit codes, signals.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "core/error_text.h"
#include "core/user_path.h"
#include "pixelsail/error.h"
#include "pixelsail/version.h"

namespace pixelsail {

/// SIGINT and SIGTERM as a wish to end in order. A handler reaches nothing but statics.
class StopSignal {
 public:
  /// From here on the signals set requested() instead of ending the program.
  static void watch() {
    std::signal(SIGTERM, note);
    std::signal(SIGINT, note);
  }
  static const std::atomic<bool>& requested() { return requested_; }
  /// What a body throws when it has ended early because of the signal, with everything saved.
  struct Stopped {
    int signal;
  };
  static Stopped stopped() { return {signal_}; }

 private:
  static void note(int signal) {
    signal_ = signal;
    requested_ = true;
  }
  static inline std::atomic<bool> requested_{false};
  static inline std::atomic<int> signal_{SIGTERM};
};

/// The arguments with ~ and $HOME replaced where the shell does not do it: in "--out=~/x" and behind quotes.
inline std::vector<std::string> expanded_arguments(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) {
    std::string text = argv[i];
    const std::size_t equals = text.starts_with("--") ? text.find('=') : std::string::npos;
    const std::size_t begin = equals == std::string::npos ? 0 : equals + 1;
    const std::string value = text.substr(begin);
    // What holds a space or a line end is a question, not a path.
    const bool is_path = value == "~" || value.find('/') != std::string::npos;
    if (is_path && value.find_first_of(" \t\n") == std::string::npos)
      text = text.substr(0, begin) + expand_user_path(value);
    arguments.push_back(std::move(text));
  }
  return arguments;
}

/// Ends the program with a sentence where memory runs out in a place that may not throw: a JSON value of the library
/// allocates in its destructor, which runs while an exception for want of memory is on its way up.
[[noreturn]] inline void end_without_memory() {
  const std::exception_ptr error = std::current_exception();
  try {
    if (error) std::rethrow_exception(error);
  } catch (const std::bad_alloc&) {
    constexpr std::string_view kWords = ": out of memory\n";
    const std::string_view name = program_invocation_short_name;
    for (const std::string_view part : {name, kWords})
      if (write(STDERR_FILENO, part.data(), part.size()) < 0) break;
    _exit(4);
  } catch (...) {
  }
  std::abort();
}

/// Parses the command line with `app` and runs `body`. Returns the exit code: 0, 2 usage or configuration, 3
/// data, 4 run time, 128 + the signal's number when it stopped early.
inline int run_program(CLI::App& app, int argc, char** argv, const std::function<void()>& body) {
  std::set_terminate(&end_without_memory);
  app.set_version_flag("--version", std::string(kVersion));
  try {
    std::vector<std::string> arguments = expanded_arguments(argc, argv);
    std::ranges::reverse(arguments);  // as CLI11 takes them
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const Error& error) {
    std::cerr << app.get_name() << ": " << error.what() << '\n';
    return error.exit_code();
  }
  try {
    body();
    std::cout.flush();
    if (!std::cout) throw RunError("standard output could not be written");
    return 0;
  } catch (const Error& error) {
    std::cerr << app.get_name() << ": " << error.what() << '\n';
    return error.exit_code();
  } catch (const StopSignal::Stopped& stopped) {
    return 128 + stopped.signal;  // as a shell says it
  } catch (const std::bad_alloc&) {
    std::cerr << app.get_name() << ": out of memory\n";
  } catch (const std::exception& error) {
    const char* what = is_out_of_memory(error) ? "out of memory: " : "";
    std::cerr << app.get_name() << ": " << what << error_text(error) << '\n';
  }
  return 4;
}

}  // namespace pixelsail
