#include "benchmarks/perbench/files.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "annotations/perbench.h"
#include "benchmarks/common/prediction_match.h"
#include "io/json.h"
#include "pixelsail/error.h"

namespace pixelsail {
namespace {

enum Part : std::size_t { kCaption, kMcq, kVtres, kParts };
constexpr std::array<std::string_view, kParts> kPartNames{"caption", "mcq", "vtres"};

/// A file and the parts it may be.
struct Candidate {
  std::string path;
  std::set<Part> parts;
};

template <class Sample>
std::set<std::string> ids_of(const std::vector<Sample>& samples) {
  std::set<std::string> ids;
  for (const Sample& sample : samples) ids.insert(sample.id);
  return ids;
}

/// A bare path: the first line decides about vtres, all ids between the others.
std::set<Part> parts_by_content(const std::string& path, const std::filesystem::path& annotations) {
  std::set<std::string> ids;
  bool has_mask = false;
  read_jsonl(path, [&](Json&& line, std::size_t) {
    if (ids.empty()) has_mask = line.contains("mask");
    ids.insert(id_member(line, "id"));
  });
  if (has_mask) return {kVtres};
  std::set<Part> parts;
  if (ids == ids_of(load_perbench_captions(annotations))) parts.insert(kCaption);
  if (ids == ids_of(load_perbench_choices(annotations))) parts.insert(kMcq);
  return parts;
}

Candidate candidate_of(const std::string& argument, const std::filesystem::path& annotations) {
  for (std::size_t part = 0; part < kParts; ++part) {
    const std::string prefix = std::string(kPartNames[part]) + "=";
    if (argument.starts_with(prefix))
      return {.path = argument.substr(prefix.size()), .parts = {static_cast<Part>(part)}};
  }
  return {.path = argument, .parts = parts_by_content(argument, annotations)};
}

/// Files that can be one part only take it from the others, until nothing changes.
void eliminate(std::vector<Candidate>& files) {
  for (std::size_t round = 0; round < files.size(); ++round) {
    for (const Candidate& sure : files) {
      if (sure.parts.size() != 1) continue;
      for (Candidate& other : files)
        if (&other != &sure && other.parts.size() > 1) other.parts.erase(*sure.parts.begin());
    }
  }
}

}  // namespace

PerBenchFiles perbench_files(const ScoreRequest& request) {
  std::vector<Candidate> files;
  for (const std::string& argument : request.predictions)
    files.push_back(candidate_of(argument, request.annotations));
  eliminate(files);
  std::array<std::string, kParts> chosen;
  for (const Candidate& file : files) {
    if (file.parts.size() != 1) {
      const std::string reason = file.parts.empty() ? "its ids are those of neither part"
                                                    : "its ids fit both captions and multiple choice";
      throw ConfigError("perbench: " + file.path + ": " + reason + "; write caption=FILE or mcq=FILE");
    }
    std::string& slot = chosen.at(*file.parts.begin());
    if (!slot.empty())
      throw ConfigError("perbench: two prediction files for " +
                        std::string(kPartNames.at(*file.parts.begin())) + ", " + slot + " and " + file.path);
    slot = file.path;
  }
  for (std::size_t part = 0; part < kParts; ++part)
    if (chosen.at(part).empty())
      throw ConfigError("perbench needs three prediction files, " + std::string(kPartNames.at(part)) +
                        "=FILE is missing");
  return {.caption = chosen[kCaption], .mcq = chosen[kMcq], .vtres = chosen[kVtres]};
}

}  // namespace pixelsail
