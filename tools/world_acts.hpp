#pragma once

#include <cstdint>
#include <optional>
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
};

struct Open {
  Letter letter;
};

struct Reply {
  Letter letter;
  ReplyKind kind = ReplyKind::reply;
  bool in_words = true;
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

/// Somebody tries what cannot work.
struct Blunder {};

/// A day begins: what comes about by chance is drawn for it.
struct Dawn {};

using Act = std::variant<Join, FoundCompany, GiveSeat, Subscribe, SwitchPlan, EndPlan, GiveBonus,
                         Prefer, Block, Unblock, Connect, Part, Stop, Allow, Sitting, FollowUp,
                         Sent, Open, Reply, Retract, Write, Blunder, Dawn>;

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

}  // namespace inmail::tools
