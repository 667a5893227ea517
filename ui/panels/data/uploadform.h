#pragma once

#include "client/datastores.h"
#include "widgets/card.h"

#include <QStringList>

class QCheckBox;
class QLineEdit;

namespace runyard {

class Button;
class Field;

// Asks what to upload, where to, and whether to overwrite. Sources are typed, chosen or dropped.
class UploadForm final : public Card {
    Q_OBJECT
public:
    explicit UploadForm(QWidget* parent = nullptr);

    void openFor(const QString& datastore, const QString& folder);
    bool setSources(const QStringList& paths);

    // What to upload, in whichever way it was told; also used for what is dropped.
    static client::UploadRequest request(const QStringList& sources, const QString& datastore, const QString& target, client::Overwrite overwrite);
    // Where a dropped or chosen set goes below a folder: a lone folder keeps its name.
    static QString targetFor(const QStringList& sources, const QString& folder);

Q_SIGNALS:
    void accepted(const QStringList& sources, const QString& target, bool overwrite);

private:
    Field* makeSource();
    void chooseFiles();
    void chooseFolder();
    void submit();
    QStringList sources() const;
    QString problemWith(const QString& target) const;

    QString m_folder;
    QStringList m_several;  // chosen in a dialog; a single source is in the field
    QLineEdit* m_source;
    QLineEdit* m_target;
    QCheckBox* m_overwrite;
    Field* m_sourceField;
    Field* m_targetField;
    Button* m_start;
    bool m_isTargetTyped = false;
};

} // namespace runyard
