#include "io/atomic_file.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "support.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::TempDir;

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(AtomicFile, WritesReplacesAndLeavesNothingElse) {
  const TempDir dir;
  const auto path = dir.path() / "new" / "folder" / "file.bin";
  const std::string bytes("a\0b\n", 4);
  write_file_atomic(path, bytes);
  EXPECT_EQ(read_file(path), bytes);
  write_file_atomic(path, "");
  EXPECT_EQ(read_file(path), "");
  EXPECT_EQ(entries(path.parent_path()), 1u);
}

TEST(AtomicFile, LargeFileReadsBack) {
  const TempDir dir;
  std::string bytes(3'000'001, 'x');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 / 5);
  write_file_atomic(dir.path() / "f", bytes);
  EXPECT_EQ(read_file(dir.path() / "f"), bytes);
}

TEST(AtomicFile, UncommittedLeavesTheOldContent) {
  const TempDir dir;
  const auto path = dir.path() / "f";
  write_file_atomic(path, "old");
  {
    AtomicFile file(path);
    file.write("new");
    expect_error<RunError>([&] { AtomicFile second(path); }, "another process is writing it");
  }
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(entries(dir.path()), 1u);
}

TEST(AtomicFile, OverwritesWhatAKilledWriterLeft) {
  const TempDir dir;
  const auto path = dir.path() / "f";
  const pid_t child = fork();
  if (child == 0) {
    AtomicFile file(path);
    file.write("a longer text than the next");
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(entries(dir.path()), 1u);
  write_file_atomic(path, "short");
  EXPECT_EQ(read_file(path), "short");
  EXPECT_EQ(entries(dir.path()), 1u);
}

TEST(AtomicFile, FailuresNameThePathAndCleanUp) {
  const TempDir dir;
  write_file_atomic(dir.path() / "file", "x");
  fs::create_directory(dir.path() / "folder");
  write_file_atomic(dir.path() / "folder" / "inside", "x");
  expect_error<RunError>([&] { write_file_atomic(dir.path() / "file" / "below", "y"); }, "file");
  expect_error<RunError>([&] { write_file_atomic(dir.path() / "folder", "y"); }, "folder");
  EXPECT_EQ(entries(dir.path()), 2u);
  expect_error<RunError>([] { write_file_atomic("", "y"); }, "empty");
  expect_error<DataError>([&] { read_file(dir.path() / "none"); }, "none");
  expect_error<DataError>([&] { read_file(dir.path()); }, dir.path().string());
}

TEST(AtomicFile, FullDiskIsARunError) {
  // A file size limit stands in for a full disk: write() fails in the middle.
  const TempDir dir;
  const auto path = dir.path() / "f";
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_file_atomic(path, std::string(5000, 'x'));
    } catch (const RunError& error) {
      _exit(std::string(error.what()).find(path.string()) != std::string::npos ? 7 : 8);
    }
    _exit(9);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(entries(dir.path()), 0u);
}

TEST(AtomicDirectory, AppearsOnCommit) {
  const TempDir dir;
  const auto path = dir.path() / "a" / "out";
  {
    AtomicDirectory out(path);
    write_file_atomic(out.path() / "sub" / "f", "1");
    EXPECT_FALSE(fs::exists(path));
    out.commit();
    EXPECT_EQ(read_file(path / "sub" / "f"), "1");
    expect_error<RunError>([&] { out.commit(); }, "twice");
  }
  EXPECT_EQ(entries(path.parent_path()), 1u);
  EXPECT_EQ(read_file(path / "sub" / "f"), "1");
}

TEST(AtomicDirectory, VanishesWithoutCommit) {
  const TempDir dir;
  {
    AtomicDirectory out(dir.path() / "out/");
    write_file_atomic(out.path() / "f", "1");
    expect_error<RunError>([&] { AtomicDirectory second(dir.path() / "out"); }, "another process");
  }
  EXPECT_EQ(entries(dir.path()), 0u);
}

TEST(AtomicDirectory, ReplacesOnlyWhenAsked) {
  const TempDir dir;
  const auto path = dir.path() / "out";
  fs::create_directory(path);
  write_file_atomic(path / "old", "1");
  expect_error<RunError>([&] { AtomicDirectory out(path); }, "exists already");
  {
    AtomicDirectory out(path, AtomicDirectory::Existing::kReplace);
    write_file_atomic(out.path() / "new", "2");
    EXPECT_TRUE(fs::exists(path / "old"));
    out.commit();
  }
  EXPECT_FALSE(fs::exists(path / "old"));
  EXPECT_EQ(read_file(path / "new"), "2");
  EXPECT_EQ(entries(dir.path()), 1u);
}

TEST(AtomicDirectory, SomebodyElseWasFaster) {
  const TempDir dir;
  const auto path = dir.path() / "out";
  AtomicDirectory out(path);
  fs::create_directory(path);
  expect_error<RunError>([&] { out.commit(); }, "exists already");
}

TEST(AtomicDirectory, StartsEmptyAfterAKilledWriter) {
  const TempDir dir;
  fs::create_directories(dir.path() / "out.tmp" / "deep");
  write_file_atomic(dir.path() / "out.tmp" / "deep" / "stale", "1");
  AtomicDirectory out(dir.path() / "out");
  EXPECT_EQ(entries(out.path()), 0u);
  for (int i = 0; i < 70; ++i) write_file_atomic(out.path() / std::to_string(i), "x");
  out.commit();
  EXPECT_EQ(entries(dir.path() / "out"), 70u);
}

TEST(DirectoryLock, OneAtATimeAndFreeAfterDeath) {
  const TempDir dir;
  const auto folder = dir.path() / "run";
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const DirectoryLock lock(folder);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  expect_error<RunError>([&] { DirectoryLock lock(folder); },
                         folder.string() + ": in use by another process");
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_NO_THROW(DirectoryLock{folder});
  const DirectoryLock again(folder);
  expect_error<RunError>([&] { DirectoryLock second(folder); }, "in use");
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace pixelsail
