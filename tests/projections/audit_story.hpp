#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "events/policy.hpp"
#include "projections/audit.hpp"
#include "tests/projections/history.hpp"

namespace inmail::test {

/// An InMail of a story, with what later records repeat of it.
struct StoryInMail {
  InMailRef ref{};
  MemberId to{};
  LotSplits splits{};
  Timestamp delivered_at{};
  Position sent{};
  Position delivered{};

  CommandId command() const { return command_of(ref.inmail); }
};

/// Tells a history as the engine would have recorded it, one step after another, so that a test can
/// then plant one mistake in it. Every step returns the position of its last record.
class AuditStory {
 public:
  /// Under the default policy with these settings, as lines of TOML. Unless they say for how long a
  /// send can be undone, it cannot.
  explicit AuditStory(std::string_view settings = {}) { adopt(settings); }

  Position adopt(std::string_view settings) {
    auto parsed = parse_policy(settings, "story");
    EXPECT_TRUE(parsed.ok()) << (parsed.ok() ? "" : parsed.error().message);
    if (settings.find("[undo]") == std::string_view::npos) parsed->undo.window_s = Seconds{0};
    const std::uint64_t version = policies_ + 1;
    const Position at = decide(StreamId::policy(),
                               PolicyAdopted{PolicyVersion{version}, "story", to_toml(*parsed)});
    policies_ = version;
    return at;
  }

  Timestamp now() const { return history_.now(); }
  void pass(Milliseconds time) { history_.pass(time); }
  std::vector<Record> records() const { return history_.records(); }
  CommandId new_command() { return history_.new_command(); }

  // Single records.

  /// What follows from something else, or from time.
  Position add(StreamId stream, Event event, const CommandId& cause = {}) {
    RecordHeader& header = history_.add(stream, std::move(event), cause);
    header.policy = PolicyVersion{policies_};
    return header.position;
  }

  /// The last record of what a command decided.
  Position answer(StreamId stream, Event event, const CommandId& command,
                  const Principal& asked_by = {}) {
    RecordHeader& header = history_.add(stream, std::move(event), command);
    header.policy = PolicyVersion{policies_};
    header.is_receipt = true;
    header.payload_hash.fill(7);
    header.asked_by = asked_by;
    return header.position;
  }

  Position decide(StreamId stream, Event event) {
    const Principal who =
        stream.kind() == StreamKind::member ? Principal::of(stream.member()) : Principal{};
    return answer(stream, std::move(event), new_command(), who);
  }

  // Plans. One of `business` gives 15 credits a month, one of `recruiter_corp` 150 a seat.

  void join(MemberId member) { decide(member, MemberRegistered{}); }

  /// The first cycle of a plan, with its grant.
  Position subscribe(StreamId owner, PlanKind plan, std::uint32_t amount,
                     std::optional<Timestamp> expires_at = {}) {
    const CommandId command = new_command();
    add(owner, SubscriptionStarted{plan, 15}, command);
    add(owner, CycleRenewed{++cycles_[owner], next_month()}, command);
    return answer(owner, monthly(owner, amount, expires_at), command);
  }

  /// The next cycle of a plan, at its time.
  Position renew(StreamId owner, std::uint32_t amount) {
    history_.pass(renewals_[owner] - now());
    add(owner, CycleRenewed{++cycles_[owner], next_month()});
    renewals_[owner] = next_month();
    return add(owner, monthly(owner, amount, {}));
  }

  Position grant_bonus(StreamId owner, std::uint32_t amount) {
    return decide(owner, grant(owner, LotKind::bonus, amount));
  }

  CreditsGranted grant(StreamId owner, LotKind kind, std::uint32_t amount) {
    CreditsGranted granted;
    granted.lot = LotId{++lots_[owner]};
    granted.kind = kind;
    granted.amount = amount;
    return granted;
  }

  /// Members 1 to 3, each with a plan of 15 credits in lot 1.
  void three_members() {
    for (const std::uint64_t member : {1, 2, 3}) {
      join(MemberId{member});
      subscribe(MemberId{member}, PlanKind::business, 15);
    }
  }

