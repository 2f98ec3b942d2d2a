// pixelsail-golden: computes the tensors of a parity case with this library, so that numerics can be
// compared.

#include "parity/parity.h"
#include "program.h"

int main(int argc, char** argv) {
  CLI::App app("Computes every tensor of a parity case folder and writes them under the published names",
               "pixelsail-golden");
  std::string folder, out;
  app.add_option("--case", folder, "folder with config.json and inputs.safetensors, or cases.json")
      ->required();
  app.add_option("--out", out, "safetensors file to write")->required();
  return pixelsail::run_program(app, argc, argv, [&] {
    const pixelsail::Trace trace = pixelsail::run_parity_case(folder);
    pixelsail::write_tensors(out, {trace.begin(), trace.end()});
  });
}
