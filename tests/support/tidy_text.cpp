#include "tests/support/tidy_text.hpp"

#include <algorithm>
#include <cctype>
#include <regex>
#include <utility>

namespace inmail::tidy {
namespace {

/// Walks over a text once and hands every character to one of the layers.
class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {
    layers_.code.reserve(text.size());
    layers_.comments.reserve(text.size());
  }

  Layers run() {
    while (at_ < text_.size()) {
      if (starts_with("//")) {
        while (at_ < text_.size() && text_[at_] != '\n') comment();
      } else if (starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        while (at_ < std::min(end, text_.size() - 2) + 2) comment();
      } else if (starts_with("R\"") && !follows_word()) {
        raw_string();
      } else if (text_[at_] == '"' || (text_[at_] == '\'' && !follows_word())) {
        quoted(text_[at_]);
      } else {
        code();
      }
    }
    return std::move(layers_);
  }

 private:
  bool starts_with(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  /// After a digit a quote separates thousands: 500'000.
  bool follows_word() const {
    return at_ > 0 &&
           (std::isalnum(static_cast<unsigned char>(text_[at_ - 1])) != 0 || text_[at_ - 1] == '_');
  }

  void put(char in_code, char in_comments) {
    const bool line_end = text_[at_] == '\n';
    layers_.code.push_back(line_end ? '\n' : in_code);
    layers_.comments.push_back(line_end ? '\n' : in_comments);
    ++at_;
  }
  void code() { put(text_[at_], ' '); }
  void comment() { put(' ', text_[at_]); }
  void blank() { put(' ', ' '); }

  void quoted(char quote) {
    blank();
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) blank();
      blank();
    }
    if (at_ < text_.size()) blank();
  }

  void raw_string() {
    const std::size_t open = text_.find('(', at_);
    if (open == std::string_view::npos) return code();
    std::string close = ")";
    close.append(text_.substr(at_ + 2, open - at_ - 2)).append("\"");
    const std::size_t end = text_.find(close, open);
    const std::size_t stop = end == std::string_view::npos ? text_.size() : end + close.size();
    while (at_ < stop) blank();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Layers layers_;
};

enum class Scope { names, function, other };

/// What stands between the last `;`, `{` or `}` and an opening brace says what the brace opens.
/// `head` comes without what is in its parentheses; template parameter lists say nothing either.
Scope scope_of(std::string head) {
  static const std::regex operator_name(R"(\boperator\s*[^\s\w(]+)");
  static const std::regex template_list(R"(\btemplate\s*<[^<>]*(<[^<>]*>[^<>]*)*>)");
  static const std::regex label(R"(\b(public|private|protected)\s*:)");
  // At the start of a line, since a macro call without a semicolon may stand before it.
  static const std::regex scope_word(R"(^\s*((inline|static|constexpr|const|typedef)\s+)*)"
                                     R"((class|struct|union|enum|namespace|extern)\b)",
                                     std::regex::ECMAScript | std::regex::multiline);
  head = std::regex_replace(head, operator_name, "operator_name");
  head = std::regex_replace(head, template_list, " ");
  head = std::regex_replace(head, label, " ");

  if (std::regex_search(head, scope_word)) return Scope::names;
  const std::size_t equals = head.find('=');
  if (equals != std::string::npos)
    return head.find('[', equals) != std::string::npos ? Scope::function : Scope::other;
  return head.find('(') != std::string::npos ? Scope::function : Scope::other;
}

/// Follows the braces of a text and notes where functions begin and end.
class BraceReader {
 public:
  void read(char c) {
    if (c == '\n') ++line_;
    if (inside_ == 0 && in_head(c)) return;
    if (c == '{') open();
    if (c == '}') close();
    head_.clear();
  }

  std::vector<FunctionSpan> take() { return std::move(found_); }

 private:
  /// Braces within parentheses are default arguments and belong to the head.
  bool in_head(char c) {
    if (c == ')') --parentheses_;
    if (parentheses_ == 0 && (c == ';' || c == '{' || c == '}')) return false;
    if (head_.empty() && std::isspace(static_cast<unsigned char>(c)) != 0) return true;
    if (head_.empty()) head_line_ = line_;
    if (parentheses_ == 0) head_.push_back(c);
    if (c == '(') ++parentheses_;
    return true;
  }

  void open() {
    const Scope scope = inside_ > 0 ? Scope::other : scope_of(head_);
    if (scope == Scope::function) found_.push_back({.first_line = head_line_, .last_line = 0});
    if (scope != Scope::names) ++inside_;
    open_.push_back(scope);
  }

  void close() {
    if (open_.empty()) return;
    if (open_.back() == Scope::function) found_.back().last_line = line_;
    if (open_.back() != Scope::names) --inside_;
    open_.pop_back();
  }

  std::vector<FunctionSpan> found_;
  std::vector<Scope> open_;
  std::size_t inside_ = 0;  // How many braces are open from a function or an initialiser on.
  std::size_t line_ = 1;
  std::string head_;
  std::size_t head_line_ = 0;
  int parentheses_ = 0;
};

/// Directives are not code: their braces need not match.
std::string without_directives(std::string_view code) {
  std::string out(code);
  bool in_directive = false;
  for (std::size_t begin = 0; begin < out.size();) {
    const std::size_t end = std::min(out.find('\n', begin), out.size());
    const std::size_t first = out.find_first_not_of(" \t", begin);
    in_directive = in_directive || (first < end && out[first] == '#');
    const bool goes_on = end > begin && out[end - 1] == '\\';
    if (in_directive)
      std::fill(out.begin() + static_cast<std::ptrdiff_t>(begin),
                out.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    in_directive = in_directive && goes_on;
    begin = end + 1;
  }
  return out;
}

}  // namespace

Layers split_layers(std::string_view text) { return Splitter(text).run(); }

std::vector<FunctionSpan> functions_in(std::string_view code) {
  BraceReader reader;
  for (const char c : without_directives(code)) reader.read(c);
  return reader.take();
}

}  // namespace inmail::tidy
