#include "train/train_log.h"

#include "image/codec.h"
#include "image/plot.h"
#include "io/atomic_file.h"
#include "io/json.h"
#include "io/json_number.h"
#include "pixelsail/error.h"
#include "train/tensorboard.h"

namespace pixelsail {
namespace {

/// Lines of a JSONL file whose step is at most `last_step`; a torn end is dropped.
std::string kept_lines(const std::filesystem::path& path, std::int64_t last_step) {
  std::string kept;
  if (!std::filesystem::exists(path)) return kept;
  const std::string bytes = read_file(path);
  std::size_t begin = 0;
  while (begin < bytes.size()) {
    const std::size_t end = bytes.find('\n', begin);
    if (end == std::string::npos) break;
    const std::string line = bytes.substr(begin, end - begin);
    const Json value = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    const auto step = value.find("step");
    if (!value.is_object() || step == value.end() ||
        whole_json_number(*step).value_or(last_step + 1) > last_step)
      break;
    kept += line + '\n';
    begin = end + 1;
  }
  return kept;
}

std::ofstream open_cut(const std::filesystem::path& path, std::int64_t last_step) {
  write_file_atomic(path, kept_lines(path, last_step));
  std::ofstream file(path, std::ios::app | std::ios::binary);
  if (!file) throw RunError(path.string() + ": cannot be written");
  return file;
}

void append(std::ofstream& file, const nlohmann::ordered_json& line, const std::filesystem::path& path) {
  file << line.dump() << '\n' << std::flush;
  if (!file) throw RunError(path.string() + ": cannot be written (disk full?)");
}

}  // namespace

TrainLog::TrainLog(std::filesystem::path folder, std::int64_t last_step)
    : folder_(std::move(folder)),
      steps_(open_cut(folder_ / "log.jsonl", last_step)),
      evaluations_(open_cut(folder_ / "eval.jsonl", last_step)) {}

void TrainLog::write_step(const nlohmann::ordered_json& line) {
  append(steps_, line, folder_ / "log.jsonl");
}

void TrainLog::write_evaluation(const nlohmann::ordered_json& line) {
  append(evaluations_, line, folder_ / "eval.jsonl");
}

void TrainLog::write_charts(const std::vector<std::string>& losses) const {
  std::vector<Curve> curves;
  for (const std::string& key : losses) curves.push_back({key, {}, {}});
  EventFile events;
  const auto add_numbers = [&events](const Json& line, const std::string& prefix) {
    const std::int64_t step = json_int(line, "step", "line");
    for (const auto& [key, value] : line.items()) {
      if (key != "step" && value.is_number()) events.add_scalar(prefix + key, step, value.get<double>());
    }
  };
  read_jsonl(folder_ / "log.jsonl", [&](Json&& line, std::size_t) {
    for (Curve& curve : curves) {
      // A log that another version began may lack one.
      const auto value = line.find(curve.name);
      if (value == line.end() || !value->is_number()) continue;
      curve.x.push_back(static_cast<double>(json_int(line, "step", "line")));
      curve.y.push_back(value->get<double>());
    }
    add_numbers(line, "train/");
  });
  read_jsonl(folder_ / "eval.jsonl", [&](Json&& line, std::size_t) { add_numbers(line, "eval/"); });
  // Parts that are always zero (no teacher, no masks) would only fill the legend.
  std::erase_if(curves, [](const Curve& curve) {
    return std::all_of(curve.y.begin(), curve.y.end(), [](double y) { return y == 0; });
  });
  write_file_atomic(folder_ / "tensorboard" / "events.out.tfevents.pixelsail", events.bytes());
  PlotOptions options;
  options.log_y = true;
  options.y_label = "loss";
  const std::vector<std::byte> png = encode_png(plot_curves(curves, "Training loss", "step", options));
  write_file_atomic(folder_ / "loss.png", {reinterpret_cast<const char*>(png.data()), png.size()});
}

}  // namespace pixelsail
