#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "events/result.hpp"

namespace inmail {

/// What was read of the tables of a database.
struct TablesScrubbed {
  std::uint64_t tables = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> damaged;  ///< A sentence each.
};

/// Reads every block of every table in `folder` and checks its checksum. The owner may be at work:
/// a table that it deletes meanwhile counts nothing. Told after each table how many bytes were
/// read. Changes nothing. Errors: io.
Result<TablesScrubbed> scrub_tables(const std::filesystem::path& folder,
                                    const std::function<void(std::uint64_t)>& on_progress);

}  // namespace inmail
