/** The way of work from an agent's clone to the publisher, as the steps of a workflow run go it. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../../src/domain/report.ts";
import { prepare } from "../../../src/runner/prepare.ts";
import { startGroup } from "../../../src/runner/process-group.ts";
import { publish } from "../../../src/runner/publish/publish.ts";
import { blankReport, type RawReport } from "../../../src/runner/raw-report.ts";
import { saveWork } from "../../../src/runner/save-work/save-work.ts";
import { withoutSecrets } from "../../../src/runner/secrets/without-secrets.ts";
import { run, type TaskServer } from "../task-server.ts";

/** What the run holds. */
export const KEY = "Qv7_zR2k-9LmX4tB.w8YhC1nPd6sJf3gKe0aUoIi5";
export const BASE64 = Buffer.from(KEY).toString("base64");
export const DONE: RawReport = {
  ...blankReport({ attempt: 1, kind: "implement", end: "completed", summary: "Done." }),
  commits: 1,
};
/** What nobody knows but everybody recognises. */
export const TOKEN = "ghp_x7TgBq2LmZ9VwKcR4nYdHs6PjFa1UeOi3E8b";
export const RULE = "secret: a key of this workflow run";

/** The agent's workflow job after its agent, then the publisher. */
export async function handedOver(
  server: TaskServer,
  { work, report = DONE }: { work: (clone: string) => void; report?: RawReport },
): Promise<{ raw: RawReport; published: Report; files: (name: string) => boolean }> {
  const { inputs, job } = server;
  const prepared = await prepare(inputs, server.remote);
  if (prepared.kind !== "ready") throw new Error(`the clone could not be prepared: ${prepared.kind}`);
  const home = join(server.root, "home");
  mkdirSync(home, { recursive: true });
  work(inputs.clone);
  await saveWork({ inputs, job, start: startGroup, home });
  const raw = await withoutSecrets({ inputs, job }, report, [KEY, "another-key-of-the-run"]);
  writeFileSync(join(inputs.handOver, "raw-report.json"), JSON.stringify(raw));
  const files = (name: string): boolean => existsSync(join(inputs.handOver, name));
  await publish(inputs, server.remote);
  return { raw, published: server.report(), files };
}

export function commit(clone: string, path: string, text: string, message = "Work"): void {
  writeFileSync(join(clone, path), text);
  run(clone, "add", "--all");
  run(clone, "commit", "--quiet", "-m", message);
}
