#include <torch/torch.h>

#include "golden/golden.h"
#include "io/json.h"
#include "loss/points.h"
#include "pixelsail/error.h"

namespace pixelsail::detail {

Trace run_points_golden(const std::filesystem::path& folder, const nlohmann::json& cases) {
  const std::map<std::string, torch::Tensor> given = read_tensors(folder / "tensors.safetensors");
  const auto input = [&](const std::string& name) -> const torch::Tensor& {
    const auto it = given.find(name);
    if (it == given.end())
      throw DataError(folder.string() + "/tensors.safetensors: no tensor '" + name + "'");
    return it->second;
  };
  const double importance = json_number(cases, "importance_sample_ratio", "cases.json");
  const torch::Tensor& logits_NHW = input("mask_logits");
  Trace trace;
  for (const Json& count : cases.at("num_points")) {
    const auto points = count.get<std::int64_t>();
    const std::string prefix = std::string(1, 'n').append(std::to_string(points)).append(1, '.');
    const PointNoise noise{input(prefix + "rand_oversampled"), input(prefix + "rand_uniform")};
    const torch::Tensor coords = select_points(logits_NHW, points, importance, noise);
    trace[prefix + "coords"] = coords;
    trace[prefix + "sampled_logits"] = read_points(logits_NHW, coords);
    const torch::Tensor certainty = std::get<0>(read_points(logits_NHW, noise.oversampled_NQ2).abs().sort(1));
    const auto chosen = static_cast<std::int64_t>(static_cast<double>(points) * importance);
    trace[prefix + "selection_gap"] = certainty.select(1, chosen) - certainty.select(1, chosen - 1);
  }
  if (given.contains("read.coords")) {
    const torch::Tensor& coords = input("read.coords");
    trace["read.values"] = read_points(logits_NHW, coords);
    trace["read.binary_values"] = read_points(input("read.binary_masks").to(torch::kFloat32), coords);
  }
  return trace;
}

}  // namespace pixelsail::detail
