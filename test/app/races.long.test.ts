/** A person pushes before, between and after all that GZA does to a branch: whatever comes first, no commit of anybody gets lost. */
import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { handle } from "../../src/app/handle.ts";
import { createQueueLanes } from "../../src/app/queue-lanes.ts";
import { createWaiting } from "../../src/app/waiting.ts";
import { decide } from "../../src/domain/decide.ts";
import { batonRef, branchRef } from "../../src/domain/names.ts";
import type { Attempt, RecordBody } from "../../src/domain/record.ts";
import type { Report } from "../../src/domain/report.ts";
import type { Snapshot } from "../../src/domain/snapshot.ts";
import { applyMove } from "../../src/github/move.ts";
import { report } from "../domain/snapshots.ts";
import { smallRepository, type SmallRepository } from "../github/small-repository.ts";
import { commitOn, look, taskWithPull, type TaskOnBranch } from "../github/task-on-branch.ts";

/** `RACES=whole`: two hundred, which take some minutes. */
const SEEDS = process.env["RACES"] === "whole" ? 200 : 40;
const AT_ONCE = 4;
const PATIENCE_MILLISECONDS = 1_800_000;
const FILES = {
  ".github/gza.yml": "review: { enabled: false }\n",
  ".github/workflows/gza.yml": "on: workflow_dispatch\njobs: {}\n",
};
const where = { owner: "ada", repo: "engine" };

/** What GZA is about to do when the person comes in between. */
const MOVES = ["land a fix", "land a rebase", "merge", "keep what failed"] as const;
type MoveName = (typeof MOVES)[number];

/** What the person does: builds on the tip, replaces everything, or goes back to where the branch began. */
const PUSHES = ["on top", "instead", "back"] as const;

interface Race {
  move: MoveName;
  pushes: { n: number; when: "before" | "after"; how: (typeof PUSHES)[number] }[];
}

interface Outcome {
  move: MoveName;
  /** Commits that nobody can reach any more. */
  lost: string[];
  /** How often the App and the person moved the branch. */
  moved: number;
  pushed: number;
  /** Moves before which the person pushed, after GZA had read what it decided them on. */
  overtaken: number;
  /** Moves that lost, and what they left behind all the same. */
  defeats: number;
  traces: string[];
}

it(
  `loses no commit in ${SEEDS} races`,
  async () => {
    const seeds = Array.from({ length: SEEDS }, (_, seed) => seed);
    const outcomes: Outcome[] = [];
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
        outcomes.push(await race(raceOf(seed)));
    });
    await Promise.all(workers);

    expect(outcomes.flatMap(({ lost }) => lost)).toEqual([]);
    expect(outcomes.flatMap(({ traces }) => traces)).toEqual([]);
    // The races are worth something only if both sides really came to move the branch, and in either order.
    expect(outcomes.filter(({ overtaken }) => overtaken > 0).length).toBeGreaterThan(SEEDS / 10);
    expect(outcomes.filter(({ defeats }) => defeats > 0).length).toBeGreaterThan(SEEDS / 20);
    for (const move of MOVES) {
      const those = outcomes.filter((one) => one.move === move);
      expect(those.filter(({ pushed }) => pushed > 0).length).toBeGreaterThan(SEEDS / 10);
      expect(those.filter(({ moved }) => moved > 0).length).toBeGreaterThan(
        move === "keep what failed" ? -1 : SEEDS / 40,
      );
    }
  },
  PATIENCE_MILLISECONDS,
);

async function race({ move, pushes }: Race): Promise<Outcome> {
  await using small = await smallRepository(FILES);
  const task = await taskWithPull(small);
  await prepare(small, task, move);
  const journal: Step[] = [];
  const stop = follow(small, branchRef(task.branch), journal);
  let running = false;
  small.onRequest(async (n, when) => {
    if (running) return;
    running = true;
    for (const push of pushes.filter((one) => one.n === n && one.when === when))
      await pushAs(small, task, push.how);
    running = false;
  });
  for (let round = 0; round < 3; round += 1) await handleOnce(small, task.issue, journal);
  stop();
  const updates = journal.filter((step) => step.kind === "updated");
  const byApp = updates.filter(({ sender }) => sender !== small.adaId);
  return {
    move,
    lost: lostOf(small, updates),
    moved: byApp.length,
    pushed: updates.length - byApp.length,
    ...movesIn(small, journal),
  };
}

