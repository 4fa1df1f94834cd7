#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "actors/command_type.hpp"
#include "events/attachment.hpp"
#include "events/ids.hpp"
#include "events/markup.hpp"
#include "events/terms.hpp"
#include "events/text.hpp"
#include "events/text_print.hpp"

namespace inmail {

// What a sender orders: InMails now and later, their taking back, and drafts.

/// What a host knows of a send that the engine cannot, and what its sender says of it.
struct SendHints {
  /// How far the two are apart, from second on: who is connected says `SetConnection`. Nothing: the
  /// host does not say, and no rule about it refuses.
  std::optional<Degree> degree;
  bool applicant = false;  ///< The recipient has applied for a job of the sender's.
  Purpose purpose = Purpose::other;

  bool operator==(const SendHints&) const = default;
  void serialize(auto& archive) { archive(degree, applicant, purpose); }
};

/// The InMail gets the id of this command. By: that member, or that seat.
struct SendInMail {
  static constexpr CommandType type{.number = 30, .name = "send_inmail", .version = 1};

  MemberId from;               ///< The person, also where a seat sends.
  std::optional<SeatId> seat;  ///< Set: on the credits of the seat's contract.
  MemberId to;
  Text subject;
  Text body;
  SendHints hints;
  TextMarkup markup;     ///< As the engine's edge finds it; what a host says here is not heard.
  TextPrint print;       ///< Likewise.
  Text override_reason;  ///< Why to write to whom a colleague is writing to.
  bool veteran = false;  ///< The recipient is in a class for which the host lets writing be free.
  Text signature;
  std::vector<Attachment> attachments;
  std::string locale;                ///< The language of the words, BCP-47; empty: nobody says.
  bool offers_compensation = false;  ///< It says what the work pays.
  std::optional<DraftId> draft;      ///< That it was made of, and that ends with it.

  bool operator==(const SendInMail&) const = default;
  StreamId target() const { return seat ? StreamId{*seat} : StreamId{from}; }
  MemberId author() const { return from; }
  void each_text(auto&& visit) {
    visit(TextField::subject, subject);
    visit(TextField::body, body);
    visit(TextField::override_reason, override_reason);
    visit(TextField::signature, signature);
    for (Attachment& each : attachments) visit(TextField::attachment_name, each.name);
  }
  void serialize(auto& archive) {
    archive(from, seat, to, subject, body);
    archive.tails(std::tie(hints, markup),
                  std::tie(print, override_reason, veteran, signature, attachments, locale,
                           offers_compensation),
                  std::tie(draft));
  }
};

/// Takes back what was sent a moment ago, and is not delivered yet (D3.12). By: its sender, member
/// or seat.
struct UndoSend {
  static constexpr CommandType type{.number = 34, .name = "undo_send", .version = 1};

  StreamId sender;
  InMailId inmail;

  bool operator==(const UndoSend&) const = default;
  StreamId target() const { return sender; }
  void serialize(auto& archive) { archive(sender, inmail); }
};

/// The author takes it back. Decided by the recipient's actor, which owns what became of it.
/// By: the author.
struct RetractInMail {
  static constexpr CommandType type{.number = 33, .name = "retract_inmail", .version = 1};

  MemberId author_id;
  MemberId recipient;
  InMailId inmail;

  bool operator==(const RetractInMail&) const = default;
  StreamId target() const { return recipient; }
  void serialize(auto& archive) { archive(author_id, recipient, inmail); }
};

/// An InMail that is to be sent later, if nothing stands against it then. It gets the id of this
/// command. By: as a send.
struct ScheduleInMail {
  static constexpr CommandType type{.number = 35, .name = "schedule_inmail", .version = 1};

  SendInMail letter;
  Timestamp send_at{};
  std::string time_zone;  ///< As the sender names it; `send_at` is what counts.

  bool operator==(const ScheduleInMail&) const = default;
  StreamId target() const { return letter.target(); }
  MemberId author() const { return letter.author(); }
  void each_text(auto&& visit) { letter.each_text(visit); }
  void serialize(auto& archive) { archive(send_at, time_zone, letter); }
};

/// At another time, with all that follows it up. By: its sender, or an admin.
struct RescheduleInMail {
  static constexpr CommandType type{.number = 36, .name = "reschedule_inmail", .version = 1};

  StreamId sender;
  InMailId inmail;
  Timestamp send_at{};
  std::string time_zone;

  bool operator==(const RescheduleInMail&) const = default;
  StreamId target() const { return sender; }
  void serialize(auto& archive) { archive(sender, inmail, send_at, time_zone); }
};

/// Not at all. By: its sender, or an admin.
struct CancelScheduled {
  static constexpr CommandType type{.number = 37, .name = "cancel_scheduled", .version = 1};

  StreamId sender;
  InMailId inmail;

  bool operator==(const CancelScheduled&) const = default;
  StreamId target() const { return sender; }
  void serialize(auto& archive) { archive(sender, inmail); }
};

/// Another InMail to the same person, so long after `parent` was sent, unless that is answered
/// before. It gets the id of this command. By: as a send.
struct AddFollowUp {
  static constexpr CommandType type{.number = 38, .name = "add_follow_up", .version = 1};

  SendInMail letter;
  InMailId parent;
  std::optional<std::uint32_t> delay_s;  ///< Nothing: `followup.default_gap_s`.

  bool operator==(const AddFollowUp&) const = default;
  StreamId target() const { return letter.target(); }
  MemberId author() const { return letter.author(); }
  void each_text(auto&& visit) { letter.each_text(visit); }
  void serialize(auto& archive) { archive(parent, delay_s, letter); }
};

/// Puts a text aside. A new draft gets the id of the command that saved it first; one that is there
/// is saved again over the revision that its author saw last. By: its author, member or seat.
struct SaveDraft {
  static constexpr CommandType type{.number = 60, .name = "save_draft", .version = 1};

  MemberId from;
  std::optional<SeatId> seat;
  std::optional<DraftId> draft;  ///< Nothing: a new one.
  std::uint32_t revision = 0;    ///< That is there; 0 for a new one.
  std::optional<MemberId> to;
  Text subject;
  Text body;

  bool operator==(const SaveDraft&) const = default;
  StreamId target() const { return seat ? StreamId{*seat} : StreamId{from}; }
  MemberId author() const { return from; }
  void each_text(auto&& visit) {
    visit(TextField::subject, subject);
    visit(TextField::body, body);
  }
  void serialize(auto& archive) { archive(from, seat, draft, revision, to, subject, body); }
};

/// By: its author, member or seat.
struct DiscardDraft {
  static constexpr CommandType type{.number = 61, .name = "discard_draft", .version = 1};

  StreamId author_id;
  DraftId draft;

  bool operator==(const DiscardDraft&) const = default;
  StreamId target() const { return author_id; }
  void serialize(auto& archive) { archive(author_id, draft); }
};

}  // namespace inmail
