/** Many open pull requests and many pushes to their base, each of which conflicts with all of them: no storm of rebases comes of it. */
import { expect, it } from "vitest";
import { batonRef, QUEUE_REF } from "../../src/domain/names.ts";
import { Queue } from "../../src/domain/queue.ts";
import type { Attempt } from "../../src/domain/record.ts";
import type { Report } from "../../src/domain/report.ts";
import { announceRun } from "../../src/playground/actions/announce.ts";
import { report } from "../domain/snapshots.ts";
import { begun } from "./by-hand.ts";
import type { Story } from "./world.ts";

/** `STORM=whole`: fifty pull requests and twenty pushes, which takes a quarter of an hour. */
const [TASKS, PUSHES] = process.env["STORM"] === "whole" ? [50, 20] : [12, 6];
const ALLOWED = 3;
/** Looks at the app's timers between two pushes, and while a workflow run is at work. */
const LOOKS = 3;
/** Three for each pull request, as 150 are for fifty. */
const MOST_REBASES = 3 * TASKS;
const PATIENCE_MILLISECONDS = 1_800_000;

const where = { owner: "ada", repo: "engine" };
const PATH = "list.txt";
const CONFIG = `agents: {default: {agent: scripted}}
review: {enabled: false}
parallel: {tasks: ${TASKS}, rebases: ${ALLOWED}}
budget: {task: 10, day: 10000}
`;

it(
  `makes at most ${MOST_REBASES} rebases of ${TASKS} pull requests over ${PUSHES} pushes, ${ALLOWED} at once`,
  async () => {
    await using world = await begun({ config: CONFIG, files: { [PATH]: "0\n" } });
    const { from } = world;
    const issues = await openAll(from);
    const opened = from.playground.requests().length;
    const began = Date.parse(from.playground.world.now().toISOString());

    const atOnce: number[] = [];
    for (let push = 1; push <= PUSHES; push += 1) {
      await from.push(PATH, `${push}\n`);
      await goOn(from, atOnce);
    }
    for (let round = 0; round < 200 && !issues.every((issue) => isAtRest(from, issue)); round += 1)
      await goOn(from, atOnce);

    const minutes = (Date.parse(from.playground.world.now().toISOString()) - began) / 60_000;
    const requests = from.playground
      .requests()
      .slice(opened)
      .filter(({ actor }) => actor !== "ada");
    const count = (kind: string): number => requests.filter((one) => one.kind === kind).length;
    const rebases = issues.flatMap((issue) =>
      (from.record(issue)?.attempts ?? []).filter(({ kind }) => kind === "rebase"),
    );
    const content = requests.filter((one) => one.content).length;
    console.table([
      {
        tasks: TASKS,
        pushes: PUSHES,
        rebases: rebases.length,
        "most at once": Math.max(...atOnce),
        "virtual minutes": Math.round(minutes),
        REST: count("rest"),
        GraphQL: count("graphql"),
        content,
        "requests per push": Math.round(requests.length / PUSHES),
      },
    ]);

    expect(issues.map((issue) => from.record(issue)?.phase)).toEqual(issues.map(() => "ready"));
    expect(rebases.length).toBeGreaterThanOrEqual(TASKS);
    expect(rebases.length).toBeLessThanOrEqual(MOST_REBASES);
    expect(Math.max(...atOnce)).toBe(ALLOWED);
    expect(kept(from)).toBe(rebases.filter(({ end }) => end === "completed").length);
    // GitHub grants an installation 5,000 REST requests and 5,000 points of GraphQL an hour, and 500 writes of content.
    const hours = Math.max(1, minutes / 60);
    expect(count("rest") / hours).toBeLessThan(5000);
    expect(count("graphql") / hours).toBeLessThan(5000);
    expect(content / hours).toBeLessThan(500);
  },
  PATIENCE_MILLISECONDS,
);

