#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "actors/commands.hpp"
#include "actors/decision.hpp"
#include "actors/dispatch_machines.hpp"
#include "actors/notice.hpp"
#include "actors/thread_machine.hpp"
#include "events/conversation_events.hpp"
#include "events/dispatch_events.hpp"
#include "events/inmail_events.hpp"
#include "events/inmail_sent.hpp"

namespace inmail {

/// An InMail of ours that was not answered yet.
struct Unanswered {
  InMailId inmail{};
  Timestamp sent_at{};

  bool operator==(const Unanswered&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, sent_at);
  }
};

/// A conversation that one of our InMails began and its recipient answered (D4.1.3).
struct AnsweredThread {
  MemberId with{};
  ThreadState state = ThreadState::none;
  Timestamp active_at{};  ///< As far as the sender's own stream knows.

  bool operator==(const AnsweredThread&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(with, state, active_at);
  }
};

/// An InMail of ours that is sent and not delivered yet: it can still be undone.
struct Undoable {
  MemberId from{};
  MemberId to{};
  bool from_premium = false;
  StreamId pool{};
  std::uint32_t cost = 0;
  Timestamp sent_at{};
  Timestamp until{};  ///< Inclusive.
  PolicyVersion pinned{};
  std::uint32_t links = 0;

  bool operator==(const Undoable&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(from, to, from_premium, pool, cost, sent_at, until, pinned, links);
  }
};

/// An InMail of ours that is to be sent later.
struct Scheduled {
  SendInMail letter;
  Timestamp send_at{};
  StreamId pool{};
  bool is_paid = false;  ///< At `cost`, as of this class: what was so when it was scheduled.
  std::uint32_t cost = 0;
  std::optional<FreeClass> free_class{};
  std::optional<InMailId> parent{};
  std::uint32_t delay_s = 0;

  std::uint32_t set_aside() const { return is_paid ? cost : 0; }
  bool operator==(const Scheduled&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(letter.from, letter.seat, letter.to, letter.subject, letter.body, letter.hints,
            letter.markup, letter.print, letter.override_reason, letter.veteran, letter.signature,
            letter.attachments, letter.locale, letter.offers_compensation, send_at, pool, is_paid,
            cost, free_class, parent, delay_s);
  }
};

/// Free sends to open profiles, counted in one month of UTC (D3.3).
struct OpenProfileSends {
  std::int32_t month = 0;  ///< Since the year 0.
  std::uint32_t count = 0;

  bool operator==(const OpenProfileSends&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(month, count);
  }
};

std::int32_t month_of(Timestamp time);

/// An InMail of ours on which limits still look back.
struct LateSend {
  Timestamp at{};
  Timestamp until{};  ///< So long.
  bool is_charged = false;
  TextPrint print{};

  bool operator==(const LateSend&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(at, until, is_charged, print);
  }
};

/// An InMail that was paid for, after which others to the same recipient are free (D3.3).
struct Unlock {
  InMailId inmail{};
  Timestamp until{};  ///< Exclusive.

  bool operator==(const Unlock&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(inmail, until);
  }
};

/// What a sender, member or seat, remembers of its own InMails; part of its state.
struct Outbox {
  std::map<MemberId, std::vector<Unanswered>> unanswered;  ///< Oldest first.
  std::map<InMailId, AnsweredThread> threads;
  OpenProfileSends open_profile;  ///< In the month of the last of them.
  std::map<InMailId, Undoable> undoable;
  std::map<MemberId, Timestamp> declined{};  ///< Who declined last, and when.
  /// Oldest first, and at most `late_sends_max` of them.
  std::vector<LateSend> lately;
  std::map<MemberId, Unlock> unlocked;
  std::map<InMailId, Scheduled> scheduled;

  static constexpr std::size_t late_sends_max = 4096;

  bool operator==(const Outbox&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(unanswered, threads, open_profile, undoable, declined, lately, unlocked, scheduled);
  }

  bool knows(const InMailId& inmail, MemberId to) const;
  /// When it was sent; nothing if it was not, or has been answered or ended otherwise.
  std::optional<Timestamp> sent_at(const InMailId& inmail, MemberId to) const;
  /// Without a hint to whom; looks at all of them.
  bool knows(const InMailId& inmail) const;
  /// Whether a thread with this member is open for us to go on in.
  bool talks_with(MemberId member) const;
};

/// About what it holds of memory, beside its own object.
std::size_t footprint(const Outbox& outbox);

/// How long a text is.
std::int64_t length_in(TextUnit unit, const TextCounts& counts);

/// What the rules for texts say to a free message or a reply.
Guard check_words(const Text& text, const LimitPolicy& limit);

/// Where an InMail stands that has not left yet; `none` for all others.
OutgoingState outgoing_of(const Outbox& outbox, const InMailId& inmail);
/// Where the conversation stands that our InMail to `to` began.
ThreadState thread_of(const Outbox& outbox, const InMailId& inmail, MemberId to);

void evolve(Outbox& outbox, Agenda& agenda, const InMailSent& e, const Stamp& stamp);
void evolve(Outbox& outbox, Agenda& agenda, const UndoWindowClosed& e);
void evolve(Outbox& outbox, Agenda& agenda, const InMailCancelled& e);
void evolve(Outbox& outbox, Agenda& agenda, const InMailScheduled& e);
void evolve(Outbox& outbox, Agenda& agenda, const InMailRescheduled& e);
void evolve(Outbox& outbox, const OutcomeReceived& e, const Stamp& stamp);
/// What the sender itself has written.
void evolve(Outbox& outbox, const MessageSent& e, const Stamp& stamp);
void evolve(Outbox& outbox, const ConversationReopened& e, const Stamp& stamp);

/// The sender learns from the recipient's event how its InMail went. No events if it knows already.
std::vector<Event> learn_outcome(const Outbox& outbox, const Notice& notice);
/// And that the recipient has written after a silent decline. Likewise.
std::vector<Event> learn_reopening(const Outbox& outbox, const Notice& notice);

}  // namespace inmail
