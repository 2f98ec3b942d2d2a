#pragma once

/// The sentences of the published training data, and the classes of COCO's panoptic annotations as it calls them.
/// They stand in data/sentences/*.json and are part of the library.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pixelsail {

struct PanopticClass {
  std::int64_t id = 0;
  std::string name;
  bool is_thing = false;
};

/// Places to be filled are {class_name}, {seg}, {prompt}, {list}, {k} and <region>.
struct Sentences {
  /// Slips are mended ("the this image"); else as published, slips and all.
  bool clean = false;

  struct {
    std::vector<std::string> questions, answers, no_target_answers, description_questions;
  } segment;
  struct {
    std::string instance_suffix, semantic_suffix, semantic_name, instance_answer_item, instance_answer_join,
        instance_answer_end, stuff_answer;
  } coco;
  struct {
    std::vector<std::string> questions;
    std::string phrase;
  } gcg;
  struct {
    std::string suffix, last_join, join;
    /// `joint_forms_one` is for a single object.
    std::vector<std::string> separate_forms, joint_forms, joint_forms_one;
  } muse;
  struct {
    std::string phrase_question, sentence_question;
    std::vector<std::string> answers;
  } reasonseg;
  struct {
    std::vector<std::string> detailed_questions, short_questions;
    std::string answer, negative_answer;
  } visual_prompt;
  struct {
    std::string short_suffix;
  } osprey;
  struct {
    std::vector<std::string> questions;
    std::string candidates, joined_by, always_last, negative_answer;
  } category;
  struct {
    std::string suffix;
    std::vector<std::string> removed;
  } sam_caption;
  std::vector<PanopticClass> classes;

  /// The question about something with a name. Clean texts say no second article: "the" of the question gives
  /// way to that of the name.
  std::string ask(const std::string& question, const std::string& name) const;
  /// The class with this id; null for an unknown one.
  const PanopticClass* find_class(std::int64_t id) const;
};

/// `texts` of a data set: "published" or "clean". Throws ConfigError for another word.
const Sentences& sentences(std::string_view texts);

/// "<Prompt7>"
std::string prompt_mark(std::size_t number);

/// Names joined by `join`, the last one by `last`: "a, b and c".
std::string joined(const std::vector<std::string>& names, const std::string& join, const std::string& last);

}  // namespace pixelsail
