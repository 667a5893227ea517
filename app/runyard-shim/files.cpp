#include "files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace runyard {

namespace {

constexpr std::size_t reserved = 4096;

[[noreturn]] void fault(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

bool syncHere()
{
    const Descriptor folder(::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folder.get() >= 0 && (::fsync(folder.get()) == 0 || errno == EINVAL);
}

} // namespace

int Descriptor::release()
{
    const int number = m_number;
    m_number = -1;
    return number;
}

void Descriptor::reset(int number)
{
    if (m_number >= 0)
        ::close(m_number);
    m_number = number;
}

Descriptor openFile(const char* file, int flags, unsigned mode)
{
    Descriptor opened(::open(file, flags | O_CLOEXEC, mode));
    if (opened.get() < 0)
        fault(file);
    return opened;
}

std::string readWhole(const char* file)
{
    const Descriptor opened = openFile(file, O_RDONLY);
    std::string content;
    char buffer[16384];
    for (;;) {
        const ssize_t got = ::read(opened.get(), buffer, sizeof buffer);
        if (got < 0 && errno != EINTR)
            fault(file);
        if (got == 0)
            return content;
        if (got > 0)
            content.append(buffer, static_cast<std::size_t>(got));
    }
}

void writeWhole(int descriptor, std::string_view content)
{
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno != EINTR)
            fault("write");
        if (written > 0)
            content.remove_prefix(static_cast<std::size_t>(written));
    }
}

bool createDurably(const char* file, std::string_view content)
{
    const std::string temporary = std::string(file) + ".tmp" + std::to_string(::getpid());
    const Descriptor opened = openFile(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC);
    writeWhole(opened.get(), content);
    if (::fsync(opened.get()) != 0)
        fault(file);
    const bool isFirst = ::link(temporary.c_str(), file) == 0;
    const int error = errno;
    ::unlink(temporary.c_str());
    if (!isFirst && error == EEXIST)
        return false;
    errno = error;
    if (!isFirst || !syncHere())
        fault(file);
    return true;
}

ReservedFile::ReservedFile(const char* name) : m_name(name), m_file(openFile(name, O_RDWR | O_CREAT | O_TRUNC))
{
    writeWhole(m_file.get(), std::string(reserved, ' '));
    if (::fsync(m_file.get()) != 0)
        fault(name);
}

bool ReservedFile::publish(const char* finalName, std::string_view content) const
{
    if (::pwrite(m_file.get(), content.data(), content.size(), 0) != static_cast<ssize_t>(content.size()))
        return false;
    // Where the disk refuses even this, blanks follow, and JSON allows them.
    if (::ftruncate(m_file.get(), static_cast<off_t>(content.size())) != 0 && errno != ENOSPC)
        return false;
    if (::fsync(m_file.get()) != 0)
        return false;
    if (::access(m_name.c_str(), F_OK) == 0 && ::rename(m_name.c_str(), finalName) != 0)
        return false;
    return syncHere();
}

} // namespace runyard
