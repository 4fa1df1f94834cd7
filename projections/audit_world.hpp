#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/policy.hpp"
#include "events/record.hpp"
#include "projections/audit_credit_state.hpp"
#include "projections/audit_id_table.hpp"

namespace inmail::auditing {

/// Where an InMail stands (D4.1.1). `unsent`: another pool has reserved for it, no more.
enum class Stage : std::uint8_t {
  unsent,
  scheduled,
  sent,
  delivered,
  failed,
  retracted,
  expired,
  cancelled
};

/// Where its charge stands in the stream of the pool (D4.1.2).
/// A seat goes to one of the contracts that add it; it declines the others.
enum class SeatClaim : std::uint8_t { added, declined };

enum class Charge : std::uint8_t { none, reserved, charged, released, refunded, final };

/// What the log has said of one InMail.
struct InMail {
  InMailId id{};
  StreamId sender{};
  StreamId pool{};
  MemberId from{};
  MemberId to{};
  Timestamp sent_at{};
  Timestamp delivered_at{};
  Timestamp opened_at{};
  Timestamp ended_at{};  ///< Of what ended the charge on the recipient's side.
  Timestamp undo_until{};
  Timestamp send_at{};  ///< Of one that was scheduled.
  InMailId parent{};    ///< That it was scheduled to follow; zero: none.
  /// Of the last event that obliges another stream.
  Timestamp duty_time{};
  Position duty_position{};
  Holding held;
  std::uint32_t cost = 0;
  std::uint32_t end_amount = 0;
  std::uint32_t pinned = 0;     ///< Policy version of the send.
  std::uint32_t priced_by = 0;  ///< Of what fixed its price before the send; 0: nothing.
  std::uint32_t delay_s = 0;    ///< Between the send of its parent and its own.
  /// The month of its seat, as the contract knew it when it reserved.
  std::int64_t month_max = 0;              ///< 0: no limit.
  std::uint32_t month = 0;                 ///< The contract's cycle; of a sent one, as it counts.
  bool month_has_free = true;              ///< What costs nothing counts, too.
  bool is_limited = false;                 ///< Limits of today have judged the send.
  std::uint32_t next_between = no_inmail;  ///< The next one unanswered between the same two.
  Stage stage = Stage::unsent;
  Charge charge = Charge::none;
  ChargeEnd end = ChargeEnd::none;
  RefundOn end_reason = RefundOn::reply;
  std::uint8_t response = 0;  ///< A ReplyKind, or 0.
  bool canned = false;
  bool by_auto_reply = false;  ///< Answered so, and judged as such.
  bool from_premium = false;
  bool opened = false;
  bool refundable = false;
  bool on_accept = false;  ///< Delivered and only reserved for, until it is accepted or not.
  std::optional<FreeClass> free_class;  ///< As it was scheduled, if that fixed the price.
  bool informed = false;                ///< The sender knows the outcome.
  bool in_undo_time = false;            ///< Sent, and nobody is obliged to deliver it yet.
  bool hidden = false;                  ///< Off the recipient's list, and no more than that.
  bool listed = false;                  ///< In the recipient's inbox, archived or not.
  std::uint8_t reminders = 0;
  std::uint32_t links = 0;
  /// Another InMail of the sender was answered, which has to end this one's charge, too (D4.1.4).
  bool answered_beside = false;

  static constexpr std::uint32_t no_inmail = UINT32_MAX;

