#include "image/image_fit.h"

#include <string>

#include "pixelsail/error.h"

namespace pixelsail {

ImageFit fit_image(Size original, const PreprocessConfig& config, std::int64_t max_tokens,
                   const ImageTokenCount& count) {
  PreprocessConfig tried = config;
  const auto tokens_at = [&](int max_side, Size& size) {
    tried.max_side = max_side;
    size = resized_size(original, tried);
    return count(size.height / config.patch_size, size.width / config.patch_size);
  };
  ImageFit fit;
  fit.tokens = tokens_at(config.max_side, fit.resized);
  fit.fits = fit.tokens <= max_tokens;
  // No size rule gives more patches for a smaller max_side: bisect between one that fits and one that does
  // not.
  int good = fit.fits ? config.max_side : 0, bad = config.max_side;
  if (!fit.fits && bad > config.patch_size) {
    Size size;
    if (tokens_at(config.patch_size, size) <= max_tokens) good = config.patch_size;
    while (good > 0 && bad - good > 1) {
      const int middle = good + (bad - good) / 2;
      (tokens_at(middle, size) <= max_tokens ? good : bad) = middle;
    }
  }
  if (good > 0) {
    fit.max_side = good;
    fit.fitting_tokens = tokens_at(good, fit.fitting);
  }
  return fit;
}

void check_image_fits(Size original, const PreprocessConfig& config, std::int64_t max_tokens,
                      const ImageTokenCount& count) {
  const ImageFit fit = fit_image(original, config, max_tokens, count);
  if (fit.fits) return;
  const auto pixels = [](Size size) {
    return std::to_string(size.width) + " x " + std::to_string(size.height) + " pixels";
  };
  throw DataError("image too large for the context: " + pixels(original) + ", resized to " +
                  pixels(fit.resized) + ", take " + std::to_string(fit.tokens) + " tokens of " +
                  std::to_string(max_tokens) +
                  (fit.max_side > 0 ? "; max_side " + std::to_string(fit.max_side) + " instead of " +
                                          std::to_string(config.max_side) + " fits (" + pixels(fit.fitting) +
                                          ", " + std::to_string(fit.fitting_tokens) + " tokens)"
                                    : "; no max_side makes it fit"));
}

}  // namespace pixelsail
