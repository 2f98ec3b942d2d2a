#include "data/mix/sentences.h"

#include <algorithm>

#include "annotations/published_prompts.h"
#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {

namespace detail {
// Of the file that embed_sentences.cmake writes.
std::string_view published_sentences();
std::string_view clean_sentences();
}  // namespace detail

namespace {

Json sentences_json(bool clean) {
  Json all = parse_json(detail::published_sentences(), "data/sentences/published.json");
  all["muse"]["joint_forms_one"] = all["muse"]["joint_forms"];
  if (clean) all.merge_patch(parse_json(detail::clean_sentences(), "data/sentences/clean.json"));
  return all;
}

using List = std::vector<std::string>;

void read_segmentation(const Json& all, Sentences& s) {
  const Json &segment = all.at("segment"), &coco = all.at("coco");
  s.segment = {.questions = segment.at("questions").get<List>(),
               .answers = segment.at("answers").get<List>(),
               .no_target_answers = segment.at("no_target_answers").get<List>(),
               .description_questions = segment.at("description_questions").get<List>()};
  s.coco = {.instance_suffix = coco.at("instance_suffix"),
            .semantic_suffix = coco.at("semantic_suffix"),
            .semantic_name = coco.at("semantic_name"),
            .instance_answer_item = coco.at("instance_answer_item"),
            .instance_answer_join = coco.at("instance_answer_join"),
            .instance_answer_end = coco.at("instance_answer_end"),
            .stuff_answer = coco.at("stuff_answer")};
  s.gcg = {.questions = all.at("gcg").at("questions").get<List>(), .phrase = all.at("gcg").at("phrase")};
  const Json &muse = all.at("muse"), &reasonseg = all.at("reasonseg");
  s.muse = {.suffix = muse.at("suffix"),
            .last_join = muse.at("last_join"),
            .join = muse.at("join"),
            .separate_forms = muse.at("separate_forms").get<List>(),
            .joint_forms = muse.at("joint_forms").get<List>(),
            .joint_forms_one = muse.at("joint_forms_one").get<List>()};
  s.reasonseg = {.phrase_question = reasonseg.at("phrase_question"),
                 .sentence_question = reasonseg.at("sentence_question"),
                 .answers = reasonseg.at("answers").get<List>()};
}

void read_prompts(const Json& all, Sentences& s) {
  const Json &prompt = all.at("visual_prompt"), &category = all.at("category"), &sam = all.at("sam_caption");
  s.visual_prompt = {.detailed_questions = prompt.at("detailed_questions").get<List>(),
                     .short_questions = prompt.at("short_questions").get<List>(),
                     .answer = prompt.at("answer"),
                     .negative_answer = prompt.at("negative_answer")};
  s.osprey = {.short_suffix = all.at("osprey").at("short_suffix")};
  s.category = {.questions = category.at("questions").get<List>(),
                .candidates = category.at("candidates"),
                .joined_by = category.at("joined_by"),
                .always_last = category.at("always_last"),
                .negative_answer = category.at("negative_answer")};
  s.sam_caption = {.suffix = sam.at("suffix"), .removed = sam.at("removed").get<List>()};
  for (const Json& row : all.at("coco_panoptic_classes"))
    s.classes.push_back({.id = row.at("id"), .name = row.at("name"), .is_thing = row.at("isthing") == 1});
}

Sentences make_sentences(bool clean) {
  const Json all = sentences_json(clean);
  Sentences s;
  s.clean = clean;
  read_segmentation(all, s);
  read_prompts(all, s);
  return s;
}

bool has_article(std::string_view name) {
  constexpr std::array<std::string_view, 7> kArticles = {"the ",  "a ",     "an ",  "all ",
                                                         "both ", "every ", "each "};
  return std::ranges::any_of(kArticles, [&](std::string_view article) { return name.starts_with(article); });
}

}  // namespace

std::string Sentences::ask(const std::string& question, const std::string& name) const {
  constexpr std::string_view kPlace = "{class_name}", kArticle = "the ";
  std::string text = question;
  const std::size_t at = text.find(kPlace);
  if (clean && has_article(name) && at != text.npos && at >= kArticle.size() &&
      text.compare(at - kArticle.size(), kArticle.size(), kArticle) == 0)
    text.erase(at - kArticle.size(), kArticle.size());
  return fill_template(text, "class_name", name);
}

const PanopticClass* Sentences::find_class(std::int64_t id) const {
  const auto found = std::ranges::find(classes, id, &PanopticClass::id);
  return found == classes.end() ? nullptr : &*found;
}

const Sentences& sentences(std::string_view texts) {
  static const Sentences kPublished = make_sentences(false), kClean = make_sentences(true);
  if (texts == "published") return kPublished;
  if (texts == "clean") return kClean;
  throw ConfigError("texts should be published or clean, not \"" + std::string(texts) + "\"");
}

std::string prompt_mark(std::size_t number) {
  return "<Prompt" + std::to_string(number) + ">";
}

std::string joined(const std::vector<std::string>& names, const std::string& join, const std::string& last) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? last : join;
    text += names[i];
  }
  return text;
}

}  // namespace pixelsail
