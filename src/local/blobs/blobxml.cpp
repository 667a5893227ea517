#include "blobxml.h"

#include <sstream>

namespace runyard::local {

namespace {

constexpr std::size_t blockLimit = 50'000;

} // namespace

std::string xmlText(const pugi::xml_document& document)
{
    std::ostringstream text;
    document.save(text, "", pugi::format_raw);
    return text.str();
}

Response xmlAnswer(const pugi::xml_document& document)
{
    Response response;
    response.body = xmlText(document);
    return std::move(response).with("Content-Type", "application/xml");
}

pugi::xml_node beginXml(pugi::xml_document& document, const char* root)
{
    auto declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "utf-8";
    return document.append_child(root);
}

void addText(pugi::xml_node parent, const char* name, const std::string& text)
{
    parent.append_child(name).text() = text.c_str();
}

bool readXml(pugi::xml_document& document, const std::string& text)
{
    return text.find("<!DOCTYPE") == std::string::npos && document.load_buffer(text.data(), text.size());
}

std::optional<std::vector<std::string>> readBlockList(const std::string& text)
{
    pugi::xml_document document;
    if (!readXml(document, text) || !document.child("BlockList"))
        return std::nullopt;
    std::vector<std::string> ids;
    for (const auto node : document.child("BlockList").children()) {
        ids.emplace_back(node.text().get());
        if (ids.size() > blockLimit)
            return std::nullopt;
    }
    return ids;
}

} // namespace runyard::local
