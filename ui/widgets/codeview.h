#pragma once

#include <QPlainTextEdit>

namespace runyard {

class Button;

// Read-only text in the mono face with a copy button in its corner. Refreshing keeps the scroll position.
class CodeView : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit CodeView(const QString& text = {}, QWidget* parent = nullptr);

    void setCode(const QString& text);
    void setCopyVisible(bool visible);

public Q_SLOTS:
    void copyAll();

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    Button* m_copy;
};

} // namespace runyard
