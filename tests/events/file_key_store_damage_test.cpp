#include <gtest/gtest.h>

#include <random>

#include "events/file_key_store.hpp"
#include "events/key_slot.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/random_seed.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::TempDir;
using test::write_file;

constexpr std::size_t header_bytes = 4096;

ErrorCode code_of_opening(const fs::path& file) {
  const auto store = FileKeyStore::open(file, {});
  EXPECT_FALSE(store);
  if (store) return {};
  EXPECT_NE(store.error().message.find(file.string()), std::string::npos) << store.error().message;
  return store.error().code;
}

/// A store of the members 0 to 19, its bytes, and where the slot of member 7 is.
struct Prepared {
  TempDir dir;
  fs::path file = dir / "keys";
  std::vector<Key> keys;
  std::string bytes;
  std::size_t place = 0;

  explicit Prepared(std::uint64_t members = 20) {
    const auto store = std::move(*FileKeyStore::open(file, {.create = true}));
    for (std::uint64_t member = 0; member < members; ++member)
      keys.push_back(*store->key_for_writing(MemberId{member}));
    bytes = read_file(file);
    place = bytes.find(std::string(keys[7].begin(), keys[7].end())) - 16;
  }

  std::string slot_name() const { return "slot " + std::to_string((place - header_bytes) / 64); }

  /// The store with the slot of member 7 overwritten from its start by `front`.
  std::unique_ptr<FileKeyStore> with_slot(std::string_view front) const {
    std::string changed = bytes;
    changed.replace(place, front.size(), front);
    write_file(file, changed);
    auto store = FileKeyStore::open(file, {});
    EXPECT_TRUE(store) << "a slot must not keep the store from opening";
    return std::move(*store);
  }

  void expect_others_untouched(KeyStore& store) const {
    for (std::uint64_t member = 0; member < keys.size(); ++member) {
      if (member == 7) continue;
      EXPECT_EQ(store.key_for_reading(MemberId{member}).value_or(std::nullopt), keys[member]);
    }
  }
};

std::string slot_bytes(const KeySlot& slot) {
  return {reinterpret_cast<const char*>(&slot), sizeof slot};
}

TEST(DamagedKeyStore, TakesASlotThatWasCutForOneNeverWritten) {
  const Prepared made;
  for (std::size_t reached = 0; reached <= 56; ++reached) {
    const std::string cut =
        made.bytes.substr(made.place, reached) + std::string(64 - reached, '\0');
    const auto store = made.with_slot(cut);
    made.expect_others_untouched(*store);
    EXPECT_FALSE(store->key_for_reading(MemberId{7}).value_or(Key{})) << reached;
    const auto key = store->key_for_writing(MemberId{7});
    ASSERT_TRUE(key) << reached;
    EXPECT_NE(*key, made.keys[7]);
    EXPECT_EQ(store->key_for_reading(MemberId{7}).value_or(std::nullopt), *key);
  }
}

TEST(DamagedKeyStore, TakesAnErasingThatWasCutForDone) {
  const Prepared made;
  const std::string erased = slot_bytes(erased_slot(MemberId{7}));
  for (std::size_t reached = 16; reached <= 64; reached += 8) {
    const auto store = made.with_slot(std::string_view(erased).substr(0, reached));
    made.expect_others_untouched(*store);
    EXPECT_FALSE(store->key_for_reading(MemberId{7}).value_or(Key{})) << reached;
    EXPECT_EQ(store->key_for_writing(MemberId{7}).error().code, ErrorCode::not_found);
    ASSERT_TRUE(store->erase(MemberId{7}));
    EXPECT_EQ(read_file(made.file).substr(made.place, 64), erased) << "now it is done";
  }
}

TEST(DamagedKeyStore, NamesTheSlotThatIsDamaged) {
  const Prepared made;
  for (std::size_t at = 0; at < 64; ++at) {
    std::string slot = made.bytes.substr(made.place, 64);
    slot[at] = static_cast<char>(slot[at] ^ 0x10);
    const auto store = made.with_slot(slot);
    made.expect_others_untouched(*store);
    const auto read = store->key_for_reading(MemberId{7});
    const auto written = store->key_for_writing(MemberId{7});
    ASSERT_FALSE(read) << at;
    ASSERT_FALSE(written) << at;
    EXPECT_EQ(read.error().code, ErrorCode::corruption);
    EXPECT_EQ(written.error().code, ErrorCode::corruption);
    EXPECT_NE(read.error().message.find(made.slot_name()), std::string::npos);
    EXPECT_NE(read.error().message.find(made.file.string()), std::string::npos);
  }
}

TEST(DamagedKeyStore, CanEraseAMemberWhoseDamagedSlotIsSurelyTheirs) {
  const Prepared made;
  std::string slot = made.bytes.substr(made.place, 64);
  slot[20] = static_cast<char>(slot[20] ^ 1);
  auto store = made.with_slot(slot);
  ASSERT_TRUE(store->erase(MemberId{7}));
  EXPECT_EQ(store->key_for_writing(MemberId{7}).error().code, ErrorCode::not_found);
  store.reset();

  slot[0] = static_cast<char>(slot[0] ^ 1);
  store = made.with_slot(slot);
  EXPECT_EQ(store->erase(MemberId{7}).error().code, ErrorCode::corruption);
}

