/** Improve and fix attempts for tests: a head that adds twice, a base that has moved on, a finding and a question to close. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../../src/domain/report.ts";
import type { Kind } from "../../../src/domain/task.ts";
import { addTwice } from "../review/reviewed.ts";
import {
  createTaskServer,
  peoplesClone,
  knownFinding,
  run,
  runWorkflow,
  withHead,
  type JobChange,
  type TaskServer,
} from "../task-server.ts";

export const FIX = { edit: { path: "src/add.js", find: "a + b + b", replace: "a + b" } };
export const MATTER: JobChange = {
  findings: [knownFinding({ n: 1 })],
  feedback: [
    {
      id: "abcdefabcdef",
      by: { id: 5, login: "bo" },
      at: "2026-01-02T03:04:05Z",
      body: "Why?",
      path: null,
      line: null,
      thread: null,
    },
  ],
};

/** The base has moved on since the branch left it, as it usually has. */
export function mending(
  kind: Kind,
  script: unknown[],
  job: JobChange = MATTER,
): TaskServer & { head: string } {
  const server = createTaskServer(script, { kind });
  const branch = withHead(server, addTwice, job);
  const folder = peoplesClone(server);
  writeFileSync(join(folder, "other.txt"), "other\n");
  run(folder, "add", "--all");
  run(folder, "commit", "--quiet", "-m", "The base moves on");
  run(folder, "push", "--quiet", server.bare, "main");
  const given = { ...branch.job, start: { ...branch.job.start, base: run(folder, "rev-parse", "HEAD") } };
  return { ...branch, job: given, inputs: server.handOut(JSON.stringify(given)) };
}

export async function mended(kind: Kind, script: unknown[], job: JobChange = MATTER): Promise<Report> {
  using server = mending(kind, script, job);
  return await runWorkflow(server);
}

/** The agent's closing words: the same about everything that it was given. */
export function said(how: string, ids = ["F1", "T1"]): object {
  return {
    json: { summary: "Looked into it.", closed: ids.map((id) => ({ id, how, evidence: "See line 1." })) },
  };
}
