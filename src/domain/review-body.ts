/** A review as people read it: the pull request review with its inline comments, and the check run `gza / review`. */
import { cleanLine, cleanText } from "./clean.ts";
import type { Annotation, Effect, LineComment } from "./decision.ts";
import type { Findings, KnownFinding } from "./finding.ts";
import { marker, REVIEW_CHECK } from "./names.ts";
import type { RecordBody } from "./record.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Sha, Verdict } from "./task.ts";

/** GitHub refuses bodies over 65,536 characters; GZA stays well below. */
const MAX_REVIEW = 58_000;
/** More inline comments than these bury a reader. */
const MAX_INLINE = 30;
const MAX_ROWS = 100;
const MAX_TABLE = 30_000;
/** GitHub takes so many annotations in one request. */
const MAX_ANNOTATIONS = 50;

const VERDICTS: { [verdict in Verdict]: string } = {
  approved: "Approved",
  approved_with_followups: "Approved, with follow-ups",
  changes_requested: "Changes requested",
};

type Review = NonNullable<Findings["review"]>;
type RecordVerdict = NonNullable<RecordBody["verdict"]>;

export function reviewKey(head: Sha): string {
  return `review:${head.slice(0, 12)}`;
}

export function findingKey(fingerprint: string): string {
  return `finding:${fingerprint}`;
}

/** The newest review as an effect; null: there is none to post, or its verdict is gone. */
export function postReview(
  snapshot: Snapshot,
  record: RecordBody,
): Extract<Effect, { kind: "post_review" }> | null {
  const { findings } = snapshot;
  const { verdict, pull } = record;
  if (!findings?.review || pull === null || verdict?.head !== findings.review.head) return null;
  const { review } = findings;
  const key = reviewKey(review.head);
  const threads = (snapshot.pull?.threads ?? []).filter(({ isResolved }) => !isResolved);
  const placed = new Set(threads.map(({ comments }) => comments[0]?.key));
  const unplaced = openOf(findings).filter(({ fingerprint }) => !placed.has(findingKey(fingerprint)));
  // Comments on lines come with the review; what is found later about the same head stands in its body.
  const inline = snapshot.said.has(key)
    ? []
    : unplaced
        .filter(({ anchor, seen }) => anchor !== null && seen.last === review.attempt)
        .slice(0, MAX_INLINE);
  const others = unplaced.filter((finding) => !inline.includes(finding));
  return {
    kind: "post_review",
    key,
    pull,
    head: review.head,
    body: `${marker(key)}\n${reviewText(snapshot, { findings, review, verdict, others })}`,
    comments: inline.flatMap((finding) => lineComment(finding)),
  };
}

/** The check run of the newest review, where the pull request's head has none that says the same; null: nothing to set. */
export function reviewCheck(
  snapshot: Snapshot,
  record: RecordBody,
): Extract<Effect, { kind: "set_check" }> | null {
  const { pull, findings } = snapshot;
  const { verdict } = record;
  if (!pull || pull.state !== "open" || !findings || verdict?.head !== pull.head) return null;
  const conclusion = verdict.value === "changes_requested" ? "failure" : "success";
  const shown = pull.checks.find(({ own, name }) => own && name === REVIEW_CHECK);
  if (shown?.outcome === conclusion) return null;
  const open = openOf(findings);
  return {
    kind: "set_check",
    name: REVIEW_CHECK,
    head: verdict.head,
    conclusion,
    title: `${VERDICTS[verdict.value]}: ${countsOf(verdict)}`,
    summary: [carriedText(verdict), tableOf(snapshot, findings, verdict.head) || "Nothing was found."].join(
      "",
    ),
    annotations: open.flatMap(annotation).slice(0, MAX_ANNOTATIONS),
  };
}

function carriedText({ carried_from: origin }: RecordVerdict): string {
  return origin === null
    ? ""
    : `The patch is the same as at ${origin.slice(0, 12)}, which was reviewed: the verdict stands.\n\n`;
}