/** Asks for all tasks and brings their work back, each a line at the same place. */
async function openAll(from: Story): Promise<number[]> {
  const issues: number[] = [];
  for (let n = 1; n <= TASKS; n += 1) issues.push(await from.ask(`Write line ${n}`));
  await from.quiet();
  for (let look = 0; look < 200 && !issues.every((issue) => isAtRest(from, issue)); look += 1) {
    for (const issue of issues) if (isAtWork(from, issue)) await bringBack(from, issue);
    await from.quiet();
    from.passToNext();
    await from.quiet();
  }
  expect(issues.map((issue) => from.record(issue)?.phase)).toEqual(issues.map(() => "ready"));
  return issues;
}

/** Its job is handed out and not brought back. */
function isAtWork(from: Story, issue: number): boolean {
  const job = from.record(issue)?.attempt?.job;
  return job !== undefined && from.git("for-each-ref", "--format=%(objectname)", batonRef(issue)) === job;
}

/** Time goes on; the workflow runs that were at work meanwhile are over at its end. */
async function goOn(from: Story, atOnce: number[]): Promise<void> {
  await from.quiet();
  const before = flights(from);
  for (let look = 0; look < LOOKS; look += 1) {
    from.passToNext();
    await from.quiet();
    atOnce.push(flights(from).length);
  }
  for (const issue of before) if (isAtWork(from, issue)) await bringBack(from, issue);
  await from.quiet();
  atOnce.push(flights(from).length);
}

/** Issues whose rebase is at work, as the queue has it. */
function flights(from: Story): number[] {
  const queue = Queue.parse(JSON.parse(from.git("show", `${QUEUE_REF}:queue.json`)));
  return queue.flight.filter(({ kind }) => kind === "rebase").map(({ issue }) => issue);
}

/** Every push conflicts with all, so only what stands on the newest base is at rest. */
function isAtRest(from: Story, issue: number): boolean {
  const record = from.record(issue);
  if (record?.phase !== "ready") return false;
  const base = from.git("rev-parse", "main");
  return from.git("merge-base", record.head ?? "", base) === base;
}

function kept(from: Story): number {
  return from.git("for-each-ref", "--format=%(refname)", "refs/gza/backup/").split("\n").length;
}

/** Does the attempt in flight, as git would: its line at the end of what the base has, one commit on it. */
async function bringBack(from: Story, issue: number): Promise<void> {
  const attempt = from.record(issue)?.attempt;
  if (!attempt) throw new Error(`no attempt of #${issue} is in flight`);
  const { base, head } = attempt.start;
  const content = `${from.git("show", `${base}:${PATH}`)}\ntask ${issue}\n`;
  const work = await commit(from, { parents: [base], tree: base, path: PATH, content });
  const change = attempt.kind === "rebase" ? rebaseOf(attempt, head ?? base) : {};
  const made = report({
    attempt: attempt.n,
    kind: attempt.kind,
    work: { base, head: work, commits: 1, files: 1, patch: "9".repeat(40), finished: true },
    usage: { turns: 0, seconds: 1, requests: 0, input: 0, cached: 0, output: 0, usd: 0 },
    ...change,
  });
  const back = await commit(from, {
    parents: [attempt.job, work],
    tree: null,
    path: "report.json",
    content: JSON.stringify(made),
  });
  from.git("update-ref", batonRef(issue), back, attempt.job);
  for (const run of from.runs().filter(({ title }) => title.endsWith(attempt.job))) {
    Object.assign(run, { status: "completed", conclusion: "success" });
    announceRun(from.playground.world, { repository: from.repository, run, action: "completed" });
  }
}

function rebaseOf({ start }: Attempt, before: string): Pick<Report, "rebase"> {
  const commits = { before: 1, after: 1 };
  return {
    rebase: { by: "git", dropped: [], conflicts: [], before, onto: start.base, commits, range_diff: "" },
  };
}

async function commit(
  from: Story,
  file: { parents: string[]; tree: string | null; path: string; content: string },
): Promise<string> {
  const { git } = from.ada.rest;
  const { path, content, parents } = file;
  const base = file.tree === null ? {} : { base_tree: from.git("rev-parse", `${file.tree}^{tree}`) };
  const tree = [{ path, mode: "100644" as const, type: "blob" as const, content }];
  const made = await git.createTree({ ...where, tree, ...base });
  return (await git.createCommit({ ...where, message: "Work", tree: made.data.sha, parents })).data.sha;
}
