#pragma once

#include <filesystem>

namespace inmail {

/// Where things lie in a store. The log and its head file are the store; the keys open its texts;
/// the views can be deleted at any time and come back by replay.
struct StoreLayout {
  std::filesystem::path root;

  std::filesystem::path log() const { return root / "log"; }
  std::filesystem::path head_file() const { return root / "head"; }
  std::filesystem::path keys() const { return root / "keys"; }
  std::filesystem::path views() const { return root / "views"; }
  /// How far the last scrub came.
  std::filesystem::path verified() const { return root / "verified"; }
  /// Gives its place away when the disk is full.
  std::filesystem::path reserve() const { return root / "reserve"; }
  /// Whom a restore brought back, and the next opening erases again (engine/erasure_list.hpp).
  std::filesystem::path erasures() const { return root / "erasing"; }
  /// What repairs took away, a folder each.
  std::filesystem::path lost() const { return root / "lost"; }
};

}  // namespace inmail
