#pragma once

/// Leveled log lines on standard error. spdlog lives behind this header because torch's own fmt clashes with
/// it.

#include <memory>
#include <string>

namespace pixelsail {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

/// Thread-safe; passed by reference, never global.
class Logger {
 public:
  explicit Logger(LogLevel level = LogLevel::kInfo);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  void debug(const std::string& message);
  void info(const std::string& message);
  void warning(const std::string& message);
  void error(const std::string& message);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pixelsail