/** `2 blockers, 1 follow-up` */
export function countsOf({ blockers, followups }: { blockers: number; followups: number }): string {
  const parts = [
    ...(blockers > 0 ? [`${blockers} ${blockers === 1 ? "blocker" : "blockers"}`] : []),
    ...(followups > 0 ? [`${followups} ${followups === 1 ? "follow-up" : "follow-ups"}`] : []),
  ];
  return parts.join(", ") || "nothing found";
}

export function verdictTitle(verdict: RecordVerdict): string {
  return `${VERDICTS[verdict.value]}: ${countsOf(verdict)}`;
}

/** A permanent link to cited lines. */
export function permalink(
  { repository }: Snapshot,
  head: Sha,
  { path, line, end_line: end }: Pick<KnownFinding, "path" | "line" | "end_line">,
): string {
  const file = path.split("/").map(encodeURIComponent).join("/");
  const lines = line === null ? "" : `#L${line}${end !== null && end > line ? `-L${end}` : ""}`;
  const shown = `${path}${line === null ? "" : `:${line}`}`;
  return `[\`${cleanLine(shown, 160).replaceAll(/[[\]`|]/g, " ")}\`](${repository.url}/blob/${head}/${file.replaceAll(/[()]/g, escapeCharacter)}${lines})`;
}

/** What became of a finding, in words. */
export function stateOf(finding: KnownFinding, attempt: number | null): string {
  if (finding.state !== "open") return STATES[finding.state];
  return finding.seen.first === attempt ? "new" : "still open";
}

const STATES = {
  addressed: "addressed",
  disputed: "disputed",
  fixed: "fixed",
  unseen: "not seen again",
  dismissed: "dismissed",
} as const;

function openOf(findings: Findings): KnownFinding[] {
  const rank = ({ severity, n }: KnownFinding): number => (severity === "blocker" ? 0 : 1_000_000) + n;
  return findings.known
    .filter(({ state }) => state === "open" || state === "disputed")
    .toSorted((one, other) => rank(one) - rank(other));
}

function lineComment(finding: KnownFinding): LineComment[] {
  const { anchor, path, fingerprint } = finding;
  if (anchor === null) return [];
  const body = `${marker(findingKey(fingerprint))}\n${headingOf(finding)}\n\n${detailsOf(finding)}`;
  return [{ path, line: anchor.line, startLine: anchor.start_line, body }];
}

function reviewText(
  snapshot: Snapshot,
  from: { findings: Findings; review: Review; verdict: RecordVerdict; others: KnownFinding[] },
): string {
  const { findings, review, verdict, others } = from;
  const by = [review.agent, review.model].filter((name) => name !== "").map((name) => cleanLine(name, 60));
  const parts = [
    `**${verdictTitle(verdict)}.** Review of ${review.head.slice(0, 12)} by ${by.join(", ")}.`,
    cleanText(review.summary, 3000),
    tableOf(snapshot, findings, review.head),
    coverageText(review),
    droppedText(review),
  ].filter((part) => part !== "");
  return fill(
    parts,
    others,
    (finding) =>
      `${headingOf(finding)}\n${permalink(snapshot, review.head, finding)}\n\n${detailsOf(finding)}`,
  );
}

/** As many sections as there is room for; how many are left out is said. */
function fill(
  parts: readonly string[],
  findings: readonly KnownFinding[],
  section: (finding: KnownFinding) => string,
): string {
  const shown = [...parts];
  let length = parts.reduce((sum, part) => sum + part.length + 2, 0);
  for (const [index, finding] of findings.entries()) {
    const text = section(finding);
    length += text.length + 2;
    if (length > MAX_REVIEW) {
      const rest = findings.length - index;
      shown.push(`The details of ${rest} more findings have no room here; the table names them.`);
      break;
    }
    shown.push(text);
  }
  return shown.join("\n\n");
}

function headingOf({ n, severity, title }: KnownFinding): string {
  return `**F${n}, ${severity === "blocker" ? "blocker" : "follow-up"}: ${cleanLine(title, 200)}**`;
}

