/** The report: what a run answers; `report.json` in R's tree, written by the publisher from what the agent's workflow job left. */
import { z } from "zod";
import { Coverage, Dropped as DroppedFinding, Finding } from "./finding.ts";
import { AttemptEnd, Count, Dollars, Hex12, Instant, Kind, Sha } from "./task.ts";

/** Why a commit of the branch is not part of it any more: its patch is on the base, in one commit or squashed with others, or nothing of it is left. */
export const Dropped = z.strictObject({
  oid: Sha,
  subject: z.string().max(200),
  why: z.enum(["landed", "squashed", "empty"]),
});

/** One path at which both sides met. */
export const Conflict = z.strictObject({
  path: z.string().max(300),
  kind: z.enum([
    "content",
    "add_add",
    "delete_modify",
    "modify_delete",
    "rename",
    "binary",
    "submodule",
    "type",
    "other",
  ]),
  /** Who settled it; `left`: nobody could. */
  by: z.enum(["regeneration", "agent", "left"]),
  /** What each side has there, as far as a few lines tell: the branch, then the base. */
  ours: z.string().max(2000),
  theirs: z.string().max(2000),
});
export type Conflict = z.infer<typeof Conflict>;

/** What the run says of a rebase. */
export const RebaseClaim = z.strictObject({
  /** What it took: `nothing`, it stood there already; `git` alone; a tool that writes generated files anew; an agent. */
  by: z.enum(["nothing", "git", "regeneration", "agent"]),
  dropped: z.array(Dropped).max(50),
  conflicts: z.array(Conflict).max(50),
});
export type RebaseClaim = z.infer<typeof RebaseClaim>;

/** The same with what the publisher found out. */
export const Rebase = RebaseClaim.extend({
  /** The head that is replaced, and the commit of the base that the new one stands on. */
  before: Sha,
  onto: Sha,
  commits: z.strictObject({ before: Count, after: Count }),
  /** git's comparison of both series, trimmed. */
  range_diff: z.string().max(20_000),
});
export type Rebase = z.infer<typeof Rebase>;

/** What the money of an attempt leaves open. */
const Uncertain = z.strictObject({
  /** Models without a known price: their answers are not in `usd`. */
  unpriced: z.array(z.string().max(200)).max(20),
  /** Answers that broke off before their last figures, of which a part of the usage is estimated. */
  estimated: Count,
});
export type Uncertain = z.infer<typeof Uncertain>;

export const Report = z.strictObject({
  v: z.literal(1),
  attempt: z.number().int().positive(),
  kind: Kind,
  end: AttemptEnd,
  summary: z.string().max(20_000),
  last_words: z.string().max(20_000),
  /** The commits of the attempt; null: it made none. `patch` is git's patch id of merge base..head. */
  work: z
    .strictObject({
      base: Sha,
      head: Sha,
      commits: Count,
      files: Count,
      patch: z.string().regex(/^[0-9a-f]*$/),
      finished: z.boolean(),
    })
    .nullable(),
  findings: z.array(Finding).nullable(),
  coverage: z.array(Coverage).nullable(),
  /** What the publisher found out about the reviewed head; null: not a review, or no diff could be made. */
  review: z
    .strictObject({
      head: Sha,
      /** git's patch id of merge base..head. */
      patch: z.string().regex(/^[0-9a-f]*$/),
      dropped: z.array(DroppedFinding),
      /** Fingerprints of the job's findings whose lines are not at the head any more. */
      gone: z.array(Hex12),
    })
    .nullable(),
  /** Of findings and feedback, by fingerprint or id: what an improve attempt did about each, what a judge rules. */
  closed: z
    .array(
      z.strictObject({
        finding: Hex12,
        how: z.enum(["addressed", "disputed", "upheld", "overruled"]),
        evidence: z.string(),
      }),
    )
    .nullable(),
  /** null: not a rebase, or nothing came of it. With a head that is up to date `work` is null. */
  rebase: Rebase.nullable(),
  plan: z.string().nullable(),
  answer: z.string().nullable(),
  question: z.string().nullable(),
  lesson: z.strictObject({ title: z.string(), body: z.string() }).nullable(),
  usage: z.strictObject({
    turns: Count,
    seconds: Count,
    requests: Count,
    input: Count,
    cached: Count,
    output: Count,
    usd: Dollars.nullable(),
  }),
  /** Absent: nothing is; reports from before it was told have none either. */
  uncertain: Uncertain.optional(),
  agent: z.strictObject({ name: z.string(), version: z.string(), model: z.string() }),
  /** What the attempt ran in; `off`: nothing but the workflow job's own machine; null: nothing of it is known to have run. */
  sandbox: z.enum(["bubblewrap", "user", "off"]).nullable(),
  verify: z.strictObject({ exit: z.number().int(), seconds: Count, tail: z.string() }).nullable(),
  guard: z.array(z.strictObject({ path: z.string(), rule: z.string() })),
  /** Hosts that the gateway reached; of `used` those in `tunnelled` without seeing what went there; and what it refused, each with its reason. */
  hosts: z.strictObject({
    used: z.array(z.string()),
    tunnelled: z.array(z.string()),
    refused: z.array(z.string()),
  }),
  tools: z.record(z.string(), Count),
  /** When the provider's quota is renewed; null: it did not say. */
  reset_at: Instant.nullable(),
  /** Whether a session to resume from lies beside the report. */
  session: z.boolean(),
  /** What has to be set up before any agent can start, as one sentence with the next step; null: nothing is missing. */
  fault: z.string().max(1000).nullable(),
});
export type Report = z.infer<typeof Report>;

/** `report.json` may be this many bytes at most; GitHub's GraphQL cuts a blob's text at 512,000. */
export const MAX_REPORT_BYTES = 400_000;

export type ReadReport =
  | { kind: "report"; report: Report }
  | { kind: "unknown_version"; version: string }
  | { kind: "unreadable"; why: string };

/** Reads `report.json`; what does not fit is said, never guessed at. */
export function readReport(text: string | null, bytes: number): ReadReport {
  if (bytes > MAX_REPORT_BYTES)
    return { kind: "unreadable", why: `it has ${bytes} bytes, ${MAX_REPORT_BYTES} are allowed` };
  if (text === null) return { kind: "unreadable", why: "it is not text" };
  const parsed = parseJson(text);
  if (parsed === undefined) return { kind: "unreadable", why: "it is not JSON" };
  const version = z.looseObject({ v: z.union([z.number(), z.string()]) }).safeParse(parsed);
  if (version.success && version.data.v !== 1)
    return { kind: "unknown_version", version: String(version.data.v) };
  const report = Report.safeParse(parsed);
  if (report.success) return { kind: "report", report: report.data };
  const [issue] = report.error.issues;
  return {
    kind: "unreadable",
    why: issue ? `${issue.path.join(".") || "it"}: ${issue.message}` : "it does not fit",
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
