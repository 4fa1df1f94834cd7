#pragma once

#include <optional>

#include "actors/mail.hpp"

namespace inmail {

/// On whose behalf an actor makes records: what stands in each of their headers.
struct Behalf {
  CommandId cause;
  Principal asked_by;
  const CommandMail* answers = nullptr;  ///< Set: the last record is this command's receipt.
  std::optional<Refusal> refusal;        ///< Why the command was refused, if it was.
};

}  // namespace inmail
