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

Result<ErasuresOnRecord> erasures_on_record(const EventLog& log, Position from,
                                            const ErasureList& list) {
  ErasuresOnRecord found;
  if (from > log.head().position) return found;
  auto reader = LogReader::from(log, from);
  if (!reader) return reader.error();
  while (true) {
    const auto view = reader->next();
    if (!view) return view.error();
    if (!*view) return found;
    const RecordHeader& header = (*view)->header;
    if (header.event_number == MemberErased::type.number)
      found.erased.emplace_back(header.stream.member());
    if (header.event_number == ReceivedErased::type.number)
      found.erased.emplace_back(header.stream.member(), KeyUse::received);
    if (header.event_number == MemberRegistered::type.number &&
        (list.contains(header.stream.member()) ||
         list.contains({header.stream.member(), KeyUse::received})))
      found.joined.insert(header.stream.member());
  }
}

ErasureList missing_in(const ErasuresOnRecord& on_record, const ErasureList& list) {
  ErasureList missing;
  for (const KeyId& key : list)
    if (on_record.joined.contains(key.member)) missing.insert(key);
  for (const KeyId& key : on_record.erased) missing.erase(key);
  return missing;
}

}  // namespace inmail
