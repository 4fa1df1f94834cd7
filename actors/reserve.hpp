#pragma once

#include <cstdint>
#include <optional>

#include "events/ids.hpp"
#include "events/terms.hpp"

namespace inmail {

/// InMails that somebody sent, and those among them that cost something.
struct SendCount {
  std::uint32_t all = 0;
  std::uint32_t charged = 0;

  void add(std::uint32_t cost) {
    ++all;
    if (cost > 0) ++charged;
  }
  bool operator==(const SendCount&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(all, charged);
  }
};

/// Who sends on the pool of another stream, a seat or a linked account, asks that stream about a
/// send, and to set credits aside, perhaps none. The answer is `ReserveTold`; what was set aside
/// stands in a `CreditReserved` before it.
struct Reserve {
  InMailId inmail;
  StreamId sender;
  std::uint32_t cost = 0;
  EnumSet<FreeClass> free_classes{};
  std::optional<Degree> degree{};
  /// False: the sender itself will refuse, unless the pool has an earlier reason; nothing is to be
  /// set aside.
  bool holds = true;
  // What a seat has sent in the last cycle that it knows of.
  std::uint32_t cycle = 0;
  SendCount sent{};
  bool schedules = false;   ///< It is to be sent later: not every plan allows that, and no month
                            ///< counts it yet.
  bool follows_up = false;  ///< Likewise, as a follow-up.
  /// It was set aside when it was scheduled, and stays so whatever the answer is.
  bool is_held = false;

  bool operator==(const Reserve&) const = default;
};

}  // namespace inmail
