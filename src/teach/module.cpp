#include "teach/module.h"

#include <torch/torch.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <utility>

#include "config/config.h"
#include "core/error_text.h"
#include "core/fingerprint.h"
#include "model/autocast.h"
#include "model/device.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

detail::TeacherForward load_forward(const std::filesystem::path& file, torch::Device device,
                                    const TeacherOutput& output) {
  const std::string ending = file.extension().string();
  const bool is_package = ending == ".pt2";
  if (!is_package && ending != ".pt" && ending != ".pth" && ending != ".ts") {
    throw ConfigError(file.string() +
                      ": a teacher is a TorchScript module (.pt) or an AOTInductor package (.pt2)");
  }
  try {
    return is_package ? detail::load_package(file, device, output)
                      : detail::load_script(file, device, output);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    if (is_out_of_memory(error)) throw;
    throw DataError(file.string() + ": cannot be loaded as " +
                    (is_package
                         ? "an AOTInductor package (torch.export.save's files are none: compile them with "
                           "torch._inductor.aoti_compile_and_package): "
                         : "a TorchScript module (files of torch.save are none): ") +
                    error_text(error));
  }
}

torch::Tensor color_tensor(const std::vector<double>& values, torch::Device device) {
  return torch::tensor(values, torch::kFloat64).to(torch::kFloat32).view({3, 1, 1}).to(device);
}

/// The numbers of equally large pictures, in the order in which the sizes come.
std::vector<std::vector<std::size_t>> groups_of_one_size(
    std::span<const std::shared_ptr<const Image>> pictures, bool padded) {
  std::vector<std::vector<std::size_t>> groups;
  std::map<std::pair<int, int>, std::size_t> group_of;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const auto size = padded ? std::pair(0, 0) : std::pair(pictures[i]->height, pictures[i]->width);
    const auto [found, is_new] = group_of.try_emplace(size, groups.size());
    if (is_new) groups.emplace_back();
    groups[found->second].push_back(i);
  }
  return groups;
}

}  // namespace

TeacherModule::TeacherModule(const std::filesystem::path& file, torch::Device device)
    : file_(file),
      device_(device),
      spec_(read_teacher_spec(file)),
      mean_311_(color_tensor(spec_.mean, device)),
      std_311_(color_tensor(spec_.std, device)),
      forward_(load_forward(file, device, spec_.output)) {}

torch::Tensor TeacherModule::input(std::span<const std::shared_ptr<const Image>> pictures) const {
  std::vector<torch::Tensor> parts;
  for (const auto& picture : pictures) {
    const torch::Tensor bytes_HW3 =
        torch::from_blob(const_cast<std::uint8_t*>(picture->rgb.data()), {picture->height, picture->width, 3},
                         torch::TensorOptions(torch::kUInt8));
    torch::Tensor pixels_3HW = bytes_HW3.to(device_).permute({2, 0, 1}).to(torch::kFloat32, false, false,
                                                                           at::MemoryFormat::Contiguous);
    pixels_3HW = (pixels_3HW / 255 - mean_311_) / std_311_;
    if (spec_.resize == "pad") {
      pixels_3HW = torch::constant_pad_nd(
          pixels_3HW, {0, spec_.width - picture->width, 0, spec_.height - picture->height});
    }
    parts.push_back(std::move(pixels_3HW));
  }
  return torch::stack(parts).to(resolve_dtype(spec_.dtype));
}

std::vector<torch::Tensor> TeacherModule::run(std::span<const std::shared_ptr<const Image>> pictures,
                                              bool bf16, std::int64_t batch) const {
  const torch::NoGradGuard no_gradients;
  const AutocastGuard autocast(device_, bf16);
  const torch::ScalarType stored = resolve_dtype(spec_.store);
  std::size_t most = pictures.size();
  for (const std::int64_t limit : {batch, spec_.max_batch})
    if (limit > 0) most = std::min(most, static_cast<std::size_t>(limit));
  std::vector<torch::Tensor> maps(pictures.size());
  try {
    for (const auto& group : groups_of_one_size(pictures, spec_.resize == "pad")) {
      for (std::size_t begin = 0; begin < group.size(); begin += most) {
        const std::size_t count = std::min(most, group.size() - begin);
        std::vector<std::shared_ptr<const Image>> chosen;
        for (std::size_t k = 0; k < count; ++k) chosen.push_back(pictures[group[begin + k]]);
        const torch::Tensor pixels_B3HW = input(chosen);
        const torch::Tensor maps_Bchw = detail::module_result(
            forward_(pixels_B3HW), spec_, pixels_B3HW.size(0), pixels_B3HW.size(2), pixels_B3HW.size(3));
        for (std::size_t k = 0; k < count; ++k) {
          maps[group[begin + k]] = detail::without_padding(maps_Bchw[static_cast<std::int64_t>(k)], spec_,
                                                           chosen[k]->height, chosen[k]->width)
                                       .to(stored)
                                       .contiguous();
        }
      }
    }
  } catch (const Error& error) {
    throw_with_context(error, file_.string());
  } catch (const std::exception& error) {
    if (is_out_of_memory(error)) throw;
    throw RunError(file_.string() + ": failed on pictures: " + error_text(error));
  }
  return maps;
}

std::string teacher_fingerprint(const std::filesystem::path& module, const TeacherSpec& spec) {
  Fingerprint sum;
  sum.add(config_to_yaml(spec));
  std::ifstream file(module, std::ios::binary);
  std::vector<char> piece(std::size_t{1} << 20);
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    sum.add(std::string_view(piece.data(), static_cast<std::size_t>(file.gcount())));
  }
  if (!file.eof()) throw DataError(module.string() + ": cannot be read");
  return sum.text();
}

}  // namespace pixelsail
