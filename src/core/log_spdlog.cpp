#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "core/log.h"

namespace pixelsail {

struct Logger::Impl {
  spdlog::logger logger{"pixelsail", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      break;
  }
  return spdlog::level::off;
}

}  // namespace

Logger::Logger(LogLevel level) : impl_(std::make_unique<Impl>()) {
  impl_->logger.set_level(to_spdlog(level));
  impl_->logger.set_pattern("[%H:%M:%S] %l: %v");
}
Logger::~Logger() = default;

// The messages are passed as arguments, not as formats: they may hold braces.
void Logger::debug(const std::string& message) {
  impl_->logger.debug("{}", message);
}
void Logger::info(const std::string& message) {
  impl_->logger.info("{}", message);
}
void Logger::warning(const std::string& message) {
  impl_->logger.warn("{}", message);
}
void Logger::error(const std::string& message) {
  impl_->logger.error("{}", message);
}

}  // namespace pixelsail
