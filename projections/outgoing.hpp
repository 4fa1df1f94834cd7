#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/record.hpp"
#include "projections/page.hpp"
#include "projections/rows.hpp"

namespace inmail {

/// What each member has written and not sent yet: InMails that are scheduled, follow-ups among
/// them, and drafts; also those of the seats that the member holds. Texts are kept sealed.
struct OutgoingView {
  static constexpr std::string_view name = "outgoing";
  static constexpr std::uint16_t revision = 1;
  static void apply(Rows& rows, const Record& record);
};

struct ScheduledItem {
  InMailId inmail;
  StreamId sender;  ///< A member or a seat: whom to name to move or to cancel it.
  MemberId from;
  MemberId to;
  Timestamp send_at;
  std::string time_zone;           ///< As the sender named it last.
  std::optional<InMailId> parent;  ///< That it follows up.
  std::uint32_t set_aside = 0;     ///< Credits.
  Text subject;
  Text body;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, sender, from, to, send_at, time_zone, parent, set_aside, subject, body);
  }
};

struct DraftItem {
  DraftId draft;
  StreamId author;
  MemberId from;
  std::optional<MemberId> to;
  std::uint32_t revision = 0;  ///< To be named by who saves it again.
  Timestamp saved_at;
  std::optional<Timestamp> expires_at;
  Text subject;
  Text body;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(draft, author, from, to, revision, saved_at, expires_at, subject, body);
  }
};

/// What a member has scheduled, in the order in which it is to be sent.
/// Errors: corruption, io; the same holds below.
Result<Page<ScheduledItem>> scheduled_of(const Rows& rows, MemberId member,
                                         const PageRequest& page);
/// A member's drafts, the first that was begun first.
Result<Page<DraftItem>> drafts_of(const Rows& rows, MemberId member, const PageRequest& page);

}  // namespace inmail
