#include <algorithm>
#include <cmath>

#include "pixelsail/error.h"
#include "teach/module.h"

namespace pixelsail::detail {
namespace {

std::string sizes_text(const torch::Tensor& tensor) {
  std::string text;
  for (const std::int64_t side : tensor.sizes()) text += (text.empty() ? "[" : ", ") + std::to_string(side);
  return text.empty() ? "[]" : text + "]";
}

/// Tokens in rows: as many rows as the input's proportions say.
torch::Tensor grid_of_tokens(const torch::Tensor& tokens_Blc, std::int64_t height, std::int64_t width) {
  const std::int64_t count = tokens_Blc.size(1);
  const double exact =
      std::sqrt(static_cast<double>(count) * static_cast<double>(height) / static_cast<double>(width));
  const std::int64_t rows = std::max<std::int64_t>(1, std::llround(exact));
  if (count == 0 || count % rows != 0) {
    throw RunError("returned " + std::to_string(count) +
                   " tokens, which fill no grid of the proportions of " + std::to_string(width) + " x " +
                   std::to_string(height) +
                   " pixels (tokens without a place have to be cut off in the module)");
  }
  return tokens_Blc.transpose(1, 2).unflatten(2, {rows, count / rows});
}

}  // namespace

torch::Tensor module_result(const torch::Tensor& returned, const TeacherSpec& spec, std::int64_t batch,
                            std::int64_t height, std::int64_t width) {
  const std::string& layout = spec.output.layout;
  if (!returned.defined()) throw RunError("returned no tensor");
  const std::int64_t axes = layout == "nlc" ? 3 : 4;
  if (returned.dim() != axes || returned.size(0) != batch || !returned.is_floating_point()) {
    throw RunError("returned " + sizes_text(returned) + " for " + std::to_string(batch) +
                   " pictures; floating-point numbers in " + std::to_string(axes) +
                   " axes (output.layout: " + layout + ") with the pictures in the first were expected");
  }
  const torch::Tensor maps_Bchw = layout == "nchw"   ? returned
                                  : layout == "nhwc" ? returned.permute({0, 3, 1, 2})
                                                     : grid_of_tokens(returned, height, width);
  if (maps_Bchw.size(1) != spec.channels)
    throw RunError("returned " + std::to_string(maps_Bchw.size(1)) + " channels of " + sizes_text(returned) +
                   ", " + std::to_string(spec.channels) + " were expected (channels)");
  if (maps_Bchw.size(2) < 1 || maps_Bchw.size(3) < 1)
    throw RunError("returned an empty map, " + sizes_text(returned));
  return maps_Bchw;
}

torch::Tensor without_padding(const torch::Tensor& map_chw, const TeacherSpec& spec, std::int64_t image_h,
                              std::int64_t image_w) {
  if (spec.resize != "pad") return map_chw;
  // A cell that is partly picture stays.
  const auto kept = [](std::int64_t cells, std::int64_t pixels, std::int64_t all) {
    return std::clamp<std::int64_t>((cells * pixels + all - 1) / all, 1, cells);
  };
  return map_chw.slice(1, 0, kept(map_chw.size(1), image_h, spec.height))
      .slice(2, 0, kept(map_chw.size(2), image_w, spec.width));
}

}  // namespace pixelsail::detail