  /// Contract 1 with 150 credits in lot 1, and its seat 9, held by member 1.
  void contract_with_a_seat() {
    const ContractId contract{1};
    decide(contract, ContractCreated{10});
    const CommandId command = new_command();
    answer(contract, SeatAdded{SeatId{9}, MemberId{1}, SeatRole::recruiter}, command);
    add(SeatId{9}, SeatOpened{contract, MemberId{1}, SeatRole::recruiter}, command);
    subscribe(contract, PlanKind::recruiter_corp, 150);
  }

  // InMails.

  StoryInMail send(MemberId from, MemberId to, LotSplits splits = {{LotId{1}, 1}}) {
    StoryInMail inmail = write(from, from, from, to, splits);
    inmail.sent = answer(from, sent_event(inmail), inmail.command(), Principal::of(from));
    return inmail;
  }

  Position reserve(const StoryInMail& inmail) {
    return add(inmail.ref.pool, CreditReserved{inmail.ref.inmail, inmail.ref.sender, inmail.splits},
               inmail.command());
  }

  /// From seat 9, on its contract's credits.
  StoryInMail send_by_seat(MemberId to, LotSplits splits = {{LotId{1}, 1}}) {
    StoryInMail inmail = write(SeatId{9}, ContractId{1}, MemberId{1}, to, splits);
    reserve(inmail);
    inmail.sent = answer(SeatId{9}, sent_event(inmail), inmail.command(), Principal::of(SeatId{9}));
    return inmail;
  }

  /// From a member who is linked to `pool`, on its credits.
  StoryInMail send_linked(MemberId from, MemberId pool, MemberId to) {
    StoryInMail inmail = write(from, pool, from, to, {{LotId{1}, 1}});
    reserve(inmail);
    inmail.sent = answer(from, sent_event(inmail), inmail.command(), Principal::of(from));
    return inmail;
  }

  StoryInMail write(StreamId sender, StreamId pool, MemberId from, MemberId to, LotSplits splits) {
    StoryInMail inmail;
    std::uint32_t cost = 0;
    for (const LotSplit& split : splits) cost += split.amount;
    inmail.ref = {inmail_of(new_command()), sender, pool, from, cost, now()};
    inmail.to = to;
    inmail.splits = std::move(splits);
    return inmail;
  }

  InMailSent sent_event(const StoryInMail& inmail) {
    InMailSent sent{.inmail = inmail.ref.inmail,
                    .from = inmail.ref.from,
                    .to = inmail.to,
                    .from_premium = true,
                    .pool = inmail.ref.pool,
                    .cost = inmail.ref.cost};
    if (inmail.ref.pool == inmail.ref.sender) sent.splits = inmail.splits;
    sent.subject = text("A subject", TextField::subject, inmail);
    sent.body = text("A body of some words", TextField::body, inmail);
    return sent;
  }

  Text text(std::string_view plain, TextField field, const StoryInMail& inmail) {
    return history_.sealed(plain, field, inmail.ref.from, inmail.ref.sender, inmail.command());
  }

  Position deliver(StoryInMail& inmail, bool refundable = true) {
    InMailDelivered delivered{.ref = inmail.ref, .pinned = PolicyVersion{policies_}};
    delivered.refundable = refundable;
    inmail.delivered_at = now();
    inmail.delivered = add(inmail.to, delivered, inmail.command());
    return inmail.delivered;
  }

  Position charge(const StoryInMail& inmail, bool refundable = true) {
    return add(inmail.ref.pool, CreditCharged{inmail.ref.inmail, inmail.splits, refundable},
               inmail.command());
  }

  /// The sender learns of it at once; returns the position of the failure.
  Position fail(const StoryInMail& inmail) {
    const Position failed =
        add(inmail.to, InMailFailed{inmail.ref, FailureReason::recipient_unavailable},
            inmail.command());
    inform(inmail, Outcome::failed);
    return failed;
  }

