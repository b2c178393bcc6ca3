#include "tests/support/faulty_vfs.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

namespace porthole {
namespace {

constexpr std::size_t kSector = 512;

std::optional<std::string> ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Where SQLite's own handle of the system's file begins, behind ours.
sqlite3_file* Behind(void* handle, std::size_t size) {
  return reinterpret_cast<sqlite3_file*>(static_cast<char*>(handle) + size);
}

}  // namespace

// Begins as SQLite wants it; the system's handle lies behind it.
struct FaultyVfs::Handle {
  sqlite3_file file{};
  FaultyVfs* vfs = nullptr;
  std::string* path = nullptr;  // null for SQLite's temporary files

  static Handle& Of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  sqlite3_file* System() { return Behind(this, sizeof(Handle)); }
  const sqlite3_io_methods& Calls() { return *System()->pMethods; }
  int Note(Change change) const;

  static int Close(sqlite3_file* file);
  static int Read(sqlite3_file* file, void* target, int size, sqlite3_int64 offset);
  static int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset);
  static int Truncate(sqlite3_file* file, sqlite3_int64 size);
  static int Sync(sqlite3_file* file, int flags);
  // What the system's file does as it is.
  template <auto kMethod, typename... Arguments>
  static int Pass(sqlite3_file* file, Arguments... arguments) {
    Handle& handle = Of(file);
    return (handle.Calls().*kMethod)(handle.System(), arguments...);
  }
};

FaultyVfs::FaultyVfs(std::string name)
    : name_(std::move(name)), system_(sqlite3_vfs_find(nullptr)), vfs_(*system_) {
  vfs_.szOsFile = static_cast<int>(sizeof(Handle)) + system_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = &FaultyVfs::Open;
  vfs_.xDelete = &FaultyVfs::Delete;
  vfs_.xAccess = &FaultyVfs::Access;
  vfs_.xFullPathname = &FaultyVfs::FullPathname;
  sqlite3_vfs_register(&vfs_, 0);
}

FaultyVfs::~FaultyVfs() {
  sqlite3_vfs_unregister(&vfs_);
}

int FaultyVfs::Syncs() const {
  const std::lock_guard lock(mutex_);
  return syncs_;
}

void FaultyVfs::CutPowerAtSync(int number) {
  const std::lock_guard lock(mutex_);
  cut_at_ = number;
}

bool FaultyVfs::PowerIsCut() const {
  const std::lock_guard lock(mutex_);
  return cut_;
}

void FaultyVfs::RestorePower(Unsynced unsynced, std::uint32_t seed) {
  const std::lock_guard lock(mutex_);
  std::mt19937 random(seed);
  for (auto& [path, file] : files_) {
    if (unsynced == Unsynced::kKept) {
      continue;  // the real file is just that
    }
    if (unsynced == Unsynced::kSome) {
      for (const Change& change : file.since) {
        ApplySome(file.synced, change, random);
      }
    }
    if (file.synced.has_value()) {
      std::ofstream(path, std::ios::binary | std::ios::trunc) << *file.synced;
    } else {
      std::filesystem::remove(path);
    }
  }
  files_.clear();
  cut_ = false;
  cut_at_ = 0;
}

void FaultyVfs::FailWrites(int code) {
  const std::lock_guard lock(mutex_);
  write_code_ = code;
}

void FaultyVfs::FailSyncs(int code) {
  const std::lock_guard lock(mutex_);
  sync_code_ = code;
}

void FaultyVfs::FailReads(int code) {
  const std::lock_guard lock(mutex_);
  read_code_ = code;
}

int FaultyVfs::Open(
    sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags, int* out_flags) {
  auto* const self = static_cast<FaultyVfs*>(vfs->pAppData);
  auto* const handle = new (file) Handle();
  if (self->PowerIsCut()) {
    return SQLITE_CANTOPEN;
  }
  if (path != nullptr) {
    self->Track(path);
  }
  const int opened = self->system_->xOpen(self->system_, path, handle->System(), flags, out_flags);
  if (opened == SQLITE_OK) {
    handle->vfs = self;
    handle->path = path == nullptr ? nullptr : new std::string(path);
    handle->file.pMethods = &Methods();
  }
  return opened;
}

// Without a sync of the directory the file may be there again after power loss, as it was synced.
int FaultyVfs::Delete(sqlite3_vfs* vfs, const char* path, int sync_directory) {
  auto* const self = static_cast<FaultyVfs*>(vfs->pAppData);
  const std::lock_guard lock(self->mutex_);
  if (self->cut_) {
    return SQLITE_IOERR_DELETE;
  }
  const auto found = self->files_.find(path);
  if (found != self->files_.end()) {
    found->second.since.clear();
    if (sync_directory != 0) {
      found->second.synced.reset();
    }
  }
  return self->system_->xDelete(self->system_, path, 0);
}

int FaultyVfs::Access(sqlite3_vfs* vfs, const char* path, int flags, int* result) {
  auto* const self = static_cast<FaultyVfs*>(vfs->pAppData);
  return self->system_->xAccess(self->system_, path, flags, result);
}

int FaultyVfs::FullPathname(sqlite3_vfs* vfs, const char* path, int size, char* full) {
  auto* const self = static_cast<FaultyVfs*>(vfs->pAppData);
  return self->system_->xFullPathname(self->system_, path, size, full);
}

