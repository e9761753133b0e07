/** What a workflow run brings back, made by hand: for stories about what comes in between, in which no workflow job needs to begin. */
import { expect } from "vitest";
import type { Report } from "../../src/domain/report.ts";
import { batonRef } from "../../src/domain/names.ts";
import type { Record } from "../../src/domain/record.ts";
import { report } from "../domain/snapshots.ts";
import { story, type Story, type StoryOptions } from "./world.ts";

const where = { owner: "ada", repo: "engine" };

/** No workflow job ever begins. */
const QUIETLY = { jobsAtOnce: 0 };

/** A story with its app, in which what runs bring back is made by hand. */
export async function begun(
  options: StoryOptions = {},
): Promise<{ from: Story; sweep: () => Promise<void> } & AsyncDisposable> {
  const from = await story({ ...QUIETLY, ...options });
  const app = await from.begin();
  return { from, sweep: app.sweep, [Symbol.asyncDispose]: () => from[Symbol.asyncDispose]() };
}

/** Titles of the workflow runs that are not over and that nobody has asked to stop. */
export function stillWanted(from: Story): string[] {
  const stopped = new Set(
    from.playground.requests().map(({ path }) => /runs\/(\d+)\/cancel$/.exec(path)?.[1]),
  );
  return from
    .runs()
    .filter(({ id, status }) => status !== "completed" && !stopped.has(String(id)))
    .map(({ title }) => title);
}

/** Does the attempt in flight: one commit with one file, its report on the baton, its run over. `repo`: the repository's name by now. */
export async function bringBack(
  from: Story,
  issue: number,
  { change = {}, repo = where.repo }: { change?: Partial<Report>; repo?: string } = {},
): Promise<void> {
  const { git } = from.ada.rest;
  const at = { owner: where.owner, repo };
  const attempt = from.record(issue)?.attempt;
  if (!attempt) throw new Error(`no attempt of #${issue} is in flight`);
  const { base, head } = attempt.start;
  const blob = (path: string, content: string) => ({
    path,
    mode: "100644" as const,
    type: "blob" as const,
    content,
  });
  const commit = async (
    message: string,
    parents: string[],
    file: { path: string; content: string; base?: string },
  ) => {
    const base_tree = file.base === undefined ? undefined : from.git("rev-parse", `${file.base}^{tree}`);
    const tree = [blob(file.path, file.content)];
    const made = await git.createTree({ ...at, tree, ...(base_tree === undefined ? {} : { base_tree }) });
    return (await git.createCommit({ ...at, message, tree: made.data.sha, parents })).data.sha;
  };
  const start = head ?? base;
  const note = { path: `notes/${issue}.md`, content: `Attempt ${attempt.n}\n`, base: start };
  const work = await commit("Write a note", [start], note);
  const made = report({
    attempt: attempt.n,
    kind: attempt.kind,
    work: { base, head: work, commits: 1, files: 1, patch: "9".repeat(40), finished: true },
    ...change,
  });
  const returned = await commit("Bring back", [attempt.job, work], {
    path: "report.json",
    content: JSON.stringify(made),
  });
  from.git("update-ref", batonRef(issue), returned, attempt.job);
  for (const run of from.runs().filter(({ title }) => title.endsWith(attempt.job)))
    Object.assign(run, { status: "completed", conclusion: "success" });
}

/** A task whose first attempt is in flight. */
export async function running(from: Story): Promise<number> {
  const issue = await from.ask();
  await from.quiet();
  expect(from.record(issue)).toMatchObject({ phase: "running", attempt: { n: 1 } });
  return issue;
}

/** The same, landed: with its branch and its pull request. */
export async function landed(
  from: Story,
  sweep: () => Promise<void>,
): Promise<{ issue: number; pull: number; record: Record }> {
  const issue = await running(from);
  await bringBack(from, issue);
  await sweep();
  await from.quiet();
  const record = from.record(issue);
  if (!record?.pull) throw new Error(`#${issue} has no pull request: ${from.said(issue).join("\n")}`);
  return { issue, pull: record.pull, record };
}