  /// The same, but it can be undone for so long.
  StoryInMail send_undoable(MemberId from, MemberId to, Milliseconds window) {
    StoryInMail inmail = write(from, from, from, to, {{LotId{1}, 1}});
    InMailSent sent = sent_event(inmail);
    sent.undo_until = now() + window;
    inmail.sent = answer(from, std::move(sent), inmail.command(), Principal::of(from));
    return inmail;
  }

  /// To be sent later, on a credit that is set aside now.
  StoryInMail schedule(MemberId from, MemberId to, Milliseconds in,
                       std::optional<InMailId> parent = {}) {
    StoryInMail inmail = write(from, from, from, to, {{LotId{1}, 1}});
    const InMailSent words = sent_event(inmail);
    InMailScheduled scheduled{.inmail = inmail.ref.inmail,
                              .from = from,
                              .to = to,
                              .send_at = now() + in,
                              .pool = from,
                              .is_paid = true,
                              .cost = 1,
                              .splits = inmail.splits};
    scheduled.subject = words.subject;
    scheduled.body = words.body;
    scheduled.parent = parent;
    inmail.sent = answer(from, std::move(scheduled), inmail.command(), Principal::of(from));
    return inmail;
  }

  /// Its time has come.
  Position dispatch(StoryInMail& inmail, std::optional<InMailId> parent = {}) {
    inmail.ref.sent_at = now();
    InMailSent sent = sent_event(inmail);
    sent.splits.clear();
    sent.origin = parent ? SendOrigin::follow_up : SendOrigin::scheduled;
    sent.parent = parent;
    RecordHeader& header = history_.add(inmail.ref.sender, std::move(sent), inmail.command());
    header.policy = PolicyVersion{policies_};
    header.asked_by = {PrincipalKind::clock, 0};
    return header.position;
  }

  /// Its undo time is over.
  Position leave(const StoryInMail& inmail) {
    return add(
        inmail.ref.sender,
        UndoWindowClosed{inmail.ref.inmail, inmail.ref.from, inmail.to, true, inmail.ref.pool,
                         inmail.ref.cost, inmail.ref.sent_at, PolicyVersion{policies_}},
        inmail.command());
  }

  /// Its sender, a member, undoes it. Returns the position of the cancellation.
  Position undo(const StoryInMail& inmail) {
    const CommandId command = new_command();
    const Position cancelled = add(
        inmail.ref.sender,
        InMailCancelled{
            inmail.ref.inmail, inmail.to, inmail.ref.pool, inmail.ref.cost, CancelReason::undo, {}},
        command);
    answer(inmail.ref.sender,
           CreditReleased{inmail.ref.inmail, inmail.splits, ReleaseReason::taken_back}, command,
           Principal::of(inmail.ref.from));
    return cancelled;
  }

  Position release(const StoryInMail& inmail, ReleaseReason reason) {
    return add(inmail.ref.pool, CreditReleased{inmail.ref.inmail, inmail.splits, reason},
               inmail.command());
  }

  Position open(const StoryInMail& inmail) { return decide(inmail.to, Opened{.ref = inmail.ref}); }

  Replied reply_event(const StoryInMail& inmail, ReplyKind kind) const {
    Replied replied{.ref = inmail.ref, .kind = kind, .canned = true};
    replied.latency_ms = (now() - inmail.delivered_at).count();
    replied.charge = ChargeEnd::refund;
    replied.refund_amount = inmail.ref.cost;
    return replied;
  }

  /// Opens and answers, in time for a refund; the sender learns of it at once. Returns the position
  /// of the answer.
  Position reply(const StoryInMail& inmail, ReplyKind kind = ReplyKind::accept) {
    const CommandId command = new_command();
    add(inmail.to, Opened{.ref = inmail.ref, .inferred = true}, command);
    const Position replied =
        answer(inmail.to, reply_event(inmail, kind), command, Principal::of(inmail.to));
    inform(inmail, outcome_of(kind));
    return replied;
  }

