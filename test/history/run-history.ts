/** Runs a real history through GZA: opens the repository, lays its last changes out as tasks, lands them all and holds the outcome to git. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git } from "../../src/runner/git/git.ts";
import { judge, type Judged } from "./judge.ts";
import { landAll } from "./land.ts";
import { layOut } from "./lay-out.ts";
import { REPLAY_BRANCH } from "./manifest.ts";
import { openRepository, type OpenRepository } from "./open-repository.ts";
import { readChanges, type Window } from "./read-changes.ts";
import { replayChanges, type Replays } from "./replay.ts";
import { reportOf, type HistoryReport } from "./report.ts";
import { setStage } from "./stage.ts";

export interface HistoryOptions {
  path: string;
  /** How many of the last changes become tasks. */
  changes: number;
  /** Workflow jobs that run side by side. */
  jobsAtOnce?: number;
  /** As `rebase.regenerate` of the config. */
  regenerate?: { [path: string]: string };
  /** After so many seconds whatever is not at rest is a fault; two minutes and half a minute for each change when left out. */
  seconds?: number;
}

/** More commits than these make every clone slow, and no task looks so far back. */
const MOST_HISTORY = 500;

export async function runHistory(options: HistoryOptions): Promise<HistoryReport> {
  const started = performance.now();
  const directory = await mkdtemp(join(tmpdir(), "gza-history-"));
  try {
    const opened = await openRepository(options.path, join(directory, "read.git"));
    const window = await readChanges(opened, options.changes);
    const replays = await replayChanges(opened.dir, window);
    const judged =
      replays.tasks.length === 0 ? null : await land({ directory, opened, window, replays }, options);
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    return reportOf({ opened, window, replays, judged, seconds });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Read {
  directory: string;
  opened: OpenRepository;
  window: Window;
  replays: Replays;
}

async function land({ directory, opened, window, replays }: Read, options: HistoryOptions): Promise<Judged> {
  const { dir } = opened;
  const jobsAtOnce = options.jobsAtOnce ?? 3;
  const count = Number((await git(["rev-list", "--count", window.base], { dir })).trim());
  const atOnce = { tasks: Math.min(replays.tasks.length, 100), rebases: jobsAtOnce };
  const regenerate = options.regenerate ?? {};
  const withHistory = !opened.isShallow && count <= MOST_HISTORY;
  const matter = { window, replays, atOnce, regenerate, withHistory };
  const stage = await setStage(directory, jobsAtOnce);
  try {
    const laid = await layOut(dir, { ...matter, workflow: stage.workflow });
    await stage.push(dir, { main: laid.start, [REPLAY_BRANCH]: laid.replay });
    const seconds = options.seconds ?? 120 + 30 * replays.tasks.length;
    const landed = await landAll(stage, { tasks: replays.tasks, start: laid.start, seconds });
    return await judge(stage, { dir, borrowed: opened.objects, tasks: replays.tasks, laid, landed });
  } finally {
    await stage.stop();
  }
}
