#include "perf/torch_folder.h"

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace pixelsail {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNew = "_ZN3c105ErrorC1ENSt7__cxx1112basic_stringIcEE";
constexpr const char* kOld = "_ZN3c105ErrorC1ENSs";

TEST(TorchFolder, TheOneOfThisBuildFits) {
  const TorchFolder folder = torch_of_program();
  ASSERT_FALSE(folder.root.empty());
  EXPECT_TRUE(fs::exists(folder.root / "lib" / "libtorch_cpu.so"));
  EXPECT_EQ(folder.abi, "C++11");
  EXPECT_TRUE(folder.version.starts_with(wanted_torch().version)) << folder.version;
  EXPECT_EQ(torch_misfit(folder), "");
}

TEST(TorchFolder, AWheelSaysItsVersions) {
  const test::TempDir temp;
  const fs::path root = temp.path();
  temp.write("version.py",
             "__all__ = ['__version__', 'cuda']\n__version__ = '2.10.0+cu128'\ndebug = False\ncuda: "
             "Optional[str] = '12.8'\n");
  temp.write("lib/libc10.so", std::string("\0\1", 2) + kNew);
  const TorchFolder folder = read_torch_folder(root);
  EXPECT_EQ(torch_description(folder), "LibTorch 2.10.0+cu128 (C++11 ABI, CUDA 12.8)");
  EXPECT_NE(torch_misfit(folder).find("found LibTorch 2.10.0+cu128 (C++11 ABI, CUDA 12.8) in " +
                                      root.string() + ", wanted LibTorch 2.11 (C++11 ABI"),
            std::string::npos)
      << torch_misfit(folder);
  temp.write("version.py", "__version__ = '2.11.1+cpu'\ncuda: Optional[str] = None\n");
  EXPECT_EQ(torch_description(read_torch_folder(root)), "LibTorch 2.11.1+cpu (C++11 ABI, without CUDA)");
  EXPECT_EQ(torch_misfit(read_torch_folder(root)), "");
  temp.write("lib/libc10.so", kOld);
  EXPECT_NE(torch_misfit(read_torch_folder(root)).find("(old ABI, without CUDA)"), std::string::npos);
}

TEST(TorchFolder, AZipAndHeadersSayThemToo) {
  const test::TempDir temp;
  const fs::path root = temp.path();
  temp.write("include/torch/headeronly/version.h",
             "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 9\n#define TORCH_VERSION_PATCH 1\n");
  EXPECT_EQ(torch_description(read_torch_folder(root)), "LibTorch 2.9 (unknown ABI, CUDA unknown)");
  EXPECT_NE(torch_misfit(read_torch_folder(root)), "");
  temp.write("build-version", "2.11.0+cu130\n");
  EXPECT_EQ(torch_description(read_torch_folder(root)), "LibTorch 2.11.0+cu130 (unknown ABI, CUDA 13.0)");
  EXPECT_EQ(torch_misfit(read_torch_folder(root)), "");
}

TEST(TorchFolder, NoneIsSaidWithTheRemedy) {
  EXPECT_NE(torch_misfit({}).find("no LibTorch was found, wanted LibTorch 2.11"), std::string::npos);
  EXPECT_NE(torch_misfit({}).find("pip install torch==2.11.0"), std::string::npos);
}

}  // namespace
}  // namespace pixelsail
