#include "modelmodels.h"

#include "theme/textrole.h"
#include "theme/tokens.h"

#include <QLocale>

namespace runyard {

static QString property(const api::ModelVersion& version, const char* key)
{
    const auto at = version.properties.find(key);
    return at == version.properties.end() ? QString() : QString::fromStdString(at->second);
}

static qint64 number(const QString& text)
{
    bool isNumber = false;
    const qint64 value = text.toLongLong(&isNumber);
    return isNumber ? value : -1;
}

QString digestOf(const api::ModelVersion& version)
{
    return property(version, "runyard.sha256");
}

qint64 sizeOf(const api::ModelVersion& version)
{
    return number(property(version, "runyard.size"));
}

qint64 filesOf(const api::ModelVersion& version)
{
    return number(property(version, "runyard.files"));
}

QVariant ModelListModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const api::ModelContainer& model = rowAt(index.row());
    if (role == Qt::FontRole && index.column() == Name)
        return roleFont(TextRole::Heading);
    if (role == Qt::TextAlignmentRole && index.column() == Latest)
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole)
        return QString::fromStdString(model.description);
    if (role != Qt::DisplayRole)
        return {};
    if (index.column() == Latest)
        return model.latestVersion.empty() ? QString() : QStringLiteral("v") + QString::fromStdString(model.latestVersion);
    return QString::fromStdString(model.name);
}

QVariant ModelVersionModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const api::ModelVersion& version = rowAt(index.row());
    const bool isNumber = index.column() == Version || index.column() == Size;
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((isNumber ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::FontRole && index.column() == Digest)
        return roleFont(TextRole::Mono);
    if (role == Qt::FontRole && index.column() == Version)
        return roleFont(TextRole::Heading);
    if (role == Qt::ForegroundRole && index.column() == Run)
        return color(Token::Accent);
    if (role == Qt::ToolTipRole && index.column() == Digest)
        return digestOf(version);
    if (role == Qt::ToolTipRole && index.column() == Size && sizeOf(version) >= 0)
        return tr("%1 bytes").arg(QLocale().toString(sizeOf(version)));
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Version: return QString::fromStdString(version.version);
    case Run: return QString::fromStdString(version.jobName);
    case Size: return sizeOf(version) < 0 ? QVariant() : QVariant(sizeOf(version));
    case Digest: return digestOf(version).left(12);
    case Registered: return version.created > 0 ? QVariant(static_cast<qlonglong>(version.created)) : QVariant();
    default: return {};
    }
}

QVariant ModelVersionModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && (section == Version || section == Size))
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Version: return tr("Version");
    case Run: return tr("From run");
    case Size: return tr("Size");
    case Digest: return tr("SHA-256");
    case Registered: return tr("Registered");
    default: return {};
    }
}

} // namespace runyard
