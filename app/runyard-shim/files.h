#pragma once

#include <string>
#include <string_view>

namespace runyard {

// A file descriptor that closes itself.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : m_number(number) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : m_number(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        reset(other.release());
        return *this;
    }

    int get() const { return m_number; }
    int release();
    void reset(int number = -1);

private:
    int m_number = -1;
};

// All three throw std::system_error.
std::string readWhole(const char* file);
Descriptor openFile(const char* file, int flags, unsigned mode = 0600);
void writeWhole(int descriptor, std::string_view content);

// Writes a file that must not be there yet, durably; false if it is there.
bool createDurably(const char* file, std::string_view content);

// A file whose blocks are taken from the disk at the start, so that it can still be written when the disk is full.
class ReservedFile {
public:
    explicit ReservedFile(const char* name);
    // Puts the content in place under the final name, durably; false if the disk refuses, and it may be tried again.
    bool publish(const char* finalName, std::string_view content) const;

private:
    std::string m_name;
    Descriptor m_file;
};

} // namespace runyard