TEST(DamagedKeyStore, DoesNotGrow) {
  const Prepared made;
  std::string slot = made.bytes.substr(made.place, 64);
  slot[20] = static_cast<char>(slot[20] ^ 1);
  const auto store = made.with_slot(slot);
  Status failed;
  for (std::uint64_t member = 100; member < 3000 && failed; ++member) {
    const auto key = store->key_for_writing(MemberId{member});
    if (!key) failed = key.error();
  }
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::corruption);
  EXPECT_NE(failed.error().message.find(made.slot_name()), std::string::npos);
  made.expect_others_untouched(*store);
  EXPECT_FALSE(fs::exists(made.dir / "keys.making"));
}

TEST(DamagedKeyStore, IsRefusedWhenItIsNone) {
  const TempDir dir;
  const auto code_of = [&](std::string_view bytes) {
    write_file(dir / "keys", bytes);
    return code_of_opening(dir / "keys");
  };
  EXPECT_EQ(code_of(""), ErrorCode::corruption);
  EXPECT_EQ(code_of("INMAILKY"), ErrorCode::corruption);
  EXPECT_EQ(code_of(std::string(100'000, 'x')), ErrorCode::corruption);
  EXPECT_EQ(code_of(std::string(100'000, '\0')), ErrorCode::corruption);
  EXPECT_EQ(read_file(dir / "keys"), std::string(100'000, '\0')) << "it is left as it is";
  EXPECT_FALSE(FileKeyStore::open(dir.path(), {.create = true})) << "a directory";
}

TEST(DamagedKeyStore, IsRefusedWhenItsHeaderOrItsLengthIsWrong) {
  const Prepared made;
  for (std::size_t at = 0; at < 64; ++at) {
    std::string changed = made.bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    write_file(made.file, changed);
    EXPECT_EQ(code_of_opening(made.file),
              at >= 8 && at < 12 ? ErrorCode::newer_format : ErrorCode::corruption);
  }
  write_file(made.file, std::string_view(made.bytes).substr(0, made.bytes.size() - 1));
  EXPECT_EQ(code_of_opening(made.file), ErrorCode::corruption);
  write_file(made.file, made.bytes + '\0');
  EXPECT_EQ(code_of_opening(made.file), ErrorCode::corruption);
}

TEST(DamagedKeyStore, NeverGivesAWrongKeyNorCrashesOnNoise) {
  const std::uint64_t seed = test::random_seed();
  std::mt19937_64 random(seed);
  const Prepared made(600);
  for (int round = 0; round < 30; ++round) {
    std::string changed = made.bytes;
    const auto changes = std::size_t{1} << (random() % 14);
    for (std::size_t i = 0; i < changes; ++i)
      changed[header_bytes + random() % (changed.size() - header_bytes)] =
          static_cast<char>(random());
    write_file(made.file, changed);
    const auto store = std::move(*FileKeyStore::open(made.file, {}));
    for (std::uint64_t member = 0; member < 700; ++member) {
      const auto key = store->key_for_reading(MemberId{member});
      if (key && *key) {
        ASSERT_LT(member, made.keys.size());
        ASSERT_EQ(**key, made.keys[member]);
      }
      static_cast<void>(store->key_for_writing(MemberId{member}).ok());
      if (member % 50 == 0) static_cast<void>(store->erase(MemberId{member}).ok());
    }
  }
}

/// What a crash between the steps of growing leaves, and what the next opening makes of it.
struct Leftover {
  const char* name;
  bool is_second_name;
};

class KeyStoreLeftover : public testing::TestWithParam<Leftover> {};

TEST_P(KeyStoreLeftover, IsWipedAndRemovedByTheNextOpening) {
  const Prepared made;
  const fs::path leftover = made.dir / GetParam().name;
  if (GetParam().is_second_name) {
    fs::create_hard_link(made.file, leftover);
  } else {
    write_file(leftover, made.bytes.substr(0, 50'000));
    fs::create_hard_link(leftover, made.dir / "witness");
  }
  const auto store = std::move(*FileKeyStore::open(made.file, {}));
  for (std::uint64_t member = 0; member < made.keys.size(); ++member)
    EXPECT_EQ(store->key_for_reading(MemberId{member}).value_or(std::nullopt), made.keys[member]);
  EXPECT_FALSE(fs::exists(leftover));
  if (!GetParam().is_second_name) {
    EXPECT_EQ(read_file(made.dir / "witness"), std::string(50'000, '\0'));
  }
}

INSTANTIATE_TEST_SUITE_P(OfEveryStep, KeyStoreLeftover,
                         testing::Values(Leftover{"keys.making", false},
                                         Leftover{"keys.making", true},
                                         Leftover{"keys.outgrown", true},
                                         Leftover{"keys.outgrown", false}));

TEST(KeyStoreLeftover, OfMakingAStoreIsMadeAnew) {
  const TempDir dir;
  write_file(dir / "keys.making", "half a header");
  const auto store = std::move(*FileKeyStore::open(dir / "keys", {.create = true}));
  EXPECT_TRUE(store->key_for_writing(MemberId{7}));
  EXPECT_FALSE(fs::exists(dir / "keys.making"));
}

}  // namespace
}  // namespace inmail
