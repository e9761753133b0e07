/** Makes a raw report short enough to be read: long texts first, then follow-ups, and whatever is left out is said. */
import { MAX_FINDINGS, type Coverage } from "../../domain/finding.ts";
import type { Conflict } from "../../domain/report.ts";
import { head } from "../plain-text.ts";
import { MAX_SIDE_CHARACTERS, type RawFinding, type RawReport } from "../raw-report.ts";

/** Bytes of JSON for findings, for coverage, for what was closed, for conflicts; with them the rest stays under the limit of a raw report. */
const FINDING_BYTES = 200_000;
const COVERAGE_BYTES = 30_000;
const CLOSED_BYTES = 30_000;
const CONFLICT_BYTES = 60_000;

/** As many conflicts and commits left out as a report holds. */
const MAX_LISTED = 50;
const SHOWN_CONFLICTS = 3;

/** Characters of each text of a finding, tried in turn. */
const TEXT_LENGTHS = [4000, 2000, 1000, 500, 250, 120, 60, 30, 15];

export function fitted(report: RawReport): RawReport {
  const closed = report.closed === null ? null : fittedClosed(report.closed);
  const coverage = report.coverage === null ? null : fittedCoverage(report.coverage);
  const rebase = report.rebase === null ? null : fittedRebase(report.rebase);
  if (report.findings === null) return { ...report, closed, coverage, rebase };
  const findings = fittedFindings(report.findings);
  const omitted = report.findings.length - findings.length;
  const note = omitted === 0 ? "" : `\n\n${omitted} further findings are left out, for there are too many.`;
  const summary = `${head(report.summary, 8000)}${note}`.trim();
  return { ...report, closed, coverage, rebase, findings, summary };
}

/** Blockers first, so that what has to go is a follow-up as long as there is one. */
function fittedFindings(findings: readonly RawFinding[]): RawFinding[] {
  const ordered = findings.toSorted((one, other) => one.severity.localeCompare(other.severity));
  let fitting = ordered.slice(0, MAX_FINDINGS);
  for (const length of TEXT_LENGTHS) {
    if (bytesOf(fitting) <= FINDING_BYTES) break;
    fitting = fitting.map((finding) => shortened(finding, length));
  }
  const sizes = fitting.map((finding) => bytesOf(finding) + 1);
  let room = FINDING_BYTES;
  return fitting.filter((_, index) => (room -= sizes[index] ?? 0) > 0);
}

function shortened(finding: RawFinding, length: number): RawFinding {
  const { title, evidence, impact, fix, tests, sites } = finding;
  return {
    ...finding,
    title: cut(title, Math.max(length, 120)),
    evidence: cut(evidence, length),
    impact: cut(impact, length),
    fix: cut(fix, length),
    tests: cut(tests, length),
    sites: length >= 1000 ? sites : sites.slice(0, Math.ceil(length / 50)),
  };
}

/** What was not seen is named as long as there is room; of the rest it is said how many there are. */
function fittedCoverage(coverage: readonly Coverage[]): Coverage[] {
  const ordered = coverage.toSorted((one, other) => Number(one.seen) - Number(other.seen));
  let room = COVERAGE_BYTES;
  const named = ordered.filter((one) => (room -= bytesOf(one) + 1) > 0);
  const kept = new Set(named);
  const rest = ordered.filter((one) => !kept.has(one));
  const summed = [false, true].flatMap((seen) => {
    const count = rest.filter((one) => one.seen === seen).length;
    return count === 0 ? [] : [{ path: `(${count} more)`, seen, why: "too many to be listed" }];
  });
  return named.length === coverage.length ? [...coverage] : [...named, ...summed];
}

function fittedClosed(closed: NonNullable<RawReport["closed"]>): NonNullable<RawReport["closed"]> {
  let fitting = closed;
  for (const length of [2000, 500, 120, 20]) {
    if (bytesOf(fitting) <= CLOSED_BYTES) return fitting;
    fitting = fitting.map((one) => ({ ...one, evidence: cut(one.evidence, length) }));
  }
  return fitting;
}

/** Those that nobody could settle come first, and the first few stay as they are: people are shown them. */
function fittedRebase(rebase: NonNullable<RawReport["rebase"]>): NonNullable<RawReport["rebase"]> {
  const dropped = rebase.dropped
    .slice(0, MAX_LISTED)
    .map((one) => ({ ...one, subject: head(one.subject, 200) }));
  const ordered = rebase.conflicts.toSorted(
    (one, other) => Number(one.by !== "left") - Number(other.by !== "left"),
  );
  let conflicts = ordered
    .slice(0, MAX_LISTED)
    .map((one) => withSides({ ...one, path: head(one.path, 300) }, MAX_SIDE_CHARACTERS));
  for (const length of [1000, 400, 100]) {
    if (bytesOf(conflicts) <= CONFLICT_BYTES) break;
    conflicts = conflicts.map((one, index) => (index < SHOWN_CONFLICTS ? one : withSides(one, length)));
  }
  return { ...rebase, dropped, conflicts };
}

function withSides(conflict: Conflict, length: number): Conflict {
  return { ...conflict, ours: cut(conflict.ours, length), theirs: cut(conflict.theirs, length) };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${head(text, length - 1).trimEnd()}…`;
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
