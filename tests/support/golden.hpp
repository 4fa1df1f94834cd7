#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "tests/support/file_bytes.hpp"

namespace inmail::test {

/// "tests/golden/files/head.1" in the sources.
inline std::filesystem::path golden(std::string_view name) {
  return std::filesystem::path(INMAIL_SOURCE_DIR) / "tests/golden" / name;
}

/// Whether golden files that are missing are to be written: once, when a version is new.
inline bool writes_golden() { return std::getenv("INMAIL_WRITE_GOLDEN") != nullptr; }

/// What the newest program writes must be what every release has written. A text that has to change
/// gets a new version, and so a new name.
inline void expect_golden(std::string_view name, const std::string& text) {
  const std::filesystem::path path = golden(name);
  if (!std::filesystem::exists(path) && writes_golden()) {
    std::filesystem::create_directories(path.parent_path());
    write_file(path, text);
  }
  ASSERT_TRUE(std::filesystem::exists(path)) << "no golden file " << path;
  EXPECT_EQ(read_file(path), text) << path << " changed without a new version";
}

}  // namespace inmail::test
