/** The receipt: what a person can check about how a pull request came to be; `receipt.json` in the record's tree. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { Removal, type Brief } from "./brief.ts";
import type { Attempt, RecordBody } from "./record.ts";
import { Rebase, Report } from "./report.ts";
import { Actor, AttemptEnd, Count, Dollars, Hex64, Instant, Kind, Sha } from "./task.ts";

const MAX_ATTEMPTS = 24;
/** Of each list so many entries. */
const MAX_LISTED = 30;

const MAX_REBASES = 20;
/** Of so many of the newest the comparison is kept. */
const WHOLE = 5;

/** One landed rebase. */
export const RebaseEntry = Rebase.extend({
  attempt: z.number().int().positive(),
  at: Instant,
  /** The head afterwards. */
  after: Sha,
  /** The patch is what it was. */
  same: z.boolean(),
});
export type RebaseEntry = z.infer<typeof RebaseEntry>;

/** One attempt that has ended, as its report told it. */
export const AttemptEntry = z.strictObject({
  attempt: z.number().int().positive(),
  kind: Kind,
  end: AttemptEnd,
  at: Instant,
  /** Id of the workflow run; null: none is known. */
  run: Count.nullable(),
  seconds: Count,
  turns: Count,
  /** US dollars; null: no price is known. */
  usd: Dollars.nullable(),
  /** What only its report tells; null: it left none. */
  told: z
    .strictObject({
      tokens: z.strictObject({ input: Count, cached: Count, output: Count }),
      /** Left out where there is nothing to tell: a receipt without it keeps its hash. */
      uncertain: Report.shape.uncertain,
      agent: Report.shape.agent,
      sandbox: Report.shape.sandbox,
      verify: z.number().int().nullable(),
      hosts: Report.shape.hosts,
      /** What the guard refused. */
      refused: Report.shape.guard,
      tools: Report.shape.tools,
    })
    .nullable(),
});
export type AttemptEntry = z.infer<typeof AttemptEntry>;

export const Receipt = z.strictObject({
  v: z.literal(1),
  /** Who asked for the task, when and how. */
  asked: z.strictObject({ by: Actor, at: Instant, how: z.enum(["label", "command"]) }),
  /** The words that were handed to agents, by their hash, and what was taken out of them before. */
  brief: z.strictObject({ hash: Hex64, removed: z.array(Removal).max(50) }),
  /** Newest last. */
  attempts: z.array(AttemptEntry).max(MAX_ATTEMPTS),
  /** Newest last. */
  rebases: z.array(RebaseEntry).max(MAX_REBASES),
});
export type Receipt = z.infer<typeof Receipt>;

/** The receipt with one more attempt; `report` null: it left none that can be read. */
export function withEnded(
  before: Receipt | null,
  { asked, brief }: { asked: RecordBody["asked"]; brief: Brief | null },
  { ended, report }: { ended: Attempt & { end: AttemptEnd; ended: Instant }; report: Report | null },
): Receipt {
  const { n: attempt, kind, end, ended: at, run, seconds, turns, usd } = ended;
  const entry = { attempt, kind, end, at, run, seconds, turns, usd, told: report && toldBy(report) };
  return {
    v: 1,
    asked,
    brief: {
      hash: brief?.hash ?? before?.brief.hash ?? "0".repeat(64),
      removed: (brief?.removed ?? before?.brief.removed ?? []).slice(0, 50),
    },
    attempts: [...(before?.attempts ?? []), entry].slice(-MAX_ATTEMPTS),
    rebases: before?.rebases ?? [],
  };
}

/** The receipt with one more rebase; the oldest make room, and so do long comparisons: all of it has to fit into one file that GraphQL shows. */
export function withRebase(before: Receipt, entry: RebaseEntry): Receipt {
  const rebases = [...before.rebases, entry].slice(-MAX_REBASES);
  return {
    ...before,
    rebases: rebases.map((one, index) => (index < rebases.length - WHOLE ? { ...one, range_diff: "" } : one)),
  };
}

function toldBy(report: Report): AttemptEntry["told"] {
  const { usage, uncertain, agent, sandbox, verify, hosts, guard, tools } = report;
  const { input, cached, output } = usage;
  const short = (list: string[]): string[] => list.slice(0, MAX_LISTED).map((one) => one.slice(0, 200));
  return {
    tokens: { input, cached, output },
    ...(uncertain === undefined ? {} : { uncertain }),
    agent,
    sandbox,
    verify: verify?.exit ?? null,
    hosts: { used: short(hosts.used), tunnelled: short(hosts.tunnelled), refused: short(hosts.refused) },
    refused: guard.slice(0, MAX_LISTED),
    tools: Object.fromEntries(Object.entries(tools).slice(0, MAX_LISTED)),
  };
}

/** Hash of `receipt.json` as the record keeps it. */
export function receiptHash(receipt: Receipt): string {
  return createHash("sha256")
    .update(JSON.stringify(Receipt.parse(receipt)))
    .digest("hex");
}
