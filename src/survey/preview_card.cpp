#include <algorithm>
#include <cmath>
#include <set>

#include "image/draw.h"
#include "pixelsail/error.h"
#include "survey/preview.h"

namespace pixelsail::detail {
namespace {

constexpr int kPanelSide = 480;
constexpr double kGridStrength = 0.25, kPromptStrength = 0.45;

/// How many pixels of the screen a pixel of the model's picture takes: whole numbers keep the patches alike.
int enlargement(const Image& image) {
  return std::max(1, kPanelSide / std::max({image.height, image.width, 1}));
}

Image enlarged(const Image& image, int times) {
  return times == 1 ? image : scale_for_display(image, image.width * times, image.height * times);
}

void mix_pixel(Image& image, int y, int x, Color color, double strength) {
  std::uint8_t* pixel = image.pixel(y, x);
  const Color mixed = blend({pixel[0], pixel[1], pixel[2]}, color, strength);
  pixel[0] = mixed.red;
  pixel[1] = mixed.green;
  pixel[2] = mixed.blue;
}

void draw_grid(Image& image, int step) {
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x)
      if (y % step == 0 || x % step == 0) mix_pixel(image, y, x, {0, 0, 0}, kGridStrength);
}

/// Patches under a visual prompt in its colour.
void draw_prompts(Image& image, const Sequence& sequence, int step) {
  const int grid_w = sequence.patches->grid_w;
  for (std::size_t i = 0; i < sequence.prompt_of_patch.size(); ++i) {
    const std::int64_t number = sequence.prompt_of_patch[i];
    if (number == kNoPrompt) continue;
    const int top = static_cast<int>(i) / grid_w * step, left = static_cast<int>(i) % grid_w * step;
    for (int y = top; y < std::min(top + step, image.height); ++y)
      for (int x = left; x < std::min(left + step, image.width); ++x)
        mix_pixel(image, y, x, item_color(static_cast<std::size_t>(number)), kPromptStrength);
  }
}

void add_pictures(const Example& example, const PreprocessConfig& config, PreviewCard& card) {
  const Image picture = picture_of_patches(*example.sequence.patches, config);
  const int times = enlargement(picture), step = config.patch_size * times;
  card.seen = enlarged(picture, times);
  draw_prompts(card.seen, example.sequence, step);
  draw_grid(card.seen, step);
  if (example.masks.empty()) return;
  std::vector<Mask> masks;
  for (const Mask& mask : example.masks)
    masks.push_back(scale_for_display(mask, card.seen.width, card.seen.height));
  card.masked = draw_overlay(enlarged(picture, times), masks);
}

/// Tokens side by side that are both scored or both not, as one text.
std::vector<TextPiece> pieces_of(const Example& example, const Tokenizer& tokenizer) {
  const TokenSequence& tokens = example.sequence.tokens;
  std::vector<TextPiece> pieces;
  std::vector<std::int64_t> run;
  bool is_scored = false;
  const auto flush = [&] {
    if (run.empty()) return;
    std::string text;
    try {
      text = tokenizer.decode(run);
    } catch (const DataError& error) {
      text = std::string("(") + error.what() + ")";
    }
    pieces.push_back({.text = std::move(text), .is_scored = is_scored});
    run.clear();
  };
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    const auto place = static_cast<std::int64_t>(i);
    if (place >= tokens.image_begin && place < tokens.image_end) {
      flush();
      if (place == tokens.image_begin) {
        const Patches& patches = *example.sequence.patches;
        pieces.push_back({.text = "picture of " + std::to_string(patches.grid_w) + " x " +
                                  std::to_string(patches.grid_h) + " patches",
                          .is_image = true});
      }
      continue;
    }
    const bool scored = tokens.labels[i] != kIgnoredLabel;
    if (scored != is_scored) flush();
    is_scored = scored;
    if (tokens.ids[i] >= 0) run.push_back(tokens.ids[i]);
  }
  flush();
  return pieces;
}

std::vector<std::string> facts_of(const Example& example) {
  const TokenSequence& tokens = example.sequence.tokens;
  const auto scored =
      std::ranges::count_if(tokens.labels, [](std::int64_t label) { return label != kIgnoredLabel; });
  std::set<std::int64_t> prompts(example.sequence.prompt_of_patch.begin(),
                                 example.sequence.prompt_of_patch.end());
  prompts.erase(kNoPrompt);
  std::vector<std::string> facts{
      std::to_string(tokens.ids.size()) + " tokens, " + std::to_string(scored) + " scored",
      std::to_string(example.masks.size()) + " masks, " + std::to_string(prompts.size()) + " visual prompts"};
  if (example.image_height > 0)
    facts.push_back("picture " + std::to_string(example.image_width) + " x " +
                    std::to_string(example.image_height));
  if (example.seg_count_mismatch)
    facts.emplace_back("[SEG] and masks differ in number: masks are not trained on");
  for (const std::string& note : example.notes) facts.push_back("note: " + note);
  return facts;
}

}  // namespace

Image picture_of_patches(const Patches& patches, const PreprocessConfig& config) {
  const int side = config.patch_size;
  const auto area = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  if (patches.dim != 3 * side * side) throw DataError("patches of another size than the configuration says");
  Image image(patches.grid_h * side, patches.grid_w * side);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const int patch = y / side * patches.grid_w + x / side, inside = y % side * side + x % side;
      const std::size_t first = static_cast<std::size_t>(patch) * 3 * area + static_cast<std::size_t>(inside);
      for (std::size_t c = 0; c < 3; ++c) {
        const double value = patches.values[first + c * area];
        const double byte = std::round((value * config.std[c] + config.mean[c]) * 255);
        image.pixel(y, x)[c] = static_cast<std::uint8_t>(std::clamp(byte, 0.0, 255.0));
      }
    }
  }
  return image;
}

PreviewCard preview_card(const Example& example, const ExampleBuilder& builder) {
  PreviewCard card{.title = example.id};
  if (example.sequence.patches->grid_h > 0) add_pictures(example, builder.processor.preprocess, card);
  card.text = pieces_of(example, *builder.processor.tokenizer);
  card.facts = facts_of(example);
  return card;
}

}  // namespace pixelsail::detail
