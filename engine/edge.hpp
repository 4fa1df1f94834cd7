#pragma once

#include <optional>
#include <string>

#include "actors/commands.hpp"
#include "events/keys.hpp"
#include "events/policy_enums.hpp"
#include "events/record.hpp"
#include "events/result.hpp"

namespace inmail {

/// No text, locale or document that is longer comes in; policies set far lower limits.
inline constexpr std::size_t text_input_bytes_max = 64 * 1024;

/// Looks at everything of a command that no state is needed for: ids in range, texts of acceptable
/// size, enumerations that exist, a policy document that can be read.
/// Errors: invalid_argument; the sentence names what is wrong.
Status check_input(const Command& command);

/// Whether such a stream may own credits. Errors: invalid_argument.
Status check_owner(StreamId owner);

/// The command with the HTML of an InMail's plain texts taken out as `format.html` says (D3.6);
/// nothing: there is none, or it is left for the guards.
std::optional<Command> without_html(const Command& command, HtmlRule rule);

/// Seals the texts of a command for its author, as part of `id`. (For its reader they are sealed by
/// the actor that decides the command, which knows whether there is one.) Makes the keys of who
/// joins. Errors: as `seal`; invalid_argument when a text came in sealed for another reader.
Status seal_texts(Command& command, const CommandId& id, KeyStore& keys);

/// What a receipt remembers of who asked for what. Requires: texts sealed for
/// their author. `encoded_bytes` is told how large the command is.
PayloadHash hash_payload(const Command& command, const Principal& asked_by, const KeyStore& keys,
                         std::size_t& encoded_bytes);

}  // namespace inmail
