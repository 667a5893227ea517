#pragma once

#include "local/server/http.h"

#include <pugixml.hpp>

#include <optional>
#include <string>
#include <vector>

namespace runyard::local {

// An XML answer's text: the document with its declaration.
std::string xmlText(const pugi::xml_document& document);
Response xmlAnswer(const pugi::xml_document& document);
// A document that begins as Azure's do.
pugi::xml_node beginXml(pugi::xml_document& document, const char* root);
void addText(pugi::xml_node parent, const char* name, const std::string& text);
// Reads a body; refuses what declares entities.
bool readXml(pugi::xml_document& document, const std::string& text);

// The ids of a block list, in order; nothing where it is none or names more than a blob may have.
std::optional<std::vector<std::string>> readBlockList(const std::string& text);

} // namespace runyard::local
