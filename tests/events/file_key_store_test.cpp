#include "events/file_key_store.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "events/memory_key_store.hpp"
#include "tests/support/file_bytes.hpp"
#include "tests/support/random_seed.hpp"
#include "tests/support/temp_dir.hpp"

namespace inmail {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::TempDir;
using Store = std::unique_ptr<FileKeyStore>;

constexpr std::size_t header_bytes = 4096;

Store opened(const fs::path& file, const FileKeyStore::Options& options) {
  auto store = FileKeyStore::open(file, options);
  if (!store) {
    ADD_FAILURE() << store.error().message;
    return nullptr;
  }
  return std::move(*store);
}

Store opened(const fs::path& file) { return opened(file, {.create = true}); }

Key key_of(KeyStore& keys, std::uint64_t member) {
  const auto key = keys.key_for_writing(MemberId{member});
  EXPECT_TRUE(key) << (key ? "" : key.error().message);
  return key.value_or(Key{});
}

std::optional<Key> key_read(KeyStore& keys, std::uint64_t member) {
  const auto key = keys.key_for_reading(MemberId{member});
  EXPECT_TRUE(key) << (key ? "" : key.error().message);
  return key.value_or(std::nullopt);
}

std::string as_text(const Key& key) { return {key.begin(), key.end()}; }

ErrorCode code_of_opening(const fs::path& file, const FileKeyStore::Options& options = {}) {
  const auto store = FileKeyStore::open(file, options);
  EXPECT_FALSE(store);
  if (store) return {};
  EXPECT_NE(store.error().message.find(file.string()), std::string::npos) << store.error().message;
  return store.error().code;
}

TEST(FileKeyStore, IsMadeOnlyWhenAsked) {
  const TempDir dir;
  EXPECT_EQ(code_of_opening(dir / "keys"), ErrorCode::not_found);
  EXPECT_EQ(code_of_opening(dir / "keys", {.create = true, .read_only = true}),
            ErrorCode::not_found);
  EXPECT_TRUE(opened(dir / "keys"));
  EXPECT_TRUE(opened(dir / "keys", {.create = false}));
}

TEST(FileKeyStore, IsReadableByItsOwnerOnly) {
  const TempDir dir;
  opened(dir / "keys");
  EXPECT_EQ(fs::status(dir / "keys").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST(FileKeyStore, KeepsItsKeysWhenReopened) {
  const TempDir dir;
  auto store = opened(dir / "keys");
  const Key secret = store->store_key();
  const Key key = key_of(*store, 7);
  EXPECT_NE(key, Key{});
  EXPECT_NE(key, key_of(*store, 8));
  EXPECT_EQ(key, key_of(*store, 7));
  EXPECT_FALSE(key_read(*store, 9));
  EXPECT_TRUE(store->sync());
  store.reset();

  store = opened(dir / "keys");
  EXPECT_EQ(store->store_key(), secret);
  EXPECT_EQ(key_read(*store, 7), key);
  EXPECT_EQ(key_of(*store, 7), key);
  EXPECT_FALSE(store->synthetic());
}

TEST(FileKeyStore, HasOneOwner) {
  const TempDir dir;
  const auto store = opened(dir / "keys");
  EXPECT_EQ(code_of_opening(dir / "keys"), ErrorCode::locked);
}

TEST(FileKeyStore, KeepsItsLockWhenItGrows) {
  const TempDir dir;
  const auto store = opened(dir / "keys");
  for (std::uint64_t member = 0; member < 2000; ++member) key_of(*store, member);
  EXPECT_EQ(code_of_opening(dir / "keys"), ErrorCode::locked);
}

TEST(FileKeyStore, CanBeReadBesideItsOwner) {
  const TempDir dir;
  const auto owner = opened(dir / "keys");
  const Key key = key_of(*owner, 7);
  const auto reader = opened(dir / "keys", {.read_only = true});
  EXPECT_EQ(key_read(*reader, 7), key);
  EXPECT_EQ(key_of(*reader, 7), key);
  EXPECT_FALSE(key_read(*reader, 8));
  EXPECT_EQ(reader->key_for_writing(MemberId{8}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(reader->erase(MemberId{7}).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(reader->sync());

  for (std::uint64_t member = 100; member < 4000; ++member) key_of(*owner, member);
  EXPECT_EQ(key_read(*reader, 7), key) << "after the owner grew";
  EXPECT_EQ(key_read(*reader, 3999), key_of(*owner, 3999));
  ASSERT_TRUE(owner->erase(MemberId{7}));
  EXPECT_FALSE(key_read(*reader, 7));
}

TEST(FileKeyStore, CanBeReadWhileItsOwnerGrows) {
  const TempDir dir;
  const auto owner = opened(dir / "keys");
  std::vector<Key> keys;
  for (std::uint64_t member = 0; member < 100; ++member) keys.push_back(key_of(*owner, member));
  const auto reader = opened(dir / "keys", {.read_only = true});
  std::atomic<bool> done = false;
  const std::jthread writer([&] {
    for (std::uint64_t member = 100; member < 10'000; ++member) key_of(*owner, member);
    done = true;
  });
  do {
    for (std::uint64_t member = 0; member < 100; ++member)
      ASSERT_EQ(key_read(*reader, member), keys[member]);
  } while (!done);
}

/// A limit on the size of files stands in for a full disk.
TEST(FileKeyStore, SurvivesADiskTooFullToGrow) {
  const TempDir dir;
  const auto store = opened(dir / "keys");
  const Key key = key_of(*store, 0);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit limited = before;
  limited.rlim_cur = fs::file_size(dir / "keys");
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limited), 0);
  std::uint64_t member = 1;
  while (member < 3000 && store->key_for_writing(MemberId{member})) ++member;
  const auto refused = store->key_for_writing(MemberId{member});
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::io);
  EXPECT_FALSE(fs::exists(dir / "keys.making"));
  EXPECT_TRUE(store->sync());
  EXPECT_EQ(key_read(*store, 0), key);
  EXPECT_TRUE(store->key_for_writing(MemberId{member})) << "once there is room again";
}

TEST(FileKeyStore, GrowsAndLosesNothing) {
  const TempDir dir;
  std::map<std::uint64_t, Key> expected;
  auto store = opened(dir / "keys", {.create = true, .cached_keys_max = 64});
  for (std::uint64_t member = 0; member < 10'000; ++member) {
    expected[member] = key_of(*store, member);
    if (member % 100 == 99) {
      ASSERT_TRUE(store->erase(MemberId{member}));
    }
  }
  for (int round = 0; round < 2; ++round) {
    for (const auto& [member, key] : expected)
      EXPECT_EQ(key_read(*store, member),
                member % 100 == 99 ? std::nullopt : std::optional<Key>(key));
    EXPECT_FALSE(store->key_for_writing(MemberId{99}));
    EXPECT_TRUE(store->sync());
    store.reset();
    store = opened(dir / "keys");
  }
  const auto slots = (fs::file_size(dir / "keys") - header_bytes) / 64;
  EXPECT_LT(slots, 40'000u);
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()), 1);
}

TEST(FileKeyStore, LeavesNoKeysInTheFileItOutgrew) {
  const TempDir dir;
  const auto store = opened(dir / "keys");
  key_of(*store, 1);
  fs::create_hard_link(dir / "keys", dir / "witness");
  for (std::uint64_t member = 2; member < 2000; ++member) key_of(*store, member);
  ASSERT_FALSE(fs::equivalent(dir / "keys", dir / "witness"));
  const std::string outgrown = read_file(dir / "witness");
  EXPECT_EQ(outgrown, std::string(outgrown.size(), '\0'));
}

TEST(FileKeyStore, ForgetsAnErasedMemberForEver) {
  const TempDir dir;
  auto store = opened(dir / "keys");
  const Key key = key_of(*store, 7);
  ASSERT_TRUE(store->erase(MemberId{7}));
  ASSERT_TRUE(store->erase(MemberId{8})) << "one who never had a key";
  ASSERT_TRUE(store->erase(MemberId{7})) << "twice";
  for (int round = 0; round < 3; ++round) {
    for (const std::uint64_t member : {7, 8}) {
      EXPECT_FALSE(key_read(*store, member));
      const auto refused = store->key_for_writing(MemberId{member});
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, ErrorCode::not_found);
      EXPECT_NE(refused.error().message.find("was erased"), std::string::npos);
    }
    EXPECT_EQ(read_file(dir / "keys").find(as_text(key)), std::string::npos);
    if (round == 0) {
      store.reset();
      store = opened(dir / "keys");
    } else if (round == 1) {
      for (std::uint64_t member = 100; member < 3000; ++member) key_of(*store, member);
    }
  }
}

TEST(FileKeyStore, KeepsTheTwoKeysOfAMemberApart) {
  const TempDir dir;
  const KeyId received{MemberId{7}, KeyUse::received};
  Key wrote;
  {
    const Store store = opened(dir / "keys", {.create = true});
    wrote = key_of(*store, 7);
    EXPECT_FALSE(*store->key_for_reading(received));
    ASSERT_TRUE(store->key_for_writing(received));
    EXPECT_NE(*store->key_for_writing(received), wrote);
    ASSERT_TRUE(store->erase(received));
  }
  const Store store = opened(dir / "keys", {});
  EXPECT_EQ(key_read(*store, 7), wrote);
  const auto refused = store->key_for_writing(received);
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  EXPECT_NE(refused.error().message.find("what member:7 received"), std::string::npos);
}

TEST(FileKeyStore, AnswersAsAMapDoes) {
  const std::uint64_t seed = test::random_seed();
  std::mt19937_64 random(seed);
  const TempDir dir;
  auto store = opened(dir / "keys", {.create = true, .cached_keys_max = 32});
  std::map<std::uint64_t, std::optional<Key>> expected;
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t member = random() % 3000;
    const auto known = expected.find(member);
    const auto action = random() % 1000;
    if (action < 500) {
      const auto key = store->key_for_writing(MemberId{member});
      if (known == expected.end()) {
        ASSERT_TRUE(key);
        expected[member] = *key;
      } else if (known->second) {
        ASSERT_EQ(key.value_or(Key{}), *known->second) << "step " << step;
      } else {
        ASSERT_FALSE(key) << "step " << step;
      }
    } else if (action < 990) {
      const auto key = key_read(*store, member);
      ASSERT_EQ(key, known == expected.end() ? std::nullopt : known->second) << "step " << step;
    } else if (action < 996) {
      ASSERT_TRUE(store->erase(MemberId{member}));
      expected[member] = std::nullopt;
    } else if (action < 999) {
      ASSERT_TRUE(store->sync());
    } else {
      store.reset();
      store = opened(dir / "keys", {.cached_keys_max = random() % 100});
    }
  }
}

TEST(FileKeyStore, GivesEveryThreadTheSameKey) {
  const TempDir dir;
  auto store = opened(dir / "keys", {.create = true, .cached_keys_max = 256});
  constexpr std::uint64_t members = 2500;
  std::vector<std::vector<Key>> seen(4, std::vector<Key>(members));
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < seen.size(); ++thread)
      threads.emplace_back([&, thread] {
        for (std::uint64_t i = 0; i < members; ++i) {
          const std::uint64_t member = thread % 2 == 0 ? i : members - 1 - i;
          seen[thread][member] = key_of(*store, member);
          EXPECT_TRUE(i % 100 != thread || store->sync());
          EXPECT_TRUE(i % 500 != thread || store->erase(MemberId{members + i}));
          key_read(*store, members + i);
        }
      });
  }
  for (const auto& keys : seen) EXPECT_EQ(keys, seen.front());
  EXPECT_EQ(std::set<Key>(seen.front().begin(), seen.front().end()).size(), members);
  store.reset();
  store = opened(dir / "keys");
  for (std::uint64_t member = 0; member < members; ++member)
    EXPECT_EQ(key_read(*store, member), seen.front()[member]);
}

