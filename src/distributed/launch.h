#pragma once

/// What a launcher of several processes (torchrun, srun wrappers) says in the environment.

#include <cstdint>
#include <optional>
#include <string>

namespace pixelsail {

struct LaunchEnvironment {
  std::int64_t rank = 0;                    ///< RANK: of this process among all
  std::int64_t world_size = 1;              ///< WORLD_SIZE: number of processes
  std::optional<std::int64_t> local_rank;   ///< LOCAL_RANK: among the processes of this machine
  std::string master_address;               ///< MASTER_ADDR: where rank 0 is reached
  std::optional<std::int64_t> master_port;  ///< MASTER_PORT
};

/// RANK and WORLD_SIZE count only together. Throws ConfigError naming the variable that is no whole number,
/// and for a rank that isn't below the world size. To be called before threads run.
LaunchEnvironment launch_environment();

}  // namespace pixelsail
