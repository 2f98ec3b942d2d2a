// pixelsail-tokenize: token ids of every line of a JSON Lines file, and what they decode to; adds tokens.
// With --ptb: the Penn-Treebank tokens that captions are scored by.

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "io/atomic_file.h"
#include "io/json.h"
#include "metrics/ptb/ptb_tokenizer.h"
#include "program.h"
#include "text/extend_tokenizer.h"
#include "text/tokenizer.h"

namespace {

// Standard input to standard output, line by line, tokens with a blank between each two.
void write_treebank_tokens() {
  std::ios::sync_with_stdio(false);
  std::string out;
  for (std::string line; std::getline(std::cin, line);) {
    out.clear();
    for (const std::string& token : pixelsail::ptb_tokenize(line)) {
      if (!out.empty()) out += ' ';
      out += token;
    }
    out += '\n';
    std::cout << out;
  }
}

/// Writes the lines as they come: a million texts do not stand in memory.
void encode_lines(const pixelsail::Tokenizer& tokenizer, const std::string& in_path,
                  const std::string& out_path, bool time) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  pixelsail::AtomicFile out(out_path);
  std::string lines;
  std::chrono::steady_clock::duration spent{};
  pixelsail::read_jsonl(in_path, [&](pixelsail::Json&& object, std::size_t) {
    const std::string& text = pixelsail::json_string(object, "text", "record");
    const auto start = std::chrono::steady_clock::now();
    const std::vector<std::int64_t> ids = tokenizer.encode(text);
    spent += std::chrono::steady_clock::now() - start;
    lines += pixelsail::OrderedJson{{"ids", ids}, {"decoded", tokenizer.decode(ids)}}.dump() + "\n";
    if (lines.size() < kPiece) return;
    out.write(lines);
    lines.clear();
  });
  out.write(lines);
  out.commit();
  if (time) std::fprintf(stderr, "encode_s %.6f\n", std::chrono::duration<double>(spent).count());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Token ids of texts: for each line {\"text\": ...} writes {\"ids\": [...], \"decoded\": \"...\"}.",
      "pixelsail-tokenize");
  std::string tokenizer_path, in_path, out_path, save_path, tokens_path;
  bool treebank = false;
  CLI::Option* tokenizer_option =
      app.add_option("--tokenizer", tokenizer_path,
                     "tokenizer.json, a sentencepiece .model, or a folder with a tokenizer's files");
  app.add_flag("--ptb", treebank,
               "Write the lower-case Penn-Treebank tokens of each line of standard input, as captions are "
               "scored by")
      ->excludes(tokenizer_option);
  CLI::Option* in = app.add_option("--in", in_path, "JSON Lines with a \"text\" each");
  app.add_option("--out", out_path, "JSON Lines to write, in the same order")->needs(in);
  in->needs("--out");
  bool pixelsail_tokens = false;
  // A file, not the command line, where "[SEG]" would be a list.
  app.add_option("--add-tokens", tokens_path, "File with special tokens to add first, one a line");
  app.add_flag("--add-pixelsail-tokens", pixelsail_tokens, "Add those that Pixel-SAIL needs and it lacks");
  app.add_option("--save", save_path, "Folder to write the tokenizer's files to, with the added tokens");
  bool time = false;
  app.add_flag("--time", time, "Write to standard error how long encoding took, without reading and writing");

  return pixelsail::run_program(app, argc, argv, [&] {
    if (treebank) return write_treebank_tokens();
    if (tokenizer_path.empty()) throw pixelsail::ConfigError("give --tokenizer, or --ptb");
    if (in_path.empty() && save_path.empty()) throw pixelsail::ConfigError("give --in with --out, or --save");
    std::vector<std::string> new_tokens;
    if (pixelsail_tokens) new_tokens = pixelsail::pixelsail_tokens();
    if (!tokens_path.empty()) {
      std::istringstream lines(pixelsail::read_file(tokens_path));
      for (std::string line; std::getline(lines, line);) new_tokens.push_back(line);
    }
    auto tokenizer = pixelsail::load_tokenizer(tokenizer_path);
    if (!new_tokens.empty()) tokenizer = pixelsail::extend_tokenizer(*tokenizer, new_tokens);
    if (!save_path.empty()) {
      std::filesystem::create_directories(save_path);
      for (const auto& [name, bytes] : tokenizer->files()) {
        pixelsail::write_file_atomic(std::filesystem::path(save_path) / name, bytes);
      }
    }
    if (in_path.empty()) return;
    encode_lines(*tokenizer, in_path, out_path, time);
  });
}
