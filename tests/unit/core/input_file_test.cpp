// What is named as a file and is none is told at once; files and pipes with a writer are read.

#include "core/input_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "pixelsail/error.h"
#include "support/temp_dir.h"

namespace pixelsail {
namespace {

class InputFileTest : public ::testing::Test {
 protected:
  static std::string refusal(const std::filesystem::path& path) {
    try {
      const InputFile file(path);
    } catch (const DataError& error) {
      return error.what();
    }
    return "opened";
  }
  static std::string all(std::istream& in) { return {std::istreambuf_iterator<char>(in), {}}; }
  std::filesystem::path pipe(const std::string& name) const {
    const std::filesystem::path path = dir_.path() / name;
    EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
    return path;
  }
  test::TempDir dir_;
};

TEST_F(InputFileTest, OtherThingsAreRefusedByName) {
  const std::string folder = dir_.path().string();
  EXPECT_EQ(refusal(folder), folder + ": is a folder, not a file");
  EXPECT_EQ(refusal("/dev/zero"), "/dev/zero: is a device, not a file");
  EXPECT_EQ(refusal("/dev/null"), "/dev/null: is a device, not a file");
  EXPECT_EQ(refusal(folder + "/none"), folder + "/none: cannot be opened: No such file or directory");
  std::filesystem::create_symlink("loop", dir_.path() / "loop");
  EXPECT_NE(refusal(dir_.path() / "loop").find("loop: cannot be opened: "), std::string::npos);
  std::filesystem::create_symlink("/dev/zero", dir_.path() / "link");
  EXPECT_EQ(refusal(dir_.path() / "link"), folder + "/link: is a device, not a file");
}

TEST_F(InputFileTest, APipeWithoutAWriterEnds) {
  const std::filesystem::path path = pipe("p");
  EXPECT_EQ(refusal(path), path.string() + ": is a pipe that nobody writes to");
}

TEST_F(InputFileTest, APipeIsReadToItsEnd) {
  const std::filesystem::path path = pipe("p");
  // The writer comes late, and takes a pause that is longer than its whole life in the test above.
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::ofstream out(path);
    out << "one\n" << std::flush;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    out << "two\n";
  });
  InputStream in(path);
  EXPECT_EQ(all(in), "one\ntwo\n");
  writer.join();
}

TEST_F(InputFileTest, WhatAWriterLeftBehindIsThere) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "left", 4), 4);
  close(ends[1]);
  // As the shell gives "<(echo left)".
  InputStream in("/dev/fd/" + std::to_string(ends[0]));
  EXPECT_EQ(all(in), "left");
  close(ends[0]);
}

TEST_F(InputFileTest, AStreamCanBePositioned) {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += std::to_string(i) + "\n";
  InputStream in(dir_.write("t", text));
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(in.tellg(), 2);
  for (const std::size_t at : {text.size() - 6, std::size_t{3}, std::size_t{70000}, std::size_t{70001}}) {
    in.seekg(static_cast<std::streamoff>(at));
    EXPECT_EQ(in.get(), text[at]) << at;
    EXPECT_EQ(in.tellg(), static_cast<std::streamoff>(at + 1));
  }
  in.seekg(-6, std::ios::end);
  EXPECT_EQ(all(in), text.substr(text.size() - 6));
  in.clear();
  in.seekg(0);
  EXPECT_EQ(all(in), text);
}

TEST_F(InputFileTest, ReadFillsWhatItIsGiven) {
  InputFile file(dir_.write("f", "abcdef"));
  EXPECT_TRUE(file.is_regular());
  EXPECT_EQ(file.size(), 6U);
  std::string part(4, ' ');
  EXPECT_EQ(file.read(part), 4U);
  EXPECT_EQ(part, "abcd");
  EXPECT_EQ(file.read(part), 2U);
  EXPECT_EQ(file.read(part), 0U);
}

}  // namespace
}  // namespace pixelsail
