#pragma once

#include <filesystem>
#include <vector>

#include "events/keys.hpp"
#include "events/result.hpp"

namespace inmail {

/// Copies a key file as it stands, while its owner may be at work, and returns the keys that
/// it knows to be erased. The copy takes the place of the file `to`, if there is one, and that
/// is overwritten with zeros. Durable on return; after a crash `to` is the old file or the new one,
/// and what lies beside it is wiped the next time.
/// Errors: not_found, newer_format, corruption (a damaged key file: then `to` stays), io.
Result<std::vector<KeyId>> copy_key_file(const std::filesystem::path& from,
                                         const std::filesystem::path& to);

/// The keys that a key file knows to be erased. Errors: as above.
Result<std::vector<KeyId>> erased_in_key_file(const std::filesystem::path& file);

}  // namespace inmail
