#include "word_targets.h"

#include <zlib.h>

#include "io/archive/gzip_lines.h"
#include "metrics/meteor/meteor_data.h"
#include "metrics/meteor/meteor_score.h"
#include "metrics/wordnet/wordnet.h"
#include "parts.h"
#include "pixelsail/error.h"
#include "word_files.h"

namespace pixelsail::fuzz {
namespace {

using namespace std::string_literals;

std::string packed(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw RunError("zlib");
  std::string out(text.size() + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

constexpr const char* kParaphrases = "0.5\na car\nan automobile\n0.25\nwolf\ngrey wolf\n";

}  // namespace

Material wordnet_material() {
  return {.seeds = {"data\n"s + kWordNetData, "index\n"s + kWordNetIndex, "exc\n"s + kWordNetExceptions},
          .dictionary = {"00000029", "00000000", "99999999", "\n", "  ", " | ", "cup", "mug", "ff", "(ip)",
                         "\xff", "data\n", "index\n", "exc\n", "4294967296"}};
}

void run_wordnet(const std::string& input) {
  static const Scratch kScratch;
  static const std::filesystem::path kFolder = put_wordnet(kScratch);
  const auto& [kind, text] = split_kind(input);
  const bool is_data = kind == "data", is_index = kind == "index";
  if (!is_data && !is_index && kind != "exc") throw DataError("no file of this layout");
  kScratch.put("wordnet/data.noun", is_data ? text : kWordNetData);
  kScratch.put("wordnet/index.noun", is_index ? text : kWordNetIndex);
  kScratch.put("wordnet/noun.exc", is_data || is_index ? kWordNetExceptions : text);
  const WordNet wordnet(kFolder);
  for (const char* word : {"cup", "mugs", "mice", "a b", "X"}) {
    for (const SynsetId& synset : wordnet.synsets(word)) wordnet.lemmas(synset);
    wordnet.exceptions(word, PartOfSpeech::kNoun);
  }
}

Material meteor_material() {
  return {.seeds = {"words\nthe\nof\na\n'\n", "prefixes\n# comment\n\nvs\nMr\nno #NUMERIC_ONLY#\n",
                    "synsets\nautomobile\n10\ncar\n10 11\nwolf\n30\n",
                    "exceptions\nwolf\nwolves\nrun\nran running\n", "paraphrases\n"s + kParaphrases},
          .dictionary = {"\n", "#", "#NUMERIC_ONLY#", "10", "-1", "4294967296", "car", "wolf", "wolves", " ",
                         "\xff", "0.5\n", "words\n", "synsets\n", "exceptions\n", "paraphrases\n", "\r\n"}};
}

void run_meteor(const std::string& input) {
  static const Scratch kScratch;
  const auto& [kind, text] = split_kind(input);
  MeteorFiles files;
  files.data_directory = put_meteor(kScratch);
  if (kind == "paraphrases") {
    files.paraphrases = kScratch.put("table.txt", text);
  } else if (kind == "words" || kind == "prefixes" || kind == "synsets" || kind == "exceptions") {
    kScratch.put("meteor/english." + std::string(kind), text);
  } else {
    throw DataError("no file of this layout");
  }
  const std::vector<MeteorSegment> segments{
      {.hypothesis = "a car saw wolves no 3", .references = {"an automobile ran , a grey wolf"}}};
  const MeteorData data = MeteorData::load(files);
  for (const double score : score_meteor(segments, data).scores)
    require(score >= 0 && score <= 1, "a score outside of 0 to 1");
}

Material gzip_material() {
  return {
      .seeds = {packed(kParaphrases), packed("x\n"), packed(std::string(3000, 'a') + "\n\nb"), kParaphrases},
      .dictionary = {"\x1f\x8b\x08", "\n", "\r\n", "\xff\xff", "\x01\x04", "\x02\x02"}};
}

void run_gzip(const std::string& input) {
  static const Scratch kScratch;
  detail::GzipLines lines(kScratch.put("table.gz", input));
  std::size_t count = 0;
  for (std::string_view line; lines.next(line);) {
    require(line.find('\n') == std::string_view::npos, "a line with a line feed");
    require(lines.number() == ++count, "lines are counted wrongly");
  }
}

}  // namespace pixelsail::fuzz
