#include "events/policy_guard.hpp"

#include <string>

namespace inmail {
namespace {

constexpr std::string_view not_ascii =
    "outside of texts and comments only ASCII has a place in TOML";

/// Walks over a document once, and knows at each byte whether a key or a value stands there.
class Guard {
 public:
  explicit Guard(std::string_view toml) : toml_(toml) {}

  std::optional<GuardProblem> problem() {
    while (at_ < toml_.size()) {
      const char c = toml_[at_];
      std::string_view sentence;
      if (c == '"' || c == '\'')
        sentence = skip_text(c);
      else if (c == '#')
        skip_comment();
      else
        sentence = step_over(c);
      if (!sentence.empty()) return GuardProblem{line_, sentence};
    }
    return std::nullopt;
  }

 private:
  char next(std::size_t distance) const {
    return at_ + distance < toml_.size() ? toml_[at_ + distance] : '\0';
  }

  /// Stops behind the closing quote, or at the end of the line.
  std::string_view skip_text(char quote) {
    if (in_bare_value_) return "a text may not begin within another value";
    if (next(1) == quote && next(2) == quote) return "a policy has no texts of several lines";
    for (++at_; at_ < toml_.size() && toml_[at_] != '\n'; ++at_) {
      if (toml_[at_] == quote) {
        ++at_;
        break;
      }
      const bool escape = quote == '"' && toml_[at_] == '\\';
      if (escape && (next(1) == '"' || next(1) == '\\')) ++at_;
    }
    return {};
  }

  void skip_comment() {
    in_bare_value_ = false;
    while (at_ < toml_.size() && toml_[at_] != '\n') ++at_;
  }

  std::string_view step_over(char c) {
    ++at_;
    if (static_cast<unsigned char>(c) >= 0x80) return not_ascii;
    if (c == '.' && ++dots_ > policy_dots_max)
      return "the line has more dots than the keys of a policy may have";
    if ((c == '[' || c == '{') && open_.size() == policy_brackets_max)
      return "more brackets are open than a policy may nest";
    follow(c);
    return {};
  }

  void follow(char c) {
    switch (c) {
      case '\n':
        ++line_;
        dots_ = 0;
        if (open_.empty()) in_value_ = false;
        [[fallthrough]];
      case ' ':
      case '\t':
      case '\r': in_bare_value_ = false; break;
      case ',':
        in_bare_value_ = false;
        in_value_ = !open_.empty() && open_.back() == '[';
        break;
      case '[':
      case '{':
        if (in_bare_value_) break;
        open_.push_back(c);
        in_value_ = in_value_ && c == '[';
        break;
      case ']':
      case '}':
        in_bare_value_ = false;
        if (!open_.empty()) open_.pop_back();
        in_value_ = true;
        break;
      default:
        in_bare_value_ = in_value_;
        if (c == '=') in_value_ = true;
    }
  }

  std::string_view toml_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t dots_ = 0;        ///< Of this line.
  std::string open_;            ///< The brackets that are open, the last at the end.
  bool in_value_ = false;       ///< A value may stand here, or ends here.
  bool in_bare_value_ = false;  ///< Within a number, a boolean, a date, or what is none of them.
};

}  // namespace

std::optional<GuardProblem> guard_problem(std::string_view toml_text) {
  return Guard(toml_text).problem();
}

}  // namespace inmail
