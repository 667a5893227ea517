#include "blobxml.h"

#include <sstream>

namespace runyard::local {

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

} // namespace runyard::local
