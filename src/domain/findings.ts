/** What becomes of a task's findings: through reviews, improve attempts, judges and people. */
import { createHash } from "node:crypto";
import { Findings, NO_FINDINGS, type KnownFinding } from "./finding.ts";
import type { Attempt, RecordBody } from "./record.ts";
import type { Report } from "./report.ts";
import type { Sha, Verdict } from "./task.ts";

type VerdictOfHead = NonNullable<RecordBody["verdict"]>;

/** Hash of `findings.json` as the record keeps it, so that the file cannot be exchanged under a signed record. */
export function findingsHash(findings: Findings): string {
  return createHash("sha256")
    .update(JSON.stringify(Findings.parse(findings)))
    .digest("hex");
}

/** Those that an improve attempt has to close. */
export function openFindings(findings: Findings | null): KnownFinding[] {
  return (findings?.known ?? []).filter(({ state }) => state === "open" || state === "disputed");
}

/** The verdict is computed from the findings alone; what a reviewer says about it in prose counts for nothing. */
export function verdictOn(head: Sha, patch: string, findings: Findings): VerdictOfHead {
  const open = openFindings(findings);
  const blockers = open.filter(({ severity }) => severity === "blocker").length;
  const followups = open.length - blockers;
  return { head, patch, value: verdictFor(blockers, followups), blockers, followups, carried_from: null };
}

function verdictFor(blockers: number, followups: number): Verdict {
  if (blockers > 0) return "changes_requested";
  return followups > 0 ? "approved_with_followups" : "approved";
}

/** The findings after a review: the same fingerprint is the same finding; what is not named again is fixed or not seen any more. */
export function takeReview(before: Findings | null, attempt: Attempt, report: Report): Findings {
  const { review, findings } = report;
  const known = before ?? NO_FINDINGS;
  if (!review || !findings) return known;
  const named = new Map(findings.map((finding) => [finding.fingerprint, finding]));
  const gone = new Set(review.gone);
  // Who looks at a part of the change says nothing about the rest.
  const isPartial = attempt.how === "range";
  const seenAgain = known.known.map((old): KnownFinding => {
    const again = named.get(old.fingerprint);
    if (!again && (isClosed(old) || (isPartial && !gone.has(old.fingerprint)))) return old;
    if (!again) return { ...old, state: gone.has(old.fingerprint) ? "fixed" : "unseen" };
    const state = old.state === "dismissed" ? "dismissed" : "open";
    return { ...old, ...again, state, dispute: null, seen: { ...old.seen, last: attempt.n } };
  });
  const numbers = known.known.map(({ n }) => n);
  const next = Math.max(0, ...numbers) + 1;
  const isKnown = new Set(known.known.map(({ fingerprint }) => fingerprint));
  const added = findings
    .filter(({ fingerprint }) => !isKnown.has(fingerprint))
    .map((finding, index): KnownFinding => ({
      ...finding,
      n: next + index,
      state: "open",
      seen: { first: attempt.n, last: attempt.n },
      dispute: null,
      upheld: false,
      note: null,
    }));
  const rest: Findings = {
    ...known,
    known: [],
    review: {
      attempt: attempt.n,
      head: review.head,
      agent: report.agent.name,
      model: report.agent.model,
      summary: report.summary,
      coverage: report.coverage ?? [],
      dropped: review.dropped,
    },
  };
  return { ...rest, known: bounded([...seenAgain, ...added], bytesOf(rest)) };
}

/** The findings after an improve attempt has said what it did about each. */
export function takeClosed(before: Findings | null, closed: Report["closed"]): Findings {
  const known = before ?? NO_FINDINGS;
  const said = new Map((closed ?? []).map((one) => [one.finding, one]));
  return {
    ...known,
    known: known.known.map((finding) => {
      const one = said.get(finding.fingerprint);
      if (!one || isClosed(finding)) return finding;
      if (one.how === "addressed") return { ...finding, state: "addressed", dispute: null };
      return one.how === "disputed" ? { ...finding, state: "disputed", dispute: one.evidence } : finding;
    }),
  };
}

/** The findings after a judge has ruled on the disputed ones; what the judge passes over stays as it was found. */
export function takeRulings(before: Findings | null, closed: Report["closed"]): Findings {
  const known = before ?? NO_FINDINGS;
  const ruled = new Map((closed ?? []).map((one) => [one.finding, one]));
  return {
    ...known,
    known: known.known.map((finding) => {
      if (finding.state !== "disputed") return finding;
      const one = ruled.get(finding.fingerprint);
      if (one?.how !== "overruled") return { ...finding, state: "open", upheld: true };
      return { ...finding, state: "dismissed", note: `A second reviewer overruled it: ${one.evidence}` };
    }),
  };
}

/** A person has dismissed the finding with this number; null: there is none that is still to be closed. */
export function dismiss(before: Findings | null, n: number, note: string): Findings | null {
  const known = before ?? NO_FINDINGS;
  const found = known.known.find((finding) => finding.n === n);
  if (!found || isClosed(found)) return null;
  const dismissed: KnownFinding = { ...found, state: "dismissed", note };
  return { ...known, known: known.known.map((finding) => (finding === found ? dismissed : finding)) };
}

/** Disputed by the last improve attempt, every blocker of them, and no judge has ruled on any yet. */
export function awaitsJudge(findings: Findings): boolean {
  const blockers = openFindings(findings).filter(({ severity }) => severity === "blocker");
  return blockers.length > 0 && blockers.every(({ state, upheld }) => state === "disputed" && !upheld);
}

function isClosed({ state }: KnownFinding): boolean {
  return state === "fixed" || state === "unseen" || state === "dismissed";
}

/**
 * GitHub cuts a file that is read over GraphQL at 512,000 bytes, and a file that was cut is not what the record signed: what is closed
 * loses its long texts, and of the closed the oldest go.
 */
function bounded(known: KnownFinding[], others: number): KnownFinding[] {
  const short = known.map((finding) =>
    isClosed(finding)
      ? { ...finding, evidence: "", impact: "", fix: "", tests: "", sites: [], dispute: null }
      : finding,
  );
  const open = short.filter((finding) => !isClosed(finding));
  let room = MAX_BYTES - others - bytesOf(open);
  const kept = new Set<KnownFinding>(open);
  for (const finding of short.filter(isClosed).toReversed()) {
    room -= bytesOf(finding);
    if (room < 0) break;
    kept.add(finding);
  }
  return short.filter((finding) => kept.has(finding));
}

/** Leaves room for what people, disputes and answers add until the next review. */
const MAX_BYTES = 400_000;

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