TEST(FileKeyStore, MakesSyntheticKeysFromTheSeed) {
  const TempDir dir;
  MemoryKeyStore memory(42);
  const FileKeyStore::Options options{.create = true, .synthetic_seed = 42};
  auto first = opened(dir / "first", options);
  auto second = opened(dir / "second", options);
  EXPECT_TRUE(first->synthetic());
  for (const std::uint64_t member : {1, 2, 3})
    EXPECT_EQ(key_of(*first, member), key_of(memory, member));
  for (const std::uint64_t member : {3, 2, 1})
    EXPECT_EQ(key_of(*second, member), key_of(memory, member));
  EXPECT_EQ(first->store_key(), memory.store_key());
  first.reset();

  first = opened(dir / "first", {});
  EXPECT_TRUE(first->synthetic()) << "the file remembers";
  EXPECT_EQ(key_of(*first, 4), key_of(memory, 4));
  ASSERT_TRUE(first->erase(MemberId{4}));
  EXPECT_FALSE(key_read(*first, 4));
}

TEST(FileKeyStore, KeepsTheSeedItWasMadeWith) {
  const TempDir dir;
  opened(dir / "synthetic", {.create = true, .synthetic_seed = 42});
  EXPECT_EQ(code_of_opening(dir / "synthetic", {.synthetic_seed = 43}),
            ErrorCode::invalid_argument);
  opened(dir / "real");
  EXPECT_EQ(code_of_opening(dir / "real", {.synthetic_seed = 42}), ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace inmail
