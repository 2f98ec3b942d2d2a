// Checkpoints as training programs really write them: what stands beside the tensors is skipped, unread.

#include "io/atomic_file.h"
#include "io/tensors/tensor_source_kinds.h"
#include "support.h"
#include "torch_builder.h"

namespace pixelsail {
namespace {

using namespace test;
using namespace std::string_literals;

const std::string kFloats(24, '\0');

std::unique_ptr<TensorSource> read_foreign(const std::string& value) {
  return detail::torch_pickle_source(detail::memory_bytes(std::as_bytes(std::span(kFloats)), "x.pth"),
                                     pickled(value), "x.pth: x/data.pkl", [](const std::string&) {
                                       return detail::ByteRange{0, 24};
                                     });
}

std::string tensor() {
  return pickled_tensor(pickled_storage("FloatStorage", "0", 6), 0, {2}, {1});
}

std::string weights() {
  return pickled_dict({{"a", tensor()}});
}

TEST(TorchForeign, WhatStandsBesideTheTensorsIsSkipped) {
  const std::string history = "cmmengine.logging.history_buffer\nHistoryBuffer\n)\x81}(" +
                              pickled_text("min") +
                              "c__builtin__\ngetattr\ncmmengine.logging.history_buffer\nHistoryBuffer\n" +
                              pickled_text("min") + "\x86Rub";
  const std::string space = "cargparse\nNamespace\n)\x81}(" + pickled_text("lr") + "K\x01ub";
  const std::string path = "cpathlib\nPosixPath\n(" + pickled_text("a") + "tR";
  const std::string config = "cmmengine.config.config\nConfigDict\n)R(" + pickled_text("k") + "K\x01u";
  const std::string queue =
      "ccollections\ndeque\n)RK\x05"
      "a";
  const std::string called = "cfunctools\npartial\ncx.y\nf\n\x85R)R";
  const std::string numbers =
      "c__builtin__\nset\n]K\x01"
      "a\x85R";
  const std::string odd_keys = "}(K\x01K\x02\x86Nu";
  for (const std::string& beside :
       {history, space, path, config, queue, called, numbers, odd_keys, "\x8f(K\x01\x90"s, "cx\nC\n)}\x92"s,
        "C\x01x"s, "\x96\x01\0\0\0\0\0\0\0x"s}) {
    EXPECT_EQ(read_foreign(pickled_dict({{"before", beside}, {"state_dict", weights()}}))->names(),
              std::vector<std::string>{"a"});
  }
  // In place of a weight it is named.
  expect_error<DataError>(
      [&] {
        read_foreign(pickled_dict({{"a", tensor()}, {"b", space}}));
      },
      "\"b\" (argparse.Namespace)");
  expect_error<DataError>([&] { read_foreign(space); },
                          "a Python object (argparse.Namespace); save its state_dict()");
}

TEST(TorchForeign, WhereTheWeightsAre) {
  for (const char* name : {"state_dict", "model_state_dict", "model", "module", "net", "weights", "ema"}) {
    EXPECT_EQ(
        read_foreign(
            pickled_dict({{"epoch", "K\x01"}, {name, weights()}, {"optimizer", pickled_dict({{"lr", "N"}})}}))
            ->names(),
        std::vector<std::string>{"a"})
        << name;
  }
  EXPECT_EQ(
      read_foreign(pickled_dict({{"trainer", pickled_dict({{"net", weights()}, {"n", "N"}})}, {"n", "N"}}))
          ->names(),
      std::vector<std::string>{"a"});
  EXPECT_EQ(read_foreign(pickled_dict({{"ema", weights()}, {"model_state_dict", weights()}}))->names().size(),
            1u);
  expect_error<DataError>(
      [] {
        read_foreign(pickled_dict({{"params", weights()}, {"params_ema", weights()}}));
      },
      "several members hold tensors (\"params\", \"params_ema\")");
  // Wrappers of DistributedDataParallel and torch.compile.
  EXPECT_EQ(read_foreign(pickled_dict({{"module.a", tensor()}, {"module.b", tensor()}}))->names(),
            (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read_foreign(pickled_dict({{"module._orig_mod.a", tensor()}}))->names(),
            std::vector<std::string>{"a"});
  EXPECT_EQ(read_foreign(pickled_dict({{"module.a", tensor()}, {"b", tensor()}}))->names(),
            (std::vector<std::string>{"module.a", "b"}));
}

TEST(TorchForeign, DeepSpeedFolders) {
  ZipBuilder zip;
  zip.add("x/data.pkl", pickled(pickled_dict({{"module", weights()}, {"dp_world_size", "K\x01"}})));
  zip.add("x/data/0", kFloats);
  const std::string file = zip.finish();
  const TempDir dir;
  write_file_atomic(dir.path() / "iter_5.pth" / "mp_rank_00_model_states.pt", file);
  EXPECT_EQ(open_tensors(dir.path() / "iter_5.pth")->names(), std::vector<std::string>{"a"});
  write_file_atomic(dir.path() / "latest", "iter_5.pth\n");
  EXPECT_EQ(open_tensors(dir.path())->names(), std::vector<std::string>{"a"});
  write_file_atomic(dir.path() / "iter_5.pth" / "mp_rank_01_model_states.pt", file);
  expect_error<DataError>([&] { open_tensors(dir.path() / "iter_5.pth"); }, "model parallelism");
  write_file_atomic(dir.path() / "zero" / "zero_pp_rank_0_mp_rank_00_model_states.pt", file);
  expect_error<DataError>([&] { open_tensors(dir.path() / "zero"); }, "zero_to_fp32.py");
  write_file_atomic(dir.path() / "work" / "iter_2.pth", file);
  expect_error<DataError>([&] { open_tensors(dir.path() / "work"); }, "it has iter_2.pth: name the file");
}

}  // namespace
}  // namespace pixelsail
