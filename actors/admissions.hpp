#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "actors/decision.hpp"

namespace inmail {

/// What the residents among the members let others know, so that a send need not ask by message.
/// Each member's actor publishes its own and takes it away when it leaves. Any thread.
class AdmissionTable {
 public:
  void publish(MemberId member, Admission admission) {
    Shard& shard = shard_of(member);
    const std::lock_guard lock(shard.mutex);
    shard.entries.insert_or_assign(member, std::move(admission));
  }

  void withdraw(MemberId member) {
    Shard& shard = shard_of(member);
    const std::lock_guard lock(shard.mutex);
    shard.entries.erase(member);
  }

  /// Nothing when the member is not resident.
  std::optional<Admission> find(MemberId member) const {
    const Shard& shard = shard_of(member);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(member);
    if (found == shard.entries.end()) return std::nullopt;
    return found->second;
  }

 private:
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<MemberId, Admission> entries;
  };

  Shard& shard_of(MemberId member) { return shards_[member.value % shards_.size()]; }
  const Shard& shard_of(MemberId member) const { return shards_[member.value % shards_.size()]; }

  std::array<Shard, 64> shards_;
};

}  // namespace inmail
