#pragma once

#include "files.h"

#include <cstdint>
#include <string>

namespace runyard {

// Notes when the log grew: records of 16 bytes, little endian: its size, then the moment (ms since 1970) it was seen to be so.
// What lies between the sizes of two records was written between their moments. A full disk costs records, nothing else.
class LogTimes {
public:
    LogTimes(const std::string& log, const std::string& times);

    int descriptor() const { return m_watch.get(); }
    // The log was written to: takes the events and notes the size.
    void note();
    void sync() const;  // brings the log itself to the disk
    std::int64_t size() const { return m_size; }
    // Milliseconds until the next record may be written, so that a flood of lines costs little.
    int pause() const { return m_records < 100'000 ? 10 : 100; }

private:
    Descriptor m_log, m_times, m_watch;
    std::int64_t m_size = 0;
    long m_records = 0;
};

} // namespace runyard