  bool is_sent() const { return stage != Stage::unsent && stage != Stage::scheduled; }
  /// Another stream than the sender pays, which reserves and charges on its own record.
  bool is_paid_by_another() const { return pool != sender; }
  /// Its price was paid when it was scheduled.
  bool was_paid() const { return priced_by != 0; }
  bool was_delivered() const {
    return stage == Stage::delivered || stage == Stage::retracted || stage == Stage::expired;
  }
  /// No response to it can still come.
  bool is_quiet() const {
    return response != 0 || stage == Stage::failed || stage == Stage::retracted ||
           stage == Stage::cancelled;
  }
  /// The charge may still be refunded, as far as the recipient's side knows.
  bool charge_is_open() const { return cost > 0 && refundable && end == ChargeEnd::none; }
  bool awaits_accept() const { return on_accept && end == ChargeEnd::none; }
};

/// What an InMail leaves for as long as there is a log: a conversation, or the mark that it was
/// retracted.
struct Thread {
  StreamId sender{};
  MemberId from{};
  MemberId to{};
  Timestamp reopened_at{};
  Position reopened_position{};
  bool is_closed = false;  ///< By a silent decline: not to the recipient.
  bool is_reopened = false;
  bool is_mark = false;
  bool is_told = false;    ///< The sender knows that it was answered.
  bool is_retold = false;  ///< And that it is open again.
};

/// What a party has put on a conversation for itself.
struct Marks {
  bool unread = false;
  bool archived = false;
  bool starred = false;
  std::set<std::uint64_t> tags;
};

/// Something that was switched on first, then off, then on again: the versions of the stream at
/// which it was. Who looked at an earlier version saw it as it was then.
struct Switch {
  std::vector<Version> changes;

  bool is_on() const { return changes.size() % 2 == 1; }
  bool was_on(Version version) const {
    const auto later = std::upper_bound(changes.begin(), changes.end(), version);
    return (later - changes.begin()) % 2 == 1;
  }
  void set(bool on, Version version) {
    if (on != is_on()) changes.push_back(version);
  }
};

/// What a member has stopped on account of one sender.
struct StoppedSender {
  bool person = false;
  std::vector<ContractId> contracts;
};

/// One InMail on which its sender's limits look back.
struct LookedBackOn {
  Timestamp at{};
  Timestamp until{};
  std::array<std::uint8_t, 32> print{};
  bool is_charged = false;
};

/// InMails, with those that cost something.
struct Tally {
  std::int64_t all = 0;
  std::int64_t charged = 0;

  std::int64_t of(bool free_too) const { return free_too ? all : charged; }
};

/// What a sender has sent, where a limit may ask for it.
struct SentSoFar {
  std::vector<LookedBackOn> lately;
  std::map<MemberId, std::pair<InMailId, Timestamp>> unlocked;
  std::map<InMailId, MemberId> threads;  ///< That an answer opened.
  Tally ever;
  std::chrono::sys_days day{};
  Tally in_day;
  std::uint32_t month = 0;  ///< The contract's cycle.
  Tally in_month;
};

/// An InMail of a contract's seat in its recipient's stream.
struct Contact {
  SeatId by{};
  InMailId inmail{};
  Timestamp sent_at{};
  Version from{};             ///< When it was delivered,
  Version until{UINT64_MAX};  ///< and when nobody waited for an answer any more.
};

/// How many InMails have come to a member, in the day and in the week of the last one.
struct ArrivedSoFar {
  std::chrono::sys_days day{};
  std::int64_t in_day = 0;
  std::chrono::sys_days week{};  ///< Its Monday.
  std::int64_t in_week = 0;
};

/// What a sender was warned of, in the records right before its send.
struct Warnings {
  InMailId inmail{};
  bool burst = false;
  std::optional<std::pair<SeatId, Timestamp>> duplicate;
  bool is_overridden = false;
};

/// What a member's profile says of who may write.
struct Profile {
  bool is_public = true;
  std::vector<std::string> lists;
};

/// What the log has said in one stream.
struct StreamState {
  Version version{};
  Timestamp time = Timestamp::min();
  PolicyVersion policy{};
  CommandId running{};  ///< Its records stand last, without the answer so far.
  InMailId inferred{};  ///< The record before inferred that it was opened, from a reply to follow.

  // Of a member.
  bool registered = false;
  std::optional<Timestamp> erased_at;
  Position erased_position{};
  bool key_destroyed = false;
  std::optional<Timestamp> received_erased_at;  ///< What others wrote to the member was to go.
  Position received_erased_position{};
  bool received_key_destroyed = false;
  InMailPreference preference = InMailPreference::on;
  std::set<MemberId> blocked;
  Profile profile;
  std::vector<std::pair<Version, Profile>> past_profiles;  ///< With the version that ended each.
  Switch open_profile;
  std::map<MemberId, StoppedSender> stopped;
  std::map<MemberId, Switch> connections;
  Timestamp connected_at = Timestamp::min();  ///< The last change of a connection.
  Position connected_position{};
  /// From which version of the stream on the member had which plan.
  std::vector<std::pair<Version, std::optional<PlanKind>>> plans;

