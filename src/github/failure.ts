/** The ways in which a request to GitHub fails that GZA tells apart. */
import { RequestError } from "@octokit/request-error";
import { z } from "zod";
import { cleanLine } from "../domain/clean.ts";
import type { Instant } from "../domain/task.ts";

/** GitHub asks to wait; nobody sleeps for it, the work is taken up again at `until` (GitHub's clock), in `seconds`. */
export class RateLimited extends Error {
  readonly until: Instant;
  readonly seconds: number;

  constructor(until: Instant, seconds: number, cause?: unknown) {
    super(`GitHub's rate limit is reached; nothing more may be asked before ${until}`, { cause });
    this.name = "RateLimited";
    this.until = until;
    this.seconds = seconds;
  }
}

/** The installation lacks a permission: a new one was not accepted yet, or somebody took one away. */
export class Forbidden extends Error {
  readonly status = 403;

  constructor(what: string, cause: unknown) {
    super(
      `${what} is not allowed to this installation; accept the App's permissions in the account's settings`,
      {
        cause,
      },
    );
    this.name = "Forbidden";
  }
}

/** The App was suspended or uninstalled there: nothing can be done before its owner takes that back, and then a webhook says so. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("the App is suspended or not installed there any more; install it again, or lift the suspension", {
      cause,
    });
    this.name = "Unreachable";
  }
}

export const GraphqlProblem = z.looseObject({
  type: z.string().optional(),
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).optional(),
});
export type GraphqlProblem = z.infer<typeof GraphqlProblem>;

/** GraphQL answered with errors. Data that came beside them may be half of the truth; only who knows what each error left out may look at it. */
export class GraphqlFailure extends Error {
  readonly problems: readonly GraphqlProblem[];
  readonly answer: { data: unknown; now: Instant };

  constructor(
    operation: string,
    problems: readonly GraphqlProblem[],
    answer: { data: unknown; now: Instant },
  ) {
    super(`GraphQL ${operation} failed: ${problems.map((problem) => problem.message).join("; ")}`);
    this.name = "GraphqlFailure";
    this.problems = problems;
    this.answer = answer;
  }
}

/** The HTTP status that GitHub answered with, or null: it was no answer of GitHub. */
export function statusOf(error: unknown): number | null {
  if (error instanceof Forbidden) return error.status;
  return error instanceof RequestError && error.response !== undefined ? error.status : null;
}

/** GitHub's own words for a refusal, cut to what fits a sentence; they may name what people named. */
export function refusalOf(error: unknown): string {
  return cleanLine(wordsOf(error), 500);
}

function wordsOf(error: unknown): string {
  const cause = error instanceof Forbidden ? error.cause : error;
  if (cause instanceof GraphqlFailure) return cause.problems.map(({ message }) => message).join("; ");
  const data = z
    .looseObject({
      message: z.string(),
      errors: z.array(z.union([z.string(), z.looseObject({ message: z.string().optional() })])).optional(),
    })
    .safeParse(cause instanceof RequestError ? cause.response?.data : undefined);
  if (!data.success) return cause instanceof Error ? cause.message : "no reason was given";
  const details = (data.data.errors ?? []).flatMap((detail) =>
    typeof detail === "string" ? detail : (detail.message ?? []),
  );
  return [data.data.message, ...details].join("; ");
}

/** Refused because the conversation is locked; GitHub has a status of its own for reviews, and none for GraphQL. */
export function isLocked(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== 403 && status !== 422 && !(error instanceof GraphqlFailure)) return false;
  return /because issue is locked|lock prevents review/i.test(
    error instanceof GraphqlFailure ? error.message : refusalOf(error),
  );
}

/** A rule of the repository keeps a ref from being moved: nobody else was there before, and trying again does not help. */
export class MoveRefused extends Error {
  /** GitHub's own words for the rule. */
  readonly words: string;

  constructor(words: string, cause: unknown) {
    super(`GitHub refused to move refs (${words}); let the App past that rule`, { cause });
    this.name = "MoveRefused";
    this.words = words;
  }
}

/** Protected branches and rulesets refuse in these words, required checks and reviews among them. */
export function isByRule(error: GraphqlFailure): boolean {
  return error.problems.some(({ message }) =>
    /protected (?:branch|ref)|cannot force-push|rule violation|through a pull request|status checks? /i.test(
      message,
    ),
  );
}

/** Nobody knows whether the request took effect: 5xx, a reset, a timeout (`@octokit/request` gives those status 500 and no response). */
export function isUnanswered(error: unknown): boolean {
  if (error instanceof RequestError) return error.status >= 500;
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}
