#pragma once

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace runyard::local {

// Writes all of it at an offset; an errno.
int writeAt(int fd, std::string_view bytes, off_t offset);

// Hands on what lies at [offset, offset + size); an errno.
template<typename Take>
int forEachPiece(int fd, off_t offset, std::int64_t size, Take take)
{
    constexpr std::int64_t readSize = 512 << 10;
    std::vector<char> buffer(static_cast<std::size_t>(std::min(size, readSize)));
    while (size > 0) {
        const ssize_t got = ::pread(fd, buffer.data(), static_cast<std::size_t>(std::min(size, readSize)), offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? errno : EIO;
        if (const int fault = take(std::string_view(buffer.data(), static_cast<std::size_t>(got))); fault != 0)
            return fault;
        offset += got;
        size -= got;
    }
    return 0;
}

} // namespace runyard::local
