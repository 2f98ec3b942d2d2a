// The logger of the minimal build, which has no spdlog.

#include <iostream>
#include <mutex>

#include "core/log.h"

namespace pixelsail {

struct Logger::Impl {
  LogLevel level;
  std::mutex mutex;
  void write(LogLevel at, const char* name, const std::string& message) {
    if (at < level) return;
    const std::lock_guard lock(mutex);
    std::cerr << name << ": " << message << '\n';
  }
};

Logger::Logger(LogLevel level) : impl_(std::make_unique<Impl>()) {
  impl_->level = level;
}
Logger::~Logger() = default;

void Logger::debug(const std::string& message) {
  impl_->write(LogLevel::kDebug, "debug", message);
}
void Logger::info(const std::string& message) {
  impl_->write(LogLevel::kInfo, "info", message);
}
void Logger::warning(const std::string& message) {
  impl_->write(LogLevel::kWarning, "warning", message);
}
void Logger::error(const std::string& message) {
  impl_->write(LogLevel::kError, "error", message);
}

}  // namespace pixelsail