// A file that it sees for the first time is taken for synced, if it is there.
void FaultyVfs::Track(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!files_.contains(path)) {
    files_[path].synced = ContentOf(path);
  }
}

int FaultyVfs::OnWrite(const std::string& path, Change change) {
  const std::lock_guard lock(mutex_);
  if (cut_ || write_code_ != SQLITE_OK) {
    return cut_ ? SQLITE_IOERR_WRITE : write_code_;
  }
  files_[path].since.push_back(std::move(change));
  return SQLITE_OK;
}

int FaultyVfs::OnSync(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ++syncs_;
  cut_ = cut_ || syncs_ == cut_at_;
  if (cut_ || sync_code_ != SQLITE_OK) {
    return cut_ ? SQLITE_IOERR_FSYNC : sync_code_;
  }
  File& file = files_[path];
  std::string content = file.synced.value_or("");
  for (const Change& change : file.since) {
    Apply(content, change);
  }
  file.synced = std::move(content);
  file.since.clear();
  return SQLITE_OK;
}

int FaultyVfs::OnRead() const {
  const std::lock_guard lock(mutex_);
  return cut_ ? SQLITE_IOERR_READ : read_code_;
}

void FaultyVfs::Apply(std::string& content, const Change& change) {
  if (!change.bytes.has_value()) {
    content.resize(change.offset);
    return;
  }
  const std::size_t end = change.offset + change.bytes->size();
  content.resize(std::max(content.size(), end));
  content.replace(change.offset, change.bytes->size(), *change.bytes);
}

void FaultyVfs::ApplySome(std::optional<std::string>& content,
                          const Change& change,
                          std::mt19937& random) {
  const auto apply_maybe = [&](const Change& part) {
    if (random() % 2 == 0) {
      if (!content.has_value()) {
        content.emplace();
      }
      Apply(*content, part);
    }
  };
  if (!change.bytes.has_value()) {
    apply_maybe(change);
    return;
  }
  const std::string_view bytes = *change.bytes;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size =
        std::min(kSector - ((change.offset + at) % kSector), bytes.size() - at);
    apply_maybe({.offset = change.offset + at, .bytes = std::string(bytes.substr(at, size))});
    at += size;
  }
}

int FaultyVfs::Handle::Close(sqlite3_file* file) {
  Handle& handle = Of(file);
  const int closed = handle.Calls().xClose(handle.System());
  delete handle.path;
  return closed;
}

int FaultyVfs::Handle::Read(sqlite3_file* file, void* target, int size, sqlite3_int64 offset) {
  Handle& handle = Of(file);
  const int allowed = handle.vfs->OnRead();
  return allowed == SQLITE_OK ? handle.Calls().xRead(handle.System(), target, size, offset)
                              : allowed;
}

int FaultyVfs::Handle::Write(sqlite3_file* file,
                             const void* bytes,
                             int size,
                             sqlite3_int64 offset) {
  Handle& handle = Of(file);
  const int allowed = handle.Note(
      {.offset = static_cast<std::size_t>(offset),
       .bytes = std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))});
  return allowed == SQLITE_OK ? handle.Calls().xWrite(handle.System(), bytes, size, offset)
                              : allowed;
}

int FaultyVfs::Handle::Truncate(sqlite3_file* file, sqlite3_int64 size) {
  Handle& handle = Of(file);
  const int allowed =
      handle.Note({.offset = static_cast<std::size_t>(size), .bytes = std::nullopt});
  return allowed == SQLITE_OK ? handle.Calls().xTruncate(handle.System(), size) : allowed;
}

// The real file is never synced: the machine's own power stays, and a test has many of these.
int FaultyVfs::Handle::Sync(sqlite3_file* file, int /*flags*/) {
  const Handle& handle = Of(file);
  return handle.path == nullptr ? SQLITE_OK : handle.vfs->OnSync(*handle.path);
}

int FaultyVfs::Handle::Note(Change change) const {
  return path == nullptr ? SQLITE_OK : vfs->OnWrite(*path, std::move(change));
}

// Version 1: without shared memory, which exclusive locking does not need.
const sqlite3_io_methods& FaultyVfs::Methods() {
  static const sqlite3_io_methods kMethods = {
      .iVersion = 1,
      .xClose = &Handle::Close,
      .xRead = &Handle::Read,
      .xWrite = &Handle::Write,
      .xTruncate = &Handle::Truncate,
      .xSync = &Handle::Sync,
      .xFileSize = &Handle::Pass<&sqlite3_io_methods::xFileSize, sqlite3_int64*>,
      .xLock = &Handle::Pass<&sqlite3_io_methods::xLock, int>,
      .xUnlock = &Handle::Pass<&sqlite3_io_methods::xUnlock, int>,
      .xCheckReservedLock = &Handle::Pass<&sqlite3_io_methods::xCheckReservedLock, int*>,
      .xFileControl = &Handle::Pass<&sqlite3_io_methods::xFileControl, int, void*>,
      .xSectorSize = &Handle::Pass<&sqlite3_io_methods::xSectorSize>,
      .xDeviceCharacteristics = &Handle::Pass<&sqlite3_io_methods::xDeviceCharacteristics>,
      .xShmMap = nullptr,
      .xShmLock = nullptr,
      .xShmBarrier = nullptr,
      .xShmUnmap = nullptr,
      .xFetch = nullptr,
      .xUnfetch = nullptr};
  return kMethods;
}

}  // namespace porthole