  std::optional<MemberId> linked_to;  ///< From whose pool the member spends.

  /// From whose pool it sends what it orders now.
  StreamId pool_of_sends(StreamId self) const {
    if (self.kind() == StreamKind::seat) return contract;
    return linked_to ? StreamId(*linked_to) : self;
  }

  bool is_connected(MemberId member, Version as_of) const {
    const auto found = connections.find(member);
    return found != connections.end() && found->second.was_on(as_of);
  }

  const Profile& profile_at(Version as_of) const {
    for (const auto& [end, past] : past_profiles)
      if (as_of < end) return past;
    return profile;
  }

  /// From which version of the stream on the member took what; null: what the policy says.
  std::vector<std::pair<Version, std::unique_ptr<const InboundRules>>> inbound_rules;
  ArrivedSoFar arrived;

  const InboundRules* inbound_rules_at(Version as_of) const {
    const InboundRules* rules = nullptr;
    for (const auto& [since, each] : inbound_rules)
      if (since <= as_of) rules = each.get();
    return rules;
  }

  std::int64_t conversations = 0;  ///< In the inbox, and not archived.
  std::map<InMailId, Marks> marks;

  bool is_archived(const InMailId& id) const {
    const auto found = marks.find(id);
    return found != marks.end() && found->second.archived;
  }

  // Of a sender.
  std::map<MemberId, Timestamp> declined;  ///< Who has, last of all answers.
  std::chrono::year_month open_profile_month{};
  std::int64_t open_profile_sends = 0;  ///< In that month.

  std::unique_ptr<SentSoFar> sent;  ///< Null: nothing.
  Warnings warnings;
  std::map<DraftId, std::uint32_t> drafts;  ///< Of an author, their revisions.

  // Of a seat.
  ContractId contract{};
  MemberId holder{};
  Timestamp opened_at{};

  // Of a contract: what its seats may send in a cycle.
  std::optional<std::uint32_t> seat_limit;
  std::map<SeatId, std::uint32_t> seat_limits;
  /// The last of its cycles in which a refund gave something of a seat's month back, and how much.
  std::map<SeatId, std::pair<std::uint32_t, std::int64_t>> restored;

  std::int64_t restored_in(std::uint32_t cycle, SeatId seat) const {
    const auto found = restored.find(seat);
    return found != restored.end() && found->second.first == cycle ? found->second.second : 0;
  }

  std::int64_t month_max(SeatId seat, const Policy& rules) const {
    const auto own = seat_limits.find(seat);
    if (own != seat_limits.end()) return own->second;
    return seat_limit ? std::int64_t{*seat_limit} : std::int64_t{rules.seat.monthly_limit};
  }

  std::map<ContractId, std::vector<Contact>> contacts;  ///< Of a member.

  std::unique_ptr<Pool> pool;  ///< Of who has or had credits.
};

/// Credits that have left one pool for another.
struct Transfer {
  enum class Stage : std::uint8_t { under_way, refused, over };

  StreamId from{};
  StreamId to{};
  TransferParts parts{};
  Timestamp time{};     ///< Of its last record,
  Position position{};  ///< and where its first one is.
  Stage stage = Stage::under_way;
};

/// What one record changed, for the rules that look at it afterwards.
struct Touched {
  StreamId owner{};
  Pool* pool = nullptr;
  std::optional<LotId> stray;  ///< A lot that the record names and the pool does not have.
};

/// A stream-by-stream retelling of the log, for the rules to look at. Folds every record as it
/// stands, right or wrong.
class World {
 public:
  /// Makes the stream, if this is its first record.
  StreamState& stream(StreamId id) { return streams_[id]; }
  const StreamState* find_stream(StreamId id) const;

  /// Null for one that is unknown or over.
  const InMail* find(const InMailId& id) const;
  /// Its story has ended; nothing is kept of it but that.
  bool is_over(const InMailId& id) const;

  /// Null for a version that was never adopted or cannot be read.
  const Policy* policy(PolicyVersion version) const;
  std::uint64_t policies() const { return policies_.size(); }

