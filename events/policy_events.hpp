#pragma once

#include <string>

#include "events/event_type.hpp"
#include "events/ids.hpp"

namespace inmail {

/// A policy document is in force from here on (D3). Stream: the policy. The whole document is in
/// the event, so that what was decided by it can be decided again without any file.
struct PolicyAdopted {
  static constexpr EventType type{.number = 800, .name = "policy.adopted", .version = 1};

  PolicyVersion version{};
  std::string name{};
  std::string document{};  ///< TOML, canonical and complete.

  bool operator==(const PolicyAdopted&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, name, document);
  }
};

}  // namespace inmail
