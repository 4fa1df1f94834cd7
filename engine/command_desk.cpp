#include "engine/command_desk.hpp"

#include <algorithm>

namespace inmail {

Admittance CommandDesk::admit(const CommandId& id, const PayloadHash& payload, std::size_t bytes,
                              OnAnswer reply) {
  Shard& shard = shard_of(id);
  std::optional<Answer> known;
  {
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(id);
    if (found != shard.entries.end()) {
      if (found->second.payload != payload) return Admittance::other_payload;
      known = found->second.answer;
      if (!known) found->second.replies.push_back(std::move(reply));
    } else {
      if (in_flight_.load() >= limits_.commands_max || bytes_.load() + bytes > limits_.bytes_max)
        return Admittance::overloaded;
      in_flight_.fetch_add(1);
      bytes_.fetch_add(bytes);
      Entry& entry = shard.entries[id];
      entry.payload = payload;
      entry.bytes = bytes;
      entry.replies.push_back(std::move(reply));
      return Admittance::admitted;
    }
  }
  if (known) reply(*known);
  return Admittance::joined;
}

void CommandDesk::answer(const CommandId& id, const Answer& answer) {
  Shard& shard = shard_of(id);
  std::vector<OnAnswer> replies;
  std::size_t bytes = 0;
  {
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(id);
    if (found == shard.entries.end() || found->second.answer) return;
    Entry& entry = found->second;
    replies = std::move(entry.replies);
    bytes = entry.bytes;
    if (answer.position.value > 0) {
      entry.answer = answer;
      shard.answered.emplace_back(answer.position, id);
    } else {
      shard.entries.erase(found);
    }
  }
  leave(bytes);
  for (const OnAnswer& reply : replies) reply(answer);
}

std::optional<Answer> CommandDesk::recall(const CommandId& id) {
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.entries.find(id);
  if (found == shard.entries.end()) return std::nullopt;
  return found->second.answer.value_or(Answer{});
}

void CommandDesk::forget(Position position) {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    while (!shard.answered.empty() && shard.answered.front().first <= position) {
      shard.entries.erase(shard.answered.front().second);
      shard.answered.pop_front();
    }
  }
}

std::vector<CommandId> CommandDesk::open_commands() {
  std::vector<CommandId> open;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [id, entry] : shard.entries)
      if (!entry.answer) open.push_back(id);
  }
  // The order in which the table keeps its entries must not show in a seeded run.
  std::sort(open.begin(), open.end());
  return open;
}

void CommandDesk::answer_all(const Answer& answer) {
  for (const CommandId& id : open_commands()) this->answer(id, answer);
}

void CommandDesk::when_empty(std::function<void()> visit) {
  {
    const std::lock_guard lock(waiter_mutex_);
    if (in_flight_.load() > 0) {
      waiter_ = std::move(visit);
      return;
    }
  }
  visit();
}

void CommandDesk::leave(std::size_t bytes) {
  bytes_.fetch_sub(bytes);
  if (in_flight_.fetch_sub(1) > 1) return;
  std::function<void()> waiter;
  {
    const std::lock_guard lock(waiter_mutex_);
    waiter.swap(waiter_);
  }
  if (waiter) waiter();
}

}  // namespace inmail
