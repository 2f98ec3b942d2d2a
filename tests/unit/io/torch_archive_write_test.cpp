#include "io/tensors/torch_archive_write.h"

#include <array>
#include <set>

#include "io/atomic_file.h"
#include "support.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::TempDir;

std::vector<LazyTensor> every_type(const std::vector<std::byte>& data) {
  std::vector<LazyTensor> tensors;
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64, DType::kI32,
                            DType::kI16, DType::kI8, DType::kU8, DType::kBool}) {
    tensors.push_back(lazy_tensor("t." + std::string(dtype_name(dtype)),
                                  {dtype, {2, 3, 4}, std::span(data).first(24 * dtype_size(dtype))}));
  }
  tensors.push_back(lazy_tensor("scalar", {DType::kF32, {}, std::span(data).first(4)}));
  tensors.push_back(lazy_tensor("nothing", {DType::kF32, {3, 0, 5}, {}}));
  tensors.push_back(lazy_tensor("\u00fc \"quoted\"", {DType::kI64, {3}, std::span(data).first(24)}));
  return tensors;
}

std::vector<std::byte> some_bytes() {
  std::vector<std::byte> data(24 * 8);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i % 2);
  return data;
}

TEST(TorchArchiveWrite, RoundTrip) {
  const TempDir dir;
  const fs::path path = dir.path() / "t.pth";
  const std::vector<std::byte> data = some_bytes();
  const std::vector<LazyTensor> tensors = every_type(data);
  const std::map<std::string, std::string> meta = {{"mmengine_version", "0.10.7"}, {"cfg", "a = 1\n\u00fc"}};
  write_torch_archive(path, tensors, meta, {{"tied", "t.F32"}, {"tied again", "tied"}});
  const auto source = open_tensors(path);
  EXPECT_EQ(source->metadata(), meta);
  ASSERT_EQ(source->names().size(), tensors.size() + 2);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    EXPECT_EQ(source->names()[i], tensors[i].name);
    EXPECT_EQ(source->info(tensors[i].name), tensors[i].info);
    std::vector<std::byte> read(tensors[i].info.nbytes()), expected(read.size());
    source->read(tensors[i].name, read);
    tensors[i].fill(0, expected);
    EXPECT_EQ(read, expected) << tensors[i].name;
  }
  EXPECT_EQ(source->info("tied again"), source->info("t.F32"));

  const std::string first = read_file(path);
  write_torch_archive(path, tensors, meta, {{"tied", "t.F32"}, {"tied again", "tied"}});
  EXPECT_EQ(read_file(path), first);
  // For check_torch_archive.py.
  write_torch_archive(fs::path(PIXELSAIL_BINARY_DIR) / "torch_archive_write_test.pth", tensors, meta,
                      {{"tied", "t.F32"}});
}

TEST(TorchArchiveWrite, LargeTensorsInPieces) {
  const TempDir dir;
  constexpr std::int64_t kBytes = (40 << 20) + 5;
  std::uint64_t next = 0;
  const LazyTensor large = {"t", {DType::kU8, {kBytes}}, [&](std::uint64_t offset, std::span<std::byte> out) {
                              EXPECT_EQ(offset, next);
                              EXPECT_LE(out.size(), std::size_t{16} << 20);
                              next += out.size();
                              for (std::size_t i = 0; i < out.size(); ++i) {
                                out[i] = static_cast<std::byte>((offset + i) * 7 >> 3);
                              }
                            }};
  write_torch_archive(dir.path() / "t.pth", {large});
  EXPECT_EQ(next, static_cast<std::uint64_t>(kBytes));
  const auto source = open_tensors(dir.path() / "t.pth");
  std::vector<std::byte> read(kBytes);
  source->read("t", read);
  for (std::size_t i = 0; i < read.size(); ++i) ASSERT_EQ(read[i], static_cast<std::byte>(i * 7 >> 3)) << i;
}

TEST(TorchArchiveWrite, FailureLeavesNothing) {
  const TempDir dir;
  const fs::path path = dir.path() / "t.pth";
  const std::array<std::byte, 4> data = {};
  const LazyTensor good = lazy_tensor("a", {DType::kU8, {4}, data});
  const auto expect_failure = [&](const std::vector<LazyTensor>& tensors, const std::string& part,
                                  const std::vector<TensorAlias>& aliases = {}) {
    expect_error<RunError>([&] { write_torch_archive(path, tensors, {}, aliases); }, part);
    EXPECT_TRUE(fs::is_empty(dir.path()));
  };
  expect_failure({good, good}, "t.pth: tensor \"a\": name taken");
  expect_failure({good}, "t.pth: tensor \"a\": name taken", {{"a", "a"}});
  expect_failure({good}, "\"b\" should share the memory of \"c\"", {{"b", "c"}});
  expect_failure({lazy_tensor("\xff", {DType::kU8, {4}, data})}, "t.pth: \"?\" is not valid UTF-8");
  LazyTensor bad = good;
  bad.name = "b";
  bad.fill = [](std::uint64_t, std::span<std::byte>) { throw RunError("source gone"); };
  expect_failure({good, bad}, "source gone");
  expect_error<RunError>([&] { write_torch_archive(path, {good}, {{"\xff", ""}}); }, "not valid UTF-8");
}

}  // namespace
}  // namespace pixelsail
