#pragma once

/// A frozen model that somebody exported, run on pictures.
///
/// Legend: B pictures, 3 colours, H x W pixels of the input, c channels, h x w the grid of features.

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/teacher_spec.h"
#include "pixelsail/image.h"

namespace pixelsail {

class TeacherModule {
 public:
  /// Loads a TorchScript module (.pt, .pth, .ts) or an AOTInductor package (.pt2) with the file beside it. A module is a
  /// program: it runs with the rights of this one. Throws ConfigError for another ending and for a package that was
  /// compiled for another kind of device, DataError for a file that is none of them.
  TeacherModule(const std::filesystem::path& file, torch::Device device);

  const TeacherSpec& spec() const { return spec_; }

  /// The features of each picture, [c, h, w] on the device and in the type in which they are kept; pictures are those of
  /// teacher_picture(). Pictures of one size go through the module together, at most `batch` at once (0: all, or as many
  /// as the module takes). `bf16`: under autocast, which does not reach into a package. Throws RunError naming the module
  /// where it fails or returns something else than its file says.
  std::vector<torch::Tensor> run(std::span<const std::shared_ptr<const Image>> pictures, bool bf16,
                                 std::int64_t batch = 0) const;

 private:
  torch::Tensor input(std::span<const std::shared_ptr<const Image>> pictures) const;

  std::filesystem::path file_;
  torch::Device device_;
  TeacherSpec spec_;
  torch::Tensor mean_311_, std_311_;
  std::function<torch::Tensor(const torch::Tensor&)> forward_;
};

/// Identity of a module and of the file beside it.
std::string teacher_fingerprint(const std::filesystem::path& module, const TeacherSpec& spec);

namespace detail {

using TeacherForward = std::function<torch::Tensor(const torch::Tensor& pixels_B3HW)>;

/// What loads and calls each kind of file; `output` says which of several results is meant. Errors of torch come through.
TeacherForward load_script(const std::filesystem::path& file, torch::Device device,
                           const TeacherOutput& output);
TeacherForward load_package(const std::filesystem::path& file, torch::Device device,
                            const TeacherOutput& output);

/// What the module returned as [B, c, h, w]; the input was [B, 3, height, width]. Throws RunError that says what is
/// different from the file beside the module.
torch::Tensor module_result(const torch::Tensor& returned, const TeacherSpec& spec, std::int64_t batch,
                            std::int64_t height, std::int64_t width);

/// The features that belong to a picture of `image_h` x `image_w` pixels at the upper left of a padded input.
torch::Tensor without_padding(const torch::Tensor& map_chw, const TeacherSpec& spec, std::int64_t image_h,
                              std::int64_t image_w);

}  // namespace detail
}  // namespace pixelsail
