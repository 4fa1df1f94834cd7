#pragma once

#include <filesystem>
#include <set>
#include <vector>

#include "events/event_log.hpp"
#include "events/file_system.hpp"
#include "events/keys.hpp"
#include "events/result.hpp"

namespace inmail {

/// The keys that were erased, beside a backup: a text file that only grows, of lines "member:7" for
/// what the member wrote, and "member:7 received" for what the member received, which earlier
/// releases have not written; it ends with "end", so that a list that was cut is noticed. A restore
/// erases them again, however old the keys and the log are that it is given: it destroys those
/// keys, and leaves in such a file, "erasing", in the new store which of them belong to members
/// whose erasure is not on record there. Whoever opens the store next orders their erasure before
/// anything else, and removes the file.
using ErasureList = std::set<KeyId>;

/// Empty where there is no file. Errors: corruption, io.
Result<ErasureList> read_erasures(const std::filesystem::path& file,
                                  FileSystem& files = system_files());

/// Takes the place of the list there is; durable on return. Errors: io.
Status write_erasures(const std::filesystem::path& file, const ErasureList& list);

/// Who joined and what was erased, by a log.
struct ErasuresOnRecord {
  std::set<MemberId> joined;  ///< Only those on the list that was asked for.
  std::vector<KeyId> erased;
};

/// By the records from a position on. Errors: as `LogReader`.
Result<ErasuresOnRecord> erasures_on_record(const EventLog& log, Position from,
                                            const ErasureList& list);

/// Those of `list` whose members the log knows, but not that they were erased.
ErasureList missing_in(const ErasuresOnRecord& on_record, const ErasureList& list);

}  // namespace inmail
