#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/result.hpp"

namespace inmail {

/// What is wrong with a store that does not open, and what becomes of it.
struct RepairReport {
  StoreId store;
  std::vector<std::string> findings;  ///< A sentence each; none for a store that needs no repair.
  Position proven;                    ///< Up to here every event is intact and in the chain.
  Position last_known;                ///< The last that is known to have been there.
  std::uint64_t epoch = 0;            ///< As it is, or after a repair as it became.

  bool is_whole() const { return findings.empty(); }
  std::uint64_t lost_events() const { return last_known.value - proven.value; }

  bool was_repaired = false;
  std::filesystem::path aside;  ///< After a repair: the folder that keeps what was taken away.
};

/// Proves the whole log of a store and changes nothing. Told now and then how far it is.
/// Errors: not_found, locked, newer_format, corruption (what a repair could not mend either), io.
Result<RepairReport> examine_store(const std::filesystem::path& store,
                                   const std::function<void(Position)>& on_progress = {});

/// Makes a store open again, at the price of all that is not proven. A log that is whole stays; of
/// another one the proven frames are copied, and the old log is kept aside as it was. So are the
/// views, which may have seen what is gone, and come back by replay. A new head file begins a new
/// epoch, so that subscribers notice. A store that needs no repair is left alone.
///
/// After a crash in the middle the store is as it was, or refused until it is repaired again.
/// Errors: as `examine_store`; io, also when there is no room for the copy.
Result<RepairReport> repair_store(const std::filesystem::path& store,
                                  const std::function<void(Position)>& on_progress = {});

}  // namespace inmail
