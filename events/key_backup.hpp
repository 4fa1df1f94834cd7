#pragma once

#include <filesystem>
#include <vector>

#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// Copies a key file as it stands, while its owner may be at work, and returns the members whose
/// keys it knows to be erased. The copy takes the place of the file `to`, if there is one, and that
/// is overwritten with zeros. Durable on return; after a crash `to` is the old file or the new one,
/// and what lies beside it is wiped the next time.
/// Errors: not_found, newer_format, corruption (a damaged key file: then `to` stays), io.
Result<std::vector<MemberId>> copy_key_file(const std::filesystem::path& from,
                                            const std::filesystem::path& to);

/// The members that a key file knows to be erased. Errors: as above.
Result<std::vector<MemberId>> erased_in_key_file(const std::filesystem::path& file);

}  // namespace inmail
