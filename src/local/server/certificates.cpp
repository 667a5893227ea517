#include "certificates.h"

#include "core/files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <sys/stat.h>

#include <memory>

namespace runyard::local {

namespace fs = std::filesystem;

namespace {

constexpr long day = 24L * 3600;
constexpr long authorityLife = 3650 * day;
constexpr long serverLife = 365 * day;
constexpr long renewal = 30 * day;
constexpr std::size_t largestRoots = 8u << 20;

template<auto release>
struct Release {
    template<typename T>
    void operator()(T* held) const { release(held); }
};

using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Paper = std::unique_ptr<X509, Release<X509_free>>;
using Memory = std::unique_ptr<BIO, Release<BIO_free_all>>;

struct Signed {
    Paper paper;
    Key key;

    explicit operator bool() const { return paper && key; }
};

Failure opensslFailure(const char* what)
{
    char text[256] = "";
    ::ERR_error_string_n(::ERR_get_error(), text, sizeof text);
    return failure(Error::Code::Server, std::string("The certificate of the service's TLS port could not be ") + what + ".", text);
}

std::string written(const Memory& memory)
{
    char* start = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &start);
    return {start, static_cast<std::size_t>(size)};
}

std::string pemOf(X509* paper)
{
    const Memory memory(::BIO_new(::BIO_s_mem()));
    ::PEM_write_bio_X509(memory.get(), paper);
    return written(memory);
}

std::string pemOf(EVP_PKEY* key)
{
    const Memory memory(::BIO_new(::BIO_s_mem()));
    ::PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    return written(memory);
}

// Nothing where either file is missing or damaged, where they do not belong together, or where too little time is left.
Signed load(const fs::path& paperFile, const fs::path& keyFile)
{
    const auto paperText = readFile(paperFile, 1 << 20);
    const auto keyText = readFile(keyFile, 1 << 20);
    if (!paperText || !keyText)
        return {};
    const Memory paperMemory(::BIO_new_mem_buf(paperText->data(), static_cast<int>(paperText->size())));
    const Memory keyMemory(::BIO_new_mem_buf(keyText->data(), static_cast<int>(keyText->size())));
    Signed loaded{Paper(::PEM_read_bio_X509(paperMemory.get(), nullptr, nullptr, nullptr)), Key(::PEM_read_bio_PrivateKey(keyMemory.get(), nullptr, nullptr, nullptr))};
    std::time_t soon = std::time(nullptr) + renewal;
    const bool isGood = loaded && ::X509_check_private_key(loaded.paper.get(), loaded.key.get()) == 1 && ::X509_cmp_time(::X509_get0_notAfter(loaded.paper.get()), &soon) > 0;
    ::ERR_clear_error();
    return isGood ? std::move(loaded) : Signed{};
}

bool extend(X509* paper, X509* issuer, int kind, const char* value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    ::X509V3_set_ctx(&context, issuer, paper, nullptr, nullptr, 0);
    X509_EXTENSION* extension = ::X509V3_EXT_conf_nid(nullptr, &context, kind, value);
    const bool isAdded = extension && ::X509_add_ext(paper, extension, -1) == 1;
    ::X509_EXTENSION_free(extension);
    return isAdded;
}

struct Wanted {
    const char* commonName;
    long life;
    std::vector<std::pair<int, const char*>> extensions;
};

// Signed by `issuer`, or by itself where there is none.
Result<Signed> issue(const Wanted& wanted, const Signed* issuer)
{
    Signed made{Paper(::X509_new()), Key(EVP_EC_gen("P-256"))};
    if (!made)
        return opensslFailure("made");
    X509* paper = made.paper.get();
    ::X509_set_version(paper, 2);
    unsigned char serial[16];
    ::RAND_bytes(serial, sizeof serial);
    serial[0] &= 0x7F;
    BIGNUM* number = ::BN_bin2bn(serial, sizeof serial, nullptr);
    ::BN_to_ASN1_INTEGER(number, ::X509_get_serialNumber(paper));
    ::BN_free(number);
    ::X509_gmtime_adj(X509_getm_notBefore(paper), -day);  // clocks differ
    ::X509_gmtime_adj(X509_getm_notAfter(paper), wanted.life);
    ::X509_set_pubkey(paper, made.key.get());
    X509_NAME* name = ::X509_get_subject_name(paper);
    const auto* words = reinterpret_cast<const unsigned char*>(wanted.commonName);
    ::X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>("Runyard"), -1, -1, 0);
    ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, words, -1, -1, 0);
    X509* above = issuer ? issuer->paper.get() : paper;
    ::X509_set_issuer_name(paper, ::X509_get_subject_name(above));
    for (const auto& [kind, value] : wanted.extensions)
        if (!extend(paper, above, kind, value))
            return opensslFailure("made");
    if (::X509_sign(paper, issuer ? issuer->key.get() : made.key.get(), ::EVP_sha256()) == 0)
        return opensslFailure("signed");
    return made;
}

