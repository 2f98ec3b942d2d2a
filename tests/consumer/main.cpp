// Answers two questions about a picture made in memory, and trains two steps:  consumer CHECKPOINT_FOLDER

#include <pixelsail/session.h>
#include <pixelsail/version.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <span>
#include <vector>

#include "train.h"

namespace {

/// A dark picture with a red square on the left and a green one on the right.
std::shared_ptr<const pixelsail::Image> make_image() {
  auto image = std::make_shared<pixelsail::Image>(96, 128);
  for (int y = 24; y < 72; ++y) {
    for (int x = 16; x < 56; ++x) image->pixel(y, x)[0] = 220;
    for (int x = 72; x < 112; ++x) image->pixel(y, x)[1] = 200;
  }
  return image;
}

void print(const pixelsail::Answer& answer) {
  std::cout << "answer: " << answer.text << "\n  token log-probability " << answer.token_log_probability
            << '\n';
  for (std::size_t i = 0; i < answer.masks.size(); ++i) {
    const pixelsail::Mask& mask = answer.masks[i];
    std::cout << "  mask " << mask.height << "x" << mask.width << ", "
              << std::count(mask.data.begin(), mask.data.end(), 1) << " pixels, score "
              << answer.mask_scores.at(i) << '\n';
  }
}

int check(bool condition, const char* what) {
  if (!condition) std::cerr << "consumer: " << what << '\n';
  return condition ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: consumer CHECKPOINT_FOLDER\n";
    return 2;
  }
  int wrong = 0;
  try {
    const pixelsail::Session session(argv[1], {.device = "cpu", .threads = 1});
    std::cout << "PixelSail " << pixelsail::kVersion << ", " << session.parameter_count() << " parameters on "
              << session.device() << '\n';

    pixelsail::Query query;
    query.image = make_image();
    query.question = "Please segment the red square in this image.";
    query.answer_prefix = "It is [SEG].";
    query.max_new_tokens = 4;
    const pixelsail::Answer answer = session.answer(query);
    print(answer);
    wrong += check(!answer.masks.empty(), "no mask came back for an answer that has a [SEG]");
    wrong += check(answer.masks.size() == answer.mask_scores.size(), "masks and scores differ in number");
    for (const pixelsail::Mask& mask : answer.masks) {
      wrong += check(mask.height == 96 && mask.width == 128, "a mask has not the size of the image");
    }

    pixelsail::Query region = query;
    region.question = "What is marked by <Prompt0>?";
    region.visual_prompts = {pixelsail::parse_region("box:16,24,40,48")};
    const std::vector<pixelsail::Query> both = {query, region};
    const auto answers = session.answer(std::span<const pixelsail::Query>(both));
    print(answers.at(1));
    wrong += check(answers.at(0).text == answer.text, "a batch answers differently from a single question");
    wrong += train_two_steps(argv[1]);
  } catch (const pixelsail::Error& error) {
    std::cerr << "consumer: " << error.what() << '\n';
    return error.exit_code();
  }
  try {
    const pixelsail::Session session("/nonexistent/checkpoint");
    wrong += check(false, "a missing checkpoint was taken");
  } catch (const pixelsail::DataError& error) {
    std::cout << "missing checkpoint: " << error.what() << '\n';
  }
  return wrong == 0 ? 0 : 1;
}
