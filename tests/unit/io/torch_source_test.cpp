#include <array>
#include <cstring>

#include "io/atomic_file.h"
#include "io/json.h"
#include "io/pickle/pickle.h"
#include "io/tensors/tensor_source_kinds.h"
#include "support.h"
#include "torch_builder.h"

namespace pixelsail {
namespace {

using namespace test;
using namespace std::string_literals;

constexpr float kValues[] = {1, 2, 3, 4, 5, 6};

std::string six_floats() {
  return {reinterpret_cast<const char*>(kValues), sizeof kValues};
}

/// Reads a pickle whose storage "0" is six floats.
std::unique_ptr<TensorSource> read_pickled(const std::string& pickle) {
  static const std::string storage = six_floats();
  return detail::torch_pickle_source(detail::memory_bytes(std::as_bytes(std::span(storage)), "x.pth"), pickle,
                                     "x.pth: x/data.pkl", [](const std::string& key) -> detail::ByteRange {
                                       if (key != "0") throw DataError("there is no storage " + key);
                                       return {0, sizeof kValues};
                                     });
}

void expect_fault(const std::string& value, const std::string& part) {
  expect_error<DataError>([&] { read_pickled(pickled(value)); }, part);
  expect_error<DataError>([&] { read_pickled(pickled(value)); }, "x.pth: ");
}

std::string view(std::int64_t offset, const std::vector<std::int64_t>& shape,
                 const std::vector<std::int64_t>& stride) {
  return pickled_tensor(pickled_storage("FloatStorage", "0", 6), offset, shape, stride);
}

std::vector<float> floats(const TensorSource& source, const std::string& name) {
  std::vector<float> values(source.info(name).nbytes() / 4);
  source.read(name, std::as_writable_bytes(std::span(values)));
  return values;
}

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    for (const int shift : {4, 0}) text += "0123456789abcdef"[std::to_integer<int>(byte) >> shift & 15];
  }
  return text;
}

void expect_fixture(const std::string& archive, const std::string& values) {
  const auto source = open_tensors(fixture("torch/" + archive + ".pth"));
  const OrderedJson expected = OrderedJson::parse(read_file(fixture("torch/" + values + ".json")));
  std::vector<std::string> names;
  for (const auto& [name, tensor] : expected.items()) {
    names.push_back(name);
    const TensorInfo& info = source->info(name);
    EXPECT_EQ(dtype_name(info.dtype), tensor["dtype"].get<std::string>()) << name;
    EXPECT_EQ(info.shape, tensor["shape"].get<std::vector<std::int64_t>>()) << name;
    std::vector<std::byte> read(info.nbytes());
    source->read(name, read);
    EXPECT_EQ(hex(read), tensor["data"].get<std::string>()) << name;
    // In pieces that end inside elements and rows.
    for (const std::size_t size : {std::size_t{3}, std::size_t{16}}) {
      std::vector<std::byte> pieces(read.size());
      for (std::size_t begin = 0; begin < read.size(); begin += size) {
        source->read_part(name, begin, std::span(pieces).subspan(begin, std::min(size, read.size() - begin)));
      }
      EXPECT_EQ(pieces, read) << name;
    }
  }
  EXPECT_EQ(source->names(), names);
}

TEST(TorchSource, FilesOfTorch) {
  expect_fixture("types", "types");
  expect_fixture("views", "views");
  expect_fixture("views_p3", "views");
  expect_fixture("views_p4", "views");
  expect_fixture("mmengine", "mmengine");
  expect_fixture("mmengine_p4", "mmengine");
  const auto source = open_tensors(fixture("torch/mmengine.pth"));
  EXPECT_EQ(source->metadata(),
            (std::map<std::string, std::string>{
                {"cfg", "model = dict()\n"}, {"mmengine_version", "0.10.7"}, {"time", "20250101_000000"}}));
  EXPECT_EQ(source->place("0.weight"), fixture("torch/mmengine.pth").string());
  expect_error<DataError>([&] { source->info("x"); }, "mmengine.pth: has no tensor \"x\"");
}

