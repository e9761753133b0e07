/** What the demo came to: read from the ledger, the playground and its request log. */
import { Record } from "../../domain/record.ts";
import { taskRef } from "../../domain/names.ts";
import { Receipt } from "../../domain/receipt.ts";
import { readCommit, resolve } from "../../playground/git/objects.ts";
import { git } from "../../runner/git/git.ts";
import type { Stage } from "./stage.ts";

export interface Outcome {
  tasks: TaskOutcome[];
  requests: { rest: number; graphql: number; content: number };
}

export interface TaskOutcome {
  issue: number;
  phase: string;
  reason: string;
  pull: number | null;
  merged: boolean;
  attempts: {
    n: number;
    kind: string;
    how: string;
    end: string | null;
    turns: number;
    usd: number | null;
    seconds: number;
    /** What its programs ran in, as the receipt has it; null: it left no report. */
    sandbox: string | null;
  }[];
}

/** The record of a task as it is now; null: there is none yet. */
export async function recordOf(stage: Stage, issue: number): Promise<Record | null> {
  const oid = await resolve(stage.repository, taskRef(issue));
  if (oid === null) return null;
  const commit = await readCommit(stage.repository, oid);
  const json = commit?.message.split("\n").find((line) => line.startsWith("{"));
  return json === undefined ? null : Record.parse(JSON.parse(json));
}

export async function outcomeOf(stage: Stage, issues: number[]): Promise<Outcome> {
  const tasks: TaskOutcome[] = [];
  for (const issue of issues) {
    const record = await recordOf(stage, issue);
    const receipt = Receipt.parse(JSON.parse(await fileOf(stage, `${taskRef(issue)}:receipt.json`)));
    if (record) tasks.push(taskOutcome(stage, record, receipt));
  }
  const requests = stage.playground.requests().filter(({ actor }) => actor === stage.bot || actor === null);
  const count = (wanted: (request: (typeof requests)[number]) => boolean): number =>
    requests.filter(wanted).length;
  return {
    tasks,
    requests: {
      rest: count(({ kind }) => kind === "rest"),
      graphql: count(({ kind }) => kind === "graphql"),
      content: count(({ content }) => content),
    },
  };
}

function fileOf({ repository }: Stage, expression: string): Promise<string> {
  return git(["cat-file", "blob", expression], { dir: repository.directory });
}

function taskOutcome({ repository }: Stage, record: Record, receipt: Receipt): TaskOutcome {
  const pull = record.pull === null ? null : (repository.issues.get(record.pull)?.pull ?? null);
  return {
    issue: record.issue,
    phase: record.phase,
    reason: record.reason,
    pull: record.pull,
    merged: pull !== null && pull.mergedAt !== null,
    attempts: record.attempts.map(({ n, kind, how, end, turns, usd, seconds }) => ({
      n,
      kind,
      how,
      end,
      turns,
      usd,
      seconds,
      sandbox: receipt.attempts.find(({ attempt }) => attempt === n)?.told?.sandbox ?? null,
    })),
  };
}
