/** Measures the demo's task: requests by phase and by operation, time from label to dispatch, memory of the app at rest. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, DASHES, mergeWhenReady } from "../../src/cli/demo/play.ts";
import { setStage } from "../../src/cli/demo/stage.ts";

const directory = await mkdtemp(join(tmpdir(), "gza-bench-"));
const stage = await setStage(directory);
try {
  const { world } = stage.playground;
  const marks: { at: number; phase: string }[] = [{ at: world.requests.length, phase: "start" }];
  let labelled = 0;
  let dispatched = 0;
  const before = await memoryOf(stage.app.pid);
  world.listeners.push(({ name, action, payload }) => {
    const label = (payload as { label?: { name: string } }).label?.name;
    if (name === "issues" && action === "labeled" && label === "gza") {
      labelled = performance.now();
      marks.push({ at: world.requests.length, phase: "asked to dispatched" });
    }
    if (name === "workflow_run" && action === "requested" && dispatched === 0 && labelled > 0) {
      dispatched = performance.now();
      marks.push({ at: world.requests.length, phase: "running" });
    }
    if (name === "push" && String(payload.ref).includes("gza/"))
      marks.push({ at: world.requests.length, phase: "landed to ready" });
    if (name === "issues" && action === "labeled" && label === "gza:ready")
      marks.push({ at: world.requests.length, phase: "ready to merged" });
    if (name === "pull_request" && action === "closed")
      marks.push({ at: world.requests.length, phase: "merged to rest" });
  });
  const isMerged = await mergeWhenReady(stage, await ask(stage, DASHES));
  if (!isMerged) process.exitCode = 1;
  await stage.playground.settled();
  const isOwn = ({ actor }: { actor: string | null }): boolean => actor === stage.bot || actor === null;
  const own = world.requests.map((request, index) => ({ ...request, index })).filter(isOwn);
  const phases = [...new Set(marks.map(({ phase }) => phase))].map((phase) => {
    const first = marks.findIndex((mark) => mark.phase === phase);
    const next = marks.slice(first).find((mark) => mark.phase !== phase);
    const inside = own.filter(
      ({ index }) => index >= (marks[first]?.at ?? 0) && index < (next?.at ?? Number.POSITIVE_INFINITY),
    );
    const count = (kind: string): number => inside.filter((request) => request.kind === kind).length;
    return {
      phase,
      rest: count("rest"),
      graphql: count("graphql"),
      content: inside.filter(({ content }) => content).length,
    };
  });
  console.table(phases);
  const operations = new Map<string, number>();
  for (const { kind, method, path } of own) {
    const name =
      kind === "graphql" ? `graphql ${path}` : `${method} ${path.replaceAll(/\d+|[0-9a-f]{40}/g, "*")}`;
    operations.set(name, (operations.get(name) ?? 0) + 1);
  }
  console.table(
    [...operations]
      .toSorted(([, one], [, other]) => other - one)
      .map(([operation, times]) => ({ operation, times })),
  );
  console.log(`label to dispatch: ${Math.round(dispatched - labelled)} ms`);
  console.log(`memory of the app: ${before} MB before, ${await memoryOf(stage.app.pid)} MB after the task`);
} finally {
  await stage.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Resident megabytes, as Linux counts them. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}