TEST(TorchSource, OtherKindsOfFiles) {
  const auto expect_open_error = [](const std::string& name, const std::string& part) {
    expect_error<DataError>([&] { open_tensors(fixture("torch/" + name)); }, part);
    expect_error<DataError>([&] { open_tensors(fixture("torch/" + name)); }, name + ": ");
  };
  expect_open_error("legacy.pth", "torch before 1.6; load it in Python and save it anew with torch.save");
  expect_open_error("script.pth", "TorchScript program; load it in Python with torch.jit.load");
  expect_open_error("deflated.pth", "\" is compressed");
  const TempDir dir;
  write_file_atomic(dir.path() / "x.pth", "no zip");
  expect_error<DataError>([&] { open_tensors(dir.path() / "x.pth"); }, "x.pth: is no zip archive");
  write_file_atomic(dir.path() / "e.bin", "");
  expect_error<DataError>([&] { open_tensors(dir.path() / "e.bin"); }, "e.bin: is no torch archive");
}

TEST(TorchSource, WhereTheTensorsAre) {
  const std::string tensor = view(0, {2}, {1});
  const std::string inner = pickled_dict({{"a", tensor}});
  EXPECT_EQ(read_pickled(pickled(inner))->names(), std::vector<std::string>{"a"});
  EXPECT_EQ(read_pickled(pickled(pickled_dict({{"model", inner}, {"n", "K\x01"}})))->names(),
            std::vector<std::string>{"a"});
  EXPECT_EQ(read_pickled(pickled(pickled_dict({{"model", "N"}, {"state_dict", inner}})))->names(),
            std::vector<std::string>{"a"});
  // A tensor of the name "model".
  EXPECT_EQ(read_pickled(pickled(pickled_dict({{"model", tensor}})))->names(),
            std::vector<std::string>{"model"});
  // Attributes of the dict.
  EXPECT_EQ(read_pickled(pickled(inner + "}(" + pickled_text("_metadata") + "}ub"))->names(),
            std::vector<std::string>{"a"});
  expect_fault("]", "x.pth: holds no dict of tensors");
  expect_fault(pickled_dict({}), "x.pth: holds no tensor");
  expect_fault(pickled_dict({{"state_dict", tensor}}), "\"state_dict\" is no dict");
  expect_fault(pickled_dict({{"state_dict", pickled_dict({})}}), "state_dict: holds no tensor");
  expect_fault(pickled_dict({{"state_dict", pickled_dict({{"a", tensor}, {"lr", "K\x01"}, {"b\n", "N"}})}}),
               "x.pth: state_dict: should hold tensors only, but has \"lr\", \"b?\"");
  expect_fault(pickled_dict({{"a", "ctorch\nfloat32\n"}}), "but has \"a\"");
  expect_fault("}(K\x01" + tensor + "u", "but has a key that is no text");
  std::vector<std::pair<std::string, std::string>> many(15, {"", "N"});
  for (std::size_t i = 0; i < many.size(); ++i) many[i].first = std::to_string(i);
  expect_fault(pickled_dict(many), "\"9\" and 5 more");
}

