#pragma once
// Precompiled for every file that includes torch (cmake/CompileOptions.cmake).
#include <torch/torch.h>

#include <map>
#include <string>
#include <vector>
