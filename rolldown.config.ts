/** Bundles what the released action runs: its entry and the scripted agent. */
import { defineConfig, type RolldownPlugin } from "rolldown";

/** Node takes the bundles for modules wherever the action's folder lies. */
const modulePackage: RolldownPlugin = {
  name: "module-package",
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "package.json", source: '{ "type": "module" }\n' });
  },
};

export default defineConfig({
  input: { main: "src/runner/main.ts", "scripted-agent": "src/runner/agents/scripted-agent.ts" },
  platform: "node",
  treeshake: {
    // @actions/core brings an HTTP client for OpenID Connect along, which nothing here calls.
    moduleSideEffects: [{ test: /node_modules\/(?:@actions|undici|tunnel|zod|yaml)\//, sideEffects: false }],
  },
  plugins: [modulePackage],
  output: {
    dir: "action/dist",
    format: "esm",
    minify: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    cleanDir: true,
  },
});
