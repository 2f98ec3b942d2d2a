#include <algorithm>
#include <unordered_map>

#include "annotations/published_prompts.h"
#include "annotations/vqa.h"
#include "benchmarks/common/answer_text.h"
#include "benchmarks/common/question_parts.h"
#include "benchmarks/vqa/vqa.h"
#include "core/rng.h"
#include "image/image_size.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

struct TableQuestions {
  VqaTable table;
  /// Places in the table, in its order.
  std::vector<std::size_t> places;
  /// Those that hold the pictures, by AskedQuestion::image.
  std::vector<std::size_t> holders;
  bool yes_no = false;

  const VqaQuestion& question(std::size_t i) const { return table.questions()[places.at(i)]; }
};

/// Any character of the block of common Chinese ones, U+4E00 to U+9FFF: in UTF-8 three bytes that begin with
/// E4 B8 80 to E9 BF BF.
bool has_chinese(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]), next = static_cast<unsigned char>(text[i + 1]);
    if (lead >= 0xE5 && lead <= 0xE9) return true;
    if (lead == 0xE4 && next >= 0xB8) return true;
  }
  return false;
}

std::string prompt_of(const VqaQuestion& question, const BenchmarkConfig& config) {
  const std::string hint = question.hint ? *question.hint + "\n" : std::string();
  std::string options;
  for (const auto& [letter, text] : question.options) options += std::string("\n") + letter + ". " + text;
  const bool chinese = config.prompt == kChoicePrompt && has_chinese(hint + question.question + options);
  const std::string_view prompt = chinese ? kChineseChoicePrompt : std::string_view(config.prompt);
  return fill_template(prompt, std::vector<TemplateValue>{
                                   {"hint", hint}, {"question", question.question}, {"options", options}});
}

/// Whole groups until there are `limit` questions (0: all), back in the order of the table.
std::vector<std::size_t> chosen_places(const std::vector<VqaGroup>& groups, std::int64_t limit) {
  std::vector<std::size_t> places;
  for (const VqaGroup& group : groups) {
    if (limit > 0 && static_cast<std::int64_t>(places.size()) >= limit) break;
    places.insert(places.end(), group.begin(), group.end());
  }
  std::ranges::sort(places);
  return places;
}

std::vector<std::byte> picture_of(const VqaTable& table, const VqaQuestion& holder) {
  std::vector<std::vector<std::byte>> images = table.image_bytes(holder);
  if (images.size() > 1)
    throw DataError(table.where(holder) + ": holds " + std::to_string(images.size()) +
                    " pictures, the model reads one");
  return std::move(images.front());
}

AskedImage describe_image(const VqaTable& table, const VqaQuestion& holder) {
  AskedImage image{.name = table.where(holder) + ": picture"};
  try {
    const ImageSize size = image_size_of(picture_of(table, holder), image.name);
    image.height = size.height;
    image.width = size.width;
  } catch (const DataError&) {
    // The size only decides the order; whoever loads the picture says what is wrong with it.
  }
  return image;
}

void add_questions(TableQuestions& asked, const BenchmarkConfig& config, QuestionSet& set) {
  std::unordered_map<std::size_t, std::size_t> images;
  for (const std::size_t place : asked.places) {
    const VqaQuestion& question = asked.table.questions()[place];
    AskedQuestion entry{.id = question.index,
                        .image = 0,
                        .prompt = prompt_of(question, config),
                        .subject = question.question,
                        .fault = {}};
    std::size_t holder = place;
    try {
      holder = asked.table.image_holder(question);
    } catch (const DataError& error) {
      entry.fault = error.what();
    }
    const auto [found, added] = images.try_emplace(holder, set.images.size());
    if (added) {
      set.images.push_back(describe_image(asked.table, asked.table.questions()[holder]));
      asked.holders.push_back(holder);
    }
    entry.image = found->second;
    set.questions.push_back(std::move(entry));
  }
}

/// One option, chosen by the question's index alone.
std::string blind_choice(const TableQuestions& asked, const VqaQuestion& question) {
  Rng rng(0, "blind/" + question.index);
  if (asked.yes_no) return rng.below(2) == 0 ? "Yes" : "No";
  if (question.options.empty()) return {};
  return {question.options[static_cast<std::size_t>(rng.below(question.options.size()))].first};
}

}  // namespace

QuestionSet ask_table(const BenchmarkConfig& config) {
  TableQuestions loaded{.table = VqaTable::load(find_vqa_table(config.root, config.benchmark)),
                        .places = {},
                        .holders = {},
                        .yes_no = config.benchmark == "mme"};
  const ScoreRequest request{.benchmark = config.benchmark, .split = config.split, .options = config.options};
  loaded.places = chosen_places(vqa_groups(loaded.table, request), config.limit);
  QuestionSet set;
  set.kind = AnswerKind::kChoice;
  add_questions(loaded, config, set);
  const auto asked = std::make_shared<const TableQuestions>(std::move(loaded));
  set.load_image = [asked, images = set.images](std::size_t index) {
    const VqaQuestion& holder = asked->table.questions()[asked->holders.at(index)];
    return std::make_shared<const Image>(
        decode_image(picture_of(asked->table, holder), images.at(index).name));
  };
  set.regions = [](std::size_t) { return std::vector<Region>(); };
  set.reference = [asked](std::size_t i) {
    return QuestionReference{.text = asked->question(i).answer.value_or(""), .masks = {}};
  };
  set.category = [asked](std::size_t i) { return asked->question(i).category.value_or(""); };
  set.blind = [asked](std::size_t i) { return text_answer(blind_choice(*asked, asked->question(i))); };
  set.prediction = [asked](std::size_t i, const Answer* answer) {
    return OrderedJson{{"index", asked->question(i).index},
                       {"prediction", clean_table_answer(text_of(answer))}};
  };
  set.score = [asked](const ScoreRequest& asked_for) { return score_vqa(asked->table, asked_for); };
  return set;
}

}  // namespace pixelsail
