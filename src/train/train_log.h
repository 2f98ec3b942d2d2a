#pragma once

/// The record of a run: log.jsonl (one line a step), a TensorBoard event file made from it, and a loss curve.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace pixelsail {

class TrainLog {
 public:
  /// Cuts log.jsonl and eval.jsonl in `folder` back to lines with step <= `last_step` (torn lines go too),
  /// then appends. Throws RunError when they cannot be written.
  TrainLog(std::filesystem::path folder, std::int64_t last_step);

  /// One step; `line` has "step" and numbers. Flushed at once.
  void write_step(const nlohmann::ordered_json& line);
  void write_evaluation(const nlohmann::ordered_json& line);
  /// Writes loss.png, with a curve of each of the `losses` (keys of log.jsonl), and the TensorBoard event file
  /// anew from log.jsonl and eval.jsonl.
  void write_charts(const std::vector<std::string>& losses) const;

 private:
  std::filesystem::path folder_;
  std::ofstream steps_, evaluations_;
};

}  // namespace pixelsail
