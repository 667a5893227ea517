// The records of runs that an MLflow client made by itself: sealed when it says that they have ended.
#include "seal.h"

#include "api/job.h"
#include "core/files.h"
#include "local/blobs/blobs.h"
#include "local/blobs/tree.h"
#include "local/runs/inpool.h"
#include "local/store/rows.h"
#include "local/store/runrecord.h"
#include "local/store/store.h"

namespace runyard::local {

Task<> sealEnded(TrackingParts parts, std::string id)
{
    Database& database = parts.store.reader();
    const auto run = findRun(database, id);
    const bool isOver = run && run->kind == "Interactive" && api::isTerminal(run->status);
    const auto text = isOver ? local::runRecord(database, id) : Result<std::string>();
    if (!isOver || !text)
        co_return;
    const auto folder = parts.blobs.tree().root("azureml") / id / "record";
    std::function<Result<>()> work = [folder, text = *text]() -> Result<> {
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        return writeFileDurably(folder / "run.json", text);
    };
    co_await inPool<Result<>>(parts.context, parts.blobs.pool(), std::move(work));
}

} // namespace runyard::local
