#include "tools/world_tally.hpp"

#include <algorithm>

namespace inmail::tools {
namespace {

void extend(std::optional<Timestamp>& last, const std::optional<Timestamp>& to) {
  if (to) last = std::max(last.value_or(*to), *to);
}

std::uint64_t sum(const LotSplits& splits) {
  std::uint64_t total = 0;
  for (const LotSplit& each : splits) total += each.amount;
  return total;
}

}  // namespace

void Tally::add(const Record& record) {
  ++events[type_of(record.event).name];
  std::visit(match{
                 [&](const CommandRejected& e) { ++rejected[name_of(e.code)]; },
                 [&](const CreditsGranted& e) { credits.granted[name_of(e.kind)] += e.amount; },
                 [&](const CreditCharged& e) { credits.charged += sum(e.splits); },
                 [&](const CreditReleased& e) { credits.released += sum(e.splits); },
                 [&](const CreditRefunded& e) { credits.refunded += e.amount; },
                 [&](const CreditsExpired& e) { credits.expired += e.amount; },
                 [&](const CreditsForfeited& e) { credits.forfeited += e.amount; },
                 [&](const CreditsVoided& e) { credits.voided += e.amount; },
                 [&](const InMailSent& e) { extend(last_deadline, e.undo_until); },
                 [&](const InMailDelivered& e) {
                   // A member's own credits are charged by the delivery alone.
                   const bool is_own = e.ref.pool == e.ref.sender;
                   if (is_own && !e.accept_until) credits.charged += e.ref.cost;
                   extend(last_deadline, e.refund_until);
                   extend(last_deadline, e.no_response_from);
                   extend(last_deadline, e.expires_from);
                   extend(last_deadline, e.accept_until);
                 },
                 [&](const Opened& e) {
                   extend(last_deadline, e.refund_until);
                   extend(last_deadline, e.no_response_from);
                 },
                 [](const auto&) {},
             },
             record.event);
}

Result<Tally> tally_of(const EventLog& log) {
  Tally tally;
  const auto read = for_each_record(log, Position{1}, [&](const Record& record) {
    tally.add(record);
    return true;
  });
  if (!read) return read.error();
  return tally;
}

Result<LogFacts> facts_of(const EventLog& log) {
  const auto digest = log_digest(log);
  if (!digest) return digest.error();
  return LogFacts{log.head().position.value, to_hex(digest->data(), digest->size())};
}

Json to_json(const Counts& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts) json[std::string(name)] = count;
  return json;
}

Json to_json(const CreditTally& credits) {
  Json json = Json::object();
  for (const auto& [kind, count] : credits.granted) json["granted_" + std::string(kind)] = count;
  json["charged"] = credits.charged;
  json["released"] = credits.released;
  json["refunded"] = credits.refunded;
  json["expired"] = credits.expired;
  json["forfeited"] = credits.forfeited;
  json["voided"] = credits.voided;
  return json;
}

Json to_json(const LogFacts& facts) { return {{"events", facts.events}, {"digest", facts.digest}}; }

}  // namespace inmail::tools