  const Thread* thread(const InMailId& id) const { return threads_.find(id.bytes); }
  template <class Visit>
  void each_thread(Visit&& visit) const {
    threads_.for_each([&](const auto& id, const Thread& thread) { visit(InMailId{id}, thread); });
  }
  /// Whether the inbox of `stream` has it, archived or not.
  bool has_in_inbox(StreamId stream, const InMailId& id) const;

  /// Where a command was answered; zero if it was not.
  Position answer_to(const CommandId& command) const;

  /// What became of a seat that `contract` added; nothing: it did not, or has it no more.
  std::optional<SeatClaim> claim_of(ContractId contract, SeatId seat) const;

  Position last() const { return last_; }

  const std::map<TransferId, Transfer>& transfers() const { return transfers_; }

  /// Whether an answer to `answered` ends the charge of `other`, unanswered between the same two.
  bool ends_together(const InMail& answered, const InMail& other) const;

  /// Calls `visit` for each unanswered InMail between the two.
  template <class Visit>
  void each_unanswered(StreamId sender, MemberId to, Visit&& visit) const {
    const std::uint32_t* first = between_.find(pair_of(sender, to));
    for (std::uint32_t at = first ? *first : InMail::no_inmail; at != InMail::no_inmail;
         at = inmails_[at].next_between)
      visit(inmails_[at]);
  }

  template <class Visit>
  void each_inmail(Visit&& visit) const {
    index_.for_each([&](const auto& id, std::uint32_t at) {
      if (at < never_sent) visit(InMailId{id}, inmails_[at]);
    });
  }

  template <class Visit>
  void each_stream(Visit&& visit) const {
    for (const auto& [id, state] : streams_) visit(id, state);
  }

  Touched fold(const Record& record, StreamState& stream);
  /// Forgets what no later record can need. After the rules have looked at what `event` touched.
  void sweep(const Touched& touched, const Event& event);

 private:
  friend struct Fold;
  static constexpr std::uint32_t over = UINT32_MAX;
  static constexpr std::uint32_t never_sent = UINT32_MAX - 1;  ///< Reserved for, and released.

  static std::array<std::uint8_t, 16> pair_of(StreamId sender, MemberId to);
  InMail* find_to_change(const InMailId& id);
  InMail* make(const InMailId& id);
  void link(const InMailId& id, InMail& inmail);
  void unlink(const InMail& inmail);
  /// Notes on the others between the same two that this answer ends their charges as well.
  void mark_beside(const InMail& answered);

  std::unordered_map<StreamId, StreamState> streams_;
  std::deque<InMail> inmails_;
  std::vector<std::uint32_t> free_;  ///< Entries of `inmails_` to use again.
  IdTable<std::uint32_t> index_;     ///< Where an InMail is in `inmails_`, or a word of the above.
  IdTable<std::uint32_t> between_;   ///< By sender and recipient: the last one unanswered.
  IdTable<Position> answers_;        ///< By command.
  IdTable<Thread> threads_;          ///< By the InMail that began it.
  std::map<std::pair<SeatId, ContractId>, SeatClaim> seats_;
  std::map<TransferId, Transfer> transfers_;
  std::vector<std::unique_ptr<const Policy>> policies_;  ///< Version 1 first.
  Position last_{};
};

/// The InMail that an event is about, if it is about one.
const InMailId* inmail_named_by(const Event& event);

/// Whether only a command makes such an event happen: what follows from others, or from time, does
/// not.
bool is_decided(const RecordHeader& header, const Event& event);

/// Whether any kind of response gives something back.
bool refunds_responses(const RefundPolicy& refund);
/// The same for a response, a block and the recipient's end: for all that the refund window bounds.
bool refunds_in_window(const RefundPolicy& refund);
std::chrono::year_month month_at(Timestamp time);
std::chrono::sys_days monday_of(std::chrono::sys_days day);

/// Until when the InMail may be accepted, if only that charges.
std::optional<Timestamp> accept_until(const InMail& inmail, const Policy& pinned);

/// `time` and so much later, without wrapping around.
Timestamp later(Timestamp time, Seconds by);

}  // namespace inmail::auditing