TEST(TorchSource, ViewsStayInTheirStorage) {
  EXPECT_EQ(floats(*read_pickled(pickled(pickled_dict({{"a", view(1, {2, 2}, {1, 3})}}))), "a"),
            (std::vector<float>{2, 5, 3, 6}));
  EXPECT_EQ(floats(*read_pickled(pickled(pickled_dict({{"a", view(5, {}, {})}}))), "a"),
            std::vector<float>{6});
  EXPECT_EQ(floats(*read_pickled(pickled(pickled_dict({{"a", view(0, {2, 3}, {0, 1})}}))), "a"),
            (std::vector<float>{1, 2, 3, 1, 2, 3}));
  EXPECT_TRUE(floats(*read_pickled(pickled(pickled_dict({{"a", view(99, {0, 3}, {7, 7})}}))), "a").empty());
  const auto expect_view = [](const std::string& tensor, const std::string& part) {
    expect_fault(pickled_dict({{"state_dict", pickled_dict({{"w", tensor}})}}), part);
    expect_fault(pickled_dict({{"state_dict", pickled_dict({{"w", tensor}})}}),
                 "x.pth: state_dict: tensor \"w\": ");
  };
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  expect_view(view(0, {7}, {1}), "reaches beyond the 6 elements of its storage");
  expect_view(view(1, {6}, {1}), "reaches beyond");
  expect_view(view(6, {}, {}), "reaches beyond");
  expect_view(view(kHuge, {2}, {kHuge}), "reaches beyond");
  expect_view(view(0, {2, 2}, {3, 3}), "reaches beyond");
  expect_view(view(1, {3}, {kHuge}), "reaches beyond");
  expect_view(view(-1, {2}, {1}), "its offset -1 is negative");
  expect_view(view(0, {-2}, {1}), "a side of -2 is negative");
  expect_view(view(0, {2}, {-1}), "a stride of -1 is negative");
  expect_view(view(0, {kHuge, 4}, {0, 0}), "no memory holds its shape");
  expect_view(view(0, {0, kHuge, 4}, {0, 0, 0}), "no memory holds its shape");
  expect_view(view(0, {1 << 30}, {0}), "shows the 6 elements of its storage several times");
  expect_view(pickled_tensor(pickled_storage("FloatStorage", "0", 7), 0, {2}, {1}),
              "its storage \"0\" has 24 bytes, it should have 28");
  expect_view(pickled_tensor(pickled_storage("HalfStorage", "0", 6), 0, {2}, {1}), "it should have 12");
  expect_view(pickled_tensor(pickled_storage("FloatStorage", "1", 6), 0, {2}, {1}), "there is no storage 1");
}

TEST(TorchPickle, NothingIsImportedOrCalled) {
  expect_fault(
      "cos\nsystem\n" + pickled_text("true") + "\x85R",
      "x.pth: x/data.pkl: byte 2: pickle opcode GLOBAL ('c'): imports os.system, which is not allowed");
  expect_fault("cos\nsystem\n", "save the tensors alone with torch.save(model.state_dict(), ...)");
  expect_fault("\x8c\x02os\x8c\x06system\x93",
               "byte 14: pickle opcode STACK_GLOBAL (0x93): imports os.system");
  expect_fault("c__builtin__\neval\n", "imports __builtin__.eval");
  expect_fault("ctorch\nload\n", "imports torch.load");
  expect_fault("cnumpy\nload\n", "imports numpy.load");
  expect_fault("c\n\n", "imports .,");
  expect_fault("cos\x1b[2J\n" + std::string(300, 'a') + "\n", "imports os?[2J.aaa");
  expect_fault("K\x01K\x02\x93", "a name is no text");
  expect_fault("(S'a'\nios\nsystem\n", "INST ('i'): not allowed");
  expect_fault("(ccollections\nOrderedDict\no", "OBJ ('o'): not allowed");
  expect_fault("\x82\x01", "EXT1");
  expect_fault("Pid\n", "PERSID");
  expect_fault("N2", "DUP");
  // Plain pickles know data only.
  const std::string bytes = pickled("ctorch\nSize\n)R");
  expect_error<DataError>([&] { read_pickle(std::as_bytes(std::span(bytes)), "x"); },
                          "GLOBAL ('c'): not allowed here: it imports torch.Size");
}

