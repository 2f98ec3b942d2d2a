#pragma once

#include <string>

/// Trains two steps from a checkpoint on data that the run makes itself, with a stop and a resume between
/// them. Returns the number of things that were wrong.
int train_two_steps(const std::string& checkpoint);
