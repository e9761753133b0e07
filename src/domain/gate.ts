/** Whether GitHub itself keeps out of a base what GZA's review has not approved. */
import type { Config } from "./config.ts";
import { REVIEW_CHECK } from "./names.ts";
import type { PullFacts } from "./snapshot.ts";

/**
 * The review's check is required on the base. Only then may GitHub merge by itself, or from its merge queue, later than GZA has looked: a
 * push in between takes the check away.
 */
export function isGated({ checks }: PullFacts): boolean {
  return checks.some(({ own, name, required }) => own && name === REVIEW_CHECK && required);
}

/** Whether that can be told: GitHub shows a check that was just made a moment late. Without reviews there is none. */
export function isGateShown({ checks }: PullFacts, config: Config): boolean {
  return !config.review.enabled || checks.some(({ own, name }) => own && name === REVIEW_CHECK);
}
