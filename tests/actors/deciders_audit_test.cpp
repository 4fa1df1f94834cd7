// Random lives again, judged by the auditor: it shares no rule and no arithmetic with the deciders,
// so under every policy the two must agree (D5.4).

#include <gtest/gtest.h>

#include <algorithm>

#include "projections/audit.hpp"
#include "tests/support/random_life.hpp"
#include "tests/support/seeds.hpp"

namespace inmail::test {
namespace {

constexpr int steps = 200;

/// The policies as the log of a store has them.
std::vector<Record> adoptions_in(const Ground& ground) {
  std::vector<Record> records;
  for (std::uint64_t number = 1; number <= ground.book.versions.size(); ++number) {
    RecordHeader header{.position = ground.adoptions[number - 1],
                        .stream = StreamId::policy(),
                        .version = Version{number},
                        .cause = make_command_id(timestamp_from_ms(1), 3, number),
                        .is_receipt = true,
                        .payload_hash = {1},
                        .asked_by = {PrincipalKind::admin, 1},
                        .policy = PolicyVersion{number - 1}};
    const Policy& policy = ground.book.at(PolicyVersion{number});
    records.push_back({header, PolicyAdopted{PolicyVersion{number}, policy.name, to_toml(policy)}});
  }
  return records;
}

/// All that is on record, as one log in the order of its positions.
std::vector<Record> log_of(SmallWorld& world) {
  std::vector<Record> log = adoptions_in(world.ground());
  world.each_stage(
      [&](auto& stage) { log.insert(log.end(), stage.records().begin(), stage.records().end()); });
  const auto position = [](const Record& record) { return record.header.position; };
  std::ranges::sort(log, {}, position);
  Timestamp time{};
  for (Record& record : log) {
    time = std::max(time, record.header.time);
    if (record.header.stream == StreamId::policy()) record.header.time = time;
    if (record.header.stream == StreamId::policy()) record.header.due_at = time;
  }
  return log;
}

AuditReport audited(RandomLife& life) {
  Auditor auditor;
  for (const Record& record : log_of(life.world())) auditor.apply(record);
  return auditor.finish(life.world().now());
}

TEST(RandomLives, SatisfyTheAuditor) {
  for_each_seed(30, [](std::uint64_t seed) {
    RandomLife life(seed);
    for (int i = 0; i < steps; ++i) life.step();
    life.world().deliver_all();
    life.world().settle_until(life.world().now() + std::chrono::days{2});
    const AuditReport report = audited(life);
    for (const Violation& each : report.first_violations)
      ADD_FAILURE() << each.invariant << " at " << each.position.value << ": " << each.sentence;
    EXPECT_TRUE(report.ok);
  });
}

}  // namespace
}  // namespace inmail::test
