#pragma once

#include "core/result.h"

#include <filesystem>

namespace runyard::local {

// The files of the TLS listener: a certificate authority of this workspace's own, and the certificate for "localhost", 127.0.0.1 and ::1
// that it signed. PEM.
struct Certificates {
    std::filesystem::path authority;
    std::filesystem::path trusted;    // what clients are told to trust: the authority, and whom this machine trusts, so that other sites stay in reach
    std::filesystem::path chain;      // server certificate, then the authority's
    std::filesystem::path key;        // mode 0600, like the authority's own
};

Certificates certificatesIn(const std::filesystem::path& folder);

// Makes what is missing, damaged or soon over in `folder`. The authority lives ten years, so clients keep the file they were given;
// the server's certificate lives a year and is made anew when less than a month is left.
// Blocks for some milliseconds.
Result<Certificates> ensureCertificates(const std::filesystem::path& folder);

} // namespace runyard::local
