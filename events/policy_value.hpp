#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "events/enums.hpp"
#include "events/ids.hpp"
#include "events/policy_credits.hpp"
#include "events/policy_trust.hpp"

namespace inmail {

struct PolicyField;

/// What a document says of one parameter: the neutral form between TOML and the members of Policy.
/// Only parsing knows TOML, only the overloads below know C++ types.
struct PolicyValue {
  using List = std::vector<PolicyValue>;
  using Fields = std::vector<PolicyField>;
  /// A kind of value that no parameter has: a decimal number, a date.
  struct Foreign {
    std::string_view what;
  };

  std::variant<std::int64_t, bool, std::string, List, Fields, Foreign> content;
};

struct PolicyField {
  std::string key;
  PolicyValue value;
};

/// As TOML writes it, on one line.
std::string to_text(const PolicyValue& value);
/// The same, but a list of tables has a line for each.
std::string to_document_text(const PolicyValue& value);

/// Bytes of unknown origin, fit for one line of a message: control and non-ASCII bytes escaped, cut
/// at `bytes_max`.
std::string printable(std::string_view bytes, std::size_t bytes_max);

/// Which texts a parameter takes.
struct TextForm {
  std::string_view sentence;  ///< "three capital letters".
  bool (*accepts)(std::string_view);
};

extern const TextForm currency_form;
extern const TextForm locale_form;
extern const TextForm word_form;
extern const TextForm label_form;

/// What is allowed beyond the type.
struct PolicyLimits {
  std::int64_t min = 0;
  std::int64_t max = 0;            ///< Of a number; of a list: how many elements.
  std::string_view note = {};      ///< What a special number means: "0: never".
  bool or_zero = false;            ///< 0 is allowed although `min` is above it.
  const TextForm* form = nullptr;  ///< Of a text, and of each element of a list of texts.
};

/// Each type of parameter has three functions: `value_of` writes, `assign` reads (false, and
/// nothing assigned, if the value is not allowed), `allowed_for` says what is allowed.
PolicyValue value_of(bool value);
PolicyValue value_of(std::int32_t value);
PolicyValue value_of(std::int64_t value);
PolicyValue value_of(Seconds value);
PolicyValue value_of(Timestamp value);
PolicyValue value_of(const std::string& value);
PolicyValue value_of(const std::vector<std::string>& value);
PolicyValue value_of(const std::vector<CreditPack>& value);
PolicyValue value_of(const std::vector<SpamPhrase>& value);
PolicyValue value_of(const std::vector<SanctionStep>& value);

bool assign(bool& to, const PolicyValue& value, const PolicyLimits& limits);
bool assign(std::int32_t& to, const PolicyValue& value, const PolicyLimits& limits);
bool assign(std::int64_t& to, const PolicyValue& value, const PolicyLimits& limits);
bool assign(Seconds& to, const PolicyValue& value, const PolicyLimits& limits);
bool assign(Timestamp& to, const PolicyValue& value, const PolicyLimits& limits);
bool assign(std::string& to, const PolicyValue& value, const PolicyLimits& limits);
bool assign(std::vector<std::string>& to, const PolicyValue& value, const PolicyLimits& limits);
bool assign(std::vector<CreditPack>& to, const PolicyValue& value, const PolicyLimits& limits);
bool assign(std::vector<SpamPhrase>& to, const PolicyValue& value, const PolicyLimits& limits);
bool assign(std::vector<SanctionStep>& to, const PolicyValue& value, const PolicyLimits& limits);

std::string allowed_for(const bool&, const PolicyLimits& limits);
std::string allowed_for(const std::int32_t&, const PolicyLimits& limits);
std::string allowed_for(const std::int64_t&, const PolicyLimits& limits);
std::string allowed_for(const Seconds&, const PolicyLimits& limits);
std::string allowed_for(const Timestamp&, const PolicyLimits& limits);
std::string allowed_for(const std::string&, const PolicyLimits& limits);
std::string allowed_for(const std::vector<std::string>&, const PolicyLimits& limits);
std::string allowed_for(const std::vector<CreditPack>&, const PolicyLimits& limits);
std::string allowed_for(const std::vector<SpamPhrase>&, const PolicyLimits& limits);
std::string allowed_for(const std::vector<SanctionStep>&, const PolicyLimits& limits);

/// "a, b, c": every text of an enumeration.
template <NamedEnum E>
std::string texts_of() {
  std::string out;
  for (const auto& each : names_of(E{})) {
    if (!out.empty()) out += ", ";
    out += each.text;
  }
  return out;
}

template <NamedEnum E>
PolicyValue value_of(E value) {
  return {std::string(name_of(value))};
}

template <NamedEnum E>
bool assign(E& to, const PolicyValue& value, const PolicyLimits&) {
  const auto* text = std::get_if<std::string>(&value.content);
  const auto found = text ? from_text<E>(*text) : std::nullopt;
  if (found) to = *found;
  return found.has_value();
}

template <NamedEnum E>
std::string allowed_for(const E&, const PolicyLimits&) {
  return "one of " + texts_of<E>();
}

template <NamedEnum E>
PolicyValue value_of(EnumSet<E> value) {
  PolicyValue::List list;
  for (const auto& each : names_of(E{}))
    if (value.has(each.value)) list.push_back(value_of(each.value));
  return {std::move(list)};
}

template <NamedEnum E>
bool assign(EnumSet<E>& to, const PolicyValue& value, const PolicyLimits& limits) {
  const auto* list = std::get_if<PolicyValue::List>(&value.content);
  if (!list) return false;
  EnumSet<E> read;
  for (const auto& each : *list) {
    E element{};
    if (!assign(element, each, limits) || read.has(element)) return false;
    read.insert(element);
  }
  to = read;
  return true;
}

template <NamedEnum E>
std::string allowed_for(const EnumSet<E>&, const PolicyLimits&) {
  return "a list without repetition of " + texts_of<E>();
}

}  // namespace inmail