TEST(TorchPickle, MisusedNames) {
  const std::string storage = pickled_storage("FloatStorage", "0", 6);
  const std::string rebuild = "ctorch._utils\n_rebuild_tensor_v2\n";
  expect_fault("N)R", "calls what is no known function or class");
  expect_fault(storage + ")R", "calls what is no known function or class");
  expect_fault("ccollections\nOrderedDict\nNR", "its arguments are no tuple");
  expect_fault("ccollections\nOrderedDict\n(]tR", "OrderedDict is called with arguments");
  expect_fault("ctorch\nFloatStorage\n(K\x05tR", "makes a storage outside");
  expect_fault("ctorch\nSize\n)R", "torch.Size is no tuple");
  expect_fault("ctorch._utils\n_rebuild_parameter\n(NtR", "a parameter is made of what is no tensor");
  expect_fault(rebuild + ")R", "fewer than 4 values");
  expect_fault(rebuild + "(NK\x00))tR"s, "what is no storage");
  expect_fault(rebuild + "(" + storage + "NK\x00))tR"s, "is no integer");
  expect_fault(rebuild + "(" + storage + "K\x00"s + "K\x01)tR", "should be tuples");
  expect_fault(rebuild + "(" + storage + "K\x00(Nt)tR"s, "is no integer");
  expect_fault(rebuild + "(" + storage + "K\x00(K\x01t)tR"s, "not as many strides as sides");
  expect_fault(rebuild + "(" + storage + "K\x00("s + std::string(65, 'N') + "t)tR", "at most 64 numbers");
  expect_fault("NQ", "the id of a storage has another form");
  expect_fault("(NNNNNtQ", "the id of a storage has another form");
  expect_fault("(" + pickled_text("storage") + "ctorch\nSize\n" + pickled_text("0") + "NK\x01tQ",
               "has no storage class");
  expect_fault(pickled_storage("FloatStorage", "0", -1), "storage \"0\" cannot have -1 elements");
  expect_fault(pickled_storage("FloatStorage", "0", std::int64_t{1} << 60), "cannot have");
  expect_fault("(" + storage + pickled_storage("FloatStorage", "0", 5) + "t", "is described in two ways");
  expect_fault("(" + storage + pickled_storage("IntStorage", "0", 6) + "t", "is described in two ways");
  expect_fault("]}b", "sets attributes of plain data");
  expect_fault(storage + "}b", "sets attributes of plain data");
  expect_fault("b", "takes more values than there are");
  expect_fault("R", "takes more values than there are");
  expect_fault("Q", "takes more values than there are");
  expect_fault("}(ctorch\nfloat32\nNu", "holds no tensor");
  // What holds itself must neither leak nor recurse, also through attributes.
  expect_fault(
      "}q\x01h\x01"
      "b"
      "U\x01kh\x01s",
      "a container holds itself");
  expect_fault(
      "cnumpy\nndarray\n)\x81]q\x01h\x01"
      "ab",
      "a container holds itself");
}

/// An archive that holds tensor "a", two floats.
struct Parts {
  std::string pickle = pickled(pickled_dict({{"a", view(0, {2}, {1})}}));
  std::string storage = six_floats();
  std::string order = "little";
};

ZipBuilder builder(const Parts& parts = {}, bool is_large = false, const std::string& folder = "x/") {
  ZipBuilder zip;
  zip.add(folder + "data.pkl", parts.pickle, is_large);
  zip.add(folder + "byteorder", parts.order);
  zip.add(folder + "data/0", parts.storage, is_large);
  return zip;
}

std::unique_ptr<TensorSource> open_zip(const std::string& bytes) {
  return detail::torch_source(detail::memory_bytes(std::as_bytes(std::span(bytes)), "x.pth"));
}

void expect_zip_fault(const std::string& bytes, const std::string& part) {
  expect_error<DataError>([&] { open_zip(bytes); }, part);
  expect_error<DataError>([&] { open_zip(bytes); }, "x.pth: ");
}

TEST(TorchArchive, StoredEntries) {
  for (const bool is_large : {false, true}) {
    const std::string bytes = builder({}, is_large).finish(is_large);
    const auto source = open_zip(bytes);
    EXPECT_EQ(floats(*source, "a"), (std::vector<float>{1, 2}));
    for (std::size_t length = 0; length < bytes.size(); length += is_large ? 1 : 7) {
      const std::string cut = bytes.substr(0, length);
      EXPECT_THROW(open_zip(cut), DataError) << length;
    }
  }
  // Old archives say nothing of their byte order.
  ZipBuilder zip;
  zip.add("archive/data.pkl", Parts().pickle);
  zip.add("archive/data/0", six_floats());
  const std::string bytes = zip.finish();
  EXPECT_EQ(floats(*open_zip(bytes), "a"), (std::vector<float>{1, 2}));
}

