// pixelsail-tokenize: token ids of every line of a JSON Lines file, and what they decode to.

#include <chrono>
#include <cstdio>
#include <string>

#include "io/atomic_file.h"
#include "io/json.h"
#include "program.h"
#include "text/tokenizer.h"

int main(int argc, char** argv) {
  CLI::App app(
      "Token ids of texts: for each line {\"text\": ...} writes {\"ids\": [...], \"decoded\": \"...\"}.",
      "pixelsail-tokenize");
  std::string tokenizer_path, in_path, out_path;
  app.add_option("--tokenizer", tokenizer_path,
                 "tokenizer.json, a sentencepiece .model, or a folder with a tokenizer's files")
      ->required();
  app.add_option("--in", in_path, "JSON Lines with a \"text\" each")->required();
  app.add_option("--out", out_path, "JSON Lines to write, in the same order")->required();
  bool time = false;
  app.add_flag("--time", time, "Write to standard error how long encoding took, without reading and writing");

  return pixelsail::run_program(app, argc, argv, [&] {
    const auto tokenizer = pixelsail::load_tokenizer(tokenizer_path);
    std::string lines;
    std::chrono::steady_clock::duration spent{};
    pixelsail::read_jsonl(in_path, [&](pixelsail::Json&& object, std::size_t) {
      const std::string& text = pixelsail::json_string(object, "text", "record");
      const auto start = std::chrono::steady_clock::now();
      const std::vector<std::int64_t> ids = tokenizer->encode(text);
      spent += std::chrono::steady_clock::now() - start;
      lines += pixelsail::OrderedJson{{"ids", ids}, {"decoded", tokenizer->decode(ids)}}.dump() + "\n";
    });
    pixelsail::write_file_atomic(out_path, lines);
    if (time) std::fprintf(stderr, "encode_s %.6f\n", std::chrono::duration<double>(spent).count());
  });
}
