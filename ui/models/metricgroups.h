#pragma once

#include <string>
#include <vector>

namespace runyard {

// Metrics that belong in one chart: the same quantity of training, validation and test.
struct MetricGroup {
    struct Member {
        std::string key;    // "training_acc"
        std::string label;  // "training"
    };
    std::string title;  // "acc"
    std::vector<Member> members;
};

// Groups by the words train, training, val, validation, test, eval (in any place, joined by '_', '-', '/', '.' or a space): "training_acc" and
// "validation_acc" make "acc". A bare "loss" joins "val_loss" as its training part. Groups of several come first, then in the order of their first key; in a
// group training comes before validation, validation before test.
std::vector<MetricGroup> groupMetrics(const std::vector<std::string>& keys);

// The keys in the order in which their groups stand.
std::vector<std::string> orderMetrics(const std::vector<std::string>& keys);

} // namespace runyard