Result<Signed> ensureAuthority(const fs::path& folder, const Certificates& files)
{
    if (auto found = load(files.authority, folder / "ca.key"))
        return found;
    auto made = issue({"Runyard workspace on this computer", authorityLife,
                          {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"}, {NID_key_usage, "critical,keyCertSign,cRLSign"}, {NID_subject_key_identifier, "hash"}, {NID_authority_key_identifier, "keyid:always"}}},
        nullptr);
    if (!made)
        return made;
    std::error_code ignored;
    fs::remove(files.chain, ignored);  // signed by the one before
    if (auto saved = writeFileDurably(folder / "ca.key", pemOf(made->key.get()), 0600); !saved)
        return Failure(saved.error());
    if (auto saved = writeFileDurably(files.authority, pemOf(made->paper.get()), 0644); !saved)
        return Failure(saved.error());
    return made;
}

// The roots of the machine change with its updates, so they are looked at anew with each start.
Result<> ensureTrusted(const Certificates& files)
{
    std::error_code ignored;
    const char* told = std::getenv("SSL_CERT_FILE");
    const bool isOther = told && *told && !fs::equivalent(told, files.trusted, ignored);  // a shell may have been pointed at this very file
    const fs::path roots = isOther ? told : "/etc/ssl/certs/ca-certificates.crt";
    const std::string text = readFile(files.authority, largestRoots).value_or(std::string()) + readFile(roots, largestRoots).value_or(std::string());
    if (readFile(files.trusted, 2 * largestRoots).value_or(std::string()) == text)
        return {};
    return writeFileDurably(files.trusted, text, 0644);
}

bool isSignedBy(const Signed& server, const Signed& authority)
{
    return ::X509_verify(server.paper.get(), authority.key.get()) == 1;
}

} // namespace

Certificates certificatesIn(const fs::path& folder)
{
    return {folder / "ca.pem", folder / "trusted.pem", folder / "server.pem", folder / "server.key"};
}

Result<Certificates> ensureCertificates(const fs::path& folder)
{
    std::error_code ignored;
    fs::create_directories(folder, ignored);
    ::chmod(folder.c_str(), 0700);
    const Certificates files = certificatesIn(folder);
    auto authority = ensureAuthority(folder, files);
    if (!authority)
        return Failure(authority.error());
    if (auto saved = ensureTrusted(files); !saved)
        return Failure(saved.error());
    if (const auto server = load(files.chain, files.key); server && isSignedBy(server, *authority))
        return files;
    const auto server = issue({"localhost", serverLife,
                                  {{NID_basic_constraints, "critical,CA:FALSE"}, {NID_key_usage, "critical,digitalSignature"}, {NID_ext_key_usage, "serverAuth"},
                                      {NID_subject_alt_name, "DNS:localhost,DNS:*.localhost,IP:127.0.0.1,IP:::1"}, {NID_subject_key_identifier, "hash"}, {NID_authority_key_identifier, "keyid:always"}}},
        &*authority);
    if (!server)
        return Failure(server.error());
    if (auto saved = writeFileDurably(files.key, pemOf(server->key.get()), 0600); !saved)
        return Failure(saved.error());
    if (auto saved = writeFileDurably(files.chain, pemOf(server->paper.get()) + pemOf(authority->paper.get()), 0644); !saved)
        return Failure(saved.error());
    return files;
}

} // namespace runyard::local
