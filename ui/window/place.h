#pragma once

#include <QString>

namespace runyard {

// What the window can show. Run and NewRun belong to Runs in the rail, Connect to Home.
enum class Place { Home, Data, Compute, Runs, Models, Settings, NewRun, Run, Connect };

// The name on the command line: "data", "newrun"; an unknown name is Home.
Place placeNamed(const QString& name);
QString nameOf(Place place);

} // namespace runyard
