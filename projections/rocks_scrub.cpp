#include "projections/rocks_scrub.hpp"

#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <system_error>

namespace inmail {
namespace {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> tables_in(const fs::path& folder) {
  std::vector<fs::path> tables;
  std::error_code failed;
  if (!fs::exists(folder, failed)) return tables;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    if (at->path().extension() == ".sst") tables.push_back(at->path());
  if (failed)
    return Error{ErrorCode::io, "cannot list " + folder.string() + ": " + failed.message()};
  std::sort(tables.begin(), tables.end());
  return tables;
}

}  // namespace

Result<TablesScrubbed> scrub_tables(const fs::path& folder,
                                    const std::function<void(std::uint64_t)>& on_progress) {
  const auto tables = tables_in(folder);
  if (!tables) return tables.error();
  TablesScrubbed scrubbed;
  for (const fs::path& table : *tables) {
    std::error_code gone;
    const std::uint64_t bytes = fs::file_size(table, gone);
    rocksdb::SstFileReader reader{rocksdb::Options{}};
    auto status = reader.Open(table.string());
    if (status.ok()) status = reader.VerifyChecksum();
    if (!status.ok() && !fs::exists(table, gone)) continue;
    ++scrubbed.tables;
    scrubbed.bytes += bytes;
    if (!status.ok()) scrubbed.damaged.push_back(table.string() + ": " + status.ToString());
    if (on_progress) on_progress(scrubbed.bytes);
  }
  return scrubbed;
}

}  // namespace inmail