/** How GZA's moves of refs went, each from its reading to its end. */
function movesIn(
  small: SmallRepository,
  journal: readonly Step[],
): Pick<Outcome, "overtaken" | "defeats" | "traces"> {
  const found = { overtaken: 0, defeats: 0, traces: Array.of<string>() };
  for (const [start, read] of journal.entries()) {
    if (read.kind !== "read" || !read.moves) continue;
    const rest = journal.slice(start + 1);
    const end = rest.findIndex(({ kind }) => kind === "won" || kind === "lost");
    if (end === -1) continue;
    const updates = rest.slice(0, end).filter((step) => step.kind === "updated");
    if (updates[0]?.sender === small.adaId) found.overtaken += 1;
    const ended = rest[end];
    if (ended?.kind !== "lost") continue;
    found.defeats += 1;
    if (ended.refs !== read.refs) found.traces.push(`${read.refs} became ${ended.refs}`);
    const moved = updates.filter(({ sender }) => sender !== small.adaId);
    found.traces.push(...moved.map(({ after }) => `the branch went to ${after ?? "nothing"}`));
    const next = rest.slice(end).find(({ kind }) => kind === "read");
    const requests = small.playground.requests().slice(ended.requests, next?.requests);
    const written = requests.filter(({ actor, method, path }) => actor !== "ada" && !isRead(method, path));
    found.traces.push(...written.map(({ method, path }) => `${method} ${path}`));
  }
  return found;
}

function isRead(method: string, path: string): boolean {
  return method === "GET" || /^(?:Snapshot|Comments|Threads|Contexts|Tasks|Record|Landed|Refs)$/.test(path);
}

/** Commits that were on the branch, that no person took off it herself, and that nothing leads to any more. */
function lostOf(small: SmallRepository, updates: readonly Update[]): string[] {
  const git = gitOf(small);
  const reachable = new Set(git("rev-list", "--all").split("\n"));
  const gone = new Set<string>();
  const seen = new Set<string>();
  for (const { before, after, sender } of updates) {
    for (const oid of [before, after]) if (oid !== null) seen.add(oid);
    if (sender !== small.adaId || before === null || after === null) continue;
    for (const oid of git("rev-list", before, `^${after}`).split("\n")) gone.add(oid);
  }
  return [...seen].filter((oid) => !reachable.has(oid) && !gone.has(oid));
}

/** What happened, in its order. `requests`: how many there had been. */
type Step =
  | Update
  | { kind: "read"; moves: boolean; refs: string; requests: number }
  | { kind: "won" | "lost"; refs: string; requests: number };

interface Update {
  kind: "updated";
  before: string | null;
  after: string | null;
  sender: number;
  requests: number;
}

function follow({ playground }: SmallRepository, ref: string, journal: Step[]): () => void {
  const oidOf = (value: unknown): string | null => (/^0*$/.test(String(value)) ? null : String(value));
  const { listeners, requests } = playground.world;
  const listener: (typeof listeners)[number] = ({ name, payload, senderId }) => {
    if (name !== "push" || payload.ref !== ref) return;
    const [before, after] = [oidOf(payload.before), oidOf(payload.after)];
    journal.push({ kind: "updated", before, after, sender: senderId, requests: requests.length });
  };
  listeners.push(listener);
  return () => listeners.splice(listeners.indexOf(listener), 1);
}

async function handleOnce(small: SmallRepository, issue: number, journal: Step[]): Promise<void> {
  const { requests } = small.playground.world;
  const ledger = (): string => gitOf(small)("for-each-ref", "--format=%(refname) %(objectname)", "refs/gza");
  const ended = (kind: "won" | "lost"): void => {
    journal.push({ kind, refs: ledger(), requests: requests.length });
  };
  await handle(
    { installation: 1, repository: small.place, issue },
    {
      clientFor: () => Promise.resolve(small.client),
      observer: small.observer,
      decide: (snapshot) => {
        const decision = decide(withRunOver(snapshot));
        const moves = decision.move !== null;
        journal.push({ kind: "read", moves, refs: moves ? ledger() : "", requests: requests.length });
        return decision;
      },
      waiting: createWaiting(() => undefined),
      lanes: createQueueLanes(),
      echoes: { know: () => undefined },
      log: {
        info: (_: unknown, message = "") => {
          if (message === "another replica moved the task first") ended("lost");
        },
        warn: () => undefined,
      },
      interrupt: ({ when, what }) => {
        if (when === "after" && what === "move") ended("won");
      },
    },
  );
}

/** The workflow run is over; all else is read. */
function withRunOver(snapshot: Snapshot): Snapshot {
  const { record, now } = snapshot;
  if (record.kind !== "record" || record.record.attempt === null) return snapshot;
  const run = {
    id: 5,
    url: "",
    status: "completed",
    conclusion: "success",
    createdAt: now,
    genuine: true,
  } as const;
  return { ...snapshot, run };
}

async function pushAs(
  small: SmallRepository,
  { branch, head }: TaskOnBranch,
  how: Race["pushes"][number]["how"],
): Promise<void> {
  const ref = `heads/${branch}`;
  const tip = await small.ada.rest.git.getRef({ ...where, ref }).then(
    ({ data }) => data.object.sha,
    () => null,
  );
  if (tip === null) return;
  const first = gitOf(small)("rev-parse", `${head}^`);
  const parent = how === "on top" ? tip : how === "instead" ? first : head;
  const sha =
    how === "back"
      ? head
      : await commitOn(small, { parent, files: { [`${parent.slice(0, 7)}.md`]: "Mine.\n" } });
  await small.ada.rest.git.updateRef({ ...where, ref, sha, force: how !== "on top" });
}

