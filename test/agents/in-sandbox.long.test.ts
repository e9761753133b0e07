/** The real agents where they live: in the sandbox, with the gateway as all of their network. */
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { openSandbox } from "../../src/runner/sandbox/open-sandbox.ts";
import { GATEWAY_PORT, type Sandbox } from "../../src/runner/sandbox/sandbox.ts";
import { hasBubblewrap } from "../runner/sandbox/opened.ts";
import { installed } from "./installed.ts";
import { VOICES } from "./voices.ts";
import { createWorkbench, playAt, type Workbench } from "./workbench.ts";
import { KEY, NO_LIMITS, openWorld } from "./world.ts";

const FOLDERS = Object.fromEntries(
  await Promise.all(Object.keys(VOICES).map(async (name) => [name, await installed(name)] as const)),
);
const isConfined = await hasBubblewrap();
if (!isConfined) console.error("bubblewrap is not here: the tests of agents in the sandbox are left out");

describe.each(Object.entries(VOICES))("%s in the sandbox", (name, voice) => {
  const folder = FOLDERS[name] ?? "";

  it.runIf(isConfined && folder !== "")("works, finds its model and sees no key", async () => {
    using bench = createWorkbench();
    const answers = [
      ...voice.edit("README.md", "# Demo", "# Show"),
      {
        calls: [
          voice.run("git commit -qam Show; cat /proc/*/environ > env.txt; git log --format=%s > log.txt"),
        ],
      },
      { text: "All is done." },
    ];
    await using world = await openWorld(voice, { answers, limits: NO_LIMITS });
    const sandbox = await confine(bench, { folder, socket: world.gateway.socket });

    const tried = world.gateway.facts().hosts.refused;
    const { outcome, lines } = await playAt(bench, {
      voice,
      folder,
      url: `http://127.0.0.1:${GATEWAY_PORT}/${voice.protocol}`,
      start: (program, patience) => sandbox.start(program, patience),
      job: { sandbox: "auto" },
    });
    await sandbox.close();

    if (outcome.end !== "completed") console.error(lines.join("\n"));
    expect(outcome).toMatchObject({ end: "completed", state: { lastWords: "All is done." } });
    expect(bench.read("log.txt")).toBe("Show\nStart\n");
    expect(bench.read("env.txt")).toContain(bench.home);
    expect(bench.read("env.txt")).not.toContain(KEY);
    expect(world.gateway.facts().hosts.refused).toEqual(tried);
  });
});

/** Throws what a person would read where the machine has no such sandbox. */
async function confine(
  bench: Workbench,
  { folder, socket }: { folder: string; socket: string },
): Promise<Sandbox> {
  const rooms = {
    clone: bench.clone,
    home: bench.home,
    readable: [folder, dirname(process.execPath)],
    gateway: socket,
  };
  const opened = await openSandbox("auto", rooms, { temp: bench.root, environment: process.env });
  if (opened.kind === "refused") throw new Error(opened.why);
  return opened.sandbox;
}
