#include "events/policy_value.hpp"

#include <algorithm>
#include <cstddef>

namespace inmail {
namespace {

constexpr std::int64_t packs_credits_max = 1'000'000;
constexpr std::int64_t price_max = 1'000'000'000'000;
constexpr std::int64_t duration_max = 3'155'760'000;
constexpr std::size_t pattern_bytes_max = 200;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool accepts_currency(std::string_view text) {
  return text.size() == 3 && std::all_of(text.begin(), text.end(), is_capital);
}

bool accepts_locale(std::string_view text) {
  if (text.empty() || text.size() > 35 || text.front() == '-' || text.back() == '-') return false;
  return text.find("--") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower_or_digit(c) || is_capital(c) || c == '-'; });
}

bool accepts_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_lower_or_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_lower_or_digit(c) || c == '_' || c == '-' || c == '.';
         });
}

bool accepts_label(std::string_view text) {
  return !text.empty() && text.size() <= 80 && std::none_of(text.begin(), text.end(), is_control);
}

bool accepts_pattern(std::string_view text) {
  return !text.empty() && text.size() <= pattern_bytes_max &&
         std::none_of(text.begin(), text.end(), is_control);
}

bool accepts_locale_or_nothing(std::string_view text) {
  return text.empty() || accepts_locale(text);
}

constexpr TextForm pattern_form{"1 to 200 bytes", &accepts_pattern};
constexpr TextForm locale_or_nothing_form{"a locale or empty", &accepts_locale_or_nothing};

