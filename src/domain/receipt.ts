/** The receipt: what a person can check about how a pull request came to be; `receipt.json` in the record's tree. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { Rebase } from "./report.ts";
import { Instant, Sha } from "./task.ts";

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

export const Receipt = z.strictObject({
  v: z.literal(1),
  /** Newest last. */
  rebases: z.array(RebaseEntry).max(MAX_REBASES),
});
export type Receipt = z.infer<typeof Receipt>;

/** The receipt with one more rebase; the oldest make room, and so do long comparisons: all of it has to fit into one file that GraphQL shows. */
export function withRebase(before: Receipt | null, entry: RebaseEntry): Receipt {
  const rebases = [...(before?.rebases ?? []), entry].slice(-MAX_REBASES);
  return {
    v: 1,
    rebases: rebases.map((one, index) => (index < rebases.length - WHOLE ? { ...one, range_diff: "" } : one)),
  };
}

/** Hash of `receipt.json` as the record keeps it. */
export function receiptHash(receipt: Receipt): string {
  return createHash("sha256")
    .update(JSON.stringify(Receipt.parse(receipt)))
    .digest("hex");
}
