#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "events/obligations.hpp"
#include "events/record.hpp"
#include "projections/page.hpp"
#include "projections/rows.hpp"

namespace inmail {

/// What streams still owe each other: a notice is open from the event that obliges its target to
/// the event that settles it (events/obligations.hpp). Open ones are sent again after a crash.
struct NoticesView {
  static constexpr std::string_view name = "notices";
  static constexpr std::uint16_t revision = 2;
  static void apply(Rows& rows, const Record& record);
};

struct OpenNotice {
  NoticeKey key;
  StreamId target;
  Position source;  ///< Of the event that obliges.
};

/// All, by kind and subject. Errors: corruption, io; the same holds for all queries below.
Result<Page<OpenNotice>> open_notices(const Rows& rows, const PageRequest& page);

/// Those that `target` must settle.
Result<Page<OpenNotice>> open_notices_for(const Rows& rows, StreamId target,
                                          const PageRequest& page);

/// One notice; nothing if it is not open.
Result<std::optional<OpenNotice>> find_notice(const Rows& rows, const NoticeKey& key);

}  // namespace inmail
