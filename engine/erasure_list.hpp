#pragma once

#include <filesystem>
#include <set>

#include "events/file_system.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// The members that were erased, beside a backup: a text file of lines "member:7" that only grows,
/// and ends with "end", so that a list that was cut is noticed. A restore erases them again,
/// however old the keys and the log are that it is given: it destroys their keys, and leaves those
/// of them who are still members in such a file, "erasing", in the new store. Whoever opens the
/// store next orders their erasure before anything else, and removes the file.
using ErasureList = std::set<MemberId>;

/// Empty where there is no file. Errors: corruption, io.
Result<ErasureList> read_erasures(const std::filesystem::path& file,
                                  FileSystem& files = system_files());

/// Takes the place of the list there is; durable on return. Errors: io.
Status write_erasures(const std::filesystem::path& file, const ErasureList& list);

}  // namespace inmail