  static Outcome outcome_of(ReplyKind kind) {
    switch (kind) {
      case ReplyKind::accept: return Outcome::accepted;
      case ReplyKind::decline: return Outcome::declined_silently;
      case ReplyKind::reply: return Outcome::replied;
      case ReplyKind::quick_reply: return Outcome::quick_reply;
    }
    return Outcome::replied;
  }

  /// Into a lot of its own.
  Position refund(const StoryInMail& inmail, RefundOn reason = RefundOn::accept) {
    CreditsGranted granted = grant(inmail.ref.pool, LotKind::refund, inmail.ref.cost);
    granted.inmail = inmail.ref.inmail;
    add(inmail.ref.pool, granted);
    return add(inmail.ref.pool, CreditRefunded{inmail.ref.inmail, granted.lot, granted.amount,
                                               false, reason, now()});
  }

  Position finalize(const StoryInMail& inmail) {
    return add(inmail.ref.pool, ChargeFinalized{inmail.ref.inmail});
  }

  Position inform(const StoryInMail& inmail, Outcome outcome) {
    return add(inmail.ref.sender, OutcomeReceived{inmail.ref.inmail, inmail.to, outcome});
  }

 private:
  Timestamp next_month() const { return now() + std::chrono::days{30}; }

  CreditsGranted monthly(StreamId owner, std::uint32_t amount,
                         std::optional<Timestamp> expires_at) {
    CreditsGranted granted = grant(owner, LotKind::monthly, amount);
    granted.cycle = cycles_[owner];
    granted.expires_at = expires_at;
    renewals_[owner] = next_month();
    return granted;
  }

  History history_;
  std::uint64_t policies_ = 0;
  std::map<StreamId, std::uint64_t> lots_;
  std::map<StreamId, std::uint32_t> cycles_;
  std::map<StreamId, Timestamp> renewals_;
};

/// Takes a record out of a history, as if it had never been made.
inline void drop(std::vector<Record>& records, Position position) {
  records.erase(records.begin() + static_cast<std::ptrdiff_t>(position.value) - 1);
  std::map<StreamId, std::uint64_t> versions;
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].header.position = Position{i + 1};
    records[i].header.version = Version{++versions[records[i].header.stream]};
  }
}

inline Record& record_at(std::vector<Record>& records, Position position) {
  return records.at(position.value - 1);
}

template <class E>
E& event_at(std::vector<Record>& records, Position position) {
  return std::get<E>(record_at(records, position).event);
}

/// As of `later` after the last record.
inline AuditReport audit_of(const std::vector<Record>& records, Milliseconds later = {}) {
  Auditor auditor;
  Timestamp last{};
  for (const Record& record : records) {
    auditor.apply(record);
    last = std::max(last, record.header.time);
  }
  return auditor.finish(last + later);
}

inline std::string said_by(const AuditReport& report) {
  std::string said;
  for (const Violation& each : report.first_violations)
    said +=
        each.invariant + " at " + std::to_string(each.position.value) + ": " + each.sentence + "\n";
  return said.empty() ? "no violation" : said;
}

/// Every invariant holds, also when all that is open had its time.
inline testing::AssertionResult holds(const std::vector<Record>& records) {
  const AuditReport report = audit_of(records, std::chrono::days{2});
  if (report.ok) return testing::AssertionSuccess();
  return testing::AssertionFailure() << said_by(report);
}

/// The invariant is broken, for the first time at this position.
inline testing::AssertionResult breaks(const AuditReport& report, std::string_view invariant,
                                       Position position) {
  for (const Violation& each : report.first_violations)
    if (each.invariant == invariant && each.position == position && !each.sentence.empty())
      return testing::AssertionSuccess() << said_by(report);
  return testing::AssertionFailure() << said_by(report);
}

inline testing::AssertionResult breaks(const std::vector<Record>& records,
                                       std::string_view invariant, Position position) {
  return breaks(audit_of(records), invariant, position);
}

}  // namespace inmail::test
