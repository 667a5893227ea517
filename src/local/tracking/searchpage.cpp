#include "searchpage.h"

namespace runyard::local {

Result<Search> readSearch(Fields& fields, Subject subject)
{
    const auto offset = offsetOf(fields.text("page_token"));
    const std::string text = fields.text("filter");
    const auto orderTexts = fields.texts("order_by");
    if (auto fault = fields.error())
        return Failure(*fault);
    if (!offset)
        return Failure(offset.error());
    auto filter = parseFilter(text, subject);
    if (!filter)
        return Failure(filter.error());
    auto order = parseOrderings(orderTexts, subject);
    if (!order)
        return Failure(order.error());
    return Search{*offset, std::move(*filter), std::move(*order)};
}

} // namespace runyard::local
