#include "fieldchecks.h"

#include "widgets/field.h"

namespace runyard {

void showChecks(Field* field, const client::EstimatorReport& report, client::Check::Field about)
{
    using Level = client::Check::Level;
    const client::Check* worst = nullptr;
    for (const client::Check& check : report.checks) {
        if (check.field == about && check.level != Level::Ok && (!worst || check.level > worst->level))
            worst = &check;
    }
    if (!worst)
        return field->setValidity(Field::Validity::Unknown);
    const auto validity = worst->level == Level::Error ? Field::Validity::Invalid : Field::Validity::Warning;
    field->setValidity(validity, QString::fromStdString(worst->sentence));
}

} // namespace runyard
