#include "actors/recipient_machines.hpp"

#include "events/member_events.hpp"

namespace inmail {
namespace {

Guard is_premium(const SwitchCase& c) {
  return c.is_premium ? pass() : refuse(Rejection::premium_required);
}

Guard is_another(const SwitchCase& c) {
  return c.is_other ? pass() : refuse(Rejection::not_allowed);
}

/// What is stopped already, as far as it is wished: nothing to do, and no refusal.
Guard is_wider(const SwitchCase& c) {
  if (Guard no = is_another(c)) return no;
  return c.is_wider ? pass() : refuse(Rejection::already_exists);
}

Guard are_two(const SwitchCase& c) {
  if (Guard no = is_another(c)) return no;
  return c.exists ? pass() : refuse(Rejection::unknown_target);
}

constexpr std::uint16_t changed = PreferenceChanged::type.number;
constexpr std::uint16_t profile = OpenProfileSet::type.number;
constexpr std::uint16_t blocked = MemberBlocked::type.number;
constexpr std::uint16_t unblocked = MemberUnblocked::type.number;
constexpr std::uint16_t stopped = SenderStopped::type.number;
constexpr std::uint16_t allowed = SenderAllowed::type.number;
constexpr std::uint16_t connected = ConnectionSet::type.number;
constexpr std::uint16_t removed = ConnectionRemoved::type.number;

using enum InMailPreference;
constexpr auto is_off = Switch::off;
constexpr auto is_on = Switch::on;
using enum SwitchTrigger;

constexpr PreferenceEdge preferences[] = {
    {on, opted_out, always, changed, opted_out}, {on, disabled, always, changed, disabled},
    {opted_out, on, always, changed, on},        {opted_out, disabled, always, changed, disabled},
    {disabled, on, always, changed, on},         {disabled, opted_out, always, changed, opted_out},
};

constexpr SwitchEdge open_profiles[] = {
    {is_off, turn_on, is_premium, profile, is_on},
    {is_on, turn_off, always, profile, is_off},
};

constexpr SwitchEdge blocks[] = {
    {is_off, turn_on, is_another, blocked, is_on},
    {is_on, turn_off, always, unblocked, is_off},
};

constexpr SwitchEdge stops[] = {
    {is_off, turn_on, is_another, stopped, is_on},
    {is_on, turn_on, is_wider, stopped, is_on},
    {is_on, turn_off, always, allowed, is_off},
};

// One side of a pair decides, and knows what it was. The other one hears, perhaps only of the last
// of several changes.
constexpr SwitchEdge connections[] = {
    {is_off, turn_on, are_two, connected, is_on},
    {is_on, turn_off, always, removed, is_off},
    {is_on, hear_on, always, connected, is_on},
    {is_off, hear_off, always, removed, is_off},
};

}  // namespace

std::span<const PreferenceEdge> preference_table() { return preferences; }
std::span<const SwitchEdge> open_profile_table() { return open_profiles; }
std::span<const SwitchEdge> block_table() { return blocks; }
std::span<const SwitchEdge> stop_table() { return stops; }
std::span<const SwitchEdge> connection_table() { return connections; }

}  // namespace inmail
