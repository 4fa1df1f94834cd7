#include "tools/simulate.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include "tools/world.hpp"
#include "tools/world_engine.hpp"

namespace inmail::tools {
namespace {

Status check_range(std::string_view what, std::uint64_t value, std::uint64_t max) {
  if (value >= 1 && value <= max) return {};
  return Error{ErrorCode::invalid_argument, std::string(what) + " must be from 1 to " +
                                                std::to_string(max) + ", not " +
                                                std::to_string(value)};
}

/// Does what the world does at one instant, and tells it what came of that.
Status live_one_step(World& world, VirtualEngine& engine) {
  std::vector<Deed> deeds = world.act();
  std::vector<Order> orders;
  for (Deed& each : deeds) orders.push_back({std::move(each.command), each.id});
  const auto answers = engine.decide(std::move(orders));
  if (!answers) return answers.error();
  for (std::size_t i = 0; i < deeds.size(); ++i) world.learn(deeds[i], (*answers)[i]);
  return {};
}

Status live(World& world, VirtualEngine& engine, const SimulateOptions& options) {
  std::uint64_t told = 0;
  while (const auto next = world.next()) {
    if (const Status moved = engine.move_to(*next); !moved) return moved;
    if (const Status lived = live_one_step(world, engine); !lived) return lived;
    const auto day = std::chrono::duration_cast<std::chrono::days>(*next - world_start).count();
    const auto done = static_cast<std::uint64_t>(day);
    if (done == told || !options.on_progress) continue;
    told = done;
    options.on_progress(done, options.days);
  }
  if (const Status moved = engine.move_to(world.end()); !moved) return moved;
  return engine.wake();
}

}  // namespace

Result<SimulationReport> simulate(const SimulateOptions& options) {
  if (const Status members = check_range("members", options.members, simulated_members_max);
      !members)
    return members.error();
  if (const Status days = check_range("days", options.days, simulated_days_max); !days)
    return days.error();
  auto policy = policy_of(options.policy);
  if (!policy) return policy.error();
  const auto began = std::chrono::steady_clock::now();
  auto engine = VirtualEngine::open({.store = options.store,
                                     .policy = options.policy,
                                     .start = world_start,
                                     .key_seed = options.seed,
                                     .logger = options.logger});
  if (!engine) return engine.error();

  World world({.members = options.members,
               .days = options.days,
               .seed = options.seed,
               .policy = std::move(policy).value()});
  if (const Status lived = live(world, *engine, options); !lived) return lived.error();
  const auto took = std::chrono::steady_clock::now() - began;

  auto tally = tally_of(engine->log());
  if (!tally) return tally.error();
  auto facts = facts_of(engine->log());
  if (!facts) return facts.error();
  if (const Status closed = engine->close(); !closed) return closed.error();
  return SimulationReport{.members = options.members,
                          .days = options.days,
                          .seed = options.seed,
                          .tally = std::move(tally).value(),
                          .log = std::move(facts).value(),
                          .took = std::chrono::duration_cast<Milliseconds>(took)};
}

Report to_report(const SimulationReport& report) {
  const Tally& tally = report.tally;
  Listing events{.name = "happened", .columns = {"event", "count"}, .rows = {}};
  for (const auto& [name, count] : tally.events)
    events.rows.push_back({{"event", std::string(name)}, {"count", count}});
  return {.facts = {{"members", report.members},
                    {"days", report.days},
                    {"seed", report.seed},
                    {"inmails_sent", tally.count<InMailSent>()},
                    {"opened", tally.count<Opened>()},
                    {"replies", tally.count<Replied>()},
                    {"refunds", tally.count<CreditRefunded>()},
                    {"conversation_messages", tally.count<MessageSent>()},
                    {"credits", to_json(tally.credits)},
                    {"rejected", to_json(tally.rejected)},
                    {"took_ms", report.took.count()},
                    {"log", to_json(report.log)}},
          .listings = {std::move(events)}};
}

}  // namespace inmail::tools
