/** A task whose branch has one commit, with or without its pull request, and looks at it. */
import type { Move } from "../../src/domain/decision.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import type { Evidence, PullFacts, Snapshot } from "../../src/domain/snapshot.ts";
import { applyEffect } from "../../src/github/apply-effect.ts";
import { applyMove } from "../../src/github/move.ts";
import { observe } from "../../src/github/observe.ts";
import { firstBrief, firstRecord } from "./first-record.ts";
import { askedIssue, type SmallRepository } from "./small-repository.ts";

const where = { owner: "ada", repo: "engine" };

export interface TaskOnBranch {
  issue: number;
  branch: string;
  head: string;
  snapshot: Snapshot;
}

export async function look(
  small: SmallRepository,
  issue: number,
  evidence: readonly Evidence[] = [],
): Promise<Snapshot> {
  const read = await observe(
    small.client,
    { repository: small.place, issue },
    { ...small.observer, evidence },
  );
  if (read === "gone") throw new Error(`#${issue} is gone`);
  return read;
}

/** Its record is open and names the branch. `files` are those of its one commit. */
export async function taskOnBranch(
  small: SmallRepository,
  { files = {}, change = {} }: { files?: Record<string, string>; change?: Partial<Move> } = {},
): Promise<TaskOnBranch> {
  const issue = await askedIssue(small);
  const branch = `gza/${issue}-fix-the-parser`;
  const parent = (await look(small, issue)).repository.defaultHead;
  const head = await commitOn(small, { parent, files: { [`${issue}.txt`]: "x\n", ...files } });
  const first = firstRecord(issue);
  const record = {
    ...first,
    phase: "open" as const,
    reason: "implemented" as const,
    branch,
    head,
    asked: { ...first.asked, at: "2020-01-01T00:00:00Z" },
  };
  const move: Move = {
    story: "landed",
    record,
    brief: firstBrief(),
    findings: null,
    receipt: null,
    queue: null,
    job: null,
    refs: [{ name: `refs/heads/${branch}`, before: null, after: head }],
    ...change,
  };
  await applyMove(small.client, { snapshot: await look(small, issue), move }, small.observer.key);
  return { issue, branch, head, snapshot: await look(small, issue) };
}

/** The same with its pull request open. */
export async function taskWithPull(
  small: SmallRepository,
  files: Record<string, string> = {},
): Promise<TaskOnBranch & { pull: PullFacts }> {
  const task = await taskOnBranch(small, { files });
  const { snapshot, branch, issue } = task;
  const words = { base: "main", title: "Fix the parser", body: "Fixed.", draft: true };
  await applyEffect(small.client, { snapshot, record: null }, { kind: "open_pull", branch, ...words });
  const opened = await look(small, issue);
  if (opened.pull === null) throw new Error("there is no pull request");
  return { ...task, snapshot: opened, pull: opened.pull };
}

export async function commitOn(
  small: SmallRepository,
  { parent, files }: { parent: string; files: Record<string, string> },
): Promise<string> {
  const tree = Object.entries(files).map(([path, content]) => {
    return { path, mode: "100644" as const, type: "blob" as const, content };
  });
  const { data: base } = await small.ada.rest.git.getCommit({ ...where, commit_sha: parent });
  const { data: made } = await small.ada.rest.git.createTree({ ...where, base_tree: base.tree.sha, tree });
  const commit = { ...where, message: "Fix it", tree: made.sha, parents: [parent] };
  const { data } = await small.ada.rest.git.createCommit(commit);
  return data.sha;
}

/** Moves its record on. */
export async function changeRecord(
  small: SmallRepository,
  issue: number,
  change: Partial<RecordBody>,
): Promise<void> {
  const snapshot = await look(small, issue);
  if (snapshot.record.kind !== "record") throw new Error(`#${issue} has no record`);
  const { mac: _, ...body } = snapshot.record.record;
  const nothing = { brief: null, findings: null, receipt: null, queue: null, job: null, refs: [] };
  const move = { story: "goes on", record: { ...body, ...change }, ...nothing };
  const moved = await applyMove(small.client, { snapshot, move }, small.observer.key);
  if (moved.kind !== "won") throw new Error(`the move of #${issue} was ${moved.kind}`);
}

/** One more commit on the default branch. */
export async function pushToBase(small: SmallRepository, files: Record<string, string>): Promise<string> {
  const { data: main } = await small.ada.rest.git.getRef({ ...where, ref: "heads/main" });
  const sha = await commitOn(small, { parent: main.object.sha, files });
  await small.ada.rest.git.updateRef({ ...where, ref: "heads/main", sha });
  return sha;
}
