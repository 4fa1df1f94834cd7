#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "actors/commands.hpp"
#include "events/ids.hpp"
#include "tools/world_people.hpp"

// What people of a simulated world do. An act is kept until its time has come, so it holds who and
// what, but no texts.

namespace inmail::tools {

/// An InMail on its way, and the thread that it may become.
struct Letter {
  InMailId inmail{};
  MemberId from{};
  std::optional<SeatId> seat;
  MemberId to{};
};

struct Join {
  MemberId member{};
};

struct FoundCompany {
  ContractId contract{};
  std::uint32_t seats = 0;
};

struct GiveSeat {
  ContractId contract{};
  SeatPlace place;
};

struct Subscribe {
  StreamId owner{};
  PlanKind plan = PlanKind::free;
};

struct SwitchPlan {
  StreamId owner{};
  PlanKind plan = PlanKind::free;
};

struct EndPlan {
  StreamId owner{};
};

struct GiveBonus {
  StreamId owner{};
  std::uint32_t credits = 0;
};

struct Prefer {
  MemberId member{};
  InMailPreference inmail = InMailPreference::on;
};

struct Block {
  MemberId member{};
  MemberId other{};
};

struct Unblock {
  MemberId member{};
  MemberId other{};
};

struct Connect {
  MemberId member{};
  MemberId other{};
};

struct Part {
  MemberId member{};
  MemberId other{};
};

/// No more from this sender, or its company.
struct Stop {
  MemberId member{};
  MemberId sender{};
};

struct Allow {
  MemberId member{};
  MemberId sender{};
};

/// Somebody sits down to write: one InMail now, `left` more after it.
struct Sitting {
  std::size_t sender = 0;  ///< Place in `People::senders`.
  std::uint64_t left = 0;
};

/// Somebody asks again who did not answer.
struct FollowUp {
  std::size_t sender = 0;
  MemberId to{};
};

/// What a sitting or a follow-up has become.
struct Sent {
  std::size_t sender = 0;
  Letter letter;
  std::optional<std::uint64_t> left;  ///< Of the sitting.
  std::optional<DraftId> draft;       ///< That it was made of.
  bool has_link = false;
  bool is_undone = false;  ///< By the next deed.
};

struct Open {
  Letter letter;
};

struct Reply {
  Letter letter;
  ReplyKind kind = ReplyKind::reply;
  bool in_words = true;
  bool automatic = false;
};

struct Retract {
  Letter letter;
};

/// A message in a thread, and `left` more after it, by turns.
struct Write {
  Letter letter;
  bool by_recipient = false;
  std::uint64_t left = 0;
};

/// Written now, for later.
struct Schedule {
  Sent sent;
  Timestamp send_at{};
};

struct Reschedule {
  Letter letter;
  Timestamp send_at{};
};

struct CallOff {
  Letter letter;
};

/// Who was written to is to be asked again, unless it has answered by then.
struct Chase {
  Sent sent;
  InMailId parent{};
};

struct Undo {
  Letter letter;
};

struct KeepDraft {
  std::size_t sender = 0;
  Letter letter;  ///< Without an InMail.
  std::optional<DraftId> draft;
  std::uint32_t revision = 0;
};

/// The draft is sent after all.
struct FinishDraft {
  std::size_t sender = 0;
  MemberId to{};
  DraftId draft{};
};

struct DropDraft {
  Letter letter;
  DraftId draft{};
};

struct ClickLink {
  Letter letter;
};

/// What a reader puts on a conversation for itself.
struct Tidy {
  Letter letter;
  std::uint64_t how = 0;
};

/// From now on somebody takes only some of what is sent; or all again.
struct BePicky {
  MemberId member{};
  std::uint64_t how = 0;
};
inline constexpr std::uint64_t ways_to_be_picky = 4;  ///< The next one: not at all.

struct Present {
  MemberId member{};
  std::int64_t day = 0;  ///< Of the world.
};

struct LimitSeats {
  ContractId contract{};
  std::optional<SeatId> seat;
  std::optional<std::uint32_t> limit;
};

struct Buy {
  StreamId owner{};
  std::string pack;
  std::uint64_t payment = 0;
};

struct PayBack {
  StreamId owner{};
  std::uint64_t payment = 0;
  bool chargeback = false;
};

struct Correct {
  StreamId owner{};
  std::int32_t credits = 0;
};

struct MissPayment {
  StreamId owner{};
};

struct Pay {
  StreamId owner{};
};

/// Somebody tries what cannot work.
struct Blunder {};

/// A day begins: what comes about by chance is drawn for it.
struct Dawn {};

using Act = std::variant<Join, FoundCompany, GiveSeat, Subscribe, SwitchPlan, EndPlan, GiveBonus,
                         Prefer, Block, Unblock, Connect, Part, Stop, Allow, Sitting, FollowUp,
                         Sent, Open, Reply, Retract, Write, Blunder, Dawn, Schedule, Reschedule,
                         CallOff, Chase, Undo, KeepDraft, FinishDraft, DropDraft, ClickLink, Tidy,
                         BePicky, Present, LimitSeats, Buy, PayBack, Correct, MissPayment, Pay>;

// The order that an act comes to, for acts that say all of it.

Command command_of(const Join& act);
Command command_of(const FoundCompany& act);
Command command_of(const GiveSeat& act);
Command command_of(const Subscribe& act);
Command command_of(const SwitchPlan& act);
Command command_of(const EndPlan& act);
Command command_of(const GiveBonus& act);
Command command_of(const Prefer& act);
Command command_of(const Block& act);
Command command_of(const Unblock& act);
Command command_of(const Connect& act);
Command command_of(const Part& act);
Command command_of(const Stop& act);
Command command_of(const Allow& act);
Command command_of(const Sent& act);
Command command_of(const Open& act);
Command command_of(const Reply& act);
Command command_of(const Retract& act);
Command command_of(const Write& act);
Command command_of(const Schedule& act);
Command command_of(const Reschedule& act);
Command command_of(const CallOff& act);
Command command_of(const Chase& act);
Command command_of(const Undo& act);
Command command_of(const KeepDraft& act);
Command command_of(const DropDraft& act);
Command command_of(const ClickLink& act);
Command command_of(const Tidy& act);
Command command_of(const BePicky& act);
Command command_of(const Present& act);
Command command_of(const LimitSeats& act);
Command command_of(const Buy& act);
Command command_of(const PayBack& act);
Command command_of(const Correct& act);
Command command_of(const MissPayment& act);
Command command_of(const Pay& act);

}  // namespace inmail::tools
