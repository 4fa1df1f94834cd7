#include "engine/erasure_list.hpp"

#include <string>
#include <string_view>

namespace inmail {
namespace {

constexpr std::string_view last_line = "end\n";
constexpr std::string_view received_word = " received";

Error damaged(const std::filesystem::path& file) {
  return {ErrorCode::corruption, "the list of erasures " + file.string() + " is damaged"};
}

Result<ErasureList> parse(std::string_view text, const std::filesystem::path& file) {
  ErasureList list;
  while (text != last_line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return damaged(file);
    std::string_view line = text.substr(0, end);
    const KeyUse use = line.ends_with(received_word) ? KeyUse::received : KeyUse::wrote;
    if (use == KeyUse::received) line.remove_suffix(received_word.size());
    const auto stream = stream_from_text(line);
    if (!stream || stream->kind() != StreamKind::member) return damaged(file);
    list.insert({stream->member(), use});
    text.remove_prefix(end + 1);
  }
  return list;
}

}  // namespace

Result<ErasureList> read_erasures(const std::filesystem::path& file, FileSystem& files) {
  const auto text = read_whole(files, file);
  if (!text && text.error().code == ErrorCode::not_found) return ErasureList{};
  if (!text) return text.error();
  return parse(*text, file);
}

Status write_erasures(const std::filesystem::path& file, const ErasureList& list) {
  std::string text;
  for (const KeyId& key : list) {
    text += to_text(StreamId{key.member});
    if (key.use == KeyUse::received) text += received_word;
    text += '\n';
  }
  text += last_line;
  return replace_whole(system_files(), file, text);
}

}  // namespace inmail
