/** `node test/bench/sandbox-start.ts`: milliseconds from the start of a program to its end, bare and in each sandbox that this machine has. */
import { startGroup, type Start } from "../../src/runner/process-group.ts";
import { openedSandbox, opening } from "../runner/sandbox/opened.ts";

const ROUNDS = 20;

const bare = await openedSandbox({ open: opening("off") });
await tell("nothing around", startGroup, bare.clone);
await bare.close();

for (const wanted of ["auto", "uid"] as const) {
  try {
    const began = performance.now();
    const opened = await openedSandbox({ open: opening(wanted) });
    console.log(
      `${opened.sandbox.kind}: opened and tried out in ${Math.round(performance.now() - began)} ms`,
    );
    await tell(opened.sandbox.kind, opened.sandbox.start, opened.clone);
    await opened.close();
  } catch (error) {
    console.log(`${wanted}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function tell(name: string, start: Start, cwd: string): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now();
    const group = start({ file: "true", args: [], cwd, env: { PATH: "/usr/bin:/bin" } });
    await group.exit;
    times.push(performance.now() - began);
    await group.sweep();
  }
  const sorted = times.toSorted((a, b) => a - b);
  console.log(
    `${name}: median ${Math.round(sorted[ROUNDS / 2] ?? 0)} ms of ${ROUNDS} (least ${Math.round(sorted[0] ?? 0)} ms)`,
  );
}