std::string quoted(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (is_control(c)) {
      out += "\\u00";
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string range_text(const PolicyLimits& limits) {
  std::string out = limits.or_zero ? "0 or " : "";
  out +=
      "a whole number between " + std::to_string(limits.min) + " and " + std::to_string(limits.max);
  if (!limits.note.empty()) out += " (" + std::string(limits.note) + ")";
  return out;
}

template <class Element>
PolicyValue list_of(const std::vector<Element>& elements, auto&& each_value) {
  PolicyValue::List list;
  for (const auto& each : elements) list.push_back(each_value(each));
  return {std::move(list)};
}

/// Reads the fields of one table; `complete` tells whether it had all of them and no other.
class FieldReader {
 public:
  explicit FieldReader(const PolicyValue& value)
      : fields_(std::get_if<PolicyValue::Fields>(&value.content)), good_(fields_ != nullptr) {}

  template <class T>
  void read(std::string_view key, T& to, const PolicyLimits& limits, bool required = true) {
    const PolicyField* found = find(key);
    if (found) ++used_;
    good_ = good_ && (found ? assign(to, found->value, limits) : !required);
  }

  bool complete() const { return good_ && used_ == fields_->size(); }

 private:
  const PolicyField* find(std::string_view key) const {
    if (!fields_) return nullptr;
    for (const auto& each : *fields_)
      if (each.key == key) return &each;
    return nullptr;
  }

  const PolicyValue::Fields* fields_;
  std::size_t used_ = 0;
  bool good_;
};

/// Reads a list of tables. `read_one` returns nothing for a table that is not allowed.
template <class Element, class ReadOne>
bool assign_list(std::vector<Element>& to, const PolicyValue& value, const PolicyLimits& limits,
                 ReadOne&& read_one) {
  const auto* list = std::get_if<PolicyValue::List>(&value.content);
  if (!list || static_cast<std::int64_t>(list->size()) > limits.max) return false;
  std::vector<Element> read;
  for (const auto& each : *list) {
    std::optional<Element> element = read_one(each);
    if (!element) return false;
    read.push_back(std::move(*element));
  }
  to = std::move(read);
  return true;
}

template <class Element>
bool all_differ(const std::vector<Element>& elements, std::string Element::*id) {
  for (std::size_t i = 0; i < elements.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (elements[i].*id == elements[j].*id) return false;
  return true;
}

std::optional<CreditPack> pack_in(const PolicyValue& value) {
  CreditPack pack;
  FieldReader fields(value);
  fields.read("pack_id", pack.pack_id, {.form = &word_form});
  fields.read("credits", pack.credits, {.min = 1, .max = packs_credits_max});
  fields.read("price_minor", pack.price_minor, {.max = price_max});
  fields.read("currency", pack.currency, {.form = &currency_form});
  if (!fields.complete()) return std::nullopt;
  return pack;
}

std::optional<SpamPhrase> phrase_in(const PolicyValue& value) {
  SpamPhrase phrase;
  FieldReader fields(value);
  fields.read("id", phrase.id, {.form = &word_form});
  fields.read("pattern", phrase.pattern, {.form = &pattern_form});
  fields.read("weight", phrase.weight, {.max = 1'000});
  fields.read("locale", phrase.locale, {.form = &locale_or_nothing_form}, false);
  fields.read("class", phrase.phrase_class, {}, false);
  if (!fields.complete()) return std::nullopt;
  return phrase;
}

std::optional<SanctionStep> step_in(const PolicyValue& value) {
  SanctionStep step;
  FieldReader fields(value);
  fields.read("step", step.step, {});
  fields.read("duration_s", step.duration_s, {.max = duration_max}, false);
  if (!fields.complete()) return std::nullopt;
  if ((step.step == SanctionKind::restrict) != (step.duration_s > Seconds{0})) return std::nullopt;
  return step;
}

}  // namespace

const TextForm currency_form{"three capital letters", &accepts_currency};
const TextForm locale_form{"a BCP-47 locale of at most 35 bytes", &accepts_locale};
const TextForm word_form{
    "1 to 64 lower-case letters, digits, '_', '-' or '.', a letter or digit first", &accepts_word};
const TextForm label_form{"1 to 80 bytes without control characters", &accepts_label};

std::string printable(std::string_view bytes, std::size_t bytes_max) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    if (out.size() >= bytes_max) return out + "...";
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::string to_text(const PolicyValue& value) {
  const auto joined = [](const auto& elements, auto&& text_of) {
    std::string out;
    for (const auto& each : elements) out += (out.empty() ? "" : ", ") + text_of(each);
    return out;
  };
  return std::visit(
      match{
          [](std::int64_t number) { return std::to_string(number); },
          [](bool truth) { return std::string(truth ? "true" : "false"); },
          [](const std::string& text) { return quoted(text); },
          [&](const PolicyValue::List& list) {
            return "[" + joined(list, [](const auto& each) { return to_text(each); }) + "]";
          },
          [&](const PolicyValue::Fields& fields) {
            return "{ " +
                   joined(fields,
                          [](const auto& each) { return each.key + " = " + to_text(each.value); }) +
                   " }";
          },
          [](const PolicyValue::Foreign& foreign) { return std::string(foreign.what); },
      },
      value.content);
}

std::string to_document_text(const PolicyValue& value) {
  const auto* list = std::get_if<PolicyValue::List>(&value.content);
  if (!list || list->empty() || !std::holds_alternative<PolicyValue::Fields>(list->front().content))
    return to_text(value);
  std::string out = "[\n";
  for (const auto& each : *list) out += "  " + to_text(each) + ",\n";
  return out + "]";
}

PolicyValue value_of(bool value) { return {value}; }
PolicyValue value_of(std::int32_t value) { return {std::int64_t{value}}; }
PolicyValue value_of(std::int64_t value) { return {value}; }
PolicyValue value_of(Seconds value) { return {std::int64_t{value.count()}}; }
PolicyValue value_of(Timestamp value) { return {to_text(value)}; }
PolicyValue value_of(const std::string& value) { return {value}; }

PolicyValue value_of(const std::vector<std::string>& value) {
  return list_of(value, [](const std::string& each) { return value_of(each); });
}

PolicyValue value_of(const std::vector<CreditPack>& value) {
  return list_of(value, [](const CreditPack& pack) -> PolicyValue {
    return {PolicyValue::Fields{{"pack_id", value_of(pack.pack_id)},
                                {"credits", value_of(pack.credits)},
                                {"price_minor", value_of(pack.price_minor)},
                                {"currency", value_of(pack.currency)}}};
  });
}

PolicyValue value_of(const std::vector<SpamPhrase>& value) {
  return list_of(value, [](const SpamPhrase& phrase) -> PolicyValue {
    return {PolicyValue::Fields{{"id", value_of(phrase.id)},
                                {"pattern", value_of(phrase.pattern)},
                                {"weight", value_of(phrase.weight)},
                                {"locale", value_of(phrase.locale)},
                                {"class", value_of(phrase.phrase_class)}}};
  });
}

PolicyValue value_of(const std::vector<SanctionStep>& value) {
  return list_of(value, [](const SanctionStep& step) -> PolicyValue {
    PolicyValue::Fields fields{{"step", value_of(step.step)}};
    if (step.duration_s != Seconds{0}) fields.push_back({"duration_s", value_of(step.duration_s)});
    return {std::move(fields)};
  });
}

bool assign(bool& to, const PolicyValue& value, const PolicyLimits& limits) {
  const auto* truth = std::get_if<bool>(&value.content);
  if (!truth || (limits.min == 1 && !*truth)) return false;
  to = *truth;
  return true;
}

bool assign(std::int64_t& to, const PolicyValue& value, const PolicyLimits& limits) {
  const auto* number = std::get_if<std::int64_t>(&value.content);
  if (!number) return false;
  const bool within = *number >= limits.min && *number <= limits.max;
  if (!within && !(limits.or_zero && *number == 0)) return false;
  to = *number;
  return true;
}

bool assign(std::int32_t& to, const PolicyValue& value, const PolicyLimits& limits) {
  std::int64_t number = 0;
  if (!assign(number, value, limits)) return false;
  to = static_cast<std::int32_t>(number);
  return true;
}

bool assign(Seconds& to, const PolicyValue& value, const PolicyLimits& limits) {
  std::int64_t number = 0;
  if (!assign(number, value, limits)) return false;
  to = Seconds{number};
  return true;
}

bool assign(Timestamp& to, const PolicyValue& value, const PolicyLimits&) {
  const auto* text = std::get_if<std::string>(&value.content);
  const auto time = text ? timestamp_from_text(*text) : std::nullopt;
  if (!time || *time < Timestamp{}) return false;
  to = *time;
  return true;
}

bool assign(std::string& to, const PolicyValue& value, const PolicyLimits& limits) {
  const auto* text = std::get_if<std::string>(&value.content);
  if (!text || !limits.form->accepts(*text)) return false;
  to = *text;
  return true;
}

bool assign(std::vector<std::string>& to, const PolicyValue& value, const PolicyLimits& limits) {
  std::vector<std::string> read;
  const bool good =
      assign_list(read, value, limits, [&](const PolicyValue& each) -> std::optional<std::string> {
        std::string text;
        if (!assign(text, each, limits)) return std::nullopt;
        return text;
      });
  if (!good) return false;
  for (std::size_t i = 0; i < read.size(); ++i)
    if (std::find(read.begin(), read.begin() + static_cast<std::ptrdiff_t>(i), read[i]) !=
        read.begin() + static_cast<std::ptrdiff_t>(i))
      return false;
  to = std::move(read);
  return true;
}

bool assign(std::vector<CreditPack>& to, const PolicyValue& value, const PolicyLimits& limits) {
  std::vector<CreditPack> read;
  if (!assign_list(read, value, limits, pack_in) || !all_differ(read, &CreditPack::pack_id))
    return false;
  to = std::move(read);
  return true;
}

bool assign(std::vector<SpamPhrase>& to, const PolicyValue& value, const PolicyLimits& limits) {
  std::vector<SpamPhrase> read;
  if (!assign_list(read, value, limits, phrase_in) || !all_differ(read, &SpamPhrase::id))
    return false;
  to = std::move(read);
  return true;
}

bool assign(std::vector<SanctionStep>& to, const PolicyValue& value, const PolicyLimits& limits) {
  return assign_list(to, value, limits, step_in);
}

std::string allowed_for(const bool&, const PolicyLimits& limits) {
  return limits.min == 1 ? "true, always" : "true or false";
}
std::string allowed_for(const std::int32_t&, const PolicyLimits& limits) {
  return range_text(limits);
}
std::string allowed_for(const std::int64_t&, const PolicyLimits& limits) {
  return range_text(limits);
}
std::string allowed_for(const Seconds&, const PolicyLimits& limits) { return range_text(limits); }
std::string allowed_for(const Timestamp&, const PolicyLimits&) {
  return "a time from 1970 on in quotes, \"2026-01-31\" or \"2026-01-31T12:00:00Z\"";
}
std::string allowed_for(const std::string&, const PolicyLimits& limits) {
  return "a text: " + std::string(limits.form->sentence);
}
std::string allowed_for(const std::vector<std::string>&, const PolicyLimits& limits) {
  return "a list without repetition of at most " + std::to_string(limits.max) + " texts, each " +
         std::string(limits.form->sentence);
}
std::string allowed_for(const std::vector<CreditPack>&, const PolicyLimits& limits) {
  return "a list of at most " + std::to_string(limits.max) +
         " tables { pack_id (each once), credits (1 to 1000000), price_minor (0 to 1000000000000), "
         "currency (three capital letters) }";
}
std::string allowed_for(const std::vector<SpamPhrase>&, const PolicyLimits& limits) {
  return "a list of at most " + std::to_string(limits.max) +
         " tables { id (each once), pattern (1 to 200 bytes), weight (0 to 1000), locale "
         "(optional), "
         "class (" +
         texts_of<PhraseClass>() + "; optional) }";
}
std::string allowed_for(const std::vector<SanctionStep>&, const PolicyLimits& limits) {
  return "a list of at most " + std::to_string(limits.max) + " tables { step (" +
         texts_of<SanctionKind>() + "), duration_s (1 to 3155760000, of restrict only) }";
}

}  // namespace inmail