async function prepare(small: SmallRepository, task: TaskOnBranch, move: MoveName): Promise<void> {
  const { head, issue } = task;
  const opened = task.snapshot.pull?.number ?? 0;
  const base = {
    pull: opened,
    head_at: "2026-01-02T03:04:05Z",
    phase: "open",
    reason: "waits_for_checks",
  } as const;
  if (move === "merge") {
    const merge = { by: { id: small.adaId, login: "ada" }, method: null, at: "2026-01-02T03:04:05Z" };
    return write(small, issue, { ...base, merge });
  }
  const main = await small.ada.rest.git.getRef({ ...where, ref: "heads/main" });
  const tip = main.data.object.sha;
  const onto =
    move === "land a rebase" ? await commitOn(small, { parent: tip, files: { "other.txt": "y\n" } }) : tip;
  await small.ada.rest.git.updateRef({ ...where, ref: "heads/main", sha: onto });
  const isRebase = move === "land a rebase";
  const work = await commitOn(small, { parent: isRebase ? onto : head, files: { "work.txt": "z\n" } });
  const rebase = { ...CLAIM, before: head, onto, commits: { before: 1, after: 1 }, range_diff: "" };
  const found: Partial<Report> = {
    kind: isRebase ? "rebase" : "fix",
    end: move === "keep what failed" ? "agent_loop" : "completed",
    work: {
      base: onto,
      head: work,
      commits: 1,
      files: 1,
      patch: "ab",
      finished: move !== "keep what failed",
    },
    rebase: isRebase ? rebase : null,
  };
  const job = await commitWith(small, "job.json", { message: "job", parents: [], value: {} });
  const back = await commitWith(small, "report.json", {
    message: "report",
    parents: [job, work],
    value: report({ attempt: 1, ...found }),
  });
  const attempt = { ...ATTEMPT, kind: found.kind ?? "fix", start: { base: onto, head }, job };
  await write(small, issue, { ...base, phase: "running", reason: "started", attempt }, back);
}

const CLAIM = { by: "git", dropped: [], conflicts: [] } satisfies Partial<Report["rebase"]>;

const ATTEMPT: Omit<Attempt, "kind" | "start" | "job"> = {
  n: 1,
  how: "first",
  agent: "scripted",
  model: null,
  evidence: "0123456789ab",
  run: 5,
  claimed: "2026-01-02T03:04:05Z",
  ended: null,
  end: null,
  work: null,
  reserved: 1,
  turns: 0,
  seconds: 0,
  usd: null,
};

async function write(
  small: SmallRepository,
  issue: number,
  change: Partial<RecordBody>,
  baton: string | null = null,
): Promise<void> {
  const snapshot = await look(small, issue);
  if (snapshot.record.kind !== "record") throw new Error("there is no record");
  const { mac: _, ...before } = snapshot.record.record;
  const refs = baton === null ? [] : [{ name: batonRef(issue), before: null, after: baton }];
  const files = { brief: null, findings: null, receipt: null, queue: null, job: null };
  const move = { story: "prepared", record: { ...before, ...change }, ...files, refs };
  await applyMove(small.client, { snapshot, move }, small.observer.key);
}

async function commitWith(
  small: SmallRepository,
  path: string,
  { message, parents, value }: { message: string; parents: string[]; value: unknown },
): Promise<string> {
  const tree = [{ path, mode: "100644" as const, type: "blob" as const, content: JSON.stringify(value) }];
  const { data: made } = await small.ada.rest.git.createTree({ ...where, tree });
  const { data } = await small.ada.rest.git.createCommit({ ...where, message, tree: made.sha, parents });
  return data.sha;
}

function gitOf({ playground }: SmallRepository): (...args: string[]) => string {
  const repository = [...playground.world.repositories.values()].find(({ name }) => name === "engine");
  if (!repository) throw new Error("there is no repository");
  return (...args) =>
    execFileSync("git", ["--git-dir", repository.directory, ...args], { encoding: "utf8" }).trim();
}

/** The same race for the same seed, on every machine. */
function raceOf(seed: number): Race {
  const random = generator(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] ?? raise();
  const pushes = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
    n: 1 + Math.floor(random() * 14),
    when: pick(["before", "after"] as const),
    how: pick(PUSHES),
  }));
  return { move: MOVES[seed % MOVES.length] ?? raise(), pushes };
}

/** Numbers from 0 to 1 (mulberry32). */
function generator(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function raise(): never {
  throw new Error("nothing to pick from");
}
