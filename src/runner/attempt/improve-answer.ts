/** What an improve attempt says it did about each finding and each word of people, read from its closing JSON. */
import { z } from "zod";
import type { Job } from "../../domain/job.ts";
import type { Report } from "../../domain/report.ts";
import { Id, Words } from "./answer-fields.ts";

export type Closed = NonNullable<Report["closed"]>;

export const ImproveAnswer = z.object({
  summary: Words,
  closed: z.array(
    z.object({
      id: Id,
      how: z
        .string()
        .toLowerCase()
        .pipe(z.enum(["addressed", "disputed"])),
      evidence: Words,
    }),
  ),
});
export type ImproveAnswer = z.infer<typeof ImproveAnswer>;

/** The fingerprint or id that each name of the prompt stands for: `F3` a finding, `T1` the first of the people's words. */
export function namedMatter(job: Job): Map<string, string> {
  return new Map([
    ...job.findings.map(({ n, fingerprint }) => [`F${n}`, fingerprint] as const),
    ...job.feedback.map(({ id }, index) => [`T${index + 1}`, id] as const),
  ]);
}

/** Only what the job asks for is taken, and of two answers to one thing the last. */
export function closedBy(job: Job, answer: ImproveAnswer): Closed {
  const named = namedMatter(job);
  const closed = new Map<string, Closed[number]>();
  for (const { id, how, evidence } of answer.closed) {
    const finding = named.get(id);
    if (finding !== undefined) closed.set(finding, { finding, how, evidence });
  }
  return [...closed.values()];
}

/** Whether an attempt that changed nothing has an argument against everything that it was given. */
export function isAllDisputed(job: Job, closed: Report["closed"]): boolean {
  const disputed = new Set(
    (closed ?? []).filter(({ how }) => how === "disputed").map(({ finding }) => finding),
  );
  const matter = [...namedMatter(job).values()];
  return matter.length > 0 && matter.every((one) => disputed.has(one));
}
