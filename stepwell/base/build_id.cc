#include "stepwell/base/build_id.h"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/stat.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace stepwell {
namespace {

constexpr std::uint64_t kNoteAlignment = 4;

std::uint64_t RoundedUp(std::uint64_t size) { return (size + kNoteAlignment - 1) / kNoteAlignment * kNoteAlignment; }

std::string Hexadecimal(std::span<const unsigned char> bytes) {
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

// The description of the note that the linker gives its build id, of all notes of a segment.
std::string BuildIdAmong(std::span<const unsigned char> notes) {
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes.data(), sizeof(note));
    const std::uint64_t name = RoundedUp(note.n_namesz);
    const std::uint64_t end = sizeof(note) + name + RoundedUp(note.n_descsz);
    if (end > notes.size()) return {};
    const std::string_view owner(reinterpret_cast<const char*>(notes.data()) + sizeof(note), note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID && owner == std::string_view("GNU", sizeof("GNU"))) {
      return Hexadecimal(notes.subspan(sizeof(note) + name, note.n_descsz));
    }
    notes = notes.subspan(end);
  }
  return {};
}

bool Holds(const dl_phdr_info& object, std::uintptr_t address) {
  for (const ElfW(Phdr) & segment : std::span(object.dlpi_phdr, object.dlpi_phnum)) {
    const std::uintptr_t begin = object.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && address >= begin && address - begin < segment.p_memsz) return true;
  }
  return false;
}

std::string IdOf(const dl_phdr_info& object) {
  for (const ElfW(Phdr) & segment : std::span(object.dlpi_phdr, object.dlpi_phnum)) {
    if (segment.p_type != PT_NOTE) continue;
    const auto* notes = reinterpret_cast<const unsigned char*>(object.dlpi_addr + segment.p_vaddr);
    if (std::string id = BuildIdAmong({notes, segment.p_memsz}); !id.empty()) return id;
  }
  const bool is_program = object.dlpi_name == nullptr || *object.dlpi_name == '\0';
  struct stat file {};
  ::stat(is_program ? "/proc/self/exe" : object.dlpi_name, &file);
  return fmt::format("{} {} {}", file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
}

int FindOwn(dl_phdr_info* object, std::size_t, void* result) {
  static const char kHere = 0;
  if (!Holds(*object, reinterpret_cast<std::uintptr_t>(&kHere))) return 0;
  *static_cast<std::string*>(result) = IdOf(*object);
  return 1;
}

}  // namespace

std::string BuildId() {
  std::string id;
  ::dl_iterate_phdr(&FindOwn, &id);
  return id;
}

}  // namespace stepwell
