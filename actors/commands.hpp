#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "actors/credit_commands.hpp"
#include "actors/link_commands.hpp"
#include "actors/mailbox_commands.hpp"
#include "actors/member_commands.hpp"
#include "actors/send_commands.hpp"
#include "events/ids.hpp"
#include "events/keys.hpp"
#include "events/result.hpp"
#include "events/terms.hpp"

namespace inmail {

/// The policy is this document from now on (D3). By: admin.
struct AdoptPolicy {
  static constexpr CommandType type{.number = 50, .name = "adopt_policy", .version = 1};

  std::string document;  ///< TOML.

  bool operator==(const AdoptPolicy&) const = default;
  StreamId target() const { return StreamId::policy(); }
  void serialize(auto& archive) { archive(document); }
};

/// Everything that can be ordered. Being listed is being registered. Append only.
using Command =
    std::variant<RegisterMember, SetPreference, BlockMember, UnblockMember, StartSubscription,
                 ChangePlan, CancelSubscription, GrantBonus, CreateContract, AddSeat, SendInMail,
                 OpenInMail, Respond, RetractInMail, SendMessage, AdoptPolicy, EraseMember,
                 SetConnection, RemoveConnection, StopSender, AllowSender, UndoSend, MarkUnread,
                 ArchiveConversation, StarConversation, TagConversation, FollowLink,
                 SetSeatMonthlyLimit, PurchaseCredits, ReversePurchase, AdjustCredits,
                 PaymentFailed, PaymentRecovered, SetInboundRules, UpdateProfile, ScheduleInMail,
                 RescheduleInMail, CancelScheduled, AddFollowUp, SaveDraft, DiscardDraft,
                 TransferCredits, LinkAccounts, UnlinkAccount>;

/// Takes from the plain texts of a command what the guards ask of them beside their length, before
/// they are sealed. Leaves sealed ones alone. Errors: as `normalise` and `print_of`.
Status take_marks(Command& command, KeyStore& keys);

/// The letter of a command that sends one, now or later; null for any other.
const SendInMail* letter_in(const Command& command);
inline SendInMail* letter_in(Command& command) {
  return const_cast<SendInMail*>(letter_in(std::as_const(command)));
}

/// To whom the command says that its texts are written, if to anybody else than their author.
std::optional<MemberId> reader_of(const Command& command);

/// Seals the texts of a command that are there to be read by `reader` for them, too. Requires:
/// sealed texts, and none that is sealed for another reader. Errors: as
/// `KeyStore::key_for_writing`: not_found when what the reader received was erased. Then the texts
/// are as they were.
Status seal_for_reader(Command& command, MemberId reader, KeyStore& keys);

const CommandType& type_of(const Command& command);
StreamId target_of(const Command& command);

/// Who gives such a command by default: its member or seat, else the one kind of principal that
/// may.
Principal usual_principal(const Command& command);

/// Whether `asked_by` may give `command`: the table "command by role" of D5.1, as far as it can be
/// told without any state. What needs state (is this the holder of the seat?) the deciders check.
bool may_give(const Principal& asked_by, const Command& command);

/// Without its texts' plain form: every text must be sealed or empty.
void encode_command(const Command& command, std::string& out);
/// Errors: corruption, newer_format.
Result<Command> decode_command(std::uint16_t number, std::span<const std::uint8_t> bytes);

}  // namespace inmail
