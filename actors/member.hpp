#pragma once

#include <vector>

#include "actors/commands.hpp"
#include "actors/credit_account.hpp"
#include "actors/credit_forecast.hpp"
#include "actors/decision.hpp"
#include "actors/drafts.hpp"
#include "actors/notice.hpp"
#include "actors/outbox.hpp"
#include "actors/own_views.hpp"
#include "actors/received.hpp"
#include "actors/recipient.hpp"
#include "actors/reserve.hpp"
#include "actors/send_forecast.hpp"

namespace inmail {

/// Whether a person is a member. Stored, where once a flag stood: never renumber.
enum class Membership : std::uint8_t {
  stranger = 0,
  registered = 1,
  erasing = 2,  ///< Erased; the key is still to be destroyed.
  erased = 3,
};

/// What others wrote to an erased member. Stored: never renumber.
enum class ReceivedTexts : std::uint8_t {
  kept = 0,
  erasing = 1,  ///< To be unreadable for ever; the key is still to be destroyed.
  erased = 2,
};

/// A person: sends on credits of their own, or of whom they are linked to, receives, and decides
/// what becomes of what was received.
struct MemberState {
  Membership membership = Membership::stranger;
  Recipient recipient;
  CreditAccount account;
  Outbox outbox;
  ReceivedMap received;
  OwnViews views;
  Agenda agenda;
  OutreachMap outreach;  ///< Of the seats that have written to this member.
  Arrivals arrivals;
  Drafts drafts;
  ReceivedTexts received_texts = ReceivedTexts::kept;
  std::optional<MemberId> linked_to;  ///< From whose pool the member spends (actors/linking.hpp).

  bool operator==(const MemberState&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(membership, recipient, account, outbox, received, views, agenda, outreach, arrivals,
            drafts, received_texts, linked_to);
  }

  bool is_registered() const { return membership == Membership::registered; }
  bool is_erased() const {
    return membership == Membership::erasing || membership == Membership::erased;
  }
};

/// The pure half of the member's actor: no clock, no CAF, no I/O. `id` is the member decided for.
///
/// Who was erased decides nothing any more, but that what was written to them goes as well; and is
/// to others like one who never was. What was
/// already under way comes to its end: an InMail to them fails, or, if it was delivered, goes on as
/// with one who stays silent; what theirs gives back is void at once.
struct Member {
  using State = MemberState;
  static constexpr StreamKind kind = StreamKind::member;

  static Decision decide(StreamId id, const State& state, const Command& command,
                         const Context& context);
  /// What a notice makes the member do. No events: it came before.
  static std::vector<Event> on_notice(StreamId id, const State& state, const Notice& notice,
                                      const Context& context);
  static std::vector<Event> fall_due(StreamId id, const State& state, const Due& due,
                                     const Context& context);
  /// What comes of an InMail whose time to be sent has come. Requires: it is scheduled, and its
  /// recipient was looked at.
  static std::vector<Event> dispatch(StreamId id, const State& state, const InMailId& inmail,
                                     const Context& context);
  static void evolve(State& state, const Event& event, const Stamp& stamp);
  /// About what a state holds of memory, beside its own object.
  static std::size_t footprint(const State& state);

  /// What a send would come to now, with all that stands against it; of one who is linked as far as
  /// it can tell: the holder of the pool adds the rest.
  static SendForecast forecast(const State& state, const SendInMail& command,
                               const Context& context);

  // Of one who is linked to another's pool, as of a seat.
  static std::optional<StreamId> pool_of(const State& state);
  static Reserve question_of(StreamId id, const State& state, const SendInMail& command,
                             const Context& context);
  static std::optional<Reserve> needs_reservation(StreamId id, const State& state,
                                                  const Command& command, const Context& context);
  static std::optional<Reserve> needs_reservation_for(StreamId id, const State& state,
                                                      const InMailId& inmail,
                                                      const Context& context);

  // Of one to whom others are linked, as of a contract.
  static Decision reserve(const State& state, const Reserve& question, const Context& context);
  static SendForecast forecast(const State& state, SendForecast so_far, const Reserve& question,
                               const Context& context);
  static std::vector<Event> release_unsent(const State& state, const InMailId& inmail,
                                           ReleaseReason reason, const Context& context);

  /// What becomes of the credits by itself up to `until`; nothing of one who is not there.
  static std::optional<CreditForecast> foretell_credits(const State& state, const Context& context,
                                                        Timestamp until);

  /// Whose admission `command` looks at, if it has to be known before `decide`.
  static std::optional<MemberId> looks_at(const State& state, const Command& command);
  /// Whether no InMail comes in any more, since the inbox holds all that it may.
  static bool inbox_is_full(const State& state, const InboxPolicy& rule);
  /// What others may know of the member.
  static Admission admission(const State& state, const Policy& policy, Version version);
  /// Whether it matters to others how many InMails come to the member.
  static bool has_quota(const State& state, const RecipientPolicy& policy);
  /// That part of it which each InMail of a seat changes, and each at all under a quota.
  static void show_arrivals(Admission& admission, const State& state, Version version);
};

}  // namespace inmail
