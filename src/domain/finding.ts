/** Findings of a review and words of people about a pull request: what an improve attempt works on. */
import { z } from "zod";
import { Actor, Count, Instant } from "./task.ts";

export const Finding = z.strictObject({
  severity: z.enum(["blocker", "followup"]),
  title: z.string(),
  path: z.string(),
  line: Count.nullable(),
  evidence: z.string(),
  impact: z.string(),
  fix: z.string(),
  tests: z.string(),
});
export type Finding = z.infer<typeof Finding>;

export const Feedback = z.strictObject({
  by: Actor,
  at: Instant,
  body: z.string(),
  path: z.string().nullable(),
  line: Count.nullable(),
  thread: z.string().nullable(),
});
export type Feedback = z.infer<typeof Feedback>;
