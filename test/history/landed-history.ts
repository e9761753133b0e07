/** What a history must come to: everything lands, or it is said why it cannot. */
import { expect } from "vitest";
import { tableOf, type HistoryReport } from "./report.ts";
import { runHistory, type HistoryOptions } from "./run-history.ts";

/** Runs the history, shows the outcome to whoever reads the log, and fails where anything went wrong. */
export async function landedHistory(options: HistoryOptions): Promise<HistoryReport> {
  const report = await runHistory(options);
  console.log(tableOf(report));
  expect(report.faults).toEqual([]);
  expect(report.tasks.filter(isNeitherLandedNorSaid)).toEqual([]);
  return report;
}

/** All of it is on the base already, or GZA must not choose between two sides: other reasons to stop have no business here. */
function isNeitherLandedNorSaid({ landed, reason }: HistoryReport["tasks"][number]): boolean {
  return !landed && reason !== "unchanged" && reason !== "conflict";
}
