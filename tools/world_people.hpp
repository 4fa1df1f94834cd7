#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "events/ids.hpp"
#include "events/plan_kind.hpp"
#include "events/terms.hpp"
#include "tools/world_chance.hpp"

namespace inmail::tools {

/// How somebody treats what arrives.
struct Person {
  BasisPoints opens = 0;
  BasisPoints answers = 0;  ///< Of what was opened.
};

/// Somebody who sends on credits, their own or those of a contract.
struct Sender {
  MemberId member{};
  std::optional<SeatId> seat;
  std::chrono::minutes between_sittings{};  ///< On average.
  StreamId pool{};                          ///< Who pays.
  PlanKind plan = PlanKind::free;           ///< That it begins with.
};

struct SeatPlace {
  SeatId seat{};
  MemberId holder{};
  SeatRole role = SeatRole::recruiter;
};

struct Company {
  ContractId contract{};
  PlanKind plan = PlanKind::recruiter_corp;
  std::vector<SeatPlace> seats;
};

struct Subscriber {
  MemberId member{};
  PlanKind plan = PlanKind::career;
};

/// Who lives in a simulated world. Members are numbered from 1, and so are contracts and seats.
struct People {
  std::vector<Person> persons;  ///< Member 1 first.
  std::vector<Subscriber> subscribers;
  std::vector<Company> companies;
  std::vector<Sender> senders;  ///< The subscribers, in their order, and then the recruiters.

  const Person& person(MemberId member) const { return persons[member.value - 1]; }
};

/// How many InMails a sitting brings on average.
inline constexpr std::uint64_t sitting_mean = 4;

/// Makes a world's people. Most hold no plan, some of the others write far more than most: a few
/// seats alone would empty the pool of their contract. Requires: `members` is above 0.
People make_people(std::uint64_t members, Chance& chance);

}  // namespace inmail::tools
