/** Reads the raw report of the agent's workflow job in the publisher, where nothing in it is believed by its looks. */
import { join } from "node:path";
import type { Conflict } from "../../domain/report.ts";
import { openPlain } from "../open-plain.ts";
import { head, plainText } from "../plain-text.ts";
import { MAX_SIDE_CHARACTERS, RAW_REPORT_FILE, RawReport, type RawFinding } from "../raw-report.ts";

export type ReadRaw =
  | { kind: "missing" }
  | { kind: "unreadable"; why: string }
  | { kind: "report"; report: RawReport };

/** Leaves room for what the publisher adds, under the limit of `report.json`. */
const MAX_RAW_REPORT_BYTES = 300_000;

export async function readRawReport(folder: string): Promise<ReadRaw> {
  const opened = await openPlain(join(folder, RAW_REPORT_FILE));
  if (opened.kind === "missing") return { kind: "missing" };
  if (opened.kind === "not_plain")
    return { kind: "unreadable", why: "The raw report is not a regular file." };
  await using handle = opened.handle;
  if (opened.bytes > MAX_RAW_REPORT_BYTES) {
    return {
      kind: "unreadable",
      why: `The raw report has ${opened.bytes} bytes, ${MAX_RAW_REPORT_BYTES} are allowed.`,
    };
  }
  const parsed = Cleaned.safeParse(parseJson(await handle.readFile("utf8")));
  if (parsed.success) return { kind: "report", report: parsed.data };
  const [issue] = parsed.error.issues;
  return {
    kind: "unreadable",
    why: `The raw report cannot be read: ${issue?.path.join(".") || "it"}: ${issue?.message ?? "does not fit"}.`,
  };
}

/** Everything that people will read, without controls and invisible characters; paths stay, for they are compared with those at the head. */
function cleaned(report: RawReport): RawReport {
  const { findings, closed, verify, question, answer, fault, rebase } = report;
  return {
    ...report,
    summary: plainText(report.summary),
    last_words: plainText(report.last_words),
    question: question === null ? null : plainText(question),
    answer: answer === null ? null : plainText(answer),
    fault: fault === null ? null : plainText(fault),
    findings: findings === null ? null : findings.map(cleanedFinding),
    closed: closed === null ? null : closed.map((one) => ({ ...one, evidence: plainText(one.evidence) })),
    rebase: rebase === null ? null : { ...rebase, conflicts: rebase.conflicts.map(cleanedConflict) },
    verify: verify === null ? null : { ...verify, tail: plainText(verify.tail) },
  };
}

function cleanedFinding(finding: RawFinding): RawFinding {
  const { title, evidence, impact, fix, tests } = finding;
  return {
    ...finding,
    title: plainText(title),
    evidence: plainText(evidence),
    impact: plainText(impact),
    fix: plainText(fix),
    tests: plainText(tests),
  };
}

/** A text may grow when its letters are put together anew, and must be as short as before. */
const Cleaned = RawReport.transform(cleaned).pipe(RawReport);

function cleanedConflict(conflict: Conflict): Conflict {
  const { ours, theirs } = conflict;
  return {
    ...conflict,
    ours: head(plainText(ours), MAX_SIDE_CHARACTERS),
    theirs: head(plainText(theirs), MAX_SIDE_CHARACTERS),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema refuses `undefined` and says so.
    return undefined;
  }
}
