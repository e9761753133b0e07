/** `npm run build`: bundles what the released action runs, its entry and the programs that it starts, and holds them to their size. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { build, type RolldownPlugin } from "rolldown";

const MOST_BYTES = 3 * 1024 * 1024;
const root = join(import.meta.dirname, "..");
const dist = join(import.meta.dirname, "dist");

/** Node takes the bundles for modules wherever the action's folder lies. */
const modulePackage: RolldownPlugin = {
  name: "module-package",
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "package.json", source: '{ "type": "module" }\n' });
  },
};

await build({
  cwd: root,
  input: {
    main: "src/runner/main.ts",
    "scripted-agent": "src/runner/agents/scripted-agent.ts",
    inside: "src/runner/sandbox/inside.ts",
    "try-out": "src/runner/sandbox/try-out.ts",
    "collect-work": "src/runner/save-work/collect-work.ts",
  },
  platform: "node",
  treeshake: {
    // @actions/core brings an HTTP client for OpenID Connect along, which nothing here calls.
    moduleSideEffects: [{ test: /node_modules\/(?:@actions|undici|tunnel|zod|yaml)\//, sideEffects: false }],
  },
  plugins: [modulePackage],
  output: {
    dir: dist,
    format: "esm",
    minify: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    cleanDir: true,
  },
});

const files = await readdir(dist);
const sizes = await Promise.all(files.map(async (file) => (await stat(join(dist, file))).size));
const bytes = sizes.reduce((sum, size) => sum + size, 0);
if (bytes > MOST_BYTES)
  throw new Error(`action/dist has ${bytes} bytes, ${MOST_BYTES} are allowed; import less`);
console.log(`Built action/dist: ${files.length} files, ${Math.round(bytes / 1024)} KB`);
