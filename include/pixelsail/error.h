#pragma once

/// Exceptions of the library. Every failure that a caller can meet is one of these; the programs map them to
/// exit codes (2 usage or configuration, 3 data, 4 run time). Nothing in the library ends the process.

#include <stdexcept>
#include <string>

namespace pixelsail {

class Error : public std::runtime_error {
 public:
  Error(const std::string& message, int exit_code) : std::runtime_error(message), exit_code_(exit_code) {}
  /// Exit code a program should end with when this error reaches main().
  int exit_code() const noexcept { return exit_code_; }

 private:
  int exit_code_;
};

/// A wrong command line or configuration value. The message carries file:line and the key path where known.
class ConfigError : public Error {
 public:
  explicit ConfigError(const std::string& message) : Error(message, 2) {}
};

/// A file or record that is missing, unreadable, malformed or inconsistent. The message names the file and
/// place.
class DataError : public Error {
 public:
  explicit DataError(const std::string& message) : Error(message, 3) {}
};

/// Everything that fails while running on good input: no memory, no disk, a device that cannot run the
/// request.
class RunError : public Error {
 public:
  explicit RunError(const std::string& message) : Error(message, 4) {}
};

/// The same kind of error with `context` ("file.json: entry 3") put in front of its message. Use in a catch
/// block:
///   catch (const Error& e) { throw_with_context(e, "sample 12"); }
[[noreturn]] inline void throw_with_context(const Error& error, const std::string& context) {
  const std::string message = context + ": " + error.what();
  switch (error.exit_code()) {
    case 2:
      throw ConfigError(message);
    case 3:
      throw DataError(message);
    default:
      throw RunError(message);
  }
}

}  // namespace pixelsail