function detailsOf({ evidence, impact, fix, tests, sites, dispute, note }: KnownFinding): string {
  const named = (name: string, text: string): string[] => {
    const words = cleanText(text, 1500);
    return words === "" ? [] : [`${name}: ${words}`];
  };
  const places = sites
    .slice(0, 20)
    .map(({ path, line }) => cleanLine(`${path}${line === null ? "" : `:${line}`}`, 160));
  const more = sites.length > 20 ? ` and ${sites.length - 20} more` : "";
  return [
    ...named("Evidence", evidence),
    ...named("Impact", impact),
    ...named("What to do", fix),
    ...named("Tests", tests),
    ...(places.length > 0 ? [`Also at: ${places.join(", ")}${more}`] : []),
    ...named("Disputed", dispute ?? ""),
    ...named("Note", note ?? ""),
  ].join("\n\n");
}

function tableOf(snapshot: Snapshot, findings: Findings, head: Sha): string {
  const { known, review } = findings;
  if (known.length === 0) return "";
  const open = openOf(findings);
  const closed = known.filter((finding) => !open.includes(finding)).toReversed();
  const all = [...open, ...closed];
  const rows: string[] = [];
  let length = 0;
  for (const finding of all.slice(0, MAX_ROWS)) {
    const row = rowOf(snapshot, head, { finding, attempt: review?.attempt ?? null });
    length += row.length;
    if (length > MAX_TABLE) break;
    rows.push(row);
  }
  const left = all.length - rows.length;
  const more = left > 0 ? `\n\n${left} more are not in this table.` : "";
  return ["| | severity | where | what | state |", "|---|---|---|---|---|", ...rows].join("\n") + more;
}

function rowOf(
  snapshot: Snapshot,
  head: Sha,
  { finding, attempt }: { finding: KnownFinding; attempt: number | null },
): string {
  const severity = finding.severity === "blocker" ? "blocker" : "follow-up";
  const title = cleanLine(finding.title, 100).replaceAll(/[\\|]/g, "\\$&");
  return `| F${finding.n} | ${severity} | ${permalink(snapshot, head, finding)} | ${title} | ${stateOf(finding, attempt)} |`;
}

function coverageText({ coverage }: Review): string {
  const partly = coverage.filter(({ why }) => why !== null);
  const list = partly
    .slice(0, 20)
    .map(
      ({ path, why }) => `\`${cleanLine(path, 120).replaceAll("`", "'")}\` (${cleanLine(why ?? "", 100)})`,
    );
  const more = partly.length > 20 ? ` and ${partly.length - 20} more` : "";
  const files = `${coverage.length} ${coverage.length === 1 ? "file" : "files"}`;
  return partly.length === 0
    ? `Read: ${files}, all of them whole.`
    : `Read: ${files}; not as text: ${list.join(", ")}${more}.`;
}

function droppedText({ dropped }: Review): string {
  if (dropped.length === 0) return "";
  const lines = dropped.slice(0, 20).map(({ title, path, line, why }) => {
    const place = cleanLine(`${path}${line === null ? "" : `:${line}`}`, 160);
    return `- ${cleanLine(title, 120)} (${place}): ${cleanLine(why, 160)}`;
  });
  const more = dropped.length > 20 ? [`- and ${dropped.length - 20} more`] : [];
  return ["Not taken over, because what they cite is not there:", ...lines, ...more].join("\n");
}

function annotation(finding: KnownFinding): Annotation[] {
  const { line, end_line: end, path, severity, n, title } = finding;
  if (line === null || line === 0) return [];
  const message = cleanText([finding.evidence, finding.impact, finding.fix].join("\n\n"), 4000);
  return [
    {
      path,
      startLine: line,
      endLine: end !== null && end > line ? end : line,
      level: severity === "blocker" ? "failure" : "warning",
      title: cleanLine(`F${n}: ${title}`, 200),
      message: message || cleanLine(title, 200),
    },
  ];
}

function escapeCharacter(character: string): string {
  return character === "(" ? "%28" : "%29";
}
