/** The report of a history: as JSON, and as a table for people. */
import type { Kept } from "./check-patches.ts";
import type { Judged } from "./judge.ts";
import type { OpenRepository } from "./open-repository.ts";
import type { By } from "./outcome.ts";
import type { Window } from "./read-changes.ts";
import type { Replays } from "./replay.ts";

export interface HistoryReport {
  head: string;
  base: string;
  notes: string[];
  tasks: ReportedTask[];
  skipped: { commit: string; subject: string; why: string }[];
  /** `contained`: those among the parked of which everything is on the base already. */
  counts: { [by in By]: number } & { parked: number; contained: number; skipped: number };
  /** Of all tasks, the share that landed without an agent's help. */
  withoutModel: number;
  /** Issues in the order in which they landed. */
  order: number[];
  picked: number;
  replaced: number;
  requests: Judged["requests"];
  seconds: number;
  /** Empty, or the harness has failed. */
  faults: string[];
}

export interface ReportedTask {
  issue: number;
  commit: string;
  subject: string;
  files: number;
  /** How many of them had to be written whole, for the patch does not apply to the old base. */
  written: number;
  landed: boolean;
  by: By;
  rebases: number;
  kept: Kept;
  phase: string;
  reason: string;
  attempts: { [kind: string]: number };
}

export interface Ran {
  opened: OpenRepository;
  window: Window;
  replays: Replays;
  /** null: no change could become a task. */
  judged: Judged | null;
  seconds: number;
}

export function reportOf({ opened, window, replays, judged, seconds }: Ran): HistoryReport {
  const tasks = (judged?.tasks ?? []).map(({ task, merge, by, rebases, phase, reason, attempts }) => ({
    issue: task.issue,
    commit: task.change.commit,
    subject: task.change.subject,
    files: task.files.length,
    written: task.files.filter(({ isWritten }) => isWritten).length,
    landed: merge !== null,
    by,
    rebases,
    kept: judged?.kept.get(task.issue) ?? null,
    phase,
    reason,
    attempts,
  }));
  const count = (by: By): number => tasks.filter((task) => task.landed && task.by === by).length;
  const counts = {
    none: count("none"),
    git: count("git"),
    regeneration: count("regeneration"),
    agent: count("agent"),
    parked: tasks.filter(({ landed }) => !landed).length,
    contained: tasks.filter(({ landed, reason }) => !landed && reason === "unchanged").length,
    skipped: replays.skipped.length,
  };
  const alone = counts.none + counts.git + counts.regeneration;
  return {
    head: opened.head,
    base: window.base,
    notes: [...opened.notes, ...window.notes, ...(judged?.notes ?? [])],
    tasks,
    skipped: replays.skipped.map(({ change, why }) => ({
      commit: change.commit,
      subject: change.subject,
      why,
    })),
    counts,
    withoutModel: tasks.length === 0 ? 1 : Math.round((alone / tasks.length) * 1000) / 1000,
    order: judged?.order ?? [],
    picked: judged?.picked ?? 0,
    replaced: judged?.replaced ?? 0,
    requests: judged?.requests ?? { rest: 0, graphql: 0, content: 0, kinds: {} },
    seconds,
    faults: judged?.faults ?? [],
  };
}

/** The table names so many of the most frequent requests. */
const MOST_KINDS = 8;

const LANDED: { [by in By]: string } = {
  none: "as it was",
  git: "by git alone",
  regeneration: "by regeneration",
  agent: "by the agent",
};
const KEPT = {
  whole: "the same patch",
  lines: "the same lines",
  rest: "the rest of it",
};

export function tableOf(report: HistoryReport): string {
  const { counts, requests } = report;
  const rows = report.tasks.map(
    ({ issue, commit, subject, files, written, landed, by, rebases, kept, reason }) => [
      `#${issue}`,
      commit.slice(0, 7),
      subject.slice(0, 44),
      `${files}${written === 0 ? "" : ` (${written} whole)`}`,
      landed ? LANDED[by] : `parked: ${reason}`,
      String(rebases),
      kept === null ? "" : KEPT[kept],
    ],
  );
  const lines = [
    ...report.notes.map((note) => `Note: ${note}.`),
    ...columns([["task", "change", "", "files", "landed", "rebases", "on the base"], ...rows]),
    ...report.skipped.map(
      ({ commit, subject, why }) => `Skipped ${commit.slice(0, 7)} “${subject.slice(0, 44)}”: ${why}`,
    ),
    "",
    `${report.tasks.length} tasks from ${report.base.slice(0, 7)}: ${counts.none} landed as they were, ${counts.git} by git alone, ${counts.regeneration} by regeneration, ${counts.agent} by the agent; ${counts.parked} parked (of ${counts.contained} everything was there already), ${counts.skipped} skipped.`,
    `Landed without a model: ${(report.withoutModel * 100).toFixed(1)} %. Order: ${report.order.map((issue) => `#${issue}`).join(" ")}`,
    `Plain cherry-picks come to the same tree for ${report.picked}; ${report.replaced} heads were replaced.`,
    `${report.seconds} s; ${requests.rest} REST and ${requests.graphql} GraphQL requests, ${requests.content} of them content.`,
    ...Object.entries(requests.kinds)
      .slice(0, MOST_KINDS)
      .map(([kind, times]) => `${String(times).padStart(6)} × ${kind}`),
    ...report.faults.map((fault) => `FAULT: ${fault}`),
  ];
  return lines.join("\n");
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