TEST(TorchArchive, FaultyArchives) {
  expect_zip_fault(builder({.order = "big"}).finish(), "entry \"x/byteorder\" says \"big\"");
  expect_zip_fault(builder({.storage = six_floats() + "more"}).finish(),
                   "x.pth: tensor \"a\": its storage \"0\" has 28 bytes");
  expect_zip_fault(builder({.storage = ""}).finish(), "has 0 bytes, it should have 24");
  expect_zip_fault(builder({.pickle = ""}).finish(), "x.pth: x/data.pkl: byte 0: pickle ends without STOP");
  ZipBuilder twice = builder();
  twice.add("x/data/0", six_floats());
  expect_zip_fault(twice.finish(), "entry \"x/data/0\" is there twice");
  ZipBuilder two = builder();
  two.add("y/data.pkl", "");
  expect_zip_fault(two.finish(), "has two entries data.pkl");
  expect_zip_fault(ZipBuilder().finish(), "without FOLDER/data.pkl");
  expect_zip_fault(builder({}, false, "").finish(), "without FOLDER/data.pkl");
  expect_zip_fault(builder({}, false, "a/b/").finish(), "without FOLDER/data.pkl");
  ZipBuilder none;
  none.add("x/data.pkl", Parts().pickle);
  expect_zip_fault(none.finish(), "tensor \"a\": x.pth: entry \"x/data/0\" is missing");
  ZipBuilder code = builder();
  code.add("x/constants.pkl", "");
  expect_zip_fault(code.finish(), "TorchScript");
  for (const bool is_pickle : {true, false}) {
    ZipBuilder packed;
    packed.add("x/data.pkl", Parts().pickle, false, is_pickle ? 8 : 0);
    packed.add("x/data/0", six_floats(), false, is_pickle ? 0 : 8);
    expect_zip_fault(packed.finish(),
                     is_pickle ? "\"x/data.pkl\" is compressed" : "\"x/data/0\" is compressed");
    ZipBuilder secret;
    secret.add("x/data.pkl", Parts().pickle, false, 0, is_pickle ? 1 : 0);
    secret.add("x/data/0", six_floats(), false, 0, is_pickle ? 0 : 1);
    expect_zip_fault(secret.finish(), "is encrypted");
  }
}

TEST(TorchArchive, PromisesAllocateNothing) {
  expect_zip_fault(builder().finish(true, std::uint64_t{1} << 40), "promises 1099511627776 entries");
  expect_zip_fault(builder().finish(true, ~0ull), "promises 18446744073709551615 entries");
  std::string many = builder().finish();
  for (int i = 0; i < 20; ++i) many += "PK\5\6" + std::string(18, 0);
  expect_zip_fault(many, "too many ends");
  std::string count = builder().finish();
  count.replace(count.size() - 12, 4, "\xfe\xff\xfe\xff");
  expect_zip_fault(count, "promises");
  // A pickle entry of 2^40 bytes.
  std::string large = builder({}, true).finish(true);
  const std::string size = little_endian(Parts().pickle.size(), 8);
  for (auto at = large.find(size); at != large.npos; at = large.find(size, at + 1)) {
    large.replace(at, 8, little_endian(std::uint64_t{1} << 40, 8));
  }
  expect_zip_fault(large, "x.pth: ");
}

TEST(TorchSource, ShardsOfTorch) {
  const TempDir dir;
  write_file_atomic(dir.path() / "p-1.bin", builder().finish());
  write_file_atomic(dir.path() / "pytorch_model.bin.index.json", R"({"weight_map":{"a":"p-1.bin"}})");
  EXPECT_EQ(floats(*open_tensors(dir.path()), "a"), (std::vector<float>{1, 2}));
  write_file_atomic(dir.path() / "anything", builder().finish());
  EXPECT_EQ(floats(*open_tensors(dir.path() / "anything"), "a"), (std::vector<float>{1, 2}));
}

}  // namespace
}  // namespace pixelsail
