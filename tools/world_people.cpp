#include "tools/world_people.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "events/result.hpp"

namespace inmail::tools {
namespace {

/// Of its working days: nobody sits down to write in the others.
constexpr std::uint64_t minutes_of_month = 21 * 24 * 60;
constexpr std::uint64_t members_of_company = 500;
constexpr std::uint64_t seats_of_company = 10;

struct PlanShare {
  std::optional<PlanKind> plan;
  std::uint32_t weight;  ///< Of 10,000 members.
  std::uint64_t inmails_a_month;
};

/// What members hold by themselves, and what those who write as much as they are granted send.
constexpr std::array shares{
    PlanShare{std::nullopt, 7'000, 0},        PlanShare{PlanKind::career, 1'350, 5},
    PlanShare{PlanKind::business, 600, 15},   PlanShare{PlanKind::sales_core, 500, 50},
    PlanShare{PlanKind::sales_team, 250, 50}, PlanShare{PlanKind::recruiter_lite, 300, 30},
};
constexpr std::uint64_t inmails_of_seat_a_month = 125;

/// Writers by their zeal, in hundredths of what they are granted: many below, few far above.
constexpr std::array<std::uint32_t, 6> zeal_weights{25, 25, 25, 15, 7, 3};
constexpr std::array<std::uint64_t, 6> zeals{25, 55, 90, 140, 250, 600};

constexpr auto share_weights = [] {
  std::array<std::uint32_t, shares.size()> weights{};
  for (std::size_t i = 0; i < shares.size(); ++i) weights[i] = shares[i].weight;
  return weights;
}();

std::chrono::minutes between_sittings(std::uint64_t inmails_a_month, Chance& chance) {
  const std::uint64_t zeal = zeals[chance.pick(zeal_weights)];
  const std::uint64_t count = minutes_of_month * sitting_mean * 100 / (inmails_a_month * zeal);
  return std::chrono::minutes{static_cast<std::int64_t>(count)};
}

Person make_person(Chance& chance) {
  return {.opens = static_cast<BasisPoints>(chance.between(3'000, 9'500)),
          .answers = static_cast<BasisPoints>(chance.between(1'000, 7'500))};
}

Company make_company(std::uint64_t number, std::uint64_t members, Chance& chance) {
  Company company{
      .contract = ContractId{number},
      .plan = chance.happens(5'000) ? PlanKind::recruiter_corp : PlanKind::recruiter_rps};
  const std::uint64_t seats = std::min(seats_of_company, members);
  std::unordered_set<MemberId> holders;
  while (holders.size() < seats) {
    const MemberId holder{chance.between(1, members)};
    if (!holders.insert(holder).second) continue;
    const std::uint64_t seat = (number - 1) * seats_of_company + holders.size();
    // The last seat goes to somebody who only looks on; a company of one has nobody to spare.
    const bool looks_on = holders.size() == seats && seats > 1;
    company.seats.push_back(
        {SeatId{seat}, holder, looks_on ? SeatRole::hiring_manager : SeatRole::recruiter});
  }
  return company;
}

}  // namespace

People make_people(std::uint64_t members, Chance& chance) {
  invariant(members > 0, "a world has members");
  People people;
  for (std::uint64_t number = 1; number <= members; ++number) {
    people.persons.push_back(make_person(chance));
    const PlanShare& share = shares[chance.pick(share_weights)];
    if (!share.plan) continue;
    const MemberId member{number};
    people.subscribers.push_back({member, *share.plan});
    const auto pause = between_sittings(share.inmails_a_month, chance);
    people.senders.push_back({member, {}, pause, member, *share.plan});
  }

  const std::uint64_t companies = std::max<std::uint64_t>(1, members / members_of_company);
  for (std::uint64_t number = 1; number <= companies; ++number) {
    people.companies.push_back(make_company(number, members, chance));
    const Company& company = people.companies.back();
    for (const SeatPlace& place : company.seats) {
      if (place.role != SeatRole::recruiter) continue;
      const auto pause = between_sittings(inmails_of_seat_a_month, chance);
      people.senders.push_back({place.holder, place.seat, pause, company.contract, company.plan});
    }
  }
  return people;
}

}  // namespace inmail::tools
