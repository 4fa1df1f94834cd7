#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/attachment.hpp"
#include "events/credit_events.hpp"
#include "events/event_type.hpp"
#include "events/ids.hpp"
#include "events/markup.hpp"
#include "events/send_marks.hpp"
#include "events/terms.hpp"
#include "events/text.hpp"

namespace inmail {

/// As it was before a send could be free by its class.
struct InMailSentV1 {
  static constexpr EventType type{.number = 500, .name = "inmail.sent", .version = 1};

  InMailId inmail{};
  MemberId from{};
  MemberId to{};
  bool from_premium = false;
  StreamId pool{};
  std::uint32_t cost = 0;
  LotSplits splits{};
  Version recipient_version{};
  Text subject{};
  Text body{};

  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, from, to, from_premium, pool, cost, splits, recipient_version, subject, body);
  }
};

/// As it was before a send could be undone, or scheduled.
struct InMailSentV2 {
  static constexpr EventType type{.number = 500, .name = "inmail.sent", .version = 2};
  using previous = InMailSentV1;

  InMailId inmail{};
  MemberId from{};
  MemberId to{};
  bool from_premium = false;
  StreamId pool{};
  std::uint32_t cost = 0;
  LotSplits splits{};
  Version recipient_version{};
  Text subject{};
  Text body{};
  std::optional<FreeClass> free_class{};
  std::optional<Degree> degree{};
  Purpose purpose = Purpose::other;
  TextMarkup markup{};

  static InMailSentV2 upcast(InMailSentV1 old);
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, from, to, from_premium, pool, cost, splits, recipient_version, subject, body,
            free_class, degree, purpose, markup);
  }
};

/// As it was before its sender's limits looked back on it, and files went with it.
struct InMailSentV3 {
  static constexpr EventType type{.number = 500, .name = "inmail.sent", .version = 3};
  using previous = InMailSentV2;

  InMailId inmail{};
  MemberId from{};
  MemberId to{};
  bool from_premium = false;
  StreamId pool{};
  std::uint32_t cost = 0;
  LotSplits splits{};
  Version recipient_version{};
  Text subject{};
  Text body{};
  std::optional<FreeClass> free_class{};
  std::optional<Degree> degree{};
  Purpose purpose = Purpose::other;
  TextMarkup markup{};
  std::optional<Timestamp> undo_until{};
  SendOrigin origin = SendOrigin::direct;
  std::optional<InMailId> parent{};

  static InMailSentV3 upcast(InMailSentV2 old);
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, from, to, from_premium, pool, cost, splits, recipient_version, subject, body,
            free_class, degree, purpose, markup, undo_until, origin, parent);
  }
};

/// The decision to send (D5.3). Stream: the sender, a member or a seat. For a member's own credits
/// it carries the lot splits and is itself the reservation, unless an `InMailScheduled` was. Starts
/// every clock of the InMail. Obliges the recipient to deliver or to fail it; with `undo_until` it
/// does not, and `UndoWindowClosed` does. The policy version of its record is pinned.
struct InMailSent {
  static constexpr EventType type{.number = 500, .name = "inmail.sent", .version = 4};
  using previous = InMailSentV3;

  InMailId inmail{};
  MemberId from{};  ///< The person: the member, or the holder of the seat.
  MemberId to{};
  bool from_premium = false;  ///< The sender's plan was a premium one; the delivery asks again.
  StreamId pool{};            ///< Whose credits: a member or a contract.
  std::uint32_t cost = 0;
  LotSplits splits{};           ///< Empty when a contract reserved.
  Version recipient_version{};  ///< Of the recipient's stream that the sender looked at.
  Text subject{};
  Text body{};
  std::optional<FreeClass>
      free_class{};                ///< Why it costs nothing, where that is no matter of price.
  std::optional<Degree> degree{};  ///< How far the two are apart, where the host said.
  Purpose purpose = Purpose::other;
  TextMarkup markup{};                    ///< Of the body; HTML of both texts.
  std::optional<Timestamp> undo_until{};  ///< Until then it can be undone; inclusive.
  SendOrigin origin = SendOrigin::direct;
  std::optional<InMailId> parent{};  ///< That it follows up.
  SendMarks marks{};                 ///< For limits.
  Text signature{};
  std::vector<Attachment> attachments{};
  std::string locale{};              ///< The language of the words, BCP-47; empty: nobody says.
  bool offers_compensation = false;  ///< It says what the work pays.

  static InMailSent upcast(InMailSentV3 old);
  bool operator==(const InMailSent&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, from, to, from_premium, pool, cost, splits, recipient_version, subject, body,
            free_class, degree, purpose, markup, undo_until, origin, parent, marks, signature,
            attachments, locale, offers_compensation);
  }
};

inline InMailSentV2 InMailSentV2::upcast(InMailSentV1 old) {
  return {.inmail = old.inmail,
          .from = old.from,
          .to = old.to,
          .from_premium = old.from_premium,
          .pool = old.pool,
          .cost = old.cost,
          .splits = std::move(old.splits),
          .recipient_version = old.recipient_version,
          .subject = std::move(old.subject),
          .body = std::move(old.body)};
}

inline InMailSentV3 InMailSentV3::upcast(InMailSentV2 old) {
  return {.inmail = old.inmail,
          .from = old.from,
          .to = old.to,
          .from_premium = old.from_premium,
          .pool = old.pool,
          .cost = old.cost,
          .splits = std::move(old.splits),
          .recipient_version = old.recipient_version,
          .subject = std::move(old.subject),
          .body = std::move(old.body),
          .free_class = old.free_class,
          .degree = old.degree,
          .purpose = old.purpose,
          .markup = old.markup};
}

inline InMailSent InMailSent::upcast(InMailSentV3 old) {
  return {.inmail = old.inmail,
          .from = old.from,
          .to = old.to,
          .from_premium = old.from_premium,
          .pool = old.pool,
          .cost = old.cost,
          .splits = std::move(old.splits),
          .recipient_version = old.recipient_version,
          .subject = std::move(old.subject),
          .body = std::move(old.body),
          .free_class = old.free_class,
          .degree = old.degree,
          .purpose = old.purpose,
          .markup = old.markup,
          .undo_until = old.undo_until,
          .origin = old.origin,
          .parent = old.parent};
}

}  // namespace inmail
