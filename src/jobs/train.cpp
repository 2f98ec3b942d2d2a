#include "pixelsail/train.h"

#include <limits>

#include "config/config.h"
#include "jobs/train_job.h"

namespace pixelsail {
namespace {

TrainingReport report_of(const nlohmann::ordered_json& line, std::int64_t steps) {
  TrainingReport report{.step = line.at("step").get<std::int64_t>(), .steps = steps};
  for (const auto& [key, value] : line.items()) {
    if (value.is_number() && key != "step") report.values.emplace_back(key, value.get<double>());
  }
  return report;
}

}  // namespace

double TrainingReport::value(const std::string& name) const {
  for (const auto& [key, number] : values) {
    if (key == name) return number;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

struct TrainingJob::Impl {
  TrainJob job;
};

TrainingJob::TrainingJob(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TrainingJob::TrainingJob(TrainingJob&&) noexcept = default;
TrainingJob& TrainingJob::operator=(TrainingJob&&) noexcept = default;
TrainingJob::~TrainingJob() = default;

TrainingJob TrainingJob::from_file(const std::string& path, const std::vector<std::string>& overrides) {
  return TrainingJob(std::make_unique<Impl>(Impl{read_train_job(path, overrides)}));
}

TrainingJob TrainingJob::from_text(const std::string& yaml, const std::vector<std::string>& overrides,
                                   const std::string& name) {
  return TrainingJob(std::make_unique<Impl>(Impl{parse_train_job(yaml, name, overrides)}));
}

const std::string& TrainingJob::output_dir() const {
  return impl_->job.run.output_dir;
}

std::string TrainingJob::resolved() const {
  return config_to_yaml(impl_->job);
}

bool TrainingJob::run(const TrainingOptions& options) const {
  Logger log(options.log ? LogLevel::kInfo : LogLevel::kOff);
  std::int64_t steps = 0;
  const auto forward = [&steps](const auto& callback) {
    std::function<bool(const nlohmann::ordered_json&)> on_line;
    if (callback)
      on_line = [&callback, &steps](const nlohmann::ordered_json& line) {
        return callback(report_of(line, steps));
      };
    return on_line;
  };
  return run_train_job(impl_->job, options.resume ? RunStart::kResume : RunStart::kFresh,
                       {.log = &log, .stop = options.stop},
                       {.on_step = forward(options.on_step),
                        .on_evaluation = forward(options.on_evaluation),
                        .on_begin = [&steps](std::int64_t planned) { steps = planned; },
                        .on_end = options.on_end});
}

}  // namespace pixelsail
