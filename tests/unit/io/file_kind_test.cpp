#include "io/file_kind.h"

#include <sstream>

#include "io/atomic_file.h"
#include "io/json.h"
#include "io/json_input.h"
#include "io/pickle/pickle.h"
#include "io/tables/tsv.h"
#include "io/tensors/tensor_source.h"
#include "support.h"

namespace pixelsail {
namespace {

using test::expect_error;
using test::TempDir;
using namespace std::string_literals;

const std::string kPointer =
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:0000000000000000000000000000000000000000000000000000000000000000\nsize 988097824\n";

TEST(FileKind, GitLfsPointersAreNamedByEveryReader) {
  const TempDir dir;
  for (const char* name : {"model.safetensors", "pytorch_model.bin", "x.pth", "weights"}) {
    write_file_atomic(dir.path() / name, kPointer);
    expect_error<DataError>([&] { open_tensors(dir.path() / name); },
                            std::string(name) + ": is a Git LFS pointer");
  }
  const auto path = dir.path() / "file";
  write_file_atomic(path, kPointer);
  const std::string said = path.string() + ": is a Git LFS pointer";
  expect_error<DataError>([&] { read_file(path); }, said);
  expect_error<DataError>([&] { read_pickle(path); }, said);
  expect_error<DataError>([&] { read_json(path); }, said);
  expect_error<DataError>([&] { read_jsonl(path, [](Json&&, std::size_t) {}); }, said);
  expect_error<DataError>([&] { JsonInput input(path); }, said);
  expect_error<DataError>([&] { TsvTable::read(path); }, said);
  expect_error<DataError>([&] { read_pickle(path); }, "git lfs pull");
}

TEST(FileKind, WhatIsNoTextIsNamed) {
  EXPECT_EQ(foreign_kind("{\"a\": 1}", true), "");
  EXPECT_EQ(foreign_kind("\x1f\x8b\x08"), "");
  EXPECT_NE(foreign_kind("\x1f\x8b\x08", true).find("gzip"), std::string::npos);
  EXPECT_NE(foreign_kind("PK\x03\x04..", true).find("zip archive"), std::string::npos);
  EXPECT_NE(foreign_kind("\xff\xfe{\0", true).find("UTF-16"), std::string::npos);
  EXPECT_NE(foreign_kind("\n <!DOCTYPE html>\n<html>", true).find("web page"), std::string::npos);
  const TempDir dir;
  write_file_atomic(dir.path() / "a.jsonl", "\xff\xfe{\0}\0"s);
  expect_error<DataError>([&] { read_jsonl(dir.path() / "a.jsonl", [](Json&&, std::size_t) {}); },
                          "a.jsonl: is text in UTF-16; save it as UTF-8");
}

TEST(FileKind, TheStreamStandsBehindTheMark) {
  std::istringstream plain("[1]"), marked("\xef\xbb\xbf[1]");
  refuse_foreign(plain, "x");
  refuse_foreign(marked, "x");
  EXPECT_EQ(plain.get(), '[');
  EXPECT_EQ(marked.get(), '[');
}

}  // namespace
}  // namespace pixelsail
