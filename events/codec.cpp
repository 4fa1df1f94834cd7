#include "events/codec.hpp"

namespace inmail {
namespace {

/// Every number and every name stands for one event only.
template <class... Events>
consteval bool are_distinct(std::variant<Events...>*) {
  const EventType types[] = {Events::type...};
  for (std::size_t i = 0; i < std::size(types); ++i)
    for (std::size_t j = i + 1; j < std::size(types); ++j)
      if (types[i].number == types[j].number || types[i].name == types[j].name) return false;
  return true;
}
static_assert(are_distinct(static_cast<Event*>(nullptr)), "two events share a number or a name");

template <class... Events>
Result<Event> decode_any(std::variant<Events...>*, std::uint16_t number, std::uint8_t version,
                         Bytes payload) {
  Result<Event> decoded = Error{ErrorCode::newer_format, "event number " + std::to_string(number) +
                                                             " is not known to this program"};
  const auto try_one = [&]<class Each>(std::type_identity<Each>) {
    if (Each::type.number != number) return false;
    auto one = decode_version<Each>(version, payload);
    if (one) {
      decoded = Event{std::move(one).value()};
    } else {
      decoded = one.error();
    }
    return true;
  };
  (try_one(std::type_identity<Events>{}) || ...);
  return decoded;
}

template <class... Events>
std::optional<std::uint16_t> number_of(std::variant<Events...>*, std::string_view name) {
  std::optional<std::uint16_t> found;
  ((Events::type.name == name ? (found = Events::type.number, true) : false) || ...);
  return found;
}

}  // namespace

void encode_event(const Event& event, std::string& out) {
  std::visit([&](const auto& each) { encode_to(each, out); }, event);
}

Result<Event> decode_event(std::uint16_t number, std::uint8_t version, Bytes payload) {
  return decode_any(static_cast<Event*>(nullptr), number, version, payload);
}

const EventType& type_of(const Event& event) {
  return std::visit(
      [](const auto& each) -> const EventType& {
        return std::remove_cvref_t<decltype(each)>::type;
      },
      event);
}

std::optional<std::uint16_t> event_number(std::string_view name) {
  return number_of(static_cast<Event*>(nullptr), name);
}

}  // namespace inmail
