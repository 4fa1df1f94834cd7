#include "actors/registry.hpp"

#include <algorithm>

namespace inmail {

Registry::Registry(Runtime& runtime, MakeEntity make) : runtime_(runtime), make_(std::move(make)) {}

void Registry::post(StreamId stream, Mail mail) {
  Shard& shard = shard_of(stream);
  std::shared_ptr<Mailbox> mailbox;
  {
    const std::lock_guard lock(shard.mutex);
    if (closed_) return;
    Entry& entry = shard.entries[stream];
    if (entry.leaving) {
      entry.waiting.push_back(std::move(mail));
      return;
    }
    if (!entry.mailbox) {
      entry.mailbox = runtime_.spawn(make_(stream));
      residents_.fetch_add(1);
    }
    ++entry.pending;
    entry.used = true;
    mailbox = entry.mailbox;
  }
  mailbox->send(std::move(mail));
}

void Registry::handled(StreamId stream, std::size_t footprint) {
  Shard& shard = shard_of(stream);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(stream);
  if (found == shard.entries.end()) return;  // Killed while it worked.
  invariant(found->second.pending > 0, "an actor handles mail that was posted to it");
  --found->second.pending;
  bytes_.fetch_add(footprint - found->second.footprint);
  found->second.footprint = footprint;
}

bool Registry::begin_leave(StreamId stream) {
  Shard& shard = shard_of(stream);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(stream);
  if (found == shard.entries.end() || found->second.pending > 1) return false;
  found->second.leaving = true;
  return true;
}

void Registry::end_leave(StreamId stream) {
  Shard& shard = shard_of(stream);
  std::vector<Mail> waiting;
  std::shared_ptr<Mailbox> mailbox;
  {
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(stream);
    if (found == shard.entries.end()) return;  // Killed while it left.
    invariant(found->second.leaving, "an actor ends its leave after it began it");
    bytes_.fetch_sub(found->second.footprint);
    if (found->second.waiting.empty()) {
      shard.entries.erase(found);
      residents_.fetch_sub(1);
      return;
    }
    Entry& entry = found->second;
    waiting = std::move(entry.waiting);
    entry = Entry{};
    entry.mailbox = runtime_.spawn(make_(stream));
    entry.pending = static_cast<std::uint32_t>(waiting.size());
    mailbox = entry.mailbox;
    // Sent under the lock, so that no later mail overtakes what has waited.
    for (Mail& mail : waiting) mailbox->send(std::move(mail));
  }
}

std::size_t Registry::sweep(const ResidentLimits& limits) {
  std::size_t asked = 0;
  std::size_t asked_bytes = 0;
  const auto is_enough = [&] {
    return residents_.load() <= limits.actors + asked &&
           bytes_.load() <= limits.bytes + asked_bytes;
  };
  for (const bool spare_used : {true, false}) {
    for (Shard& shard : shards_) {
      std::vector<std::pair<StreamId, std::shared_ptr<Mailbox>>> leavers;
      {
        const std::lock_guard lock(shard.mutex);
        for (auto& [stream, entry] : shard.entries) {
          if (is_enough()) break;
          if (entry.leaving || entry.pending > 0) continue;
          if (spare_used && entry.used) {
            entry.used = false;
            continue;
          }
          ++entry.pending;
          ++asked;
          asked_bytes += entry.footprint;
          leavers.emplace_back(stream, entry.mailbox);
        }
      }
      // The order in which the table keeps its entries must not show in a seeded run.
      std::sort(leavers.begin(), leavers.end(),
                [](const auto& left, const auto& right) { return left.first < right.first; });
      for (auto& [stream, mailbox] : leavers) mailbox->send(Mail{Leave{}, nullptr});
    }
  }
  return asked;
}

void Registry::save_all(const SettlementShare& share) {
  for (Shard& shard : shards_) {
    // Who is leaving too: its row may not be saved yet, and what it is told waits until it is.
    std::vector<StreamId> awake;
    {
      const std::lock_guard lock(shard.mutex);
      for (const auto& [stream, entry] : shard.entries) awake.push_back(stream);
    }
    std::sort(awake.begin(), awake.end());
    for (const StreamId stream : awake) post(stream, Mail{Save{}, share});
  }
}

void Registry::kill_all() {
  closed_ = true;
  for (Shard& shard : shards_) {
    std::unordered_map<StreamId, Entry> entries;
    {
      const std::lock_guard lock(shard.mutex);
      entries.swap(shard.entries);
    }
    for (auto& [stream, entry] : entries)
      if (entry.mailbox) entry.mailbox->kill();
    residents_.fetch_sub(entries.size());
    for (const auto& [stream, entry] : entries) bytes_.fetch_sub(entry.footprint);
  }
}

}  // namespace inmail
