/** What a history must come to: everything lands, or it is said why it cannot. */
import { expect } from "vitest";
import { tableOf, type HistoryReport } from "./report.ts";
import { runHistory, type HistoryOptions } from "./run-history.ts";

/** As long as it takes on a machine that has much else to do; what waits for ever is found all the same. */
const PATIENCE_SECONDS = 1500;
export const PATIENCE_MILLISECONDS = PATIENCE_SECONDS * 1000 + 300_000;

/** Runs the history, shows the outcome to whoever reads the log, and fails where anything went wrong. */
export async function landedHistory(options: HistoryOptions): Promise<HistoryReport> {
  const report = await runHistory({ seconds: PATIENCE_SECONDS, ...options });
  console.log(tableOf(report));
  expect(report.faults).toEqual([]);
  expect(report.tasks.filter(isNeitherLandedNorSaid)).toEqual([]);
  return report;
}

/** All of it is on the base already, or GZA must not choose between two sides: other reasons to stop have no business here. */
function isNeitherLandedNorSaid({ landed, reason }: HistoryReport["tasks"][number]): boolean {
  return !landed && reason !== "unchanged" && reason !== "conflict";
}
