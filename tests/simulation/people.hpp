#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actors/commands.hpp"

namespace inmail::sim {

/// Members, seats and contracts who give commands by chance. They remember what they sent, so that
/// most of what they do makes sense. One thread.
class People {
 public:
  static constexpr std::uint64_t members = 8;
  static constexpr std::uint64_t seats = 3;  ///< Held by members 1 to 3, of contract 1.
  static constexpr std::uint64_t contracts = 1;

  explicit People(std::uint64_t seed) : chance_(seed) {}

  /// The commands with which a world begins.
  std::vector<Command> beginning();
  /// What somebody orders next.
  Command next();

  /// A command was given under this id.
  void gave(const Command& command, const CommandId& id);

  std::uint64_t pick(std::uint64_t below) { return chance_() % below; }
  bool one_in(std::uint64_t n) { return pick(n) == 0; }
  MemberId anyone() { return MemberId{1 + pick(members)}; }
  MemberId anyone_but(MemberId one) {
    return MemberId{1 + (one.value + pick(members - 1)) % members};
  }
  StreamId any_owner() {
    return one_in(3) ? StreamId{ContractId{1 + pick(contracts)}} : StreamId{anyone()};
  }
  PlanKind any_plan();
  RegisterMember newcomer(MemberId member);
  std::string words(std::string_view about);

  struct Sent {
    InMailId inmail;
    MemberId from;
    std::optional<SeatId> seat;
    MemberId to;
  };
  /// One of the latest, mostly: the others have long been answered.
  Sent any_inmail();
  std::string new_payment() { return "payment " + std::to_string(++written_); }
  /// One that was made, or that is none.
  ReversePurchase any_payment();
  Sent any_scheduled();

  struct Kept {
    DraftId draft;
    MemberId from;
    std::optional<SeatId> seat;
    std::uint32_t revision = 0;
  };
  Kept any_draft();
  /// Within three weeks of the last command.
  Timestamp soon();

 private:
  std::mt19937_64 chance_;
  std::vector<Sent> sent_;
  std::vector<ReversePurchase> bought_;
  std::vector<Sent> scheduled_;
  std::vector<Kept> drafts_;
  Timestamp now_{};
  std::uint64_t written_ = 0;
};

/// One kind of command: how often it is given, beside the others, and how one is made up.
struct Act {
  std::string_view name;
  unsigned weight;
  Command (*make)(People&);
};

/// One entry a kind of command: where a new command joins.
std::span<const Act> acts();

}  // namespace inmail::sim
