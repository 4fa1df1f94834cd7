// Every input that fuzzing starts from, and every one that it ever found, through the readers as
// they are built for everybody.

#include <gtest/gtest.h>

#include "events/codec.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/file_bytes.hpp"

namespace inmail {
namespace {

std::filesystem::path regressions(const fuzz::Target& target) {
  return std::filesystem::path(INMAIL_SOURCE_DIR) / "tests/fuzz/regressions" / target.name;
}

TEST(FuzzedReaders, KeepTheirPromisesOnTheSeeds) {
  for (const fuzz::Target& target : fuzz::targets()) {
    const auto seeds = target.seeds();
    EXPECT_FALSE(seeds.empty()) << target.name;
    for (const std::string& seed : seeds) {
      EXPECT_NO_THROW(target.run(bytes_of(seed))) << target.name;
      for (std::size_t size = 0; size < seed.size(); size += 1 + seed.size() / 50)
        EXPECT_NO_THROW(target.run(bytes_of(seed).first(size)))
            << target.name << " cut to " << size;
    }
  }
}

TEST(FuzzedReaders, KeepTheirPromisesOnWhatWasFoundBefore) {
  for (const fuzz::Target& target : fuzz::targets()) {
    if (!std::filesystem::exists(regressions(target))) continue;
    for (const auto& [name, bytes] : test::read_folder(regressions(target)))
      EXPECT_NO_THROW(target.run(bytes_of(bytes))) << target.name << ": " << name;
  }
}

}  // namespace
}  // namespace inmail
