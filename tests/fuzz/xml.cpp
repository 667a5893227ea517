// What blob clients send as XML, and the multipart body of a batch.
#include "target.h"

#include "local/blobs/blobbatch.h"
#include "local/blobs/blobxml.h"

namespace {

using namespace runyard;
using namespace runyard::local;
using runyard::fuzz::wanted;

void blockList(const std::string& text)
{
    const auto ids = readBlockList(text);
    if (!ids)
        return;
    pugi::xml_document document;
    auto root = beginXml(document, "BlockList");
    std::vector<std::string> kept;
    for (const auto& id : *ids) {
        if (id.find_first_not_of(" \t\r\n") == std::string::npos)
            continue;  // no id of a block
        addText(root, "Latest", id);
        kept.push_back(id);
    }
    const auto again = readBlockList(xmlText(document));
    wanted(again == kept, "a block list is read as it was written", xmlText(document));
}

void keyInfo(const std::string& text)
{
    pugi::xml_document document;
    if (!readXml(document, text))
        return;
    (void)std::string(document.child("KeyInfo").child_value("Expiry"));
    // Nothing is larger than what was sent: no entity was unfolded.
    std::size_t size = 0;
    for (const auto node : document.first_child().children())
        size += std::string_view(node.child_value()).size();
    wanted(size <= 4 * text.size(), "XML does not grow when it is read");
}

void batchBody(const std::string& text)
{
    Request whole;
    whole.headers["host"] = "127.0.0.1:1";
    const auto parts = batchParts(text, "batch_1", whole);
    wanted(parts.size() <= batchLimit + 1, "a batch ends at its limit");
    for (const auto& part : parts) {
        wanted(part.request.path.starts_with('/') && !part.request.method.empty() && part.request.header("host") == "127.0.0.1:1", "a part of a batch is a request to this host", part.request.path);
        wanted(part.id.find_first_of("\r\n") == std::string::npos, "the name of a part is on one line", part.id);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const fuzz::Input input(data, size);
    const std::string text(input.text);
    if (input.choice == 'b')
        batchBody(text);
    else if (input.choice == 'k')
        keyInfo(text);
    else
        blockList(text);
    return 0;
}
