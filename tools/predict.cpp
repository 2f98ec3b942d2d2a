// pixelsail-predict: answers a question about an image, a folder of images, or a list.

#include "core/log.h"
#include "predict/answer_json.h"
#include "predict/answer_sheet.h"
#include "predict/open_session.h"
#include "predict/output.h"
#include "program.h"

namespace {

struct Arguments {
  pixelsail::CheckpointConfig checkpoint;
  std::string prompt, on_error = "stop";
  std::filesystem::path image, list, sheet;
  std::vector<std::string> regions;
  pixelsail::SessionConfig session;
  pixelsail::PredictOptions options;
};

std::vector<pixelsail::PredictItem> read_items(Arguments& arguments, bool has_prompt,
                                               pixelsail::Logger& log) {
  if (!arguments.list.empty()) {
    if (has_prompt || !arguments.regions.empty()) {
      throw pixelsail::ConfigError("--prompt and --region come from the lines of --jsonl");
    }
    arguments.options.folder_per_item = true;
    return pixelsail::predict_items_from_jsonl(arguments.list);
  }
  if (arguments.image.empty()) throw pixelsail::ConfigError("--image or --jsonl is needed");
  if (!has_prompt) throw pixelsail::ConfigError("--prompt is needed");
  for (const std::string& region : arguments.regions) pixelsail::parse_region(region);
  if (std::filesystem::is_directory(arguments.image)) {
    arguments.options.folder_per_item = true;
    std::vector<std::filesystem::path> left_out;
    auto items =
        pixelsail::predict_items_from_folder(arguments.image, arguments.prompt, arguments.regions, &left_out);
    if (!left_out.empty()) log.warning(arguments.image.string() + ": " + pixelsail::left_out_text(left_out));
    return items;
  }
  return {{.name = {}, .image = arguments.image, .prompt = arguments.prompt, .regions = arguments.regions}};
}

/// Plain text for a single item, one JSON line for each of several.
void print_answer(bool several, const pixelsail::PredictItem& item, const pixelsail::Answer& answer) {
  if (!several) {
    std::cout << answer.text << '\n';
    return;
  }
  std::cout << pixelsail::printed_json(item, answer)
                   .dump(-1, ' ', false, pixelsail::OrderedJson::error_handler_t::replace)
            << '\n';
}

void answer_items(Arguments& arguments, bool has_prompt) {
  pixelsail::Logger log;
  const auto items = read_items(arguments, has_prompt, log);
  const bool several = arguments.options.folder_per_item;
  arguments.options.skip_errors = several && arguments.on_error == "skip";
  const auto model = pixelsail::open_session(arguments.checkpoint, arguments.session, log);
  pixelsail::AnswerSheet sheet;
  const auto show = [&](const auto& item, const auto& answer) {
    print_answer(several, item, answer);
    if (!arguments.sheet.empty()) sheet.add(item, answer);
  };
  const auto tell = [&](const auto& item, const std::string& reason) {
    log.warning(item.name + ": " + reason);
  };
  const std::int64_t failed =
      pixelsail::predict_items(items, model, arguments.options, {.on_answer = show, .on_error = tell});
  if (!sheet.empty()) sheet.write(arguments.sheet);
  if (failed > 0) {
    log.warning(std::to_string(failed) + " of " + std::to_string(items.size()) + " items were left out");
    if (failed == static_cast<std::int64_t>(items.size()))
      throw pixelsail::DataError("no item could be answered");
  }
  if (!arguments.sheet.empty() && sheet.empty())
    log.warning("--sheet: no item has an image, so that there is nothing to show");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Answers a question about an image and writes the masks of the answer", "pixelsail-predict"};
  Arguments arguments;
  app.add_option("--checkpoint", arguments.checkpoint.dir, "checkpoint folder, e.g. data/demo_model")
      ->required();
  app.add_option("--adapter", arguments.checkpoint.adapter, "folder of a LoRA adapter for the checkpoint");
  auto* image = app.add_option("--image", arguments.image, "image file, or a folder: every image in it");
  auto* prompt = app.add_option("--prompt", arguments.prompt,
                                "the question, e.g. \" Please segment the red star in "
                                "this image.\"");
  app.add_option("--jsonl", arguments.list,
                 "list, a line each: {\"image\":..,\"prompt\":..,\"regions\":[..]}")
      ->excludes(image);
  app.add_option(
      "--region", arguments.regions,
      "box:x,y,w,h | point:x,y | scribble:x1,y1,x2,y2,... | mask:FILE; the k-th (from 0) is <Promptk>");
  app.add_option("--out", arguments.options.out,
                 "output folder: mask_0.png, overlay.png, result.json; for several images a folder each")
      ->required();
  app.add_option("--sheet", arguments.sheet,
                 "one picture of the answers (the first " + std::to_string(pixelsail::AnswerSheet::kMost) +
                     " with an image): FILE.png or FILE.jpg");
  app.add_option("--device", arguments.session.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option(
         "--dtype", arguments.session.dtype,
         "f32, bf16, f16, int8 or int4 (weights), or auto: bf16 on a GPU that multiplies in it, else f32")
      ->check(CLI::IsMember(pixelsail::answer_dtype_names()))
      ->capture_default_str();
  app.add_option("--threads", arguments.session.threads, "CPU threads; 0: one per core")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--max-new-tokens", arguments.options.max_new_tokens, "longest answer in tokens")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--batch-size", arguments.options.batch_size, "questions answered together")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--on-error", arguments.on_error,
                 "what a broken item of a folder or list does: stop or skip")
      ->check(CLI::IsMember({"stop", "skip"}))
      ->capture_default_str();
  return pixelsail::run_program(app, argc, argv, [&] { answer_items(arguments, prompt->count() > 0); });
}
